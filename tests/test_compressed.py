"""Compressed files give their lines, and end in one line where they are damaged."""

import gzip
import random
from pathlib import Path

import pytest
import zstandard

from engine.sources.base import Oversized
from engine.sources.compressed import Compressed
from tests.source_lines import LINES, RAW, drain, opened


def in_parts(compress: object, cuts: int = 5) -> bytes:
    assert callable(compress)
    size = len(RAW) // cuts + 1
    return b"".join(compress(RAW[i : i + size]) for i in range(0, len(RAW), size))


ZSTD = zstandard.ZstdCompressor(level=3)
ARCHIVES = {
    "one.jsonl.gz": lambda: gzip.compress(RAW),
    "members.jsonl.gz": lambda: in_parts(gzip.compress),
    "padded.jsonl.gz": lambda: gzip.compress(RAW) + b"\0" * 700,
    "one.jsonl.zst": lambda: ZSTD.compress(RAW),
    "frames.jsonl.zst": lambda: in_parts(ZSTD.compress),
    "skippable.jsonl.zst": lambda: b"\x50\x2a\x4d\x18\x03\0\0\0abc" + ZSTD.compress(RAW),
    "gzip-by-its-magic": lambda: gzip.compress(RAW),
    "zstd-by-its-magic": lambda: ZSTD.compress(RAW),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_compressed_files_give_all_lines_and_end(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    data = ARCHIVES[name]()
    path.write_bytes(data)
    (source,) = opened(path, follow=True)
    assert isinstance(source, Compressed)
    assert source.backlog() == (0, len(data))
    assert drain(source) == LINES
    assert (source.state, source.ended, source.detail, source.lines) == ("ended", True, "", len(LINES))
    assert source.backlog() == (len(data), len(data))


@pytest.mark.parametrize("name", ["one.jsonl.gz", "members.jsonl.gz", "one.jsonl.zst", "frames.jsonl.zst"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.999])
def test_a_compressed_file_cut_short_gives_the_lines_that_are_whole(tmp_path: Path, name: str, share: float) -> None:
    path = tmp_path / name
    data = ARCHIVES[name]()
    path.write_bytes(data[: int(len(data) * share)])
    (source,) = opened(path)
    items = drain(source)
    assert items == LINES[: len(items)]
    assert len(items) > (share - 0.3) * len(LINES)
    assert (source.state, source.ended, source.lost) == ("failed", True, 1)
    assert source.detail.endswith("is cut short")


@pytest.mark.parametrize("name", ["one.jsonl.gz", "one.jsonl.zst"])
def test_damaged_compressed_files_fail_with_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    checked = zstandard.ZstdCompressor(write_checksum=True)
    data = bytearray(gzip.compress(RAW) if name.endswith("gz") else checked.compress(RAW))
    data[len(data) // 2 : len(data) // 2 + 200] = random.Random(1).randbytes(200)
    path.write_bytes(data)
    (source,) = opened(path)
    drain(source)
    assert source.state == "failed"
    assert source.detail in {"the gzip data is damaged", "the zstd data is damaged"}


def test_garbage_after_a_gzip_member_fails_after_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "feed.gz"
    path.write_bytes(gzip.compress(RAW) + b"what is this")
    (source,) = opened(path)
    assert drain(source) == LINES
    assert source.state == "failed"


def test_a_compressed_file_without_a_last_newline(tmp_path: Path) -> None:
    path = tmp_path / "feed.zst"
    path.write_bytes(ZSTD.compress(b"one\r\n\ntwo"))
    assert drain(next(iter(opened(path)))) == [b"one", b"", b"two"]


def test_a_long_window_as_of_zstd_long_31(tmp_path: Path) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=False, compression_level=1)
    path = tmp_path / "feed.zst"
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    path.write_bytes(compressor.compress(RAW) + compressor.flush())
    assert drain(next(iter(opened(path)))) == LINES


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_bomb_is_one_line_too_long(tmp_path: Path, suffix: str) -> None:
    compress = gzip.compress if suffix == "gz" else ZSTD.compress
    path = tmp_path / f"bomb.{suffix}"
    path.write_bytes(compress(b"\0" * (64 << 20) + b"\nafter\n"))
    assert drain(next(iter(opened(path)))) == [Oversized(b"\0" * 200, 64 << 20), b"after"]
