"""The few of greatest count among many, found without sorting them all."""

from collections.abc import Callable, Collection, Mapping
from heapq import nsmallest
from typing import Any, Generic, TypeVar

import numpy as np

_K = TypeVar("_K", str, int)
MANY = 512  # counts; fewer are sorted at once
AHEAD, WIDE = 4, 16  # times as many as are asked for: keys that are kept ahead, and keys that are too many to keep


def foremost(counts: Mapping[_K, int], limit: int | None) -> list[_K]:
    """The keys of greatest count, by count and then by key."""
    if limit is None or len(counts) <= limit:
        return sorted(counts, key=lambda key: (-counts[key], key))
    if not limit:
        return []
    above, equal = _chosen(counts, limit)
    return sorted(above, key=lambda key: (-counts[key], key)) + equal


def leading(counts: Mapping[_K, int], limit: int) -> Mapping[_K, int]:
    """The keys that `foremost` gives and their counts, in no order: which takes less than half the time."""
    if len(counts) <= limit:
        return counts
    above, equal = _chosen(counts, limit)
    return {key: counts[key] for key in above + equal}


class Front(Generic[_K]):
    """Of many counts that change the keys of those that are high: the foremost are among them."""

    def __init__(self) -> None:
        self._floor = 0
        self._above: set[_K] | None = None  # keys of counts above it; None until somebody asks

    def __reduce__(self) -> tuple[Any, ...]:
        return Front, ()  # it is found again from the counts

    def note(self, key: _K, count: int) -> None:
        """A count has changed."""
        if self._above is not None:
            if count > self._floor:
                self._above.add(key)
            else:
                self._above.discard(key)

    def forget(self) -> None:
        """Counts have changed that nothing was noted of."""
        self._above = None

    def keys(self, limit: int | None, counts: Callable[[], Mapping[_K, int]]) -> Collection[_K]:
        """Keys that the `limit` foremost are among; `counts` gives all, for when they must be looked through."""
        if limit is None:
            return counts().keys()
        above, wanted = self._above, max(1, limit)
        if above is None or len(above) > WIDE * wanted or (self._floor and len(above) < wanted):
            above = self._look(wanted, counts())
            self._above = above if len(above) <= WIDE * wanted else None  # else too many have the same count
        return above

    def _look(self, wanted: int, counts: Mapping[_K, int]) -> set[_K]:
        """Find the keys of some more counts than are wanted, and what they are above."""
        self._floor = 0
        if len(counts) > AHEAD * wanted:
            values = np.fromiter(counts.values(), np.int64, len(counts))
            self._floor = int(np.partition(values, len(values) - AHEAD * wanted)[-AHEAD * wanted])
            if np.count_nonzero(values > self._floor) < wanted:
                self._floor -= 1
        return {key for key, count in counts.items() if count > self._floor}


def _chosen(counts: Mapping[_K, int], limit: int) -> tuple[list[_K], list[_K]]:
    """The keys of more counts than the last that is chosen, in no order, and those of as many, in order."""
    values = counts.values()
    if len(counts) < MANY:
        least = sorted(values)[-limit]
    else:
        least = int(np.partition(np.fromiter(values, np.int64, len(counts)), len(counts) - limit)[-limit])
    among = [(key, n) for key, n in counts.items() if n >= least]
    above = [key for key, n in among if n > least]
    equal = [key for key, n in among if n == least]
    left = limit - len(above)
    return above, sorted(equal)[:left] if len(equal) < MANY else nsmallest(left, equal)
