"""The simulated feed as a live source: what `trendtop demo` watches."""

import time
from collections import deque
from collections.abc import Callable, Iterator

from engine.config import HOUR, MINUTE, SECOND
from engine.simulate.live import endless
from engine.sources.base import Hole, Item, State

SPEED = 30.0  # event seconds per second: 15-minute labels mature while one watches
HEAD_START = 15 * MINUTE  # event time that has passed when the screen opens
POSTS_PER_MINUTE = 60.0


class DemoSource:
    """Native lines of the simulator, given out at SPEED. Implements engine.sources.base.Source."""

    name = "simulated feed"
    state: State = "live"
    detail = f"{SPEED:.0f}x event time"
    ended = False

    def __init__(self, seed: int, clock: Callable[[], float] = time.monotonic) -> None:
        start = (time.time_ns() // 1000 // HOUR - 24) * HOUR
        self._lines: Iterator[tuple[int, bytes]] = endless(seed, start, POSTS_PER_MINUTE)
        self._clock = clock
        self._began = clock()
        self._start = start
        self._next: tuple[int, bytes] | None = None
        self.lines = 0
        self.lost = 0
        self.holes: deque[Hole] = deque()

    def read(self, max_lines: int) -> list[Item]:
        """The lines that are due by now."""
        until = self._start + HEAD_START + int((self._clock() - self._began) * SPEED * SECOND)
        out: list[Item] = []
        while len(out) < max_lines:
            at, line = self._next or next(self._lines)
            if at > until:
                self._next = (at, line)
                break
            self._next = None
            out.append(line)
        self.lines += len(out)
        return out

    def backlog(self) -> None:
        """A simulation has no end to be behind of."""

    def bookmark(self) -> None:
        """A simulation cannot be gone on with from a place."""

    def fileno(self) -> int | None:
        """Nothing to wait on."""
        return None

    def watched(self) -> tuple[str, ...]:
        """Nothing to watch."""
        return ()

    def close(self) -> None:
        """Nothing is open."""
