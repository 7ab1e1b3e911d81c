"""How often each of any number of names occurs, in a fixed amount of memory: never too low, seldom much too high."""

from array import array
from hashlib import blake2b
from struct import Struct

import numpy as np

WIDTH = 1 << 18  # cells of a row; 4 MiB for all rows
ROWS = 4

_INDEXES = Struct("<4I")


class CountMin:
    """A count-min sketch (Cormode and Muthukrishnan, 2005) of whatever is counted in and out again.

    Each name has one cell in each of four rows, and its estimate is the least of them. As nothing is taken out that
    was not put in, an estimate is never below the true count. It is above it by more than e / width times the sum of
    all counts with a chance of at most e^-4. The cells are sums, so that order plays no part and what is taken out
    leaves no trace; and the hash is the same in every process.
    """

    def __init__(self, width: int = WIDTH) -> None:
        """`width` is a power of two."""
        self.total = 0  # the sum of all counts
        self._width = width
        self._cells = array("i", bytes(4 * ROWS * width))  # row by row

    def add(self, name: str, count: int) -> int:
        """Count a name `count` times more, or fewer; its estimate after that."""
        self.total += count
        cells = self._cells
        places = self._places(name)
        for place in places:
            cells[place] += count
        return min([cells[place] for place in places])

    def estimate(self, name: str) -> int:
        """How often a name is counted, at most."""
        cells = self._cells
        return min([cells[place] for place in self._places(name)])

    def distinct(self) -> int:
        """How many names are counted, at least: as many as there are cells in use in the fullest row."""
        rows = np.frombuffer(self._cells, np.int32).reshape(ROWS, self._width)
        return int(np.count_nonzero(rows, axis=1).max())

    def _places(self, name: str) -> tuple[int, int, int, int]:
        """The cell of a name in each row."""
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_INDEXES.size).digest()
        a, b, c, d = _INDEXES.unpack(digest)
        width, mask = self._width, self._width - 1
        return a & mask, width + (b & mask), 2 * width + (c & mask), 3 * width + (d & mask)
