"""Stories: posts about one thing, found as they come. Each joins the nearest live story or founds one.

Leader clustering (Hartigan 1975; first story detection, Allan 1998) over TF-IDF of words and tags. What is live fades
in event time, stories that have become one are merged, and those nobody adds to are retired: so ids, given once, are
kept for life without a number of clusters to choose.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from models.sample import Sample, Sampled
from models.storytable import ARRAYS, StoryTable
from models.usual import Usual
from models.vectors import SIZE, Bools, Counts, Floats, Ints, count, sparse

MINUTE = 60_000_000  # microseconds

# Weights halve with event time, but no faster than posts come, so that a slow feed remembers its stories too.
HALF_LIFE = 3.5 * MINUTE
HALF_LIFE_POSTS = 210
LONGEST_HALF_LIFE = 360 * MINUTE

NEAR = 0.15  # score from which a post joins a story
HEED = 0.14  # how much the size of a story counts in its favour
RECENT = 400.0  # posts that the sizes are counted in
SAME = 0.50  # cosine from which two stories are one
FAINT = 0.03  # posts' worth of weight under which a story is retired
MAX_ALONE = 1_000  # live stories of one post: a new topic is not kept out by the weight of the old ones
MAX_LIVE = 1_000  # live stories of more
STEP = 64  # posts placed at once; they see each other only as founders
STEP_SHARE = 2  # with many stories a step takes as many as this share of them, so that its cost stays in proportion
TIDY_EVERY = 128  # posts between looks for stories that have become one
TIDY_SHARE = 2  # with many stories as many posts for each of them


class Vectors(NamedTuple):
    """Live stories by age: ids, unit TF-IDF rows of shape (stories, SIZE), faded and true numbers of posts."""

    ids: Ints
    rows: csr_array
    mass: Floats
    joined: Ints


class Stories:
    """The stories of a feed. Same batches and seed: same stories. What it keeps is bounded and holds no word."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed % 2**32
        self.merges: tuple[tuple[int, int], ...] = ()  # stories the last update joined: (gone, into)
        self._table = StoryTable()
        self._sample = Sample()
        self._at: int | None = None
        self._untidy = 0

    @property
    def live(self) -> int:
        """How many stories a post can join now, those of one post too."""
        return len(self._table)

    def update(
        self,
        docs: Sequence[Sequence[str]],
        at: int,
        weights: Sequence[float] | None = None,
    ) -> list[int]:
        """Place a batch of documents' terms, `at` the event time of its end in microseconds, and learn from them.

        `weights` are the shares of a document that its story learns from: what is a copy says little new.
        Returns each document's story; -1 if it has no terms.
        """
        counts = count(docs, self.seed)
        learnt = counts if weights is None else counts.weighted(np.array(weights, np.float64))
        elapsed = 0 if self._at is None else max(0, at - self._at)
        self._at = at if self._at is None else max(at, self._at)
        placed = np.full(len(docs), -1, np.int64)
        merges: list[tuple[int, int]] = []
        start = 0
        while start < len(docs):
            stop = min(len(docs), start + max(STEP, self.live // STEP_SHARE))
            self._fade(elapsed * (stop - start) / len(docs), stop - start)
            parts = counts.between(start, stop), learnt.between(start, stop)
            placed[start:stop] = self._place(*parts, self._at)
            self._untidy += stop - start
            if self._untidy >= max(TIDY_EVERY, TIDY_SHARE * self.live):
                self._untidy = 0
                merges += self._merge()
            start = stop
        self.merges = tuple(merges)
        found: list[int] = placed.tolist()
        for gone, into in merges:
            self._sample.merge(gone, into)
        became = dict(merges)
        self._sample.add(counts, [followed(became, story) for story in found])
        return found

    def sampled(self) -> Sampled:
        """A sample of recent posts, with the stories they are in by now."""
        return self._sample.rows(self._table.idf)

    def nearest(self, terms: Sequence[str]) -> tuple[int, float] | None:
        """The story that a document would join, and their cosine; None if it would found one. Learns nothing."""
        counts = count([terms], self.seed)
        if not self.live or not len(counts.rows):
            return None
        columns, place = np.unique(counts.columns, return_inverse=True)
        scores = self._scores(columns, self._unit(counts, columns, place))[0]
        best = int(scores.argmax())
        if scores[best] < NEAR:
            return None
        return int(self._table.serial[best]), float(scores[best] / self._favour()[best])

    def alone(self) -> set[int]:
        """The live stories of one post."""
        return set(self._table.serial[self._table.joined < 2].tolist())

    def born(self, story: int) -> int | None:
        """The event time of a live story's first post, in microseconds; None if it is not live."""
        row = int(self._table.rows_of(np.array([story]))[0])
        return int(self._table.born[row]) if row >= 0 else None

    def ids(self) -> set[int]:
        """The live stories."""
        return set(self._table.serial.tolist())

    def largest(self, most: int) -> Vectors:
        """The live stories of two posts or more, the `most` with the greatest mass."""
        table = self._table
        grown = np.flatnonzero(table.joined >= 2)
        return self._vectors(np.sort(grown[np.lexsort((table.serial[grown], -table.mass[grown]))][:most]))

    def vectors(self, ids: Collection[int]) -> Vectors:
        """Those of the stories `ids` that are live."""
        rows = self._table.rows_of(np.array(sorted(ids), np.int64))
        return self._vectors(rows[rows >= 0])

    def _vectors(self, rows: Ints) -> Vectors:
        table = self._table
        terms = table.terms(rows)
        matrix = sparse(terms.rows, terms.columns, terms.weights / terms.lengths[terms.rows], (len(rows), SIZE))
        return Vectors(table.serial[rows], matrix, table.mass[rows], table.joined[rows])

    def state(self) -> dict[str, Any]:
        """All that a later `restored` needs to go on as if nothing had happened: arrays and plain numbers."""
        arrays = {name: getattr(self._table, name).copy() for name in ARRAYS}
        kept = {"seed": self.seed, "at": self._at, "untidy": self._untidy, "next": self._table.next}
        return {**kept, "sample": self._sample.state(), "usual": self._table.usual.state(), **arrays}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> "Stories":
        """The stories that were saved."""
        stories = cls(state["seed"])
        stories._at, stories._untidy = state["at"], state["untidy"]
        stories._table = StoryTable.restored({name: np.array(state[name]) for name in ARRAYS}, state["next"])
        stories._table.usual = Usual.restored(state["usual"])
        stories._sample = Sample.restored(state["sample"])
        return stories

    # -- placing -----------------------------------------------------------------------------------------------

    def _place(self, counts: Counts, learnt: Counts, at: int) -> Ints:
        """Give each document a story and add it there. Returns story ids, -1 for documents without terms."""
        table = self._table
        filled = np.bincount(counts.rows, minlength=counts.size) > 0
        columns, place, times = np.unique(counts.columns, return_inverse=True, return_counts=True)
        table.usual.add(columns, times, counts.size)
        terms = self._unit(counts, columns, place)
        scores = self._scores(columns, terms)
        loose = np.flatnonzero(filled & (scores.max(axis=1, initial=0.0) < NEAR))
        if len(loose):
            between = (terms.T @ terms).toarray() * self._newcomer()
            founders = _founders(between, loose)
            scores = np.hstack([scores, between[:, founders]])
            table.found(np.full(len(founders), at, np.int64))
        home = np.where(filled, scores.argmax(axis=1), -1) if len(table) else np.full(counts.size, -1, np.int64)
        table.add(home, learnt)
        return np.where(filled, table.serial[home], -1) if len(table) else home

    def _unit(self, counts: Counts, columns: Ints, place: Ints) -> csr_array:
        """Unit TF-IDF of documents over the `columns` that they have, at `place`, shape (columns, documents)."""
        values = counts.values * self._table.idf(columns)[place]
        squares = np.bincount(counts.rows, values * values, minlength=counts.size)
        values = values / np.sqrt(squares)[counts.rows]
        order = np.argsort(place, kind="stable")
        return sparse(place[order], counts.rows[order], values[order], (len(columns), counts.size))

    def _scores(self, columns: Ints, terms: csr_array) -> Floats:
        """Cosines of documents and live stories, in favour of the large ones, shape (documents, stories).

        `terms` are the documents over the columns, as `_unit` gives them.
        """
        table = self._table
        held = table.terms()
        shared, place = table.among(held.columns, columns)
        row = held.rows[shared]
        near = held.weights[shared] * (self._favour() / held.lengths)[row]
        stories = sparse(row, place, near, (len(table), len(columns)))
        return np.ascontiguousarray((stories @ terms).toarray().T)

    def _favour(self) -> Floats:
        """What the cosine with each story is multiplied by: a post is more likely about what many are about."""
        mass = self._table.mass
        favour: Floats = (1 + mass * RECENT / max(mass.sum(), RECENT)) ** HEED
        return favour

    def _newcomer(self) -> float:
        """The favour of a story that has just been founded."""
        return float((1 + RECENT / max(self._table.mass.sum(), RECENT)) ** HEED)

    # -- keeping order -----------------------------------------------------------------------------------------

    def _fade(self, elapsed: float, posts: int) -> None:
        """Let weights decay, and retire what has become faint or, of too many, is the faintest."""
        table = self._table
        table.fade(halvings(elapsed, posts, HALF_LIFE, HALF_LIFE_POSTS, LONGEST_HALF_LIFE))
        staying = table.mass >= FAINT
        alone = table.joined < 2
        _cap(staying, alone, table.mass, MAX_ALONE)
        _cap(staying, ~alone, table.mass, MAX_LIVE)
        if not staying.all():
            table.keep(staying)

    def _merge(self) -> list[tuple[int, int]]:
        """Join stories that have become one, each at most once. Returns ids: (gone, into)."""
        vectors = self.largest(MAX_LIVE)
        if len(vectors.ids) < 2:
            return []
        columns, place = np.unique(vectors.rows.indices, return_inverse=True)
        unit = csr_array((vectors.rows.data, place, vectors.rows.indptr), shape=(len(vectors.ids), len(columns)))
        cosines = (unit @ unit.T).tocoo()
        alike = (cosines.row < cosines.col) & (cosines.data >= SAME)
        done: set[int] = set()
        pairs: list[tuple[int, int]] = []
        for _, older, younger in sorted(
            zip(-cosines.data[alike], cosines.row[alike].tolist(), cosines.col[alike].tolist(), strict=True)
        ):
            if not done & {older, younger}:
                done |= {older, younger}
                pairs.append((int(vectors.ids[younger]), int(vectors.ids[older])))
        if pairs:
            gone, into = np.searchsorted(self._table.serial, np.array(pairs).T)
            self._table.absorb(into, gone)
        return pairs


def followed(became: Mapping[int, int], story: int) -> int:
    """The story that a story is by now, after merges (gone, into)."""
    while story in became:
        story = became[story]
    return story


def _cap(staying: Bools, group: Bools, mass: Floats, most: int) -> None:
    """Keep the `most` of a group with the greatest mass, of equals the youngest."""
    rows = np.flatnonzero(group & staying)
    if len(rows) > most:
        staying[rows[np.lexsort((-rows, -mass[rows]))][most:]] = False


def _founders(between: Floats, loose: Ints) -> Ints:
    """Of the documents near no story, in order, those near no founder before them. `between` has their scores."""
    nearest = np.zeros(len(between))
    founders = []
    for document in loose.tolist():
        if nearest[document] < NEAR:
            founders.append(document)
            np.maximum(nearest, between[document], out=nearest)
    return np.array(founders, np.int64)


def halvings(elapsed: float, posts: int, half_life: float, half_life_posts: float, longest: float) -> float:
    """How often weights halve while `posts` came in `elapsed` microseconds: by time, but no faster than by posts."""
    return max(elapsed / longest, min(elapsed / half_life, posts / half_life_posts))
