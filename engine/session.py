"""One watched feed: reads, obeys, reports. What the engine's process does once it knows what to watch."""

import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import msgspec

from engine.ahead import AheadSources
from engine.alerts.asked import watch_alerts
from engine.alerts.silent import Listening
from engine.alerts.telling import Teller
from engine.alerts.watch import Alert
from engine.corrections import CorrectionError, Corrections
from engine.draft import score_draft
from engine.export import ExportError, write
from engine.filters.tokens import FilterError
from engine.health import CATCHING_UP, ENDED, STARTING, Gauge, visible
from engine.modelfile import trained_model
from engine.overload import Overload
from engine.picture import snapshot
from engine.picture_alerts import alert_rows, silence_row
from engine.picture_behind import posts_behind
from engine.picture_grades import grade_sheet
from engine.picture_post import post_detail
from engine.picture_topics import topic_sheet
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.protocol import (
    MAX_PINS,
    Command,
    Correct,
    Corrected,
    CountFilters,
    DraftScored,
    Export,
    Exported,
    FiltersCounted,
    FindPosts,
    Framed,
    GradesOpened,
    OpenGrades,
    OpenPost,
    OpenTopics,
    Pin,
    PostOpened,
    PostsFound,
    Report,
    ScoreDraft,
    SetAlerts,
    SetFilter,
    SetWindow,
    Start,
    Stop,
    TopicsOpened,
)
from engine.runner import CHUNK, Runner, SourceSet
from engine.snapshot import AlertRow, Frame, Snapshot
from engine.sources.waiting import Waiter
from engine.state.run import Run, open_run
from engine.voice import voices
from models import detector

ROWS = 60  # rows of each table that a frame carries
SLICE = 0.05  # seconds of feeding between two looks at the commands
FEWEST = 16  # lines that are fed at once
LEARNT = 40  # corrections that the personal layer learns for a picture: a tenth of a second
WAIT = 0.25  # seconds without lines after which more may be due all the same: of a replay, of a file not watched
QUIET_AFTER = 5.0  # seconds in which nothing came and nothing was sent
QUIET_PERIOD = 1.0  # seconds between two looks at a quiet feed
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


def begin(start: Start, decoder: Decoder, sources: SourceSet | None) -> Run:
    """The run to carry on: of open `sources`, or what is kept in the state folder.

    Raises ModelFileError, SourceError, StateError.
    """
    corrections = Corrections(start.state, LEARNT)
    if sources is None:
        return open_run(start.engine, start.source, start.kept, start.model, decoder, corrections, start.lasting)
    trained = trained_model(start.model, start.engine)
    return Run(Engine(start.engine, decoder, trained=trained, corrections=corrections), sources)


class Session:
    """Carries on a run and reports to `pipe`, until told to stop or the screen is gone.

    Raises AlertError if alerts cannot be told.
    """

    def __init__(self, pipe: Talk, start: Start, run: Run) -> None:
        self._pipe = pipe
        self._period = 1.0 / start.rate
        self.engine = run.engine
        self.engine.show(expression=start.filter)
        self._keeper = run.keeper
        self._lasting = start.lasting
        self._notice = run.notice
        self._listening = Listening(self.engine.alerts.rules)
        self._silences: set[tuple[str, int]] = set()  # told of while they lasted: the alert and since when
        self._paced_by_itself = not start.demo and start.source.replay is None
        self._teller = Teller(start.alert_log, start.alert_command)
        self._ahead = AheadSources(run.sources, self.engine, start.jobs) if self._paced_by_itself else None
        self._sources = sources = run.sources if self._ahead is None else self._ahead
        self._runner = Runner(self.engine, sources, None if start.demo else start.source.replay, carried=run.carried)
        self._waiter = Waiter(sources, extra_fds=(pipe.read_fd,))
        self._overload = Overload()
        self._gauge = Gauge(start, self.engine, sources)
        self._chunk = 4 * FEWEST  # lines that are fed at once: the first picture comes after these
        self._next_frame = 0.0
        self._stirred = 0.0  # when something last came or was sent
        self._at_leisure = False
        self._pictured: tuple[object, ...] = ()
        self._picture: Snapshot | None = None
        self._shown: tuple[object, ...] = ()
        self._started = self._finished = False

    def run(self, early: list[Command]) -> str:
        """Until the end; `early` are commands that came together with Start. Gives one line if it was not saved."""
        self._watch(early)
        self._save()  # not after an error: what was in the middle of a line is no state to go on from
        return self._keeper.trouble if self._keeper is not None and self._lasting else ""

    def _watch(self, early: list[Command]) -> None:
        commands = early
        while not self._pipe.closed:
            commands += self._pipe.commands()
            if commands:
                self._stir()
            if not self._obey(commands):
                return
            commands = []
            now = time.monotonic()
            if now >= self._next_frame:
                self._report(now)
            fed = self._feed()
            if self._keeper is not None and not self._finished:
                self._keeper.look(self.engine, self._runner)
            if not fed and not (self._ahead and self._ahead.waiting):
                if not self._at_leisure:
                    self._at_leisure = True
                    detector.guess("")  # loads what the first text in doubt would have to wait for
                now = time.monotonic()
                longest = QUIET_PERIOD if self._is_quiet(now) else WAIT
                self._waiter.wait(min(max(0.0, self._next_frame - now), longest))

    def close(self) -> None:
        """Let go of the sources and of the state."""
        self._waiter.close()
        if self._keeper is not None:
            self._keeper.leave()
        for source in self._sources:
            source.close()

    def _feed(self) -> int:
        live = self._is_live()  # before: at the end of a file the state is another
        if not self._started:
            self._started = True
            self._next_frame = 0.0  # the first lines are worth a picture at once
        fed, now = 0, time.monotonic()
        end = now + SLICE
        while now < end:
            lines = self._runner.step(self._chunk)
            if not lines:
                break
            fed += lines
            before, now = now, time.monotonic()
            self._pace(now - before)
        if fed:
            self._stir()
        if self._runner.finished and not self._finished:
            self._save()  # before: the feed may have grown by the next run
            self.engine.finish()
            self._finished = True
        if news := self.engine.alerts.take_news():
            self._tell(news, live)
        return fed

    def _pace(self, taken: float) -> None:
        """Lines of a sparse feed cost many times what those of a dense one do: nobody should wait long for a step."""
        if taken > SLICE:
            self._chunk = max(FEWEST, self._chunk // 2)
        elif taken < SLICE / 2:
            self._chunk = min(CHUNK, self._chunk * 2)

    def _stir(self) -> None:
        """Something has happened: after a silence it is worth a picture at once."""
        now = time.monotonic()
        if self._is_quiet(now):
            self._next_frame = 0.0
        self._stirred = now

    def _is_quiet(self, now: float) -> bool:
        """Whether nothing has happened for so long that a look now and then will do. A replay goes by the clock."""
        return self._paced_by_itself and now - self._stirred >= QUIET_AFTER

    def _save(self) -> None:
        """Save the run for the last time, if there is to be another."""
        if self._keeper is not None and self._lasting and not self._finished:
            self._keeper.save(self.engine, self._runner)

    def _notes(self) -> list[str]:
        trouble = "" if self._keeper is None else self._keeper.trouble
        alone = "" if self._ahead is None else self._ahead.trouble
        return [note for note in (trouble, alone) if note]

    def _tell(self, news: Sequence[Alert], live: bool) -> None:
        """Tell of new alerts outside the screen, too; nobody is called because of what a file says of yesterday."""
        untold = [alert for alert in news if (alert.rule.text, alert.start) not in self._silences]
        self._say_of(alert_rows(self.engine, untold), live)

    def _listen(self, now: float) -> None:
        """Tell of a feed that has fallen silent, while it is."""
        new = self._listening.look(now, self.engine.intake.lines, self._is_live() and self._paced_by_itself)
        if new and self.engine.now is not None:
            self._silences = {(rule.text, self.engine.now) for rule in self._listening.silent}
            self._say_of([silence_row(rule, self.engine.now) for rule in new], True)

    def _say_of(self, rows: Sequence[AlertRow], live: bool) -> None:
        if trouble := self._teller.tell(rows, live):
            print(trouble, file=sys.stderr)

    def _is_live(self) -> bool:
        return self._gauge.state(self._started, self._finished) not in (CATCHING_UP, STARTING, ENDED)

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
                    self._draw_anew()
                case SetFilter():
                    with suppress(FilterError):  # the screen has told of it
                        self.engine.show(expression=command.expression)
                    self._draw_anew()
                case CountFilters():
                    self._pipe.send(FiltersCounted(command.id, voices(self.engine, command.expressions)))
                case Export():
                    self._pipe.send(self._export(command))
                case FindPosts():
                    found = posts_behind(self.engine, command)
                    self._pipe.send(PostsFound(command.id, found.posts, found.total))
                case OpenPost():
                    self._pipe.send(PostOpened(command.id, post_detail(self.engine, command.key)))
                case OpenGrades() if command is sheets[-1]:
                    self._pipe.send(GradesOpened(command.id, grade_sheet(self.engine, command.horizon)))
                case Pin() | SetAlerts():
                    self._heed(command)
                    self._draw_anew()
                case OpenTopics() if command is sheets[-1]:
                    self._pipe.send(TopicsOpened(command.id, topic_sheet(self.engine, command.cluster)))
                case ScoreDraft() if command is drafts[-1]:
                    self._pipe.send(self._score(command))
                case Correct():
                    self._pipe.send(self._correct(command))
                    self._next_frame = 0.0
                case _:
                    pass
        return True

    def _draw_anew(self) -> None:
        """Send another picture at once, whether or not anything has come."""
        self._pictured = ()
        self._next_frame = 0.0

    def _heed(self, command: Pin | SetAlerts) -> None:
        """Take note of what every picture shows from now on, or what is watched for."""
        if isinstance(command, Pin):
            self.engine.pinned = command.keys[:MAX_PINS]
            return
        watch_alerts(self.engine, command)
        self._listening.watch(self.engine.alerts.rules)

    def _export(self, command: Export) -> Exported:
        try:
            return Exported(command.id, write(snapshot(self.engine), command.path, command.table))
        except ExportError as error:
            return Exported(command.id, [], str(error))
        except Exception as error:  # an export that fails, whatever for, must not end the watch
            traceback.print_exc(file=sys.stderr)
            return Exported(command.id, [], f"cannot export: {type(error).__name__}: {error}; details are in the log")

    def _score(self, command: ScoreDraft) -> DraftScored:
        score = score_draft(self.engine, command.text, command.author)
        beside = score_draft(self.engine, command.beside, command.author) if command.beside else None
        return DraftScored(command.id, score, beside)

    def _correct(self, command: Correct) -> Corrected:
        corrections, entry = self.engine.corrections, self.engine.ledger.posts.get(command.key)
        if entry is None:
            return Corrected(command.key, "", len(corrections), "that post is not kept any more")
        try:
            return Corrected(command.key, corrections.mark(entry, command.mood), len(corrections))
        except CorrectionError as error:
            return Corrected(command.key, "", len(corrections), str(error))

    # -- reports ---------------------------------------------------------------------------------------------

    def _report(self, now: float) -> None:
        """Send a frame if the screen takes one and anything in it is new; decide when to look again."""
        self._next_frame = now + self._period
        if not self._pipe.clear:
            return
        self._listen(now)
        health = self._gauge.look(now, self._started, self._finished)
        if self._paced_by_itself and self._started:
            topics = self.engine.topics
            topics.one_in = self._overload.look(now, health.state == CATCHING_UP, topics.one_in)
        silent, notes = [rule.text for rule in self._listening.silent], self._notes()
        if silent or notes or self._notice:
            health = msgspec.structs.replace(health, silent=silent, notes=notes, went_on=self._notice)
        engine = self.engine
        engine.corrections.look()
        progress = (engine.intake.lines, engine.now, engine.sequence.held, engine.corrections.changes)
        state = (*progress, len(engine.gaps), engine.window.width, self._finished)
        if state != self._pictured or self._picture is None:
            self._pictured = state
            self._picture = snapshot(engine, ROWS)
        elif visible(health) == self._shown:
            if self._is_quiet(now):
                self._next_frame = now + max(self._period, QUIET_PERIOD)
            return
        self._stirred = now
        self._shown = visible(health)
        self._pipe.send(Framed(Frame(snapshot=self._picture, health=health)))
        cost = time.monotonic() - now
        self._next_frame = max(self._next_frame, now + cost / DRAWING)
