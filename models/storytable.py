"""The live stories as rows of one table: what their posts say, hashed and faded, and how many there were."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from models.usual import Usual
from models.vectors import SIZE, Bools, Counts, Floats, Ints

TERMS = 192  # terms kept of a story, the heaviest
SHED = 48  # terms that give way at once where there is no room for more
NONE = SIZE  # column of a place that holds no term
FAINT_TERM = 0.02  # weight under which a term is dropped
ARRAYS = ("columns", "weights", "mass", "joined", "born", "serial")


class Terms(NamedTuple):
    """The terms of n stories: the row, column and TF-IDF weight of each, and the length (n,) of each row.

    The length of an empty one is 1.
    """

    rows: Ints
    columns: Ints
    weights: Floats
    lengths: Floats


class StoryTable:
    """Rows stand in order of founding, and `serial` names them for ever.

    `columns` and `weights`, shape (stories, TERMS), hold the faded sums of the posts' terms; `mass` is the faded number
    of posts, `joined` how many there ever were, `born` the event time of the first.
    """

    def __init__(self) -> None:
        self.columns: Ints = np.full((0, TERMS), NONE, np.int64)
        self.weights: Floats = np.zeros((0, TERMS))
        self.mass: Floats = np.zeros(0)
        self.joined: Ints = np.zeros(0, np.int64)
        self.born: Ints = np.zeros(0, np.int64)
        self.serial: Ints = np.zeros(0, np.int64)
        self._spread = np.zeros(SIZE + 1, np.int32)  # live stories that have each column
        self._scratch = np.zeros(SIZE + 1, np.int32)  # of each column its place among those at hand, from 1; 0 for none
        self.usual = Usual()
        self._idf: Floats = np.zeros(0)  # by df, for as many stories as there are
        self.next = 0  # serial of the next to be founded

    @classmethod
    def restored(cls, arrays: Mapping[str, Any], following: int) -> "StoryTable":
        """The table that had these ARRAYS and would have founded `following` next."""
        table = cls()
        for name in ARRAYS:
            setattr(table, name, arrays[name])
        table.next = following
        table._recount(table.columns, 1)
        return table

    def __len__(self) -> int:
        return len(self.serial)

    def idf(self, columns: Ints) -> Floats:
        """Inverse document frequency over what is live: ln(1 + n / (1 + df)) + 1, df the stories with the column.

        What most posts of late have, the tag that a feed was searched by, tells nothing apart and weighs less.
        """
        if len(self._idf) != len(self) + 1:
            self._idf = np.log(1 + len(self) / (1 + np.arange(len(self) + 1))) + 1
        weights: Floats = self._idf[self._spread[columns]] * self.usual.damping[columns]
        return weights

    def terms(self, rows: Ints | None = None) -> "Terms":
        """The terms of rows, of all by default, row by row.

        tf is the faded sum to the power 0.75: what a story says over and over does not drown the rest.
        """
        columns, sums = (self.columns, self.weights) if rows is None else (self.columns[rows], self.weights[rows])
        held = np.flatnonzero(columns < NONE)  # most places are empty
        of, sums = columns.ravel()[held], sums.ravel()[held]
        weights = np.sqrt(sums * np.sqrt(sums)) * self.idf(of)
        spread = np.zeros(columns.shape)
        spread.ravel()[held] = weights
        lengths = np.sqrt(np.einsum("ij,ij->i", spread, spread))
        return Terms(held // TERMS, of, weights, np.where(lengths > 0, lengths, 1.0))

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
        self.weights *= factor
        faint = (self.weights < FAINT_TERM) & (self.columns < NONE)
        if faint.any():
            self._recount(self.columns[faint], -1)
            self.columns[faint] = NONE
            self.weights[faint] = 0.0

    def found(self, births: Ints) -> None:
        """Add an empty story for each of the event times `births`."""
        many = len(births)
        self.columns = np.concatenate([self.columns, np.full((many, TERMS), NONE, np.int64)])
        self.weights = np.concatenate([self.weights, np.zeros((many, TERMS))])
        self.mass = np.concatenate([self.mass, np.zeros(many)])
        self.joined = np.concatenate([self.joined, np.zeros(many, np.int64)])
        self.born = np.concatenate([self.born, births])
        self.serial = np.concatenate([self.serial, np.arange(self.next, self.next + many)])
        self.next += many

    def add(self, home: Ints, counts: Counts) -> None:
        """Add documents to the stories in the rows `home`; -1 leaves a document out."""
        arrived = np.bincount(home[home >= 0], minlength=len(self))
        self.mass += arrived
        self.joined += arrived
        self._learn(np.flatnonzero(arrived), home[counts.rows], counts.columns, counts.values)

    def absorb(self, into: Ints, gone: Ints) -> None:
        """Add the stories in the rows `gone` to those in `into`, pair by pair, and take them out."""
        self.mass[into] += self.mass[gone]
        self.joined[into] += self.joined[gone]
        self.born[into] = np.minimum(self.born[into], self.born[gone])
        pair, place = np.nonzero(self.columns[gone] < NONE)
        order = np.argsort(into)
        self._learn(into[order], into[pair], self.columns[gone][pair, place], self.weights[gone][pair, place])
        staying = np.ones(len(self), np.bool_)
        staying[gone] = False
        self.keep(staying)

    def keep(self, staying: Bools) -> None:
        """Let go of all other rows."""
        self._recount(self.columns[~staying], -1)
        for name in ARRAYS:
            setattr(self, name, getattr(self, name)[staying])

    def _learn(self, touched: Ints, rows: Ints, columns: Ints, values: Floats) -> None:
        """Add terms to the rows `touched`, in ascending order; where there is no room, the lightest give way."""
        known, place = np.unique(columns, return_inverse=True)
        cells, places = np.unique(np.searchsorted(touched, rows) * len(known) + place, return_inverse=True)
        values = np.bincount(places, values, minlength=len(cells)).astype(np.float64)
        slots = self._slots(touched, known)[cells]
        row, column = touched[cells // len(known)], known[cells % len(known)]
        held = slots >= 0
        self.weights[row[held], slots[held]] += values[held]
        self._insert(row[~held], column[~held], values[~held])

    def among(self, columns: Ints, known: Ints) -> tuple[Ints, Ints]:
        """Which of the columns are `known`, in order, and the place of each of these in `known`."""
        self._scratch[known] = np.arange(1, len(known) + 1)
        places = self._scratch[columns]
        self._scratch[known] = 0
        found = np.flatnonzero(places)
        return found, places[found].astype(np.int64) - 1

    def _slots(self, touched: Ints, known: Ints) -> Ints:
        """Where each of the rows `touched` has each of the columns `known`, -1 for nowhere, as one flat table."""
        found, place = self.among(self.columns[touched].ravel(), known)
        slots = np.full(len(touched) * len(known), -1, np.int64)
        slots[found // TERMS * len(known) + place] = found % TERMS
        return slots

    def _insert(self, rows: Ints, columns: Ints, values: Floats) -> None:
        """Add terms that the rows, in ascending order, do not have; what there is no room for even then is left out."""
        into, first, of, many = np.unique(rows, return_index=True, return_inverse=True, return_counts=True)
        free = np.count_nonzero(self.columns[into] == NONE, axis=1)
        self._shed(into[free < many])
        free_row, free_slot = np.nonzero(self.columns[into] == NONE)
        starts = np.searchsorted(free_row, np.arange(len(into) + 1))
        rank = np.arange(len(rows)) - first[of]
        fits = rank < np.diff(starts)[of]
        slots = free_slot[starts[of[fits]] + rank[fits]]
        self.columns[rows[fits], slots], self.weights[rows[fits], slots] = columns[fits], values[fits]
        self._recount(columns[fits], 1)

    def _shed(self, rows: Ints) -> None:
        """Drop the lightest terms of rows, many at once, so that it need not be done often."""
        if len(rows):
            lightest = np.argpartition(self.weights[rows], SHED, axis=1)[:, :SHED]
            self._recount(self.columns[rows[:, None], lightest], -1)
            self.columns[rows[:, None], lightest] = NONE
            self.weights[rows[:, None], lightest] = 0.0

    def _recount(self, columns: Ints, sign: int) -> None:
        np.add.at(self._spread, columns.ravel(), sign)
        self._spread[NONE] = 0  # where no term is, there is none to be rare
