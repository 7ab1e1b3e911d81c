"""What comes of a post: how much engagement to expect, and when each like, repost, reply and quote arrives."""

import math
from bisect import bisect_left
from typing import NamedTuple

from engine.simulate.draw import Draw, cumulate

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

KINDS = ("like", "repost", "reply", "quote")
KIND_WEIGHTS = (0.78, 0.12, 0.07, 0.03)
MEDIA = ("", "image", "video", "link", "poll")
MEDIA_WEIGHTS = (0.60, 0.23, 0.06, 0.10, 0.01)
MEDIA_FACTOR = {"": 1.0, "image": 1.4, "video": 1.7, "link": 0.8, "poll": 1.2}
BURST_FACTOR = 1.8
REPLY_FACTOR = 0.3
NOISE = 0.5  # sigma of the log-normal luck of a post
MOST = 3_000  # engagements of one post
SOONEST = 3 * SECOND  # nobody reacts faster, so that a post is delivered before what comes of it

# Share of the engagement that has arrived by an age: measured on Bluesky's public stream, July 2026, n = 120.
_SHARES = (0.0, 0.17, 0.35, 0.54, 0.59, 0.73, 0.85, 0.90, 1.0)
_AGES = (5 * SECOND, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 14 * DAY)
_LOG_AGES = tuple(math.log(age) for age in _AGES)
_KIND_STEPS = cumulate(KIND_WEIGHTS)


class Action(NamedTuple):
    """Something that happens to a post `delay` microseconds after it was made."""

    delay: int
    kind: str  # of KINDS, or "unlike", "edit", "delete", "poll"
    number: int  # of the reaction, which tells who reacts; that of the like for an "unlike"
    of: int = 0  # delay of the like that an "unlike" takes back


def delay(share: float) -> float:
    """The age in microseconds by which `share` of the engagement has arrived; log-linear between measured ages."""
    i = max(1, bisect_left(_SHARES, share))
    part = (share - _SHARES[i - 1]) / (_SHARES[i] - _SHARES[i - 1])
    return math.exp(_LOG_AGES[i - 1] + part * (_LOG_AGES[i] - _LOG_AGES[i - 1]))


def day_factor(time: int) -> float:
    """How awake the world is at a time: 0.6 to 1.4 over the day with mean 1, most at 19:00 UTC."""
    return 1.0 + 0.4 * math.cos(2.0 * math.pi * ((time % DAY) / DAY - 19 / 24))


def expected(typical: float, time: int, media: str, burst: bool, depth: int) -> float:
    """Engagements to expect of a post in the end: its author's usual, by hour, media, burst and depth in a thread."""
    factor = BURST_FACTOR if burst else 1.0
    if depth:
        factor *= REPLY_FACTOR
    return typical * day_factor(time) * MEDIA_FACTOR[media] * factor


def reactions(draw: Draw, mean: float, haste: float, tick: int, unlikes: bool) -> list[Action]:
    """The engagement of one post, by the time it comes. `haste` divides all delays; `tick` rounds them down."""
    count = min(MOST, draw.poisson(mean * draw.lognormal(NOISE)))
    actions: list[Action] = []
    for number in range(count):
        kind = KINDS[draw.weighted(_KIND_STEPS)]
        age = _ticks(max(SOONEST, delay(draw.unit()) / haste), tick)
        actions.append(Action(age, kind, number))
        if unlikes and kind == "like" and draw.chance(0.02):
            back = age + _ticks(draw.between(60, 900) * SECOND, tick)
            actions.append(Action(back, "unlike", number, age))
    return actions


def _ticks(micros: float, tick: int) -> int:
    return max(tick, int(micros) // tick * tick)
