"""Near-copies: which posts repeat an earlier one, told from hashes alone, in time and memory that are bounded.

A text is a set of hashed word pairs (models/shingles.py). Texts that share a MinHash band are compared, and one is a
copy of the other if their Jaccard similarity is `SHARED` / `OF` or more. However many texts have a band, its slot leads
to the last one alone (models/slots.py): a text is compared with at most `BANDS` others. Texts stand in a ring, in which
an exact repeat takes no new place.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.shingles import KEPT, U32, Ints, Shingles, compare, distinct, shingles
from models.slots import Slots
from models.vocabulary import Said, read

SHARED, OF = 3, 8  # docs/copies.md says how they were chosen
MAX_TEXTS = 1 << 17  # distinct texts remembered, each while half as many others come after its last use
LEAST_TEXTS = 1 << 10
FORGET = 6 * 3_600_000_000  # microseconds of event time after which a text that nothing repeats is forgotten

WAYS = 4  # texts that a bucket of a band leads to
_BATCH = 1_024  # posts taken at once
_AGE = 20  # bits of how many texts ago a text came
_FINE = 1 << 32  # steps in which similarities are told apart


class Copies:
    """Groups of posts that nearly repeat each other, numbered from 0 in the order of their first posts."""

    def __init__(self, texts: int = MAX_TEXTS) -> None:
        """`texts` are remembered, a power of two. Raises ValueError unless `LEAST_TEXTS` <= texts <= `MAX_TEXTS`."""
        if not LEAST_TEXTS <= texts <= MAX_TEXTS or texts & (texts - 1):
            raise ValueError(f"texts must be a power of two from {LEAST_TEXTS} to {MAX_TEXTS}")
        self.texts = texts
        self.groups = 0  # founded so far: the number of the next
        self.compared = 0  # pairs of texts so far
        self._next = 0  # serial of the next text; it stands in row serial % texts
        self._at = 0
        self._bands = Slots(32 * texts, WAYS)
        self._whole = Slots(4 * texts, 1)
        self._sketch = np.zeros((texts, KEPT), np.uint32)
        self._size = np.zeros(texts, np.uint8)
        self._key = np.zeros(texts, np.uint64)
        self._group = np.zeros(texts, np.int64)
        self._seen = np.zeros(texts, np.int64)

    def find(self, docs: Said | Sequence[Sequence[str]], at: int) -> list[int]:
        """The group of each document, given its terms in order, at event time `at` (microseconds).

        -1 if it has too few to tell. A group of at least what `groups` was before is founded by the first document
        of it; all others repeat an earlier one. However documents of one time are cut into batches, the same are found.
        """
        self._at = max(self._at, at)
        said = read(docs)
        found: list[int] = []
        for start in range(0, said.size, _BATCH):
            found += self._find(said.between(start, start + _BATCH)).tolist()
        return found

    def _find(self, said: Said) -> Ints:
        found = np.full(said.size, -1)
        batch = shingles(said)
        if not len(batch.place):
            return found
        serials, fresh, parents = self._recognise(batch)
        groups = self._group[serials % self.texts]
        if len(fresh):
            new, first = batch.take(fresh), self._next
            sketch = new.sketch()
            parents = np.where(parents >= 0, parents, self._nearest(new, sketch))
            joined = self._join(parents)
            self._keep(new, sketch, joined)
            late = (serials >= first).nonzero()[0]
            groups[late] = joined[serials[late] - first]
        used = np.concatenate([serials, parents[parents >= 0]])
        self._seen[used % self.texts] = self._at
        found[batch.place] = groups
        return found

    def _recognise(self, batch: Shingles) -> tuple[Ints, Ints, Ints]:
        """Exact repeats: the serial of each post's text, which rows are new, and what these repeat, -1 for nothing.

        What repeats a text that has become old is taken for new, so that the ring keeps what is in use.
        """
        bucket, tag = self._whole.buckets(batch.key)
        known = self._whole.last(bucket, tag, self._next)
        known[self._dead(known) | (self._key[known % self.texts] != batch.key)] = -1
        serials: list[int] = []
        fresh: list[int] = []
        parents: list[int] = []
        written: dict[int, tuple[int, int]] = {}  # the last key of each bucket in this batch, and its text
        following, half = self._next, self.texts // 2
        for row, (place, key, found) in enumerate(
            zip(bucket.tolist(), batch.key.tolist(), known.tolist(), strict=True)
        ):
            last, text = written.get(place, (key, found))
            if last != key:
                text = -1
            if text < 0 or text < following - half:
                fresh.append(row)
                parents.append(text if text >= following - self.texts else -1)
                text, following = following, following + 1
            serials.append(text)
            written[place] = key, text
        given = np.array(serials, np.int64)
        self._whole.put(bucket, tag, given)
        return given, np.array(fresh, np.int64), np.array(parents, np.int64)

    def _nearest(self, new: Shingles, sketch: U32) -> Ints:
        """The serial of the earlier text most like each new one, the oldest of equals; -1 if none is a copy."""
        count = len(new.place)
        serials = self._next + np.arange(count)
        best = np.full(count, -1)
        row, other = self._bands.take(new.bands(), serials)
        near = (other >= serials[row] - self.texts) & ((other >= self._next) | ~self._dead(other))
        if not near.any():
            return best
        last = self._next + count - 1
        pairs = distinct(row[near] << _AGE | last - other[near])
        row, age = pairs >> _AGE, pairs & ((1 << _AGE) - 1)
        self.compared += len(pairs)
        shared, union = self._compare(new, sketch, row, last - age)
        alike = shared * OF >= SHARED * union
        np.maximum.at(best, row[alike], (shared[alike] * _FINE // union[alike]) << _AGE | age[alike])
        return np.where(best >= 0, last - (best & ((1 << _AGE) - 1)), -1)

    def _compare(self, new: Shingles, sketch: U32, row: Ints, other: Ints) -> tuple[Ints, Ints]:
        place, inside = other % self.texts, other >= self._next
        sketches, sizes = self._sketch.take(place, axis=0), self._size[place].astype(np.int64)
        if inside.any():
            sketches[inside] = sketch[other[inside] - self._next]
            sizes[inside] = new.size[other[inside] - self._next]
        return compare(sketch.take(row, axis=0), new.size[row], sketches, sizes)

    def _join(self, parents: Ints) -> Ints:
        """The group of each new text, given what it repeats."""
        founds = parents < 0
        groups: Ints = np.where(founds, self.groups - 1 + founds.cumsum(), self._group[parents % self.texts])
        self.groups += int(np.count_nonzero(founds))
        for row in (parents >= self._next).nonzero()[0].tolist():
            groups[row] = groups[parents[row] - self._next]
        return groups

    def _keep(self, new: Shingles, sketch: U32, groups: Ints) -> None:
        rows = (self._next + np.arange(len(groups))) % self.texts
        self._sketch[rows], self._size[rows], self._key[rows] = sketch, new.size, new.key
        self._group[rows], self._seen[rows] = groups, self._at
        self._next += len(groups)

    def _dead(self, serials: Ints) -> NDArray[np.bool_]:
        """Whether texts from before this batch have not been seen for too long."""
        dead: NDArray[np.bool_] = self._seen[serials % self.texts] < self._at - FORGET
        return dead
