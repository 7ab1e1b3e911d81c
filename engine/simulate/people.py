"""The simulated accounts: heavy-tailed followers and rates, their own topics, language, style and usual engagement."""

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache

from engine.simulate.draw import Draw, cumulate
from engine.simulate.text import Style
from engine.simulate.topics import LANGUAGE_WEIGHTS, LANGUAGES, TOPICS

READERS = 1 << 16  # accounts that react and never post; a power of two, so that any odd stride visits all

_DAY = 86_400_000_000
_FIRST = ("quiet", "paper", "amber", "north", "velvet", "tin", "hollow", "river", "copper", "pale", "brisk", "mossy",
          "salt", "winter", "lucky", "plain", "dusty", "bright", "slow", "woolen")  # fmt: skip
_SECOND = ("heron", "lantern", "kettle", "harbor", "thistle", "button", "otter", "bramble", "comet", "pocket", "finch",
           "cinder", "ladder", "marble", "pepper", "sparrow", "violet", "walnut", "pebble", "gander")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """An account."""

    number: int
    handle: str
    name: str
    lang: str
    followers: int
    typical: float  # engagements that an ordinary post of theirs gets in the end, on average
    topics: tuple[int, ...]  # indices into TOPICS, the main one first
    activity: float  # relative rate of posting
    style: Style
    joined: int  # microseconds
    silent: bool  # posts, and never reacts or answers
    noindex: bool  # asks not to be indexed


def digest(*key: object) -> bytes:
    """32 bytes that are the same for the same key."""
    return hashlib.sha256("/".join(str(part) for part in key).encode()).digest()


def integer(*key: object) -> int:
    """A number below 2**64 that is the same for the same key."""
    return int.from_bytes(digest(*key)[:8], "big")


class People:
    """`count` authors, and READERS readers numbered after them. Made on demand from the seed; memory is bounded."""

    def __init__(self, seed: int, count: int, reach: float, before: int) -> None:
        self._seed, self._reach, self._before = seed, reach, before
        self._language_weights = cumulate(LANGUAGE_WEIGHTS)
        self._topic_weights = cumulate([topic.weight for topic in TOPICS])
        self.authors = [self._make(number) for number in range(count)]
        self.reader = lru_cache(maxsize=4096)(self._make)
        self._interested = [
            [person for person in self.authors if topic in person.topics] or self.authors
            for topic in range(len(TOPICS))
        ]
        self._activity = [
            cumulate([self._interest(person, topic) for person in people])
            for topic, people in enumerate(self._interested)
        ]

    @staticmethod
    def _interest(person: Person, topic: int) -> float:
        return person.activity * (1.0 if person.topics[0] == topic else 0.3)

    def author(self, draw: Draw, topic: int) -> Person:
        """Somebody who writes about a topic, as likely as they write."""
        return self._interested[topic][draw.weighted(self._activity[topic])]

    def person(self, number: int) -> Person:
        """An author or a reader by number."""
        return self.authors[number] if number < len(self.authors) else self.reader(number)

    def _make(self, number: int) -> Person:
        draw = Draw(self._seed, "person", number)
        followers = min(2_000_000, 3 + int(260 * math.exp(1.7 * draw.normal())))
        first, second = draw.pick(_FIRST), draw.pick(_SECOND)
        topics = dict.fromkeys(draw.weighted(self._topic_weights) for _ in range(3))
        return Person(
            number=number,
            handle=f"{first}{second}{number}",
            name=f"{first.title()} {second.title()}",
            lang=LANGUAGES[draw.weighted(self._language_weights)],
            followers=followers,
            typical=min(400.0, self._reach * 0.25 * math.sqrt(followers) * draw.lognormal(0.6)),
            topics=tuple(topics),
            activity=1.0 / (1.0 + draw.below(40)) ** 0.8,
            style=Style(
                emoji=draw.pick((0.0, 0.1, 0.3, 0.6)),
                shout=draw.pick((0.0, 0.0, 0.0, 0.02, 0.12)),
                tag=draw.pick((0.0, 0.15, 0.35, 0.7)),
                lower=draw.pick((0.0, 0.0, 0.05, 0.6)),
            ),
            joined=self._before // _DAY * _DAY - _DAY * (30 + draw.below(4000)),
            silent=number % 8 == 3,
            noindex=number % 19 == 7,
        )
