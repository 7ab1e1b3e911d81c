"""The whole engine on one feed: posts a second, and microseconds of CPU by stage.

    python benchmarks/bench_engine.py [FEED[.gz]] [--lines N] [--rounds N] [--window 15m|all]

Without FEED it is fed with an hour of simulated Bluesky. CPU time of this process (not wall time), medians over the
rounds; a first round that loads the models is not counted. Prints one JSON object: lines, posts, posts_per_s and
lines_per_s of the engine with all its models, peak_mb of resident memory, us_per_line by stage, and frame_ms, what it
costs to draw a picture of 60 rows a table from the state at the end.

The stages are timed in rounds of their own, with a clock around each call, so they add up to a little more than the
whole. "rest" is what stands in none of the others: order, ledger, windows, labels that come due.
"""

import argparse
import gzip
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine import pipeline
from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.simulate import simulate

CHUNK = 512
ROWS = 60
FRAMES = 5
PRESENT = 4_102_444_800_000_000  # the year 2100: no line is from its future


def feed(path: Path | None, count: int) -> list[bytes]:
    """The first `count` lines of a file, or of a simulated feed."""
    if path is None:
        return simulate("bluesky", seed=1, hours=1.0, rate=20.0)[0][:count]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as lines:
        return [line for line, _ in zip(lines, range(count), strict=False)]


def run(lines: list[bytes], engine: Engine) -> float:
    """Feed an engine; CPU seconds."""
    start = time.process_time()
    for begin in range(0, len(lines), CHUNK):
        engine.feed(0, lines[begin : begin + CHUNK], PRESENT)
    engine.finish()
    return time.process_time() - start


class Stages:
    """CPU seconds by stage, by a clock around the calls that open it."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call`, with what it costs put down to `stage`."""

        def measured(*args: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return call(*args, **named)
            finally:
                self.spent[stage] += time.process_time() - start

        return measured


def by_stage(lines: list[bytes], config: EngineConfig) -> Counter[str]:
    """One run with a clock around each stage."""
    stages, engine = Stages(), Engine(config)
    engine.intake.decoder.read = stages.timed("decode", engine.intake.decoder.read)  # type: ignore[method-assign]
    engine._learn = stages.timed("forecast and learn", engine._learn)  # type: ignore[method-assign]
    engine.topics.finish = stages.timed("topics", engine.topics.finish)  # type: ignore[method-assign]
    engine.names.update = stages.timed("names", engine.names.update)  # type: ignore[method-assign]
    for call in ("post", "placed", "turn"):
        setattr(engine.rising, call, stages.timed("bursts", getattr(engine.rising, call)))
    together, pipeline.analyse_all = pipeline.analyse_all, stages.timed("text", pipeline.analyse_all)
    alone, pipeline.analyse = pipeline.analyse, stages.timed("text", pipeline.analyse)
    try:
        whole = run(lines, engine)
    finally:
        pipeline.analyse_all, pipeline.analyse = together, alone
    stages.spent["rest"] = whole - stages.spent.total()
    return stages.spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", type=Path, nargs="?")
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", choices=("15m", "all"), default="15m")
    given = parser.parse_args()
    config = EngineConfig(window=ALL_TIME if given.window == "all" else 15 * MINUTE)
    lines = feed(given.feed, given.lines)
    run(lines, Engine(config))
    engine = Engine(config)
    seconds = median(run(lines, engine := Engine(config)) for _ in range(given.rounds))
    stages = [by_stage(lines, config) for _ in range(given.rounds)]
    frames = []
    for _ in range(FRAMES):
        start = time.process_time()
        snapshot(engine, ROWS)
        frames.append(time.process_time() - start)
    posts = engine.meters.get("posts", 0) + engine.meters.get("late", 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {
        "feed": str(given.feed or "simulated bluesky"),
        "lines": len(lines),
        "posts": posts,
        "posts_per_s": round(posts / seconds),
        "lines_per_s": round(len(lines) / seconds),
        "peak_mb": round(peak / (2**20 if sys.platform == "darwin" else 2**10)),
        "us_per_line": {
            stage: round(median(one[stage] for one in stages) / len(lines) * 1e6, 1) for stage in sorted(stages[0])
        },
        "posts_in_window": engine.window.total.posts,
        "frame_ms": round(median(frames) * 1e3, 1),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
