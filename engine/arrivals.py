"""The posts of a feed as they arrive, each once: what a replay of a labelled feed reads in place of an Engine."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from engine.clock import Incoming, Record, Stamped
from engine.config import EngineConfig
from engine.events import Edit, Post
from engine.intake import Intake
from engine.platforms.decode import LEFT_OUT, Decoder
from engine.sequence import Sequencer
from engine.sources.base import Item

REMEMBERED = 100_000  # latest ids that a post seen again is known by


class Arrivals:
    """Lines go the engine's way up to the posts: decoder, order by event time, each id once. Takes the place of an
    Engine in a Runner. What follows is for subclasses: they say what is done with each record in `arrived`.
    """

    def __init__(self, config: EngineConfig, decoder: Decoder) -> None:
        self.config = config
        self.intake = Intake(decoder)
        self.sequence = Sequencer(config)
        self.posts = self.duplicates = self.late = 0
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._nameless: dict[int, int] = {}

    def arrived(self, record: Stamped, post: Post | None) -> None:
        """Take a record in its turn, and the post that it brings if that is a new one."""
        raise NotImplementedError

    def open(self, source: int) -> None:
        """Announce a source, so that others wait for its first line."""
        self.sequence.open(source)

    def feed(self, source: int, items: Sequence[Item], present: int) -> None:
        """Take lines of a source, in order. `present` is the reader's clock: no claim from its future is believed."""
        lines = [
            Incoming([self._named(source, record) for record in incoming.records])
            for incoming in self.intake.take(items)
        ]
        self._apply(self.sequence.take(source, lines, present))

    def quiet(self, source: int) -> None:
        """Say that a source has nothing to say for now, or ever."""
        self._apply(self.sequence.quiet(source))

    def blind(self, source: int, since: int | None, reason: str) -> None:
        """Lost lines change nothing of those that came."""

    def finish(self) -> None:
        """The feed is over: take whatever waits."""
        self._apply(self.sequence.rest())

    def _named(self, source: int, record: Record) -> Record:
        """Tell lines apart that have nothing but their text: each is a post, also where it says the same as another."""
        first = record[0]
        if not isinstance(first, Post) or not first.nameless:
            return record
        number = self._nameless[source] = self._nameless.get(source, 0) + 1
        return (msgspec.structs.replace(first, uid=f"{first.uid}~{source}.{number}"), *record[1:])

    def _apply(self, records: list[Stamped]) -> None:
        for record in records:
            self.arrived(record, self._new(record))

    def _new(self, record: Stamped) -> Post | None:
        """The post that a record brings, if it is a new one."""
        event = record.events[0]
        post = event.post if isinstance(event, Edit) else event
        if not isinstance(post, Post):
            return None
        key = key_of(post)
        if key in self._seen:
            self.duplicates += isinstance(event, Post)
            return None
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        self.posts += 1
        self.late += record.late
        return post


class Books(NamedTuple):
    """What else there was: with the posts they are all records of a feed."""

    duplicates: int
    late: int  # of the posts
    left_out: int  # by --keep
    rejected: dict[str, int]  # records that could not be read, by reason
    others: int  # records that are no new posts: reactions, edits, deletes, counts, keep-alives


def books(arrivals: Arrivals) -> Books:
    """The books of a feed that is over."""
    ignored = arrivals.intake.ignored
    left_out = ignored[LEFT_OUT.reason].times if LEFT_OUT.reason in ignored else 0
    rejected = {reason: tallied.times for reason, tallied in sorted(arrivals.intake.rejections.items())}
    others = arrivals.intake.read - arrivals.posts - arrivals.duplicates - left_out - sum(rejected.values())
    return Books(arrivals.duplicates, arrivals.late, left_out, rejected, others)


def key_of(post: Post) -> str:
    """The id of a post over all platforms."""
    return f"{post.platform}:{post.uid}"
