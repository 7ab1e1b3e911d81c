"""Every kind of feed gives its lines, ends when it should, and says in one line what is wrong with it."""

import gzip
import os
import random
import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import zstandard

from engine.config import SourceConfig
from engine.sources import mounts, stream, waiting
from engine.sources.base import Item, Oversized, Source, SourceError
from engine.sources.compressed import Compressed
from engine.sources.opening import Sources, open_sources
from engine.sources.stream import Fifo, Pipe
from engine.sources.waiting import Waiter

LINES = [b'{"id": %d, "text": "caf\xc3\xa9 %d"}' % (i, i * 7919) for i in range(20_000)]
RAW = b"".join(line + b"\n" for line in LINES)


def drain(source: Source, at_once: int = 700) -> list[Item]:
    items: list[Item] = []
    while more := source.read(at_once):
        items += more
    return items


def read_to_end(source: Source) -> list[Item]:
    """All lines of a source that ends, however long its writer takes."""
    items: list[Item] = []
    with Waiter([source]) as waiter:
        while not source.ended:
            more = source.read(500)
            if not more and not source.ended:
                waiter.wait(60)
            items += more
    return items


def opened(*paths: object, follow: bool = False, **options: object) -> Sources:
    return open_sources(SourceConfig(paths=tuple(map(str, paths)), follow=follow, **options))


# --- compressed ----------------------------------------------------------------------------------------------------


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


# --- standard input and pipes --------------------------------------------------------------------------------------


def test_standard_input_is_read_as_it_comes_and_ends() -> None:
    reading, writing = os.pipe()
    (source,) = open_sources(SourceConfig(paths=("-", "-"), stdin_fd=reading))
    assert (source.name, source.read(10), source.state) == ("standard input", [], "live")
    os.write(writing, b"one\ntw")
    assert source.read(10) == [b"one"]
    os.write(writing, b"o\nthree")
    assert source.read(10) == [b"two"]
    os.close(writing)
    assert source.read(10) == [b"three"]
    assert (source.ended, source.state, source.backlog()) == (True, "ended", None)
    os.fstat(reading)  # still the caller's
    os.close(reading)


def test_a_file_redirected_into_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    path.write_bytes(RAW)
    with path.open("rb") as file:
        (source,) = open_sources(SourceConfig(paths=("-",), stdin_fd=file.fileno()))
        assert source.backlog() == (0, len(RAW))
        assert source.read(1) == LINES[:1]
        assert source.backlog() == (len(LINES[0]) + 1, len(RAW))
        assert drain(source) == LINES[1:]
    assert source.ended


def test_an_endless_line_from_a_pipe(tmp_path: Path) -> None:
    script = "import sys; sys.stdout.write('x' * 3_000_000 + '\\nlast')"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        source = Pipe(os.dup(writer.stdout.fileno()), "pipe")
        assert read_to_end(source) == [Oversized(b"x" * 200, 3_000_000), b"last"]


def test_a_pipe_that_cannot_be_read_fails_with_one_line() -> None:
    reading, writing = os.pipe()
    source = Pipe(os.dup(writing), "pipe")  # the wrong end
    os.close(reading)
    assert source.read(1) == []
    assert (source.state, source.ended, source.detail) == ("failed", True, "bad file descriptor")
    os.close(writing)


def test_many_processes_feed_standard_input() -> None:
    script = "import sys\nfor i in range(30_000): print('{\"n\": %d}' % i)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        source = Pipe(os.dup(writer.stdout.fileno()), "pipe")
        assert read_to_end(source) == [b'{"n": %d}' % i for i in range(30_000)]


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "feed.fifo"
    os.mkfifo(path)
    return path


def write_fifo(path: Path, data: bytes) -> None:
    """Open, write and leave, in another thread; returns when the reader may look."""

    def run() -> None:
        with path.open("wb") as file:
            file.write(data)

    writer = threading.Thread(target=run)
    writer.start()
    writer.join()


def test_a_named_pipe_outlives_its_writers(fifo: Path) -> None:
    (source,) = opened(fifo, follow=True)
    assert (source.read(5), source.state, source.detail) == ([], "waiting", "no writer yet")
    for number in range(5):
        write_fifo(fifo, b"a%d\n" % number)
        assert drain(source) == [b"a%d" % number]
        assert source.state == "waiting"
    assert not source.ended


def test_what_a_writer_left_unfinished_is_a_line_of_its_own(fifo: Path) -> None:
    source = Fifo(str(fifo))
    write_fifo(fifo, b"one\nunfinished")
    assert source.read(9) == [b"one", b"unfinished"]
    write_fifo(fifo, b"two\n")
    assert source.read(9) == [b"two"]


def test_a_named_pipe_with_a_writer_is_live(fifo: Path) -> None:
    source = Fifo(str(fifo))
    writing = os.open(fifo, os.O_WRONLY)
    assert (source.read(5), source.state) == ([], "live")
    os.write(writing, b"one\n")
    assert (source.read(5), source.state, source.detail) == ([b"one"], "live", "")
    os.close(writing)


def test_a_deserted_named_pipe_does_not_keep_the_waiter_awake(fifo: Path) -> None:
    source = Fifo(str(fifo))
    for _ in range(2):
        write_fifo(fifo, b"")
        assert source.read(5) == []
        fd = source.fileno()
        assert fd is not None
        assert select.select([fd], [], [], 0)[0] == []
    write_fifo(fifo, b"")
    fifo.unlink()
    assert source.read(5) == []
    assert source.fileno() is None
    os.mkfifo(fifo)
    assert source.read(5) == []
    write_fifo(fifo, b"again\n")
    assert source.read(5) == [b"again"]


def test_a_named_pipe_that_is_not_followed_waits_for_its_first_writer_and_ends_with_the_last(fifo: Path) -> None:
    (source,) = opened(fifo)
    assert (source.read(5), source.ended) == ([], False)
    write_fifo(fifo, b"one\ntwo")
    assert source.read(5) == [b"one", b"two"]
    assert source.ended


@pytest.mark.parametrize("follow", [True, False])
def test_a_writer_that_comes_and_goes_while_the_end_is_met_is_heard(
    fifo: Path, monkeypatch: pytest.MonkeyPatch, follow: bool
) -> None:
    source = Fifo(str(fifo), follow=follow)
    really_hung_up = stream._hung_up
    late = [b"late\n"]

    def come_and_go_first(fd: int) -> bool:
        if late:
            write_fifo(fifo, late.pop())
        return really_hung_up(fd)

    write_fifo(fifo, b"early\n")
    assert source.read(1) == [b"early"]
    monkeypatch.setattr(stream, "_hung_up", come_and_go_first)
    assert source.read(5) == [b"late"]
    assert source.ended is not follow


def test_writers_of_a_named_pipe_come_and_go(fifo: Path) -> None:
    script = "import sys\nwith open(sys.argv[1], 'w') as f:\n for i in range(5_000): f.write(f'{sys.argv[2]} {i}\\n')"
    source = Fifo(str(fifo))
    seen: list[Item] = []
    with Waiter([source]) as waiter:
        for name in "abc":
            with subprocess.Popen([sys.executable, "-c", script, str(fifo), name]):
                last = f"{name} 4999".encode()
                while not seen or seen[-1] != last:
                    more = source.read(1000)
                    seen += more
                    if not more:
                        waiter.wait(60)
    assert seen == [f"{name} {i}".encode() for name in "abc" for i in range(5_000)]


# --- opening -------------------------------------------------------------------------------------------------------


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


# --- waiting -------------------------------------------------------------------------------------------------------


def test_the_waiter_wakes_for_other_descriptors_at_once() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x")
    with Waiter([], extra_fds=[reading]) as waiter:
        waiter.wait(3600)
    os.close(reading)
    os.close(writing)


def test_the_waiter_wakes_for_a_stream() -> None:
    reading, writing = os.pipe()
    source = Pipe(reading, "pipe")
    with Waiter([source]) as waiter:
        writer = threading.Timer(0.01, os.write, (writing, b"one\n"))
        writer.start()
        waiter.wait(3600)
        writer.join()
    assert source.read(5) == [b"one"]
    os.close(writing)


def test_watching_wakes_for_the_files_of_the_sources_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_POLL", 3600)  # so that nothing but a change can wake it
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"0\n")
    sources = opened(feed, follow=True)
    (source,) = sources
    done = threading.Event()

    def write() -> None:
        while not done.wait(0.02):  # the first changes may come before the watch is set up
            with feed.open("ab") as file:
                file.write(b"1\n")

    writer = threading.Thread(target=write)
    with Waiter(sources) as waiter:
        writer.start()
        drain(source)
        while not (items := source.read(5)):
            waiter.wait(3600)
        done.set()
        writer.join()
        assert set(items) == {b"1"}
        watch = waiter._watch
        assert watch is not None
        assert watch._is_ours(waiting.Change.modified, str(feed))
        assert not watch._is_ours(waiting.Change.modified, str(tmp_path / "other.jsonl"))
    sources.close()


def test_a_file_is_looked_at_though_watching_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> object:
        raise OSError(28, "no watches left")

    monkeypatch.setattr(waiting, "watch", fail)
    monkeypatch.setattr(waiting, "_POLL", 0.01)
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"0\n")
    (source,) = opened(feed, follow=True)
    drain(source)
    with Waiter([source]) as waiter:
        for number in range(2):
            feed.open("ab").close()
            waiter.wait(0.05)
            assert source.read(1) == []
            with feed.open("ab") as file:
                file.write(b"%d\n" % number)
            waiter.wait(3600)
            assert source.read(1) == [b"%d" % number]
    source.close()


@pytest.mark.parametrize("told", [True, False])
def test_files_are_looked_at_only_where_a_change_may_go_unreported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    monkeypatch.setattr(waiting, "tells_all", lambda _folder: told)
    monkeypatch.setattr(waiting, "_POLL", 0.01)
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"0\n")
    looks: list[frozenset[str]] = []
    (source,) = opened(feed, follow=True)
    drain(source)
    with Waiter([source]) as waiter:
        monkeypatch.setattr(waiter, "_looks_changed", looks.append)
        waiter.wait(0.1)
    source.close()
    assert bool(looks) != told


@pytest.mark.parametrize(
    ("kind", "told"),
    [("ext4", True), ("tmpfs", True), ("nfs4", False), ("cifs", False), ("9p", False), ("fuse.sshfs", False)],
)
def test_network_file_systems_do_not_report_every_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, told: bool
) -> None:
    device = tmp_path.stat().st_dev
    place = f"{os.major(device)}:{os.minor(device)}"
    listed = tmp_path / "mountinfo"
    listed.write_text(
        f"22 27 0:{os.minor(device) + 1} / /proc rw,relatime - proc proc rw\n"
        f"27 1 {place} / /a\\040feed rw,noatime shared:1 master:2 - {kind} somewhere rw\n"
    )
    monkeypatch.setattr(mounts, "MOUNTS", str(listed))
    assert mounts.tells_all(str(tmp_path)) is told
    assert not mounts.tells_all(str(tmp_path / "missing"))
    monkeypatch.setattr(mounts, "MOUNTS", str(tmp_path / "none"))
    assert not mounts.tells_all(str(tmp_path))


def test_the_waiter_moves_on_to_folders_of_new_sources(tmp_path: Path) -> None:
    sources: list[Source] = []
    with Waiter(sources) as waiter:
        waiter.wait(0)
        assert waiter._watch is None
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            feed = tmp_path / name / "feed.jsonl"
            feed.write_bytes(b"one\n")
            sources += opened(feed, follow=True)
            waiter.wait(0)
            assert waiter._watch is not None
            assert waiter._watch.paths == {path for source in sources for path in source.watched()}
