"""The live stories as rows of one table by column: what their posts say, hashed and faded, and how many there were."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from models.usual import Usual
from models.vectors import SIZE, Bools, Counts, Floats, Ints, greatest, is_new

TERMS = 192  # terms kept of a story, the heaviest
SHED = 24
FAINT_TERM = 0.02  # weight under which a term is dropped
STALE = 256  # posts after which the lengths of all stories are measured anew,
GROWN = 8  # or as the table has become so much larger or smaller: by one part in GROWN
LEAST_SCALE = 1e-9
_ONE = np.int16(1)  # of the type it is added to, which is many times as fast
_ROW = 16  # bits of a row in a cell
_ROWS = (1 << _ROW) - 1
_ORDER = 27  # bits of a place among what is learnt at once
_CELLS = 1 << 15  # of documents and rows, whose products are taken at once


class Terms(NamedTuple):
    """Terms of `size` rows, stories or documents, in coordinates: the row, column and weight of each."""

    rows: Ints
    columns: Ints
    weights: Floats
    size: int

    def only(self, held: Bools) -> "Terms":
        """The same rows with some of the terms."""
        return self.at(held.nonzero()[0])

    def at(self, places: Ints) -> "Terms":
        """The same rows with the terms in these places, in their order."""
        return Terms(self.rows[places], self.columns[places], self.weights[places], self.size)

    def unit(self) -> "Terms":
        """The same with rows of length 1."""
        return self._replace(weights=self.weights / self.lengths()[self.rows])

    def lengths(self) -> Floats:
        """The length of each row."""
        found: Floats = np.sqrt(np.bincount(self.rows, self.weights * self.weights, self.size))
        return found

    def of(self, rows: Ints) -> "Terms":
        """Some of the rows, in ascending order."""
        inside = np.zeros(self.size, np.bool_)
        inside[rows] = True
        held = inside[self.rows].nonzero()[0]
        place = inside.cumsum() - 1
        return Terms(place[self.rows[held]], self.columns[held], self.weights[held], len(rows))

    def by_row(self) -> "Terms":
        """Terms that stand by column in the order of rows."""
        return self.at(self.rows.astype(np.int16).argsort(kind="stable"))


class Postings(NamedTuple):
    """An inverted index of `size` rows: where those of each column begin and how many they are, rows and weights."""

    starts: Ints
    times: Ints
    rows: Ints
    weights: Floats
    size: int


class Posts(NamedTuple):
    """Documents as unit rows. The columns of their terms are places among those `known`, in ascending order.

    `worth` is what each known column weighs, `times` in how many documents it is; `order` has the terms by column.
    """

    terms: Terms
    known: Ints
    worth: Floats
    times: Ints
    order: Ints

    def postings(self) -> Postings:
        """The documents by column."""
        starts = self.times.cumsum() - self.times
        return Postings(
            starts, self.times, self.terms.rows[self.order], self.terms.weights[self.order], self.terms.size
        )


class StoryTable:
    """Rows stand in order of founding, and `serial` names them for ever.

    `cells` are columns with the rows that have them, in ascending order, and `sums` what stands there: of the posts'
    terms, faded once they are taken times `scale`. `sizes` are the terms of each row, `mass` is the faded number of
    its posts, `joined` how many there ever were.

    Lengths of rows hold until a row learns, or for STALE posts: meanwhile terms come to weigh a little more or less,
    but what that changes is too little to measure all of them for a few posts.
    """

    def __init__(self) -> None:
        self.cells: Ints = np.zeros(0, np.int64)
        self.sums: Floats = np.zeros(0)
        self.scale = 1.0
        self.sizes: Ints = np.zeros(0, np.int64)
        self.mass: Floats = np.zeros(0)
        self.joined: Ints = np.zeros(0, np.int64)
        self.serial: Ints = np.zeros(0, np.int64)
        self.usual = Usual()
        self.next = 0  # serial of the next to be founded
        self._lengths: Floats = np.zeros(0)  # of the rows weighed, with sums as they stand; 0 until they are measured
        self._measured, self._stale = 0, 0  # rows there were when all were measured, and posts since
        self._spread = np.zeros(SIZE, np.int16)  # live stories that have each column

    def __len__(self) -> int:
        return len(self.serial)

    def idf(self, columns: Ints) -> Floats:
        """Inverse document frequency over what is live.

        What most posts of late have, the tag that a feed was searched by, tells nothing apart and weighs less.
        """
        return self.usual.damp(columns, _idf(len(self)).take(self._spread.take(columns)))

    def terms(self, rows: Ints) -> Terms:
        """Stories as unit TF-IDF rows, by column: those in the rows given, in ascending order.

        tf is the faded sum to the power 0.75: what a story says over and over does not drown the rest.
        """
        inside = np.zeros(len(self), np.bool_)
        inside[rows] = True
        terms = self._weighed(self._held(inside))
        return terms._replace(rows=(inside.cumsum() - 1)[terms.rows], size=len(rows)).unit()

    def rare(self, terms: Terms, most: int) -> Terms:
        """Those of the terms that several stories have, but `most` at most."""
        spread = self._spread.take(terms.columns)
        return terms.only((spread > 1) & (spread <= most))

    def posts(self, counts: Counts, new: bool = True) -> Posts:
        """Documents as unit TF-IDF rows. If they are new they count for what is usual."""
        ordered = counts.columns << _ORDER | np.arange(len(counts.columns))
        ordered.sort()
        order = ordered & (1 << _ORDER) - 1
        ordered >>= _ORDER
        first = is_new(ordered)
        places = np.empty_like(order)
        places[order] = first.cumsum() - 1
        known = ordered[first.nonzero()[0]]
        times = np.bincount(places)
        if new:
            self.usual.add(known, times, counts.size)
        worth = self.idf(known)
        terms = Terms(counts.rows, places, counts.values * worth[places], counts.size).unit()
        return Posts(terms, known, worth, times, order)

    def postings(self, posts: Posts, factors: Floats) -> Postings:
        """All stories as unit TF-IDF rows times a factor each, over the columns that the documents have."""
        times = self._spread[posts.known].astype(np.int64)
        ends = times.cumsum()
        starts = ends - times
        held = (self.cells.searchsorted(posts.known << _ROW) - starts).repeat(times)
        held += np.arange(len(held))
        rows, sums = self.cells[held] & _ROWS, self.sums[held]
        weights = _tamed(sums)
        weights *= posts.worth.repeat(times)
        weights /= self._lengths[rows]
        weights *= factors[rows]
        return Postings(starts, times, rows, weights, len(self))

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
        self._learn(counts.columns << _ROW | home[counts.rows], counts.values / self.scale)

    def absorb(self, into: Ints, gone: Ints) -> None:
        """Add the stories in the rows `gone` to those in `into`, pair by pair, and take them out."""
        self.mass[into] += self.mass[gone]
        self.joined[into] += self.joined[gone]
        became = np.full(len(self), -1)
        became[gone] = into
        heir = became[self.cells & _ROWS]
        held = (heir >= 0).nonzero()[0]
        self._learn(self.cells[held] & ~_ROWS | heir[held], self.sums[held])
        self.keep(became < 0)

    def keep(self, staying: Bools) -> None:
        """Let go of all other rows."""
        up = np.where(staying, (~staying).cumsum(), -1).take(self.cells & _ROWS)  # how far each cell moves
        left = up >= 0
        np.subtract.at(self._spread, self.cells[~left] >> _ROW, _ONE)
        self.cells, self.sums = (self.cells - up)[left], self.sums[left]
        for name in ("sizes", "mass", "joined", "serial", "_lengths"):
            setattr(self, name, getattr(self, name)[staying])

    def measure(self) -> None:
        """After rows have learnt, let go of what they have too much of, and work out their lengths.

        After many posts that is done of all, and what has become faint goes.
        """
        stale = self._stale >= STALE or abs(len(self) - self._measured) * GROWN > self._measured
        self._drop(self.sums < FAINT_TERM / self.scale if stale else np.zeros(len(self.sums), np.bool_))
        if stale:
            self._measured, self._stale = len(self), 0
            self._lengths = self._weighed(slice(None)).lengths()
        elif (learnt := self._lengths == 0).any():
            self._lengths += self._weighed(self._held(learnt)).lengths()

    def _held(self, rows: Bools) -> Ints:
        """Where the terms of some rows stand."""
        held: Ints = rows[self.cells & _ROWS].nonzero()[0]
        return held

    def _weighed(self, held: Ints | slice) -> Terms:
        """Some of the terms as those of TF-IDF rows."""
        cells, sums = self.cells[held], self.sums[held]
        columns = cells >> _ROW
        return Terms(cells & _ROWS, columns, _tamed(sums) * self.idf(columns), len(self))

    def _drop(self, gone: Bools) -> None:
        """Let go of these cells, and of the lightest ones of rows with more than TERMS terms, many at once."""
        full = self.sizes > TERMS
        if full.any():
            gone[self._lightest(full)] = True
        elif not gone.any():
            return
        left = self.cells[gone]
        np.subtract.at(self._spread, left >> _ROW, _ONE)
        self.sizes -= np.bincount(left & _ROWS, minlength=len(self))
        staying = ~gone
        self.cells, self.sums = self.cells[staying], self.sums[staying]

    def _learn(self, cells: Ints, values: Floats) -> None:
        """Add to cells."""
        if not len(cells):
            return
        ordered = cells << _ORDER | np.arange(len(cells))
        ordered.sort()
        values = values[ordered & (1 << _ORDER) - 1]
        ordered >>= _ORDER
        first = is_new(ordered).nonzero()[0]
        cells, values = ordered[first], np.add.reduceat(values, first)
        place = self.cells.searchsorted(cells)
        other = self.cells.take(place, mode="clip") != cells if len(self.cells) else np.ones(len(cells), np.bool_)
        known, new = (~other).nonzero()[0], other.nonzero()[0]
        self.sums[place[known]] += values[known]
        self._insert(place[new], cells[new], values[new])
        self._lengths[cells & _ROWS] = 0

    def _insert(self, place: Ints, cells: Ints, values: Floats) -> None:
        """Put new cells before those at `place`."""
        at = place + np.arange(len(place))
        held = np.ones(len(self.cells) + len(place), np.bool_)
        held[at] = False
        self.cells = _woven(held, at, self.cells, cells)
        self.sums = _woven(held, at, self.sums, values)
        self.sizes += np.bincount(cells & _ROWS, minlength=len(self))
        np.add.at(self._spread, cells >> _ROW, _ONE)

    def _lightest(self, full: Bools) -> Ints:
        """Where the terms of full rows stand that are to go."""
        held = self._held(full)
        held = held[(self.cells[held] & _ROWS).astype(np.int16).argsort(kind="stable")]
        gone, end = [], 0
        for size in self.sizes[full].tolist():
            start, end = end, end + size
            own = held[start:end]
            gone.append(own[greatest(-self.sums[own], size - (TERMS - SHED))])
        return np.concatenate(gone)


def products(terms: Terms, postings: Postings) -> Iterator[tuple[int, Floats]]:
    """Dot products of documents, whose terms are by row, with the rows of postings, some documents after the other.

    Gives the first document and the products, shape (documents, rows); not where all are nought.
    """
    times = postings.times[terms.columns]
    ends = times.cumsum()
    shift = postings.starts[terms.columns] - (ends - times)
    many = max(1, _CELLS // max(1, postings.size))
    firsts = range(0, terms.size, many)
    edges = terms.rows.searchsorted([*firsts, terms.size]).tolist()
    for first, start, stop in zip(firsts, edges, edges[1:], strict=False):
        if start < stop and postings.size:
            size, each = min(many, terms.size - first), times[start:stop]
            other = shift[start:stop].repeat(each)
            other += np.arange(ends[start] - each[0], ends[stop - 1])
            cells = ((terms.rows[start:stop] - first) * postings.size).repeat(each)
            cells += postings.rows[other]
            shares = terms.weights[start:stop].repeat(each)
            shares *= postings.weights[other]
            found = np.bincount(cells, shares, size * postings.size)
            yield first, found.astype(np.float64, copy=False).reshape(size, postings.size)


def nearest(terms: Terms, postings: Postings) -> tuple[Ints, Floats]:
    """Of each document the first of the rows of postings with the greatest product, and that product; 0 for none."""
    best, product = np.zeros(terms.size, np.int64), np.zeros(terms.size)
    for first, found in products(terms, postings):
        place = found.argmax(axis=1)
        best[first : first + len(found)] = place
        product[first : first + len(found)] = found[np.arange(len(found)), place]
    return best, product


@lru_cache(64)
def _idf(stories: int) -> Floats:
    """Inverse document frequency by df, the stories out of so many that have a column: ln(1 + n / (1 + df)) + 1."""
    found: Floats = np.log(1 + stories / (1 + np.arange(stories + 1))) + 1
    return found


def _tamed(sums: Floats) -> Floats:
    """Sums to the power 0.75."""
    found: Floats = np.sqrt(sums)
    found *= sums
    return np.sqrt(found, out=found)


def _woven(held: Bools, at: Ints, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Old values where `held`, new ones at the places `at`."""
    both = np.empty(len(held), old.dtype)
    both[held], both[at] = old, new
    return both
