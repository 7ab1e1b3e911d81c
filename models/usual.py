"""What most posts of late have in common, and how much less that weighs."""

import numpy as np
from numpy.typing import NDArray

from models.vectors import SIZE, Bools, Floats, Ints

MOST = 0.6  # share of recent posts above which a column weighs less
LEAST = 0.05  # what one weighs that is in all
ENOUGH = 16.0  # posts before that can be told
RARE = 20  # a column in one of so many posts, or fewer, is not counted before it is in more
HEAVY = 1024.0
FAINT = 0.05  # posts' worth under which a column is forgotten
NOTHING = 0.3  # what a column weighs by which next to nothing is told apart
GONE = 60.0  # halvings after which nothing is left

Singles = NDArray[np.float32]


class Usual:
    """In what share of the recent posts each column is: damped by 1 up to MOST, falling to LEAST."""

    def __init__(self) -> None:
        self._damping: Singles = np.ones(SIZE, np.float32)
        self._found: Singles = np.zeros(SIZE, np.float32)
        self._counted: list[Ints] = []  # the columns that were found, some after the other
        self._posts = 0.0
        self._damped = 0  # columns that weigh less
        self._weight = 1.0  # of a post that comes now: it grows, so that nothing else need ever fade

    def fade(self, halvings: float) -> None:
        """Let what was seen count 2^-halvings of what it did."""
        self._weight *= 2.0 ** min(halvings, GONE)
        if self._weight > HEAVY:
            counted = np.concatenate([np.zeros(0, np.int64), *self._counted])
            found = self._found[counted] / np.float32(self._weight)
            faint = found < FAINT
            self._found[counted] = np.where(faint, np.float32(0), found)
            self._damping[counted[faint]] = 1.0
            self._counted = [counted[~faint]]
            self._damped = int(np.count_nonzero(self._damping[counted] < 1))
            self._posts /= self._weight
            self._weight = 1.0

    def add(self, columns: Ints, times: Ints, posts: int) -> None:
        """Count documents, in so many of which each of the columns is, and say anew what these columns weigh."""
        found = self._found[columns]
        if posts >= RARE:
            tracked = ((found > 0) | (times * RARE > posts)).nonzero()[0]
            columns, found, times = columns[tracked], found[tracked], times[tracked]
        if len(new := (found == 0).nonzero()[0]):
            self._counted.append(columns[new])
        found = found + times * self._weight
        self._found[columns] = found
        self._posts += posts * self._weight
        share = np.minimum(1.0, found / max(self._posts, ENOUGH * self._weight))
        if self._damped or share.max(initial=0.0) > MOST:
            damping = np.maximum(LEAST, np.sqrt(np.minimum(1.0, (1.0 - share) / (1.0 - MOST)))).astype(np.float32)
            self._damped += int(np.count_nonzero(damping < 1)) - int(np.count_nonzero(self._damping[columns] < 1))
            self._damping[columns] = damping

    def says_nothing(self, columns: Ints) -> Bools | None:
        """Which of the columns nearly all posts have; None if there are none."""
        if not self._damped:
            return None
        said: Bools = self._damping[columns] < NOTHING
        return said if said.any() else None

    def damp(self, columns: Ints, weights: Floats) -> Floats:
        """The weights of columns, less where they are usual."""
        return weights * self._damping.take(columns) if self._damped else weights
