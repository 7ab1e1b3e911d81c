"""The lines that the newest posts came in, as they came: bounded, and gone with the post.

A line stays only if it holds one post and no words of another: what is taken back elsewhere must not live on in it.
"""

from collections import OrderedDict
from collections.abc import Iterable

from engine.clock import Incoming
from engine.config import EngineConfig
from engine.events import Edit, Event, Post

# A key of Jetstream's alone (inside a text its quotes would be escaped): there other posts are named, never repeated.
_JETSTREAM = b'"time_us"'


class RawLines:
    """Lines by the key of their post, the oldest forgotten first. Those not applied yet wait with their records."""

    def __init__(self, config: EngineConfig) -> None:
        discreet = config.no_text or config.hash_authors
        self._max_lines, self._max_bytes = 0 if discreet else config.max_raw_lines, config.max_raw_bytes
        self._keep_withheld = not config.respect_noindex
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._naming: dict[str, set[str]] = {}  # post that a line may repeat -> posts whose line it is
        self._named: dict[str, str] = {}
        self._waiting = self._held = 0  # lines that wait with their records, and their bytes
        self.size = 0  # bytes of those of posts

    def __len__(self) -> int:
        return self._waiting + len(self._kept)

    def get(self, key: str) -> bytes | None:
        """The line that a post stands in; None if it is not kept."""
        return self._kept.get(key)

    def offer(self, lines: Iterable[Incoming]) -> None:
        """Have lines wait with their records until these are settled.

        Let go of those that cannot be kept: that hold more than one post, or one that is withheld, or are too much.
        """
        held, waiting, room = self._held, self._waiting, self._max_bytes if self._max_lines else 0
        for incoming in lines:
            line, record = incoming.line, incoming.records[0]
            if line is None:
                continue
            post = record[0] if type(record[0]) is Post else posted(record[0])
            size = held + len(line)
            if (
                post is not None
                and len(record) == len(incoming.records) == 1
                and size <= room
                and not post.removed
                and (self._keep_withheld or not post.withheld)
                and (not post.quote_of or _names_only(post, line))
            ):
                held, waiting = size, waiting + 1
            else:
                incoming.line = None
        self._held, self._waiting = held, waiting

    def settle(self, post: Post, line: bytes | None, key: str, keep: bool) -> None:
        """What a post's record says was applied: its line takes the place of the one before, or is let go of."""
        kept = self._kept
        if keep and key in kept:
            self._forget(key)
        if line is None:
            return
        size = len(line)
        self._waiting -= 1
        self._held -= size
        if not keep:
            return
        kept[key] = line
        self.size += size
        if post.reply_to and (named := repeated_by(post, line)):
            self._named[key] = named
            self._naming.setdefault(named, set()).add(key)
        while self.size > self._max_bytes or len(kept) > self._max_lines:
            self._forget(next(iter(kept)))

    def drop(self, key: str) -> int:
        """A post is gone: forget its line, and those that may repeat it. How many were kept of all these."""
        before = len(self._kept)
        self._forget(key)
        for other in [*self._naming.get(key, ())]:
            self._forget(other)
        return before - len(self._kept)

    def expire(self, key: str) -> None:
        """A post is past retention: forget its line."""
        self._forget(key)

    def disown(self, author: str) -> int:
        """Forget the lines in which words of an account may be repeated. How many there were."""
        name = author.encode("utf-8", "surrogatepass")
        found = [key for key in self._named if name in self._kept[key]]
        for key in found:
            self._forget(key)
        return len(found)

    def _forget(self, key: str) -> None:
        line = self._kept.pop(key, None)
        if line is None:
            return
        self.size -= len(line)
        if (named := self._named.pop(key, None)) is not None:
            others = self._naming[named]
            others.discard(key)
            if not others:
                del self._naming[named]


def posted(event: Event) -> Post | None:
    """The post that an event brings, new or edited."""
    return event.post if isinstance(event, Edit) else event if isinstance(event, Post) else None


def repeated_by(post: Post, line: bytes) -> str:
    """The key of another post whose words the line of a post may repeat beside its own; "" if there is none."""
    return f"{post.platform}:{post.reply_to}" if post.reply_to and not _names_only(post, line) else ""


def _names_only(post: Post, line: bytes) -> bool:
    return post.platform == "bluesky" and _JETSTREAM in line
