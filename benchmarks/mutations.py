"""Lines spoilt at random: at the level of bytes, and at that of JSON."""

import json
import random
from collections.abc import Callable
from typing import Any

import msgspec

from engine.sources.base import KEPT, MAX_LINE, Item, Oversized
from tests.native_lines import EVERY_SHAPE
from tests.tui_payloads import PAYLOADS

USUAL = 500  # times that something is repeated, at most
LARGE = 250  # one line in so many may have as much as a line can hold
ENDLESS = (
    "a",
    "but ",
    "not ",
    "😀",
    "#",
    "#a ",
    "@",
    "@a ",
    "(",
    "<",
    "&amp;",
    "http://a ",
    "!",
    "a\u0301",
    "漢",
    "ا ",
)
NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    2**31,
    2**53 + 1,
    2**63,
    2**64 - 1,
    -(2**63),
    1e308,
    -1e-308,
    0.5,
    253402300800,
    -62135596800,
)
ODD: tuple[Any, ...] = (None, True, False, "", " ", "0", [], {}, [[]], [None], {"": {}}, "NaN", "null", "1e999")
TIMES = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-07-04", "yesterday", "9" * 40, "-1")
DIGITS = "⁇huge⁇"  # stands for a number that no encoder would write
DEEP = "⁇deep⁇"

Json = Any


class Mutator:
    """Takes lines of native feeds and gives them back spoilt, with the name of what was done; the same for a seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._by_hand = [json.dumps(value).encode() for value in EVERY_SHAPE]
        self._bytes: tuple[Callable[[bytearray], None], ...] = (
            self._flip,
            self._cut,
            self._repeat,
            self._nul,
            self._not_utf8,
            self._digits,
        )
        self._json: tuple[Callable[[Json, Json], Json], ...] = (
            self._swap,
            self._drop,
            self._number,
            self._time,
            self._payload,
        )
        self._growing: tuple[Callable[[Json, Json], Json], ...] = (
            self._deep,
            self._endless,
            self._tags,
            self._mentions,
            self._words,
            self._items,
        )

    def spoilt(self, line: bytes, other: bytes) -> tuple[str, Item]:
        """`line`, or one made by hand, spoilt; what was done comes first. `other` is a line to splice it with."""
        dice = self._dice
        if dice.random() < 0.25:
            line = dice.choice(self._by_hand)
        done = dice.random()
        if done < 0.1:
            return "as it came", line
        if done < 0.4:
            return self._in_bytes(line)
        if done < 0.45:
            cut = dice.randrange(len(line) + 1)
            return "splice", _whole(line[:cut] + other[dice.randrange(len(other) + 1) :])
        if done < 0.5:
            return "double key", _whole(self._doubled(line))
        return self._in_json(line)

    def _in_bytes(self, line: bytes) -> tuple[str, Item]:
        data, change = bytearray(line), self._dice.choice(self._bytes)
        for _ in range(self._dice.choice((1, 1, 2, 5))):
            change(data)
        return change.__name__.strip("_").replace("_", " "), _whole(bytes(data))

    def _in_json(self, line: bytes) -> tuple[str, Item]:
        value = msgspec.json.decode(line) if _is_json(line) else self._dice.choice(EVERY_SHAPE)
        if self._dice.random() < 0.4:
            change = self._dice.choice(self._growing)
            value = self._changed(value, change)
        else:
            change = self._dice.choice(self._json)
            for _ in range(self._dice.choice((1, 1, 1, 3))):
                value = self._changed(value, change)
        return change.__name__.strip("_"), _whole(self._written(value))

    # -- bytes -----------------------------------------------------------------------------------------------

    def _flip(self, data: bytearray) -> None:
        if data:
            data[self._dice.randrange(len(data))] ^= 1 << self._dice.randrange(8)

    def _cut(self, data: bytearray) -> None:
        start = self._dice.randrange(len(data) + 1)
        del data[start : start + self._dice.choice((1, 7, 10_000))]

    def _repeat(self, data: bytearray) -> None:
        start = self._dice.randrange(len(data) + 1)
        piece = data[start : start + self._dice.randrange(1, 60)]
        data[start:start] = piece * self._times(len(piece))

    def _nul(self, data: bytearray) -> None:
        start = self._dice.randrange(len(data) + 1)
        data[start:start] = b"\0" * self._times(1)

    def _not_utf8(self, data: bytearray) -> None:
        start = self._dice.randrange(len(data) + 1)
        data[start:start] = self._dice.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"))

    def _digits(self, data: bytearray) -> None:
        """Other digits of the same number: other ids, counts and times."""
        for at, byte in enumerate(data):
            if 48 <= byte <= 57 and self._dice.random() < 0.1:
                data[at] = self._dice.randrange(48, 58)

    def _doubled(self, line: bytes) -> bytes:
        body = line.strip()
        if not body.startswith(b"{") or not _is_json(body):
            return body + body
        key, value = self._dice.choice([*msgspec.json.decode(body).items()] or [("a", 1)])
        return b"{" + msgspec.json.encode({key: self._odd(value)})[1:-1] + b"," + body[1:]

    # -- JSON ------------------------------------------------------------------------------------------------

    def _changed(self, value: Json, change: Callable[[Json, Json], Json]) -> Json:
        """`value` with one of all that it holds changed, the upper levels rather than the lower."""
        if self._dice.random() < 0.7 or not isinstance(value, dict | list) or not value:
            return value if not isinstance(value, dict | list) or not value else self._inside(value, change)
        key = self._dice.choice([*value]) if isinstance(value, dict) else self._dice.randrange(len(value))
        held = value[key]
        if not isinstance(held, dict | list) or not held:
            return self._inside(value, change)
        changed = self._changed(held, change)
        return _put(value, key, changed)

    def _inside(self, value: Json, change: Callable[[Json, Json], Json]) -> Json:
        key = self._dice.choice([*value]) if isinstance(value, dict) else self._dice.randrange(len(value))
        changed = change(value[key], key)
        if changed is _GONE:
            return {name: held for name, held in value.items() if name != key} if isinstance(value, dict) else []
        return _put(value, key, changed)

    def _odd(self, value: Json) -> Json:
        return self._dice.choice((*ODD, *NUMBERS, [value], {"a": value}, str(value)))

    def _swap(self, value: Json, _key: Json) -> Json:
        return self._odd(value)

    def _drop(self, _value: Json, _key: Json) -> Json:
        return _GONE

    def _number(self, _value: Json, _key: Json) -> Json:
        return self._dice.choice((*NUMBERS, DIGITS))

    def _time(self, _value: Json, _key: Json) -> Json:
        return self._dice.choice(TIMES)

    def _payload(self, value: Json, _key: Json) -> Json:
        payload = self._dice.choice(PAYLOADS)
        return f"{value} {payload}" if isinstance(value, str) and self._dice.random() < 0.5 else payload

    def _deep(self, _value: Json, _key: Json) -> Json:
        return DEEP

    def _endless(self, _value: Json, _key: Json) -> Json:
        piece = self._dice.choice(ENDLESS)
        return piece * self._times(len(piece.encode()))

    def _tags(self, value: Json, _key: Json) -> Json:
        count = self._times(12)
        names = [f"tag{self._dice.randrange(10**6)}" for _ in range(count)]
        if isinstance(value, list) and value:
            return [_renamed(value[0], name) for name in names]
        return " ".join(f"#{name}" for name in names) if isinstance(value, str) else names

    def _mentions(self, value: Json, _key: Json) -> Json:
        names = [f"@name{self._dice.randrange(10**6)}" for _ in range(self._times(12))]
        return " ".join(names) if isinstance(value, str) else [{"username": name, "id": name} for name in names]

    def _words(self, _value: Json, _key: Json) -> Json:
        """Words never seen before, as many as there is room for."""
        return " ".join(f"{self._dice.randrange(36**6):x}" for _ in range(self._times(7)))

    def _items(self, value: Json, _key: Json) -> Json:
        return [value] * self._times(len(json.dumps(value)))

    def _times(self, size: int) -> int:
        """How often something of so many bytes is to be repeated."""
        if self._dice.randrange(LARGE):
            return self._dice.randrange(1, USUAL)
        return self._dice.randrange(1, MAX_LINE // max(1, size))

    def _written(self, value: Json) -> bytes:
        try:
            line = msgspec.json.encode(value)
        except (UnicodeEncodeError, ValueError, OverflowError):  # half surrogates
            line = json.dumps(value).encode()
        if DIGITS.encode() in line:
            line = line.replace(f'"{DIGITS}"'.encode(), self._dice.choice((b"-", b"")) + b"9" * self._times(1))
        if DEEP.encode() in line:
            depth = self._times(4)
            opened, closed = self._dice.choice(((b"[", b"]"), (b'{"a":', b"}")))
            line = line.replace(f'"{DEEP}"'.encode(), opened * depth + b"1" + closed * depth)
        return line


class _Gone:
    """Stands for a value that is to be taken out."""


_GONE = _Gone()


def _put(value: Json, key: Json, changed: Json) -> Json:
    if isinstance(value, dict):
        return {**value, key: changed}
    return [changed if at == key else held for at, held in enumerate(value)]


def _renamed(value: Json, name: str) -> Json:
    if isinstance(value, dict):
        return {key: name if isinstance(held, str) else held for key, held in value.items()}
    return name


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return False
    return True


def _whole(line: bytes) -> Item:
    """A line as a source gives it: without line breaks, and no more of it than there is room for."""
    line = line.replace(b"\n", b" ")
    return line if len(line) <= MAX_LINE else Oversized(line[:KEPT], len(line))
