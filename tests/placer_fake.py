"""A placer whose stories are known beforehand: a post's story is its first term, its theme that term's first letter."""

from collections.abc import Sequence
from typing import NamedTuple

BATCH = 3  # posts that wait for each other


class Placed(NamedTuple):
    key: str
    story: int
    theme: int


class Live(NamedTuple):
    live: int


class FirstTerm:
    def __init__(self) -> None:
        self.waiting: list[tuple[str, str]] = []
        self.names: dict[str, int] = {}
        self.letters: dict[str, int] = {}
        self.calls: list[tuple[str, int]] = []  # which, and the time it was told

    @property
    def stories(self) -> Live:
        return Live(len(self.names))

    def turn(self, time: int) -> list[Placed]:
        self.calls.append(("turn", time))
        return []

    def add(self, key: str, terms: Sequence[str], time: int) -> list[Placed]:
        self.calls.append((key, time))
        self.waiting.append((key, terms[0] if terms else ""))
        return self.finish() if len(self.waiting) >= BATCH else []

    def finish(self) -> list[Placed]:
        placed = [self._placed(key, term) for key, term in self.waiting]
        self.waiting = []
        return placed

    def drop(self, key: str) -> None:
        self.waiting = [(held, term) for held, term in self.waiting if held != key]

    def silhouette(self) -> tuple[float | None, int]:
        return 0.5, 7

    def _placed(self, key: str, term: str) -> Placed:
        if not term:
            return Placed(key, -1, -1)
        story = self.names.setdefault(term, len(self.names))
        return Placed(key, story, self.letters.setdefault(term[0], len(self.letters)))
