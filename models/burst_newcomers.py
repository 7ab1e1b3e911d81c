"""What subjects without a past usually reach: the yardstick for new ones in a feed where new ones come all the time."""

import numpy as np

from models.burst_counts import Ints

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

    def __init__(self, fade: float) -> None:
        """`fade`: what is left of a count after a tick."""
        self._fade = fade
        self._ticks = 0.0
        self._counts = np.zeros(MOST + 1)

    def tick(self) -> None:
        """Time goes on."""
        self._ticks = self._ticks * self._fade + 1
        self._counts *= self._fade

    def add(self, heights: Ints) -> None:
        """These have shown what they can reach."""
        self._counts += np.bincount(np.minimum(heights, MOST), minlength=MOST + 1)

    @property
    def per_tick(self) -> float:
        """How many come in a tick."""
        return float(self._counts.sum()) / self._ticks if self._ticks else 0.0

    @property
    def mean(self) -> float:
        """The authors that one usually reaches."""
        total = float(self._counts.sum())
        return (PRIOR_WEIGHT + float(self._counts @ np.arange(MOST + 1))) / (PRIOR_WEIGHT + total)

    def log_tail(self, authors: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Natural logarithm of the share of newcomers that reach so many authors or more."""
        above = np.cumsum(self._counts[::-1])[::-1]  # by authors, newcomers that reach as many
        total = float(above[0])
        start = max(1, int(np.argmax(above <= max(TAIL, TAIL_SHARE * total))))
        beyond = float(above[start])
        excess = (float(above[start + 1 :].sum()) + PRIOR_WEIGHT * PRIOR_EXCESS) / (beyond + PRIOR_WEIGHT)
        at_start = np.log((beyond + 1) / (total + 1))
        fitted = at_start + (authors - start) * np.log(excess / (1 + excess))
        below = np.log((above[np.minimum(authors, MOST)] + 1) / (total + 1))
        return np.where(authors > start, fitted, below)
