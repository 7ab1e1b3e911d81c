"""When a line says it happened, read without an engine: for finding a place in a file by time."""

from engine.clock import times
from engine.platforms.decode import Decoder

_decoder = Decoder()


def line_time(line: bytes) -> int | None:
    """Microseconds since 1970 that the first record of a line claims or was seen at; None if it tells no time."""
    for record in _decoder.readings([line])[0].records:
        created, seen = times(record[0])
        return created if seen is None else seen
    return None
