"""The checksums of the words of many posts in one array."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 64  # words of one post that count


class WordSums(NamedTuple):
    """Those of each of n posts, one post after the other, and how many each has."""

    each: NDArray[np.int64]
    counts: Sequence[int]


def together(words: Sequence[Sequence[int]], others: Sequence[int] = ()) -> WordSums:
    """In one array, given the words of each post (`models.checksums.of_words`); `others` come before them."""
    kept = [own if len(own) <= MOST else own[:MOST] for own in words]
    return WordSums(np.array([*others, *chain.from_iterable(kept)], np.int64), [*map(len, kept)])
