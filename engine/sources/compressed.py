"""Compressed files: gzip (also of several members) and Zstandard (also of several frames, with long windows)."""

import os
import zlib
from collections.abc import Iterator
from typing import Literal, TypeAlias

import zstandard

from engine.clean import clean_line
from engine.sources.base import CHUNK, MAX_LINE, Hole, State
from engine.sources.bookmark import Bookmark, Reached
from engine.sources.cutting import CuttingSource
from engine.sources.lines import LineSplitter

Codec: TypeAlias = Literal["gzip", "zstd"]

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # after a first byte of 0x50 to 0x5f
_MAX_WINDOW = 1 << 31  # what `zstd --long=31` writes, as archives of Reddit are packed
# A block of four bytes can stand for 128 KiB, and this decoder's output has no other bound than its input.
_ZSTD_PIECE = 1 << 10


class DecodingError(Exception):
    """Compressed data that cannot be read on: cut short or damaged."""


def codec_of(start: bytes) -> Codec | None:
    """The compression a file that begins with `start` (4 bytes) has, by its magic number; None if it has none."""
    if start.startswith(_GZIP_MAGIC):
        return "gzip"
    if start.startswith(_ZSTD_MAGIC) or (start[1:4] == _ZSTD_SKIPPABLE and 0x50 <= start[0] <= 0x5F):
        return "zstd"
    return None


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
        self._decode = _gunzip if codec == "gzip" else _unzstd
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
            self._pieces = self._decode(self._file)
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


def _gunzip(file: _Input) -> Iterator[bytes]:
    """Decompressed pieces of at most CHUNK bytes. Raises DecodingError, OSError."""
    data = file.read(CHUNK)
    while data:
        decoder = zlib.decompressobj(wbits=31)
        while not decoder.eof:
            if not data:
                yield decoder.flush()
                raise DecodingError("the gzip data is cut short")
            try:
                yield decoder.decompress(data, CHUNK)
            except zlib.error as error:
                raise DecodingError("the gzip data is damaged") from error
            data = decoder.unconsumed_tail or (b"" if decoder.eof else file.read(CHUNK))
        data = decoder.unused_data or file.read(CHUNK)
        while data and not (data := data.lstrip(b"\0")):  # members may be padded with NUL bytes
            data = file.read(CHUNK)


def _unzstd(file: _Input) -> Iterator[bytes]:
    """Decompressed pieces of at most CHUNK bytes. Raises DecodingError, OSError."""
    context = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    data = file.read(_ZSTD_PIECE)
    while data:
        decoder = context.decompressobj()
        while not decoder.eof:
            if not data:
                raise DecodingError("the zstd data is cut short")
            try:
                decoded = decoder.decompress(data)
            except (zstandard.ZstdError, MemoryError) as error:
                raise DecodingError("the zstd data is damaged") from error
            for start in range(0, len(decoded), CHUNK):
                yield decoded[start : start + CHUNK]
            data = b"" if decoder.eof else file.read(_ZSTD_PIECE)
        data = decoder.unused_data or file.read(_ZSTD_PIECE)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
