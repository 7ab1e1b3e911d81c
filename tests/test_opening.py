"""Which sources paths and patterns come to, now and later, and in one line why one cannot be opened."""

import gzip
import os
from pathlib import Path

import pytest

from engine.sources.base import SourceError
from tests.source_lines import drain, opened, write_fifo


def complaint(*paths: object, **options: object) -> str:
    with pytest.raises(SourceError) as caught:
        opened(*paths, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    return message


def test_what_cannot_be_opened_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "wrong.gz").write_bytes(b"{}\n")
    file = tmp_path / "file"
    file.write_bytes(b"{}\n")
    assert complaint(tmp_path / "none.jsonl").endswith(
        "none.jsonl: no such file; check the name, or use --follow-missing to wait for it"
    )
    assert ": is a folder; name the files in it" in complaint(tmp_path)
    assert ": is empty; " in complaint(tmp_path / "empty.jsonl")
    assert ": is empty; " in complaint(tmp_path / "empty.jsonl", follow=True)
    assert ": is neither a file nor a pipe; " in complaint("/dev/null")
    assert ": no file matches; " in complaint(tmp_path / "*.nothing")
    assert ": every file is empty; " in complaint(tmp_path / "e*.jsonl")
    assert ": is not gzip data, though its name says so; " in complaint(tmp_path / "wrong.gz")
    assert ": not a directory; check the name" in complaint(file / "below")
    assert "name; check" in complaint("x" * 5000).replace("name too long", "name")
    assert "null" in complaint("a\0b")
    assert "no such file" in complaint(tmp_path / "a\x1b\x07b\nc\udc80.jsonl")
    assert complaint() == "no feed given; name a file, a glob, a named pipe, or - for standard input"
    assert "bad file descriptor" in complaint("-", stdin_fd=987)


def test_an_unreadable_file_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b"{}\n")

    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)  # the tests may run as root, who may read anything
    message = complaint(path)
    assert message.endswith("permission denied; make it readable (chmod +r), or use --follow-missing to wait for it")


def test_a_feed_that_fails_to_open_closes_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{}\n")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    complaint(tmp_path / "a.jsonl", "-", stdin_fd=987)
    assert (len(os.listdir("/proc/self/fd")) if before else 0) == before


def test_several_paths_and_globs_are_sources_by_name_each_file_once(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c.jsonl"):
        (tmp_path / name).write_bytes(name.encode() + b"\n")
    (tmp_path / "d.jsonl").mkdir()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "a.jsonl")
    sources = opened(tmp_path / "*.jsonl", tmp_path / "b.jsonl", f"{tmp_path}/./a.jsonl")
    assert [os.path.basename(source.name) for source in sources] == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert [drain(source) for source in sources] == [[b"a.jsonl"], [b"b.jsonl"], [b"c.jsonl"]]
    assert sources.ended


def test_a_name_with_glob_characters_is_that_file_if_it_exists(tmp_path: Path) -> None:
    path = tmp_path / "feed[1].jsonl"
    path.write_bytes(b"one\n")
    assert [drain(source) for source in opened(path)] == [[b"one"]]


def test_a_glob_takes_in_files_that_come_later(tmp_path: Path) -> None:
    first = tmp_path / "a.jsonl"
    first.write_bytes(b"one\n")
    sources = opened(tmp_path / "*.jsonl", follow=True)
    assert [drain(source) for source in sources] == [[b"one"]]
    assert sources.refresh() == []
    (tmp_path / "b.jsonl").write_bytes(b"two\n")
    (tmp_path / "c.jsonl").touch()
    fresh = sources.refresh()
    assert [drain(source) for source in fresh] == [[b"two"], []]
    assert sources.refresh() == []
    assert len(sources) == 3
    (tmp_path / "c.jsonl").write_bytes(b"three\n")
    assert drain(fresh[1]) == [b"three"]
    assert not sources.ended
    sources.close()


def test_a_glob_over_a_rotated_file_doubles_nothing(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"two\n")
    Path(f"{feed}.1").write_bytes(b"one\n")
    sources = opened(tmp_path / "feed*", follow=True)
    assert [drain(source) for source in sources] == [[b"two"], [b"one"]]
    os.rename(f"{feed}.1", f"{feed}.2")
    os.rename(feed, f"{feed}.1")
    feed.write_bytes(b"three\n")
    other = tmp_path / "feed-renamed.jsonl"
    assert sources.refresh() == []
    assert [drain(source) for source in sources] == [[b"three"], []]
    os.rename(feed, other)
    assert sources.refresh() == []
    feed.write_bytes(b"four\n")
    assert [drain(source) for source in sources] == [[b"four"], []]
    assert sources.refresh() == []


def test_start_at_the_end(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"old\nha")
    (source,) = opened(feed, follow=True, start="end")
    with feed.open("ab") as file:
        file.write(b"lf\nnew\n")
    assert drain(source) == [b"new"]


@pytest.mark.parametrize("name", ["feed.jsonl", "new/folder/feed.jsonl", "feed.gz", "feed.fifo"])
def test_a_missing_feed_is_waited_for(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    (source,) = opened(path, follow=True, follow_missing=True, start="end")
    assert (source.read(5), source.state, source.detail, source.ended) == ([], "waiting", "no such file", False)
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith("fifo"):
        os.mkfifo(path)
        assert source.read(5) == []
        write_fifo(path, b"one\n")
    else:
        path.touch()
        assert (source.read(5), source.state, source.detail) == ([], "waiting", "is empty")
        path.write_bytes(gzip.compress(b"one\n") if name.endswith("gz") else b"one\n")
    assert source.read(5) == [b"one"]
    assert source.lines == 1
    source.close()
    assert source.ended


def test_a_missing_feed_that_is_rotated_before_it_is_seen_loses_nothing(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    Path(f"{feed}.1").write_bytes(b"ancient\n")
    (source,) = opened(feed, follow=True, follow_missing=True)
    assert source.read(5) == []
    os.rename(f"{feed}.1", f"{feed}.2")
    Path(f"{feed}.1").write_bytes(b"one\n")
    feed.write_bytes(b"two\n")
    assert drain(source) == [b"one", b"two"]


def test_a_missing_feed_that_is_compressed_before_it_is_seen_loses_nothing(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    Path(f"{feed}.1.gz").write_bytes(gzip.compress(b"ancient\n"))
    (source,) = opened(feed, follow=True, follow_missing=True)
    assert source.read(5) == []
    os.rename(f"{feed}.1.gz", f"{feed}.2.gz")
    Path(f"{feed}.1.gz").write_bytes(gzip.compress(b"one\n"))
    feed.write_bytes(b"two\n")
    assert drain(source) == [b"one", b"two"]


def test_a_glob_does_not_take_a_rotated_file_for_a_feed_once_it_is_compressed(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"two\n")
    sources = opened(tmp_path / "feed*", follow=True)
    assert [drain(source) for source in sources] == [[b"two"]]
    Path(f"{feed}.1.gz").write_bytes(gzip.compress(b"two\n"))
    feed.unlink()
    feed.write_bytes(b"three\n")
    assert sources.refresh() == []
    assert [drain(source) for source in sources] == [[b"three"]]


def test_a_missing_feed_can_be_given_up(tmp_path: Path) -> None:
    sources = opened(tmp_path / "none", tmp_path / "*.nothing", follow_missing=True)
    assert not sources.ended
    sources.close()
    assert sources.ended
