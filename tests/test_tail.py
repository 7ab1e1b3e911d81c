"""A followed file gives every line once and in order, however it grows and wherever it is cut short."""

import os
import shutil
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.sources.base import Item, Oversized
from engine.sources.lines import LineSplitter
from engine.sources.tail import Tail
from tests.rotating import append, drain, offset

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
