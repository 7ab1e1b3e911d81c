"""What the simulated world is made of: its setting, a platform's customs, posts, and what happens to them."""

from dataclasses import dataclass
from typing import NamedTuple

from engine.simulate.bursts import Rhythm
from engine.simulate.engagement import HOUR, KINDS, Action
from engine.simulate.people import READERS, Person
from engine.simulate.planted import PlantedBurst
from engine.simulate.text import Text


@dataclass(frozen=True, slots=True)
class Customs:
    """What a platform has and shows, so that the world leaves out the rest."""

    tick: int = 1_000  # resolution of times, microseconds
    shows: frozenset[str] = frozenset(KINDS)  # kinds of engagement that come as events
    tags: bool = True
    hidden_tags: bool = False
    titles: bool = False
    quotes: bool = True
    mentions: bool = True
    unlikes: bool = False
    purges: bool = False
    polls: bool = False  # counts are read again at POLL_AGES
    polled_media: bool = False  # people can post polls
    depth: int = 3  # of threads
    edit_renames: bool = False  # an edit has a new id, and reactions to the old one end
    deletes_unseen: bool = True  # a delete can be of a post from before the feed


@dataclass(frozen=True, slots=True)
class Setting:
    """One world. Times in microseconds, `rate` in posts per minute without bursts, replies and quotes."""

    seed: int
    start: int
    rate: float
    rhythm: Rhythm
    history: int = HOUR  # how long the world has been going on when the feed starts
    haste: float = 1.0  # divides all delays of engagement
    reach: float = 1.0  # multiplies all engagement
    longest: int = 15 * 24 * HOUR  # what would happen later to a post does not
    oddities: float = 1.0  # multiplies how often posts are hostile, edited or deleted
    steady: bool = False  # the rate does not follow the hour of the day
    planted: tuple[PlantedBurst, ...] = ()


@dataclass(slots=True, eq=False)
class Post:
    """A post and all that will become of it."""

    number: int
    author: Person
    topic: int
    lang: str
    claimed_lang: str
    sentiment: str  # of MOODS as intended; "" where there is none to read
    text: Text
    created: int
    seen: bool  # made after the feed started
    media: str
    burst: bool
    expected: float
    plan: tuple[Action, ...]
    stride: int
    depth: int = 0
    reply_to: "Post | None" = None
    quote_of: "Post | None" = None
    hostile: bool = False
    until: int | None = None  # nothing happens to it after this
    edited_at: int | None = None

    def reader(self, number: int) -> int:
        """Which reader makes the reaction of this number; no two are the same."""
        return (self.stride * (number + 1) + self.number) % READERS

    def quiet(self, span: int) -> bool:
        """Whether nothing happens to it in its first `span` microseconds."""
        return not self.plan or self.plan[0].delay > span

    def counts(self, age: int) -> dict[str, int]:
        """True engagement at an age, by kind; what was taken back is not counted."""
        counts = dict.fromkeys(KINDS, 0)
        for action in self.plan:
            if action.delay > age or (self.until is not None and self.created + action.delay > self.until):
                break
            if action.kind in counts:
                counts[action.kind] += 1
            elif action.kind == "unlike":
                counts["like"] -= 1
        return counts


class Happening(NamedTuple):
    """Something that happened at a time. `kind`: "post", "purge", or that of an Action but "reply" and "quote"."""

    time: int
    kind: str
    post: Post
    action: Action | None = None
