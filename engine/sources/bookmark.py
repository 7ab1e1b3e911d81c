"""Where reading a source stopped: plain data that a later run goes on from. Holds digests of what was read, no text."""

import msgspec

from engine.sources.base import Kind

Content = tuple[int, bytes]  # bytes looked at, their digest
UNKNOWN: Content = (0, b"")


class Passed(msgspec.Struct, frozen=True):
    """The rotated files that hold nothing new: see `known.Known`."""

    inodes: tuple[tuple[int, int, Content], ...] = ()  # device, inode, content
    contents: tuple[Content, ...] = ()


class Reached(msgspec.Struct, frozen=True):
    """A file and how far it was read."""

    device: int
    inode: int
    offset: int  # bytes, decompressed; the start of a line
    head: Content = UNKNOWN  # the first bytes of the file
    tail: Content = UNKNOWN  # the bytes before the offset
    restarted: bool = False  # the file was truncated before: NUL bytes at its start are a hole


class Bookmark(msgspec.Struct, frozen=True, kw_only=True):
    """A source: what it was, and where it stood."""

    path: str
    kind: Kind | None  # None while it was not there yet, and for standard input
    follow: bool = False
    ended: bool = False
    reached: Reached | None = None  # None for streams, and before anything was read
    passed: Passed = Passed()
