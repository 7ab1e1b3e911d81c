"""Reads an alert as it is written: `tag:x mean<-0.3 for 60s`, `burst score>10`, `silence 5m`. See docs/alerts.md."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from engine.filters.parse import Expression, fields_of, parse
from engine.filters.tokens import FilterError
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

_TAIL = re.compile(r"\s(over|for)\s+(\S+)$", re.I)
_CONDITION = re.compile(r"(?:^|\s)([a-z]+)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+))(%?)$", re.I)
_BURST = re.compile(r"burst(?:\s+score\s*>=?\s*(\d+\.?\d*))?", re.I)
_SILENCE = re.compile(r"silence\s+(?:for\s+)?(\S+)", re.I)


class AlertError(ValueError):
    """An alert that cannot be read; one line that says why and how to write it."""


@dataclass(frozen=True)
class Rule:
    """An alert. Spans are microseconds.

    Of a threshold `metric` is taken over the posts of the last `over` that match `where` (None: all), and must keep to
    `sign number` for `hold`. Of a burst `number` is the least score. Of a silence `hold` is how long.
    """

    text: str
    kind: Kind
    where: Expression | None = None
    metric: str = ""
    sign: str = ""
    number: float = 0.0
    over: int = OVER
    hold: int = 0


def read_rule(text: str) -> Rule:
    """The alert that a text writes. Raises AlertError."""
    written = " ".join(text.split())
    if not written or len(written) > MAX_LENGTH:
        raise AlertError(f"an alert has 1 to {MAX_LENGTH} characters: write it like tag:x mean<-0.3 for 60s")
    if burst := _BURST.fullmatch(written):
        return Rule(written, "burst", number=float(burst[1] or 0))
    if silence := _SILENCE.fullmatch(written):
        return Rule(written, "silence", hold=_duration(silence[1], written))
    rest, spans = written, {"over": OVER, "for": 0}
    while tail := _TAIL.search(rest):
        spans[tail[1].lower()] = _duration(tail[2], written)
        rest = rest[: tail.start()]
    condition = _CONDITION.search(rest)
    if condition is None:
        raise AlertError(
            f'"{written}" has no condition: end it like mean<-0.3 or rate>30 for 60s, or write burst, or silence 5m'
        )
    metric = condition[1].lower()
    if metric not in METRICS:
        near = get_close_matches(metric, METRICS, 1, 0.6)
        known = f"did you mean {near[0]}?" if near else f"it is one of {', '.join(METRICS)}"
        raise AlertError(f'"{metric}" in "{written}" cannot be watched: {known}')
    number = float(condition[3]) / (100 if condition[4] else 1)
    where = _where(rest[: condition.start()].strip(), written)
    return Rule(written, "threshold", where, metric, condition[2], number, spans["over"], spans["for"])


def _where(text: str, written: str) -> Expression | None:
    try:
        where = parse(text)
    except FilterError as error:
        raise AlertError(f'in "{written}": {error}') from None
    for field in () if where is None else fields_of(where):
        name, _, flag = field.partition(":")
        if name not in AT_ARRIVAL and flag not in ("post", "reply", "quote", "repost", "scored") and name != "has":
            raise AlertError(f'in "{written}": {field} is not known when a post comes, which is when an alert looks')
    return where


def _duration(text: str, written: str) -> int:
    micros = None if set(text.lower()) & {"d", "w"} else read_span(text)  # none is as long as days
    if micros is None:
        raise AlertError(f'"{text}" in "{written}" is not a duration: write it like 60s, 5m or 1h30m')
    if not SECOND <= micros <= LONGEST:
        raise AlertError(f'"{text}" in "{written}" is not from 1s to 24h')
    return micros
