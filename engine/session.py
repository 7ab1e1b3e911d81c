"""One watched feed: reads, obeys, reports. What the engine's process does once it knows what to watch."""

import sys
import time
import traceback
from typing import Protocol

from engine.draft import score_draft
from engine.export import ExportError, write
from engine.health import Gauge, visible
from engine.modelfile import trained_model
from engine.picture import snapshot
from engine.picture_behind import posts_behind
from engine.picture_grades import grade_sheet
from engine.picture_topics import topic_sheet
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.protocol import (
    Command,
    DraftScored,
    Export,
    Exported,
    FindPosts,
    Framed,
    GradesOpened,
    OpenGrades,
    OpenTopics,
    PostsFound,
    Report,
    ScoreDraft,
    SetWindow,
    Start,
    Stop,
    TopicsOpened,
)
from engine.runner import Runner, SourceSet
from engine.snapshot import Frame, Snapshot
from engine.sources.waiting import Waiter
from models import detector

ROWS = 60  # rows of each table that a frame carries
SLICE = 0.05  # seconds of feeding between two looks at the commands
DRAWING = 0.25  # share of the time that drawing pictures may take while lines wait to be read


class Talk(Protocol):
    """The talk with the screen. Nothing in it blocks."""

    read_fd: int
    closed: bool

    def commands(self) -> list[Command]:
        """Commands that have come."""
        ...

    @property
    def clear(self) -> bool:
        """Whether everything sent has left."""
        ...

    def send(self, report: Report) -> None:
        """Send, now or later."""
        ...


class Session:
    """Reads `sources` into an engine and reports to `pipe`, until told to stop or the screen is gone.

    Raises ModelFileError if the model to start from cannot be used.
    """

    def __init__(self, pipe: Talk, start: Start, decoder: Decoder, sources: SourceSet) -> None:
        self._pipe = pipe
        self._period = 1.0 / start.rate
        self.engine = Engine(start.engine, decoder, trained=trained_model(start.model, start.engine))
        self._sources = sources
        self._runner = Runner(self.engine, sources, None if start.demo else start.source.replay)
        self._waiter = Waiter(sources, extra_fds=(pipe.read_fd,))
        self._gauge = Gauge(start, self.engine, sources)
        self._next_frame = 0.0
        self._pictured: tuple[object, ...] = ()
        self._picture: Snapshot | None = None
        self._shown: tuple[object, ...] = ()
        self._started = self._finished = False

    def run(self, early: list[Command]) -> None:
        """Until the end; `early` are commands that came together with Start."""
        commands = early
        while not self._pipe.closed:
            commands += self._pipe.commands()
            if not self._obey(commands):
                return
            commands = []
            now = time.monotonic()
            if now >= self._next_frame:
                self._report(now)
            if not self._feed():
                detector.guess("")  # loads at leisure, once, what the first text in doubt would have to wait for
                self._waiter.wait(max(0.0, self._next_frame - time.monotonic()))

    def close(self) -> None:
        """Let go of the sources."""
        self._waiter.close()
        for source in self._sources:
            source.close()

    def _feed(self) -> int:
        if not self._started:
            self._started = True
            self._next_frame = 0.0  # the first lines are worth a picture at once
        fed, end = 0, time.monotonic() + SLICE
        while time.monotonic() < end:
            lines = self._runner.step()
            if not lines:
                break
            fed += lines
        if self._runner.finished and not self._finished:
            self.engine.finish()
            self._finished = True
        return fed

    # -- commands --------------------------------------------------------------------------------------------

    def _obey(self, commands: list[Command]) -> bool:
        """Carry out commands; False if one says stop. Of several drafts or sheets only the newest is made."""
        drafts = [command for command in commands if isinstance(command, ScoreDraft)]
        sheets = [command for command in commands if isinstance(command, OpenGrades | OpenTopics)]
        for command in commands:
            match command:
                case Stop():
                    return False
                case SetWindow():
                    self.engine.show(command.window)
                    self._pictured = ()
                    self._next_frame = 0.0
                case Export():
                    self._pipe.send(self._export(command))
                case FindPosts():
                    self._pipe.send(PostsFound(command.id, posts_behind(self.engine, command)))
                case OpenGrades() if command is sheets[-1]:
                    self._pipe.send(GradesOpened(command.id, grade_sheet(self.engine, command.horizon)))
                case OpenTopics() if command is sheets[-1]:
                    self._pipe.send(TopicsOpened(command.id, topic_sheet(self.engine, command.cluster)))
                case ScoreDraft() if command is drafts[-1]:
                    self._pipe.send(DraftScored(command.id, score_draft(self.engine, command.text, command.author)))
                case _:
                    pass
        return True

    def _export(self, command: Export) -> Exported:
        try:
            return Exported(command.id, write(snapshot(self.engine), command.path, command.table))
        except ExportError as error:
            return Exported(command.id, [], str(error))
        except Exception as error:  # an export that fails, whatever for, must not end the watch
            traceback.print_exc(file=sys.stderr)
            return Exported(command.id, [], f"cannot export: {type(error).__name__}: {error}; details are in the log")

    # -- reports ---------------------------------------------------------------------------------------------

    def _report(self, now: float) -> None:
        """Send a frame if the screen takes one and anything in it is new; decide when to look again."""
        self._next_frame = now + self._period
        if not self._pipe.clear:
            return
        health = self._gauge.look(now, self._started, self._finished)
        engine = self.engine
        progress = (engine.intake.lines, engine.now, engine.sequence.held)
        state = (*progress, len(engine.gaps), engine.window.width, self._finished)
        if state != self._pictured or self._picture is None:
            self._pictured = state
            self._picture = snapshot(engine, ROWS)
        elif visible(health) == self._shown:
            return
        self._shown = visible(health)
        self._pipe.send(Framed(Frame(snapshot=self._picture, health=health)))
        cost = time.monotonic() - now
        self._next_frame = max(self._next_frame, now + cost / DRAWING)
