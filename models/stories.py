"""Stories: posts about one thing, found as they come. Each joins the nearest live story or founds one.

Leader clustering (Hartigan 1975; first story detection, Allan 1998) over TF-IDF of words and tags. What is live fades
in event time, stories that have become one are merged, and those nobody adds to are retired: so ids, given once, are
kept for life without a number of clusters to choose.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from models.sample import Sample, Sampled
from models.storytable import Posts, StoryTable, Terms, nearest, products
from models.vectors import SIZE, Bools, Counts, Floats, Ints, count, is_new, sparse
from models.vocabulary import Said

MINUTE = 60_000_000  # microseconds

# Weights halve with event time, but no faster than posts come, so that a slow feed remembers its stories too.
HALF_LIFE = 3.5 * MINUTE
HALF_LIFE_POSTS = 210
LONGEST_HALF_LIFE = 360 * MINUTE

NEAR = 0.15  # score from which a post joins a story
HEED = 0.14  # how much the size of a story counts in its favour
RECENT = 400.0  # posts that the sizes are counted in
SAME = 0.50  # cosine from which two stories are one
RARE = 8  # terms of so many stories, or fewer, tell which may be: LIKELY of the cosine is theirs
LIKELY = 0.1
LIGHT = 0.06  # weight in a unit vector under which a term says little of a large story
FAINT = 0.03  # posts' worth of weight under which a story is retired
MAX_ALONE = 1_000  # live stories of one post: a new topic is not kept out by the weight of the old ones
MAX_LIVE = 1_000  # live stories of more
STEP = 256  # posts placed at once; they see each other only as founders
STEP_SHARE = 2  # with many stories a step takes as many as this share of them, so that its cost stays in proportion
TIDY_EVERY = 128  # posts between looks for stories that have become one
TIDY_SHARE = 4  # with many stories as many posts for each of them


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
        docs: Said | Sequence[Sequence[str]],
        at: int,
        weights: Floats | None = None,
    ) -> list[int]:
        """Place a batch of documents' terms, `at` the event time of its end in microseconds, and learn from them.

        `weights` are the shares of a document that its story learns from: what is a copy says little new.
        Returns each document's story; -1 if it has no terms.
        """
        counts = count(docs, self.seed)
        learnt = counts if weights is None else counts.weighted(weights)
        elapsed = 0 if self._at is None else max(0, at - self._at)
        self._at = at if self._at is None else max(at, self._at)
        placed = np.full(counts.size, -1, np.int64)
        merges: list[tuple[int, int]] = []
        start = 0
        while start < counts.size:
            stop = min(counts.size, start + max(STEP, self.live // STEP_SHARE))
            self._fade(elapsed * (stop - start) / counts.size, stop - start)
            parts = counts.between(start, stop), learnt.between(start, stop)
            placed[start:stop] = self._place(*parts)
            self._untidy += stop - start
            if self._untidy >= max(TIDY_EVERY, TIDY_SHARE * self.live):
                self._untidy = 0
                merges += self._merge()
            start = stop
        self.merges = tuple(merges)
        found: list[int] = placed.tolist()
        became = dict(merges)
        for gone, into in merges:
            self._sample.merge(gone, into)
        self._sample.add(counts, [followed(became, story) for story in found] if became else found)
        return found

    def sampled(self) -> Sampled:
        """A sample of recent posts, with the stories they are in by now."""
        return self._sample.rows(self._table.idf)

    def nearest(self, terms: Sequence[str]) -> tuple[int, float] | None:
        """The story that a document would join, and their cosine; None if it would found one. Learns nothing."""
        counts = count([terms], self.seed)
        if not self.live or not len(counts.rows):
            return None
        favour = self._favour()
        posts = self._table.posts(counts, new=False)
        best, score = nearest(posts.terms, self._table.postings(posts, favour))
        if score[0] < NEAR:
            return None
        return int(self._table.serial[best[0]]), float(score[0] / favour[best[0]])

    def alone(self, ids: Iterable[int]) -> set[int]:
        """Those of the stories `ids` that are live and of one post."""
        different = np.array([*{*ids}], np.int64)
        rows = self._table.rows_of(different)
        one = rows[rows >= 0]
        return set(self._table.serial[one[self._table.joined[one] < 2]].tolist())

    def ids(self) -> set[int]:
        """The live stories."""
        return set(self._table.serial.tolist())

    def largest(self, most: int) -> Vectors:
        """The live stories of two posts or more, the `most` with the greatest mass, by what they say most of all."""
        table, rows = self._table, self._grown(most)
        terms = table.terms(rows)
        terms = terms.only(terms.weights >= LIGHT).unit().by_row()
        matrix = sparse(terms.rows, terms.columns, terms.weights, (len(rows), SIZE))
        return Vectors(table.serial[rows], matrix, table.mass[rows], table.joined[rows])

    def terms(self, ids: Collection[int]) -> tuple[Ints, Terms]:
        """Those of the stories `ids` that are live, and unit TF-IDF rows of them."""
        rows = self._table.rows_of(np.array(sorted(ids), np.int64))
        rows = rows[rows >= 0]
        return self._table.serial[rows], self._table.terms(rows)

    def _grown(self, most: int) -> Ints:
        """The rows of the stories of two posts or more, the `most` with the greatest mass."""
        table = self._table
        grown = np.flatnonzero(table.joined >= 2)
        if len(grown) > most:
            grown = np.sort(grown[np.lexsort((grown, -table.mass[grown]))][:most])
        return grown

    # -- placing -----------------------------------------------------------------------------------------------

    def _place(self, counts: Counts, learnt: Counts) -> Ints:
        """Give each document a story and add it there. Returns story ids, -1 for documents without terms."""
        table = self._table
        posts = table.posts(counts)
        home, score = nearest(self._telling(posts), table.postings(posts, self._favour()))
        filled = np.bincount(counts.rows, minlength=counts.size) > 0
        loose = (filled & (score < NEAR)).nonzero()[0]
        if len(loose):
            newer, better = self._founders(posts, loose)
            home = np.where(better > score, len(table) + newer, home)
            table.found(int(newer.max()) + 1)
        home[~filled] = -1
        table.add(home, learnt)
        table.measure()
        return np.where(filled, table.serial[home], -1) if len(table) else home

    def _telling(self, posts: Posts) -> Terms:
        """The terms that tell where documents belong.

        What nearly all posts have is in nearly all stories, and passed over but for posts that have nothing else.
        """
        terms, common = posts.terms, self._table.usual.says_nothing(posts.known)
        if common is None:
            return terms
        telling = ~common[terms.columns]
        bare = np.bincount(terms.rows[telling], minlength=terms.size) == 0
        return terms.only(telling | bare[terms.rows])

    def _founders(self, posts: Posts, loose: Ints) -> tuple[Ints, Floats]:
        """Of the documents near no story those near no founder before them found stories, in order.

        Returns of each document the nearest of the new stories, numbered from 0, and the score; -1 and 0 for none.
        """
        newer, better = np.full(posts.terms.size, -1), np.zeros(posts.terms.size)
        founded = 0
        terms = posts.terms.of(loose)
        terms = terms._replace(weights=terms.weights * self._newcomer())
        for first, scores in products(terms, posts.postings()):
            for document, score in zip(loose[first:].tolist(), scores, strict=False):
                if better[document] < NEAR:
                    newer[score > better] = founded
                    np.maximum(better, score, out=better)
                    founded += 1
        return newer, better

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
        if len(table) > min(MAX_ALONE, MAX_LIVE):
            alone = table.joined < 2
            _cap(staying, alone, table.mass, MAX_ALONE)
            _cap(staying, ~alone, table.mass, MAX_LIVE)
        if not staying.all():
            table.keep(staying)

    def _merge(self) -> list[tuple[int, int]]:
        """Join stories that have become one, each at most once. Returns ids: (gone, into)."""
        table = self._table
        grown = self._grown(MAX_LIVE)
        terms = table.terms(grown)
        likely = np.unique(np.concatenate(_alike(table.rare(terms, RARE), LIKELY)[:2]))
        older, younger, cosines = _alike(terms.of(likely), SAME)
        done: set[int] = set()
        pairs: list[tuple[int, int]] = []
        rows = grown[likely]
        for _, into, gone in sorted(zip(-cosines, rows[older].tolist(), rows[younger].tolist(), strict=True)):
            if not done & {into, gone}:
                done |= {into, gone}
                pairs.append((gone, into))
        if not pairs:
            return []
        gone, into = np.array(pairs).T
        told = list(zip(table.serial[gone].tolist(), table.serial[into].tolist(), strict=True))
        table.absorb(into, gone)
        table.measure()
        return told


def followed(became: Mapping[int, int], story: int) -> int:
    """The story that a story is by now, after merges (gone, into)."""
    while story in became:
        story = became[story]
    return story


def _alike(terms: Terms, least: float) -> tuple[Ints, Ints, Floats]:
    """The pairs of rows whose product is `least` or more, the older first, and the product of each."""
    place = is_new(terms.columns).cumsum() - 1
    shape = terms.size, int(place.max(initial=-1)) + 1
    rows = terms._replace(columns=place).by_row()
    found = (sparse(*rows[:3], shape) @ sparse(place, terms.rows, terms.weights, shape[::-1])).tocoo()
    alike = np.flatnonzero((found.data >= least) & (found.row < found.col))
    return found.row[alike], found.col[alike], found.data[alike]


def _cap(staying: Bools, group: Bools, mass: Floats, most: int) -> None:
    """Keep the `most` of a group with the greatest mass, of equals the youngest."""
    rows = np.flatnonzero(group & staying)
    if len(rows) > most:
        staying[rows[np.lexsort((-rows, -mass[rows]))][most:]] = False


def halvings(elapsed: float, posts: int, half_life: float, half_life_posts: float, longest: float) -> float:
    """How often weights halve while `posts` came in `elapsed` microseconds: by time, but no faster than by posts."""
    return max(elapsed / longest, min(elapsed / half_life, posts / half_life_posts))
