"""Why a prediction is what it is, in a few plain words."""

from collections.abc import Callable, Mapping, Sequence
from math import exp, expm1
from typing import NamedTuple

from models.features import GROUPS

MOST = 3  # factors told one by one
LEAST = 0.05  # a factor nearer to 1 than this, in logs, is not worth a word

_DAYS = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")  # 1970 began on a Thursday
_PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")  # UTC


class Facts(NamedTuple):
    """What the words depend on."""

    day: int  # days since 1970
    hour: int  # of the day, UTC
    own_past: bool  # whether anything of the author's own is known
    followers: bool  # whether their number is
    media: str
    flags: frozenset[str]  # of links, reply, quote, question, tags: those that the post has
    rising: frozenset[str]  # of tag, story: those that rise


def _has(name: str, word: str) -> Callable[[Facts], str]:
    return lambda facts: word if name in facts.flags else f"no {word}"


def _volume(name: str) -> Callable[[Facts], str]:
    return lambda facts: f"rising {name}" if name in facts.rising else f"{name} volume"


# What a group of features is for a post; a group that is not here is called by its name.
_WORDS: Mapping[str, Callable[[Facts], str]] = {
    "feed": lambda facts: "feed lately",
    "pace": lambda facts: "author's pace",
    "account": lambda facts: "account age",
    "followers": lambda facts: "followers" if facts.followers else "followers unknown",
    "hour": lambda facts: _PARTS_OF_DAY[facts.hour // 6],
    "weekday": lambda facts: _DAYS[facts.day % 7],
    "media": lambda facts: facts.media or "no media",
    "links": _has("links", "link"),
    "reply": _has("reply", "reply"),
    "quote": _has("quote", "quote"),
    "question": _has("question", "question"),
    "tags": _has("tags", "tags"),
    "tag volume": _volume("tag"),
    "story volume": _volume("story"),
}
# The same for posts in general.
_KINDS: Mapping[str, str] = {
    "feed": "feed lately",
    "pace": "author's pace",
    "account": "account age",
    "hour": "time of day",
    "weekday": "day of the week",
}
_DESCRIBE = tuple(_WORDS.get(group, lambda facts, group=group: group) for group in GROUPS)


def reasons(facts: Facts, usual: float, predicted: float, parts: Sequence[tuple[int, float]]) -> tuple[str, ...]:
    """Plain words for a log prediction: `usual` (the author's log mean), then the largest of its parts (group, part).

    Each factor multiplies 1 + engagements; the usual times all of them, "all else" too, is the prediction.
    """
    told = [_usual("author" if facts.own_past else "feed", round(expm1(usual), 1))]
    rest = predicted - usual
    for group, part in parts:
        if abs(part) >= LEAST:
            told.append(_factor(_DESCRIBE[group](facts), round(part, 2)))
            rest -= part
    if abs(rest) >= LEAST:
        told.append(_factor("all else", round(rest, 2)))
    return tuple(told)


def kind(group: str) -> str:
    """What a group of features is called where it is not told of one post."""
    return _KINDS.get(group, group)


def brief(count: float) -> str:
    """A count in a few characters: 0.6, 12, 1.2k, 3.4M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")


def _factor(what: str, part: float) -> str:
    factor = exp(part)
    return f"{what} x{factor:.2g}" if factor < 10 else f"{what} x{brief(factor)}"


def _usual(whose: str, count: float) -> str:
    return f"{whose} usually {brief(count)}"
