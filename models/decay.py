"""Means of labels by key in which old labels count less: authors' pasts and the pasts of tags and words."""

from array import array
from collections.abc import Sequence
from math import exp2
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.pasts import KeyPasts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Buckets = NDArray[np.uint16]

DAY = 86_400_000_000  # microseconds
HALF_LIFE = 14 * DAY
NUMBERS = 4  # of a decayed mean
_REBASE = 512  # half-lives after which the weights are scaled down, long before they overflow


Value = TypeVar("Value", float, Floats)


def shrunk(weight: Value, mean: Value, prior: Value, strength: float) -> Value:
    """A mean of `weight` labels pulled to `prior`, as if `strength` more labels had that value."""
    return (weight * mean + strength * prior) / (weight + strength)


class DecayedMeans:
    """Means, variances and weights of labels by horizon; a label counts half as much a half-life later.

    Time never runs backwards.
    """

    __slots__ = ("numbers",)

    def __init__(self, horizons: int) -> None:
        self.numbers = array("d", bytes(8 * NUMBERS * horizons))  # weight, mean, variance, time that the weight is of

    def add(self, horizon: int, label: float, at: int) -> None:
        """Learn a label that came due at `at` (microseconds). Weighted moments as in West 1979."""
        numbers, start = self.numbers, NUMBERS * horizon
        before, mean, variance = self.weight(horizon, at), numbers[start + 1], numbers[start + 2]
        weight, step = before + 1.0, label - mean
        mean += step / weight
        numbers[start], numbers[start + 1] = weight, mean
        numbers[start + 2] = (before * variance + step * (label - mean)) / weight
        numbers[start + 3] = max(numbers[start + 3], at)

    def mean(self, horizon: int) -> float:
        """0 before any label; time alone changes neither it nor the variance."""
        return self.numbers[NUMBERS * horizon + 1]

    def variance(self, horizon: int) -> float:
        """0 before the second label."""
        return self.numbers[NUMBERS * horizon + 2]

    def weight(self, horizon: int, at: int) -> float:
        """How many labels' worth is left at `at`."""
        weight, then = self.numbers[NUMBERS * horizon], self.numbers[NUMBERS * horizon + 3]
        return weight if not weight or at <= then else weight * exp2((then - at) / HALF_LIFE)


class Cells(NamedTuple):
    """Where the keys of n posts are in a table: those of each post, one post after the other."""

    buckets: Buckets
    counts: NDArray[np.intp]  # (n,): how many each post has

    def those(self, kept: NDArray[np.bool_]) -> "Cells":
        """Of the posts that are kept."""
        return Cells(self.buckets[np.repeat(kept, self.counts)], self.counts[kept])


class HashedMeans:
    """Decayed sums of labels in a table of 2**bits buckets with a column per horizon, found by the hash of a key.

    Keys that share a bucket share a past: memory is bounded whatever the feed, and no text is kept.
    """

    def __init__(self, bits: int, horizons: int, half_life: int = HALF_LIFE) -> None:
        self._mask = (1 << bits) - 1
        self._horizons = horizons
        self._half_life = half_life
        self._weights = np.zeros((1 << bits, horizons))
        self._sums = np.zeros((1 << bits, horizons))
        self._origin: int | None = None  # the time at which a new label weighs 1 in the table
        self._newest = 0

    def cells(self, checksums: Sequence[int] | Ints, counts: Sequence[int]) -> Cells:
        """Where the keys of posts are in the table, given the checksums of these and how many each post has."""
        return Cells((np.asarray(checksums, np.int64) & self._mask).astype(np.uint16), np.array(counts, np.intp))

    def add(self, horizon: int, buckets: Sequence[bytes], labels: Floats, at: Sequence[int]) -> None:
        """Learn that posts with keys in packed `buckets` had `labels`, due at `at` (microseconds)."""
        counts = [len(packed) // 2 for packed in buckets]
        if not sum(counts):
            return
        origin, half_life = self._turn(max(at)), self._half_life
        weights = np.repeat([exp2(max(-1000.0, (time - origin) / half_life)) for time in at], counts)
        cells = np.frombuffer(b"".join(buckets), np.uint16)
        np.add.at(self._weights[:, horizon], cells, weights)
        np.add.at(self._sums[:, horizon], cells, weights * np.repeat(labels, counts))

    def lifts(self, keys: Cells, levels: Floats, at: Ints, strength: float) -> Floats:
        """How far the labels of each post's keys lie above `levels` (horizons,): shape (posts, horizons).

        The mean over its keys of their differences, each shrunk to 0; 0 for no keys and for keys never seen. A row
        depends on its own post alone, to the bit.
        """
        cells, counts = keys
        lifts = np.zeros((len(counts), self._horizons))
        if not len(cells) or self._origin is None:
            return lifts
        filled = np.flatnonzero(counts)
        fade = np.exp2((self._origin - np.maximum(at, self._newest)) / self._half_life)
        faded = np.repeat(fade, counts)[:, None]
        weights = self._weights.take(cells, axis=0) * faded
        above = (self._sums.take(cells, axis=0) * faded - weights * levels) / (weights + strength)
        starts = (np.cumsum(counts) - counts)[filled]
        lifts[filled] = np.add.reduceat(above, starts, axis=0) / counts[filled, None]
        return lifts

    def pasts(self) -> KeyPasts:
        """All buckets that hold anything."""
        held = np.flatnonzero(self._weights.any(axis=1))
        size = len(self._weights)
        return KeyPasts(size, held, self._weights[held], self._sums[held], self._origin, self._newest)

    def adopt(self, pasts: KeyPasts, places: Sequence[int | None]) -> None:
        """Go on from `pasts`; `places` says where they have each horizon, None for nowhere. Before any label only."""
        if pasts.size != len(self._weights):
            raise ValueError(f"pasts of {pasts.size} buckets, not {len(self._weights)}")
        for horizon, place in enumerate(places):
            if place is not None:
                self._weights[pasts.buckets, horizon] = pasts.weights[:, place]
                self._sums[pasts.buckets, horizon] = pasts.sums[:, place]
        self._origin, self._newest = pasts.origin, pasts.newest

    def _turn(self, at: int) -> int:
        """Scale the tables down if time has gone on too far; gives their origin."""
        if self._origin is None:
            self._origin = at
        elapsed = (at - self._origin) // self._half_life
        if elapsed > _REBASE:
            for table in (self._weights, self._sums):
                np.ldexp(table, -elapsed, out=table)  # a power of two: nothing is rounded
            self._origin += elapsed * self._half_life
        self._newest = max(self._newest, at)
        return self._origin


def halves(cells: Cells) -> tuple[Cells, Cells]:
    """Those of the first half of the posts and of the second."""
    half = len(cells.counts) // 2
    split = int(cells.counts[:half].sum())
    return Cells(cells.buckets[:split], cells.counts[:half]), Cells(cells.buckets[split:], cells.counts[half:])


def united(cells: Sequence[Cells]) -> Cells:
    """Those of some posts, then those of others."""
    return Cells(*map(np.concatenate, zip(*cells, strict=True)))


def packed(*keys: Cells) -> tuple[bytes, Ints]:
    """The buckets of posts, and where those of each end: of the first keys how many there are, then these, then others.

    To be kept until labels come.
    """
    counts = np.array([each.counts for each in keys])  # (keys, n)
    lengths = 1 + counts.sum(axis=0)
    ends = np.cumsum(lengths)
    flat = np.empty(int(lengths.sum()), np.uint16)
    following = ends - lengths
    flat[following] = counts[0]
    following = following + 1
    for each in keys:
        before = np.cumsum(each.counts) - each.counts
        flat[np.arange(len(each.buckets)) + np.repeat(following - before, each.counts)] = each.buckets
        following = following + each.counts
    return flat.tobytes(), 2 * ends
