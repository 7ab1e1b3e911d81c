"""When a page of an API was fetched, by the names that collectors write beside it."""

from engine.platforms import fields
from engine.platforms.base import Object

_NAMES = ("pulled_at", "fetched_at", "fetchedAt", "retrieved_at", "retrievedAt", "collected_at", "crawled_at")


def fetched(line: Object) -> int | None:
    """The time in microseconds at which the counts on `line` were true, if the line says."""
    for name in _NAMES:
        if name in line:
            return fields.time(line[name])
    return None
