"""Units of the engine to units for people: microseconds to datetimes, log counts to counts."""

from datetime import UTC, datetime, timedelta
from math import expm1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int) -> datetime:
    """A UTC datetime of microseconds since 1970, exactly."""
    return _EPOCH + timedelta(microseconds=micros)


def micros(at: datetime) -> int:
    """Microseconds since 1970 of a UTC datetime, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def to_count(log: float | None) -> float | None:
    """Engagements from log(1 + engagements), in hundredths."""
    return None if log is None else round(expm1(log), 2)
