"""A followed file gives every line once and in order, whatever is done to it between two looks."""

import errno
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from engine.sources import rotation
from engine.sources.base import Item, Oversized
from engine.sources.files import open_file
from engine.sources.lines import LineSplitter
from engine.sources.naming import rotated_place
from engine.sources.resuming import resumed_file
from engine.sources.tail import Tail
from tests.rotating import Writer, append, drain, rename_up, squeeze


def offset(tail: Tail) -> int:
    reached = tail.bookmark().reached
    assert reached is not None
    return reached.offset


def inode(tail: Tail) -> int:
    reached = tail.bookmark().reached
    assert reached is not None
    return reached.inode


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b"")
    return path


# --- lines ---------------------------------------------------------------------------------------------------------


@given(data=st.binary(max_size=200).map(lambda b: b.replace(b"\x01", b"\n").replace(b"\x02", b"\r\n")), cuts=st.data())
def test_lines_do_not_depend_on_the_pieces_they_came_in(data: bytes, cuts: st.DataObject) -> None:
    whole = LineSplitter(limit=10)
    whole.feed(data)
    whole.finish()
    pieces = LineSplitter(limit=10)
    taken: list[Item] = []
    rest = data
    while rest:
        size = cuts.draw(st.integers(1, len(rest)))
        pieces.feed(rest[:size])
        rest = rest[size:]
        taken += pieces.take(cuts.draw(st.integers(0, 3)))
    pieces.finish()
    taken += pieces.take(len(data) + 1)
    assert taken == whole.take(len(data) + 1)
    expected = data.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert [item.length if isinstance(item, Oversized) else item for item in taken] == [
        line.removesuffix(b"\r") if len(line.removesuffix(b"\r")) <= 10 else len(line) for line in expected
    ]
    assert pieces.pending == 0


@given(
    lines=st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"")), max_size=20), taken=st.integers(0, 25)
)
def test_pending_counts_the_bytes_not_yet_taken(lines: list[bytes], taken: int) -> None:
    splitter = LineSplitter(limit=20)
    splitter.feed(b"".join(line + b"\n" for line in lines) + b"rest")
    splitter.take(taken)
    assert splitter.pending == sum(len(line) + 1 for line in lines[taken:]) + 4


def test_a_line_over_the_limit_is_cut_and_the_next_is_whole(feed: Path) -> None:
    long = b"x" * (3 << 20)
    feed.write_bytes(b"before\n" + long + b"\nafter\n")
    items = drain(Tail(str(feed)))
    assert items == [b"before", Oversized(b"x" * 200, 3 << 20), b"after"]


def test_a_line_of_just_the_limit_is_whole(feed: Path) -> None:
    line = b"y" * (1 << 20)
    feed.write_bytes(line + b"\r\n" + line + b"z\n")
    assert drain(Tail(str(feed))) == [line, Oversized(b"y" * 200, (1 << 20) + 1)]


def test_memory_of_an_endless_line_is_bounded() -> None:
    splitter = LineSplitter(limit=1000)
    for _ in range(1000):
        splitter.feed(b"a" * 1000)
    assert len(splitter._rest) <= 1001
    splitter.feed(b"\nb\n")
    assert splitter.take(9) == [Oversized(b"a" * 200, 1_000_000), b"b"]


def test_nulls_blank_lines_and_carriage_returns(feed: Path) -> None:
    feed.write_bytes(b"\0a\0\n\n\r\nb\r\n\rc\r\r\n")
    assert drain(Tail(str(feed))) == [b"\0a\0", b"", b"", b"b", b"\rc\r"]


# --- growing -------------------------------------------------------------------------------------------------------


def test_an_unfinished_line_waits_for_its_newline(feed: Path) -> None:
    tail = Tail(str(feed))
    text = "{'t': '\N{SNOWMAN}\N{GRINNING FACE}'}".encode()
    for byte in text:
        append(feed, bytes([byte]))
        assert drain(tail) == []
    append(feed, b"\n")
    assert drain(tail) == [text]


def test_read_gives_no_more_than_asked_and_forgets_none(feed: Path) -> None:
    feed.write_bytes(b"".join(b"%d\n" % i for i in range(100)))
    tail = Tail(str(feed))
    assert tail.read(0) == []
    assert [len(tail.read(7)) for _ in range(15)] == [7] * 14 + [2]
    assert tail.lines == 100
    assert tail.state == "live"


def test_states_and_backlog(feed: Path) -> None:
    feed.write_bytes(b"one\ntwo\n")
    tail = Tail(str(feed))
    assert (tail.state, tail.backlog()) == ("reading", (0, 8))
    assert tail.read(1) == [b"one"]
    assert (tail.state, tail.backlog()) == ("reading", (4, 8))
    assert drain(tail) == [b"two"]
    assert (tail.state, tail.backlog()) == ("live", (8, 8))
    feed.unlink()
    assert drain(tail) == []
    assert tail.state == "waiting"
    assert "waiting" in tail.detail
    tail.close()
    assert (tail.state, tail.ended, tail.read(1)) == ("ended", True, [])


def test_a_file_that_is_not_followed_ends_with_its_unfinished_line(feed: Path) -> None:
    feed.write_bytes(b"one\ntwo")
    tail = Tail(str(feed), follow=False)
    assert tail.read(10) == [b"one", b"two"]
    assert tail.ended
    assert (tail.state, tail.backlog()) == ("ended", (7, 7))
    assert offset(tail) == 7


def test_start_at_the_end_skips_the_rest_of_a_line_begun_before(feed: Path) -> None:
    feed.write_bytes(b"old\nhalf")
    tail = Tail(str(feed), offset=None)
    assert drain(tail) == []
    append(feed, b" a line\nnew\n")
    assert drain(tail) == [b"new"]


def test_start_at_the_end_on_a_line_boundary(feed: Path) -> None:
    feed.write_bytes(b"old\n")
    tail = Tail(str(feed), offset=None)
    append(feed, b"new\n")
    assert drain(tail) == [b"new"]


def test_a_bookmark_marks_the_lines_handed_out_and_keeps_no_text(feed: Path) -> None:
    feed.write_bytes(b"secret one\r\ntwo\nthree\nfour")
    tail = Tail(str(feed))
    tail.read(2)
    reached = tail.bookmark().reached
    assert reached is not None
    assert (reached.inode, reached.offset) == (feed.stat().st_ino, 16)
    assert "secret" not in repr(tail.bookmark())
    again = Tail(str(feed), offset=reached.offset)
    assert drain(again) == [b"three"]
    assert tail.bookmark().reached == reached
    assert offset(again) == 22


# --- truncation ----------------------------------------------------------------------------------------------------


def test_truncated_and_written_anew(feed: Path) -> None:
    feed.write_bytes(b"one\ntwo\nunfinished")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one", b"two"]
    feed.write_bytes(b"three\n")
    assert drain(tail) == [b"unfinished", b"three"]
    assert tail.detail == "truncated once"


def test_truncated_and_grown_past_the_old_offset_between_two_looks(feed: Path) -> None:
    feed.write_bytes(b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    feed.write_bytes(b"two\nthree\nfour\n")
    assert drain(tail) == [b"two", b"three", b"four"]


def test_truncated_and_grown_to_the_same_size_and_last_line(feed: Path) -> None:
    same = b"s" * 80 + b"\n"
    feed.write_bytes(b"first\n" + same)
    tail = Tail(str(feed))
    assert drain(tail) == [b"first", same[:-1]]
    feed.write_bytes(b"other\n" + same + b"more\n")
    assert drain(tail) == [b"other", same[:-1], b"more"]


def test_truncated_under_a_writer_that_goes_on_at_its_old_offset(feed: Path) -> None:
    tail = Tail(str(feed))
    with feed.open("wb", buffering=0) as writer:
        writer.write(b"one\n" * 5000)
        assert len(drain(tail)) == 5000
        os.truncate(feed, 0)
        writer.write(b"two\n")
        assert drain(tail) == [b"two"]
        os.truncate(feed, 0)
        assert drain(tail) == []
        writer.write(b"three\n\0four\n")
        assert drain(tail) == [b"three", b"\0four"]


def test_what_was_truncated_before_it_was_read_is_known_to_be_lost(feed: Path) -> None:
    feed.write_bytes(b"1\n22\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"1", b"22"]
    append(feed, b"333\n" * 1_000_000)
    items = tail.read(1)  # and with it the first chunk
    feed.write_bytes(b"4\n")
    items += drain(tail)
    (hole,) = tail.holes
    assert items == [b"333"] * (len(items) - 1) + [b"4"]
    assert (hole.line, hole.size) == (2 + len(items) - 1, 4_000_000 - 4 * (len(items) - 1))
    assert tail.lost == 1
    assert tail.detail == f"truncated once, {hole.size} bytes lost: truncated before they were read"


def test_lines_between_the_last_look_and_the_copy_are_read_from_the_copy(feed: Path) -> None:
    append(feed, b"one\ntw")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    append(feed, b"o\nthree\nunfinished")
    shutil.copy(feed, f"{feed}.1")
    feed.write_bytes(b"four\n")
    assert drain(tail) == [b"two", b"three", b"unfinished", b"four"]
    assert tail.lost == 0
    append(feed, b"five\n")
    os.rename(feed, f"{feed}.0")
    feed.write_bytes(b"six\n")
    assert drain(tail) == [b"five", b"six"]


def test_an_older_copy_is_not_read_again(feed: Path) -> None:
    append(feed, b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    shutil.copy(feed, f"{feed}.1")
    append(feed, b"two\n")
    assert drain(tail) == [b"two"]
    feed.write_bytes(b"three\n")
    assert drain(tail) == [b"three"]
    os.rename(f"{feed}.1", f"{feed}.2")
    os.rename(feed, f"{feed}.1")
    feed.write_bytes(b"four\n")
    assert drain(tail) == [b"four"]


# --- rotation ------------------------------------------------------------------------------------------------------


def test_the_old_file_is_drained_before_the_new_one_is_read(feed: Path) -> None:
    append(feed, b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    append(feed, b"two\nrest")
    os.rename(feed, f"{feed}.1")
    feed.write_bytes(b"three\n")
    assert drain(tail) == [b"two", b"rest", b"three"]
    assert tail.detail == "rotated once"
    assert inode(tail) == feed.stat().st_ino


def test_a_writer_may_be_late_to_move_to_the_new_file(feed: Path) -> None:
    with feed.open("ab", buffering=0) as writer:
        writer.write(b"one\nha")
        tail = Tail(str(feed))
        assert drain(tail) == [b"one"]
        os.rename(feed, f"{feed}.1")
        assert drain(tail) == []
        feed.write_bytes(b"")
        assert drain(tail) == []
        assert tail.state == "live"
        writer.write(b"lf\ntwo\n")
        assert drain(tail) == [b"half", b"two"]
        writer.write(b"three\n")
    append(feed, b"four\n")
    assert drain(tail) == [b"three", b"four"]


def test_files_rotated_twice_between_two_looks_are_read_in_order(feed: Path) -> None:
    Path(f"{feed}.1").write_bytes(b"ancient\n")
    append(feed, b"1\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"1"]
    append(feed, b"2\n")
    for line in (b"3\n", b"4\n", b"", b"5\n"):
        rename_up(feed)
        feed.write_bytes(line)
    assert drain(tail) == [b"2", b"3", b"4", b"5"]


def test_files_rotated_out_of_existence_hide_none_of_those_after(feed: Path) -> None:
    Path(f"{feed}.1").write_bytes(b"ancient\n")
    append(feed, b"1\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"1"]
    for line in (b"2\n", b"3\n"):
        rename_up(feed, keep=1)
        feed.write_bytes(line)
    assert drain(tail) == [b"2", b"3"]


def test_a_rotated_file_is_read_though_nothing_took_its_place_yet(feed: Path) -> None:
    append(feed, b"1\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"1"]
    rename_up(feed)
    feed.write_bytes(b"2\n")
    rename_up(feed)
    assert drain(tail) == [b"2"]
    append(Path(f"{feed}.1"), b"3\n")
    assert drain(tail) == [b"3"]
    assert tail.state == "waiting"
    feed.write_bytes(b"4\n")
    assert drain(tail) == [b"4"]
    assert tail.state == "live"


@pytest.mark.parametrize(
    "names",
    [
        ["feed.jsonl-20240131", "feed.jsonl-20240201", "feed.jsonl-20240202"],
        ["feed.jsonl.2024-01-31_23-59", "feed.jsonl.2024-02-01_00-00", "feed.jsonl.2024-02-01_00-01"],
        ["feed-2024-01-31.jsonl", "feed-2024-02-01.jsonl", "feed-2024-02-02.jsonl"],
        ["feed.jsonl-1706659200", "feed.jsonl-1706745600", "feed.jsonl-1706832000"],
    ],
)
def test_dated_rotation(feed: Path, names: list[str]) -> None:
    older, old, new = (feed.with_name(name) for name in names)
    older.write_bytes(b"ancient\n")
    append(feed, b"1\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"1"]
    os.rename(feed, old)
    feed.write_bytes(b"2\n")
    os.rename(feed, new)
    feed.write_bytes(b"3\n")
    assert drain(tail) == [b"2", b"3"]


@pytest.mark.parametrize(
    ("name", "is_rotated"),
    [
        ("feed.jsonl.1", True),
        ("feed.jsonl.old", True),
        ("feed.1.jsonl", True),
        ("feed.jsonl", False),
        ("feed.jsonl.tmp", False),
        ("feed.jsonl.1.gz", True),
        ("feed-2024-01-31.jsonl.zst", True),
        ("feed.jsonl.gz", False),
        ("feed.jsonl.48213", False),  # a writer's temporary file, by its process id
        ("feed.jsonl.bak~", False),
        ("feeder.jsonl.1", False),
        ("feed2.jsonl", False),
        ("other.jsonl.1", False),
    ],
)
def test_names_of_rotated_files(name: str, is_rotated: bool) -> None:
    assert (rotated_place("feed.jsonl", name) is not None) == is_rotated


def test_deleted_and_made_again(feed: Path) -> None:
    append(feed, b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    append(feed, b"two\n")
    feed.unlink()
    assert drain(tail) == [b"two"]
    assert tail.state == "waiting"
    feed.write_bytes(b"three\n")
    assert drain(tail) == [b"three"]


def test_replaced_at_one_stroke(feed: Path) -> None:
    append(feed, b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    fresh = feed.with_name("feed.jsonl.tmp")
    fresh.write_bytes(b"two\n")
    append(feed, b"last of the old\n")
    fresh.replace(feed)
    assert drain(tail) == [b"last of the old", b"two"]


def test_a_mirrored_file_written_anew_with_more_at_its_end_is_not_read_twice(feed: Path) -> None:
    old = b"".join(b'{"id": %d}\n' % i for i in range(200))
    feed.write_bytes(old)
    tail = Tail(str(feed))
    assert len(drain(tail)) == 200
    fresh = feed.with_name(".feed.jsonl.Xy12")
    fresh.write_bytes(old + b"new\n")
    fresh.replace(feed)
    assert drain(tail) == [b"new"]


def test_a_backup_of_the_file_is_not_taken_for_a_rotated_one(feed: Path) -> None:
    feed.write_bytes(b"".join(b'{"id": %d}\n' % i for i in range(200)))
    tail = Tail(str(feed))
    assert len(drain(tail)) == 200
    shutil.copy(feed, f"{feed}-20240131")
    os.rename(feed, f"{feed}.1")
    feed.write_bytes(b"new\n")
    assert drain(tail) == [b"new"]


def test_a_folder_or_an_unreadable_file_in_its_place_is_waited_out(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(feed, b"one\n")
    tail = Tail(str(feed))
    assert drain(tail) == [b"one"]
    os.rename(feed, f"{feed}.1")
    feed.mkdir()
    assert drain(tail) == []
    assert tail.state == "waiting"
    feed.rmdir()
    feed.write_bytes(b"two\n")
    really_open = os.open

    def refuse(path: str, *args: int, **kwargs: int) -> int:
        if os.fspath(path) == str(feed):
            raise PermissionError(13, "Permission denied")
        return really_open(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        assert drain(tail) == []
        assert tail.state == "waiting"
    assert drain(tail) == [b"two"]


def test_an_error_of_the_disk_ends_the_source_with_one_line(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(feed, b"one\n")
    tail = Tail(str(feed))

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", fail)
    assert tail.read(10) == []
    assert (tail.state, tail.ended, tail.detail) == ("failed", True, "input/output error")


def test_a_link_to_the_newest_file(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(name.encode() + b"\n")
    link = tmp_path / "current.jsonl"
    link.symlink_to(tmp_path / "a.jsonl")
    tail = Tail(str(link))
    assert drain(tail) == [b"a.jsonl"]
    other = tmp_path / "next"
    other.symlink_to(tmp_path / "b.jsonl")
    other.replace(link)
    assert drain(tail) == [b"b.jsonl"]


# --- compressed since ----------------------------------------------------------------------------------------------


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


# --- a folder of many rotated files --------------------------------------------------------------------------------


@pytest.fixture
def crowded(feed: Path) -> Path:
    """A feed with a thousand rotated files, every other one compressed, a minute between them."""
    for number in range(1000):
        rotated = Path(f"{feed}-{1_700_000_000 + number}")
        data = b'{"rotated": %d, "n": 0}\n' % number
        rotated = rotated if number % 2 else Path(f"{rotated}.gz")
        rotated.write_bytes(data if number % 2 else gzip.compress(data, 1))
        os.utime(rotated, (1_700_000_000 + 60 * number,) * 2)
    append(feed, b"one\n")
    return feed


def opens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every path that is opened from here on."""
    opened: list[str] = []
    really_open = os.open

    def open_(path: str, *args: int, **kwargs: int) -> int:
        opened.append(os.fspath(path))
        return really_open(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", open_)
    return opened


def test_a_look_opens_only_what_it_does_not_know(crowded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tail = Tail(str(crowded))
    assert drain(tail) == [b"one"]
    for number in range(3):
        os.rename(crowded, f"{crowded}-{1_800_000_000 + number}")
        opened = opens(monkeypatch)
        assert drain(tail) == []
        crowded.write_bytes(b"new %d\n" % number)
        assert drain(tail) == [b"new %d" % number]
        if number:  # the first look has to see them all
            assert len(opened) < 20


def test_nothing_is_opened_while_nothing_changes(crowded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tail = Tail(str(crowded))
    assert drain(tail) == [b"one"]
    os.rename(crowded, f"{crowded}-1800000000")
    assert drain(tail) == []
    opened = opens(monkeypatch)
    listed: list[object] = []
    really_list = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(path) or really_list(path))
    for _ in range(50):
        assert drain(tail) == []
    assert (opened, listed) == ([], [])
    crowded.write_bytes(b"out of reach\n")
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(rotation, "open_file", lambda path: None if path == str(crowded) else open_file(path))
    for _ in range(50):
        assert drain(tail) == []
    assert tail.state == "waiting"
    assert len(listed) <= 10


def test_no_more_descriptors_is_told_and_no_file_is_skipped(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tail = Tail(str(feed))
    append(feed, b"one\n")
    assert drain(tail) == [b"one"]
    for number in range(3):
        rename_up(feed)
        feed.write_bytes(b"new %d\n" % number)
    really_open = os.open
    held: list[int] = []

    def refuse(*args: Any) -> int:
        if len(held) == 2:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        held.append(really_open(*args))
        return held[-1]

    monkeypatch.setattr(os, "open", refuse)
    assert drain(tail) == []
    assert (tail.state, tail.detail) == ("failed", "too many open files")
    assert len(held) == 2
    for fd in held:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


# --- random schedules ----------------------------------------------------------------------------------------------


def steps_of(writer: Writer, tail: Tail, chance: random.Random) -> Callable[[], None]:
    steps: list[tuple[int, Callable[[], None]]] = [
        (60, lambda: writer.whole(chance.randrange(1, 400))),
        (20, lambda: writer.tear(chance.randrange(1, 20))),
        (4, writer.rotate),
        (2, writer.rotate_lazily),
        (2, lambda: writer.replace(inode(tail))),
        (4, writer.copy_and_truncate),
        (6, lambda: writer.squeeze(chance.randrange(3), chance.choice([".gz", ".zst"]))),
    ]

    def step() -> None:
        (chosen,) = chance.choices([step for _, step in steps], [weight for weight, _ in steps])
        chosen()

    return step


@pytest.mark.parametrize("seed", range(6))
def test_tens_of_thousands_of_lines_through_dozens_of_rotations(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    writer = Writer(tmp_path / "feed.jsonl", dated=seed % 2 == 1, keeps_time=seed % 3 > 0)
    tail = Tail(str(writer.path))
    step = steps_of(writer, tail, chance)
    seen: list[Item] = []
    for _ in range(300):
        step()
        if chance.random() < 0.5:
            seen += tail.read(chance.choice([1, 100, 5000])) if chance.random() < 0.3 else drain(tail)
    writer.finish()
    seen += drain(tail)
    assert len(seen) == len(writer.written) > 20_000
    assert seen == writer.written
    assert tail.lost == 0


class TailMachine(RuleBasedStateMachine):
    """Every order of writing, tearing, rotating, truncating and looking, a few steps each."""

    @initialize(dated=st.booleans(), keeps_time=st.booleans())
    def begin(self, dated: bool, keeps_time: bool) -> None:
        self.folder = Path(os.path.realpath(os.environ["TAIL_TEST_FOLDER"])) / str(random.getrandbits(64))
        self.folder.mkdir()
        self.writer = Writer(self.folder / "feed.jsonl", dated=dated, keeps_time=keeps_time)
        self.tail = Tail(str(self.writer.path))
        self.seen: list[Item] = []
        self.drained = True

    @rule(count=st.one_of(st.integers(1, 4), st.just(60)))  # 60 lines are more than what a content is known by
    def write(self, count: int) -> None:
        self.writer.whole(count)
        self.drained = False

    @rule(at=st.integers(1, 20))
    def tear(self, at: int) -> None:
        self.writer.tear(at)
        self.drained = False

    @rule()
    def rotate(self) -> None:
        self.writer.rotate()
        self.drained = False

    @rule()
    def rotate_lazily(self) -> None:
        if self.writer.path.exists():
            self.writer.rotate_lazily()
            self.drained = False

    @rule()
    def replace(self) -> None:
        self.writer.replace(inode(self.tail))
        self.drained = False

    @rule()
    def copy_and_truncate(self) -> None:
        self.writer.copy_and_truncate()
        self.drained = False

    @rule(back=st.integers(0, 3), suffix=st.sampled_from([".gz", ".zst"]))
    def squeeze(self, back: int, suffix: str) -> None:
        self.writer.squeeze(back, suffix)

    @precondition(lambda self: self.drained and not self.writer.torn)
    @rule()
    def truncate(self) -> None:
        if self.writer.path.exists():
            os.truncate(self.writer.path, 0)

    @rule(count=st.integers(1, 3))
    def look(self, count: int) -> None:
        self.seen += self.tail.read(count)

    @rule()
    def look_at_all(self) -> None:
        self.seen += drain(self.tail)
        self.drained = True

    def teardown(self) -> None:
        if not hasattr(self, "writer"):
            return
        self.writer.finish()
        self.seen += drain(self.tail)
        self.tail.close()
        shutil.rmtree(self.folder)
        assert self.seen == self.writer.written


def test_any_order_of_events_loses_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIL_TEST_FOLDER", str(tmp_path))
    run_state_machine_as_test(
        TailMachine, settings=settings(max_examples=80, stateful_step_count=25, deadline=None, derandomize=True)
    )


WRITER = """
import os, random, shutil, sys
path, dated, chance = sys.argv[1], sys.argv[2] == "dated", random.Random(sys.argv[3])
number, day = 0, 1_700_000_000
file = open(path, "ab", buffering=0)
def make_room():
    for old in range(90, 0, -1):
        if os.path.exists(f"{path}.{old}"):
            os.rename(f"{path}.{old}", f"{path}.{old + 1}")
for round in range(300):
    for _ in range(chance.randrange(150)):
        line = ('{"n": %d, "t": "caf\\u00e9 \\U0001f600"}\\n' % number).encode()
        number += 1
        cut = chance.randrange(line.index(b","), len(line)) if chance.random() < 0.3 else len(line)
        file.write(line[:cut])
        if cut < len(line):
            file.write(line[cut:])
    event = chance.random()
    if event < 0.06 and dated:
        os.rename(path, f"{path}-{day}")
        day += 86_400
    elif event < 0.06:
        make_room()
        os.rename(path, path + ".1")
    elif event < 0.1 and not dated:
        make_room()
        shutil.copyfile(path, path + ".1")
        file.truncate(0)
    if event < 0.06:
        if chance.random() < 0.5:
            open(path, "ab").close()
            file.write(('{"n": %d, "late": 1}\\n' % number).encode())
            number += 1
        file = open(path, "ab", buffering=0)
file.write(b'{"n": "end"}\\n')
print(number)
"""


@pytest.mark.parametrize("names", ["dated", "counted"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_writer_in_another_process(tmp_path: Path, names: str, seed: int) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.touch()
    tail = Tail(str(feed))
    chance = random.Random(seed)
    command = [sys.executable, "-c", WRITER, str(feed), names, str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        seen: list[Item] = []
        while not seen or seen[-1] != b'{"n": "end"}':
            seen += tail.read(chance.choice([1, 50, 5000]))
        assert writer.stdout is not None
        count = int(writer.stdout.read())
    numbers = [item.split(b",")[0].removeprefix(b'{"n": ') for item in seen[:-1] if isinstance(item, bytes)]
    assert numbers == [b"%d" % number for number in range(count)]
    assert count > 15_000
    assert "rotated" in tail.detail


def test_rotations_under_load_as_anyone_can_run_them(tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "rotations.py"
    command = [sys.executable, str(script), "--rotations", "100", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["read"] == told["written"] > 2000
    assert told["compressed"] > 80
