"""What is known of each author from posts that went before: how many, how long ago, and how they fared."""

from collections import OrderedDict
from math import sqrt
from typing import NamedTuple

from models.decay import DecayedMean, shrunk

MAX_AUTHORS = 50_000
STRENGTH = 4.0  # labels that an author needs before the own mean outweighs the feed's


class Typical(NamedTuple):
    """Mean and standard deviation of log labels, and how many labels' worth they rest on."""

    mean: float
    spread: float
    weight: float


class Past:
    """One author's past. `outcomes` holds a mean of log labels per horizon."""

    __slots__ = ("last", "outcomes", "posts")

    def __init__(self, horizons: int) -> None:
        self.posts = 0
        self.last = 0  # time of the newest post; 0 before any
        self.outcomes = tuple(DecayedMean() for _ in range(horizons))


class AuthorHistory:
    """The pasts of the `cap` authors most recently heard of; the one unheard of for longest makes room.

    An author "" is a hidden one: it has no past, for it would be that of many.
    """

    def __init__(self, horizons: int, cap: int = MAX_AUTHORS) -> None:
        self._horizons = horizons
        self._cap = cap
        self._pasts: OrderedDict[str, Past] = OrderedDict()
        self._feed = tuple(DecayedMean() for _ in range(horizons))

    def __len__(self) -> int:
        return len(self._pasts)

    def arrived(self, author: str, at: int) -> None:
        """Note that the author posted at `at` (microseconds)."""
        if author:
            past = self._touch(author)
            past.posts += 1
            past.last = max(past.last, at)

    def learn(self, author: str, horizon: int, label: float, at: int) -> None:
        """Learn a matured label, log1p(engagements), of one of the author's posts; it came due at `at`."""
        self._feed[horizon].add(label, at)
        if author:
            self._touch(author).outcomes[horizon].add(label, at)

    def past(self, author: str) -> Past | None:
        """The author's past, or None for one never heard of (or no longer remembered)."""
        return self._pasts.get(author)

    def level(self, horizon: int) -> float:
        """The feed's decayed mean label; 0 before any."""
        return self._feed[horizon].mean

    def typical(self, past: Past | None, horizon: int, at: int) -> Typical:
        """What an author's labels are like, shrunk to the feed's: (n * mean + m * level) / (n + m), n their weight."""
        feed = self._feed[horizon]
        if past is None:
            return Typical(feed.mean, sqrt(feed.variance), 0.0)
        outcome = past.outcomes[horizon]
        weight = outcome.weight(at)
        variance = shrunk(weight, outcome.variance, feed.variance, STRENGTH)
        return Typical(shrunk(weight, outcome.mean, feed.mean, STRENGTH), sqrt(variance), weight)

    def forget(self, author: str) -> None:
        """Drop all that is known of an author, as a purge asks for."""
        self._pasts.pop(author, None)

    def _touch(self, author: str) -> Past:
        past = self._pasts.get(author)
        if past is None:
            past = self._pasts[author] = Past(self._horizons)
            if len(self._pasts) > self._cap:
                self._pasts.popitem(last=False)
        else:
            self._pasts.move_to_end(author)
        return past
