"""Open files, read at any offset: plain ones, and compressed ones as what they hold."""

import errno
import os
import stat
from collections.abc import Iterator

from engine.sources.base import BATCH, CHUNK
from engine.sources.codecs import Codec, DecodingError, codec_of, unpacked

HEAD = 1024  # bytes at the start that tell one content from another
_BACK = BATCH + 4 * CHUNK  # bytes kept behind the reading of a compressed file: a bookmark looks back at them


class File:
    """An open plain file. Owns the descriptor `fd`. Its methods raise OSError."""

    packed = False
    damage = ""  # what kept the rest of a compressed file from being read

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def pread(self, size: int, offset: int) -> bytes:
        """Up to `size` bytes from `offset`; fewer only at the end."""
        return os.pread(self.fd, size, offset)

    def status(self) -> os.stat_result:
        """See os.fstat."""
        return os.fstat(self.fd)

    def size(self) -> int:
        """The bytes it holds."""
        return self.status().st_size

    def is_same(self, other: "File") -> bool:
        """Whether both are one file, whatever its names."""
        return os.path.samestat(self.status(), other.status())

    def again(self) -> "File":
        """The same file under a descriptor of its own."""
        return File(os.dup(self.fd))

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self.fd)


class PackedFile(File):
    """A compressed file that nobody writes to any more, read by the offsets of what it holds.

    Quick when read in order; going back further than a bookmark looks costs unpacking it anew. Damaged or cut short, it
    ends there.
    """

    packed = True

    def __init__(self, fd: int, codec: Codec) -> None:
        super().__init__(fd)
        self._codec = codec
        self._head: bytes | None = None
        self._begin_anew()

    def pread(self, size: int, offset: int) -> bytes:
        """See File."""
        if offset + size <= HEAD:
            return self._start()[offset : offset + size]
        if offset < self._from:
            self._begin_anew()
        while not self._over and self._from + len(self._held) < offset + size:
            self._unpack_more()
            spare = min(self._from + len(self._held), offset) - _BACK - self._from
            if spare > 0:
                del self._held[:spare]
                self._from += spare
        return bytes(self._held[max(0, offset - self._from) : max(0, offset - self._from + size)])

    def size(self) -> int:
        """See File: a guess by what was unpacked so far, until its end is known."""
        given, packed = self._from + len(self._held), self.status().st_size
        if self._over or not self._taken:
            return given if self._over else packed
        return max(given, given * packed // self._taken)

    def again(self) -> File:
        """See File."""
        return PackedFile(os.dup(self.fd), self._codec)

    def _begin_anew(self) -> None:
        self._taken = 0  # compressed bytes
        self._from = 0  # where what is held begins
        self._held = bytearray()
        self._over = False
        self._pieces: Iterator[bytes] = unpacked(self._take, self._codec)

    def _take(self, size: int) -> bytes:
        data = os.pread(self.fd, size, self._taken)
        self._taken += len(data)
        return data

    def _unpack_more(self) -> None:
        try:
            self._held += next(self._pieces)
        except StopIteration:
            self._over = True
        except DecodingError as error:
            self._over = True
            self.damage = str(error)

    def _start(self) -> bytes:
        """The first bytes, unpacked in small steps and kept: of many files nothing else is looked at."""
        if self._head is None:
            taken = 0

            def take(size: int) -> bytes:
                nonlocal taken
                data = os.pread(self.fd, size, taken)
                taken += len(data)
                return data

            start = bytearray()
            try:
                for piece in unpacked(take, self._codec, HEAD):
                    start += piece
                    if len(start) >= HEAD:
                        break
            except DecodingError as error:
                self.damage = str(error)
            self._head = bytes(start[:HEAD])
        return self._head


def open_file(path: str) -> File | None:
    """The file at `path`, whatever compression its first bytes tell; None if there is none that can be opened.

    Raises OSError where that says nothing of this file: when there are no more descriptors.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    codec = codec_of(os.pread(fd, 4, 0))
    return File(fd) if codec is None else PackedFile(fd, codec)
