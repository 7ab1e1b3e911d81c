"""What subjects without a past usually reach: the yardstick for new ones in a feed where new ones come all the time."""

from collections import deque
from collections.abc import Collection

import numpy as np

from models.burst_counts import Ints, Mask
from models.burst_past import Floats, among

RARE = 2.0  # authors of a past, under which a subject that comes up is a newcomer
YOUNG = 5  # windows in which a newcomer shows what newcomers reach
MOST = 1_000  # authors told apart; what reaches more counts as this
TAIL = 100  # newcomers, or TAIL_SHARE of them if that is more, that the tail is fitted to
TAIL_SHARE = 0.05
PRIOR_WEIGHT = 20.0  # newcomers that are taken to have gone PRIOR_EXCESS beyond, before any are known
PRIOR_EXCESS = 1.0


class Newcomers:
    """How many authors newcomers had at their height, the old ones fading.

    Beyond the few that went highest, the tail is taken to fall by a constant factor per author (peaks over a
    threshold with an exponential tail, Pickands 1975), fitted to how far those went on average.
    """

    def __init__(self, width: int, fade: float) -> None:
        """`width`: ticks of a window; `fade`: what is left of a count after a tick."""
        self._span = YOUNG * width
        self._fade = fade
        self._ticks = 0.0
        self._heights = np.zeros(MOST + 1)  # by authors, newcomers that had as many
        self._above = 0  # authors from which on there has been none
        self._seen: Ints = np.zeros(0, np.int64)  # by slot: the last tick it was in a window
        self._young: Ints = np.zeros(0, np.int64)  # by slot: the last tick that it is a newcomer in; 0 if it is none
        self._height: Ints = np.zeros(0, np.int64)
        self._come: deque[tuple[int, Ints]] = deque()  # newcomers, with the last tick in which they are

    def grow(self, slots: int) -> None:
        """Have room for so many slots."""
        if slots > len(self._seen):
            more = np.zeros(slots - len(self._seen), np.int64)
            self._seen, self._young, self._height = (
                np.concatenate([known, more]) for known in (self._seen, self._young, self._height)
            )

    def are_new(self, slots: Ints, authors: Floats, now: int) -> tuple[Mask, Mask]:
        """Which are newcomers in the tick after `now`, and which come up in it. `authors`: what their pasts weigh."""
        young = self.are_young(slots)
        come: Mask = (self._seen[slots] < now) & (authors < RARE) & ~young
        return young | come, come

    def are_young(self, slots: Ints) -> Mask:
        """Whether they have been newcomers for a while."""
        young: Mask = self._young[slots] > 0
        return young

    def settled(self, held: Collection[int]) -> Mask:
        """By slot, whether it is known, neither new nor held."""
        settled: Mask = (self._seen > 0) & (self._young == 0)
        settled[list(held)] = False
        return settled

    def tick(self, times: int = 1) -> None:
        """Time goes on."""
        heights = self._heights[: self._above]
        for _ in range(times):
            self._ticks = self._ticks * self._fade + 1
            heights *= self._fade

    def see(self, slots: Ints, now: int) -> None:
        """They are in the window of tick `now`."""
        self._seen[slots] = now
        if self._come and self._come[0][0] <= now:
            self._grow_up(now)

    def learn(self, slots: Ints, counts: Ints, rising: Mask, held: Collection[int]) -> None:
        """The counts of newcomers. Those held, being bursts, grow no more."""
        if held:
            rising = rising & ~among(slots, held)
        risen = slots[rising]
        self._height[risen] = np.maximum(self._height[risen], counts[rising])

    def come_up(self, slots: Ints, now: int) -> None:
        """They are newcomers from tick `now` on."""
        if len(slots):
            self._young[slots] = now + self._span
            self._height[slots] = 0
            self._come.append((now + self._span, slots))

    def _grow_up(self, now: int) -> None:
        """Those that came long enough ago are newcomers no more."""
        grown = []
        while self._come and self._come[0][0] <= now:
            until, come = self._come.popleft()
            grown.append(come[self._young[come] == until])  # others are forgotten, or something else by now
        grown_up = grown[0] if len(grown) == 1 else np.concatenate(grown)
        counted = np.bincount(np.minimum(self._height[grown_up], MOST))
        self._heights[: len(counted)] += counted
        self._above = max(self._above, len(counted))
        self._young[grown_up] = 0

    def welcome(self, slots: Ints) -> None:
        """They are no newcomers: it is the feed that is new."""
        self._young[slots] = 0

    def forget(self, slots: Ints) -> None:
        """Free slots."""
        self._seen[slots] = self._young[slots] = self._height[slots] = 0

    def merge(self, old: int, new: int) -> None:
        """What slot `old` had is `new`'s."""
        self._seen[new] = max(self._seen[old], self._seen[new])
        self.forget(np.array([old]))

    @property
    def per_tick(self) -> float:
        """How many come in a tick."""
        return float(self._heights.sum()) / self._ticks if self._ticks else 0.0

    @property
    def mean(self) -> float:
        """The authors that one usually reaches."""
        total = float(self._heights.sum())
        return (PRIOR_WEIGHT + float(self._heights @ np.arange(MOST + 1))) / (PRIOR_WEIGHT + total)

    def log_tail(self, authors: Ints) -> Floats:
        """Natural logarithm of the share of newcomers that reach so many authors or more."""
        above = np.cumsum(self._heights[::-1])[::-1]
        total = float(above[0])
        start = max(1, int(np.argmax(above <= max(TAIL, TAIL_SHARE * total))))
        beyond = float(above[start])
        excess = (float(above[start + 1 :].sum()) + PRIOR_WEIGHT * PRIOR_EXCESS) / (beyond + PRIOR_WEIGHT)
        at_start = np.log((beyond + 1) / (total + 1))
        fitted = at_start + (authors - start) * np.log(excess / (1 + excess))
        counted = np.log((above[np.minimum(authors, MOST)] + 1) / (total + 1))
        return np.where(authors > start, fitted, counted)
