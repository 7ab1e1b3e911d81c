"""A table of fixed size in which each hash has one bucket, with the last texts that took it and no others.

Texts are numbered serially. The low bits of its serial give the way (a place in each bucket) that a text takes: so a
bucket holds the last text of each way. An entry is the low bits of a serial and a tag of the hash it was written for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]

_LOW, _SERIAL = np.uint32(20), (1 << 20) - 1  # bits of a serial in an entry; the others are the tag
_TAG = np.uint64(64 - 12)
_NONE = np.zeros(0, np.int64)


class Look(NamedTuple):
    """What a batch of hashes, shape (n, columns), finds in a table. Each row sees those above it as written.

    `old` are texts from before the batch: the row that finds one, and its serial. `within` are rows of the batch: the
    row that finds one, and the one above that it finds.
    """

    old: tuple[Ints, Ints]
    within: tuple[Ints, Ints]
    columns: int
    bucket: Ints  # of each hash, row by row
    tag: U32
    last: NDArray[np.bool_] | None  # no row below takes its place; None if that is true of all

    @property
    def finds(self) -> bool:
        """Whether there is anything."""
        return len(self.old[0]) > 0 or len(self.within[0]) > 0


class Slots:
    """`size` entries in buckets of `ways` each, both powers of two."""

    def __init__(self, size: int, ways: int) -> None:
        self.table: U32 = np.zeros((size // ways, ways), np.uint32)
        self._mask = np.uint64(size // ways - 1)

    def look(self, hashes: U64, following: int, way: Ints) -> Look:
        """Find hashes. Each row will be written to its `way`; `following` is the serial of the next new text."""
        columns, ways = hashes.shape[1], self.table.shape[1]
        flat = hashes.reshape(-1)
        bucket = (flat & self._mask).astype(np.int64)
        tag = (flat >> _TAG).astype(np.uint32) << _LOW
        fits = (self.table[bucket] ^ tag[:, None]) <= _SERIAL
        within, final = (_NONE, _NONE), None
        crowd = _shared(bucket)
        if len(crowd):
            above, last = _above(bucket[crowd], way[crowd // columns], ways)
            final = np.ones(len(flat), np.bool_)
            final[crowd] = last
            fits[crowd] &= above < 0
            lower, place = (above >= 0).nonzero()
            upper, lower = crowd[above[lower, place]], crowd[lower]
            same = (tag[upper] == tag[lower]) & (upper // columns != lower // columns)
            within = (lower[same] // columns, upper[same] // columns)
        found = fits.reshape(-1).nonzero()[0]
        old = (_NONE, _NONE)
        if len(found):
            there = self.table[bucket[found // ways], found % ways].astype(np.int64)
            serial = following - 1 - (following - 1 - there & _SERIAL)
            true = (there != 0) & (serial >= 0)
            old = (found[true] // (ways * columns), serial[true])
        return Look(old, within, columns, bucket, tag, final)

    def write(self, look: Look, serials: Ints) -> None:
        """Let the texts `serials`, one a row, take the places looked up."""
        bucket = look.bucket
        values = look.tag | (serials & _SERIAL).astype(np.uint32).repeat(look.columns)
        ways = (serials & self.table.shape[1] - 1).repeat(look.columns)
        if look.last is not None:
            bucket, values, ways = bucket[look.last], values[look.last], ways[look.last]
        self.table[bucket, ways] = values


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


def _above(buckets: Ints, way: Ints, ways: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Of entries sorted by bucket: by way, the last one above in the bucket or -1; and which none below displaces."""
    index = np.arange(len(buckets))
    start = np.ones(len(buckets), np.bool_)
    start[1:] = buckets[1:] != buckets[:-1]
    begin = np.maximum.accumulate(np.where(start, index, 0))
    above = np.full((len(buckets), ways), -1)
    for place in range(ways):
        above[1:, place] = np.maximum.accumulate(np.where(way == place, index, -1))[:-1]
    above[above < begin[:, None]] = -1
    displaced = above[index, way]
    last = np.ones(len(buckets), np.bool_)
    last[displaced[displaced >= 0]] = False
    return above, last
