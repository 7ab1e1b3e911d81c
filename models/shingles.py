"""Texts as sets of hashed word pairs: bottom-k sketches to compare them by, MinHash bands to find them by.

Broder, "On the resemblance and containment of documents" (1997); Leskovec, Rajaraman and Ullman, "Mining of Massive
Datasets", chapter 3. Hashes are the same in every process; no word can be read out of them.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.vectors import is_new
from models.vocabulary import Said, constants, mixed

LEAST = 4  # distinct words without which there is no telling a copy from two people who say the same
KEPT = 32  # hashes kept of a text: all there are, of most posts
BANDS = 20
ROWS = 2  # MinHashes a band: texts alike by j share one of the bands with probability 1 - (1 - j^2)^20

Whole = TypeVar("Whole", np.int64, np.uint64)
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]

NONE = np.uint32(0xFFFFFFFF)  # fills up a sketch
_HALF, _WORD = np.uint64(32), np.uint64(0xFFFFFFFF)


class Shingles(NamedTuple):
    """The texts of a batch that have enough words, in order."""

    place: Ints  # (n,) where each stands in the batch
    start: Ints  # (n,) of its hashes in `hashes`
    size: Ints  # (n,) how many there are, 3 or more
    hashes: U32  # of its distinct word pairs, ascending
    key: U64  # (n,) of the set as a whole

    def sketch(self) -> U32:
        """The smallest hashes of each text, shape (n, KEPT), ascending, filled up with NONE."""
        sketch = np.full((len(self.place), KEPT), NONE, np.uint32)
        places = np.arange(len(self.hashes))
        cells, hashes = (np.arange(len(self.place)) * KEPT - self.start).repeat(self.size) + places, self.hashes
        if self.size.max(initial=0) > KEPT:
            kept = (places - self.start.repeat(self.size) < KEPT).nonzero()[0]
            cells, hashes = cells[kept], hashes[kept]
        sketch.reshape(-1)[cells] = hashes
        return sketch

    def bands(self) -> U64:
        """Hashes of the MinHash bands of each text, shape (n, BANDS)."""
        least = np.minimum.reduceat(self.hashes[:, None] * _FACTORS, self.start, axis=0).astype(np.uint64)
        joint = least[:, :BANDS] << _HALF | least[:, BANDS:]
        return mixed(joint ^ _SALTS)

    def take(self, which: Ints) -> "Shingles":
        """Only the texts `which`, ascending."""
        if len(which) == len(self.place):
            return self
        size = self.size[which]
        start = size.cumsum() - size
        places = (self.start[which] - start).repeat(size)
        places += np.arange(len(places))
        return Shingles(self.place[which], start, size, self.hashes[places], self.key[which])


def shingles(said: Said) -> Shingles:
    """The pairs of neighbouring words of each document, as a set.

    Words are the terms without a '#' before them: a tag counts by the words it is made of. Two tags side by side are
    no pair, or all posts of a feed searched by its tags would be copies. Documents with fewer than `LEAST` distinct
    words, or one pair fewer than that, are left out.
    """
    words, of = said.rows.view(np.uint64) << _HALF | said.word, said.rows
    tags = said.own & 1
    tagged = None
    if len(marked := tags.nonzero()[0]):
        plain = (tags == 0).nonzero()[0]
        marks, words, of = np.sort(words[marked]), words[plain], of[plain]
        tagged = marks.take(marks.searchsorted(words), mode="clip") == words
    different = is_new(np.sort(words))  # words of one document stay together
    enough = np.bincount(of[different], minlength=said.size) >= LEAST
    pair = enough[of]
    pair[:-1] &= of[:-1] == of[1:]
    pair[-1:] = False
    if tagged is not None:
        pair[:-1] &= ~(tagged[:-1] & tagged[1:])
    first = pair.nonzero()[0]
    joint = mixed(words[first] << _HALF | words[first + 1] & _WORD) >> _HALF
    codes = distinct(of[first].view(np.uint64) << _HALF | joint)
    size = np.bincount((codes >> _HALF).view(np.int64), minlength=said.size)
    place, hashes = (size >= LEAST - 1).nonzero()[0], codes.astype(np.uint32)
    if len(place) < np.count_nonzero(size):
        hashes = hashes[(size >= LEAST - 1).repeat(size)]
    size = size[place]
    start = size.cumsum() - size
    key = np.add.reduceat(mixed(hashes.astype(np.uint64)), start) if len(place) else np.zeros(0, np.uint64)
    return Shingles(place, start, size, hashes, key)


def compare(one: U32, size: Ints, other: U32, other_size: Ints) -> tuple[Ints, Ints]:
    """Of pairs of texts, given their sketches and sizes: hashes shared, and hashes in their union. Jaccard's quotient.

    Exact where both texts are in their sketches as a whole; of others it counts the KEPT smallest hashes of the union,
    a fair sample of it.
    """
    width = int(min(KEPT, max(size.max(initial=0), other_size.max(initial=0))))
    both = np.sort(np.concatenate([one[:, :width], other[:, :width]], axis=1), axis=1)
    twice = (both[:, 1:] == both[:, :-1]) & (both[:, 1:] != NONE)
    shared = np.count_nonzero(twice, axis=1)
    union = size + other_size - shared
    cut = np.flatnonzero(np.maximum(size, other_size) > KEPT)
    if len(cut):
        rank = np.arange(1, 2 * width) + 1 - np.cumsum(twice[cut], axis=1)
        shared[cut], union[cut] = np.count_nonzero(twice[cut] & (rank <= KEPT), axis=1), KEPT
    return shared, union


def distinct(values: NDArray[Whole]) -> NDArray[Whole]:
    """The values, each once, ascending."""
    values = np.sort(values)
    return values[is_new(values).nonzero()[0]]


_FACTORS = (constants(ROWS * BANDS, 1) >> _HALF | np.uint64(1)).astype(np.uint32)
_SALTS = constants(BANDS, 1_000)
