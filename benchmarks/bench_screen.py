"""The screen in a real pseudo-terminal: how soon it is there, how fast a key is painted, and what it costs.

    python benchmarks/bench_screen.py [--rounds N] [--seconds N] [--lines N] [--size 160x48] [--json]

Medians over the rounds. Times are of the wall clock, from the start of the process or from the press of a key to the
bytes that show it; how busy the machine was stands in `load`. Processor time is utime + stime of /proc; drawing is
timed inside a process, without a terminal. A feed of --lines simulated lines is read flat out meanwhile, and a short
one to its end for what happens when nothing does. Linux only. With the defaults it takes less than a minute.
"""

import argparse
import asyncio
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TICK = os.sysconf("SC_CLK_TCK")
GAP = 0.061  # seconds between two keys, in no step with the frames
GOALS = {
    "first_frame_ms": 50,
    "screen_ms": 450,
    "engine_ms": 2500,
    "help_above_interpreter_ms": 60,
    "key_p50_ms": 8,
    "key_p99_ms": 40,
    "screen_cpu_percent": 5,
    "idle_cpu_percent": 0.5,
    "idle_bytes_per_s": 0,
    "screen_mb": 45,
    "full_repaint_ms": 8,
    "fifth_changed_ms": 3,
    "timeline_ms": 3,
}


class Terminal:
    """The monitor in a pseudo-terminal, and every byte that it wrote."""

    def __init__(self, feed: Path, size: tuple[int, int], home: Path) -> None:
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
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui.cli", "watch", str(feed), "--log", str(home / "engine.log")],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)

    def read(self, seconds: float) -> bool:
        """Take what comes within so many seconds; False if nothing did."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        self.written += os.read(self._fd, 1 << 16)
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

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._fd, key)

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
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


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


# -- what is measured --------------------------------------------------------------------------------------------


def starts(feed: Path, size: tuple[int, int], home: Path, rounds: int) -> dict[str, float]:
    """From nothing to the first frame, to Textual's screen with its keys, and to the engine's first picture."""
    found: list[tuple[float, float, float]] = []
    for _ in range(rounds):
        terminal = Terminal(feed, size, home)
        marks = []
        for words in ((b"STARTING",), (b"Pause",), (b"CATCHING", b"LIVE", b"WAITING")):
            terminal.until(*words)
            marks.append(1000 * (time.perf_counter() - terminal.began))
        found.append((marks[0], marks[1], marks[2]))
        terminal.close()
    return dict(zip(("first_frame_ms", "screen_ms", "engine_ms"), map(median, zip(*found, strict=True)), strict=True))


def help_time(rounds: int) -> dict[str, float]:
    """What `trendtop --help` takes beyond the bare interpreter."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def took(*arguments: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)
        return 1000 * (time.perf_counter() - start)

    pairs = [(took("-c", "pass"), took("-m", "tui.cli", "--help")) for _ in range(rounds * 3)]
    return {"help_above_interpreter_ms": median(helped for _, helped in pairs) - median(bare for bare, _ in pairs)}


def under_load(feed: Path, size: tuple[int, int], home: Path, seconds: float) -> dict[str, float]:
    """Keys, processor and bytes while the engine reads flat out, then with the display paused."""
    terminal = Terminal(feed, size, home)
    terminal.until(b"CATCHING")
    terminal.listen(1.0)  # the tables fill
    delays = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key in (b"j", b"k"):
            terminal.press(key)
            delays.append(1000 * terminal.until("▶".encode()))
            terminal.listen(GAP)
    screen, engine, written = shares(terminal, seconds / 2)
    terminal.press(b" ")
    terminal.until(b"PAUSED")
    terminal.listen(0.5)
    paused = shares(terminal, seconds / 2)
    found = {
        "keys": float(len(delays)),
        "key_p50_ms": median(delays),
        "key_p99_ms": quantiles(delays, n=100)[98],
        "screen_cpu_percent": screen,
        "engine_cpu_percent": engine,
        "bytes_per_s": written,
        "paused_screen_cpu_percent": paused[0],
        "paused_bytes_per_s": paused[2],
        "screen_mb": resident(terminal.process.pid),
        "engine_mb": resident(terminal.engine),
    }
    terminal.close()
    return found


def at_rest(feed: Path, size: tuple[int, int], home: Path, seconds: float) -> dict[str, float]:
    """What both take when there is nothing to read."""
    terminal = Terminal(feed, size, home)
    terminal.until(b"LIVE", b"WAITING")
    quiet = time.perf_counter() + 12.0
    while terminal.listen(1.5) and time.perf_counter() < quiet:
        pass  # the rate of the last seconds runs out
    screen, engine, written = shares(terminal, seconds)
    terminal.close()
    return {"idle_cpu_percent": screen + engine, "idle_screen_cpu_percent": screen, "idle_bytes_per_s": written}


# -- drawing, inside a process -----------------------------------------------------------------------------------


class Shown:
    """Stands for the engine: says what it is given."""

    def attach(self, listener: Callable[[Any], None]) -> None:
        """Listen."""
        self.say = listener

    def send(self, _command: object) -> bool:
        """Take a command."""
        return True

    def pace(self, _seconds: float) -> None:
        """Nothing to slow down."""

    def restart(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing to end."""


async def drawing(lines: list[bytes], size: tuple[int, int], rounds: int) -> dict[str, float]:
    """Milliseconds of processor to paint everything, to paint where a fifth of the rows changed, and the timeline."""
    import msgspec

    from engine.config import EngineConfig
    from engine.health import Health
    from engine.picture import snapshot
    from engine.pipeline import Engine
    from engine.snapshot import Frame
    from tui.app import TrendtopApp
    from tui.messages import FrameArrived
    from tui.screen_options import Options

    engine = Engine(EngineConfig())
    engine.feed(0, lines, 4_102_444_800_000_000)
    picture = snapshot(engine, 60)
    health = Health(state="live", rate=1.0, lag=None, backlog=None, cpu=0.0, memory=0, sources=[])
    replace = msgspec.structs.replace
    fifth = replace(
        picture,
        clusters=[replace(c, posts=c.posts + 1) if at % 5 == 0 else c for at, c in enumerate(picture.clusters)],
        posts=[replace(p, text=f"{p.text} and") if at % 5 == 0 else p for at, p in enumerate(picture.posts)],
        hashtags=[replace(h, posts=h.posts + 1) if at % 5 == 0 else h for at, h in enumerate(picture.hashtags)],
    )
    moved = replace(picture, timeline=[replace(m, posts=m.posts + 1 + at % 7) for at, m in enumerate(picture.timeline)])
    engine_of_app = Shown()
    app = TrendtopApp(engine_of_app, Options(title="bench"))
    loop = asyncio.get_running_loop()

    async def settle() -> None:
        idle = 0
        while idle < 3:
            await asyncio.sleep(0)
            idle = 0 if loop._ready else idle + 1  # type: ignore[attr-defined]
        app.screen._on_timer_update()
        await asyncio.sleep(0)

    async def cost(other: Any) -> float:
        """Milliseconds to show `other` and the picture again, halved."""
        spent = []
        for _ in range(rounds * 5):
            start = time.process_time()
            for shown in (other, picture):
                engine_of_app.say(FrameArrived(Frame(snapshot=shown, health=health)))
                await settle()
            spent.append(500 * (time.process_time() - start))
        return median(spent)

    async with app.run_test(size=size):
        engine_of_app.say(FrameArrived(Frame(snapshot=picture, health=health)))
        await settle()
        whole = []
        for _ in range(rounds * 5):
            start = time.process_time()
            for panel in app.screen.query(".panel"):
                panel.refresh()
            await settle()
            whole.append(1000 * (time.process_time() - start))
        return {
            "full_repaint_ms": median(whole),
            "fifth_changed_ms": await cost(fifth),
            "timeline_ms": await cost(moved),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--lines", type=int, default=36_000)
    parser.add_argument("--size", default="160x48")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    width, height = map(int, arguments.size.split("x"))
    from engine.simulate import simulate

    lines = simulate("x", seed=1, hours=arguments.lines / 105_000, rate=600.0)[0]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        long, short = home / "long.jsonl", home / "short.jsonl"
        long.write_bytes(b"".join(line + b"\n" for line in lines))
        short.write_bytes(b"".join(line + b"\n" for line in lines[:500]))
        found = {
            **starts(short, (width, height), home, arguments.rounds),
            **help_time(arguments.rounds),
            **under_load(long, (width, height), home, arguments.seconds),
            **at_rest(short, (width, height), home, arguments.seconds),
            **asyncio.run(drawing(lines[:3000], (width, height), arguments.rounds)),
        }
    found = {name: round(value, 2) for name, value in found.items()}
    result = {"size": arguments.size, "load": [round(load, 2), round(os.getloadavg()[0], 2)], **found}
    if arguments.json:
        print(json.dumps(result))
        return
    print(f"{arguments.size}, load average {result['load'][0]} to {result['load'][1]}")
    for name, value in found.items():
        goal = f"  goal {GOALS[name]}" if name in GOALS else ""
        print(f"{name:28} {value:10.2f}{goal}")


if __name__ == "__main__":
    main()
