"""What rises together is one event; and which posts it is made of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from zlib import crc32

from engine.ledger import Entry
from engine.places import Places
from models.bursts import Rise

Kind = Literal["tag", "story", "word"]
ORDER: tuple[Kind, ...] = ("tag", "story", "word")  # of what an event is called by

SHORTEST = 60_000_000  # microseconds: of the windows in which rises are found
WORDS = 32  # of one post that are looked at
SPEAKS = 0.2  # of an event's authors that a tag must have to name it
OWN = 5.0  # times what is expected, from which most who use a word use it because of the event
SEVERAL = 2  # of other words of an event that make a post one of its


class Member(NamedTuple):
    """A tag, story or word. `subject` is the story's id, or a checksum: no text."""

    kind: Kind
    subject: int


@dataclass(slots=True)
class Event:
    """A burst as people see it: the rises of its members, by the window in microseconds that each was found in."""

    id: int
    start: int
    rises: dict[tuple[Member, int], Rise] = field(default_factory=dict)
    posts: dict[str, None] = field(default_factory=dict)  # keys
    dropped: int = 0  # posts that are counted and no longer known one by one

    @property
    def window(self) -> int:
        """The shortest window it was found in: that one says when it is over."""
        return min(window for _, window in self.rises)

    @property
    def end(self) -> int | None:
        """When it was over; None while it goes on."""
        window, last = self.window, self.start
        for (_, found), rise in self.rises.items():
            if found == window:
                if rise.end is None:
                    return None
                last = max(last, rise.end)
        return last

    @property
    def members(self) -> set[Member]:
        """All that rises in it."""
        return {member for member, _ in self.rises}

    @property
    def sure(self) -> bool:
        """Whether it is more than a story in the shortest window: that may only have drawn posts from others."""
        return any(member.kind != "story" or window > SHORTEST for member, window in self.rises)

    def lead(self) -> tuple[Member, Rise]:
        """What it is called by: its tag, else its story, else its word; of several the one with most authors."""
        window = self.window
        rises = [(member, rise) for (member, found), rise in self.rises.items() if found == window]
        enough = SPEAKS * max(rise.authors for _, rise in rises)
        named = [(member, rise) for member, rise in rises if member.kind != "tag" or rise.authors >= enough]
        return min(named, key=lambda one: (ORDER.index(one[0].kind), -one[1].authors, one[0].subject))

    def rename(self, old: Member, new: Member) -> None:
        """A member has become part of another."""
        for (member, window), rise in list(self.rises.items()):
            if member == old:
                del self.rises[member, window]
                other = self.rises.get((new, window))
                if other is None or other.end is not None:
                    self.rises[new, window] = rise

    def takes(self, found: Iterable[Member]) -> bool:
        """Whether a post with these is one of its: by a tag, the story or a word of its own, or by several words."""
        own = {member: self._owns(member, rise) for (member, _), rise in self.rises.items()}
        common = [own[member] for member in set(found) if member in own]
        return any(common) or len(common) >= (SEVERAL if any(own.values()) else 1)

    @staticmethod
    def _owns(member: Member, rise: Rise) -> bool:
        return member.kind != "word" or rise.authors >= OWN * rise.expected


def found_in(entry: Entry, story: int | None) -> list[Member]:
    """What a post speaks of."""
    tags = [Member("tag", checksum(tag)) for tag in entry.analysis.tags]
    stories = [] if story is None else [Member("story", story)]
    return tags + stories + [Member("word", checksum(word)) for word in words_of(entry)]


def story_of(entry: Entry, places: Places) -> int | None:
    """The story that a post is in by now; None if in none, or not known yet."""
    return places.story(entry.story)


def words_of(entry: Entry) -> list[str]:
    """The words of a post that are looked at, in order and with repeats."""
    return [term for term in entry.analysis.terms[:WORDS] if term[0] != "#"]


def checksum(text: str) -> int:
    """A tag or word as a number, the same in every process. Two in a table of 50,000 may share one, and a past."""
    return crc32(text.encode("utf-8", "surrogatepass"))


def author_of(entry: Entry) -> int:
    """An author as a number; where the feed names none, every post counts as somebody's own."""
    return crc32((entry.author or entry.key).encode("utf-8", "surrogatepass"))
