"""Bursts of topics: when they come, how strong they are, and who takes part (everybody once)."""

from dataclasses import dataclass, field

from engine.simulate.draw import Draw
from engine.simulate.engagement import HOUR, MINUTE
from engine.simulate.people import People, Person
from engine.simulate.topics import TOPICS


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How bursts come: the first one, the mean time between starts, and how long they last, in microseconds."""

    first: int
    every: int
    shortest: int
    longest: int


NEVER = Rhythm(first=24 * 365_000 * HOUR, every=HOUR, shortest=MINUTE, longest=MINUTE)


@dataclass(slots=True)
class Burst:
    """A topic whose rate is multiplied by `factor` from start to end, with a shift of its mood."""

    topic: int
    start: int
    end: int
    factor: float
    mood: float
    crowd: list[Person] = field(repr=False)
    joined: int = 0

    def next_author(self) -> Person:
        """The next of the crowd; each takes part once before anyone does so twice."""
        person = self.crowd[self.joined % len(self.crowd)]
        self.joined += 1
        return person


class Bursts:
    """The bursts of a world, made as time goes on. Only those under way and the one to come are kept."""

    def __init__(self, draw: Draw, people: People, rhythm: Rhythm, start: int) -> None:
        self._draw, self._people, self._rhythm = draw, people, rhythm
        self.active: list[Burst] = []
        self.next = self._plan(start + rhythm.first)

    def change_after(self, time: int) -> int:
        """The next time at which a burst starts or ends."""
        return min([self.next.start, *(burst.end for burst in self.active if burst.end > time)])

    def advance(self, time: int) -> None:
        """Go on to a time."""
        self.active = [burst for burst in self.active if burst.end > time]
        while self.next.start <= time:
            if self.next.end > time:
                self.active.append(self.next)
            gap = self._draw.between(0.7, 1.3) * self._rhythm.every
            self.next = self._plan(self.next.start + max(MINUTE, int(gap)))  # starts are whole minutes

    def on(self, topic: int) -> Burst | None:
        """The burst a topic is in."""
        return next((burst for burst in self.active if burst.topic == topic), None)

    def _plan(self, start: int) -> Burst:
        start = start // MINUTE * MINUTE
        busy = {burst.topic for burst in self.active if burst.end > start - 10 * MINUTE}
        topic = self._draw.pick([number for number in range(len(TOPICS)) if number not in busy])
        lasts = int(self._draw.between(self._rhythm.shortest, self._rhythm.longest)) // MINUTE * MINUTE
        crowd = [person for person in self._people.authors if topic in person.topics]
        others = [person for person in self._people.authors if topic not in person.topics]
        return Burst(
            topic=topic,
            start=start,
            end=start + max(MINUTE, lasts),
            factor=self._draw.between(8.0, 15.0),
            mood=self._draw.between(-0.6, 0.6),
            crowd=self._draw.shuffled(crowd) + self._draw.shuffled(others),
        )
