"""Terms as hashed sparse vectors. Nothing here can be turned back into words."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.vocabulary import HALF, Said, read

SIZE = 2 * HALF  # columns: of 20,000 live terms one in twenty-six shares its place
TAG_WEIGHT = 1.5  # a hashtag is its author's own word on what a post is about

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_COLUMN = 32  # bits of a column beside its row
_WEIGHTS = np.array([1.0, TAG_WEIGHT])  # of a column by whether it is odd


class Counts(NamedTuple):
    """Weighted term counts of `size` documents in coordinates, by row and then by column, each place once."""

    rows: Ints
    columns: Ints
    values: Floats
    size: int

    def between(self, start: int, stop: int) -> "Counts":
        """The documents from `start` to `stop`."""
        if not start and stop >= self.size:
            return self
        first, last = np.searchsorted(self.rows, (start, stop))
        part = slice(int(first), int(last))
        return Counts(self.rows[part] - start, self.columns[part], self.values[part], min(stop, self.size) - start)

    def weighted(self, weights: Floats) -> "Counts":
        """The same, each document times its weight."""
        return self._replace(values=self.values * weights[self.rows])


def count(docs: Said | Sequence[Sequence[str]], seed: int = 0) -> Counts:
    """Counts of what documents are known by, given their terms.

    A word is known by itself without a plural s, and by its first letters: words of one stem share those, in most
    alphabets (truncation as stemming, McNamee and Mayfield 2004). A tag, a term with a # in front, counts TAG_WEIGHT.
    """
    said = read(docs, seed)
    rows, stemmed = said.rows << _COLUMN, (said.stem >= 0).nonzero()[0]
    places = np.concatenate([rows | said.own, rows[stemmed] | said.stem[stemmed]])
    places.sort()
    new = is_new(places)
    times = np.bincount(new.cumsum() - 1)
    places = places[new.nonzero()[0]]
    columns = places & (1 << _COLUMN) - 1
    return Counts(places >> _COLUMN, columns, times * _WEIGHTS[columns & 1], said.size)


def sparse(rows: Ints, columns: Ints, values: Floats, shape: tuple[int, int]) -> csr_array:
    """A sparse matrix from coordinates that are in order, with the 32-bit indices that scikit-learn asks for."""
    ends = np.searchsorted(rows, np.arange(shape[0] + 1)).astype(np.int32)
    return csr_array((values, columns.astype(np.int32), ends), shape=shape)


def numbered(columns: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """The different columns in ascending order, and of each its place there: as `np.unique` does, in half the time."""
    ordered = np.sort(columns.astype(np.int64) << 32 | np.arange(len(columns)))
    values = ordered >> 32
    new = is_new(values)
    place = np.empty(len(values), np.int32)
    place[ordered & 0xFFFFFFFF] = np.cumsum(new, dtype=np.int32) - 1
    return values[new.nonzero()[0]], place


def heaviest(rows: Floats, columns: Ints, most: int) -> csr_array:
    """Dense rows over some columns as sparse ones over all, with the `most` greatest values of each."""
    cells = np.ascontiguousarray(rows).reshape(-1)
    places = (cells > 0).nonzero()[0]
    values = cells[places]
    kept = np.ones(len(places), np.bool_)
    ends = places.searchsorted(np.arange(len(rows) + 1) * len(columns)).tolist()
    for start, end in pairwise(ends):
        if end - start > most:
            kept[start:end] = greatest(values[start:end], most)
    held = kept.nonzero()[0]
    row, place = np.divmod(places[held], len(columns))
    return sparse(row, columns[place], values[held], (len(rows), SIZE))


def greatest(values: Floats, most: int) -> Bools:
    """Which are the `most` greatest of more values, of equals the first."""
    least = np.partition(values, len(values) - most)[len(values) - most]
    found: Bools = values > least
    equal = (values == least).nonzero()[0]
    found[equal[: most - np.count_nonzero(found)]] = True
    return found


def dots(rows: csr_array, others: csr_array) -> Floats:
    """Dot products of sparse rows with others, over the columns that there are and none of the other million."""
    columns, place = numbered(np.concatenate([rows.indices, others.indices]))
    first, second = place[: len(rows.indices)], place[len(rows.indices) :]
    narrow = csr_array((rows.data, first, rows.indptr), shape=(rows.shape[0], len(columns)))
    wide = csr_array((others.data, second, others.indptr), shape=(others.shape[0], len(columns)))
    found: Floats = (narrow @ wide.T).toarray()
    return found


def products(rows: csr_array, row: csr_array) -> Floats:
    """Dot products of sparse rows with one whose columns are in order."""
    place = np.minimum(np.searchsorted(row.indices, rows.indices), len(row.indices) - 1)
    shared = row.indices[place] == rows.indices
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    return np.bincount(owners[shared], (rows.data * row.data[place])[shared], rows.shape[0]).astype(np.float64)


def is_new(ordered: Ints | NDArray[np.uint64]) -> Bools:
    """Where a value differs from the one before."""
    new = np.empty(len(ordered), np.bool_)
    new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new
