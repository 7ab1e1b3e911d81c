"""Texts as sets of hashed word pairs: bottom-k sketches to compare them by, MinHash bands to find them by.

Broder, "On the resemblance and containment of documents" (1997); Leskovec, Rajaraman and Ullman, "Mining of Massive
Datasets", chapter 3. Hashes are the same in every process; no word can be read out of them.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

WORDS = 128  # per text that are read
LONGEST = 512  # bytes of a word that are told apart by their place
LEAST = 4  # distinct words without which there is no telling a copy from two people who say the same
KEPT = 32  # hashes kept of a text: all there are, of most posts
BANDS = 20
ROWS = 2  # MinHashes a band: texts alike by j share one of the bands with probability 1 - (1 - j^2)^20

Whole = TypeVar("Whole", np.int64, np.uint64)
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]

NONE = np.uint32(0xFFFFFFFF)  # fills up a sketch
_HALF = np.uint64(32)


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
        row = np.repeat(np.arange(len(self.place)), self.size)
        column = np.arange(len(self.hashes)) - np.repeat(self.start, self.size)
        kept = column < KEPT
        sketch[row[kept], column[kept]] = self.hashes[kept]
        return sketch

    def bands(self) -> U64:
        """Hashes of the MinHash bands of each text, shape (n, BANDS)."""
        least = np.minimum.reduceat(self.hashes[:, None] * _FACTORS, self.start, axis=0).astype(np.uint64)
        joint = least[:, :BANDS] << _HALF | least[:, BANDS:]
        return mixed(joint ^ _SALTS)

    def take(self, which: Ints) -> "Shingles":
        """Only the texts `which`, ascending."""
        size = self.size[which]
        start = np.cumsum(size) - size
        places = np.arange(int(size.sum())) + np.repeat(self.start[which] - start, size)
        return Shingles(self.place[which], start, size, self.hashes[places], self.key[which])


def shingles(docs: Sequence[Sequence[str]]) -> Shingles:
    """The pairs of neighbouring words of each document, as a set. Raises ValueError if a term holds white space.

    Words are the terms without a '#' before them: a tag counts by the words it is made of. Two tags side by side are
    no pair, or all posts of a feed searched by its tags would be copies. Documents with fewer than `LEAST` distinct
    words, or one pair fewer than that, are left out.
    """
    of, words, tagged = _words(docs)
    enough = _counts(distinct(_codes(of, words)), len(docs)) >= LEAST
    pair = (of[:-1] == of[1:]) & enough[of[:-1]] & ~(tagged[:-1] & tagged[1:])
    codes = distinct(_codes(of[:-1][pair], mixed(words[:-1][pair] << _HALF | words[1:][pair]) >> _HALF))
    size = _counts(codes, len(docs))
    place = np.flatnonzero(size >= LEAST - 1)
    hashes = codes[size[(codes >> _HALF).astype(np.int64)] >= LEAST - 1].astype(np.uint32)
    size = size[place]
    start = np.cumsum(size) - size
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
    first = np.ones(len(values), np.bool_)
    first[1:] = values[1:] != values[:-1]
    return values[first]


def mixed(values: U64) -> U64:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit of each value depends on all of its bits."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)


def _words(docs: Sequence[Sequence[str]]) -> tuple[Ints, U64, NDArray[np.bool_]]:
    """Of the words of all documents in a row: the document, a hash of 32 bits, and whether it is one of its tags."""
    text = "\n".join([" ".join(doc[:WORDS]) for doc in docs]) + "\n"
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    line = data == _NEWLINE
    if np.count_nonzero(line) != len(docs):
        raise ValueError("terms must hold no white space")
    end = np.flatnonzero(line | (data == _SPACE))
    start = np.append(0, end[:-1] + 1)
    tag = data[start] == _SIGN
    inside = np.arange(len(data)) - np.repeat(start + tag, end - start + 1)  # a tag has the hash of its word
    hashes = np.add.reduceat(_BYTES[data] * _POSITIONS[np.minimum(inside, LONGEST - 1)], start) >> _HALF
    of = np.cumsum(line[end]) - line[end]
    tagged = np.isin(_codes(of[~tag], hashes[~tag]), _codes(of[tag], hashes[tag]))
    return of[~tag], hashes[~tag], tagged


def _counts(codes: U64, docs: int) -> Ints:
    """How many of the codes each document has."""
    return np.bincount((codes >> _HALF).astype(np.int64), minlength=docs)


def _codes(of: Ints, hashes: U64) -> U64:
    """Hashes of 32 bits with the number of their document above them."""
    return of.astype(np.uint64) << _HALF | hashes


def _constants(count: int, first: int) -> U64:
    return mixed(np.arange(first, first + count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


_FACTORS = (_constants(ROWS * BANDS, 1) >> _HALF | np.uint64(1)).astype(np.uint32)
_SALTS = _constants(BANDS, 1_000)
_SPACE, _NEWLINE, _SIGN = b" \n#"
_BYTES, _POSITIONS = _constants(256, 2_000), _constants(LONGEST, 3_000) | np.uint64(1)
_BYTES[[_SPACE, _NEWLINE, _SIGN]] = 0  # what ends a word or makes it a tag is no part of it
