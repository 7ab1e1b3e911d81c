"""Bringing a dead engine back: when to start it again, and from when on its picture is worth showing."""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

from engine.snapshot import Frame
from tui.messages import EngineDied

MINUTE = 60.0
MOST_DEATHS = 5  # in a minute; then it is given up
LONGEST_WAIT = 30.0
LONG_LIFE = 300.0  # seconds after which an engine's death is a first one again


class Revival:
    """Counts deaths and says how long to wait before the next start; knows what the screen showed when it came to that.

    `clock` gives seconds (monotonic).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self._in_a_row = 0
        self._shown: datetime | None = None

    def died(self, shown: datetime | None) -> float | None:
        """Seconds to wait before the next start, 0 for at once; None when it has died too often.

        `shown` is the event time on screen.
        """
        now = self._clock()
        if self._deaths and now - self._deaths[-1] > LONG_LIFE:
            self._in_a_row = 0
        self._deaths.append(now)
        self._in_a_row += 1
        self._shown = shown
        if len(self._deaths) == MOST_DEATHS and now - self._deaths[0] <= MINUTE:
            return None
        return min(2.0 ** (self._in_a_row - 2), LONGEST_WAIT) if self._in_a_row > 1 else 0.0

    def forgive(self) -> None:
        """Begin to count anew: someone has started the engine by hand."""
        self._deaths.clear()
        self._in_a_row = 0

    def has_caught_up(self, frame: Frame) -> bool:
        """Whether a new engine's picture is as far as the one on screen, or has nothing left to read."""
        as_of, state = frame.snapshot.as_of, frame.health.state
        if state == "ended":
            return True
        if as_of is None:
            return False
        return state not in ("starting", "catching up") or (self._shown is not None and as_of >= self._shown)


def obituary(died: EngineDied, wait: float, again: str) -> str:
    """One line on a death and what follows; `again` is what the new engine does about the feed."""
    how = f" ({died.how})" if died.how else ""
    soon = f" in {wait:.0f} s" if wait else ""
    return f"the engine died{how} and starts anew{soon}: {again}"
