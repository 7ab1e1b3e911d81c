"""What the monitor leaves behind on a real terminal: nothing, however it ends; and back after ctrl+z."""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUN = """
import functools, sys
from engine.config import EngineConfig, SourceConfig
from engine.protocol import Start
from tests import tui_fakes
from tui import monitor, skeleton
from tui.palette import DARK

first = skeleton.FirstFrame()
first.draw("feed.jsonl", DARK, False)
monitor.EngineProcess = functools.partial(monitor.EngineProcess, argv=tui_fakes.worker("obliging"))
start = Start(engine=EngineConfig(), source=SourceConfig(paths=("feed.jsonl",)))
try:
    status = monitor.run_monitor(start, None, log=sys.argv[1], first=first)
finally:
    first.erase()
sys.exit(status)
"""
PATIENCE = 60.0
MODES = ("1049", "1000", "1003", "1006", "2004")  # alternate screen, mouse, pasting in brackets


class Terminal:
    """A program in a pseudo-terminal, with all that it wrote; a `distant` one does not control it."""

    def __init__(self, *command: str, distant: bool = False, **environment: str) -> None:
        self._fd, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self.written = bytearray()
        env = {**os.environ, "TERM": "xterm-256color", **environment}
        self.pid = os.fork()
        if not self.pid:
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job would hand down that it is ignored
            if not distant:
                fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(theirs, fd)
            os.closerange(3, 64)  # the terminal among them, which else would never be gone
            os.chdir(ROOT)
            os.execvpe(command[0], command, env)
        self.theirs = theirs

    def until(self, word: bytes, begin: int = 0) -> None:
        """Read until a word has been written after the first `begin` bytes."""
        end = time.monotonic() + PATIENCE
        while word not in self.written[begin:]:
            assert time.monotonic() < end, f"{word!r} never came: {bytes(self.written[-400:])!r}"
            self._take(0.1)

    def press(self, keys: bytes) -> None:
        os.write(self._fd, keys)

    def end(self) -> int:
        """Its exit status, once it has ended."""
        end = time.monotonic() + PATIENCE
        while True:
            self._take(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self._take(0.05):
                    pass
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, "it does not end"

    def _take(self, seconds: float) -> bool:
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        self.written += os.read(self._fd, 1 << 16)
        return True

    def modes(self) -> dict[str, str]:
        """Each mode as it was left: h set, l not; not there if never touched."""
        found: dict[str, str] = {}
        for numbers, sign in re.findall(rb"\x1b\[\?([\d;]+)([hl])", bytes(self.written)):
            found.update(dict.fromkeys(numbers.decode().split(";"), sign.decode()))
        return found

    def close(self) -> None:
        for fd in (self._fd, self.theirs):
            os.close(fd)


@contextmanager
def monitor(log: Path) -> Iterator[Terminal]:
    terminal = Terminal(sys.executable, "-c", RUN, str(log))
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("how", "status"), [(b"q", 0), (b"\x03\x03", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str
)
def test_the_terminal_is_given_back_however_it_ends(tmp_path: Path, how: bytes | signal.Signals, status: int) -> None:
    with monitor(tmp_path / "engine.log") as terminal:
        terminal.until(b"LIVE")
        assert terminal.modes()["1049"] == "h"
        if isinstance(how, bytes):
            terminal.press(how)
        else:
            os.kill(terminal.pid, how)
        assert terminal.end() == status
        modes = terminal.modes()
        assert [modes.get(mode, "l") for mode in MODES] == ["l"] * len(MODES)
        assert modes["25"] == "h", "the cursor shows again"
        assert termios.tcgetattr(terminal.theirs) == terminal.before
        assert b"Traceback" not in terminal.written


def test_it_ends_with_a_terminal_that_goes_without_a_word(tmp_path: Path) -> None:
    terminal = Terminal(sys.executable, "-c", RUN, str(tmp_path / "engine.log"), distant=True)
    terminal.until(b"LIVE")
    terminal.close()
    end = time.monotonic() + PATIENCE
    while not os.waitpid(terminal.pid, os.WNOHANG)[0]:
        assert time.monotonic() < end, "it goes on without one"
        time.sleep(0.05)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_is_given_back_before_there_is_a_screen_too(tmp_path: Path, how: signal.Signals) -> None:
    with monitor(tmp_path / "engine.log") as terminal:
        terminal.until(b"STARTING")
        time.sleep(0.1)  # somewhere in the imports
        os.kill(terminal.pid, how)
        terminal.end()
        assert terminal.modes()["1049"] == "l"
        assert terminal.modes()["25"] == "h"
        assert termios.tcgetattr(terminal.theirs) == terminal.before


def test_a_key_pressed_before_the_screen_is_there_is_not_lost(tmp_path: Path) -> None:
    with monitor(tmp_path / "engine.log") as terminal:
        terminal.until(b"STARTING")
        terminal.press(b"q")
        assert terminal.end() == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell with jobs")
def test_ctrl_z_gives_the_shell_back_and_fg_the_screen(tmp_path: Path) -> None:
    terminal = Terminal("bash", "--norc", "--noprofile", "-i", PS1="$ ", RUN=RUN)
    try:
        terminal.press(f'{sys.executable} -c "$RUN" {tmp_path}/engine.log\n'.encode())
        terminal.until(b"LIVE")
        terminal.press(b"\x1a")
        terminal.until(b"Stopped")
        modes = terminal.modes()
        assert modes["1049"] == "l"
        assert modes["25"] == "h"
        assert [modes.get(mode, "l") for mode in MODES[1:4]] == ["l"] * 3
        begin = len(terminal.written)
        terminal.press(b"stty -a; echo\n")
        terminal.until(b" icanon", begin)
        begin = len(terminal.written)
        terminal.press(b"fg\n")
        terminal.until(b"\x1b[?1049h", begin)
        terminal.until(b"LIVE", begin)
        begin = len(terminal.written)
        terminal.press(b"q")
        terminal.until(b"\x1b[?1049l", begin)
        terminal.until(b"$ ", begin)  # what is typed before the prompt may be thrown away
        terminal.press(b"exit\n")
        assert terminal.end() == 0
    finally:
        terminal.close()


def test_without_colours_no_colour_is_sent_and_with_ascii_nothing_else(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes((ROOT / "sample_feeds" / "bluesky.jsonl").read_bytes()[:20_000].rpartition(b"\n")[0] + b"\n")
    command = (sys.executable, "-m", "tui.cli", str(feed), "--ascii", "--log", str(tmp_path / "engine.log"))
    terminal = Terminal(*command, NO_COLOR="1", TRENDTOP_CONFIG=str(tmp_path / "none.toml"))
    try:
        terminal.until(b"Quit")
        terminal.until(b"read")  # a picture of the feed
        terminal.press(b"c")
        terminal.until(b"Stories")
        begin = len(terminal.written)
        terminal.press(b"q")
        terminal.until(b"Predicted", begin)
        terminal.press(b"q")
        assert terminal.end() == 0
    finally:
        terminal.close()
    written = bytes(terminal.written)
    for codes in re.findall(rb"\x1b\[([\d;:]*)m", written):
        numbers = {int(code or 0) for code in re.split(rb"[;:]", codes)}
        assert numbers <= {0, 1, 2, 3, 4, 7, 22, 23, 24, 27, 39, 49}, codes
    drawn = set(written.decode("utf-8", "replace"))
    ours = {chr(code) for code in range(0x2190, 0x2900)} | set("●★–—…·×±Δ")
    assert drawn & ours == set(), "none of these is in a post"
    assert "1000" in terminal.modes()


def test_with_no_mouse_the_mouse_stays_the_terminals(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes((ROOT / "sample_feeds" / "bluesky.jsonl").read_bytes()[:20_000].rpartition(b"\n")[0] + b"\n")
    command = (sys.executable, "-m", "tui.cli", str(feed), "--no-mouse", "--log", str(tmp_path / "engine.log"))
    terminal = Terminal(*command, TRENDTOP_CONFIG=str(tmp_path / "none.toml"))
    try:
        terminal.until(b"Quit")
        terminal.press(b"q")
        assert terminal.end() == 0
    finally:
        terminal.close()
    assert b"\x1b[?1000h" not in terminal.written
    assert b"\x1b[?1003h" not in terminal.written


def test_keys_that_cannot_be_end_it_in_one_line_and_status_2(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[keys]\npuase = "p"\n')
    command = (sys.executable, "-m", "tui.cli", "demo", "--log", str(tmp_path / "engine.log"))
    terminal = Terminal(*command, TRENDTOP_CONFIG=str(config))
    try:
        assert terminal.end() == 2
    finally:
        terminal.close()
    assert f"trendtop: {config} line 2: puase is no action: did you mean pause?".encode() in terminal.written
    assert terminal.modes()["1049"] == "l"


@pytest.mark.parametrize(
    ("words", "status"),
    [(("--help",), 0), (("demo", "--help"), 0), (("feed", "--puase"), 2), (("demo", "--window", "5x"), 2)],
)
def test_nothing_is_drawn_where_there_is_nothing_to_watch(tmp_path: Path, words: tuple[str, ...], status: int) -> None:
    terminal = Terminal(sys.executable, "-m", "tui.cli", *words, TRENDTOP_CONFIG=str(tmp_path / "none.toml"))
    try:
        assert terminal.end() == status
    finally:
        terminal.close()
    assert b"\x1b" not in terminal.written
