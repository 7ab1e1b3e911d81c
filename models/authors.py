"""What is known of each author from posts that went before: how many, how long ago, and how they fared."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import chain
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.decay import HALF_LIFE, DecayedMean, shrunk
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
    """One author's past. `outcomes` holds a mean of log labels per horizon, once there is any label."""

    __slots__ = ("last", "outcomes", "posts")

    def __init__(self) -> None:
        self.posts = 0
        self.last = 0  # time of the newest post; 0 before any
        self.outcomes: tuple[DecayedMean, ...] = ()


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
        past.outcomes = _means(len(self._places))
        for outcome, place in zip(past.outcomes, self._places, strict=True):
            if place is not None:
                _restore(outcome, self._pasts.outcomes, (row, place))
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
        self._feed = tuple(DecayedMean() for _ in range(horizons))
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
        feed = self._feed[horizon]
        usual = feed.mean
        if author:
            past = self._touch(author)
            past.outcomes = past.outcomes or _means(self._horizons)
            outcome = past.outcomes[horizon]
            usual = shrunk(outcome.weight(at), outcome.mean, usual, STRENGTH)
            outcome.add(label, at)
        feed.add(label, at)
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
        feed = self._feed[horizon]
        if past is None or not past.outcomes:
            return Typical(feed.mean, sqrt(feed.variance), 0.0)
        outcome = past.outcomes[horizon]
        weight = outcome.weight(at)
        variance = shrunk(weight, outcome.variance, feed.variance, STRENGTH)
        return Typical(shrunk(weight, outcome.mean, feed.mean, STRENGTH), sqrt(variance), weight)

    def typicals(self, pasts: Sequence[Past | None], at: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """`typical` of each past at its time, at all horizons: mean, spread, weight, each (pasts, horizons)."""
        usual, variances, spreads = self._of_feed()
        known = [index for index, past in enumerate(pasts) if past is not None and past.outcomes]
        if not known:
            none = np.zeros((len(pasts), self._horizons))
            return usual + none, spreads + none, none
        states = np.zeros((len(pasts), self._horizons, 4))
        table = [outcome.state for index in known for outcome in pasts[index].outcomes]  # type: ignore[union-attr]
        flat = np.fromiter(chain.from_iterable(table), np.float64, 4 * len(table))
        states[known] = flat.reshape(len(known), self._horizons, 4)
        weight, mean, variance, then = np.moveaxis(states, -1, 0)
        weight = weight * np.exp2(np.minimum(then - at[:, None], 0.0) / HALF_LIFE)
        # An author never heard of has no labels, which shrunk to the feed's are the feed's.
        spread = np.sqrt(shrunk(weight, variance, variances, STRENGTH))
        return shrunk(weight, mean, usual, STRENGTH), spread, weight

    def _of_feed(self) -> tuple[Floats, Floats, Floats]:
        """Mean, variance and spread of the feed's labels by horizon."""
        if self._usual is None:
            variances = np.array([outcome.variance for outcome in self._feed])
            self._usual = np.array([outcome.mean for outcome in self._feed]), variances, np.sqrt(variances)
        return self._usual

    def forget(self, author: str) -> None:
        """Drop all that is known of an author, as a purge asks for."""
        self._pasts.pop(author, None)
        if self._adopted is not None:
            self._adopted.forget(author)

    def pasts(self, hashed: Callable[[str], bytes]) -> AuthorPasts:
        """All that is known, with authors by their hashes."""
        pasts = self._pasts.values()
        return AuthorPasts(
            digests=b"".join(map(hashed, self._pasts)),
            posts=np.array([past.posts for past in pasts], np.int64),
            last=np.array([past.last for past in pasts], np.int64),
            outcomes=_states(
                [outcome for past in pasts for outcome in past.outcomes or _means(self._horizons)], (-1, self._horizons)
            ),
            feed=_states(self._feed, (self._horizons,)),
        )

    def adopt(self, pasts: AuthorPasts, places: Sequence[int | None], salt: bytes) -> None:
        """Go on from `pasts`; `places` says where they have each horizon, None for nowhere. Before any label only."""
        self._adopted = Adopted(pasts, places, salt)
        for outcome, place in zip(self._feed, places, strict=True):
            if place is not None:
                _restore(outcome, pasts.feed, (place,))
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


def _means(horizons: int) -> tuple[DecayedMean, ...]:
    return tuple([DecayedMean() for _ in range(horizons)])


def _states(outcomes: Sequence[DecayedMean], shape: tuple[int, ...]) -> MeanStates:
    table = np.array([outcome.state for outcome in outcomes], np.float64).reshape(-1, 4)
    weights, means, variances, at = (column.reshape(shape) for column in table.T)
    return MeanStates(weights, means, variances, at.astype(np.int64))


def _restore(outcome: DecayedMean, states: MeanStates, place: tuple[int, ...]) -> None:
    weight, mean, variance = (float(table[place]) for table in (states.weights, states.means, states.variances))
    outcome.restore(weight, mean, variance, int(states.at[place]))
