"""Why a prediction is what it is, in a few plain words."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import exp, expm1

from models.decay import DAY
from models.features import GROUPS, HOUR, Known

MOST = 3  # factors told one by one
LEAST = 0.05  # a factor nearer to 1 than this, in logs, is not worth a word

_DAYS = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")  # 1970 began on a Thursday
_PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")  # UTC

# What a group of features is for a post; a group that is not here is called by its name.
_WORDS: Mapping[str, Callable[[Known], str]] = {
    "feed": lambda post: "feed lately",
    "pace": lambda post: "author's pace",
    "account": lambda post: "account age",
    "followers": lambda post: "followers" if post.followers is not None else "followers unknown",
    "hour": lambda post: _PARTS_OF_DAY[post.at % DAY // (6 * HOUR)],
    "weekday": lambda post: _DAYS[post.at // DAY % 7],
    "media": lambda post: post.media or "no media",
    "links": lambda post: "link" if post.links else "no link",
    "reply": lambda post: "reply" if post.reply else "no reply",
    "quote": lambda post: "quote" if post.quote else "no quote",
    "question": lambda post: "question" if post.question else "no question",
    "tags": lambda post: "tags" if post.tags else "no tags",
}
_DESCRIBE = tuple(_WORDS.get(group, lambda post, group=group: group) for group in GROUPS)


def reasons(post: Known, usual: float, own_past: bool, parts: Sequence[float]) -> tuple[str, ...]:
    """Plain words for a log prediction that is `usual` (the author's log mean) plus `parts`, one per group.

    Each factor multiplies 1 + engagements; the author's usual times all of them, "all else" too, is the prediction.
    """
    told = [_usual("author" if own_past else "feed", round(expm1(usual), 1))]
    rest = sum(parts)
    for group in sorted(range(len(parts)), key=lambda group: -abs(parts[group]))[:MOST]:
        if abs(parts[group]) >= LEAST:
            told.append(_factor(_DESCRIBE[group](post), round(parts[group], 2)))
            rest -= parts[group]
    if abs(rest) >= LEAST:
        told.append(_factor("all else", round(rest, 2)))
    return tuple(told)


def brief(count: float) -> str:
    """A count in a few characters: 0.6, 12, 1.2k, 3.4M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")


# Both are rounded before they are looked up, so that a few thousand texts serve all the posts that wait for a label.
@lru_cache(maxsize=8192)
def _factor(what: str, part: float) -> str:
    factor = exp(part)
    return f"{what} x{factor:.2g}" if factor < 10 else f"{what} x{brief(factor)}"


@lru_cache(maxsize=8192)
def _usual(whose: str, count: float) -> str:
    return f"{whose} usually {brief(count)}"
