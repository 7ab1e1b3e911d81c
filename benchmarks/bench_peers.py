"""trendtop beside what else does its work: ratios of CPU time in one run, chunk by chunk in turn.

    python benchmarks/bench_peers.py [FEED[.gz]] [--lines N] [--per-second N] [--chunk N] [--json]

Every one is fed the same plain lines of about 300 bytes: simulated ones, or what FEED holds of any shape, made plain
beforehand; with `--per-second` at times that follow each other at that rate, for what trendtop costs depends on how
dense a feed is, and what the others cost does not. In each chunk of 1,024 lines they take turns, in an order that
changes; a peer that goes post by post takes only the first lines of each chunk. The first chunk is for loading and not
counted. The naive script is no stream: it is run once over all lines counted. Figures are medians over the chunks of
CPU microseconds a line, and of how many times as long as trendtop a peer takes for the same chunk; absolute times swing
with the load of the machine, the ratios hold.

The peers are in benchmarks/peers/. river is no dependency: without `pip install river` it is left out, and said so.
"""

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple, Protocol

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.micro_batched import MicroBatched
from benchmarks.peers.naive_script import NaiveScript
from benchmarks.peers.per_post import PerPost
from engine.benching import PRESENT, machine
from engine.config import EngineConfig
from engine.memory import ease
from engine.pipeline import Engine
from engine.runner import CHUNK
from engine.simulate.plain import plain_lines, plainly

OURS, WITHOUT = "trendtop, all models", "trendtop --no-topics"
NAIVE = "naive script"


class Peer(Protocol):
    """What takes lines."""

    def feed(self, lines: Sequence[bytes]) -> None:
        """Take a chunk."""
        ...


class Trendtop:
    """The engine, as it is fed by trendtop itself."""

    def __init__(self, topics: bool) -> None:
        self.engine = Engine(EngineConfig(topics=topics))

    def feed(self, lines: Sequence[bytes]) -> None:
        """Take a chunk."""
        for begin in range(0, len(lines), CHUNK):
            self.engine.feed(0, lines[begin : begin + CHUNK], PRESENT)


class Entered(NamedTuple):
    """A peer, and how many lines of each chunk it takes; 0 for all."""

    name: str
    peer: Peer
    lines: int = 0


def entered() -> Iterator[Entered]:
    """All that take part."""
    yield Entered(OURS, Trendtop(True))
    yield Entered(WITHOUT, Trendtop(False))
    yield Entered("micro-batched stock parts", MicroBatched())
    yield Entered("per-post scikit-learn", PerPost(), 96)
    try:
        from benchmarks.peers.river_loop import RiverLoop
    except ImportError:
        print("river is not installed (pip install river): left out", file=sys.stderr)
        return
    yield Entered("river, TextClust and ARF", RiverLoop(), 96)


def cpu(call: Callable[[Sequence[bytes]], None], lines: Sequence[bytes]) -> float:
    """CPU microseconds a line."""
    start = time.process_time()
    call(lines)
    return (time.process_time() - start) / len(lines) * 1e6


def compare(lines: Sequence[bytes], chunk: int) -> dict[str, list[float]]:
    """By name, CPU microseconds a line of each chunk but the first."""
    peers = list(entered())
    taken: dict[str, list[float]] = {one.name: [] for one in peers}
    for number, begin in enumerate(range(0, len(lines), chunk)):
        part = lines[begin : begin + chunk]
        for one in peers[number % len(peers) :] + peers[: number % len(peers)]:
            spent = cpu(one.peer.feed, part[: one.lines or None])
            if number:
                taken[one.name].append(spent)
        if not number:
            ease()  # as watch and export do, once all is loaded; it helps all alike
    script = NaiveScript()
    script.feed(lines[: chunk // 4])
    taken[NAIVE] = [cpu(script.feed, lines[chunk:])]
    return taken


def against(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """How many times as long they take: the median over the chunks."""
    if len(theirs) == 1:
        return theirs[0] / median(ours)
    return median(one / our for one, our in zip(theirs, ours, strict=True))


def feed(path: Path | None, count: int) -> list[bytes]:
    """Plain lines of a file of any shape, or simulated ones of an hour."""
    if path is None:
        return plain_lines(count, seed=1)
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as lines:
        return list(islice(plainly(lines), count))


def dense(lines: Sequence[bytes], per_second: float) -> list[bytes]:
    """The lines in their order, as if so many had come a second."""
    posts = [json.loads(line) for line in lines]
    start = datetime.fromisoformat(posts[0]["created_at"])
    made: dict[str, str] = {}
    for number, post in enumerate(posts):
        at = (start + timedelta(seconds=number / per_second)).isoformat(timespec="milliseconds")
        post["created_at"] = made.setdefault(post["id"], at)
        post["retrieved_at"] = at
    return [json.dumps(post, ensure_ascii=False).encode() for post in posts]


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", type=Path, nargs="?")
    parser.add_argument("--lines", type=int, default=8 * 1_024)
    parser.add_argument("--per-second", type=float, help="give the lines times anew, so many a second")
    parser.add_argument("--chunk", type=int, default=1_024)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    lines = feed(given.feed, given.lines)
    if given.per_second:
        lines = dense(lines, given.per_second)
    if len(lines) < 2 * given.chunk:
        parser.error(f"{len(lines)} lines are too few: two chunks of {given.chunk} at the least")
    before = machine().load_after
    taken = compare(lines, given.chunk)
    rows = {
        name: {
            "us_per_line": round(median(spent), 1),
            "times": round(against(spent, taken[OURS]), 2),
            "times_no_topics": round(against(spent, taken[WITHOUT]), 2),
        }
        for name, spent in taken.items()
    }
    size = round(sum(map(len, lines)) / len(lines))
    if given.json:
        told = {"lines": len(lines), "bytes_a_line": size, "peers": rows, "load_before": before}
        print(json.dumps({**told, "feed": str(given.feed or "simulated"), "load_after": machine().load_after}))
        return
    print(f"{given.feed or 'simulated posts'}: {len(lines):,} lines of {size} bytes, load average {before} before")
    print(f"{'':<28}{'us/line':>10}{'lines/s':>10}{'times':>8}{'times --no-topics':>20}")
    for name, row in rows.items():
        us = row["us_per_line"]
        print(f"{name:<28}{us:>10,.1f}{1e6 / us:>10,.0f}{row['times']:>8.2f}{row['times_no_topics']:>20.2f}")


if __name__ == "__main__":
    main()
