"""A regular file read by offset, which notices when what it had read is no longer there."""

import contextlib
import hashlib
import os

from engine.sources.base import CHUNK
from engine.sources.bookmark import UNKNOWN, Content, Reached
from engine.sources.files import HEAD, File

_TAIL = 64  # bytes before the offset that are compared at every read


class FileReader:
    """Bytes of an open file in order. Owns `file`.

    `offset` is where it reads next; None, or past the end, is the end. `restarted` says that the file was truncated
    before, so that NUL bytes at its start are a hole and no text.
    """

    def __init__(self, file: File, offset: int | None = 0, *, restarted: bool = False) -> None:
        found = file.status()
        self.file = file
        self.device = found.st_dev
        self.inode = found.st_ino
        size = file.size()
        # A compressed file tells its size only at its end; where it was read to, it was found to hold that much.
        self.offset = size if offset is None else offset if file.packed else min(offset, size)
        self.size = max(size, self.offset)  # when last looked at
        self.restarted = restarted
        self._tail = file.pread(min(_TAIL, self.offset), self.offset - min(_TAIL, self.offset))
        self._head = file.pread(min(HEAD, self.offset), 0)
        # Whether the first byte to be read belongs to a line begun before.
        self.starts_in_middle = self._tail[-1:] not in {b"", b"\n"}

    def read(self, size: int = CHUNK) -> bytes | None:
        """The next bytes; b"" at the end; None if the file was truncated, even if it has since outgrown the offset.

        One system call reads both the last bytes known and those that follow, so that no truncation comes between.
        Raises OSError.
        """
        found = self.file.size()
        known = len(self._tail)
        data = self.file.pread(known + size, self.offset - known)
        fresh = data[known:]
        if data[:known] != self._tail or (fresh and not self._same_head(self.file)):
            return None
        self.size = max(found, self.offset + len(fresh))
        if len(self._head) < HEAD and self.offset == len(self._head):
            self._head += fresh[: HEAD - len(self._head)]
        self.offset += len(fresh)
        self._tail = (self._tail + fresh)[-_TAIL:] if len(fresh) < _TAIL else fresh[-_TAIL:]
        return fresh

    def continued_by(self, file: File) -> bool:
        """Whether `file` holds the first and last bytes read at the same places: it is a copy. Raises OSError."""
        known = len(self._tail)
        return self.offset > 0 and file.pread(known, self.offset - known) == self._tail and self._same_head(file)

    def is_intact(self) -> bool:
        """Whether what was read is still there. Raises OSError."""
        return self.offset == 0 or self.continued_by(self.file)

    def resembles(self, file: File) -> bool:
        """Whether `file` begins with the same line as what was read, and goes on alike. Raises OSError."""
        start = file.pread(len(self._head), 0)
        return b"\n" in start and self._head.startswith(start)

    def outgrown_by(self, file: File) -> bool:
        """Whether `file` is this file written anew with more at its end, as rsync does. Raises OSError.

        Only asked of contents large enough that no two feeds share them by chance.
        """
        return len(self._head) == HEAD and self.file.status().st_nlink == 0 and self.continued_by(file)

    def is_at(self, path: str) -> bool:
        """Whether it is what stands at `path` now."""
        try:
            found = os.stat(path)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == (self.device, self.inode)

    def reached(self, offset: int) -> Reached:
        """How far it was read, if that is `offset`, with digests of what was read. Never raises.

        Where that is no longer there, as the file was truncated since, the tail is unknown.
        """
        tail = UNKNOWN
        with contextlib.suppress(OSError):
            seen = content_id(self.file, min(_TAIL, offset), offset)
            tail = seen if self.is_intact() else UNKNOWN
        return Reached(self.device, self.inode, offset, _digest(self._head[:offset]), tail, self.restarted)

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _same_head(self, file: File) -> bool:
        return file.pread(len(self._head), 0) == self._head


def content_id(file: File, size: int = HEAD, end: int | None = None) -> Content:
    """(bytes looked at, their digest) of the start of a file: what it is known by under any name. Raises OSError.

    With `end`, of the `size` bytes before it.
    """
    return _digest(file.pread(size, 0 if end is None else end - size))


def same_content(file: File, known: Content) -> bool:
    """Whether the start of `file` is what `content_id` saw, though it may have grown since. Raises OSError."""
    return content_id(file, known[0]) == known


def reaches(file: File, reached: Reached) -> bool:
    """Whether `file` holds, up to where reading stopped, what was read then. Raises OSError."""
    if not same_content(file, reached.head):
        return False
    if reached.tail == UNKNOWN:
        return reached.offset == 0 or file.pread(1, reached.offset - 1) != b""
    return content_id(file, reached.tail[0], reached.offset) == reached.tail


def starts_alike(copy: File, original: File) -> bool:
    """Whether `copy` begins with the same line as `original` and goes on alike. Raises OSError."""
    start = copy.pread(HEAD, 0)
    return b"\n" in start and original.pread(len(start), 0) == start


def is_packed_from(packed: File, original: File) -> bool:
    """Whether `packed` is `original`, or a copy of it, compressed. Raises OSError."""
    start = packed.pread(HEAD, 0) if packed.packed and not original.packed else b""
    return start != b"" and original.pread(len(start), 0) == start


def is_whole(known: Content) -> bool:
    """Whether enough was seen of a content to know it under any inode, as a copy."""
    return known[0] == HEAD


def _digest(seen: bytes) -> Content:
    return len(seen), hashlib.blake2b(seen, digest_size=16).digest()
