"""Careful readers of JSON fields: each takes whatever a platform or a hostile line put there and never raises."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

MICROSECOND = 1
SECOND = 1_000_000
MAX_COUNT = 2**53  # past this a JSON number is no longer exact; no platform has a larger count

# Years 1 and 9999 are what broken clients write; outside this span a claimed time says nothing.
EARLIEST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * SECOND
LATEST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp()) * SECOND
FIRST_SECOND, LAST_SECOND = EARLIEST // SECOND, LATEST // SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_DAYS = frozenset(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
_TWITTER_LENGTH = len("Wed Aug 27 13:08:45 +0000 2008")
_TWITTER_DATE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d?) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})", re.ASCII
)
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d*)?", re.ASCII)


def text(value: Any) -> str:
    """A string as it is, a number as its digits, anything else as nothing."""
    if type(value) is str:
        return value
    return str(value) if type(value) is int or type(value) is float else ""


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A JSON array, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def dig(value: Any, *path: str) -> Any:
    """The value under nested object keys, or None where a step is missing."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def count(value: Any) -> int | None:
    """A count: a whole number from 0, also as a string of digits; None for all else (negative counts mean hidden)."""
    if type(value) is int and 0 <= value <= MAX_COUNT:
        return value
    if type(value) is float:
        return int(value) if value.is_integer() and 0 <= value <= MAX_COUNT else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:
        return int(value)
    return None


def time(value: Any) -> int | None:
    """A time in microseconds UTC from what platforms write: ISO 8601, X v1.1's dates, epoch seconds, ms or us.

    A time without a zone is UTC. None where there is no time or it lies outside 1990 to 2200.
    """
    if type(value) is str:
        micros = _text_time(value)
    elif type(value) is int and EARLIEST <= value <= LATEST:  # as a number of anything longer it would be past that
        return value
    elif type(value) is float or type(value) is int:
        micros = _number_time(value)
    else:
        return None
    return micros if micros is not None and EARLIEST <= micros <= LATEST else None


def twitter_time(value: str) -> int | None:
    """What `time` says of a date as X always writes it, in a fifth of the time; None for any other."""
    if len(value) != _TWITTER_LENGTH:
        return None
    day, minute, second = _day(value[:10] + value[25:]), _minute(value[10:16]), _second(value[16:25])
    if day is None or minute is None or second is None:
        return None
    micros = day + minute + second
    return micros if EARLIEST <= micros <= LATEST else None


@lru_cache(maxsize=16_384)  # the days of 45 years: accounts were made on most of them
def _day(value: str) -> int | None:
    """What a date has of its day and year: "Wed Aug 27 2008"."""
    return _usual_twitter_time(f"{value[:10]} 00:00:00 +0000{value[10:]}")


@lru_cache(maxsize=1_440)
def _minute(value: str) -> int | None:
    return _usual_twitter_time(f"Thu Jan 01{value}:00 +0000 1970")


@lru_cache(maxsize=60)
def _second(value: str) -> int | None:
    return _usual_twitter_time(f"Thu Jan 01 00:00{value} 1970")


def _usual_twitter_time(value: str) -> int | None:
    if value[20:26] != "+0000 " or value[:3] not in _DAYS or value[11:13] >= "24":
        return None
    month = _MONTHS.get(value[4:7])
    if month is None or value[3:8:4] != "  " or value[10:20:3] != " :: ":
        return None
    try:
        return from_datetime(datetime.fromisoformat(f"{value[26:]}-{month:02}-{value[8:10]}T{value[11:19]}+00:00"))
    except ValueError:
        return None


def _number_time(value: int | float) -> int | None:
    if FIRST_SECOND <= value <= LAST_SECOND:
        return round(value * SECOND)
    if not value > 0:  # also false for NaN
        return None
    for unit in (SECOND, 1_000, MICROSECOND):  # seconds until the year 2200, then milliseconds, then microseconds
        if value * unit <= LATEST:
            return round(value * unit) if isinstance(value, float) else value * unit
    return None


def _text_time(value: str) -> int | None:
    if not value or len(value) > 64:
        return None
    if value.isdigit() and len(value) >= 9:  # more digits than a basic ISO date has
        return _number_time(int(value)) if value.isascii() else None
    try:
        return from_datetime(datetime.fromisoformat(value))
    except ValueError:
        pass
    if found := _TWITTER_DATE.fullmatch(value):
        return _twitter_time(found)
    if _NUMBER.fullmatch(value):
        return _number_time(float(value) if "." in value else int(value))
    return None


def _twitter_time(found: re.Match[str]) -> int | None:
    month, day, hour, minute, second, sign, zone_hours, zone_minutes, year = found.groups()
    if month not in _MONTHS:
        return None
    try:
        local = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None
    offset = (int(zone_hours) * 60 + int(zone_minutes)) * 60 * SECOND
    micros = from_datetime(local)
    return None if micros is None else micros - (offset if sign == "+" else -offset)


def from_datetime(moment: datetime) -> int | None:
    """Microseconds of a datetime, exactly; a naive one is taken as UTC."""
    zone = moment.tzinfo
    if zone is UTC or zone is None:
        hours = (moment.toordinal() - _EPOCH_DAY) * 24 + moment.hour
        return ((hours * 60 + moment.minute) * 60 + moment.second) * SECOND + moment.microsecond
    try:
        delta = moment - _EPOCH
    except OverflowError:
        return None
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds
