"""The checksums of the words of many posts in one array."""

from collections.abc import Sequence
from itertools import chain, compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 64  # words of one post that count


class WordSums(NamedTuple):
    """Those of each of n posts, one post after the other, and how many each has."""

    each: NDArray[np.int64]
    counts: Sequence[int]

    def those(self, kept: Sequence[bool]) -> "WordSums":
        """Of the posts that are kept."""
        return WordSums(self.each[np.repeat(kept, self.counts)], [*compress(self.counts, kept)])


def together(words: Sequence[Sequence[int]]) -> WordSums:
    """In one array, given the words of each post (`models.checksums.of_words`)."""
    kept = [own if len(own) <= MOST else own[:MOST] for own in words]
    return WordSums(np.array([*chain.from_iterable(kept)], np.int64), [*map(len, kept)])


def chained(parts: Sequence[WordSums]) -> WordSums:
    """Those of some posts, then those of others."""
    each, counts = zip(*parts, strict=True)
    return WordSums(np.concatenate(each), [*chain.from_iterable(counts)])
