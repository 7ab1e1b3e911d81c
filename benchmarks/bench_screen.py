"""The screen in a real pseudo-terminal: how soon it is there, how fast a key is painted, and what it costs.

    python benchmarks/bench_screen.py [--rounds N] [--seconds N] [--lines N] [--size 160x48] [--json]

Medians over the rounds. Times are of the wall clock, from the start of the process or from the press of a key to the
bytes that show it; how busy the machine was stands in `load`. Processor time is that of the process with all its
threads; drawing is timed inside a process, without a terminal. A feed of --lines simulated lines is read flat out
meanwhile, one of an hour to its end for what happens when nothing does and for the plots; and pictures in which
every row is another than before come four times a second, of which `rows_changing` proves that they do and
`lines_repainted` that it is seen. Modules are compiled first, as those of an installed program are. Linux only. With
the defaults it takes less than two minutes.
"""

import argparse
import asyncio
import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from screen import changing, drawing
from screen.terminal import ROOT, Terminal, resident, shares

sys.path.insert(0, str(ROOT))

GAP = 0.061  # seconds between two keys, in no step with the frames
REST = 6.0  # seconds without a byte until everything is at rest: the watch of files takes five
GOALS = {
    "first_frame_ms": 50,
    "screen_ms": 450,
    "engine_ms": 2500,
    "help_above_interpreter_ms": 60,
    "key_p50_ms": 8,
    "key_p99_ms": 40,
    "screen_cpu_percent": 5,
    "changing_cpu_percent": 5,
    "idle_cpu_percent": 0.5,
    "idle_bytes_per_s": 0,
    "plots_idle_cpu_percent": 0.5,
    "plots_idle_bytes_per_s": 0,
    "plot_unchanged_lines": 0,
    "screen_mb": 45,
    "full_repaint_ms": 8,
    "fifth_changed_ms": 3,
    "timeline_ms": 3,
}


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


def every_row(frames: list[object], size: tuple[int, int], home: Path, seconds: float) -> dict[str, float]:
    """What the screen takes, and repaints, while every row is another four times a second."""
    pictures = home / "pictures"
    changing.write(pictures, frames)
    terminal = Terminal(home, size, home, (changing.__file__, "watch", str(pictures), str(home / "engine.log")))
    terminal.until(b"LIVE")
    terminal.listen(1.0)
    begin = time.perf_counter()
    screen, _, written = shares(terminal, 2 * seconds)
    lines = terminal.repainted(begin)
    terminal.close()
    return {
        "changing_cpu_percent": screen,
        "changing_bytes_per_s": written,
        "pictures_per_s": len(lines) / (2 * seconds),
        "lines_repainted": median(lines),
    }


def at_rest(feed: Path, size: tuple[int, int], home: Path, seconds: float) -> dict[str, float]:
    """What both take when there is nothing to read: the overview, then the first plot of the models and of topics."""
    terminal = Terminal(feed, size, home)
    terminal.until(b"LIVE", b"WAITING")
    terminal.until_silent(REST)
    screen, engine, written = shares(terminal, 2 * seconds)
    found = {"idle_cpu_percent": screen + engine, "idle_screen_cpu_percent": screen, "idle_bytes_per_s": written}
    plots = []
    for page in (b"m", b"c"):
        terminal.press(page)
        terminal.listen(1.0)
        terminal.press(b"v")
        terminal.until(b" of ")  # "1 of 7", in its title
        terminal.until_silent(REST)
        plots.append(shares(terminal, seconds))
        terminal.press(b"\x1b")
        terminal.listen(1.0)
    terminal.close()
    found["plots_idle_cpu_percent"] = max(screen + engine for screen, engine, _ in plots)
    found["plots_idle_bytes_per_s"] = max(written for _, _, written in plots)
    return found


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
    size = (width, height)
    from engine.simulate import simulate

    for package in ("engine", "models", "tui"):
        compileall.compile_dir(ROOT / package, quiet=2)
    lines = simulate("x", seed=1, hours=arguments.lines / 105_000, rate=600.0)[0]
    calm = simulate("x", seed=1, hours=1.0, rate=6.0)[0]  # long enough that predictions have been graded
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        long, short, graded = (home / f"{name}.jsonl" for name in ("long", "short", "graded"))
        long.write_bytes(b"".join(line + b"\n" for line in lines))
        short.write_bytes(b"".join(line + b"\n" for line in lines[:500]))
        graded.write_bytes(b"".join(line + b"\n" for line in calm))
        engine = drawing.read(lines[: drawing.LINES])
        found = {
            **starts(short, size, home, arguments.rounds),
            **help_time(arguments.rounds),
            **under_load(long, size, home, arguments.seconds),
            **every_row(changing.frames(drawing.Stage(engine).picture), size, home, arguments.seconds),
            **at_rest(graded, size, home, arguments.seconds),
            **asyncio.run(drawing.overview(engine, size, arguments.rounds)),
            **asyncio.run(drawing.plots(drawing.read(calm), size, arguments.rounds)),
        }
    if found["rows_changing"] < found["rows_shown"]:
        raise SystemExit(f"only {found['rows_changing']:.0f} of {found['rows_shown']:.0f} rows change")
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
