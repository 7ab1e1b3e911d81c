"""The words of many texts at once: where they stand, and what is known of each, without a Python object for any.

A word is the whole numbers that its bytes are, eight at a time, and is looked for in a table of such rows: a hash table
with open addressing, in numpy. Only a word that is not there need be read by itself.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.uint64]
Places = NDArray[np.intp]

CHUNK = 8  # bytes of a number
CHUNKS = 3
FITS = CHUNK * CHUNKS  # bytes of a word that is known by its numbers: a longer one is never found
PROBES = 4  # neighbouring rows that a word may stand in
NOWHERE = -1
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(CHUNK + 1)], dtype=np.uint64)  # by bytes that are a word's
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_HALF = np.uint64(32)


class Words(NamedTuple):
    """The words of texts, one after the other."""

    plain: bytes
    starts: Places  # in `plain`
    sizes: Places
    numbers: tuple[Numbers, Numbers, Numbers]  # of the first bytes

    def raw(self, which: Places) -> list[bytes]:
        """The bytes of some of them."""
        starts = self.starts[which]
        spans = zip(starts.tolist(), (starts + self.sizes[which]).tolist(), strict=True)
        return [self.plain[start:end] for start, end in spans]


def padded(plain: bytes) -> Bytes:
    """Bytes with a space before and so many after that a number may begin at each of them."""
    return np.frombuffer(b" " + plain + b" " * (FITS + 1), dtype=np.uint8)


def spans(text: Bytes) -> tuple[Places, Places]:
    """Where words start and end in padded bytes, in which every white space is a space."""
    gaps = text == ord(" ")
    edges = np.flatnonzero(gaps[1:] != gaps[:-1]) + 1
    return edges[0::2], edges[1::2]


def numbers_at(text: Bytes, starts: Places, sizes: Places) -> tuple[Numbers, Numbers, Numbers]:
    """The numbers of words in padded bytes, none of which is 0."""
    columns = [number_at(text, starts, sizes)]
    for chunk in range(1, CHUNKS):
        column = np.zeros(len(starts), dtype=np.uint64)
        which = np.flatnonzero(sizes > chunk * CHUNK)
        column[which] = number_at(text, starts[which], sizes[which], chunk)
        columns.append(column)
    return columns[0], columns[1], columns[2]


def number_at(text: Bytes, starts: Places, sizes: Places, chunk: int = 0) -> Numbers:
    """One of the numbers of words that have so many."""
    first = chunk * CHUNK
    every = np.ndarray((len(text) - FITS,), "<u8", text, offset=first, strides=(1,))  # a number at every byte
    # take() copies them all before it takes, which pays if there are many to take
    found: Numbers = every.take(starts) if len(starts) * 8 > len(every) else every[starts]
    return found & _MASKS.take(np.minimum(sizes - first, CHUNK))


def cut(plain: bytes) -> Words:
    """The words of `plain`, in which every white space is a space and no byte is 0."""
    text = padded(plain)
    starts, ends = spans(text)
    return Words(plain, starts - 1, ends - starts, numbers_at(text, starts, ends - starts))


def mixed(numbers: Sequence[Numbers]) -> Numbers:
    """A hash of each word, from its numbers: the higher a bit, the better."""
    hashes: Numbers = numbers[0] * _FACTORS[0] ^ numbers[1] * _FACTORS[1] ^ numbers[2] * _FACTORS[2]
    hashes ^= hashes >> _HALF
    hashes *= _FACTORS[0]
    return hashes


class Rows:
    """`width` numbers for each of at most `cap` words, half of `size` (a power of two); when full it starts anew.

    The first number of a word is never 0: that is a row that is free.
    """

    def __init__(self, size: int, width: int) -> None:
        self.size = size
        self.cap = size // 2
        self.used = 0
        self._shift = np.uint64(64 - (size.bit_length() - 1))
        self._rows = np.zeros((size, CHUNKS + width), dtype=np.uint64)
        self._last = np.zeros(size, dtype=np.int32)  # which of those that are to be kept asked for a row last

    def has_room(self, many: int) -> bool:
        """Whether so many more words can be kept without starting anew."""
        return self.used + many <= self.cap

    def forget(self) -> None:
        """Start anew."""
        self._rows[:] = 0
        self.used = 0

    def look_up(self, words: Words) -> tuple[Places, NDArray[np.uint64]]:
        """The row of each word, NOWHERE if it has none, and its numbers: any of a word that has no row."""
        numbers = words.numbers
        places = self._places(numbers)
        rows = self._rows.take(places, axis=0)
        same = (rows[:, 0] == numbers[0]) & (rows[:, 1] == numbers[1]) & (rows[:, 2] == numbers[2])
        sought = np.flatnonzero(~same & (rows[:, CHUNKS] != 0))
        same &= rows[:, CHUNKS] != 0
        for probe in range(1, PROBES):
            if not len(sought):
                break
            near = (places[sought] + probe) & (self.size - 1)
            found = self._rows.take(near, axis=0)
            here = found[:, CHUNKS] != 0
            equal = here.copy()
            for column in range(CHUNKS):
                equal &= found[:, column] == numbers[column][sought]
            owners = sought[equal]
            rows[owners] = found[equal]
            places[owners] = near[equal]
            same[owners] = True
            sought = sought[here & ~equal]
        same &= words.sizes <= FITS
        places[~same] = NOWHERE
        return places, rows[:, CHUNKS:]

    def keep(self, words: Words, which: Places, values: NDArray[np.uint64]) -> tuple[Places, Places]:
        """Remember `values` of some words, each there once: which of them have got a row, and which row.

        One that finds none is read again when it comes.
        """
        if not self.has_room(len(which)):
            self.forget()
        which, values = which[: self.cap], values[: self.cap]
        columns = [column[which] for column in words.numbers]
        rows = np.concatenate([np.stack(columns, axis=1), values], axis=1)
        places = self._places(columns)
        held: list[Places] = []
        left = np.arange(len(which))
        for probe in range(PROBES):
            slots = (places[left] + probe) & (self.size - 1)
            self._last[slots] = left
            gets = (self._last.take(slots) == left) & (
                self._rows[slots, CHUNKS] == 0
            )  # of several for one row the last
            places[left[gets]] = slots[gets]
            self._rows[slots[gets]] = rows[left[gets]]
            held.append(left[gets])
            left = left[~gets]
            if not len(left):
                break
        kept = np.concatenate(held)
        self.used += len(kept)
        return kept, places[kept]

    def _places(self, numbers: Sequence[Numbers]) -> Places:
        if self.size == 1:
            return np.zeros(len(numbers[0]), np.intp)
        places: Places = (mixed(numbers) >> self._shift).astype(np.intp)
        return places


def first_places(words: Sequence[bytes], places: Places) -> dict[bytes, int]:
    """Where each word stands first, in no order."""
    return dict(zip(reversed(words), reversed(places.tolist()), strict=True))
