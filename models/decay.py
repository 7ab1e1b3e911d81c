"""Means of labels by key in which old labels count less: authors' pasts and the pasts of tags and words."""

from array import array
from collections.abc import Collection, Iterable, Sequence
from math import exp2
from zlib import crc32

import numpy as np

from models.trained import KeyPasts

DAY = 86_400_000_000  # microseconds
HALF_LIFE = 14 * DAY
_REBASE = 512  # half-lives after which the weights are scaled down, long before they overflow


def shrunk(weight: float, mean: float, prior: float, strength: float) -> float:
    """A mean of `weight` labels pulled to `prior`, as if `strength` more labels had that value."""
    return (weight * mean + strength * prior) / (weight + strength)


class DecayedMean:
    """Mean and weight of labels of which each counts half as much a half-life later. Time never runs backwards."""

    __slots__ = ("_at", "_half_life", "_mean", "_weight")

    def __init__(self, half_life: int = HALF_LIFE) -> None:
        self._half_life = half_life
        self._weight = 0.0
        self._mean = 0.0
        self._at = 0

    def add(self, label: float, at: int) -> None:
        """Learn a label that came due at `at` (microseconds)."""
        weight = self.weight(at) + 1.0
        self._mean += (label - self._mean) / weight
        self._weight = weight
        self._at = max(self._at, at)

    def weight(self, at: int) -> float:
        """How many labels' worth is left at `at`."""
        if not self._weight or at <= self._at:
            return self._weight
        return self._weight * exp2((self._at - at) / self._half_life)

    @property
    def mean(self) -> float:
        """The mean, which time alone does not change; 0 before any label."""
        return self._mean

    @property
    def state(self) -> tuple[float, float, int]:
        """Weight, mean and the time that they are of."""
        return self._weight, self._mean, self._at

    def restore(self, weight: float, mean: float, at: int) -> None:
        """Go on from a state."""
        self._weight, self._mean, self._at = weight, mean, at


class HashedMeans:
    """Decayed sums of labels in a table of 2**bits buckets with a column per horizon, found by the hash of a key.

    Keys that share a bucket share a past: memory is bounded whatever the feed, and no text is kept.
    """

    def __init__(self, bits: int, horizons: int, half_life: int = HALF_LIFE) -> None:
        self._bits = bits
        self._mask = (1 << bits) - 1
        self._horizons = horizons
        self._half_life = half_life
        self._weights = array("d", bytes(8 * (horizons << bits)))
        self._sums = array("d", bytes(8 * (horizons << bits)))
        self._origin: int | None = None  # the time at which a new label weighs 1 in the table
        self._newest = 0

    def bucket(self, key: str) -> int:
        """The bucket of a key. Any text will do, broken surrogates too."""
        return crc32(key.encode("utf-8", "surrogatepass")) & self._mask

    def add(self, horizon: int, buckets: Iterable[int], label: float, at: int) -> None:
        """Learn that a post with keys in `buckets` had `label`, due at `at` (microseconds)."""
        weight = self._weight(at)
        for bucket in buckets:
            cell = bucket * self._horizons + horizon
            self._weights[cell] += weight
            self._sums[cell] += weight * label

    def lift(self, buckets: Collection[int], levels: Sequence[float], at: int, strength: float) -> list[float]:
        """How far the keys' labels lie above `levels`, by horizon: the mean of their shrunken differences.

        0 for no keys and for keys never seen.
        """
        lifts = [0.0] * self._horizons
        if not buckets or self._origin is None:
            return lifts
        fade = exp2((self._origin - max(at, self._newest)) / self._half_life)
        for bucket in buckets:
            cell = bucket * self._horizons
            for horizon, level in enumerate(levels):
                weight = self._weights[cell + horizon] * fade
                above = self._sums[cell + horizon] * fade - weight * level
                lifts[horizon] += above / (weight + strength)
        return [lift / len(buckets) for lift in lifts]

    def pasts(self) -> KeyPasts:
        """All buckets that hold anything."""
        weights, sums = (np.array(table).reshape(-1, self._horizons) for table in (self._weights, self._sums))
        held = np.flatnonzero(weights.any(axis=1))
        return KeyPasts(self._bits, held, weights[held], sums[held], self._origin, self._newest)

    def adopt(self, pasts: KeyPasts, places: Sequence[int | None]) -> None:
        """Go on from `pasts`; `places` says where they have each horizon, None for nowhere. Before any label only."""
        if pasts.bits != self._bits:
            raise ValueError(f"{pasts.bits} bits of buckets, not {self._bits}")
        for horizon, place in enumerate(places):
            if place is not None:
                for table, held in ((self._weights, pasts.weights), (self._sums, pasts.sums)):
                    np.frombuffer(table)[pasts.buckets * self._horizons + horizon] = held[:, place]
        self._origin, self._newest = pasts.origin, pasts.newest

    def _weight(self, at: int) -> float:
        if self._origin is None:
            self._origin = at
        elapsed = (at - self._origin) // self._half_life
        if elapsed > _REBASE:
            for table in (self._weights, self._sums):
                cells = np.frombuffer(table)
                np.ldexp(cells, -elapsed, out=cells)  # a power of two: nothing is rounded
            self._origin += elapsed * self._half_life
        self._newest = max(self._newest, at)
        return exp2(max(-1000.0, (at - self._origin) / self._half_life))
