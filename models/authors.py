"""What is known of each author from posts that went before: how many, how long ago, and how they fared."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from models.decay import DecayedMean, shrunk
from models.trained import DIGEST, AuthorPasts, digest

MAX_AUTHORS = 50_000
STRENGTH = 4.0  # labels that an author needs before the own mean outweighs the feed's


class Past:
    """One author's past. `outcomes` holds a mean of log labels per horizon."""

    __slots__ = ("last", "outcomes", "posts")

    def __init__(self, horizons: int) -> None:
        self.posts = 0
        self.last = 0  # time of the newest post; 0 before any
        self.outcomes = tuple(DecayedMean() for _ in range(horizons))


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
        held = self._pasts
        past = Past(len(self._places))
        past.posts, past.last = int(held.posts[row]), int(held.last[row])
        for outcome, place in zip(past.outcomes, self._places, strict=True):
            if place is not None:
                weight, mean = float(held.weights[row, place]), float(held.means[row, place])
                outcome.restore(weight, mean, int(held.at[row, place]))
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
        past = self._pasts.get(author)
        return past if past is not None or self._adopted is None else self._adopted.find(author)

    def level(self, horizon: int) -> float:
        """The feed's decayed mean label; 0 before any."""
        return self._feed[horizon].mean

    def typical(self, past: Past | None, horizon: int, at: int) -> tuple[float, float]:
        """The author's mean label shrunk to the feed's, (n * mean + m * level) / (n + m), and its weight n."""
        level = self._feed[horizon].mean
        if past is None:
            return level, 0.0
        outcome = past.outcomes[horizon]
        weight = outcome.weight(at)
        return shrunk(weight, outcome.mean, level, STRENGTH), weight

    def forget(self, author: str) -> None:
        """Drop all that is known of an author, as a purge asks for."""
        self._pasts.pop(author, None)
        if self._adopted is not None:
            self._adopted.forget(author)

    def pasts(self, hashed: Callable[[str], bytes]) -> AuthorPasts:
        """All that is known, with authors by their hashes."""
        states = [[outcome.state for outcome in past.outcomes] for past in self._pasts.values()]
        table = np.array(states, dtype=np.float64).reshape(len(states), self._horizons, 3)
        feed = np.array([outcome.state for outcome in self._feed], dtype=np.float64).reshape(self._horizons, 3)
        return AuthorPasts(
            digests=b"".join(map(hashed, self._pasts)),
            posts=np.array([past.posts for past in self._pasts.values()], dtype=np.int64),
            last=np.array([past.last for past in self._pasts.values()], dtype=np.int64),
            weights=table[:, :, 0],
            means=table[:, :, 1],
            at=table[:, :, 2].astype(np.int64),
            feed_weights=feed[:, 0],
            feed_means=feed[:, 1],
            feed_at=feed[:, 2].astype(np.int64),
        )

    def adopt(self, pasts: AuthorPasts, places: Sequence[int | None], salt: bytes) -> None:
        """Go on from `pasts`; `places` says where they have each horizon, None for nowhere. Before any label only."""
        self._adopted = Adopted(pasts, places, salt)
        for outcome, place in zip(self._feed, places, strict=True):
            if place is not None:
                outcome.restore(
                    float(pasts.feed_weights[place]), float(pasts.feed_means[place]), int(pasts.feed_at[place])
                )

    def _touch(self, author: str) -> Past:
        past = self._pasts.get(author)
        if past is None:
            known = None if self._adopted is None else self._adopted.find(author)
            past = self._pasts[author] = Past(self._horizons) if known is None else known
            if len(self._pasts) > self._cap:
                self._pasts.popitem(last=False)
        else:
            self._pasts.move_to_end(author)
        return past
