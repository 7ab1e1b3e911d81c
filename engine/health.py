"""How the engine's process is doing: facts of the wall clock, which are no part of the snapshot."""

import resource
import sys
import time
from collections import deque
from collections.abc import Iterable

from engine.config import SECOND
from engine.pipeline import Engine
from engine.progress import Remaining
from engine.protocol import Start
from engine.snapshot import Health
from engine.snapshot import Source as SourceRow
from engine.sources.base import Source

STARTING, CATCHING_UP, ENDED = "starting", "catching up", "ended"
RATE_SPAN = 5.0  # seconds over which the rate is measured
LAG_STEP = 10  # seconds of which the highest lag is kept
LAG_STEPS = 60


class Lags:
    """The highest lag in each step of the wall clock, for the last LAG_STEPS of them."""

    def __init__(self) -> None:
        self._highest: deque[float | None] = deque(maxlen=LAG_STEPS)
        self._step: int | None = None

    def note(self, now: float, lag: float | None) -> list[float | None]:
        """Take note of the lag at `now` (monotonic seconds); gives all that are kept, none if none was ever known."""
        step = int(now // LAG_STEP)
        if self._step is None or step > self._step:
            missed = 0 if self._step is None else step - self._step - 1
            self._highest.extend([None] * min(missed, LAG_STEPS))
            self._highest.append(lag)
            self._step = step
        elif lag is not None:
            before = self._highest[-1]
            self._highest[-1] = lag if before is None else max(lag, before)
        known = list(self._highest)
        return known if any(one is not None for one in known) else []


class Gauge:
    """Measures the process between two looks at it."""

    def __init__(self, start: Start, engine: Engine, sources: Iterable[Source]) -> None:
        self._start = start
        self._engine = engine
        self._sources = sources
        self._marks: deque[tuple[float, int]] = deque()
        self._cpu = (time.monotonic(), time.process_time())
        self._remaining = Remaining()
        self._lags = Lags()

    def look(self, now: float, started: bool, finished: bool) -> Health:
        """The health at `now` (monotonic seconds); whether any reading has begun, and whether all of it is over."""
        state, stored = self.state(started, finished), self._stored()
        lag = None if finished else self._lag()
        return Health(
            state=state,
            rate=self._rate(now),
            lag=lag,
            backlog=None if stored is None else max(0.0, 1.0 - stored[0] / stored[1]),
            remaining=self._remaining.look(now, *stored) if stored and state == CATCHING_UP else None,
            cpu=self._cpu_share(now),
            memory=_resident(),
            sources=[SourceRow(name=s.name, state=s.state, lines=s.lines, detail=s.detail) for s in self._sources],
            lags=self._lags.note(now, lag),
            lag_step=LAG_STEP,
        )

    def _rate(self, now: float) -> float:
        self._marks.append((now, self._engine.intake.read))
        while len(self._marks) > 2 and self._marks[0][0] < now - RATE_SPAN:
            self._marks.popleft()
        (since, before), (until, after) = self._marks[0], self._marks[-1]
        return round((after - before) / (until - since), 1) if until > since else 0.0

    def _cpu_share(self, now: float) -> float:
        used = time.process_time()
        share = (used - self._cpu[1]) / max(1e-6, now - self._cpu[0])
        self._cpu = (now, used)
        return round(share, 3)

    def state(self, started: bool, finished: bool) -> str:
        """What the engine is about, in a word or two."""
        if finished:
            return ENDED
        if not started:
            return STARTING
        if self._start.demo:
            return "live"
        states = {source.state for source in self._sources}
        if "reading" in states:
            return "live" if self._start.source.replay is not None else CATCHING_UP
        return "waiting" if states <= {"waiting", "ended", "failed"} else "live"

    def _lag(self) -> float | None:
        """Seconds between now and the newest event, where that means anything: not in a replay or simulation."""
        if self._start.demo or self._start.source.replay is not None or self._engine.now is None:
            return None
        return round(time.time() - self._engine.now / SECOND, 1)

    def _stored(self) -> tuple[int, int] | None:
        """Bytes read and bytes there are of what is stored; None where nothing is."""
        sizes = [size for source in self._sources if (size := source.backlog()) is not None]
        total = sum(size for _, size in sizes)
        return (sum(done for done, _ in sizes), total) if total else None


def visible(health: Health) -> tuple[object, ...]:
    """What of it is worth a new frame: all but cpu and memory, and a lag only as coarsely as a reader takes it.

    The lag of a feed that has fallen silent grows for ever: by the second in the first minute, then by the minute, then
    by the hour.
    """
    lag = health.lag
    if lag is not None:
        step = 1 if abs(lag) < 60 else 60 if abs(lag) < 3600 else 3600
        lag = lag // step * step
    return health.state, health.rate, lag, health.backlog, health.sources, health.silent, health.notes, health.went_on


def _resident() -> int:
    """Resident bytes of this process; its peak where the system does not tell the present."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
