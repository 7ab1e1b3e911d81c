"""Feeds made to be dear: what the whole engine takes for each line of them, beside a usual feed.

    python -m benchmarks.dear_lines [--lines N] [--json]

Every line is as dear as its bounds allow, and each is of the kind that the one before was: all the tags or words that a
post may have, each of them new; one account or one post that everything befalls; event time that leaps. CPU time of
this process, one feed after the other. Exit status 1 if a line of any costs more than 25 times a usual one.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.config import EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from tests.feeds import PRESENT, SECOND, START, delete, edit, like, post, purge, uri

MOST = 25.0  # times the cost of a usual line
STEP = SECOND // 10
DAY = 24 * 3600 * SECOND
CONFIG = EngineConfig(window=60 * SECOND, retention=600 * SECOND, max_posts=1_000, max_texts=1 << 10)

Line = Callable[[int, int], str]  # of its number and of how many there are


def _post(number: int, at: int, text: str = "a good day", author: str = "", tags: tuple[str, ...] = ()) -> str:
    return post(f"p{number}", START + at, f"{text} {number}", author or f"did:plc:{number}", tags)


FEEDS: dict[str, Line] = {
    "usual": lambda n, _: _post(n, n * STEP),
    "of one account": lambda n, _: _post(n, n * STEP, author="did:plc:a"),
    "newest first, of one account": lambda n, many: _post(n, (many - n) * STEP, author="did:plc:a"),
    "200 new tags each": lambda n, _: _post(n, n * STEP, tags=tuple(f"t{n}x{k}" for k in range(200))),
    "the same 200 tags": lambda n, _: _post(n, n * STEP, tags=tuple(f"t{k}" for k in range(200))),
    "200 new words each": lambda n, _: _post(n, n * STEP, " ".join(f"w{n}x{k}" for k in range(200))),
    "likes of one post": lambda n, _: like(f"l{n}", START + n * STEP, uri("p0", "did:plc:0")) if n else _post(0, 0),
    "edits of one post": lambda n, _: (
        edit("p0", START + n * STEP, f"a day {n} #x{n}", START, "did:plc:0") if n else _post(0, 0)
    ),
    "deletes of nothing": lambda n, _: delete(f"p{n}", START + n * STEP),
    "purges of nobody": lambda n, _: purge(f"did:plc:{n}", START + n * STEP),
    "ten seconds between": lambda n, _: _post(n, n * 10 * SECOND),
    "ten days between": lambda n, _: _post(n, n * 10 * DAY),
}


def cost(line: Line, count: int) -> float:
    """CPU seconds for each of so many lines, a picture at the end included."""
    feed = [line(number, count).encode() for number in range(count)]
    engine = Engine(CONFIG)
    engine.model.learn_pasts_only()
    start = time.process_time()
    for begin in range(0, count, 256):
        engine.feed(0, feed[begin : begin + 256], PRESENT)
    engine.finish()
    snapshot(engine, 60)
    return (time.process_time() - start) / count


def main() -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    cost(FEEDS["usual"], given.lines)  # loads what is loaded once
    found = {name: cost(line, given.lines) for name, line in FEEDS.items()}
    times = {name: round(each / found["usual"], 2) for name, each in found.items()}
    if given.json:
        us = {name: round(each * 1e6, 1) for name, each in found.items()}
        print(json.dumps({"lines": given.lines, "us_per_line": us, "times_usual": times, "most": MOST}))
    else:
        print("\n".join(f"{name:30} {found[name] * 1e6:9.1f} us {times[name]:6.2f} x" for name in FEEDS))
    return 0 if max(times.values()) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
