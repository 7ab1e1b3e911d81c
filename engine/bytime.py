"""Keys of posts by time. Most are put in as they come, in order: those cost the same however many there are."""

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TypeAlias

At: TypeAlias = tuple[int, str]  # a time, and the key of a post


class ByTime:
    """Gives keys out, those of the oldest times first."""

    def __init__(self, items: Iterable[At] = ()) -> None:
        self._run = deque(sorted(items))
        self._others: list[At] = []  # a heap of those that came out of order

    def __len__(self) -> int:
        return len(self._run) + len(self._others)

    def add(self, time: int, key: str) -> None:
        """Put a key in."""
        run, item = self._run, (time, key)
        if not run or item >= run[-1]:
            run.append(item)
        else:
            heapq.heappush(self._others, item)

    def extend(self, items: Sequence[At]) -> None:
        """Put keys in, in order."""
        run = self._run
        if items and (not run or items[0] >= run[-1]):
            run.extend(items)
        else:
            for time, key in items:
                self.add(time, key)

    def first(self) -> At | None:
        """The oldest; None if there is none."""
        run, others = self._run, self._others
        if others and (not run or others[0] < run[0]):
            return others[0]
        return run[0] if run else None

    def pop(self) -> At:
        """Take the oldest out."""
        run, others = self._run, self._others
        return heapq.heappop(others) if others and (not run or others[0] < run[0]) else run.popleft()

    def until(self, time: int) -> list[At]:
        """Take out all up to a time."""
        run, out = self._run, list[At]()
        if not self._others:
            while run and run[0][0] <= time:
                out.append(run.popleft())
            return out
        while (first := self.first()) is not None and first[0] <= time:
            out.append(self.pop())
        return out
