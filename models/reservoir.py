"""A fair sample of a stream of unknown length."""

import random
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Reservoir(Generic[Value]):
    """At most `size` values, each of those added with the same chance (Vitter 1985, algorithm R).

    Same values in the same order and same seed: same sample.
    """

    def __init__(self, size: int, seed: int = 0) -> None:
        self.values: list[Value] = []
        self._size = size
        self._added = 0
        self._random = random.Random(seed)

    def add(self, value: Value) -> None:
        """Take a value in, or not, by lot."""
        self._added += 1
        place = self._random.randrange(self._added) if self._added > self._size else len(self.values)
        if place >= self._size:
            return
        if place < len(self.values):
            self.values[place] = value
        else:
            self.values.append(value)

    def drop(self, unwanted: Callable[[Value], bool]) -> None:
        """Let go of values; what comes later takes their places."""
        self.values = [value for value in self.values if not unwanted(value)]
