"""What subjects without a past usually reach: the yardstick for new ones in a feed where new ones come all the time."""

from collections import Counter, deque
from collections.abc import Collection

import numpy as np

from models.burst_changes import Floats, Ints, Mask, Slots, raise_in

RARE = 2.0  # authors of a past, under which a subject that comes up is a newcomer
YOUNG = 5  # windows in which a newcomer shows what newcomers reach
MOST = 1_000  # authors told apart; what reaches more counts as this
TAIL = 100  # newcomers, or TAIL_SHARE of them if that is more, that the tail is fitted to
TAIL_SHARE = 0.05
PRIOR_WEIGHT = 20.0  # newcomers that are taken to have gone PRIOR_EXCESS beyond, before any are known
PRIOR_EXCESS = 1.0
_SETTLED, _UNSEEN = 0, -1  # in place of the last tick as a newcomer, of those that are none


class Newcomers:
    """How many authors newcomers had at their height, the old ones fading.

    Beyond the few that went highest, the tail is taken to fall by a constant factor per author (peaks over a
    threshold with an exponential tail, Pickands 1975), fitted to how far those went on average.
    """

    def __init__(self, width: int, fade: float) -> None:
        """`width`: ticks of a window; `fade`: what is left of a count after a tick."""
        self._span = YOUNG * width
        self._rare = RARE * width
        self._fade = fade
        self._ticks = 0.0
        self._heights = np.zeros(MOST + 1)  # by authors, newcomers that had as many
        self._above = 0  # authors from which on there has been none
        self._young: Ints = np.zeros(0, np.int64)  # by slot: the last tick that it is a newcomer in
        self._height: Ints = np.zeros(0, np.int64)
        self._come: deque[tuple[int, list[int]]] = deque()  # newcomers, with the last tick in which they are

    def grow(self, slots: int) -> None:
        """Have room for so many slots."""
        if (more := slots - len(self._young)) > 0:
            self._young = np.concatenate([self._young, np.full(more, _UNSEEN)])
            self._height = np.concatenate([self._height, np.zeros(more, np.int64)])

    def coming(self, slots: Slots, mass: Floats) -> list[int]:
        """Which come up, of those that were not in the last window. `mass`: what all ticks of the pasts add up to."""
        young = self._young
        if isinstance(slots, list):
            return [slot for slot in slots if mass.item(slot) < self._rare and young.item(slot) <= 0]
        come: list[int] = slots[(mass[slots] < self._rare) & (young[slots] <= 0)].tolist()
        return come

    def are_young(self, slots: Ints) -> Mask:
        """Whether they have been newcomers for a while."""
        young: Mask = self._young[slots] > 0
        return young

    def settled(self, held: Collection[int]) -> Mask:
        """By slot, whether it is known, neither new nor held."""
        settled: Mask = self._young == _SETTLED
        settled[list(held)] = False
        return settled

    def tick(self, times: int = 1) -> None:
        """Time goes on."""
        heights, fade = self._heights[: self._above], self._fade
        for _ in range(times):
            self._ticks = self._ticks * fade + 1
            heights *= fade

    def learn(self, slots: Slots, authors: Ints, held: Collection[int]) -> None:
        """More speak of them than before. Those held, being bursts, grow no more."""
        raise_in(self._height, slots, authors, held)

    def come_up(self, slots: list[int], now: int) -> None:
        """They are newcomers from tick `now` on."""
        self._young[slots] = now + self._span
        self._height[slots] = 0
        self._come.append((now + self._span, slots))

    def grow_up(self, now: int) -> None:
        """Those that came long enough before tick `now` are newcomers no more."""
        if not self._come or self._come[0][0] > now:
            return
        young, height, heights = self._young.data, self._height.data, list[int]()
        while self._come and self._come[0][0] <= now:
            until, come = self._come.popleft()
            for slot in come:
                if young[slot] == until:  # others are forgotten, or something else by now
                    young[slot] = _SETTLED
                    heights.append(min(height[slot], MOST))
        for reached, newcomers in Counter(heights).items():
            self._heights[reached] += newcomers
        self._above = max(self._above, max(heights, default=-1) + 1)

    def welcome(self, slots: Slots) -> None:
        """They are no newcomers: it is the feed that is new."""
        self._young[slots] = _SETTLED

    def forget(self, slots: Ints) -> None:
        """Free slots."""
        self._young[slots], self._height[slots] = _UNSEEN, 0

    def merge(self, old: int, new: int) -> None:
        """What slot `old` had is `new`'s."""
        if self._young[new] == _UNSEEN and self._young[old] != _UNSEEN:
            self._young[new] = _SETTLED
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
