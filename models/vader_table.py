"""The words of many ASCII texts at once: where they stand, and the code of each, without a Python object for any.

A word is the whole numbers that its bytes are, eight at a time, and is looked for in a table of such rows: a hash table
with open addressing, in numpy. Only a word that is not there is read by itself.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.memo import LONGEST

Numbers = NDArray[np.uint64]
Places = NDArray[np.intp]

CHUNK = 8  # bytes of a number
CHUNKS = 3
PROBES = 4  # neighbouring rows that a word may stand in
_CODE = CHUNKS  # column of the code, plus one; 0 in a row that is free
# White space becomes a space; other control characters, that are alike to every rule, one of them.
_PLAIN = bytes(32 if chr(byte).isspace() else 127 if byte < 32 else byte for byte in range(256))
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(CHUNK + 1)], dtype=np.uint64)  # by bytes that are a word's
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_ONE = np.uint64(1)
_LINK = b"http"


class Table:
    """What `read` says of a word, a byte. Holds at most `size` / 2 words, a power of two; when full it starts anew."""

    def __init__(self, read: Callable[[list[bytes]], list[int]], size: int) -> None:
        self.read = read
        self.size = size
        self._bits = np.uint64(64 - (size.bit_length() - 1))
        self._rows = np.zeros((size, CHUNKS + 1), dtype=np.uint64)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def codes(self, texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The codes of the words of all texts, and how many words each has."""
        plain = " ".join(texts).encode("ascii").translate(_PLAIN)
        padded = np.frombuffer(b" " + plain + b" " * (CHUNK * CHUNKS + 1), dtype=np.uint8)
        gaps = padded == ord(" ")
        edges = np.flatnonzero(gaps[1:] != gaps[:-1]) + 1
        starts, ends = edges[0::2], edges[1::2]
        bounds = np.cumsum([len(text) + 1 for text in texts])
        counts = np.diff(np.searchsorted(starts, bounds, side="right"), prepend=0)
        sizes = ends - starts
        numbers = _numbers(padded, starts, sizes)
        codes = self._look_up(numbers)
        codes[sizes > CHUNK * CHUNKS] = 0
        codes[_are_links(padded, starts, numbers[0])] = self.read([_LINK])[0] + 1
        missing = np.flatnonzero(codes == 0)
        if len(missing):
            spans = zip((starts[missing] - 1).tolist(), (ends[missing] - 1).tolist(), strict=True)
            words = [plain[start:end] for start, end in spans]
            places = dict(zip(reversed(words), reversed(missing.tolist()), strict=True))  # where each stands first
            read = dict(zip(places, self.read(list(places)), strict=True))
            codes[missing] = np.array([read[word] for word in words], dtype=np.uint64) + _ONE
            kept = [place for word, place in places.items() if len(word) <= LONGEST]
            self._keep([*(column[kept] for column in numbers), codes[kept]])
        return (codes - _ONE).astype(np.uint8), counts

    def _places(self, numbers: Sequence[Numbers]) -> Places:
        mixed = numbers[0] * _FACTORS[0] ^ numbers[1] * _FACTORS[1] ^ numbers[2] * _FACTORS[2]
        mixed ^= mixed >> np.uint64(32)
        return ((mixed * _FACTORS[0]) >> self._bits).astype(np.intp) if self.size > 1 else np.zeros(len(mixed), np.intp)

    def _look_up(self, numbers: Sequence[Numbers]) -> Numbers:
        """The code of each word, plus one; 0 if it is not there."""
        places = self._places(numbers)
        codes = np.zeros(len(places), dtype=np.uint64)
        sought = np.arange(len(places))
        for probe in range(PROBES):
            rows = self._rows.take((places[sought] + probe) & (self.size - 1), axis=0)
            same = rows[:, 0] == numbers[0][sought]
            for column in range(1, CHUNKS):
                same &= rows[:, column] == numbers[column][sought]
            codes[sought[same]] = rows[same, _CODE]
            sought = sought[~same & (rows[:, _CODE] != 0)]
            if not len(sought):
                break
        return codes

    def _keep(self, columns: list[Numbers]) -> None:
        if self._used + len(columns[0]) > self.size // 2:
            self._rows[:] = 0
            self._used = 0
        rows = np.stack(columns, axis=1)[: self.size // 2]
        places = self._places(columns)[: len(rows)]
        for probe in range(PROBES):
            slots = (places + probe) & (self.size - 1)
            free = self._rows[slots, _CODE] == 0
            self._rows[slots[free]] = rows[free]  # of several words for one row, the last stays
            kept = free & (self._rows[slots] == rows).all(axis=1)
            self._used += int(kept.sum())
            rows, places = rows[~kept], places[~kept]  # what finds no row in the end is read again when it comes


def _are_links(padded: NDArray[np.uint8], starts: Places, first: Numbers) -> NDArray[np.bool_]:
    """Words that begin with "http": they are in no lexicon, and negate nothing unless there is a quote in them."""
    links: NDArray[np.bool_] = (first & _MASKS[len(_LINK)]) == np.uint64(int.from_bytes(_LINK, "little"))
    if links.any():
        links[np.searchsorted(starts, np.flatnonzero(padded == ord("'")), side="right") - 1] = False
    return links


def _numbers(padded: NDArray[np.uint8], starts: Places, sizes: Places) -> list[Numbers]:
    """The words as columns of whole numbers."""
    columns = []
    for chunk in range(CHUNKS):
        # a number at every byte
        numbers = np.ndarray((len(padded) - CHUNK * CHUNKS,), "<u8", padded, offset=chunk * CHUNK, strides=(1,))
        column = np.zeros(len(starts), dtype=np.uint64)
        which = slice(None) if chunk == 0 else np.flatnonzero(sizes > chunk * CHUNK)
        size = np.clip(sizes[which] - chunk * CHUNK, 0, CHUNK)
        column[which] = numbers[starts[which]] & _MASKS.take(size)
        columns.append(column)
    return columns
