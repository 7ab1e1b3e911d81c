"""Spans of time in microseconds, where nothing that takes time to load is needed to say them."""

import re

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

ALL_TIME = 0  # a window without bound

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": 24 * HOUR, "w": 7 * 24 * HOUR}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def read_span(text: str) -> int | None:
    """A span as people write it, like 90s, 15m, 1h30m or 2d; None for what is none."""
    written = text.strip().lower()
    parts = _PART.findall(written)
    if not parts or "".join(number + unit for number, unit in parts) != written:
        return None
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts))
