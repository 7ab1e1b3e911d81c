"""The few of greatest count among many, found without sorting them all."""

from collections.abc import Mapping
from heapq import nsmallest
from typing import TypeVar

import numpy as np

_K = TypeVar("_K", str, int)
MANY = 512  # counts; fewer are sorted at once


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
