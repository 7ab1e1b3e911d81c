"""What is normal for an author at an age, and how far above it a post runs. It needs no prediction model.

The measure is CrowdTangle's ("How do you calculate overperforming scores?", help.crowdtangle.com): the interactions of
a post so far against the mean of those that its account's last 100 posts had at the same age, the top and the bottom
quarter of them left out. Here the mean is one of log(1 + engagements), which no single hit carries off and so does the
job of that trimming; old posts fade by half-lives instead of dropping out after a hundred; and an author with few posts
is shrunk to what is normal in the feed, so that there is something to compare with from the first posts on.
"""

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from math import asinh, exp2, expm1, log1p, sqrt
from typing import NamedTuple

from models.authors import MAX_AUTHORS, STRENGTH
from models.decay import HALF_LIFE, shrunk

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
# Between these, growth is near enough a straight line in log(1 + engagements) over log age: on four archives of posts
# and reposts, what lies between two rungs is 1.5 % off in 1 + normal at most, and 30 seconds after birth 6 %. They are
# ages at which posts are often read again.
LADDER = (MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)
SUPPORT = 3.0  # engagements below which a count says little
_FARTHEST = 512  # half-lives from the origin of the weights: they are scaled long before they overflow
_NOTHING = 1e-9  # of a fresh reading: what rounding may leave when a reading is taken out again


Reading = tuple[str, int, int]  # author, engagements, and when they were read (microseconds)


class Own(NamedTuple):
    """A post's own readings, by rung of the ladder, that are to be left out of the normal it is compared with."""

    born: int  # microseconds
    readings: Sequence[int | None]  # engagements; None where not known, short of the rungs not reached


class Normal(NamedTuple):
    """What is normal at an age."""

    engagements: float
    posts: float  # of the author, at that age, less the faded: 0 where only the feed tells


class NormalByAge:
    """Decayed means of log(1 + engagements) by age, of each author and of the feed.

    Readings are taken at the rungs of `ages` (microseconds, ascending). The pasts of `cap` authors are kept; the one of
    whom no post has passed the first rung for longest makes room. An author "" is a hidden one: it has no past.
    """

    def __init__(self, ages: Sequence[int] = LADDER, cap: int = MAX_AUTHORS) -> None:
        self.ages = tuple(ages)
        self._cap = cap
        self._crowded = False  # whether any author had to make room
        self._rungs = len(self.ages)
        # A place on the ladder is log(1 + age in seconds): the logarithm of the age but for the first seconds, and 0
        # for a post just made, which has nothing yet.
        self._places = (0.0, *(_place(age) for age in self.ages))
        # Sums and weights by rung. A later reading weighs more, so that no sum need ever fade.
        self._feed = [0.0] * (2 * self._rungs)
        self._authors: OrderedDict[str, array[float]] = OrderedDict()
        self._since: dict[str, int] = {}  # first readings kept of authors of whom earlier ones may have been dropped
        self._origin: int | None = None  # the minute in which a reading weighs 1
        self._minute: int | None = None  # of the last reading
        self._weight = 1.0  # of a reading in it

    def __len__(self) -> int:
        return len(self._authors)

    def learn(self, rung: int, readings: Iterable[Reading]) -> None:
        """Learn what posts had when they passed a rung."""
        sums, authors, feed = rung + self._rungs, self._authors, self._feed
        for author, engagements, at in readings:
            if (minute := at // MINUTE) != self._minute:
                self._turn(minute)
                feed = self._feed
            weight = self._weight
            label = weight * log1p(engagements) if engagements > 0 else 0.0
            feed[rung] += weight
            feed[sums] += label
            if not author:
                continue
            means = authors.get(author)
            if means is None:
                means = self._enter(author, at)
            elif not rung:
                authors.move_to_end(author)
            means[rung] += weight
            if label:
                means[sums] += label

    def normal(self, author: str, age: int, own: Own | None = None) -> Normal | None:
        """What posts of an author have at an age; None where no other post has got so far.

        Between rungs it is interpolated in log(1 + engagements) over log age, before the first down to nothing at
        birth; after the last it is the last's.
        """
        place = _place(age)
        above = bisect_right(self._places, place)
        if above == 1:
            first = self._level(author, 0, own)
            return None if first is None else Normal(expm1(first[0] * place / self._places[1]), first[1])
        low = self._level(author, above - 2, own)
        if low is None or above > self._rungs or place == self._places[above - 1]:
            return None if low is None else Normal(expm1(low[0]), low[1])
        high = self._level(author, above - 1, own)
        if high is None:
            return None
        part = (place - self._places[above - 1]) / (self._places[above] - self._places[above - 1])
        return Normal(expm1(low[0] + part * (high[0] - low[0])), min(low[1], high[1]))

    def forget(self, author: str) -> None:
        """Drop all that is known of an author, as a purge asks for."""
        self._authors.pop(author, None)
        self._since.pop(author, None)

    def _level(self, author: str, rung: int, own: Own | None) -> tuple[float, float] | None:
        """The author's mean label at a rung shrunk to the feed's, and how many posts it rests on."""
        weight, total = self._feed[rung], self._feed[self._rungs + rung]
        left_out, label, at = 0.0, 0.0, 0
        if own is not None and rung < len(own.readings) and (reading := own.readings[rung]) is not None:
            at = own.born + self.ages[rung]
            left_out = self._weight_of(at // MINUTE)
            label = left_out * log1p(max(0, reading))
            weight -= left_out
            total -= label
        if weight <= _NOTHING * max(left_out, self._feed[rung]):
            return None
        level = max(0.0, total / weight)
        means = self._authors.get(author)
        if means is None:
            return level, 0.0
        weight, total = means[rung], means[self._rungs + rung]
        if left_out and at >= self._since.get(author, at):  # else it went when the author made room
            weight -= left_out
            total -= label
        if weight <= _NOTHING * max(left_out, means[rung]):
            return level, 0.0
        posts = weight / self._weight
        return shrunk(posts, max(0.0, total / weight), level, STRENGTH), posts

    def _enter(self, author: str, at: int) -> "array[float]":
        means = self._authors[author] = array("d", bytes(16 * self._rungs))
        if self._crowded:
            self._since[author] = at
        if len(self._authors) > self._cap:
            self._crowded = True
            gone, _ = self._authors.popitem(last=False)
            self._since.pop(gone, None)
        return means

    def _turn(self, minute: int) -> None:
        """Say what a reading of another minute weighs."""
        if self._origin is None:
            self._origin = minute
        elapsed = (minute - self._origin) * MINUTE / HALF_LIFE
        if elapsed > _FARTHEST:
            scale = exp2(-elapsed)
            self._feed = [value * scale for value in self._feed]
            for means in self._authors.values():
                means[:] = array("d", (value * scale for value in means))
            self._origin = minute
        self._minute = minute
        self._weight = self._weight_of(minute)

    def _weight_of(self, minute: int) -> float:
        assert self._origin is not None
        return exp2(max(-1000.0, (minute - self._origin) * MINUTE / HALF_LIFE))


def _place(age: int) -> float:
    return log1p(max(0, age) / SECOND)


def times(now: float, normal: float) -> float:
    """How many times what is normal a post has: (1 + now) / (1 + normal), as a prediction's `times`."""
    return (1.0 + now) / (1.0 + normal)


def above(now: float, normal: Normal) -> float:
    """How far above normal a post is: for posts of many engagements, about in standard deviations of posts alike.

    The ratio alone does not tell noise from news: 2 engagements against a normal of 0.1 are as many times as many as
    544 against 200. If posts alike have counts of variance m + m^2 (negative binomial of size 1: as chance has it while
    they are few, as far apart as they are large after that), then 2 asinh(sqrt(x)) has the same spread everywhere
    (F. J. Anscombe, The transformation of Poisson, binomial and negative-binomial data, Biometrika 35, 1948), and
    differences on that scale can be compared between posts. SUPPORT engagements are added to both sides, which pulls
    the difference to nothing where both are few; what the normal itself may be off is divided out: it rests on `posts`
    and on STRENGTH more that shrinking lends it.
    """
    difference = asinh(sqrt(now + SUPPORT)) - asinh(sqrt(normal.engagements + SUPPORT))
    return 2.0 * difference / sqrt(1.0 + 1.0 / (normal.posts + STRENGTH))
