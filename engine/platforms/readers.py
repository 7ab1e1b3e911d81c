"""Readers that several adapters share, on top of `fields`: counts, times in strings, entities, hashtags."""

import html
import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from engine.events import Counts
from engine.platforms import fields
from engine.platforms.base import Json
from engine.platforms.fields import FIRST_SECOND, LAST_SECOND, SECOND, count

MAX_TIME = 64  # characters; bounds what the cache below can hold

_NO_COUNTS = Counts()
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def counts(
    like: Json = None, repost: Json = None, reply: Json = None, quote: Json = None, view: Json = None
) -> Counts | None:
    """Counts from raw JSON values, or None where none of them is a count."""
    found = Counts(
        like if like is None else count(like),
        repost if repost is None else count(repost),
        reply if reply is None else count(reply),
        quote if quote is None else count(quote),
        view if view is None else count(view),
    )
    return None if found == _NO_COUNTS else found


def moment(value: Json) -> int | None:
    """Microseconds UTC, as `fields.time`, and also from epoch numbers in strings and RFC 2822 dates."""
    if isinstance(value, str):
        return _text_moment(value) if len(value) <= MAX_TIME else None
    return None if value is None else fields.time(value)


def moments(values: Iterable[Json]) -> list[int | None]:
    """`moment` of each of many values that are strings or numbers."""
    return [
        None
        if value is None
        else moment(value)
        if type(value) is str or not FIRST_SECOND <= value <= LAST_SECOND
        else round(value * SECOND)
        for value in values
    ]


@lru_cache(maxsize=4096)
def _text_moment(value: str) -> int | None:
    """Cached: accounts come back with the time they were made, and neighbours share a second."""
    if (micros := fields.twitter_time(value)) is not None:
        return micros
    value = value.strip()
    # Shorter runs of digits are dates such as 20240105; thirteen of milliseconds can also be read as an ISO basic date.
    if value.isdecimal() and value.isascii() and 9 <= len(value) <= 20:
        return fields.time(int(value))
    if value.endswith((" UTC", " GMT")) and "," not in value[:5]:
        value = value[:-4]
    return _mail_date(value) if "," in value[:5] else fields.time(value)


def _mail_date(value: str) -> int | None:
    try:
        micros = fields.from_datetime(parsedate_to_datetime(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return micros if micros is not None and fields.EARLIEST <= micros <= fields.LATEST else None


def account_time(value: Json) -> int | None:
    """`fields.time` of when an account was made: the same again with each of its posts."""
    return _known_time(value) if isinstance(value, str) and len(value) <= MAX_TIME else fields.time(value)


_known_time = lru_cache(maxsize=4096)(fields.time)


def first_time(*values: Json) -> int | None:
    """The first of `values` that is a time."""
    for value in values:
        if value is not None and (micros := moment(value)) is not None:
            return micros
    return None


def unescape_markup(text: str) -> str:
    """The three characters that JSON APIs of X and Reddit escape, as they were written."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def unescape_entities(text: str) -> str:
    """Character references with their semicolon resolved; `&copy=1` in an address stays as it is."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def tag_names(items: Iterable[Any], *keys: str) -> tuple[str, ...]:
    """Hashtags out of a list of strings or of objects that hold them under one of `keys`, without '#'."""
    names = []
    for item in items:
        name: Any = item
        if isinstance(item, dict):
            name = next((item[key] for key in keys if isinstance(item.get(key), str)), "")
        if isinstance(name, str) and (bare := name.strip().lstrip("#＃")):
            names.append(bare)
    return tuple(names)
