"""Themes: the hashtag clusters on screen. Mini-batch k-means over the centroids of stories, by their volume."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

from models import kmeans
from models.resting import Resting
from models.sample import Sampled
from models.silhouette import silhouette, silhouettes
from models.stories import MINUTE, Vectors, halvings
from models.storytable import Terms
from models.vectors import SIZE, Floats, Ints, dots, heaviest, numbered

HALF_LIFE = 30 * MINUTE
HALF_LIFE_POSTS = 1_000
LONGEST_HALF_LIFE = 24 * 60 * MINUTE
MOST_HALVINGS = 64  # at once: k-means refuses weights that are all nought

STORIES = 500  # heaviest stories that themes are made of
TERMS = 256  # heaviest terms kept of a theme
TAG_FACTOR = 2.0  # weight of tags beside words: themes are clusters of hashtags first
NEAR = 0.2  # cosine from which a story belongs to a theme
FAITH = 1.2  # times that another theme must be nearer before a story leaves its own
OUTGROWN = 2.0  # times that stories without a theme must be more than the smallest one to take its place
LEAST = 1.0  # weight of a theme that has just been found
_FACTORS = np.array([1.0, TAG_FACTOR])  # of a column by whether it is that of a tag
RESTING = 64  # themes remembered that no story is in: one that comes back has its id again

# Between reviews of the number of themes there are so many posts (before: twice as many as at the last), and so much
# event time, unless the posts are very many.
REVIEW_POSTS = 2_048
REVIEW_TIME = 15_000_000
REVIEW_SHARE = 2  # of the time so far no more than this part need pass
REVIEW_MOST = 262_144
REACH = 1  # numbers that a review tries above and below the present one
YOUNG_REACH, YOUNG_APART = 4, 2  # before there was a review of REVIEW_POSTS: every other number
TOLERANCE = 0.01  # silhouette given up for showing more themes
MARGIN = 0.02  # silhouette that a number must fall behind by before it is given up at once
PATIENCE = 3  # reviews in a row that must ask for more themes, or for fewer, otherwise; of few posts, one will do
SAME = 0.3  # cosine from which a theme of another number is the same as before


class Move(NamedTuple):
    """A story's theme has changed; -1 is none."""

    story: int
    before: int
    now: int


class Themes:
    """The themes of a feed. Same stories and bounds: same themes.

    `bounds` are the least and greatest number of themes. `of` gives the theme of each live story that has one.
    """

    def __init__(self, bounds: tuple[int, int] = (4, 16)) -> None:
        """Raises ValueError unless 1 <= bounds[0] <= bounds[1]."""
        if not 1 <= bounds[0] <= bounds[1]:
            raise ValueError("the bounds of the number of clusters must be 1 <= least <= most")
        self.bounds = bounds
        self.of: dict[int, int] = {}
        self.k = bounds[0]  # how many there are to be
        self._ids: Ints = np.zeros(0, np.int64)
        self._sums = csr_array((0, SIZE))  # unit centroids
        self._dense: tuple[Ints, Floats] | None = None  # the same, until they are others
        self._weights: Floats = np.zeros(0)
        self._resting = Resting()  # themes that no story is in now
        self._next = 0
        self._at: int | None = None
        self._seen: dict[int, int] = {}  # posts of each story that have been learnt from
        self._learnt, self._reviewed = 0, 0  # posts learnt from, and how many they were at the last review
        self._began, self._reviewed_at = 0, 0  # event time of the first step, and of that review
        self._wish, self._wishes = 0, 0  # the number that the last reviews asked for, and how many of them

    def __getstate__(self) -> dict[str, Any]:
        """All but what is quickly made of the rest."""
        return {**self.__dict__, "_dense": None}

    @property
    def live(self) -> list[int]:
        """The themes there are, the heaviest first."""
        order = np.lexsort((self._ids, -self._weights))
        ids: list[int] = self._ids[order].tolist()
        return ids

    def update(self, stories: Vectors, sample: Callable[[], Sampled], at: int) -> list[Move]:
        """Learn from what has come to stories by event time `at` in microseconds, and place them all anew.

        `sample` is asked for posts when the number of themes is reviewed.
        """
        stories = _telling(stories)
        if not len(stories.ids):
            return []
        gained = self._gained(stories)
        elapsed = 0 if self._at is None else max(0, at - self._at)
        self._at = at if self._at is None else max(at, self._at)
        self._began = self._began or self._at
        share = halvings(elapsed, int(gained.sum()), HALF_LIFE, HALF_LIFE_POSTS, LONGEST_HALF_LIFE)
        self._weights *= 2.0 ** -min(share, MOST_HALVINGS)
        rows, columns, centroids = self._together(stories.rows)
        centroids, cosines = self._reseeded(rows, stories.mass, columns, centroids)
        home, near = kmeans.homes(cosines, NEAR)
        learnt = np.where(near, gained, 0.0)
        if learnt.any():
            centroids, self._weights = kmeans.step(rows, learnt, home, centroids, self._weights)
        self._learnt += int(gained.sum())
        if self._is_due(self._at):
            centroids = self._review(stories, rows, columns, centroids, sample, self._at)
        self._sums, self._dense = heaviest(centroids, columns, TERMS), None
        self._resting.keep(RESTING)
        return self._place(stories.ids, kmeans.cosines(rows, centroids))

    def place(self, stories: Ints, terms: Terms) -> list[Move]:
        """Give stories that have no theme yet the nearest, if one is near; `terms` are theirs. Learns nothing."""
        if not len(self._ids) or not len(terms.rows):
            return []
        columns, centroids = self._centroids()
        weights = terms.weights * _FACTORS[terms.columns & 1]
        place = np.minimum(columns.searchsorted(terms.columns), len(columns) - 1)
        shared = (columns[place] == terms.columns).nonzero()[0]
        k = len(self._ids)
        shares = centroids[place[shared]] * weights[shared, None]
        cells = terms.rows[shared, None] * k + np.arange(k)
        found = np.bincount(cells.reshape(-1), shares.reshape(-1), terms.size * k).reshape(-1, k)
        lengths = np.sqrt(np.bincount(terms.rows, weights * weights, terms.size))
        return self._place(stories, found / np.where(lengths > 0, lengths, 1.0)[:, None])

    def merge(self, gone: int, into: int) -> Move | None:
        """Story `gone` has become part of `into`, which has its theme if it had none."""
        self._seen[into] = self._seen.pop(gone, 0) + self._seen.get(into, 0)
        theme = self.of.pop(gone, None)
        if theme is None or into in self.of:
            return None
        self.of[into] = theme
        return Move(into, -1, theme)

    def forget(self, live: set[int]) -> None:
        """Keep only what concerns stories that are live."""
        self.of = {story: theme for story, theme in self.of.items() if story in live}
        self._seen = {story: posts for story, posts in self._seen.items() if story in live}

    def silhouette(self, sample: Sampled) -> tuple[float | None, int]:
        """Mean cosine silhouette of the themes on a sample of posts, and how many of them are in one."""
        return silhouette(sample.rows, _labels(sample, self.of))

    def silhouettes(self, sample: Sampled) -> dict[int, tuple[float, int]]:
        """The same by theme."""
        return silhouettes(sample.rows, _labels(sample, self.of))

    # -- learning ----------------------------------------------------------------------------------------------

    def _gained(self, stories: Vectors) -> Floats:
        """Posts that came to each story since it was last learnt from."""
        gained = [
            joined - self._seen.get(story, 0)
            for story, joined in zip(stories.ids.tolist(), stories.joined.tolist(), strict=True)
        ]
        self._seen.update(zip(stories.ids.tolist(), stories.joined.tolist(), strict=True))
        return np.array(gained, np.float64)

    def _centroids(self) -> tuple[Ints, Floats]:
        """The columns that any theme has, in order, and what they weigh there, shape (columns, themes)."""
        if self._dense is None:
            columns, place = numbered(self._sums.indices)
            self._dense = columns, self._laid_out(place, len(columns))
        return self._dense

    def _laid_out(self, place: NDArray[np.int32], columns: int) -> Floats:
        """What the centroids weigh, shape (columns, themes), given the places of their columns."""
        dense = np.zeros((columns, len(self._ids)))
        dense[place, np.arange(len(self._ids)).repeat(np.diff(self._sums.indptr))] = self._sums.data
        return dense

    def _together(self, rows: csr_array) -> tuple[csr_array, Ints, Floats]:
        """Stories and centroids over the columns that either has: unit rows, the columns, dense unit centroids."""
        split = len(rows.indices)
        columns, place = numbered(np.concatenate([rows.indices, self._sums.indices]))
        values = rows.data * _FACTORS[rows.indices & 1]
        owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        lengths = np.sqrt(np.bincount(owners, values * values, minlength=rows.shape[0]))
        near = csr_array((values / lengths[owners], place[:split], rows.indptr), shape=(rows.shape[0], len(columns)))
        return near, columns, self._laid_out(place[split:], len(columns)).T

    def _reseeded(self, rows: csr_array, mass: Floats, columns: Ints, centroids: Floats) -> tuple[Floats, Floats]:
        """Lay to rest the themes that no story is in, and found new ones where the most posts are that none covers.

        The smallest goes too, where stories that are in none would make one OUTGROWN times as large. Returns the
        centroids and the cosines of the stories with them.
        """
        cosines = kmeans.cosines(rows, centroids)
        home, near = kmeans.homes(cosines, NEAR)
        sizes = np.bincount(home[near], mass[near], minlength=len(self._ids))
        alive = sizes > 0
        if alive.all() and len(alive) >= self.k and _crowd(rows[~near], mass[~near]) > OUTGROWN * sizes.min():
            alive[sizes.argmin()] = False
        if not alive.all():
            self._resting.add(self._ids[~alive], heaviest(centroids[~alive], columns, TERMS))
            self._ids, self._weights, centroids = self._ids[alive], self._weights[alive], centroids[alive]
            cosines = cosines[:, alive]
        while len(self._ids) < min(self.k, rows.shape[0]):
            seed = kmeans.farthest(cosines.max(axis=1, initial=0.0), mass)
            row = rows[[seed]].toarray()
            centroids, cosines = np.vstack([centroids, row]), np.hstack([cosines, kmeans.cosines(rows, row)])
            self._ids = np.append(self._ids, self._id_for(heaviest(row, columns, TERMS)))
            self._weights = np.append(self._weights, mass[seed])
        return centroids, cosines

    def _id_for(self, centroid: csr_array) -> int:
        """The id for a theme that starts from a story: that of the one at rest that it is most like, or a new one."""
        theme = self._resting.woken(centroid, SAME)
        if theme is None:
            theme = self._next
            self._next += 1
        return theme

    # -- how many ----------------------------------------------------------------------------------------------

    def _is_due(self, at: int) -> bool:
        """Whether the number of themes is to be reviewed."""
        new = self._learnt - self._reviewed
        if new < min(REVIEW_POSTS, self._reviewed):
            return False
        enough = min(REVIEW_TIME, (at - self._began) // REVIEW_SHARE)
        return at - self._reviewed_at >= enough or new >= REVIEW_MOST

    def _review(
        self, stories: Vectors, rows: csr_array, columns: Ints, centroids: Floats, ask: Callable[[], Sampled], at: int
    ) -> Floats:
        """Settle how many themes there are by silhouette, with hysteresis. Returns the centroids of that number."""
        least, most = self.bounds
        most = min(most, rows.shape[0])
        young = self._reviewed < REVIEW_POSTS
        reach = YOUNG_REACH if young else REACH
        apart = YOUNG_APART if young else 1
        fewest = self.k - (self.k - max(least, self.k - reach)) // apart * apart
        numbers = range(fewest, min(most, self.k + reach) + 1, apart)
        if least == most or not numbers:
            return centroids
        tried = kmeans.tried(rows, stories.mass, centroids, self._weights, numbers, NEAR)
        sample = ask()
        scores = {}
        for k, tried_centroids in tried.items():
            homes, near = kmeans.homes(kmeans.cosines(rows, tried_centroids), NEAR)
            of = dict(zip(stories.ids[near].tolist(), homes[near].tolist(), strict=True))
            score, themed = silhouette(sample.rows, _labels(sample, of))
            if score is not None and len(np.unique(homes[near])) == k:
                scores[k] = score * themed / len(sample.stories)  # what is in no theme counts as 0
        if not scores:
            return centroids
        best = max(scores.values())
        wish = max(k for k, score in scores.items() if score >= best - TOLERANCE)
        towards = (wish > self.k) - (wish < self.k)
        self._wishes = self._wishes + 1 if towards and towards == self._wish else 1
        self._wish = towards
        failing = scores.get(self.k, -1.0) < best - TOLERANCE - MARGIN
        if towards and (failing or young or self._wishes >= PATIENCE):
            centroids = self._adopt(rows, stories.mass, columns, centroids, tried[wish])
            self._wish, self._wishes = 0, 0
        self._reviewed, self._reviewed_at = self._learnt, at
        return centroids

    def _adopt(self, rows: csr_array, mass: Floats, columns: Ints, before: Floats, after: Floats) -> Floats:
        """Go over to other centroids. One that is like a theme before carries on its id (Hungarian matching).

        What is left over rests; one that is like a theme at rest has its id, but rather that of one before.
        """
        self._resting.add(self._ids, heaviest(before, columns, TERMS))
        alike = dots(heaviest(after, columns, TERMS), self._resting.rows)
        alike[alike < SAME] = 0.0
        alike[:, ~np.isin(self._resting.ids, self._ids)] *= 0.5
        new, old = linear_sum_assignment(-alike)
        same = alike[new, old] > 0
        ids = np.full(len(after), -1, np.int64)
        ids[new[same]] = self._resting.ids[old[same]]
        self._resting.wake(old[same])
        fresh = np.flatnonzero(ids < 0)
        ids[fresh] = self._next + np.arange(len(fresh))
        self._next += len(fresh)
        home, near = kmeans.homes(kmeans.cosines(rows, after), NEAR)
        sums = np.bincount(home[near], mass[near], minlength=len(after))
        self._ids, self._weights, self.k = ids, np.maximum(sums, LEAST), len(after)
        return after

    # -- placing -----------------------------------------------------------------------------------------------

    def _place(self, stories: Ints, cosines: Floats) -> list[Move]:
        """Put each story into the nearest theme, unless that is hardly nearer than its own."""
        at = {theme: place for place, theme in enumerate(self._ids.tolist())}
        best, near = kmeans.homes(cosines, NEAR)
        moves = []
        for row, story in enumerate(stories.tolist()):
            before = self.of.get(story, -1)
            own = cosines[row, at[before]] if before in at else 0.0
            stays = own >= NEAR and cosines[row, best[row]] < own * FAITH
            now = before if stays else int(self._ids[best[row]]) if near[row] else -1
            if now != before:
                moves.append(Move(story, before, now))
                self.of[story] = now
                if now < 0:
                    del self.of[story]
        return moves


def _telling(stories: Vectors) -> Vectors:
    """Those of the stories that have terms left: all of one may have faded before it is retired."""
    filled = np.diff(stories.rows.indptr) > 0
    return stories if filled.all() else Vectors(*(part[filled] for part in stories))


def _crowd(rows: csr_array, mass: Floats) -> float:
    """How many posts a theme would have that starts from the largest of these stories."""
    if not len(mass):
        return 0.0
    near = kmeans.cosines(rows, rows[[int(mass.argmax())]].toarray())[:, 0] >= NEAR
    return float(mass[near].sum())


def _labels(sample: Sampled, of: Mapping[int, int]) -> Ints:
    """The theme of each post by that of its story; -1 for none."""
    return np.array([of.get(story, -1) for story in sample.stories.tolist()], np.int64)
