"""A regular file read by offset, which notices when what it had read is no longer there."""

import hashlib
import os

from engine.sources.base import CHUNK
from engine.sources.bookmark import Content, Reached

_TAIL = 64  # bytes before the offset that are compared at every read
_HEAD = 1024  # bytes at the start that tell one content from another


class FileReader:
    """Bytes of an open file in order. Owns the descriptor `fd`.

    `offset` is where it reads next; None, or past the end, is the end. `restarted` says that the file was truncated
    before, so that NUL bytes at its start are a hole and no text.
    """

    def __init__(self, fd: int, offset: int | None = 0, *, restarted: bool = False) -> None:
        found = os.fstat(fd)
        self.fd = fd
        self.device = found.st_dev
        self.inode = found.st_ino
        self.size = found.st_size  # when last looked at
        self.offset = found.st_size if offset is None else min(offset, found.st_size)
        self.restarted = restarted
        self._tail = os.pread(fd, min(_TAIL, self.offset), self.offset - min(_TAIL, self.offset))
        self._head = os.pread(fd, min(_HEAD, self.offset), 0)
        # Whether the first byte to be read belongs to a line begun before.
        self.starts_in_middle = self._tail[-1:] not in {b"", b"\n"}

    def read(self, size: int = CHUNK) -> bytes | None:
        """The next bytes; b"" at the end; None if the file was truncated, even if it has since outgrown the offset.

        One system call reads both the last bytes known and those that follow, so that no truncation comes between.
        Raises OSError.
        """
        found = os.fstat(self.fd).st_size
        known = len(self._tail)
        data = os.pread(self.fd, known + size, self.offset - known)
        fresh = data[known:]
        if data[:known] != self._tail or (fresh and not self._same_head(self.fd)):
            return None
        self.size = max(found, self.offset + len(fresh))
        if len(self._head) < _HEAD and self.offset == len(self._head):
            self._head += fresh[: _HEAD - len(self._head)]
        self.offset += len(fresh)
        self._tail = (self._tail + fresh)[-_TAIL:] if len(fresh) < _TAIL else fresh[-_TAIL:]
        return fresh

    def continued_by(self, fd: int) -> bool:
        """Whether `fd` holds the first and last bytes read at the same places: it is a copy. Raises OSError."""
        known = len(self._tail)
        return self.offset > 0 and os.pread(fd, known, self.offset - known) == self._tail and self._same_head(fd)

    def is_intact(self) -> bool:
        """Whether what was read is still there. Raises OSError."""
        return self.offset == 0 or self.continued_by(self.fd)

    def resembles(self, fd: int) -> bool:
        """Whether `fd` begins with the same line as what was read, and goes on alike. Raises OSError."""
        start = os.pread(fd, len(self._head), 0)
        return b"\n" in start and self._head.startswith(start)

    def outgrown_by(self, fd: int) -> bool:
        """Whether `fd` is this file written anew with more at its end, as rsync does. Raises OSError.

        Only asked of contents large enough that no two feeds share them by chance.
        """
        return len(self._head) == _HEAD and os.fstat(self.fd).st_nlink == 0 and self.continued_by(fd)

    def is_at(self, path: str) -> bool:
        """Whether it is what stands at `path` now."""
        try:
            return os.path.samestat(os.stat(path), os.fstat(self.fd))
        except OSError:
            return False

    def reached(self, offset: int) -> Reached:
        """How far it was read, if that is `offset`, with digests of what is there. Never raises."""
        try:
            head, tail = content_id(self.fd, min(_HEAD, offset)), content_id(self.fd, min(_TAIL, offset), offset)
        except OSError:
            head = tail = (0, b"")
        return Reached(self.device, self.inode, offset, head, tail, self.restarted)

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self.fd)

    def _same_head(self, fd: int) -> bool:
        return os.pread(fd, len(self._head), 0) == self._head


def content_id(fd: int, size: int = _HEAD, end: int | None = None) -> Content:
    """(bytes looked at, their digest) of the start of a file: what it is known by under any name. Raises OSError.

    With `end`, of the `size` bytes before it.
    """
    seen = os.pread(fd, size, 0 if end is None else end - size)
    return len(seen), hashlib.blake2b(seen, digest_size=16).digest()


def same_content(fd: int, known: Content) -> bool:
    """Whether the start of `fd` is what `content_id` saw, though the file may have grown since. Raises OSError."""
    return content_id(fd, known[0]) == known


def reaches(fd: int, reached: Reached) -> bool:
    """Whether `fd` holds, up to where reading stopped, what was read then. Raises OSError."""
    size = reached.tail[0]
    return same_content(fd, reached.head) and content_id(fd, size, reached.offset) == reached.tail


def starts_alike(copy: int, original: int) -> bool:
    """Whether `copy` begins with the same line as `original` and goes on alike. Raises OSError."""
    start = os.pread(copy, _HEAD, 0)
    return b"\n" in start and os.pread(original, len(start), 0) == start


def is_whole(known: Content) -> bool:
    """Whether enough was seen of a content to know it under any inode, as a copy."""
    return known[0] == _HEAD
