"""The live stories as rows of one table: what their posts say, hashed and faded, and how many there were."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from models.usual import Usual
from models.vectors import SIZE, Bools, Counts, Floats, Ints, is_new

TERMS = 192  # terms kept of a story, the heaviest
SHED = 24
FAINT_TERM = 0.02  # weight under which a term is dropped
STALE = 256  # posts after which the lengths of all stories are measured anew,
GROWN = 8  # or as the table has become so much larger or smaller: by one part in GROWN
LEAST_SCALE = 1e-9
_ONE = np.int16(1)  # of the type it is added to, which is many times as fast
_BITS = SIZE.bit_length() - 1  # of a column
_ORDER = 28  # of a place among what is learnt at once
_CELLS = 1 << 18  # of documents and rows, whose products are taken at once
_PAIRS = 1 << 20  # of terms in them, on average


class Terms(NamedTuple):
    """Terms of `size` rows, stories or documents, in coordinates by row: the row, column and weight of each."""

    rows: Ints
    columns: Ints
    weights: Floats
    size: int

    def only(self, held: Bools) -> "Terms":
        """The same rows with some of the terms."""
        return Terms(self.rows[held], self.columns[held], self.weights[held], self.size)

    def unit(self) -> "Terms":
        """The same with rows of length 1."""
        return self._replace(weights=self.weights / self.lengths()[self.rows])

    def lengths(self) -> Floats:
        """The length of each row."""
        found: Floats = np.sqrt(np.bincount(self.rows, self.weights * self.weights, self.size))
        return found

    def of(self, rows: Ints) -> "Terms":
        """Some of the rows, in ascending order."""
        starts = self.rows.searchsorted(rows)
        sizes = self.rows.searchsorted(rows, "right") - starts
        held = _ranges(starts, sizes)
        return Terms(np.arange(len(rows)).repeat(sizes), self.columns[held], self.weights[held], len(rows))


class Posts(NamedTuple):
    """Documents by column: the row of each term, where it stood in the order of rows, and its weight.

    `known` are the columns in ascending order, `worth` what each weighs, `starts` where the terms of each begin,
    `times` how many those are.
    """

    rows: Ints
    order: Ints
    weights: Floats
    known: Ints
    worth: Floats
    starts: Ints
    times: Ints
    size: int

    @classmethod
    def of(cls, rows: Ints, columns: Ints, size: int) -> "Posts":
        """Of terms in coordinates by row, without their weights."""
        ordered = columns << 32 | np.arange(len(columns))
        ordered.sort()
        order = ordered & 0xFFFFFFFF
        ordered >>= 32
        starts = is_new(ordered).nonzero()[0]
        times = np.concatenate([starts[1:], [len(columns)]]) - starts
        return cls(rows[order], order, _NONE, ordered[starts], _NONE, starts, times, size)

    def weighing(self, values: Floats, worth: Floats) -> "Posts":
        """The same as unit rows, given the values of the terms as they stood before, and what each column weighs."""
        weights = values[self.order] * worth.repeat(self.times)
        lengths = np.sqrt(np.bincount(self.rows, weights * weights, self.size))
        return self._replace(weights=weights / lengths[self.rows], worth=worth)

    def by_row(self) -> Terms:
        """The terms in the order of rows, with the places of their columns among those known."""
        rows, places, weights = np.empty_like(self.rows), np.empty_like(self.rows), np.empty_like(self.weights)
        rows[self.order], weights[self.order] = self.rows, self.weights
        places[self.order] = np.arange(len(self.known)).repeat(self.times)
        return Terms(rows, places, weights, self.size)

    def without(self, columns: Bools) -> "Posts":
        """The same with some of the known columns passed over."""
        return self._replace(times=np.where(columns, 0, self.times))

    def only(self, rows: Ints) -> "Posts":
        """Some of the rows, in ascending order."""
        inside = np.zeros(self.size, np.bool_)
        inside[rows] = True
        kept = inside[self.rows]
        times = np.add.reduceat(kept.astype(np.int64), self.starts)
        return self._replace(
            rows=rows.searchsorted(self.rows[kept]),
            order=self.order[kept],
            weights=self.weights[kept],
            starts=times.cumsum() - times,
            times=times,
            size=len(rows),
        )


class StoryTable:
    """Rows stand in order of founding, and `serial` names them for ever.

    `sizes` are the terms of each, whose `columns` stand row by row in ascending order, with `sums`: of the posts'
    terms, faded once they are taken times `scale`. `mass` is the faded number of posts, `joined` how many there ever
    were.

    Lengths of rows hold until a row learns, or for STALE posts: meanwhile terms come to weigh a little more or less,
    but what that changes is too little to measure all of them for a few posts.
    """

    def __init__(self) -> None:
        self.sizes: Ints = np.zeros(0, np.int64)
        self.columns: Ints = np.zeros(0, np.int64)
        self.sums: Floats = np.zeros(0)
        self.scale = 1.0
        self.mass: Floats = np.zeros(0)
        self.joined: Ints = np.zeros(0, np.int64)
        self.serial: Ints = np.zeros(0, np.int64)
        self.usual = Usual()
        self.next = 0  # serial of the next to be founded
        self._lengths: Floats = np.zeros(0)  # of the rows weighed, with sums as they stand; 0 until they are measured
        self._measured, self._stale = 0, 0  # rows there were when all were measured, and posts since
        self._idf: Floats = np.zeros(0)  # by df, for as many stories as there are
        self._spread = np.zeros(SIZE, np.int16)  # live stories that have each column
        self._place = np.zeros(SIZE, np.int32)  # of each column among those that are looked for, from 1; 0 for none

    def __len__(self) -> int:
        return len(self.serial)

    def idf(self, columns: Ints) -> Floats:
        """Inverse document frequency over what is live: ln(1 + n / (1 + df)) + 1, df the stories with the column.

        What most posts of late have, the tag that a feed was searched by, tells nothing apart and weighs less.
        """
        if len(self._idf) != len(self) + 1:
            self._idf = np.log(1 + len(self) / (1 + np.arange(len(self) + 1))) + 1
        return self.usual.damp(columns, self._idf[self._spread[columns]])

    def terms(self, rows: Ints) -> Terms:
        """Stories as unit TF-IDF rows: those in the rows given, in ascending order.

        tf is the faded sum to the power 0.75: what a story says over and over does not drown the rest.
        """
        return self._weighed(rows, self._held(rows)).unit()

    def rare(self, terms: Terms, most: int) -> Terms:
        """Those of the terms that `most` stories have, or fewer."""
        return terms.only(self._spread[terms.columns] <= most)

    def posts(self, counts: Counts, new: bool = True) -> Posts:
        """Documents as unit TF-IDF rows. If they are new they count for what is usual."""
        posts = Posts.of(counts.rows, counts.columns, counts.size)
        if new:
            self.usual.add(posts.known, posts.times, counts.size)
        return posts.weighing(counts.values, self.idf(posts.known))

    def shared(self, posts: Posts) -> Terms:
        """All stories as unit TF-IDF rows, over the columns that the documents have: the places of these."""
        self._place[posts.known] = np.arange(1, len(posts.known) + 1)
        found = self._place[self.columns]
        self._place[posts.known] = 0
        held = found.nonzero()[0]
        places, sums = found[held].astype(np.int64) - 1, self.sums[held]
        rows = np.arange(len(self)).repeat(self.sizes)[held]
        weights = np.sqrt(sums * np.sqrt(sums)) * posts.worth[places]
        return Terms(rows, places, weights / self._lengths[rows], len(self))

    def nearest(self, posts: Posts, terms: Terms, factors: Floats) -> tuple[Ints, Floats]:
        """Of each document the first of the rows with the greatest product times its factor, and that product."""
        best, greatest = np.zeros(posts.size, np.int64), np.zeros(posts.size)
        every = np.arange(posts.size)
        for row, found in products(posts, terms, factors):
            place = found.argmax(axis=1)
            product = found[every, place]
            nearer = product > greatest
            best[nearer] = place[nearer] + row
            greatest[nearer] = product[nearer]
        return best, greatest

    def rows_of(self, ids: Ints) -> Ints:
        """The row of each of the stories `ids`; -1 where it is not live."""
        if not len(self):
            return np.full(len(ids), -1, np.int64)
        rows = np.minimum(self.serial.searchsorted(ids), len(self) - 1)
        return np.where(self.serial[rows] == ids, rows, -1)

    def fade(self, halvings: float) -> None:
        """Let everything weigh 2^-halvings of what it did."""
        factor = 2.0**-halvings
        self.mass *= factor
        self.usual.fade(halvings)
        self.scale *= factor
        if self.scale < LEAST_SCALE:
            self.sums *= self.scale
            self._lengths *= self.scale**0.75
            self.scale = 1.0

    def found(self, many: int) -> None:
        """Add so many empty stories."""
        nought = np.zeros(many, np.int64)
        self.sizes = np.concatenate([self.sizes, nought])
        self.joined = np.concatenate([self.joined, nought])
        self.mass = np.concatenate([self.mass, np.zeros(many)])
        self._lengths = np.concatenate([self._lengths, np.zeros(many)])
        self.serial = np.concatenate([self.serial, np.arange(self.next, self.next + many)])
        self.next += many

    def add(self, home: Ints, counts: Counts) -> None:
        """Add documents to the stories in the rows `home`; -1 leaves out one that has no terms."""
        arrived = np.bincount(home[home >= 0], minlength=len(self))
        self.mass += arrived
        self.joined += arrived
        self._stale += counts.size
        self._learn(home[counts.rows], counts.columns, counts.values / self.scale)

    def absorb(self, into: Ints, gone: Ints) -> None:
        """Add the stories in the rows `gone` to those in `into`, pair by pair, and take them out."""
        self.mass[into] += self.mass[gone]
        self.joined[into] += self.joined[gone]
        held = self._held(gone)
        self._learn(into.repeat(self.sizes[gone]), self.columns[held], self.sums[held])
        staying = np.ones(len(self), np.bool_)
        staying[gone] = False
        self.keep(staying)

    def keep(self, staying: Bools) -> None:
        """Let go of all other rows."""
        self._drop((~staying).repeat(self.sizes).nonzero()[0])
        for name in ("sizes", "mass", "joined", "serial", "_lengths"):
            setattr(self, name, getattr(self, name)[staying])

    def measure(self) -> None:
        """After rows have learnt, work out their lengths; those of all, and what has become faint, after many posts."""
        if self._stale >= STALE or abs(len(self) - self._measured) * GROWN > self._measured:
            self._drop((self.sums < FAINT_TERM / self.scale).nonzero()[0])
            self._measured, self._stale = len(self), 0
            rows = np.arange(len(self))
            self._lengths = self._weighed(rows, slice(None)).lengths()
        elif len(rows := (self._lengths == 0).nonzero()[0]):
            self._lengths[rows] = self._weighed(rows, self._held(rows)).lengths()

    def _weighed(self, rows: Ints, held: Ints | slice) -> Terms:
        """Stories as TF-IDF rows, given where their terms stand."""
        sums, columns = self.sums[held], self.columns[held]
        weights = np.sqrt(sums * np.sqrt(sums)) * self.idf(columns)
        return Terms(np.arange(len(rows)).repeat(self.sizes[rows]), columns, weights, len(rows))

    def _held(self, rows: Ints) -> Ints:
        """Where the terms of some rows stand."""
        sizes = self.sizes[rows]
        return _ranges((self.sizes.cumsum() - self.sizes)[rows], sizes)

    def _drop(self, gone: Ints) -> None:
        """Let go of the terms in these places, in ascending order."""
        if not len(gone):
            return
        np.subtract.at(self._spread, self.columns[gone], _ONE)
        self.sizes -= np.bincount(np.arange(len(self)).repeat(self.sizes)[gone], minlength=len(self))
        kept = np.ones(len(self.columns), np.bool_)
        kept[gone] = False
        self.columns, self.sums = self.columns[kept], self.sums[kept]

    def _learn(self, rows: Ints, columns: Ints, values: Floats) -> None:
        """Add terms to rows; where there are too many then, the lightest give way."""
        if not len(rows):
            return
        ordered = (rows << _BITS | columns) << _ORDER | np.arange(len(rows))
        ordered.sort()
        values = values[ordered & (1 << _ORDER) - 1]
        ordered >>= _ORDER
        first = is_new(ordered).nonzero()[0]
        cells, values = ordered[first], np.add.reduceat(values, first)
        rows = cells >> _BITS
        touched = rows[is_new(rows)]
        sizes = self.sizes[touched]
        starts = (self.sizes.cumsum() - self.sizes)[touched]
        held = _ranges(starts, sizes)
        there = (touched << _BITS).repeat(sizes) | self.columns[held]
        place = there.searchsorted(cells)
        known = np.concatenate([there, [-1]])[place] == cells
        self.sums[held[place[known]]] += values[known]
        new = (~known).nonzero()[0]
        shift = starts - sizes.cumsum() + sizes  # of where a touched row stands in the table
        self._insert(place[new] + shift[touched.searchsorted(rows[new])], rows[new], cells[new] & SIZE - 1, values[new])
        self._lengths[touched] = 0
        self._shed(touched)

    def _insert(self, place: Ints, rows: Ints, columns: Ints, values: Floats) -> None:
        """Put terms that the rows do not have before the terms at `place`."""
        at = place + np.arange(len(place))
        held = np.ones(len(self.columns) + len(place), np.bool_)
        held[at] = False
        self.columns = _woven(held, at, self.columns, columns)
        self.sums = _woven(held, at, self.sums, values)
        np.add.at(self.sizes, rows, 1)
        np.add.at(self._spread, columns, _ONE)

    def _shed(self, rows: Ints) -> None:
        """Of those of the rows with more than TERMS terms drop the lightest, many at once."""
        sizes = self.sizes[rows]
        if sizes.max() > TERMS:
            full = rows[sizes > TERMS]
            starts = (self.sizes.cumsum() - self.sizes)[full]
            gone = [
                start + self.sums[start : start + size].argsort(kind="stable")[: size - (TERMS - SHED)]
                for start, size in zip(starts.tolist(), self.sizes[full].tolist(), strict=True)
            ]
            self._drop(np.sort(np.concatenate(gone)))


def products(posts: Posts, terms: Terms, factors: Floats) -> Iterator[tuple[int, Floats]]:
    """Dot products of documents and rows, those of each row times its factor, some rows after the other.

    The columns of the rows are places among those of the documents. Gives the first row and the products, shape
    (documents, rows); not where all are nought.
    """
    place = terms.columns
    weights = terms.weights * factors[terms.rows]
    times = posts.times[place]
    ends = times.cumsum()
    shift = posts.starts[place] - (ends - times)
    every = int(times.sum())
    many = max(1, min(_CELLS // max(1, posts.size), terms.size * _PAIRS // max(1, every)))
    firsts = range(0, terms.size, many)
    edges = terms.rows.searchsorted([*firsts, terms.size]).tolist()
    for row, start, stop in zip(firsts, edges, edges[1:], strict=False):
        if start < stop:
            width = min(many, terms.size - row)
            term = np.arange(start, stop).repeat(times[start:stop])
            other = shift[term] + np.arange(ends[start] - times[start], ends[stop - 1])
            cells = posts.rows[other] * width + (terms.rows[term] - row)
            found = np.bincount(cells, posts.weights[other] * weights[term], posts.size * width)
            yield row, found.astype(np.float64, copy=False).reshape(posts.size, width)


def _ranges(starts: Ints, sizes: Ints) -> Ints:
    """The whole numbers from each start on, so many as its size, in a row."""
    found: Ints = (starts - sizes.cumsum() + sizes).repeat(sizes)
    found += np.arange(len(found))
    return found


def _woven(held: Bools, at: Ints, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Old values where `held`, new ones at the places `at`."""
    both = np.empty(len(held), old.dtype)
    both[held], both[at] = old, new
    return both


_NONE: Floats = np.zeros(0)
