"""Rotated files that are compressed before they are read are read in their place, those read before are not."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from engine.sources.resuming import resumed_file
from engine.sources.tail import Tail
from tests.rotating import append, drain, rename_up, squeeze


def many(name: str, count: int = 200) -> tuple[bytes, list[bytes]]:
    """Enough lines to be known by: their bytes, and what a reader must see."""
    lines = [f'{{"of": "{name}", "n": {number}}}'.encode() for number in range(count)]
    return b"".join(line + b"\n" for line in lines), lines


@pytest.mark.parametrize("keep_time", [True, False])
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("count", [2, 200, 40_000])
def test_files_compressed_before_they_were_ever_opened_are_read_in_order(
    feed: Path, suffix: str, count: int, keep_time: bool
) -> None:
    parts = [many(name, count) for name in "abcd"]
    append(feed, parts[0][0])
    tail = Tail(str(feed))
    assert drain(tail) == parts[0][1]
    append(feed, b"last\n")
    rename_up(feed)
    feed.write_bytes(parts[1][0])
    rename_up(feed)
    feed.write_bytes(parts[2][0])
    rename_up(feed)
    feed.write_bytes(parts[3][0])
    for number in (3, 2):  # the first of them is the one being read
        squeeze(Path(f"{feed}.{number}"), suffix, keep_time=keep_time)
    assert drain(tail) == [b"last", *parts[1][1], *parts[2][1], *parts[3][1]]
    assert (tail.lost, tail.detail) == (0, "rotated 3 times")


@pytest.mark.parametrize("count", [2, 200])
def test_what_was_read_and_compressed_later_is_not_read_again(feed: Path, count: int) -> None:
    tail = Tail(str(feed))
    for name in "abcd":
        data, lines = many(name, count)
        append(feed, data)
        assert drain(tail) == lines
        rename_up(feed)
        feed.touch()
        for number in range(2, 5):
            if Path(f"{feed}.{number}").exists():
                Path(squeeze(Path(f"{feed}.{number}"))).rename(f"{feed}-2024010{number}.gz")
        assert drain(tail) == []
    append(feed, b"new\n")
    assert drain(tail) == [b"new"]


def test_a_copy_compressed_at_once_gives_what_was_not_read_of_it(feed: Path) -> None:
    first, seen = many("a")
    append(feed, first)
    tail = Tail(str(feed))
    assert drain(tail) == seen
    more, unseen = many("b", 30_000)
    append(feed, more)
    shutil.copy(feed, f"{feed}.1")
    os.truncate(feed, 0)
    squeeze(Path(f"{feed}.1"))
    append(feed, b"new\n")
    assert drain(tail) == [*unseen, b"new"]
    assert tail.lost == 0


def test_a_file_that_is_being_compressed_is_read_from_the_plain_one(feed: Path) -> None:
    tail = Tail(str(feed))
    data, lines = many("a")
    append(feed, b"one\n")
    assert drain(tail) == [b"one"]
    rename_up(feed)
    feed.write_bytes(data)
    rename_up(feed)
    Path(f"{feed}.1.gz").write_bytes(gzip.compress(data)[:50])
    feed.write_bytes(b"new\n")
    assert drain(tail) == [*lines, b"new"]
    Path(f"{feed}.1.gz").unlink()
    squeeze(Path(f"{feed}.1"))
    assert drain(tail) == []
    assert tail.lost == 0


def test_a_damaged_compressed_file_is_one_gap_and_those_after_it_are_read(feed: Path) -> None:
    data, lines = many("a", 20_000)
    append(feed, b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    rename_up(feed)
    feed.write_bytes(data)
    rename_up(feed)
    packed = squeeze(Path(f"{feed}.1"))
    os.truncate(packed, packed.stat().st_size // 2)
    feed.write_bytes(b"new\n")
    seen = drain(tail)
    assert seen == [*lines[: len(seen) - 1], b"new"]
    (hole,) = tail.holes
    assert hole.reason == "a rotated file: the gzip data is cut short"
    assert hole.line == len(seen)
    assert tail.lost == 1
    rename_up(feed)
    feed.write_bytes(b"newer\n")
    assert drain(tail) == [b"newer"]
    assert tail.lost == 1


def test_an_empty_file_compressed_is_nothing(feed: Path) -> None:
    append(feed, b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    rename_up(feed)
    feed.touch()
    rename_up(feed)
    squeeze(Path(f"{feed}.1"))
    feed.write_bytes(b"two\n")
    assert drain(tail) == [b"two"]
    assert tail.lost == 0


def test_the_older_compressed_files_of_a_feed_are_not_read(feed: Path) -> None:
    for number in (1, 2):
        Path(f"{feed}.{number}").write_bytes(many(f"old{number}")[0])
    squeeze(Path(f"{feed}.2"))
    append(feed, b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    os.rename(f"{feed}.2.gz", f"{feed}.3.gz")
    os.rename(f"{feed}.1", f"{feed}.2")
    squeeze(Path(f"{feed}.2"))
    os.rename(feed, f"{feed}.1")
    feed.write_bytes(b"two\n")
    assert drain(tail) == [b"two"]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("count", [3, 300, 60_000])
def test_a_bookmark_leads_into_the_compressed_file(feed: Path, suffix: str, count: int) -> None:
    first, lines = many("a", count)
    append(feed, first)
    tail = Tail(str(feed))
    seen = tail.read(count // 2)
    mark = tail.bookmark()
    tail.close()
    rename_up(feed)
    feed.write_bytes(b"two\n")
    rename_up(feed)
    squeeze(Path(f"{feed}.2"), suffix)
    squeeze(Path(f"{feed}.1"), suffix)
    feed.write_bytes(b"three\n")
    for _ in range(5):  # again and again from within it
        again = resumed_file(mark, refuse, follow=True)
        seen += again.read(count // 10)
        assert list(again.holes) == []
        marked = again.bookmark()
        assert marked is not None
        mark = marked
        again.close()
    again = resumed_file(mark, refuse, follow=True)
    assert seen + drain(again) == [*lines, b"two", b"three"]
    assert list(again.holes) == []


def refuse(path: str, *_: object) -> Tail:
    raise AssertionError(path)
