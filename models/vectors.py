"""Terms as hashed sparse vectors. Nothing here can be turned back into words."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

SIZE = 1 << 18  # features: with 20,000 live terms one in thirteen shares its place
TAG_WEIGHT = 1.5  # a hashtag is its author's own word on what a post is about

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.int32] | Ints


def count(docs: Sequence[Sequence[str]], seed: int = 0) -> csr_array:
    """Term counts, shape (docs, SIZE), sorted, terms that start with '#' times TAG_WEIGHT.

    Terms are hashed with CRC-32, which is the same in every process, from `seed` on.
    """
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for doc in docs:
        row: dict[int, float] = {}
        for term in doc:
            place = zlib.crc32(term.encode("utf-8", "replace"), seed) % SIZE
            row[place] = row.get(place, 0.0) + (TAG_WEIGHT if term.startswith("#") else 1.0)
        for place in sorted(row):
            columns.append(place)
            values.append(row[place])
        ends.append(len(columns))
    return build(np.array(values, np.float64), np.array(columns, np.int32), np.array(ends, np.int32))


def build(values: Floats, columns: Indices, ends: Indices, width: int = SIZE) -> csr_array:
    """Sparse rows from their parts, with the 32-bit indices that scikit-learn asks for."""
    parts = (values, columns.astype(np.int32, copy=False), ends.astype(np.int32, copy=False))
    return csr_array(parts, shape=(len(ends) - 1, width))


def lengths(rows: csr_array) -> Ints:
    """Terms kept of each row."""
    kept: Ints = np.diff(rows.indptr).astype(np.int64)
    return kept


def owners(rows: csr_array) -> Ints:
    """The row of each stored value."""
    of: Ints = np.repeat(np.arange(rows.shape[0], dtype=np.int64), lengths(rows))
    return of


def products(left: csr_array, right: csr_array) -> csr_array:
    """Dot products of the rows of `left` with those of `right`: cosines, of unit rows.

    Only the columns that `left` has take part. Products of scipy add up in the order of the columns, whatever the
    number of threads.
    """
    columns = np.unique(left.indices)
    if not len(columns):
        return csr_array((left.shape[0], right.shape[0]))
    place = np.zeros(SIZE, np.int32)  # one more than the place of a column among `columns`; 0 for one that is not
    place[columns] = np.arange(1, len(columns) + 1)
    places = place[right.indices]
    common = places > 0
    ends = np.concatenate([[0], np.cumsum(common)])[right.indptr]
    near = build(right.data[common], places[common] - 1, ends, len(columns))
    return csr_array(build(left.data, place[left.indices] - 1, left.indptr, len(columns)) @ near.T)


COMMON = 0.5  # share of recent documents above which a column tells nothing apart
FAINT_WEIGHT = 0.05
ENOUGH = 16  # documents before that can be told
HALVINGS, HEAVY = 500.0, 1e150


class Spread:
    """In what share of the recent documents each column is found, older ones counting less and less."""

    def __init__(self) -> None:
        self._found: Floats = np.zeros(SIZE)
        self._documents = 0.0
        self._weight = 1.0  # of a document that comes now: it grows, and nothing else need ever fade

    def fade(self, halvings: float) -> None:
        """Let what was seen count 2^-halvings of what it did."""
        self._weight *= 2.0 ** min(halvings, HALVINGS)
        if self._weight > HEAVY:
            self._found /= self._weight
            self._documents /= self._weight
            self._weight = 1.0

    def add(self, rows: csr_array) -> None:
        """Count documents, each column once a row."""
        np.add.at(self._found, rows.indices, self._weight)
        self._documents += self._weight * rows.shape[0]

    def of(self, columns: Indices) -> Floats:
        """Share of the documents with each column; 0 while there are too few to tell."""
        if self._documents < ENOUGH * self._weight:
            return np.zeros(len(columns))
        return np.minimum(1.0, self._found[columns] / self._documents)


class Idf:
    """Inverse document frequency over what is live: ln(1 + n / (1 + df)) + 1, df counted over the rows given.

    What most documents have (the tag that a feed was searched by) tells nothing apart: `spread` takes its weight down.
    """

    def __init__(self, live: csr_array, spread: Spread) -> None:
        self._spread = spread
        self._live = live.shape[0]
        self._found = np.bincount(live.indices, minlength=SIZE)
        self._weights = np.log(1 + self._live / (1 + np.arange(self._found.max() + 1))) + 1

    def of(self, columns: Indices) -> Floats:
        """The weight of each column."""
        common = self._spread.of(columns)
        weights: Floats = self._weights[self._found[columns]] * np.where(common > COMMON, FAINT_WEIGHT, 1.0)
        return weights

    def unit(self, rows: csr_array) -> tuple[csr_array, Floats]:
        """TF-IDF rows of length one, and the length that each had. Empty rows stay empty."""
        values = rows.data * self.of(rows.indices)
        norms = np.sqrt(np.bincount(owners(rows), values * values, minlength=rows.shape[0]))
        values /= np.repeat(norms, lengths(rows))
        return build(values, rows.indices, rows.indptr), norms
