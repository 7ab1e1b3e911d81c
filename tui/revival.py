"""Bringing a dead engine back: when to start it again, and from when on its picture is worth showing.

One that was killed may well live on, so it is started again and again, after longer and longer waits. One that failed
by an error of its own mostly fails again where it did, so it is started once: only if it has been up to date for long
since then is the next error taken for another.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from engine.snapshot import Frame
from tui.keymap import key
from tui.messages import EngineDied, EngineFailed

MINUTE = 60.0
MOST_DEATHS = 5  # in a minute; then it is given up
LONGEST_WAIT = 30.0
LONG_LIFE = 300.0  # seconds after which an engine's death is a first one again
AFTER_ERROR = 1.0  # seconds until one that failed is started again


class Revival:
    """Counts deaths and says how long to wait before the next start; knows what the screen showed when it came to that.

    `clock` gives seconds (monotonic).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self._in_a_row = 0
        self._shown: datetime | None = None
        self._has_failed = False
        self._well: float | None = None  # since when the engine is up to date again after an error

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

    def failed(self, shown: datetime | None) -> float | None:
        """Seconds to wait before the next start after an error of its own; None if that was tried already."""
        well = self._well is not None and self._clock() - self._well > LONG_LIFE
        again = self._has_failed and not well
        self._has_failed, self._well, self._shown = True, None, shown
        return None if again else AFTER_ERROR

    def recovered(self) -> None:
        """A new engine is up to date."""
        if self._has_failed and self._well is None:
            self._well = self._clock()

    def forgive(self) -> None:
        """Begin to count anew: someone has started the engine by hand."""
        self._deaths.clear()
        self._in_a_row = 0
        self._has_failed, self._well = False, None

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


def diagnosis(failed: EngineFailed, wait: float | None, again: str) -> str:
    """One line on an error of the engine's own and what follows; None: nothing, until the user wants it."""
    if wait is not None:
        return f"the engine failed and starts anew in {wait:.0f} s: {again} · {failed.message}"
    log = f" {_from_home(failed.log)}:" if failed.log else ""
    return f"the engine failed again, {key('restart')} starts it anew:{log} {failed.message}"


def _from_home(path: str) -> str:
    home = f"{Path.home()}/"
    return f"~/{path.removeprefix(home)}" if path.startswith(home) else path
