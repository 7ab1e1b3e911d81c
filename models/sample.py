"""A bounded sample of recent posts, to measure clusters on: hashed terms and stories, no words."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from models.vectors import Counts, Floats, Ints, sparse

SIZE = 500  # posts
EVERY = 8  # of so many posts one is taken: the sample reaches back some 4,000


class Sampled(NamedTuple):
    """Unit TF-IDF rows of posts over the columns that they have, and the story that each was given."""

    rows: csr_array
    stories: Ints


class Sample:
    """Every eighth post, the newest 500 of those: a systematic sample, the same for the same feed."""

    def __init__(self) -> None:
        self._posts: deque[tuple[int, Ints, Floats]] = deque(maxlen=SIZE)  # story, columns, values
        self._seen = 0

    def add(self, counts: Counts, stories: Sequence[int]) -> None:
        """Take note of a batch of posts and the stories they were given."""
        taken = range(-self._seen % EVERY, counts.size, EVERY)
        edges = counts.rows.searchsorted([[row, row + 1] for row in taken]).tolist()
        for row, (first, last) in zip(taken, edges, strict=True):
            if stories[row] >= 0:
                self._posts.append((stories[row], counts.columns[first:last], counts.values[first:last]))
        self._seen += counts.size

    def merge(self, gone: int, into: int) -> None:
        """Story `gone` has become part of `into`."""
        for place, (story, columns, values) in enumerate(self._posts):
            if story == gone:
                self._posts[place] = (into, columns, values)

    def rows(self, idf: Callable[[Ints], Floats]) -> Sampled:
        """The posts as unit TF-IDF rows, with weights of columns as `idf` gives them."""
        columns = np.concatenate([np.zeros(0, np.int64), *(columns for _, columns, _ in self._posts)])
        values = np.concatenate([np.zeros(0), *(values for _, _, values in self._posts)])
        owners = np.repeat(np.arange(len(self._posts)), [len(columns) for _, columns, _ in self._posts])
        known, place = np.unique(columns, return_inverse=True)
        values = values * idf(known)[place]
        lengths = np.sqrt(np.bincount(owners, values * values, minlength=len(self._posts)))
        rows = sparse(owners, place, values / lengths[owners], (len(self._posts), len(known)))
        return Sampled(rows, np.array([story for story, _, _ in self._posts], np.int64))
