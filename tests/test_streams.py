"""Standard input and named pipes are read as they come, for as long as anybody writes."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from engine.config import SourceConfig
from engine.sources import stream
from engine.sources.base import Item, Oversized
from engine.sources.opening import open_sources
from engine.sources.stream import Fifo, Pipe
from engine.sources.waiting import Waiter
from tests.source_lines import LINES, RAW, drain, opened, read_to_end, write_fifo


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
