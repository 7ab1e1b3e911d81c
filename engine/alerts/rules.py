"""Reads an alert as it is written: `tag:x mean<-0.3 for 60s`, `burst score>10`, `silence 5m`. See docs/alerts.md."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from engine.filters.parse import Expression, Said, fields_of, parse
from engine.filters.tokens import FilterError, tokens
from engine.spans import HOUR, MINUTE, SECOND, read_span

Kind = Literal["threshold", "burst", "silence"]

METRICS = {
    "mean": "mean sentiment of the scored posts",
    "positive": "share of the scored posts that are positive, 0 to 1",
    "negative": "share of the scored posts that are negative, 0 to 1",
    "posts": "posts",
    "rate": "posts per minute",
    "authors": "distinct authors",
    "share": "share of all posts, 0 to 1",
}
SIGNS = ("<", "<=", ">", ">=")
OVER = 5 * MINUTE  # what a figure is taken over, where the alert does not say
LONGEST = 24 * HOUR
MAX_LENGTH = 400

# What is true of a post when it comes. All else is known later, or changes.
AT_ARRIVAL = frozenset({"text", "lang", "tag", "author", "platform", "sent", "followers"})
POST_FLAGS = ("post", "reply", "quote", "repost", "scored")

TOO_EARLY = "is not known when a post comes, which is when an alert looks"

_TAIL = re.compile(r"\s(over|for)\s+(\S+)$", re.I)
_CONDITION = re.compile(r"(?:^|\s)([a-z]+)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+))(%?)$", re.I)
_BURST = re.compile(r"burst(?:\s+score\s*>=?\s*(\d+\.?\d*))?", re.I)
_SILENCE = re.compile(r"silence\s+(?:for\s+)?(\S+)", re.I)


class AlertError(ValueError):
    """An alert that cannot be read or told: what is wrong, from which column (0-based) of what is written on."""

    def __init__(self, what: str, column: int = 0, written: str = "") -> None:
        super().__init__(f'in "{written}": {what}' if written else what)
        self.what, self.column = what, column


@dataclass(frozen=True)
class Rule:
    """An alert. Spans are microseconds.

    Of a threshold `metric` is taken over the posts of the last `over` that match `where` (None: all), and must keep to
    `sign number` for `hold`. Of a burst `number` is the least score. Of a silence `hold` is how long. `filters` are the
    saved filters that it names, by name, as they were when it was read.
    """

    text: str
    kind: Kind
    where: Expression | None = None
    metric: str = ""
    sign: str = ""
    number: float = 0.0
    over: int = OVER
    hold: int = 0
    filters: tuple[tuple[str, str], ...] = ()


def read_rule(text: str, saved: Mapping[str, str] | None = None) -> Rule:
    """The alert that a text writes; `saved` are the filters that it may name, by name. Raises AlertError."""
    written = " ".join(text.split())
    if not written or len(written) > MAX_LENGTH:
        raise AlertError(f"an alert has 1 to {MAX_LENGTH} characters: write it like tag:x mean<-0.3 for 60s")
    try:
        return _read(written, saved or {})
    except AlertError as error:
        raise AlertError(error.what, _place(text, error.column), written) from None


def _read(written: str, saved: Mapping[str, str]) -> Rule:
    if burst := _BURST.fullmatch(written):
        return Rule(written, "burst", number=float(burst[1] or 0))
    if silence := _SILENCE.fullmatch(written):
        return Rule(written, "silence", hold=_duration(silence, 1))
    rest, spans = written, {"over": OVER, "for": 0}
    while tail := _TAIL.search(rest):
        spans[tail[1].lower()] = _duration(tail, 2)
        rest = rest[: tail.start()]
    condition = _CONDITION.search(rest)
    if condition is None:
        raise AlertError("no condition: end it like mean<-0.3 or rate>30 for 60s", len(rest))
    metric = condition[1].lower()
    if metric not in METRICS:
        near = get_close_matches(metric, METRICS, 1, 0.6)
        known = f"did you mean {near[0]}?" if near else f"it is one of {', '.join(METRICS)}"
        raise AlertError(f'"{metric}" cannot be watched: {known}', condition.start(1))
    number = float(condition[3]) / (100 if condition[4] else 1)
    where, filters = _where(rest[: condition.start()].strip(), saved)
    return Rule(written, "threshold", where, metric, condition[2], number, spans["over"], spans["for"], filters)


def _where(text: str, saved: Mapping[str, str]) -> tuple[Expression | None, tuple[tuple[str, str], ...]]:
    """The expression of a filter, and the saved filters that it names."""
    named: dict[str, str] = {}

    def find(name: str, column: int) -> Expression:
        if name not in saved:
            raise _unknown(name, column, saved)
        named[name] = saved[name]
        return _saved(name, named[name], column)

    try:
        where = parse(text, find)
    except FilterError as error:
        raise AlertError(str(error), error.column) from None
    own = parse(text, lambda name, _: Said(name))
    if unknown := "" if own is None else _not_at_arrival(own):
        field = unknown.partition(":")[0]
        column = next((token.start for token in tokens(text) if token.name.lower() == field), 0)
        raise AlertError(f"{unknown} {TOO_EARLY}", column)
    return where, tuple(named.items())


def _unknown(name: str, column: int, saved: Mapping[str, str]) -> AlertError:
    near = get_close_matches(name, saved, 1)
    known = f"did you mean @{near[0]}?" if near else f"there are {', '.join(saved)}" if saved else "there are none yet"
    return AlertError(f'no filter is saved as "{name}" ({known}; the word itself goes in quotes: "@{name}")', column)


def _saved(name: str, text: str, column: int) -> Expression:
    """The expression of a saved filter, if all that it asks for is known when a post comes."""
    try:
        expression = parse(text)
    except FilterError as error:
        raise AlertError(f"the saved filter {name} cannot be read: {error}", column) from None
    if expression is None:
        raise AlertError(f"the saved filter {name} is empty", column)
    if unknown := _not_at_arrival(expression):
        raise AlertError(f"the saved filter {name} asks for {unknown}: {unknown} {TOO_EARLY}", column)
    return expression


def _not_at_arrival(where: Expression) -> str:
    """The first field that is known only later; "" if there is none."""
    for field in fields_of(where):
        name, _, flag = field.partition(":")
        if name not in AT_ARRIVAL and flag not in POST_FLAGS and name != "has":
            return field
    return ""


def _duration(match: re.Match[str], group: int) -> int:
    text, column = match[group], match.start(group)
    micros = None if set(text.lower()) & {"d", "w"} else read_span(text)  # none is as long as days
    if micros is None:
        raise AlertError(f'"{text}" is not a duration: write it like 60s, 5m or 1h30m', column)
    if not SECOND <= micros <= LONGEST:
        raise AlertError(f'"{text}" is not from 1s to 24h', column)
    return micros


def _place(text: str, column: int) -> int:
    """Where in `text` the column is that it has once its spaces are single ones."""
    pieces = list(re.finditer(r"\S+", text))
    for piece in pieces:
        if column < len(piece[0]) or (column == len(piece[0]) and piece is not pieces[-1]):
            return piece.start() + column
        column -= len(piece[0]) + 1
    return len(text)
