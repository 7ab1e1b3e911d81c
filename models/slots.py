"""A table of fixed size in which each hash has one bucket, with the last texts that took it and no others.

Texts are numbered serially. The low bits of its serial give the way (a place in each bucket) that a text takes: so a
bucket holds the last text of each way. An entry is the low bits of a serial and a tag of the hash it was written for.
"""

import numpy as np
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]

_LOW, _SERIAL = np.uint32(20), (1 << 20) - 1  # bits of a serial in an entry; the others are the tag
_TAG = np.uint64(64 - 12)
_NONE = np.zeros(0, np.int64)


class Slots:
    """`size` entries in buckets of `ways` each, both powers of two."""

    def __init__(self, size: int, ways: int) -> None:
        self.table: U32 = np.zeros((size // ways, ways), np.uint32)
        self._mask = np.uint64(size // ways - 1)

    def take(self, hashes: U64, serials: Ints) -> tuple[Ints, Ints]:
        """Let new texts, one a row, have the buckets of their hashes, shape (rows, columns), in order.

        Returns pairs of a row and the serial of an earlier text that one of its hashes finds.
        """
        columns, ways = hashes.shape[1], self.table.shape[1]
        bucket, tag = self.buckets(hashes.reshape(-1))
        held = self.table.take(bucket, axis=0)  # which is many times as fast as by brackets
        fits = (held ^ tag[:, None]) <= _SERIAL
        way = serials & ways - 1
        lower, upper = _NONE, _NONE
        if len(crowd := _shared(bucket)):
            above = _above(bucket[crowd], way[crowd // columns], ways)
            fits[crowd] &= above < 0
            lower, place = (above >= 0).nonzero()
            upper, lower = crowd[above[lower, place]], crowd[lower]
            same = (tag[upper] == tag[lower]) & (upper // columns != lower // columns)
            lower, upper = lower[same] // columns, upper[same] // columns
        found = fits.reshape(-1).nonzero()[0]
        known = _serials(held.reshape(-1)[found], int(serials[0]))
        old = known >= 0
        # of several that take one place the last has it
        self.table.reshape(-1)[bucket * ways + way.repeat(columns)] = tag | _entries(serials).repeat(columns)
        return (
            np.concatenate([found[old] // (ways * columns), lower]),
            np.concatenate([known[old], serials[upper]]),
        )

    def buckets(self, hashes: U64) -> tuple[Ints, U32]:
        """The bucket of each hash, and its tag."""
        return (hashes & self._mask).view(np.int64), (hashes >> _TAG).astype(np.uint32) << _LOW

    def last(self, bucket: Ints, tag: U32, following: int) -> Ints:
        """The text in each bucket, of one way, where it has the tag, else -1; `following` is the next new serial."""
        held = self.table[bucket, 0]
        return np.where((held ^ tag) <= _SERIAL, _serials(held, following), -1)

    def put(self, bucket: Ints, tag: U32, serials: Ints) -> None:
        """Write a text into each bucket, of one way; of several the last stays."""
        self.table[bucket, 0] = tag | _entries(serials)


def _entries(serials: Ints) -> U32:
    """Serials as they stand in entries, without tags."""
    entries: U32 = (serials & _SERIAL).astype(np.uint32)
    return entries


def _serials(entries: U32, following: int) -> Ints:
    """The serials that entries tell of before that of the next new text; below 0 where there is none."""
    serials = following - 1 - (following - 1 - entries.astype(np.int64) & _SERIAL)
    serials[entries == 0] = -1
    return serials


def _shared(buckets: Ints) -> Ints:
    """The places of buckets that stand there more than once, by bucket and then in order."""
    order = buckets << 32 | np.arange(len(buckets))
    order.sort()
    order &= 0xFFFFFFFF
    ordered = buckets[order]
    again = ordered[1:] == ordered[:-1]
    if not again.any():
        return _NONE
    shared = np.zeros(len(buckets), np.bool_)
    shared[1:] = again
    shared[:-1] |= again
    return order[shared]


def _above(buckets: Ints, way: Ints, ways: int) -> Ints:
    """Of entries sorted by bucket: by way, the last one above in the bucket, or -1."""
    index = np.arange(len(buckets))
    start = np.ones(len(buckets), np.bool_)
    start[1:] = buckets[1:] != buckets[:-1]
    begin = np.maximum.accumulate(np.where(start, index, 0))
    above = np.full((len(buckets), ways), -1)
    for place in range(ways):
        above[1:, place] = np.maximum.accumulate(np.where(way == place, index, -1))[:-1]
    above[above < begin[:, None]] = -1
    return above
