"""What is known of each author from posts that went before: how many, how long ago, and how they fared."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.decay import HALF_LIFE, NUMBERS, DecayedMeans, shrunk
from models.pasts import DIGEST, AuthorPasts, MeanStates, digest

Floats = NDArray[np.float64]

MAX_AUTHORS = 50_000
STRENGTH = 4.0  # labels that an author needs before the own mean outweighs the feed's


class Typical(NamedTuple):
    """Mean and standard deviation of log labels, and how many labels' worth they rest on."""

    mean: float
    spread: float
    weight: float


class Past:
    """One author's past. `outcomes` are the means of log labels by horizon, once there is any label."""

    __slots__ = ("last", "outcomes", "posts")

    def __init__(self) -> None:
        self.posts = 0
        self.last = 0  # time of the newest post; 0 before any
        self.outcomes: DecayedMeans | None = None


class Adopted:
    """Pasts that were learnt elsewhere, found by the hash of an author; `places` as in `AuthorHistory.adopt`."""

    def __init__(self, pasts: AuthorPasts, places: Sequence[int | None], salt: bytes) -> None:
        self._pasts = pasts
        self._places = places
        self._salt = salt
        starts = range(0, len(pasts.digests), DIGEST)
        self._rows = {pasts.digests[start : start + DIGEST]: row for row, start in enumerate(starts)}

    def find(self, author: str) -> Past | None:
        """A past to go on from, made anew each time; None for an author not known."""
        row = self._rows.get(digest(author, self._salt)) if author else None
        if row is None:
            return None
        past = Past()
        past.posts, past.last = int(self._pasts.posts[row]), int(self._pasts.last[row])
        past.outcomes = DecayedMeans(len(self._places))
        _restore(past.outcomes, self._pasts.outcomes, self._places, row)
        return past

    def forget(self, author: str) -> None:
        """Drop an author."""
        self._rows.pop(digest(author, self._salt), None)


class AuthorHistory:
    """The pasts of the `cap` authors most recently heard of; the one unheard of for longest makes room.

    An author "" is a hidden one: it has no past, for it would be that of many.
    """

    def __init__(self, horizons: int, cap: int = MAX_AUTHORS) -> None:
        self._horizons = horizons
        self._cap = cap
        self._pasts: OrderedDict[str, Past] = OrderedDict()
        self._feed = DecayedMeans(horizons)
        self._adopted: Adopted | None = None
        self._usual: tuple[Floats, Floats, Floats] | None = None  # of the feed, until it learns more

    def __len__(self) -> int:
        return len(self._pasts)

    def arrived(self, authors: Sequence[str], at: Sequence[int]) -> tuple[list[int], list[int]]:
        """Note that authors posted, each at its time (microseconds); gives how many posts there were, and the last."""
        posts, lasts = [0] * len(authors), [0] * len(authors)
        find, move = self._pasts.get, self._pasts.move_to_end
        for place, (author, time) in enumerate(zip(authors, at, strict=True)):
            if not author:
                continue
            if (past := find(author)) is None:
                past = self._touch(author)
            else:
                move(author)
            posts[place], lasts[place] = past.posts, past.last
            past.posts += 1
            past.last = max(time, past.last)
        return posts, lasts

    def learn(self, author: str, horizon: int, label: float, at: int) -> float:
        """Learn a matured label, log1p(engagements), of one of the author's posts; it came due at `at`.

        Gives how far it lay above what was typical of the author before.
        """
        usual = self._feed.mean(horizon)
        if author:
            past = self._touch(author)
            outcomes = past.outcomes = past.outcomes or DecayedMeans(self._horizons)
            usual = shrunk(outcomes.weight(horizon, at), outcomes.mean(horizon), usual, STRENGTH)
            outcomes.add(horizon, label, at)
        self._feed.add(horizon, label, at)
        self._usual = None
        return label - usual

    def past(self, author: str) -> Past | None:
        """The author's past, or None for one never heard of (or no longer remembered)."""
        past = self._pasts.get(author)
        return past if past is not None or self._adopted is None else self._adopted.find(author)

    def levels(self) -> Floats:
        """The feed's decayed mean label by horizon; 0 before any."""
        return self._of_feed()[0]

    def typical(self, past: Past | None, horizon: int, at: int) -> Typical:
        """What an author's labels are like, shrunk to the feed's: (n * mean + m * level) / (n + m), n their weight."""
        mean, variance = self._feed.mean(horizon), self._feed.variance(horizon)
        if past is None or past.outcomes is None:
            return Typical(mean, sqrt(variance), 0.0)
        weight = past.outcomes.weight(horizon, at)
        variance = shrunk(weight, past.outcomes.variance(horizon), variance, STRENGTH)
        return Typical(shrunk(weight, past.outcomes.mean(horizon), mean, STRENGTH), sqrt(variance), weight)

    def typicals(self, pasts: Sequence[Past | None], at: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """`typical` of each past at its time, at all horizons: mean, spread, weight, each (pasts, horizons)."""
        usual, variances, spreads = self._of_feed()
        outcomes = [None if past is None else past.outcomes for past in pasts]
        known = [index for index, own in enumerate(outcomes) if own is not None]
        if not known:
            none = np.zeros((len(pasts), self._horizons))
            return usual + none, spreads + none, none
        states = np.zeros((len(pasts), self._horizons, NUMBERS))
        states[known] = _table([own for own in outcomes if own is not None], self._horizons)
        weight, mean, variance, then = np.moveaxis(states, -1, 0)
        weight = weight * np.exp2(np.minimum(then - at[:, None], 0.0) / HALF_LIFE)
        # An author never heard of has no labels, which shrunk to the feed's are the feed's.
        spread = np.sqrt(shrunk(weight, variance, variances, STRENGTH))
        return shrunk(weight, mean, usual, STRENGTH), spread, weight

    def _of_feed(self) -> tuple[Floats, Floats, Floats]:
        """Mean, variance and spread of the feed's labels by horizon."""
        if self._usual is None:
            (feed,) = _table([self._feed], self._horizons)
            self._usual = feed[:, 1], feed[:, 2], np.sqrt(feed[:, 2])
        return self._usual

    def forget(self, author: str) -> None:
        """Drop all that is known of an author, as a purge asks for."""
        self._pasts.pop(author, None)
        if self._adopted is not None:
            self._adopted.forget(author)

    def pasts(self, hashed: Callable[[str], bytes]) -> AuthorPasts:
        """All that is known, with authors by their hashes."""
        pasts, none = self._pasts.values(), DecayedMeans(self._horizons)
        return AuthorPasts(
            digests=b"".join(map(hashed, self._pasts)),
            posts=np.array([past.posts for past in pasts], np.int64),
            last=np.array([past.last for past in pasts], np.int64),
            outcomes=_states(_table([past.outcomes or none for past in pasts], self._horizons)),
            feed=_states(_table([self._feed], self._horizons)[0]),
        )

    def adopt(self, pasts: AuthorPasts, places: Sequence[int | None], salt: bytes) -> None:
        """Go on from `pasts`; `places` says where they have each horizon, None for nowhere. Before any label only."""
        self._adopted = Adopted(pasts, places, salt)
        _restore(self._feed, pasts.feed, places)
        self._usual = None

    def _touch(self, author: str) -> Past:
        past = self._pasts.get(author)
        if past is None:
            known = None if self._adopted is None else self._adopted.find(author)
            past = self._pasts[author] = Past() if known is None else known
            if len(self._pasts) > self._cap:
                self._pasts.popitem(last=False)
        else:
            self._pasts.move_to_end(author)
        return past


def _table(outcomes: Sequence[DecayedMeans], horizons: int) -> Floats:
    """(n, horizons, NUMBERS)."""
    return np.frombuffer(b"".join([each.numbers for each in outcomes])).reshape(-1, horizons, NUMBERS)


def _states(table: Floats) -> MeanStates:
    weights, means, variances, at = np.moveaxis(table, -1, 0)
    return MeanStates(weights, means, variances, at.astype(np.int64))


def _restore(outcomes: DecayedMeans, states: MeanStates, places: Sequence[int | None], *row: int) -> None:
    """Take over states; `places` says where they have each horizon, None for nowhere."""
    for horizon, place in enumerate(places):
        if place is not None:
            tables = states.weights, states.means, states.variances, states.at
            held = [float(table[*row, place]) for table in tables]
            outcomes.numbers[NUMBERS * horizon : NUMBERS * (horizon + 1)] = array("d", held)
