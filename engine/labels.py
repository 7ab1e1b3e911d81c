"""Delayed labels: predictions wait until their horizon has passed, then mature or are censored; none is remade."""

import heapq
from collections import Counter

import msgspec

from engine.config import MINUTE
from engine.events import Counts, Gap
from engine.ledger import KINDS, Entry, Ledger
from models.engagement import EngagementModel, Forecast, Known, Matured

BIRTH_BOUND = 10 * MINUTE  # a post first seen older than this has reactions behind it that were not seen
NEAR = 0.2  # counts observed within 20 % of a horizon are its label (FEEDS: unequal ages)

WAITING, MATURED = "waiting", "matured"
LATE, DELETED, GAP = "late", "deleted", "gap"
BIRTH_UNSEEN, NOT_REPORTED, NOT_NEAR = "birth not seen", "not reported", "no counts near the horizon"


class Tracked(msgspec.Struct):
    """A post under prediction, one place per horizon."""

    known: Known  # author and time only: what else was known is frozen in the forecasts
    forecasts: tuple[Forecast, ...]
    states: list[str]  # "waiting", "matured" or the reason it was censored
    actuals: list[int | None]


class Labels:
    """The maturity queue, keyed by post."""

    def __init__(self, horizons: tuple[int, ...], model: EngagementModel) -> None:
        self.horizons = horizons
        self.model = model
        self.tracked: dict[str, Tracked] = {}
        self.waiting = [0] * len(horizons)
        self.matured = [0] * len(horizons)
        self.censored: list[Counter[str]] = [Counter() for _ in horizons]
        self._due: list[tuple[int, int, str]] = []
        self._gaps: list[Gap] = []
        self._ready: dict[int, list[Matured]] = {}

    def track(self, entry: Entry, known: Known, forecasts: tuple[Forecast, ...]) -> None:
        """Freeze a post's forecasts until each horizon passes."""
        count = len(self.horizons)
        known = Known(author=known.author, at=known.at)
        self.tracked[entry.key] = Tracked(known, forecasts, [WAITING] * count, [None] * count)
        for index, horizon in enumerate(self.horizons):
            self.waiting[index] += 1
            heapq.heappush(self._due, (entry.time + horizon, index, entry.key))

    def turn_away(self, reason: str) -> None:
        """Count a post that is not predicted at all, at no horizon."""
        for counter in self.censored:
            counter[reason] += 1

    def blind(self, gap: Gap) -> None:
        """Note that the feed was blind for a time."""
        self._gaps.append(gap)

    def forget(self, entry: Entry, reason: str) -> None:
        """Take a post out of the queue: whatever still waits is censored."""
        tracked = self.tracked.pop(entry.key, None)
        if tracked is None:
            return
        for index, state in enumerate(tracked.states):
            if state == WAITING:
                self.waiting[index] -= 1
                self.censored[index][reason] += 1

    def due(self, index: int) -> int | None:
        """When the next label is due at a horizon; None if none waits."""
        times = (time for time, i, key in self._due if i == index and key in self.tracked)
        return min(times, default=None)

    def collect(self, now: int, ledger: Ledger) -> None:
        """Read the label of every forecast whose horizon ended before `now`, as it stands at this moment."""
        while self._due and self._due[0][0] < now:
            due, index, key = heapq.heappop(self._due)
            tracked, entry = self.tracked.get(key), ledger.posts.get(key)
            if tracked is None or entry is None or tracked.states[index] != WAITING:
                continue
            self.waiting[index] -= 1
            actual, reason = self._label(entry, index, due, ledger)
            forecast = tracked.forecasts[index]
            told = msgspec.structs.replace(forecast, rivals=(), row=b"", keys=b"")
            tracked.forecasts = (*tracked.forecasts[:index], told, *tracked.forecasts[index + 1 :])
            if actual is None:
                tracked.states[index] = reason
                self.censored[index][reason] += 1
                continue
            tracked.states[index] = MATURED
            tracked.actuals[index] = actual
            self.matured[index] += 1
            self._ready.setdefault(index, []).append(Matured(tracked.known, forecast, actual, due))

    def teach(self) -> None:
        """Score the collected forecasts and learn from them."""
        for index, outcomes in self._ready.items():
            self.model.mature(index, outcomes)
        self._ready = {}

    def _label(self, entry: Entry, index: int, due: int, ledger: Ledger) -> tuple[int | None, str]:
        """Engagements at the horizon, or why they are not known."""
        if any(gap.end > entry.time and gap.start < due for gap in self._gaps):
            return None, GAP
        observed = [(at, counts) for at, counts in entry.history if at is not None]
        reacting = any(f"{entry.platform}:{kind}" in ledger.reacting for kind in KINDS)
        if len(observed) > 1 or not reacting:
            return _observed_label(entry.time, self.horizons[index], observed)
        if entry.first_age is not None and entry.first_age > BIRTH_BOUND:
            return None, BIRTH_UNSEEN
        return sum(entry.seen), ""


def _observed_label(birth: int, horizon: int, observed: list[tuple[int, Counts]]) -> tuple[int | None, str]:
    """The counts read nearest to a horizon, if near enough."""
    totals = [(abs(at - birth - horizon), engagements(counts)) for at, counts in observed]
    totals = [(distance, total) for distance, total in totals if total is not None]
    if not totals:
        return None, NOT_REPORTED
    distance, total = min(totals)
    return (total, "") if distance <= NEAR * horizon else (None, NOT_NEAR)


def engagements(counts: Counts) -> int | None:
    """Likes, reposts, replies and quotes together; None where neither likes nor reposts are reported."""
    if counts.like is None and counts.repost is None:
        return None
    return (counts.like or 0) + (counts.repost or 0) + (counts.reply or 0) + (counts.quote or 0)
