"""The few of greatest count among many, found without sorting them all."""

from collections.abc import Mapping
from heapq import nlargest, nsmallest
from typing import TypeVar

_K = TypeVar("_K", str, int)


def foremost(counts: Mapping[_K, int], limit: int | None) -> list[_K]:
    """The keys of greatest count, by count and then by key."""
    if limit is None or len(counts) <= limit:
        return sorted(counts, key=lambda key: (-counts[key], key))
    if not limit:
        return []
    least = nlargest(limit, counts.values())[-1]
    above = sorted((key for key, n in counts.items() if n > least), key=lambda key: (-counts[key], key))
    return above + nsmallest(limit - len(above), (key for key, n in counts.items() if n == least))
