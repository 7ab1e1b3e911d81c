"""Saves a run every few seconds without stalling it: a copy of the process writes what the moment was."""

import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

from engine.config import SourceConfig
from engine.pipeline import Engine
from engine.runner import Runner
from engine.state.checkpoint import Body, Head, head_of
from engine.state.folder import StateFolder

EVERY = 5.0  # seconds between two checkpoints
SHARE = 0.05  # of the time, at most, that writing them may take: large states are saved less often
LONGEST = 120.0  # seconds after which a writer is taken to be stuck
MESSAGE = 1 << 12


class _Writer(NamedTuple):
    """A copy of the process that writes a checkpoint."""

    pid: int
    outcome: int  # descriptor that gives what went wrong, and ends with the writer
    began: float
    removed: int


class Keeper:
    """Keeps the checkpoints of a run in `folder`. `model` is the digest of the trained model it began from.

    `removed` is how many texts had been taken back in the checkpoint that it goes on from.
    Where a process cannot be copied safely (macOS), the run waits while it is written.
    """

    def __init__(
        self,
        folder: StateFolder,
        source: SourceConfig,
        since: int | None,
        model: str,
        clock: Callable[[], float] = time.monotonic,
        removed: int = 0,
    ) -> None:
        self.trouble = ""  # one line, while the newest state could not be saved
        self._folder = folder
        self._source = source
        self._since = since
        self._model = model
        self._clock = clock
        self._next = clock() + EVERY
        self._saved: tuple[object, ...] | None = None  # how far the run was in the newest checkpoint
        self._removed = removed  # texts taken back by the time of the newest checkpoint
        self._writer: _Writer | None = None

    def look(self, engine: Engine, runner: Runner) -> None:
        """Save if it is time. Call it between two steps of the run."""
        now = self._clock()
        if self._writer is not None:
            self._wait(now)
        elif now >= self._next and (progress := _progress(engine)) != self._saved:
            self._saved = progress
            self._begin(engine, runner, now)

    def save(self, engine: Engine, runner: Runner) -> None:
        """Save what has come since the last time, and wait for it. Of a new run, where it begins."""
        if self._writer is not None:
            self._wait(self._clock(), to_the_end=True)
        if _progress(engine) != self._saved:
            self._saved = _progress(engine)
            self._write(engine, runner)

    def leave(self) -> None:
        """Let go of the folder."""
        self._folder.close()

    def _begin(self, engine: Engine, runner: Runner, now: float) -> None:
        if sys.platform == "darwin":
            self._write(engine, runner)
            self._next = self._clock() + max(EVERY, (self._clock() - now) / SHARE)
            return
        outcome, tell = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the copy uses none of their locks
            pid = os.fork()
        if pid == 0:
            os.close(outcome)
            self._write_and_exit(engine, runner, tell)
        os.close(tell)
        os.set_blocking(outcome, False)
        self._writer = _Writer(pid, outcome, now, engine.removed)

    def _write_and_exit(self, engine: Engine, runner: Runner, tell: int) -> None:
        status = 1
        try:
            os.nice(5)
            if message := self._try(engine, runner):
                os.write(tell, message.encode()[:MESSAGE])
            else:
                status = 0
        finally:
            os._exit(status)

    def _write(self, engine: Engine, runner: Runner) -> None:
        self.trouble = self._try(engine, runner)
        if not self.trouble:
            self._removed = engine.removed

    def _try(self, engine: Engine, runner: Runner) -> str:
        """One line on what went wrong, "" if nothing did."""
        try:
            self._folder.write(
                self._head(engine, runner), Body(engine, runner.carried()), engine.removed > self._removed
            )
        except OSError as error:
            return f"the state was not saved to {self._folder.path}: {(error.strerror or str(error)).lower()}"
        return ""

    def _head(self, engine: Engine, runner: Runner) -> Head:
        bookmarks = tuple(mark for source in runner.sources if (mark := source.bookmark()) is not None)
        return head_of(engine, self._source, self._model, self._since, bookmarks)

    def _wait(self, now: float, to_the_end: bool = False) -> None:
        writer = self._writer
        assert writer is not None
        stuck = now - writer.began > LONGEST
        if stuck:
            os.kill(writer.pid, 9)
        pid, status = os.waitpid(writer.pid, 0 if to_the_end or stuck else os.WNOHANG)
        if not pid:
            return
        self._writer = None
        self._next = now + max(EVERY, (now - writer.began) / SHARE)
        try:
            told = os.read(writer.outcome, MESSAGE).decode("utf-8", "replace")
        finally:
            os.close(writer.outcome)
        if status == 0:
            self.trouble, self._removed = "", writer.removed
            return
        self._saved = None
        self.trouble = told or f"the state was not saved to {self._folder.path}: its writer ended"


def _progress(engine: Engine) -> tuple[object, ...]:
    return engine.intake.lines, engine.now, engine.sequence.held, len(engine.gaps)
