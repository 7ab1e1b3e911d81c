"""The compressions understood: gzip (also of several members) and Zstandard (also of several frames, long windows)."""

import zlib
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import zstandard

from engine.sources.base import CHUNK

Codec: TypeAlias = Literal["gzip", "zstd"]
Read: TypeAlias = Callable[[int], bytes]  # the next compressed bytes, at most so many; b"" at the end

SUFFIXES: dict[str, Codec] = {".gz": "gzip", ".zst": "zstd"}

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


def unpacked(read: Read, codec: Codec, size: int = CHUNK) -> Iterator[bytes]:
    """Decompressed pieces of at most `size` bytes, of about as many compressed ones at once.

    Raises DecodingError, and what `read` raises.
    """
    return _gunzip(read, size) if codec == "gzip" else _unzstd(read, size)


def _gunzip(read: Read, size: int) -> Iterator[bytes]:
    data = read(size)
    while data:
        decoder = zlib.decompressobj(wbits=31)
        while not decoder.eof:
            if not data:
                yield decoder.flush()
                raise DecodingError("the gzip data is cut short")
            try:
                yield decoder.decompress(data, size)
            except zlib.error as error:
                raise DecodingError("the gzip data is damaged") from error
            data = decoder.unconsumed_tail or (b"" if decoder.eof else read(size))
        data = decoder.unused_data or read(size)
        while data and not (data := data.lstrip(b"\0")):  # members may be padded with NUL bytes
            data = read(size)


def _unzstd(read: Read, size: int) -> Iterator[bytes]:
    context = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    data = read(_ZSTD_PIECE)
    while data:
        decoder = context.decompressobj()
        while not decoder.eof:
            if not data:
                raise DecodingError("the zstd data is cut short")
            try:
                decoded = decoder.decompress(data)
            except (zstandard.ZstdError, MemoryError) as error:
                raise DecodingError("the zstd data is damaged") from error
            for start in range(0, len(decoded), size):
                yield decoded[start : start + size]
            data = b"" if decoder.eof else read(_ZSTD_PIECE)
        data = decoder.unused_data or read(_ZSTD_PIECE)
