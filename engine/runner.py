"""Carries lines from sources to an engine: whose turn it is, how fast a replay goes, when a source counts as quiet."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec

from engine.config import SECOND, EngineConfig
from engine.platforms.moment import line_time
from engine.sequence import Sequencer
from engine.sources.base import Item, Source

CHUNK = 512  # lines taken from one source at a time
QUIET_AFTER = 2.0  # seconds, at least, that a source with nothing to say holds up the others
MAX_HELD = 20_000  # records that may wait for such a source, however short its silence
REFRESH_EVERY = 1.0  # seconds between two looks for new files

Clock = Callable[[], float]


class Fed(Protocol):
    """What lines are carried to: the engine, or whatever else puts them in the engine's order."""

    config: EngineConfig
    sequence: Sequencer

    def open(self, source: int) -> None:
        """Announce a source, so that others wait for its first line."""
        ...

    def feed(self, source: int, items: Sequence[Item], present: int) -> None:
        """Take lines of a source, in order; `present` is the reader's clock."""
        ...

    def quiet(self, source: int) -> None:
        """A source has nothing to say for now, or ever."""
        ...

    def blind(self, source: int, since: int | None, reason: str) -> None:
        """Lines of a source were lost between the event time `since` and now."""
        ...

    def finish(self) -> None:
        """The feed is over."""
        ...


class SourceSet(Protocol):
    """The sources of a run. Which there are may change while it goes on."""

    @property
    def since(self) -> int | None:
        """Lines older than this event time are not wanted; None: all are."""
        ...

    @property
    def ended(self) -> bool:
        """Whether no source will give another line, and no other will come."""
        ...

    def __iter__(self) -> Iterator[Source]: ...

    def refresh(self) -> list[Source]:
        """Sources that have come since the last look."""
        ...


class FixedSources(list[Source]):
    """A set that stays as it is."""

    since: int | None = None

    @property
    def ended(self) -> bool:
        """Whether all have ended."""
        return all(source.ended for source in self)

    def refresh(self) -> list[Source]:
        """None ever comes."""
        return []


class Carried(msgspec.Struct):
    """What a runner has in hand: by source, lines of a paced replay that are not due, and the event time before the
    lines last read."""

    held: list[list[Item]]
    before: list[int | None]


class Runner:
    """Feeds `engine` from `sources`, the one furthest behind in event time first.

    A source whose event time has stood still for QUIET_AFTER, or for the lateness if that is longer, and that has
    nothing to read now, is quiet: the engine no longer waits for it. In a live feed event time has moved on by as much
    meanwhile, so that nothing within the lateness can still come. docs/reliability.md says what remains of the wall
    clock in this.

    With what an earlier run `carried`, it goes on where that stopped, with the same sources in the same order.

    `replay` is event seconds per second; None or inf read as fast as lines come. `clock` gives seconds (monotonic),
    `present` the time of day in microseconds since 1970: both can be replaced in tests.
    """

    def __init__(
        self,
        engine: Fed,
        sources: SourceSet,
        replay: float | None = None,
        clock: Clock = time.monotonic,
        present: Callable[[], int] = lambda: time.time_ns() // 1000,
        carried: Carried | None = None,
    ) -> None:
        self.engine = engine
        self.sources: list[Source] = []
        self._set = sources
        self._refreshed = clock()
        self._speed = None if replay is None or math.isinf(replay) else replay
        self._clock = clock
        self._present = present
        self._patience = max(QUIET_AFTER, engine.config.lateness / SECOND)
        self._held: list[deque[Item]] = []  # lines of a paced replay that are not due yet
        self._moved: list[float] = []  # when the event time of each source last moved
        self._over: list[bool] = []
        self._before: list[int | None] = []  # event time of each source before the lines last read
        self._origin: tuple[float, int] | None = None  # wall and event time at which the replay began
        for source in sources:
            self.add(source)
        if carried is not None:
            self._held = [*map(deque, carried.held), *self._held[len(carried.held) :]]
            self._before[: len(carried.before)] = carried.before

    def add(self, source: Source) -> None:
        """Take a further source in."""
        self.engine.open(len(self.sources))
        self.sources.append(source)
        self._held.append(deque())
        self._moved.append(self._clock())
        self._over.append(False)
        self._before.append(None)

    def carried(self) -> Carried:
        """What a later run needs to go on from here."""
        return Carried([list(held) for held in self._held], list(self._before))

    @property
    def finished(self) -> bool:
        """Whether no source will ever say more."""
        return all(self._over) and self._set.ended

    def step(self, chunk: int = CHUNK) -> int:
        """Feed lines of one source, at most `chunk`; 0 if none has any for now."""
        if self._clock() - self._refreshed >= REFRESH_EVERY:
            self._refreshed = self._clock()
            for source in self._set.refresh():
                self.add(source)
        for index in self._turns():
            reached = self.engine.sequence.reached(index)
            lines = self._take(index, chunk)
            if lines:
                if self.engine.sequence.reached(index) != reached:
                    self._moved[index] = self._clock()
                return lines
            if self.sources[index].ended and not self._held[index]:
                self._over[index] = True
                self.engine.quiet(index)
            elif self._is_quiet(index):
                self.engine.quiet(index)
        return 0

    def run(self) -> None:
        """Feed everything there is, for sources that end, and finish the engine."""
        self.read_all()
        self.engine.finish()

    def read_all(self, between: Callable[[], None] = lambda: None) -> None:
        """Feed everything there is, with `between` two steps. Nobody looks on: no silence counts."""
        self._patience = math.inf
        chunk = CHUNK if self.engine.sequence.until is None else 1
        while not self.finished and not self.engine.sequence.past_until:
            if not self.step(chunk) and not self.finished:
                time.sleep(0.01)
            between()

    def _turns(self) -> list[int]:
        def behind(index: int) -> tuple[int, int]:
            reached = self.engine.sequence.reached(index)
            return (-1 if reached is None else reached, index)

        return sorted((index for index in range(len(self.sources)) if not self._over[index]), key=behind)

    def _is_quiet(self, index: int) -> bool:
        """Whether a source that gave no line need not be waited for."""
        if self._held[index] or self.sources[index].state == "reading":
            return False
        waited = self._clock() - self._moved[index] >= self._patience
        return waited or (self.engine.sequence.held >= MAX_HELD and self._holds_up(index))

    def _holds_up(self, index: int) -> bool:
        """Whether records of another source wait for this one."""
        everyones = [self.engine.sequence.reached(other) for other in range(len(self.sources))]
        newest = max((at for at in everyones if at is not None), default=0)
        reached = everyones[index]
        return reached is None or reached < newest - self.engine.config.lateness

    def _take(self, index: int, chunk: int) -> int:
        """Feed lines of a source, at most `chunk`; 0 if it has none, or none that is due."""
        if self._speed is not None:
            return self._take_due(index, chunk, self._speed)
        self._before[index] = self.engine.sequence.reached(index)
        lines = self.sources[index].read(chunk)
        if lines:
            self.engine.feed(index, self._wanted(lines), self._present())
        self._tell_losses(index)
        return len(lines)

    def _take_due(self, index: int, chunk: int, speed: float) -> int:
        """Feed lines one by one until one reaches the event time that the replay is due at."""
        held = self._held[index]
        if not held:
            self._tell_losses(index)
            self._before[index] = self.engine.sequence.reached(index)
            lines = self.sources[index].read(chunk)
            held.extend(self._wanted(lines))
            if not held:
                return len(lines)
        count = 0
        while held and self._due(index, speed):
            self.engine.feed(index, [held.popleft()], self._present())
            count += 1
        return count

    def _tell_losses(self, index: int) -> None:
        """Tell the engine what the source lost among the lines last read, now that they are fed."""
        holes = self.sources[index].holes
        while holes:
            self.engine.blind(index, self._before[index], holes.popleft().reason)

    def _wanted(self, lines: list[Item]) -> list[Item]:
        since = self._set.since
        if since is None:
            return lines
        return [line for line in lines if not isinstance(line, bytes) or (line_time(line) or since) >= since]

    def _due(self, index: int, speed: float) -> bool:
        reached = self.engine.sequence.reached(index)
        if reached is None:
            return True
        if self._origin is None:
            self._origin = (self._clock(), reached)
        began, first = self._origin
        return reached - first <= (self._clock() - began) * speed * SECOND
