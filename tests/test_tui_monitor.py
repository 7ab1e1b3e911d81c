"""From the start of the monitor to its exit status, on a real terminal, with a worker in the engine's place."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from engine.config import EngineConfig, SourceConfig
from engine.protocol import Start
from tui.monitor import title_of

ROOT = Path(__file__).parent.parent
RUN = """
import functools, sys
from engine.config import EngineConfig, SourceConfig
from engine.protocol import Start
from tests import tui_fakes
from tui import monitor

monitor.EngineProcess = functools.partial(monitor.EngineProcess, argv=tui_fakes.worker(sys.argv[1]))
start = Start(engine=EngineConfig(), source=SourceConfig(paths=("feed.jsonl",)))
sys.exit(monitor.run_monitor(start, None, log=sys.argv[2]))
"""


def run(role: str, log: Path, keys: bytes = b"", once: bytes = b"") -> tuple[int, str]:
    """Exit status and all the text that was written to the terminal; `keys` are pressed when `once` has been shown."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-c", RUN, role, str(log)]
    environment = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        written = bytearray()
        while True:
            try:
                written += os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if keys and once in written:
                os.write(ours, keys)
                keys = b""
        status = process.wait()
    os.close(ours)
    return status, re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\].*?(?:\x07|\x1b\\))", "", written.decode())


def test_a_failure_before_the_first_picture_is_one_line_and_status_1(tmp_path: Path) -> None:
    status, written = run("failing", tmp_path / "engine.log")
    assert status == 1
    assert written.splitlines()[-1] == "trendtop: no such file: feed.jsonl"
    assert "Traceback" not in written


def test_q_leaves_with_status_0_and_says_nothing(tmp_path: Path) -> None:
    status, written = run("obliging", tmp_path / "engine.log", b"q", b"LIVE")
    assert status == 0
    assert "trendtop:" not in written
    assert (tmp_path / "engine.log").read_text() == "a word for the log\n"


def test_a_log_that_cannot_be_written_is_one_line_and_status_1(tmp_path: Path) -> None:
    status, written = run("obliging", tmp_path)
    assert status == 1
    assert written.startswith("trendtop: the engine cannot be started: ")
    assert written.count("\n") == 1


@pytest.mark.parametrize(
    ("paths", "title"),
    [(("-",), "stdin"), (("/data/a.jsonl",), "a.jsonl"), (("a.jsonl", "b.jsonl", "c"), "a.jsonl +2"), ((), "")],
)
def test_the_feed_is_called_by_its_name(paths: tuple[str, ...], title: str) -> None:
    assert title_of(Start(engine=EngineConfig(), source=SourceConfig(paths=paths))) == title
    assert title_of(Start(engine=EngineConfig(), source=SourceConfig(paths=paths), demo=True)) == "demo"
