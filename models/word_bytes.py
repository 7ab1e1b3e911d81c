"""The words of many texts at once, in numpy, without a Python object for any: where they stand, and their bytes.

A word is the whole numbers that its bytes are, eight at a time.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.uint64]
Places = NDArray[np.intp]

CHUNK = 8  # bytes of a number
CHUNKS = 3
FITS = CHUNK * CHUNKS  # bytes of a word that its numbers tell all of
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(CHUNK + 1)], dtype=np.uint64)  # by bytes that are a word's
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_HALF = np.uint64(32)


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


def mixed(numbers: Sequence[Numbers]) -> Numbers:
    """A hash of each word, from its numbers: the higher a bit, the better."""
    hashes: Numbers = numbers[0] * _FACTORS[0] ^ numbers[1] * _FACTORS[1] ^ numbers[2] * _FACTORS[2]
    hashes ^= hashes >> _HALF
    hashes *= _FACTORS[0]
    return hashes
