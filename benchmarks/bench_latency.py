"""From a line appended to a file to the sums that hold it: milliseconds, p50 and p99, at a given rate.

    python benchmarks/bench_latency.py [--rate N,N] [--seconds N] [--json]

Another process appends plain posts one by one at the rate; this one follows the file as `trendtop watch` does and feeds
an engine with all its models. A line counts as arrived when its post is in the window; with `--lateness 0s`, for the
reorder buffer waits by intent. Also what both cost meanwhile, in % of a core. Wall time: run it on a machine that is
otherwise idle. The first second is not counted.
"""

import argparse
import json
import mmap
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from engine.config import ALL_TIME, EngineConfig, SourceConfig
from engine.pipeline import Engine
from engine.runner import Runner
from engine.sources.opening import open_sources
from engine.sources.waiting import Waiter

TEXTS = ("what a good day at the market", "the train was late again and nobody said why", "look at the moon #night")
TURN = 0.002  # seconds: as many lines as are due by then are appended one by one
QUIET = 1.0  # seconds after the last line


def append(path: str, sent: mmap.mmap, rate: int, count: int) -> None:
    """Append `count` lines at `rate` a second, noting when each was about to be written."""
    times = np.frombuffer(sent, np.int64)
    began = time.monotonic()
    with open(path, "ab", buffering=0) as file:
        for number in range(count):
            while (ahead := number / rate - (time.monotonic() - began)) > 0:
                time.sleep(min(ahead, TURN))
            line = {
                "id": str(number),
                "text": f"{TEXTS[number % len(TEXTS)]} {number % 97}",
                "author": f"a{number % 501}",
                "created_at": time.time(),
                "lang": "en",
            }
            body = json.dumps(line).encode() + b"\n"
            times[number] = time.monotonic_ns()
            file.write(body)


def measure(rate: int, seconds: float) -> dict[str, float]:
    """Follow a file that grows at a rate."""
    count = int(rate * seconds)
    with tempfile.TemporaryDirectory() as folder, mmap.mmap(-1, 8 * count) as sent:
        path = os.path.join(folder, "feed.jsonl")
        Path(path).write_text('{"id": "first", "text": "the first line", "created_at": 1700000000}\n')
        engine = Engine(EngineConfig(lateness=0, window=ALL_TIME))
        sources = open_sources(SourceConfig(paths=(path,)))
        runner, arrived = Runner(engine, sources), np.zeros(count, np.int64)
        runner.step()
        writer = multiprocessing.get_context("fork").Process(target=append, args=(path, sent, rate, count))
        writer.start()
        used, began, done = time.process_time(), time.monotonic(), 0
        with Waiter(sources) as waiter:
            while done < count - 1 and time.monotonic() < began + 3 * seconds + 10 * QUIET:
                if not runner.step():
                    waiter.wait(0.25)
                    continue
                posts = max(0, engine.meters.get("posts", 0) - 1)
                arrived[done:posts] = time.monotonic_ns()
                done = max(done, posts)
        spent = (time.process_time() - used) / (time.monotonic() - began)
        writer.join()
        skip = min(rate, count // 4)
        delays = (arrived[skip:done] - np.frombuffer(sent, np.int64)[skip:done]) / 1e6
        return {
            "lines": len(delays),
            "p50_ms": round(float(np.percentile(delays, 50)), 1),
            "p99_ms": round(float(np.percentile(delays, 99)), 1),
            "core_percent": round(100 * spent, 1),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", default="100,2000")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    measure(200, 3.0)  # loads what is loaded at first use
    told = {rate: measure(int(rate), given.seconds) for rate in given.rate.split(",")}
    if given.json:
        print(json.dumps({"load": os.getloadavg()[0], "by_rate": told}))
        return
    print(f"load average {os.getloadavg()[0]:.1f}")
    for rate, row in told.items():
        print(f"{rate:>6} lines/s  p50 {row['p50_ms']} ms  p99 {row['p99_ms']} ms  {row['core_percent']} % of a core")


if __name__ == "__main__":
    main()
