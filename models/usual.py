"""What most posts of late have in common, and how much less that weighs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.vectors import SIZE, Counts

MOST = 0.6  # share of recent posts above which a column weighs less
LEAST = 0.05  # what one weighs that is in all
ENOUGH = 16.0  # posts before that can be told
HEAVY = 1e9
GONE = 60.0  # halvings after which nothing is left
FORGET_EVERY = 4_096  # posts after which the columns are forgotten that are in fewer than RARE of them
RARE = 0.01

Singles = NDArray[np.float32]


class Usual:
    """In what share of the recent posts each column is. `damping`, by column, is 1 up to MOST and falls to LEAST."""

    def __init__(self) -> None:
        self.damping: Singles = np.ones(SIZE + 1, np.float32)
        self._found: Singles = np.zeros(SIZE + 1, np.float32)
        self._posts = 0.0
        self._weight = 1.0  # of a post that comes now: it grows, so that nothing else need ever fade
        self._unforgotten = 0  # posts since

    def fade(self, halvings: float) -> None:
        """Let what was seen count 2^-halvings of what it did."""
        self._weight *= 2.0 ** min(halvings, GONE)
        if self._weight > HEAVY:
            self._found /= self._weight
            self._posts /= self._weight
            self._weight = 1.0

    def add(self, counts: Counts) -> None:
        """Count documents, each column once a document, and say anew what their columns weigh."""
        columns, times = np.unique(counts.columns, return_counts=True)
        self._found[columns] += times * self._weight
        self._posts += counts.size * self._weight
        share = np.minimum(1.0, self._found[columns] / max(self._posts, ENOUGH * self._weight))
        self.damping[columns] = np.maximum(LEAST, np.sqrt(np.minimum(1.0, (1.0 - share) / (1.0 - MOST))))
        self._unforgotten += counts.size
        if self._unforgotten >= FORGET_EVERY:
            self._unforgotten = 0
            rare = self._found < RARE * self._posts
            self._found[rare], self.damping[rare] = 0.0, 1.0

    def state(self) -> dict[str, Any]:
        """All that a later `restored` needs: arrays and plain numbers."""
        columns = np.flatnonzero((self._found != 0) | (self.damping != 1))
        return {
            "columns": columns,
            "found": self._found[columns],
            "damping": self.damping[columns],
            "posts": self._posts,
            "weight": self._weight,
            "unforgotten": self._unforgotten,
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> "Usual":
        """What was saved."""
        usual = cls()
        usual._found[state["columns"]] = state["found"]
        usual.damping[state["columns"]] = state["damping"]
        usual._posts, usual._weight, usual._unforgotten = state["posts"], state["weight"], state["unforgotten"]
        return usual
