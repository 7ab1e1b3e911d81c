"""The monitor in a pseudo-terminal, every byte that it wrote, and what its processes take."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPU_CLOCK = 2  # of a process, by its number: as clock_getcpuclockid has it on Linux
PAUSE = 0.1  # seconds without a byte between two pictures
PLACE = re.compile(rb"\x1b\[(\d+);\d+H")


class Terminal:
    """A command of the monitor in a pseudo-terminal; without one it watches `feed`."""

    def __init__(self, feed: Path, size: tuple[int, int], home: Path, command: Sequence[str] = ()) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "TRENDTOP_CONFIG": str(home / "none.toml"),
            "PYTHONPATH": str(ROOT),
        }
        environment.pop("NO_COLOR", None)
        self._fd, self.written = ours, bytearray()
        self._chunks: list[tuple[float, bytes]] = []
        self.began = time.perf_counter()
        watch = ("-m", "tui.cli", "watch", str(feed), "--log", str(home / "engine.log"))
        self.process = subprocess.Popen(
            [sys.executable, *(command or watch)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
        os.close(theirs)

    def read(self, seconds: float) -> bool:
        """Take what comes within so many seconds; False if nothing did."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        data = os.read(self._fd, 1 << 16)
        self._chunks.append((time.perf_counter(), data))
        self.written += data
        return True

    def until(self, *words: bytes, patience: float = 30.0) -> float:
        """Seconds until one of the words has been written after what was written before."""
        start, begin = time.perf_counter(), len(self.written)
        while not any(word in self.written[max(begin - 32, 0) :] for word in words):
            left = start + patience - time.perf_counter()
            if left <= 0 or not self.read(left):
                raise SystemExit(f"the monitor did not write {words} within {patience:.0f} s")
        return time.perf_counter() - start

    def listen(self, seconds: float) -> int:
        """Read on for so many seconds; how many bytes came."""
        end, before = time.perf_counter() + seconds, len(self.written)
        while (left := end - time.perf_counter()) > 0:
            self.read(left)
        return len(self.written) - before

    def until_silent(self, seconds: float, patience: float = 20.0) -> None:
        """Read on until nothing has come for so many seconds."""
        end = time.perf_counter() + patience
        while self.listen(seconds) and time.perf_counter() < end:
            pass

    def press(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._fd, keys)

    def repainted(self, since: float) -> list[int]:
        """Of each picture since a moment, how many lines of the terminal were written to."""
        chunks = [chunk for chunk in self._chunks if chunk[0] >= since]
        pictures, parts = [], []
        for (at, data), (after, _) in pairwise([*chunks, (float("inf"), b"")]):
            parts.append(data)
            if after - at > PAUSE:
                pictures.append(b"".join(parts))
                parts = []
        return [len(set(PLACE.findall(picture))) for picture in pictures]

    @property
    def engine(self) -> int:
        """The engine's process."""
        return int(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0])

    def close(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            while self.process.poll() is None:
                self.read(0.1)
        except OSError:  # the other side is closed
            pass
        self.process.wait()
        os.close(self._fd)


def cpu(pid: int) -> float:
    """Seconds of processor that a process has used, with all its threads."""
    return time.clock_gettime(~pid << 3 | CPU_CLOCK)


def resident(pid: int) -> float:
    """Megabytes resident."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def shares(terminal: Terminal, seconds: float) -> tuple[float, float, float]:
    """Per cent of a core that screen and engine take, and bytes a second, over so many seconds."""
    pids = terminal.process.pid, terminal.engine
    before, start = [cpu(pid) for pid in pids], time.perf_counter()
    written = terminal.listen(seconds)
    took = time.perf_counter() - start
    screen, engine = (100 * (cpu(pid) - was) / took for pid, was in zip(pids, before, strict=True))
    return screen, engine, written / took
