"""The few of greatest count among many, found without sorting them all."""

from collections.abc import Mapping
from heapq import nlargest, nsmallest
from typing import TypeVar

_K = TypeVar("_K", str, int)
MANY = 8  # times the limit: fewer are sorted at once


def foremost(counts: Mapping[_K, int], limit: int | None) -> list[_K]:
    """The keys of greatest count, by count and then by key."""
    if limit is None or len(counts) <= limit:
        return sorted(counts, key=lambda key: (-counts[key], key))
    if not limit:
        return []
    few = len(counts) < MANY * limit
    least = sorted(counts.values())[-limit] if few else nlargest(limit, counts.values())[-1]
    above = sorted([key for key, n in counts.items() if n > least], key=lambda key: (-counts[key], key))
    equal = [key for key, n in counts.items() if n == least]
    left = limit - len(above)
    return above + (sorted(equal)[:left] if few else nsmallest(left, equal))
