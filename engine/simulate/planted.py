"""Bursts that are asked for: so many posts a minute, from a moment on, on a topic of their own."""

from collections.abc import Iterator, Sequence
from heapq import merge
from typing import NamedTuple

from engine.simulate.draw import Draw
from engine.simulate.engagement import MINUTE
from engine.simulate.people import Person
from engine.simulate.topics import PLANTED, TOPICS


class PlantedBurst(NamedTuple):
    """`start` and `length` in microseconds, the start from that of the feed; `rate` in posts per minute."""

    start: int
    length: int
    rate: float

    @property
    def end(self) -> int:
        return self.start + self.length


class Asked(NamedTuple):
    """Which bursts a feed has. Without the `usual` ones it is steady: the rate does not follow the hour, either."""

    usual: bool = True
    planted: tuple[PlantedBurst, ...] = ()


class Plants:
    """The posts of planted bursts: when they come and who writes them, everybody once before anyone does so twice."""

    def __init__(self, seed: int, start: int, people: Sequence[Person], planted: Sequence[PlantedBurst]) -> None:
        self._times = merge(*(_times(seed, start, number, burst) for number, burst in enumerate(planted)))
        self._next: tuple[int, int] | None = next(self._times, None)
        writers = [person for person in people if person.lang == "en"]
        self._crowds = [Draw(seed, "crowd", number).shuffled(writers) for number in range(len(planted))]
        self._joined = [0] * len(planted)

    @property
    def time(self) -> float:
        """When the next post comes; infinity for never."""
        return float("inf") if self._next is None else self._next[0]

    def take(self, gone: set[int]) -> tuple[int, Person]:
        """Topic and author of the next post. `gone`: accounts that are no more."""
        assert self._next is not None
        number = self._next[1]
        self._next = next(self._times, None)
        crowd = self._crowds[number]
        while True:
            author = crowd[self._joined[number] % len(crowd)]
            self._joined[number] += 1
            if author.number not in gone:
                return topic_of(number), author


def topic_of(number: int) -> int:
    """The topic of the planted burst of that number."""
    return len(TOPICS) + number % len(PLANTED)


def _times(seed: int, start: int, number: int, burst: PlantedBurst) -> Iterator[tuple[int, int]]:
    """One post in each of equal parts of the time, so that every minute has as many as it should."""
    draw, apart = Draw(seed, "planted", number), MINUTE / burst.rate
    for part in range(int(burst.length / apart)):
        yield start + burst.start + int((part + draw.unit()) * apart), number
