"""Figures of the posts of the last while, kept as they come and go."""

from collections import Counter, deque
from typing import NamedTuple

from engine.tally import NEGATIVE, POSITIVE, SCALE, bump

LEAST_SCORED = 10  # posts without which a mean or share of moods says nothing


class Seen(NamedTuple):
    """What is kept of a post: numbers only."""

    time: int
    author: int
    compound: int | None  # ten-thousandths


class Recent:
    """The posts of the last `span` microseconds: how many, by how many authors, and their moods."""

    def __init__(self, span: int) -> None:
        self._span = span
        self._posts: deque[Seen] = deque()
        self._authors: Counter[int] = Counter()
        self._compounds = 0
        self._scored = self._positive = self._negative = 0

    def add(self, seen: Seen) -> None:
        """A post has come."""
        self._posts.append(seen)
        self._count(seen, 1)

    def move(self, now: int) -> None:
        """Let go of what came before `now` - span."""
        while self._posts and self._posts[0].time < now - self._span:
            self._count(self._posts.popleft(), -1)

    def figure(self, metric: str, of_all: int) -> float | None:
        """A metric of engine.alerts.rules; None where there is too little to tell. `of_all`: posts in all."""
        match metric:
            case "posts":
                return len(self._posts)
            case "rate":
                return len(self._posts) / (self._span / 60_000_000)
            case "authors":
                return len(self._authors)
            case "share":
                return len(self._posts) / of_all if of_all else None
        if self._scored < LEAST_SCORED:
            return None
        moods = {"mean": self._compounds / SCALE, "positive": self._positive, "negative": self._negative}
        return moods[metric] / self._scored

    def __len__(self) -> int:
        return len(self._posts)

    def _count(self, seen: Seen, sign: int) -> None:
        bump(self._authors, seen.author, sign)
        compound = seen.compound
        if compound is not None:
            self._scored += sign
            self._compounds += sign * compound
            if compound >= POSITIVE:
                self._positive += sign
            elif compound <= NEGATIVE:
                self._negative += sign
