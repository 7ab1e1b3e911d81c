"""When a page of an API was fetched, by the names that collectors write beside it, and what that says of claimed times.

The time of a fetch is when the counts were true. It is not handed on as the time a post was seen: a page may well hold
posts that are weeks old, and their own times are to be believed.
"""

from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET

from engine.platforms import fields
from engine.platforms.base import Object

_SKEW = 120 * fields.SECOND  # what platforms themselves allow clients' clocks to be ahead


class Fetched(msgspec.Struct, gc=False):
    """What decoded lines say of it, under names of which the first that is there counts."""

    pulled_at: Any = UNSET
    fetched_at: Any = UNSET
    fetchedAt: Any = UNSET  # noqa: N815 - its name in the line
    retrieved_at: Any = UNSET
    retrievedAt: Any = UNSET  # noqa: N815
    collected_at: Any = UNSET
    crawled_at: Any = UNSET


_NAMES = Fetched.__struct_fields__
_told = attrgetter(*_NAMES)


def fetched(line: Object) -> int | None:
    """The time in microseconds at which the counts on `line` were true, if the line says."""
    for name in _NAMES:
        if name in line:
            return fields.time(line[name])
    return None


def fetched_of(line: Fetched) -> int | None:
    """`fetched`, of a decoded line."""
    for told in _told(line):
        if told is not UNSET:
            return fields.time(told)
    return None


def bounded(claimed: int | None, witnessed: int | None) -> int | None:
    """The claimed time, unless it is missing or past the time at which somebody had the post: then the latter."""
    if witnessed is None or (claimed is not None and claimed <= witnessed + _SKEW):
        return claimed
    return witnessed
