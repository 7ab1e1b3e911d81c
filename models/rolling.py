"""A bounded window of the newest rows, kept in one block of memory in the order they came."""

import numpy as np
from numpy.typing import NDArray


class Rolling:
    """The newest `cap` rows of `width` floats. Adding costs O(1) amortised; memory is at most 2 * cap rows."""

    def __init__(self, cap: int, width: int) -> None:
        self._cap = cap
        self._rows = np.zeros((min(2 * cap, 64), width))  # zeros: checkpoints hold the room to come, too
        self._start = 0
        self._end = 0

    def __len__(self) -> int:
        return self._end - self._start

    def extend(self, rows: NDArray[np.float64]) -> None:
        """Add `rows` (n, width), oldest first, and forget what no longer fits."""
        rows = rows[-self._cap :]
        if self._end + len(rows) > len(self._rows):
            self._make_room(len(rows))
        self._rows[self._end : self._end + len(rows)] = rows
        self._end += len(rows)
        self._start = max(self._start, self._end - self._cap)

    def rows(self) -> NDArray[np.float64]:
        """A view (n, width) of the rows held, oldest first; valid until the next `extend`."""
        return self._rows[self._start : self._end]

    def _make_room(self, count: int) -> None:
        kept = self.rows()[max(0, len(self) + count - self._cap) :]
        size = len(self._rows)
        while size < 2 * self._cap and size < 2 * (len(kept) + count):
            size *= 2
        fresh = np.zeros((max(min(size, 2 * self._cap), len(kept) + count), self._rows.shape[1]))
        fresh[: len(kept)] = kept
        self._rows, self._start, self._end = fresh, 0, len(kept)
