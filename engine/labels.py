"""Delayed labels: predictions wait until their horizon has passed, then mature or are censored; none is remade."""

from collections import Counter, deque
from collections.abc import Callable, Sequence

import msgspec

from engine.config import MINUTE
from engine.events import Counts, Gap
from engine.ledger import KINDS, Entry, Ledger
from models.engagement import EngagementModel, Forecast, Matured, Told

BIRTH_BOUND = 10 * MINUTE  # a post first seen older than this has reactions behind it that were not seen
RECENT = 200
NEAR = 0.2  # counts observed within 20 % of a horizon are its label (FEEDS: unequal ages)

WAITING, MATURED = "waiting", "matured"
LATE, DELETED, GAP = "late", "deleted", "gap"
BIRTH_UNSEEN, NOT_REPORTED, NOT_NEAR = "birth not seen", "not reported", "no counts near the horizon"


class Tracked(msgspec.Struct, gc=False):
    """A post under prediction; outcomes have one place per horizon."""

    key: str
    born: int  # event time, microseconds
    told: Told
    outcomes: tuple[int | str, ...]  # engagements, once matured; else "waiting" or the reason it was censored

    def state(self, index: int) -> str:
        """ "waiting", "matured" or the reason it was censored."""
        outcome = self.outcomes[index]
        return outcome if isinstance(outcome, str) else MATURED

    def actual(self, index: int) -> int | None:
        """Engagements at the horizon, once matured."""
        outcome = self.outcomes[index]
        return None if isinstance(outcome, str) else outcome


class Labels:
    """The maturity queue, keyed by post."""

    def __init__(self, horizons: tuple[int, ...], model: EngagementModel) -> None:
        self.horizons = horizons
        self.model = model
        self.tracked: dict[str, Tracked] = {}
        self.waiting = [0] * len(horizons)
        self.matured = [0] * len(horizons)
        self.censored: list[Counter[str]] = [Counter() for _ in horizons]
        # Posts are tracked in the order of their times, so each horizon has them come due in that order too.
        self._due: tuple[deque[Tracked], ...] = tuple(deque() for _ in horizons)
        self.recent = [deque[str](maxlen=RECENT) for _ in horizons]  # posts that matured last
        self.observer: Callable[[int, Sequence[Matured]], None] | None = None  # is shown labels before they are learnt
        self._untouched: tuple[int | str, ...] = (WAITING,) * len(horizons)  # one for all posts
        self._gaps: list[Gap] = []
        self._ready: dict[int, list[Matured]] = {}

    def track(self, entry: Entry, told: Told) -> None:
        """Keep what was said of a post until each horizon passes. To be called in the order of the posts' times."""
        tracked = self.tracked[entry.key] = Tracked(entry.key, entry.time, told, self._untouched)
        for index, queue in enumerate(self._due):
            self.waiting[index] += 1
            queue.append(tracked)

    def forecasts(self, tracked: Tracked) -> list[Forecast]:
        """What was said of a post, by horizon."""
        return self.model.freezer.forecasts(tracked.told, tracked.born)

    def turn_away(self, reason: str) -> None:
        """Count a post that is not predicted at all, at no horizon."""
        for counter in self.censored:
            counter[reason] += 1

    def blind(self, gap: Gap) -> None:
        """Note that the feed was blind for a time: labels whose horizon it touches, and are not read yet, are lost."""
        longest = max(self.horizons, default=0)
        self._gaps = [known for known in self._gaps if known.end > gap.end - 2 * longest]
        self._gaps.append(gap)

    def forget(self, entry: Entry, reason: str) -> None:
        """Take a post out of the queue: whatever still waits is censored."""
        tracked = self.tracked.pop(entry.key, None)
        if tracked is None:
            return
        for index, outcome in enumerate(tracked.outcomes):
            if outcome == WAITING:
                self.waiting[index] -= 1
                self.censored[index][reason] += 1

    def disown(self, author: str) -> None:
        """Learn nothing of an account any more."""
        for index, outcomes in self._ready.items():
            self._ready[index] = [outcome for outcome in outcomes if outcome.author != author]

    def due(self, index: int) -> int | None:
        """When the next label is due at a horizon; None if none waits."""
        horizon = self.horizons[index]
        return next((tracked.born + horizon for tracked in self._due[index] if self._waits(tracked)), None)

    def collect(self, now: int, ledger: Ledger) -> None:
        """Read the label of every forecast whose horizon ended before `now`, as it stands at this moment."""
        for index, queue in enumerate(self._due):
            horizon = self.horizons[index]
            while queue and queue[0].born + horizon < now:
                tracked = queue.popleft()
                entry = ledger.posts.get(tracked.key)
                if entry is not None and self._waits(tracked):
                    self._settle(tracked, entry, index, ledger)

    def _waits(self, tracked: Tracked) -> bool:
        return self.tracked.get(tracked.key) is tracked

    def _settle(self, tracked: Tracked, entry: Entry, index: int, ledger: Ledger) -> None:
        """Give a forecast that came due its outcome."""
        due = entry.time + self.horizons[index]
        actual, reason = self._label(entry, index, due, ledger)
        outcome = reason if actual is None else actual
        tracked.outcomes = (*tracked.outcomes[:index], outcome, *tracked.outcomes[index + 1 :])
        self.waiting[index] -= 1
        if actual is None:
            self.censored[index][reason] += 1
            return
        self.matured[index] += 1
        self.recent[index].append(entry.key)
        self._ready.setdefault(index, []).append(Matured(entry.author, entry.time, tracked.told, actual, due))

    def teach(self) -> None:
        """Score the collected forecasts and learn from them."""
        for index, outcomes in self._ready.items():
            if self.observer is not None and outcomes:
                self.observer(index, outcomes)
            self.model.mature(index, outcomes)
        self._ready = {}

    def _label(self, entry: Entry, index: int, due: int, ledger: Ledger) -> tuple[int | None, str]:
        """Engagements at the horizon, or why they are not known."""
        if any(gap.end > entry.time and gap.start < due for gap in self._gaps):
            return None, GAP
        reacting = reacts(entry.platform, ledger)
        born_unseen = is_born_unseen(entry)
        if reacting and not born_unseen and entry.platform in ledger.complete:
            return sum(entry.seen), ""
        observed = [(at, counts) for at, counts in entry.history if at is not None]
        actual, reason = observed_label(entry.time, self.horizons[index], observed)
        if actual is not None or not reacting:
            return actual, reason
        # Posts with reactions are read more often than others, and not at the horizon: to turn them away for that
        # would leave the small ones only.
        return (None, BIRTH_UNSEEN) if born_unseen else (sum(entry.seen), "")


def reacts(platform: str, ledger: Ledger) -> bool:
    """Whether reactions to a platform's posts come as events."""
    return any(f"{platform}:{kind}" in ledger.reacting for kind in KINDS)


def is_born_unseen(entry: Entry) -> bool:
    """Whether a post was too old at first sight to have brought all its reactions as events."""
    return entry.first_age is not None and entry.first_age > BIRTH_BOUND


def observed_label(birth: int, horizon: int, observed: list[tuple[int, Counts]]) -> tuple[int | None, str]:
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
