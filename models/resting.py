"""Themes at rest: the centroids of those that no story is in, so that one that comes back has its id again."""

import numpy as np
from scipy.sparse import csr_array, vstack

from models.vectors import SIZE, Ints, products


class Resting:
    """Ids and unit centroids, shape (ids, SIZE), the longest at rest first."""

    def __init__(self) -> None:
        self.ids: Ints = np.zeros(0, np.int64)
        self.rows = csr_array((0, SIZE))

    def add(self, ids: Ints, rows: csr_array) -> None:
        """Lay themes to rest."""
        self.ids = np.concatenate([self.ids, ids])
        self.rows = vstack([self.rows, rows], format="csr")

    def wake(self, places: Ints) -> None:
        """Those in these places rest no longer."""
        staying = np.setdiff1d(np.arange(len(self.ids)), places)
        self.ids, self.rows = self.ids[staying], csr_array(self.rows[staying])

    def woken(self, row: csr_array, same: float) -> int | None:
        """Wake the one most like a centroid, if their cosine is at least `same`. Returns its id."""
        alike = products(self.rows, row)
        if not len(alike) or alike.max() < same:
            return None
        place = int(alike.argmax())
        theme = int(self.ids[place])
        self.wake(np.array([place]))
        return theme

    def keep(self, most: int) -> None:
        """Forget all but the newest."""
        if len(self.ids) > most:
            self.wake(np.arange(len(self.ids) - most))
