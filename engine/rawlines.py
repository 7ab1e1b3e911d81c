"""The lines that the newest posts came in, as they came: bounded, and gone with the post.

A line stays only if it holds one post and no words of another: what is taken back elsewhere must not live on in it.
"""

from collections import OrderedDict
from typing import Any

from engine.config import EngineConfig
from engine.events import Edit, Event, Post

Record = tuple[Event, ...]

# A key of Jetstream's alone (inside a text its quotes would be escaped): there other posts are named, never repeated.
_JETSTREAM = b'"time_us"'


class RawLines:
    """Lines by the key of their post, the oldest forgotten first. Those not applied yet count as well."""

    def __init__(self, config: EngineConfig) -> None:
        discreet = config.no_text or config.hash_authors
        self._max_lines, self._max_bytes = 0 if discreet else config.max_raw_lines, config.max_raw_bytes
        self._keep_withheld = not config.respect_noindex
        self._waiting: OrderedDict[int, tuple[Record, bytes]] = OrderedDict()  # by id(record), held as long
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._naming: dict[str, set[str]] = {}  # post that a line may repeat -> posts whose line it is
        self._named: dict[str, str] = {}
        self.size = 0  # bytes

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Records loaded from a checkpoint are other objects than those that were saved."""
        self.__dict__.update(state)
        self._waiting = OrderedDict((id(record), (record, line)) for record, line in self._waiting.values())

    def __len__(self) -> int:
        return len(self._waiting) + len(self._kept)

    def get(self, key: str) -> bytes | None:
        """The line that a post stands in; None if it is not kept."""
        return self._kept.get(key)

    def offer(self, record: Record, line: bytes) -> None:
        """Hold the line of a record until that is applied, if it may be kept at all."""
        if self._max_lines and self.may_keep(record, line):
            self._waiting[id(record)] = (record, line)
            self.size += len(line)
            self._make_room()

    def may_keep(self, record: Record, line: bytes) -> bool:
        """Whether a line holds nothing but one post, and that is not withheld."""
        post = posted(record[0])
        if post is None or len(record) > 1 or post.removed or (post.withheld and not self._keep_withheld):
            return False
        return not post.quote_of or _names_only(post, line)

    def settle(self, record: Record, key: str, keep: bool) -> None:
        """A record was applied: its line takes the place of the one before, or is let go of."""
        _, line = self._waiting.pop(id(record), (record, b""))
        self.size -= len(line)
        if not keep:
            return
        self._forget(key)
        if not line:
            return
        self._kept[key] = line
        self.size += len(line)
        if named := repeated_by(record, line):
            self._named[key] = named
            self._naming.setdefault(named, set()).add(key)
        self._make_room()

    def drop(self, key: str) -> None:
        """A post is gone: forget its line, and those that may repeat it."""
        self._forget(key)
        for other in [*self._naming.get(key, ())]:
            self._forget(other)

    def expire(self, key: str) -> None:
        """A post is past retention: forget its line."""
        self._forget(key)

    def disown(self, author: str) -> None:
        """Forget the lines in which words of an account may be repeated."""
        name = author.encode("utf-8", "surrogatepass")
        for key in [key for key in self._named if name in self._kept[key]]:
            self._forget(key)

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

    def _make_room(self) -> None:
        while len(self._waiting) + len(self._kept) > self._max_lines or self.size > self._max_bytes:
            if self._kept:
                self._forget(next(iter(self._kept)))
            else:
                _, (_, line) = self._waiting.popitem(last=False)
                self.size -= len(line)


def posted(event: Event) -> Post | None:
    """The post that an event brings, new or edited."""
    return event.post if isinstance(event, Edit) else event if isinstance(event, Post) else None


def repeated_by(record: Record, line: bytes) -> str:
    """The key of another post whose words a line may repeat beside its own; "" if there is none."""
    post = posted(record[0])
    if post is None or not post.reply_to or _names_only(post, line):
        return ""
    return f"{post.platform}:{post.reply_to}"


def _names_only(post: Post, line: bytes) -> bool:
    return post.platform == "bluesky" and _JETSTREAM in line
