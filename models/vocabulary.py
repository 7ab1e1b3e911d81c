"""What terms are known by: numbers, the same in every process. Nothing here can be turned back into words."""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

HALF = 1 << 19  # columns for words and stems, and as many for tags
STEM = 4  # letters
MOST = 128  # terms of a document that are read
MAX_KNOWN = 1 << 15  # terms whose numbers are remembered
LONGEST = 512  # bytes of a term that are told apart by their place

U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]


class Said(NamedTuple):
    """The terms of `size` documents in a row: the document of each, and three numbers that it is known by.

    `own` is its column, that of a tag an odd one, `stem` that of its first letters or -1, and `word` a hash of 32 bits,
    by which a tag is the same as its word.
    """

    rows: Ints
    own: Ints
    stem: Ints
    word: U64
    size: int

    def between(self, start: int, stop: int) -> "Said":
        """The documents from `start` to `stop`."""
        if not start and stop >= self.size:
            return self
        first, last = np.searchsorted(self.rows, (start, stop)).tolist()
        own, stem, word = self.own[first:last], self.stem[first:last], self.word[first:last]
        return Said(self.rows[first:last] - start, own, stem, word, min(stop, self.size) - start)


class _Vocabulary:
    """Terms by their hashes in this process: no word is kept."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._places: dict[int, int] = {}
        self._own, self._stem = np.zeros((2, MAX_KNOWN), np.int64)
        self._word = np.zeros(MAX_KNOWN, np.uint64)

    def look_up(self, terms: Sequence[str]) -> tuple[Ints, Ints, U64]:
        """The numbers of terms."""
        if len(self._places) > MAX_KNOWN:
            self._places.clear()
        places = np.fromiter(map(self._places.get, map(hash, terms), repeat(-1)), np.int64, len(terms))
        missing = (places < 0).nonzero()[0]
        if len(missing):
            places[missing] = self._learn([terms[place] for place in missing.tolist()])
        return self._own[places], self._stem[places], self._word[places]

    def _learn(self, terms: Sequence[str]) -> list[int]:
        """The places of terms from now on."""
        digests = [*map(hash, terms)]
        new = dict(zip(digests, terms, strict=True))
        start, stop = len(self._places), len(self._places) + len(new)
        if stop > len(self._own):
            for name in ("_own", "_stem", "_word"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate([held, np.zeros(stop, held.dtype)]))
        self._places.update(zip(new, range(start, stop), strict=True))
        columns = np.array([_columns(term, self._seed) for term in new.values()])
        self._own[start:stop], self._stem[start:stop] = columns.T
        self._word[start:stop] = _hashes(new.values())
        return [*map(self._places.__getitem__, digests)]


_known: dict[int, _Vocabulary] = {}  # by seed


def read(docs: Said | Sequence[Sequence[str]], seed: int = 0) -> Said:
    """What documents say, given their terms; what has been read stays as it is."""
    if isinstance(docs, Said):
        return docs
    sizes = [len(doc) for doc in docs]
    if max(sizes, default=0) > MOST:
        docs = [doc[:MOST] for doc in docs]
        sizes = [len(doc) for doc in docs]
    if seed not in _known:
        _known[seed] = _Vocabulary(seed)
    numbers = _known[seed].look_up([*chain.from_iterable(docs)])
    return Said(np.arange(len(docs)).repeat(sizes), *numbers, len(docs))


def mixed(values: U64) -> U64:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit of each value depends on all of its bits."""
    found: U64 = values >> _THIRTY
    found ^= values
    found *= _FIRST
    found ^= found >> _TWENTY_SEVEN
    found *= _SECOND
    found ^= found >> _THIRTY_ONE
    return found


def constants(count: int, first: int) -> U64:
    """So many numbers that seem to be random."""
    return mixed(np.arange(first, first + count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def _columns(term: str, seed: int) -> tuple[int, int]:
    """The columns of a term and of its stem by CRC-32 from `seed` on. Tags have the odd ones."""
    text = term.encode("utf-8", "replace")
    if term[:1] == "#":
        return crc32(text, seed) % HALF * 2 + 1, -1
    if len(term) < STEM:
        return crc32(text, seed) % HALF * 2, -1
    word = text[:-1] if term[-1] == "s" and term[-2] != "s" else text
    stem = text[:STEM] if term.isascii() else term[:STEM].encode("utf-8", "replace")
    return crc32(word, seed) % HALF * 2, crc32(stem + b"~", seed) % HALF * 2


def _hashes(terms: Iterable[str]) -> U64:
    """Of each term a sum over its bytes and their places, without the sign of a tag."""
    letters = [term.removeprefix("#").encode("utf-8", "surrogatepass") + b" " for term in terms]
    sizes = np.array([*map(len, letters)])
    starts = sizes.cumsum() - sizes
    data = np.frombuffer(b"".join(letters), np.uint8)
    inside = np.arange(len(data)) - starts.repeat(sizes)
    found: U64 = np.add.reduceat(_BYTES[data] * _PLACES[np.minimum(inside, LONGEST - 1)], starts) >> _HALF
    return found


_THIRTY, _TWENTY_SEVEN, _THIRTY_ONE, _HALF = np.array([30, 27, 31, 32], np.uint64)
_FIRST, _SECOND = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)
_BYTES, _PLACES = constants(256, 2_000), constants(LONGEST, 3_000) | np.uint64(1)
_BYTES[[*b" \n#"]] = 0  # a blank ends a term
