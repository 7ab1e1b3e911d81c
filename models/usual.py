"""What most posts of late have in common, and how much less that weighs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.vectors import SIZE, Ints

MOST = 0.6  # share of recent posts above which a column weighs less
LEAST = 0.05  # what one weighs that is in all
ENOUGH = 16.0  # posts before that can be told
RARE = 20  # a column in one of so many posts, or fewer, is not counted before it is in more
HEAVY = 1024.0
FAINT = 0.05  # posts' worth under which a column is forgotten
GONE = 60.0  # halvings after which nothing is left

Singles = NDArray[np.float32]


class Usual:
    """In what share of the recent posts each column is. `damping`, by column, is 1 up to MOST and falls to LEAST."""

    def __init__(self) -> None:
        self.damping: Singles = np.ones(SIZE + 1, np.float32)
        self._found: Singles = np.zeros(SIZE + 1, np.float32)
        self._posts = 0.0
        self._weight = 1.0  # of a post that comes now: it grows, so that nothing else need ever fade

    def fade(self, halvings: float) -> None:
        """Let what was seen count 2^-halvings of what it did."""
        self._weight *= 2.0 ** min(halvings, GONE)
        if self._weight > HEAVY:
            self._found /= self._weight
            faint = self._found < FAINT
            self._found[faint], self.damping[faint] = 0.0, 1.0
            self._posts /= self._weight
            self._weight = 1.0

    def add(self, columns: Ints, times: Ints, posts: int) -> None:
        """Count documents, in so many of which each of the columns is, and say anew what these columns weigh."""
        tracked = (times * RARE > posts) | (self._found[columns] > 0)
        columns, times = columns[tracked], times[tracked]
        self._found[columns] += times * self._weight
        self._posts += posts * self._weight
        share = np.minimum(1.0, self._found[columns] / max(self._posts, ENOUGH * self._weight))
        self.damping[columns] = np.maximum(LEAST, np.sqrt(np.minimum(1.0, (1.0 - share) / (1.0 - MOST))))

    def state(self) -> dict[str, Any]:
        """All that a later `restored` needs: arrays and plain numbers."""
        columns = np.flatnonzero((self._found != 0) | (self.damping != 1))
        return {
            "columns": columns,
            "found": self._found[columns],
            "damping": self.damping[columns],
            "posts": self._posts,
            "weight": self._weight,
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> "Usual":
        """What was saved."""
        usual = cls()
        usual._found[state["columns"]] = state["found"]
        usual.damping[state["columns"]] = state["damping"]
        usual._posts, usual._weight = state["posts"], state["weight"]
        return usual
