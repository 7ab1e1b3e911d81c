"""A followed file gives every line once and in order, whatever it is renamed to or replaced by between two looks."""

import errno
import gzip
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.sources import rotation
from engine.sources.files import open_file
from engine.sources.naming import rotated_place
from engine.sources.tail import Tail
from tests.rotating import append, drain, inode, rename_up

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
