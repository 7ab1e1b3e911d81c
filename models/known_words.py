"""A fixed set of ASCII words, looked for among many at once: one that is not in it costs no more than one that is."""

from collections.abc import Sequence

import numpy as np

from models.word_bytes import CHUNK, FITS, Bytes, Numbers, Places, mixed, number_at, numbers_at, padded, spans

_BITS = 16
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class KnownWords:
    """Numbers of words, from 1 on: by a hash of its bytes each stands in a table, or a little further on."""

    def __init__(self, words: Sequence[str]) -> None:
        text = padded(" ".join(["-", *words]).encode("ascii"))
        starts, ends = spans(text)
        if len(starts) != len(words) + 1 or max(ends - starts) > FITS or len(words) >> _BITS - 1:
            raise ValueError("not words, or longer or more than the table can hold")
        self._keys = numbers_at(text, starts, ends - starts)
        self._hashes = _hashes(text, starts, ends - starts, self._keys[0])
        self._places = np.zeros(2 << _BITS, dtype=np.uint16)
        self._reach = 0
        for number, first in enumerate(_slots(self._hashes).tolist()[1:], 1):
            slot = first
            while self._places[slot]:
                slot += 1
            self._places[slot] = number
            self._reach = max(self._reach, slot - first)

    def find(self, text: Bytes, starts: Places, sizes: Places) -> Places:
        """The number of each word of padded `text`, which is in lower case; 0 of those that are not known."""
        hashes = _hashes(text, starts, sizes, number_at(text, starts, sizes))
        slots = _slots(hashes)
        numbers = np.zeros(len(sizes), dtype=np.intp)
        sought = np.flatnonzero(self._places.take(slots))
        at = slots.take(sought)
        for _ in range(self._reach + 1):
            there = self._places.take(at)
            same = self._hashes.take(there) == hashes.take(sought)
            found = np.flatnonzero(same)
            numbers[sought.take(found)] = there.take(found)
            left = np.flatnonzero(~same & (there != 0))
            sought, at = sought.take(left), at.take(left) + 1
            if not len(sought):
                break
        found = np.flatnonzero(numbers)
        which, starts, sizes = numbers.take(found), starts.take(found), sizes.take(found)
        right = sizes <= FITS
        for key, known in zip(numbers_at(text, starts, sizes), self._keys, strict=True):
            right &= key == known.take(which)
        numbers[found[~right]] = 0
        return numbers


def _hashes(text: Bytes, starts: Places, sizes: Places, first: Numbers) -> Numbers:
    """A hash of each word; `first`: their first numbers, and few have more than one."""
    hashes: Numbers = first * _FACTOR
    long = np.flatnonzero(sizes > CHUNK)
    hashes[long] = mixed(numbers_at(text, starts[long], sizes[long]))
    return hashes


def _slots(hashes: Numbers) -> Places:
    slots: Places = (hashes >> np.uint64(64 - _BITS)).astype(np.intp)
    return slots
