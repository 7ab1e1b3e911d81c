"""A catch-up with one process and with several: how long it takes, and what each process does.

    python benchmarks/bench_cores.py [FEED[.gz]] [--lines N] [--rounds N] [--jobs N] [--no-topics] [--no-workers]

Without FEED it is fed with simulated Mastodon. Rounds with one process and with `--jobs` alternate, medians are told.
Prints one JSON object. Measured, of each: wall seconds and CPU seconds of this process, from when the workers are
ready, and CPU seconds of the workers with their start. Computed, as wall times mean something only where nobody else
uses the processors: microseconds a line in the engine's thread with one process (`alone_us`); with all lines read by
others (`engine_us`); and what a worker does for a line (`worker_us`). `speedup_free_cores` is what two free
processors would come to: they take the longer of the engine's part and half of all there is to do, since the engine
reads what the worker has no time for.
"""

import argparse
import gzip
import json
import resource
import sys
import tempfile
import threading
import time
from itertools import islice
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.ahead import AheadSources, Sizes
from engine.config import EngineConfig
from engine.memory import ease
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.preparing import Reader, pack, unpack
from engine.runner import FixedSources, Runner
from engine.simulate import simulate
from engine.sources.tail import Tail

CHUNK = 512
PRESENT = 4_102_444_800_000_000  # the year 2100: no line is from its future


def feed(path: Path | None, count: int) -> list[bytes]:
    """The first `count` lines of a file, or of a simulated feed."""
    if path is None:
        return simulate("mastodon", seed=1, hours=0.5, rate=400.0)[0][:count]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as lines:
        return [line.rstrip(b"\r\n") for line in islice(lines, count)]


def chunks(lines: list[bytes]) -> list[list[bytes]]:
    """The lines as a runner takes them."""
    return [lines[begin : begin + CHUNK] for begin in range(0, len(lines), CHUNK)]


def alone(lines: list[bytes], config: EngineConfig) -> float:
    """CPU seconds of the engine's thread that reads all by itself."""
    engine, begin = Engine(config), time.thread_time()
    for chunk in chunks(lines):
        engine.feed(0, chunk, PRESENT)
    return time.thread_time() - begin


def shared(lines: list[bytes], config: EngineConfig) -> tuple[float, float, int]:
    """CPU seconds of the engine's thread where others read, of those others, and the bytes that they send."""
    engine, reader = Engine(config), Reader(Decoder(), False)
    here = there = 0.0
    size = 0
    for chunk in chunks(lines):
        begin = time.thread_time()
        sent = pack(reader.read(chunk))
        end = time.thread_time()
        engine.intake.prepare(unpack(chunk, sent))
        engine.feed(0, chunk, PRESENT)
        there += end - begin
        here += time.thread_time() - end
        size += len(sent)
    return here, there, size


def catch_up(path: Path, jobs: int, config: EngineConfig) -> dict[str, float]:
    """Read a file with real processes."""
    engine = Engine(config)
    sources = AheadSources(FixedSources([Tail(str(path), follow=False)]), engine, jobs, Sizes(0, 0))
    crew = sources.crew
    if jobs > 1:
        crew.start()
        while not crew.ready and not crew.trouble:
            time.sleep(0.01)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall, own = time.perf_counter(), time.process_time()
    Runner(engine, sources, present=lambda: PRESENT).run()
    told = {"wall_s": time.perf_counter() - wall, "engine_cpu_s": time.process_time() - own}
    sources.close()
    while any("Executor" in thread.name for thread in threading.enumerate()):
        time.sleep(0.01)  # until the workers are gone: before that nobody knows what they took
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told["workers_cpu_s"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", type=Path, nargs="?")
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-topics", action="store_true", help="without stories, themes and copies")
    parser.add_argument("--no-workers", action="store_true", help="only what is computed")
    given = parser.parse_args()
    lines, config = feed(given.feed, given.lines), EngineConfig(topics=not given.no_topics)
    alone(lines[: len(lines) // 4], config)  # loads the models
    ease()
    one, here, there = [], [], []
    size = 0
    for _ in range(given.rounds):
        one.append(alone(lines, config))
        engine, worker, size = shared(lines, config)
        here.append(engine)
        there.append(worker)
    by_itself, engine_part, worker_part = (median(each) / len(lines) * 1e6 for each in (one, here, there))
    told: dict[str, object] = {
        "feed": str(given.feed or "simulated mastodon"),
        "lines": len(lines),
        "alone_us": round(by_itself, 1),
        "engine_us": round(engine_part, 1),
        "worker_us": round(worker_part, 1),
        "sent_bytes": round(size / len(lines)),
        "speedup_free_cores": round(by_itself / max(engine_part, (engine_part + worker_part) / 2), 2),
    }
    if not given.no_workers:
        with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
            file.writelines(line + b"\n" for line in lines)
            file.flush()
            path, jobs = Path(file.name), given.jobs
            rounds = [(catch_up(path, 1, config), catch_up(path, jobs, config)) for _ in range(given.rounds)]
        for place, name in enumerate(("one", f"jobs_{given.jobs}")):
            told[name] = {key: round(median(both[place][key] for both in rounds), 2) for key in rounds[0][place]}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
