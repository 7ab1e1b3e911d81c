"""What was found out about a word, kept for the next time it comes."""

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key", str, bytes)
Value = TypeVar("Value")

LONGEST = 20  # characters of a key worth keeping: longer words are links, and do not come back


class Memo(dict[Key, Value], Generic[Key, Value]):
    """What `read` says of a key: `memo[key]`. Holds at most `cap`, of length `longest`; when full it starts anew."""

    def __init__(self, read: Callable[[Key], Value], cap: int, longest: int = LONGEST) -> None:
        super().__init__()
        self.read: Callable[[Key], Value] = read
        self.cap = cap
        self.longest = longest

    def __missing__(self, key: Key) -> Value:
        value = self.read(key)
        if len(key) <= self.longest:
            if len(self) >= self.cap:
                self.clear()
            self[key] = value
        return value
