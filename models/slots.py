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


class Look(NamedTuple):
    """What a batch of hashes, shape (n, columns), finds in a table. Each row sees those above it as written.

    `old` are texts from before the batch: the row that finds one, and its serial. `within` are rows of the batch: the
    row that finds one, and the one above that it finds.
    """

    old: tuple[Ints, Ints]
    within: tuple[Ints, Ints]
    bucket: Ints  # of each hash
    tag: U32
    last: NDArray[np.bool_]  # no row below takes its place


class Slots:
    """`size` entries in buckets of `ways` each, both powers of two."""

    def __init__(self, size: int, ways: int) -> None:
        self.table: U32 = np.zeros((size // ways, ways), np.uint32)
        self._mask = np.uint64(size // ways - 1)

    def look(self, hashes: U64, following: int, way: Ints) -> Look:
        """Find hashes. Each row will be written to its `way`; `following` is the serial of the next new text."""
        columns = hashes.shape[1]
        bucket = (hashes & self._mask).astype(np.int64)
        tag = (hashes >> _TAG).astype(np.uint32) << _LOW
        crowd = _shared(bucket.ravel())
        above, last = _above(bucket.ravel()[crowd], way[crowd // columns], self.table.shape[1])
        lower, place = np.nonzero(above >= 0)
        upper, lower = crowd[above[lower, place]], crowd[lower]
        same = (tag.ravel()[upper] == tag.ravel()[lower]) & (upper // columns != lower // columns)

        fits = (self.table[bucket] ^ tag[:, :, None]) <= _SERIAL
        fits.reshape(-1, fits.shape[2])[crowd] &= above < 0
        entry, place = np.divmod(np.flatnonzero(fits), fits.shape[2])
        there = self.table[bucket.ravel()[entry], place].astype(np.int64)
        serial = following - 1 - (following - 1 - there & _SERIAL)
        true = (there != 0) & (serial >= 0)
        final = np.ones(hashes.size, np.bool_)
        final[crowd] = last
        return Look(
            (entry[true] // columns, serial[true]),
            (lower[same] // columns, upper[same] // columns),
            bucket,
            tag,
            final.reshape(bucket.shape),
        )

    def write(self, look: Look, serials: Ints) -> None:
        """Let the texts `serials`, one a row, take the places looked up."""
        values = look.tag | (serials & _SERIAL).astype(np.uint32)[:, None]
        ways = np.broadcast_to((serials % self.table.shape[1])[:, None], values.shape)
        self.table[look.bucket[look.last], ways[look.last]] = values[look.last]


def _shared(buckets: Ints) -> Ints:
    """The places of buckets that stand there more than once, by bucket and then in order."""
    order = np.sort(buckets << 32 | np.arange(len(buckets))) & 0xFFFFFFFF
    again = buckets[order[1:]] == buckets[order[:-1]]
    shared: Ints = order[np.append(again, False) | np.append(False, again)]
    return shared


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
