"""JSON as feeds really hold it, read into plain objects that are safe to handle."""

import json
import math
import re
from typing import NoReturn

import msgspec

from engine.platforms.base import Json

# A fixed bound, since how deep a parser can go depends on the Python version and on who calls it. Comment trees of
# real platforms stay under a hundred.
MAX_DEPTH = 200
_TOO_MANY = MAX_DEPTH + 1

# A pair of surrogate escapes is one character and stays; any other escape stays; what is left is half a character.
_ESCAPE = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\[^u])|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)

_decode = msgspec.json.Decoder().decode


class JsonError(ValueError):
    """`reason` says in a few constant words why a text is no JSON that can be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(data: bytes) -> Json:
    """The value of a JSON text (RFC 8259): valid Unicode and finite numbers only, at most MAX_DEPTH levels.

    Half surrogate pairs become U+FFFD and numbers too large for a machine become null, so that one odd field does
    not cost the record. Raises JsonError for all else that is wrong.
    """
    try:
        value = _decode(data)
    except RecursionError:
        raise JsonError("nested too deep") from None
    except ValueError:  # of msgspec, and of UTF-8
        value = _lenient(data)
    if may_be_deep(data) and _deeper(value, MAX_DEPTH):
        raise JsonError("nested too deep")
    return value


def may_be_deep(data: bytes) -> bool:
    """Whether a JSON text could nest too deep, as far as its length and its brackets tell."""
    if len(data) <= 2 * MAX_DEPTH:
        return False
    # On the versions of Python we support it is faster to take them out than to count them.
    left = len(data.replace(b"{", b"", _TOO_MANY)) + len(data.replace(b"[", b"", _TOO_MANY))
    return 2 * len(data) - left > MAX_DEPTH


def _lenient(data: bytes) -> Json:
    """`data` by the standard library, which takes half surrogates and huge numbers; both are made harmless."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise JsonError("not UTF-8") from None
    try:
        mended = _ESCAPE.sub(lambda found: found.group(1) or "\\ufffd", text)
        return json.loads(mended, parse_constant=_refuse, parse_int=_integer, parse_float=_real)
    except RecursionError:
        raise JsonError("nested too deep") from None
    except ValueError:
        raise JsonError("broken JSON") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _integer(digits: str) -> int | None:
    try:
        return int(digits)
    except ValueError:  # thousands of digits
        return None


def _real(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def _deeper(value: Json, limit: int) -> bool:
    """Whether `value` nests more than `limit` arrays and objects."""
    level = [value]
    for _ in range(limit):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True
