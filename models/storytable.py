"""The live stories as rows of one table: what their posts say, hashed and faded, and how many there were."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from models.usual import Usual
from models.vectors import SIZE, Bools, Counts, Floats, Ints, is_new

TERMS = 192  # terms kept of a story, the heaviest
SHED = 24
FAINT_TERM = 0.02  # weight under which a term is dropped
_ONE = np.int16(1)  # of the type it is added to, which is many times as fast
_BITS = SIZE.bit_length() - 1  # of a column
_CELLS = 1 << 17  # of documents and rows, whose products are taken at once
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
        lengths = np.sqrt(np.bincount(self.rows, self.weights * self.weights, self.size))
        return self._replace(weights=self.weights / lengths[self.rows])

    def of(self, rows: Ints) -> "Terms":
        """Some of the rows, in ascending order."""
        starts = self.rows.searchsorted(rows)
        sizes = self.rows.searchsorted(rows, "right") - starts
        ends = sizes.cumsum()
        held = (starts - ends + sizes).repeat(sizes)
        held += np.arange(len(held))
        return Terms(np.arange(len(rows)).repeat(sizes), self.columns[held], self.weights[held], len(rows))

    def by_column(self) -> "Posts":
        """The same, ready to be compared with other rows."""
        return Posts.of(self.rows, self.columns, self.size).weighing(self.weights)


class Posts(NamedTuple):
    """Rows by column: the row of each term and where it stood before that, and the weight of each.

    `known` are the columns in ascending order, `starts` where the terms of each begin, `times` how many those are.
    """

    rows: Ints
    order: Ints
    weights: Floats
    known: Ints
    starts: Ints
    times: Ints
    size: int

    @classmethod
    def of(cls, rows: Ints, columns: Ints, size: int) -> "Posts":
        """Of terms in coordinates by row, without their weights."""
        ordered = np.sort(columns << 32 | np.arange(len(columns)))
        columns, order = ordered >> 32, ordered & 0xFFFFFFFF
        starts = np.flatnonzero(is_new(columns))
        times = np.diff(starts, append=len(columns))
        return cls(rows[order], order, np.zeros(0), columns[starts], starts, times, size)

    def weighing(self, weights: Floats) -> "Posts":
        """The same with the weights of the terms, as they stood before."""
        return self._replace(weights=weights[self.order])

    def without(self, columns: Bools) -> "Posts":
        """The same with some of the known columns passed over."""
        return self._replace(times=np.where(columns, 0, self.times))


class StoryTable:
    """Rows stand in order of founding, and `serial` names them for ever.

    `rows`, `columns` and `sums` are the faded sums of the posts' terms, by row and then by column; `mass` is the faded
    number of posts, `joined` how many there ever were, `born` the event time of the first.
    """

    def __init__(self) -> None:
        self.rows: Ints = np.zeros(0, np.int64)
        self.columns: Ints = np.zeros(0, np.int64)
        self.sums: Floats = np.zeros(0)
        self.mass: Floats = np.zeros(0)
        self.joined: Ints = np.zeros(0, np.int64)
        self.born: Ints = np.zeros(0, np.int64)
        self.serial: Ints = np.zeros(0, np.int64)
        self.usual = Usual()
        self.next = 0  # serial of the next to be founded
        self._idf: Floats = np.zeros(0)  # by df, for as many stories as there are
        self._spread = np.zeros(SIZE, np.int16)  # live stories that have each column
        self._scratch = np.zeros(SIZE, np.int32)  # of each column its place among those at hand, from 1; 0 for none

    def __len__(self) -> int:
        return len(self.serial)

    def idf(self, columns: Ints) -> Floats:
        """Inverse document frequency over what is live: ln(1 + n / (1 + df)) + 1, df the stories with the column.

        What most posts of late have, the tag that a feed was searched by, tells nothing apart and weighs less.
        """
        if len(self._idf) != len(self) + 1:
            self._idf = np.log(1 + len(self) / (1 + np.arange(len(self) + 1))) + 1
        return self.usual.damp(columns, self._idf[self._spread[columns]])

    def terms(self, rows: Ints | None = None) -> Terms:
        """Stories as unit TF-IDF rows: those in the rows given, in ascending order, or all.

        tf is the faded sum to the power 0.75: what a story says over and over does not drown the rest.
        """
        held = Terms(self.rows, self.columns, self.sums, len(self))
        if rows is not None:
            held = held.of(rows)
        return self._unit(held._replace(weights=np.sqrt(held.weights * np.sqrt(held.weights))))

    def posts(self, counts: Counts) -> Terms:
        """Documents as unit TF-IDF rows."""
        return self._unit(Terms(*counts))

    def rare(self, terms: Terms, most: int) -> Terms:
        """Those of the terms that `most` stories have, or fewer."""
        return terms.only(self._spread[terms.columns] <= most)

    def _unit(self, terms: Terms) -> Terms:
        return terms._replace(weights=terms.weights * self.idf(terms.columns)).unit()

    def products(self, posts: Posts, terms: Terms, factors: Floats) -> Iterator[tuple[int, Floats]]:
        """Dot products of documents and rows, those of each row times its factor, some rows after the other.

        Gives the first row and the products, shape (documents, rows); not where all are nought.
        """
        self._scratch[posts.known] = np.arange(1, len(posts.known) + 1)
        place = self._scratch[terms.columns]
        self._scratch[posts.known] = 0
        shared = np.flatnonzero(place > 0)
        place = place[shared] - 1
        rows = terms.rows[shared]
        weights = terms.weights[shared] * factors[rows]
        times = posts.times[place]
        ends = np.cumsum(times)
        shift = posts.starts[place] - (ends - times)
        every = int(times.sum())
        many = max(1, min(_CELLS // max(1, posts.size), terms.size * _PAIRS // max(1, every)))
        firsts = range(0, terms.size, many)
        edges = np.searchsorted(rows, [*firsts, terms.size]).tolist()
        for row, start, stop in zip(firsts, edges, edges[1:], strict=False):
            if start < stop:
                width = min(many, terms.size - row)
                term = np.repeat(np.arange(start, stop), times[start:stop])
                other = shift[term] + np.arange(ends[start] - times[start], ends[stop - 1])
                cells = posts.rows[other] * width + (rows[term] - row)
                found = np.bincount(cells, posts.weights[other] * weights[term], posts.size * width)
                yield row, found.astype(np.float64, copy=False).reshape(posts.size, width)

    def nearest(self, posts: Posts, terms: Terms, factors: Floats) -> tuple[Ints, Floats]:
        """Of each document the first of the rows with the greatest product times its factor, and that product."""
        best, greatest = np.zeros(posts.size, np.int64), np.zeros(posts.size)
        every = np.arange(posts.size)
        for row, found in self.products(posts, terms, factors):
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
        rows = np.minimum(np.searchsorted(self.serial, ids), len(self) - 1)
        return np.where(self.serial[rows] == ids, rows, -1)

    def fade(self, halvings: float) -> None:
        """Let everything weigh 2^-halvings of what it did, and drop terms that have become faint."""
        factor = 2.0**-halvings
        self.mass *= factor
        self.usual.fade(halvings)
        self.sums *= factor
        self._drop(self.sums < FAINT_TERM)

    def found(self, births: Ints) -> None:
        """Add an empty story for each of the event times `births`."""
        many = len(births)
        self.mass = np.concatenate([self.mass, np.zeros(many)])
        self.joined = np.concatenate([self.joined, np.zeros(many, np.int64)])
        self.born = np.concatenate([self.born, births])
        self.serial = np.concatenate([self.serial, np.arange(self.next, self.next + many)])
        self.next += many

    def add(self, home: Ints, counts: Counts) -> None:
        """Add documents to the stories in the rows `home`; -1 leaves out one that has no terms."""
        arrived = np.bincount(home[home >= 0], minlength=len(self))
        self.mass += arrived
        self.joined += arrived
        self._learn(home[counts.rows], counts.columns, counts.values)

    def absorb(self, into: Ints, gone: Ints) -> None:
        """Add the stories in the rows `gone` to those in `into`, pair by pair, and take them out."""
        self.mass[into] += self.mass[gone]
        self.joined[into] += self.joined[gone]
        self.born[into] = np.minimum(self.born[into], self.born[gone])
        heir = np.full(len(self), -1)
        heir[gone] = into
        rows = heir[self.rows]
        moved = np.flatnonzero(rows >= 0)
        self._learn(rows[moved], self.columns[moved], self.sums[moved])
        staying = np.ones(len(self), np.bool_)
        staying[gone] = False
        self.keep(staying)

    def keep(self, staying: Bools) -> None:
        """Let go of all other rows."""
        self._drop(~staying[self.rows])
        self.rows = (np.cumsum(staying) - 1)[self.rows]
        for name in ("mass", "joined", "born", "serial"):
            setattr(self, name, getattr(self, name)[staying])

    def _drop(self, gone: Bools) -> None:
        """Let go of terms."""
        if gone.any():
            np.subtract.at(self._spread, self.columns[gone], _ONE)
            kept = np.flatnonzero(~gone)
            self.rows, self.columns, self.sums = self.rows[kept], self.columns[kept], self.sums[kept]

    def _learn(self, rows: Ints, columns: Ints, values: Floats) -> None:
        """Add terms to rows; where there are too many then, the lightest give way."""
        if not len(rows):
            return
        ordered = rows << _BITS | columns
        order = np.argsort(ordered, kind="stable")
        ordered = ordered[order]
        first = np.flatnonzero(is_new(ordered))
        cells, values = ordered[first], np.add.reduceat(values[order], first)
        held = self.rows << _BITS | self.columns
        place = np.searchsorted(held, cells)
        known = np.append(held, -1)[place] == cells
        self.sums[place[known]] += values[known]
        new = ~known
        self._insert(place[new], cells[new], values[new])
        self._shed()

    def _insert(self, place: Ints, cells: Ints, values: Floats) -> None:
        """Put terms that the rows do not have before the terms at `place`."""
        columns = cells & SIZE - 1
        at = place + np.arange(len(place))
        held = np.ones(len(self.rows) + len(place), np.bool_)
        held[at] = False
        self.rows = _woven(held, at, self.rows, cells >> _BITS)
        self.columns = _woven(held, at, self.columns, columns)
        self.sums = _woven(held, at, self.sums, values)
        np.add.at(self._spread, columns, _ONE)

    def _shed(self) -> None:
        """Of rows with more than TERMS terms drop the lightest, many at once."""
        sizes = np.bincount(self.rows)
        full = np.flatnonzero(sizes > TERMS)
        if len(full):
            ends = np.cumsum(sizes)
            gone = np.zeros(len(self.rows), np.bool_)
            for start, end in zip((ends - sizes)[full].tolist(), ends[full].tolist(), strict=True):
                gone[start + np.argsort(self.sums[start:end], kind="stable")[: end - start - (TERMS - SHED)]] = True
            self._drop(gone)


def _woven(held: Bools, at: Ints, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Old values where `held`, new ones at the places `at`."""
    both = np.empty(len(held), old.dtype)
    both[held], both[at] = old, new
    return both
