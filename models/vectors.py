"""Terms as hashed sparse vectors. Nothing here can be turned back into words."""

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

SIZE = 1 << 20  # columns: of 20,000 live terms one in twenty-six shares its place
TAG_WEIGHT = 1.5  # a hashtag is its author's own word on what a post is about

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Counts(NamedTuple):
    """Weighted term counts of `size` documents in coordinates, by row and then by column, each place once."""

    rows: Ints
    columns: Ints
    values: Floats
    size: int

    def between(self, start: int, stop: int) -> "Counts":
        """The documents from `start` to `stop`."""
        first, last = np.searchsorted(self.rows, (start, stop))
        part = slice(int(first), int(last))
        return Counts(self.rows[part] - start, self.columns[part], self.values[part], min(stop, self.size) - start)

    def weighted(self, weights: Floats) -> "Counts":
        """The same, each document times its weight."""
        return self._replace(values=self.values * weights[self.rows])


def count(docs: Sequence[Sequence[str]], seed: int = 0) -> Counts:
    """Term counts of documents; terms that start with '#' count TAG_WEIGHT and have the odd columns to themselves.

    Terms are hashed with CRC-32, which is the same in every process, from `seed` on.
    """
    cells = [
        row * SIZE + zlib.crc32(term.encode("utf-8", "replace"), seed) % (SIZE // 2) * 2 + (term[:1] == "#")
        for row, doc in enumerate(docs)
        for term in doc
    ]
    places, times = np.unique(np.array(cells, np.int64), return_counts=True)
    columns = places % SIZE
    values = times.astype(np.float64) * np.where(columns % 2, TAG_WEIGHT, 1.0)
    return Counts(places // SIZE, columns, values, len(docs))


def sparse(rows: Ints, columns: Ints, values: Floats, shape: tuple[int, int]) -> csr_array:
    """A sparse matrix from coordinates that are in order, with the 32-bit indices that scikit-learn asks for."""
    ends = np.searchsorted(rows, np.arange(shape[0] + 1)).astype(np.int32)
    return csr_array((values, columns.astype(np.int32), ends), shape=shape)
