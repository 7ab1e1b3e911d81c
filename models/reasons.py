"""Why a prediction is what it is, in a few plain words."""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, expm1

from models.features import DAY, GROUPS, HOUR, Known

MOST = 3  # factors told one by one
LEAST = 0.05  # a factor nearer to 1 than this is not worth a word

_DAYS = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")  # 1970 began on a Thursday
_PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")  # UTC


def reasons(post: Known, usual: float, own_past: bool, parts: Sequence[float]) -> tuple[str, ...]:
    """Plain words for a log prediction that is `usual` (the author's log mean) plus `parts`, one per group.

    Each factor multiplies 1 + engagements; together with "all else" they make up the whole prediction.
    """
    told = [_usual("author" if own_past else "feed", round(expm1(usual), 1))]
    largest = sorted(range(len(parts)), key=lambda group: -abs(parts[group]))[:MOST]
    rest = sum(parts)
    for group in largest:
        if abs(parts[group]) >= LEAST:
            told.append(_factor(describe(post, GROUPS[group]), round(parts[group], 2)))
            rest -= parts[group]
    if abs(rest) >= LEAST:
        told.append(_factor("all else", round(rest, 2)))
    return tuple(told)


def describe(post: Known, group: str) -> str:
    """What a group of features is for this post, in a word or two."""
    if group == "feed":
        return "feed lately"
    if group == "hour":
        return _PARTS_OF_DAY[post.at % DAY // (6 * HOUR)]
    if group == "weekday":
        return _DAYS[post.at // DAY % 7]
    if group == "media":
        return post.media or "no media"
    if group == "links":
        return "link" if post.links else "no link"
    if group == "reply":
        return "reply" if post.reply else "no reply"
    if group == "quote":
        return "quote" if post.quote else "no quote"
    if group == "question":
        return "question" if post.question else "no question"
    if group == "followers":
        return "followers" if post.followers is not None else "followers unknown"
    if group == "account":
        return "account age"
    if group == "pace":
        return "author's pace"
    return group


@lru_cache(maxsize=4096)
def _factor(what: str, part: float) -> str:
    return f"{what} x{exp(part):.2g}" if abs(part) < 2 else f"{what} x{brief(exp(part))}"


@lru_cache(maxsize=4096)
def _usual(whose: str, count: float) -> str:
    return f"{whose} usually {brief(count)}"


def brief(count: float) -> str:
    """A count in at most four characters or so: 0.6, 12, 1.2k, 3.4M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")
