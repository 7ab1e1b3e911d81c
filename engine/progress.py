"""How long reading what is stored will still take, told so that the figure does not jump."""

from collections import deque
from math import exp

SPAN = 15.0  # seconds over which the speed is measured
LEAST = 2.0  # seconds of it before anything is said
SMOOTHING = 4.0  # seconds in which a new estimate has come through by two thirds


class Remaining:
    """Seconds left by the bytes read in the last seconds. Between two looks the figure runs down like a clock."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()
        self._last: tuple[float, float] | None = None

    def look(self, now: float, done: int, total: int) -> float | None:
        """Seconds left at `now` (monotonic seconds); None while too little is known, or nothing moves."""
        if self._marks and done < self._marks[-1][1]:  # another file has come in, or one has been cut
            self._marks.clear()
            self._last = None
        self._marks.append((now, done))
        while len(self._marks) > 2 and self._marks[1][0] <= now - SPAN:
            self._marks.popleft()
        since, before = self._marks[0]
        if now - since < LEAST or done <= before:
            return None
        estimate = (total - done) * (now - since) / (done - before)
        if self._last is not None:
            at, left = self._last
            run_down = max(left - (now - at), 0.0)
            estimate = run_down + (estimate - run_down) * (1.0 - exp((at - now) / SMOOTHING))
        self._last = (now, estimate)
        return estimate
