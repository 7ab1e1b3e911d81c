"""When a line says it happened, read without an engine: for finding a place in a file by time."""

from engine.clock import times
from engine.platforms.base import Mapped
from engine.platforms.decode import Decoder

_decoder = Decoder()


def line_time(line: bytes) -> int | None:
    """Microseconds since 1970 that the first record of a line claims or was seen at; None if it tells no time."""
    for outcome in _decoder.read(line):
        if isinstance(outcome, Mapped):
            created, seen = times(outcome.events[0])
            return created if seen is None else seen
    return None
