"""What is known of objects by their keys: on most feeds they are the same on every line, or nearly."""

from collections.abc import Callable
from typing import TypeVar

from engine.platforms.names import MAX_NAME

T = TypeVar("T")

MAX_KINDS = 1_024  # of which it is remembered
MAX_KEYS = 64


class ByKeys(dict[tuple[str, ...], T]):
    """Made at the first look-up of keys in their order, and remembered if there is room for it."""

    def __init__(self, make: Callable[[tuple[str, ...]], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, keys: tuple[str, ...]) -> T:
        made = self._make(keys)
        if len(keys) <= MAX_KEYS and max(map(len, keys), default=0) <= MAX_NAME:
            if len(self) >= MAX_KINDS:
                self.clear()
            self[keys] = made
        return made
