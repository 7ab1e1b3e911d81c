"""Sums that can be added to and taken from without residue: the unit of every count, share and mean on screen."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt
from operator import attrgetter
from typing import TypeVar

import msgspec

_K = TypeVar("_K")

SCALE = 10_000  # VADER's compound has four decimals: as whole ten-thousandths, sums are exact in any order
POSITIVE = 500  # +0.05
NEGATIVE = -500
FEW = 4  # posts; fewer are added one by one


class Contribution(msgspec.Struct, frozen=True, gc=False):
    """What one post adds to the window, kept so that the very same can be taken out again."""

    time: int
    key: str
    author: str
    lang: str
    compound: int | None  # ten-thousandths; None if not scored
    reason: str  # why not scored
    tags: tuple[str, ...]
    terms: tuple[str, ...]
    story: int | None
    copy: bool  # nearly repeats an earlier post

    def within(self, story: int | None, copy: bool) -> "Contribution":
        """The same in another story."""
        return Contribution(
            self.time,
            self.key,
            self.author,
            self.lang,
            self.compound,
            self.reason,
            self.tags,
            self.terms,
            story,
            copy,
        )


_AUTHOR, _COMPOUND = attrgetter("author"), attrgetter("compound")


class Tally:
    """Posts, their authors, their sentiment and their spread over time buckets, for one group of posts.

    Of a tally that was made of many posts at once, authors and time buckets are counted when they are asked for: most
    never are.
    """

    __slots__ = (
        *("_authors", "_buckets", "_uncounted"),
        *("negative", "neutral", "positive", "posts", "scored", "squares", "total"),
    )

    def __init__(self) -> None:
        self.posts = 0
        self.scored = 0
        self.total = 0
        self.squares = 0
        self.positive = 0
        self.neutral = 0
        self.negative = 0
        self._authors: Counter[str] = Counter.__new__(Counter)  # as empty without what `__init__` looks for, and faster
        self._buckets: Counter[int] = Counter.__new__(Counter)
        self._uncounted: tuple[Sequence[Contribution], int] | None = None  # posts, and the width of their buckets

    @property
    def authors(self) -> Counter[str]:
        """Posts by author."""
        if self._uncounted is not None:
            self._count()
        return self._authors

    @property
    def buckets(self) -> Counter[int]:
        """Posts by time bucket."""
        if self._uncounted is not None:
            self._count()
        return self._buckets

    @buckets.setter
    def buckets(self, buckets: Counter[int]) -> None:
        if self._uncounted is not None:
            self._count()
        self._buckets = buckets

    def _count(self) -> None:
        assert self._uncounted is not None
        items, width = self._uncounted
        self._uncounted = None
        self._authors.update(map(_AUTHOR, items))
        self._authors.pop("", None)
        self._buckets.update([item.time // width for item in items])

    def add(self, item: Contribution, bucket: int, sign: int = 1) -> None:
        """Add a contribution, or with sign -1 take it out."""
        if self._uncounted is not None:
            self._count()
        self.posts += sign
        author, authors, buckets = item.author, self._authors, self._buckets
        if author:  # as `bump` does, without its calls: nothing is done as often
            if count := authors.get(author, 0) + sign:
                authors[author] = count
            else:
                authors.pop(author, None)
        if count := buckets.get(bucket, 0) + sign:
            buckets[bucket] = count
        else:
            buckets.pop(bucket, None)
        compound = item.compound
        if compound is None:
            return
        self.scored += sign
        self.total += sign * compound
        self.squares += sign * compound * compound
        if compound >= POSITIVE:
            self.positive += sign
        elif compound <= NEGATIVE:
            self.negative += sign
        else:
            self.neutral += sign

    @classmethod
    def of(cls, items: Sequence[Contribution], width: int, among: "Tally | None" = None) -> "Tally":
        """The tally of some posts, with time buckets of `width`: as if each were added, and faster for many.

        `among`, if it is known, is the tally of posts that these are among: of all of them the sums are the same.
        """
        made = cls()
        if len(items) < FEW:
            for item in items:
                made.add(item, item.time // width)
            return made
        made._uncounted = items, width
        if among is not None and among.posts == len(items):
            made._add_sums(among)
            return made
        made.posts = len(items)
        compounds = [compound for compound in map(_COMPOUND, items) if compound is not None]
        made.scored, made.total = len(compounds), sum(compounds)
        made.squares = sum([compound * compound for compound in compounds])
        made.positive = sum([compound >= POSITIVE for compound in compounds])
        made.negative = sum([compound <= NEGATIVE for compound in compounds])
        made.neutral = made.scored - made.positive - made.negative
        return made

    @classmethod
    def over(cls, parts: Iterable["Tally"], items: Sequence[Contribution], width: int) -> "Tally":
        """As `of`, from the tallies of parts that these posts fall into."""
        made = cls()
        for part in parts:
            made._add_sums(part)
        made._uncounted = items, width
        return made

    def add_all(self, items: Sequence[Contribution], width: int, sign: int) -> None:
        """Add contributions, with time buckets of `width`, or with sign -1 take them out."""
        if len(items) < FEW:
            for item in items:
                self.add(item, item.time // width, sign)
        else:
            self.absorb(Tally.of(items, width), sign)

    def absorb(self, other: "Tally", sign: int = 1) -> None:
        """Add all that another tally holds, or with sign -1 take it out."""
        self._add_sums(other, sign)
        bump_all(self.authors, other.authors, sign)
        bump_all(self.buckets, other.buckets, sign)

    def _add_sums(self, other: "Tally", sign: int = 1) -> None:
        self.posts += sign * other.posts
        self.scored += sign * other.scored
        self.total += sign * other.total
        self.squares += sign * other.squares
        self.positive += sign * other.positive
        self.neutral += sign * other.neutral
        self.negative += sign * other.negative

    @property
    def mean(self) -> float | None:
        """Mean compound of the scored posts; None if there are none."""
        return self.total / self.scored / SCALE if self.scored else None

    @property
    def band(self) -> float | None:
        """Half width of the 95 % interval of the mean (normal approximation); None for fewer than two scored posts."""
        n = self.scored
        if n < 2:
            return None
        variance = max(0, n * self.squares - self.total * self.total) / (n * (n - 1))
        return 1.96 * sqrt(variance / n) / SCALE


def bump(counter: Counter[_K], key: _K, change: int) -> None:
    """Change a count; what is nought is not kept."""
    if count := counter.get(key, 0) + change:
        counter[key] = count
    else:
        counter.pop(key, None)


def bump_all(counter: Counter[_K], changes: Counter[_K], sign: int) -> None:
    """Change many counts."""
    get = counter.get
    for key, change in changes.items():
        if count := get(key, 0) + sign * change:
            counter[key] = count
        else:
            counter.pop(key, None)


def bump_each(counter: Counter[_K], keys: Sequence[_K], sign: int) -> None:
    """Change the count of each key by one."""
    if len(keys) < FEW:
        for key in keys:
            bump(counter, key, sign)
    else:
        bump_all(counter, Counter(keys), sign)


def tally(groups: defaultdict[_K, Tally], key: _K, item: Contribution, bucket: int, sign: int) -> None:
    """Add a contribution to a group's tally, or take it out; an empty one is not kept."""
    group = groups[key]
    group.add(item, bucket, sign)
    if not group.posts:
        del groups[key]


def tally_all(groups: defaultdict[_K, Tally], key: _K, items: Sequence[Contribution], width: int, sign: int) -> None:
    """The same of many, with time buckets of `width`."""
    group = groups[key]
    if sign < 0 and group.posts == len(items):
        del groups[key]
    else:
        group.add_all(items, width, sign)
