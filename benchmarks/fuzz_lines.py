"""Hostile lines by the million: nothing may raise, the meters must add up, and no line may cost more than its length.

    python -m benchmarks.fuzz_lines [--lines 1000000] [--seed N] [--json]

Lines of the simulator, and one made by hand of every other shape, are spoilt at the level of bytes and at that of JSON
(benchmarks/mutations.py) and fed to one engine among those left as they were. After each thousand the meters are
added up, and a picture is taken and written as JSON and as every table, in which no control character, no bidi control
and no formula may stand.

What a line costs of itself (reading it, and all that is read out of its texts) is measured once more apart, in CPU
time of this thread, since what the engine does in batches falls on whichever line closes them. The bound is linear in
the bytes of the line, with an allowance for each of the records in it: what is beyond it, is measured again, and is
beyond it each time, is a failure. Exit status 1 if anything failed; the line is then printed.
"""

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.mutations import Mutator
from engine.analysis import analyse
from engine.clean import clean_ids
from engine.config import HOUR, MINUTE, SECOND, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.base import Mapped
from engine.platforms.decode import Decoder
from engine.rawlines import posted
from engine.simulate import SHAPES, START, simulate
from engine.sources.base import Item
from tests.harmless import check_harmless, check_sum

CHECKED = 1_000  # lines between two looks
CHAPTER = 0.1  # hours of simulated feed that are made at once
RATE = 60.0  # its posts per minute, of each shape
DEAREST = 12  # lines shown
TRIED = 5  # times that a line is measured before it is said to cost too much
CONFIG = EngineConfig(
    window=5 * MINUTE,
    retention=20 * MINUTE,
    max_posts=2_000,
    max_waiting=1_000,
    max_tombstones=2_000,
    horizons=(MINUTE, 10 * MINUTE),
    max_texts=1 << 10,
    max_raw_lines=500,
    alerts=("rate>20", "lang:en mean<0.2 for 30s", "burst"),
)

# The bound on what a line may cost: so much for each record in it, and so much for each byte.
RECORD_US = 500
BYTE_US = 2.0


@dataclass
class Found:
    """What came of the lines."""

    lines: int = 0
    failures: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)  # CPU seconds of the lines themselves, by kind
    dearest: dict[str, tuple[float, int, int]] = field(default_factory=dict)  # kind -> seconds, bytes, records
    share: float = 0.0  # the largest part of the bound that a line took
    engine: float = 0.0  # CPU seconds of the engine


def lines(count: int, seed: int) -> Iterator[tuple[int, str, Item]]:
    """So many lines with the latest time that they can be from and what was done to them."""
    mutator, chapter, given = Mutator(seed), 0, 0
    while True:
        start = START + int(chapter * CHAPTER * HOUR)
        present = start + int(CHAPTER * HOUR)
        feeds = [simulate(shape, seed + chapter, CHAPTER, RATE, start)[0] for shape in sorted(SHAPES)]
        before = b""
        for line in _in_turn(feeds):
            if given == count:
                return
            yield present, *mutator.spoilt(line, before)
            before, given = line, given + 1
        chapter += 1


def _in_turn(feeds: list[list[bytes]]) -> Iterator[bytes]:
    """The lines of several feeds of one length in time, as they would come."""
    placed = [(at / len(feed), number, line) for number, feed in enumerate(feeds) for at, line in enumerate(feed)]
    return (line for _, _, line in sorted(placed, key=lambda row: row[:2]))


def read_apart(decoder: Decoder, line: bytes) -> int:
    """Read a line and all its texts, as the engine does; the number of events."""
    events = 0
    for outcome in decoder.read(line):
        events += 1
        if isinstance(outcome, Mapped):
            for event in map(clean_ids, outcome.events):
                events += 1
                if (post := posted(event)) is not None:
                    analyse(post)
    return events


def allowed(size: int, events: int) -> float:
    """The most seconds that a line of so many bytes may cost."""
    return (max(1, events) * RECORD_US + size * BYTE_US) / 1e6


def fuzz(count: int, seed: int, found: Found, rows: int | None = None) -> Iterator[Found]:
    """Feed so many lines, and tell what was found so far after each thousand. A failure ends it."""
    engine, decoder = Engine(CONFIG), Decoder()
    waiting: list[tuple[str, Item]] = []
    for present, kind, item in lines(count, seed):
        _measure(decoder, kind, item, found)
        start = time.thread_time()
        try:
            engine.feed(0, [item], present + 2 * SECOND)
        except Exception:
            found.failures.append(f"raised at {kind}: {item!r}\n{traceback.format_exc()}")
            return
        found.engine += time.thread_time() - start
        found.lines += 1
        waiting.append((kind, item))
        if len(waiting) == CHECKED:
            _check(engine, found, rows)
            waiting.clear()
            yield found
            if found.failures:
                return
    engine.finish()
    _check(engine, found, rows)
    yield found


def _measure(decoder: Decoder, kind: str, item: Item, found: Found) -> None:
    found.kinds[kind] += 1
    if not isinstance(item, bytes):
        return
    start = time.thread_time()
    events = read_apart(decoder, item)
    cost = time.thread_time() - start
    most = allowed(len(item), events)
    for _ in range(TRIED):
        if cost <= most / 2:
            break
        start = time.thread_time()
        read_apart(decoder, item)
        cost = min(cost, time.thread_time() - start)
    found.spent[kind] += cost
    found.share = max(found.share, cost / most)
    found.dearest[kind] = max(found.dearest.get(kind, (0.0, 0, 0)), (cost, len(item), events))
    if cost > most:
        found.failures.append(f"{kind} cost {cost * 1e3:.1f} ms of {most * 1e3:.1f}: {item[:500]!r}")


def _check(engine: Engine, found: Found, rows: int | None) -> None:
    try:
        picture = snapshot(engine, rows)
        assert picture.meters.lines == found.lines
        check_sum(picture)
        check_harmless(picture)
        unreadable = [reason for reason in picture.rejections if reason.reason.startswith("unreadable")]
        assert not unreadable, unreadable
    except Exception:
        found.failures.append(traceback.format_exc())


def _told(found: Found) -> dict[str, Any]:
    dearest = sorted(found.dearest.items(), key=lambda pair: -pair[1][0])
    return {
        "lines": found.lines,
        "failures": found.failures,
        "bound_us": {"record": RECORD_US, "byte": BYTE_US},
        "largest_share_of_bound": round(found.share, 3),
        "engine_us_per_line": round(found.engine / max(1, found.lines) * 1e6, 1),
        "us_per_line": {kind: round(found.spent[kind] / times * 1e6, 1) for kind, times in sorted(found.kinds.items())},
        "dearest": [
            {"kind": kind, "ms": round(seconds * 1e3, 1), "bytes": size, "events": events}
            for kind, (seconds, size, events) in dearest[:DEAREST]
        ],
    }


def _say(told: dict[str, Any]) -> Iterable[str]:
    yield f"{told['lines']:,} lines, {len(told['failures'])} failures"
    yield f"the engine took {told['engine_us_per_line']} microseconds a line"
    yield "the line itself, by what was done to it:"
    yield from (f"  {kind:14} {cost:10,.1f} us" for kind, cost in told["us_per_line"].items())
    share = f"{told['largest_share_of_bound']:.0%}"
    yield f"the bound is {RECORD_US} us a record and {BYTE_US} a byte; at most {share} of it was needed"
    yield "the dearest lines:"
    yield from (f"  {row['kind']:14} {row['ms']:10,.1f} ms {row['bytes']:12,} bytes" for row in told["dearest"])
    yield from told["failures"]


def main() -> int:
    """Fuzz and print; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = Found()
    for _ in fuzz(given.lines, given.seed, found):
        if not given.json and sys.stderr.isatty():
            print(f"\r{found.lines:,}", end="", file=sys.stderr)
    told = _told(found)
    print(json.dumps(told) if given.json else "\n".join(_say(told)))
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
