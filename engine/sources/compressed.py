"""Compressed files as feeds of their own, read once to their end."""

import os
from collections.abc import Iterator

from engine.clean import clean_line
from engine.sources.base import MAX_LINE, Hole, State
from engine.sources.bookmark import Bookmark, Reached
from engine.sources.codecs import Codec, DecodingError, unpacked
from engine.sources.cutting import CuttingSource
from engine.sources.lines import LineSplitter


class Compressed(CuttingSource):
    """Whole lines of a compressed file, read once to its end; what is cut short gives the lines that are whole.

    Opened at the first read, so that an archive of many files needs few descriptors. `skip` bytes of what it holds were
    read in an earlier run. No method raises.
    """

    def __init__(self, path: str, codec: Codec, *, limit: int = MAX_LINE, skip: int = 0) -> None:
        super().__init__(clean_line(path))
        self._path = path
        self._file: _Input | None = None
        self._codec = codec
        self._pieces: Iterator[bytes] = iter(())
        self._splitter = LineSplitter(limit)
        self._given = 0  # bytes, decompressed
        self._skip = skip
        self._marked: Bookmark | None = None
        self._backlog = (0, 0)

    @property
    def state(self) -> State:
        """See Source."""
        return "failed" if self._failure else "ended" if self.ended else "reading"

    @property
    def detail(self) -> str:
        """See Source."""
        return self._failure

    def backlog(self) -> tuple[int, int]:
        """See Source: compressed bytes."""
        if self._file is not None:
            self._backlog = self._file.taken, max(self._file.taken, self._file.status.st_size)
        elif not self.ended:
            self._backlog = 0, _size(self._path)
        return self._backlog

    def bookmark(self) -> Bookmark:
        """See Source. The file is taken to be written once: its name and inode are enough to know it by."""
        if self._marked is not None:
            return self._marked
        offset = max(self._skip, self._given - self._splitter.pending)
        status = None if self._file is None else self._file.status
        device, inode = (0, 0) if status is None else (status.st_dev, status.st_ino)
        return Bookmark(
            path=self._path,
            kind=self._codec,
            ended=self.ended,
            reached=Reached(device, inode, offset),
        )

    def fileno(self) -> None:
        """See Source."""

    def watched(self) -> tuple[str, ...]:
        """See Source."""
        return ()

    def close(self) -> None:
        """See Source."""
        self.backlog()
        self.ended = True
        self._marked = self.bookmark()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _fill(self, wanted: int) -> None:
        if self._file is None:
            self._file = _Input(self._path)
            self._pieces = unpacked(self._file.read, self._codec)
        fed = 0
        while not self._over and not self._splitter.has_enough(wanted, fed):
            try:
                piece = next(self._pieces, None)
            except DecodingError as error:
                self._fail(str(error))
                return
            if piece is None:
                self._over = True
                self._splitter.finish()
            else:
                before, self._given = self._given, self._given + len(piece)
                if self._given > self._skip:
                    self._splitter.feed(piece[max(0, self._skip - before) :])
                fed += len(piece)

    def _fail(self, reason: str) -> None:
        super()._fail(reason)
        self.lost += 1
        self.holes.append(Hole(self.lines + self._splitter.count, reason, 0))


class _Input:
    """The compressed bytes, in pieces, counted."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self.status = os.fstat(self._fd)
        self.taken = 0

    def read(self, size: int) -> bytes:
        data = os.read(self._fd, size)
        self.taken += len(data)
        return data

    def close(self) -> None:
        os.close(self._fd)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
