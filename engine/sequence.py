"""Many sources, one order: records come out by event time and id, as soon as no source can bring an older one."""

from collections.abc import Sequence

from engine.clock import Incoming, ReorderBuffer, SourceClock, Stamped
from engine.config import EngineConfig


class Sequencer:
    """The sources' clocks and the buffer between them and the engine. Nothing past `until` comes out."""

    def __init__(self, config: EngineConfig, until: int | None = None) -> None:
        self.until = until
        self._config = config
        self._clocks: dict[int, SourceClock] = {}
        self._quiet: set[int] = set()  # sources that hold nobody up
        self._buffer = ReorderBuffer()
        self._floor: int | None = None  # everything before this has come out

    def open(self, source: int) -> SourceClock:
        """Announce a source, so that others wait for its first line."""
        return self._clocks.setdefault(source, SourceClock(self._config))

    def take(self, source: int, lines: Sequence[Incoming], present: int) -> list[Stamped]:
        """Put the records of some lines in their places; returns what is due by now, in order.

        Nothing in a line comes before what was due as the line before it was read: they may all be placed first.
        """
        self._quiet.discard(source)
        clock = self._clocks.get(source) or self.open(source)
        self._buffer.push(clock.place(lines, present, self._floor))
        return self._due()

    def quiet(self, source: int) -> list[Stamped]:
        """A source has nothing to say for now, or ever; returns what no longer waits for it."""
        self.open(source)
        self._quiet.add(source)
        return self._due()

    def rest(self) -> list[Stamped]:
        """Whatever is held back, for the end of the feed."""
        return self._buffer.release(None if self.until is None else self.until + 1)

    def reached(self, source: int) -> int | None:
        """Newest event time of a source; None before any."""
        clock = self._clocks.get(source)
        return None if clock is None else clock.newest

    @property
    def held(self) -> int:
        """Records that wait."""
        return len(self._buffer)

    @property
    def past_until(self) -> bool:
        """Whether all that happened up to `until` has come out."""
        return self.until is not None and self._floor is not None and self._floor > self.until

    def _due(self) -> list[Stamped]:
        due = self._watermark()
        if due is None:
            return []
        if self._floor is None or due > self._floor:
            self._floor = due
        return self._buffer.release(due if self.until is None else min(due, self.until + 1))

    def _watermark(self) -> int | None:
        """Event time before which all is known: the least watermark of the sources that are talking."""
        if len(self._clocks) == 1 and not self._quiet:
            return next(iter(self._clocks.values())).watermark
        talking = [clock for source, clock in self._clocks.items() if source not in self._quiet]
        if not talking:
            newest = [clock.newest for clock in self._clocks.values() if clock.newest is not None]
            return max(newest) + 1 if newest else None
        marks = [clock.watermark for clock in talking]
        return None if None in marks else min(mark for mark in marks if mark is not None)
