"""A long watch in little: memory and every structure of the engine, sampled ten times over a feed that never repeats.

    python -m benchmarks.soak [--hours 24] [--rate 1000] [--seed N] [--json]

The feed is benchmarks/churn.py's. Posts are kept for a fortieth of it, so that retention is passed in the first tenth.
A day at 1,000 lines a second has the caps of a real watch; less than that has smaller ones in proportion, so that they
are passed as well: what is capped by a number alone would otherwise fill up to the very end. (So do the tombstones of a
real watch, a million: here there are a tenth as many.) After each tenth a picture is taken as of a screen with a filter
and alerts, resident memory is read, and all that is in any container of the engine is counted (benchmarks/holdings.py).

Passes, with exit status 0, if resident memory in the last tenth is within 5 % of that in the second, and no structure
holds more in the last two tenths than it held from the second to the sixth, but for a tenth. What grew is printed.
"""

import argparse
import gc
import json
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.churn import lines
from benchmarks.holdings import holdings, reached
from engine import analysis, clock, ledger, naming, places, placing, rising, volumes
from engine.alerts import watch
from engine.config import HOUR, MINUTE, SECOND, EngineConfig
from engine.memory import ease
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.tags import Tags
from models import frozen, language, sentiment, stories, terms, themes, vocabulary
from models.authors import AuthorHistory
from models.bursts import Detector
from models.normal import NormalByAge
from models.rolling import Rolling
from models.sample import Sample as Sampled

TENTHS = 10
CHUNK = 512
FULL = 24 * 3600 * 1000  # lines of a soak in full
MEMORY = 0.05  # by which resident memory may differ
GROWTH = 0.10  # by which a structure may have grown, and
SLACK = 64  # so many things more


class Sample(NamedTuple):
    """What there was after a tenth."""

    rss: int  # bytes
    held: Counter[str]


def config(hours: float, share: float, seed: int) -> EngineConfig:
    """Options of a soak that is a `share` of a full one."""
    keep = int(hours * HOUR / 40)
    return EngineConfig(
        window=max(10 * SECOND, keep // 4),
        retention=keep,
        max_posts=_scaled(200_000, share),
        max_waiting=_scaled(100_000, share),
        max_tombstones=_scaled(100_000, share),
        max_raw_lines=_scaled(5_000, share),
        horizons=(max(SECOND, keep // 8), keep * 2),
        max_texts=1 << 10 if share < 1 else 1 << 17,
        alerts=("rate>10", "lang:en mean<0.9", "burst"),
        seed=seed,
    )


def _scaled(cap: int, share: float, least: int = 200) -> int:
    return max(least, min(cap, int(cap * share)))


# Caps that are no options and are read where they are used.
CAPS: tuple[tuple[Any, str, int], ...] = (
    (ledger, "MAX_REACTIONS", 1_000),
    (ledger, "MAX_ORPHANS", 200),
    (clock, "TIMELESS_KEPT", 200),
    (stories, "MAX_ALONE", 50),
    (stories, "MAX_LIVE", 50),
    (themes, "RESTING", 4),
    (themes, "TERMS", 16),
    (naming, "KEPT", 50),
    (placing, "MERGES_KEPT", 50),
    (places, "ROOM", 50),
    (volumes, "MAX_STORIES", 50),
    (language._clues, "cap", 500),
    (sentiment._codes, "cap", 500),
    (sentiment._wide, "cap", 500),
    (terms._of_tags, "cap", 500),
    (terms._pieces, "cap", 500),
    (analysis._tokens, "cap", 500),
    (analysis._normal, "cap", 500),
    (frozen, "MOST_BATCHES", 50),
    (vocabulary, "MAX_KNOWN", 500),
    (sentiment._windows, "cap", 50),
    (watch, "KEPT", 5),
)


@contextmanager
def smaller_caps(share: float, tenth: int) -> Iterator[None]:
    """Caps as small as a share of a full soak asks for, but for a least, as long as this lasts.

    Bursts are looked for in windows that end within half a tenth of it.
    """
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in CAPS]
    before.append((rising, "SCALES_OF", rising.SCALES_OF))
    try:
        for owner, name, least in CAPS:
            setattr(owner, name, _scaled(getattr(owner, name), share, least))
        rising.SCALES_OF = {
            kind: tuple(scale for scale in scales if 2 * scale.step * scale.width <= tenth)
            for kind, scales in rising.SCALES_OF.items()
        }
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


def lower_caps(engine: Engine, share: float) -> None:
    """The same for caps that its parts were made with."""
    for _, thing in [*reached(engine)]:
        match thing:
            case AuthorHistory() | NormalByAge() | Rolling():
                thing._cap = _scaled(thing._cap, share)
            case Tags():
                thing.cap = _scaled(thing.cap, share)
                thing._room = thing.cap * 3 // 4
            case Sampled():
                thing._posts = deque(maxlen=_scaled(thing._posts.maxlen or 0, share, 50))
            case Detector():
                thing._most = _scaled(thing._most, share)


def counted_apart(engine: Engine) -> Counter[str]:
    """`holdings`, by a child of this process: the walk takes as much memory as half of what it walks through."""
    ours, theirs = os.pipe()
    if (child := os.fork()) == 0:
        with os.fdopen(theirs, "w") as told:
            json.dump(holdings(engine), told)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as told:
        held = Counter[str](json.load(told))
    os.waitpid(child, 0)
    return held


def soak(
    hours: float, rate: float, seed: int, fits: bool = True, count_held: Callable[[Engine], Counter[str]] = holdings
) -> Iterator[Sample]:
    """Run, and give a sample after each tenth. Without `fits` no trees are fitted, which takes most of a short one."""
    count = int(hours * 3600 * rate)
    share = min(1.0, count / FULL)
    with smaller_caps(share, int(hours * HOUR / TENTHS)):
        engine = Engine(config(hours, share, seed))
        engine.show(expression="lang:en -is:reply")
        lower_caps(engine, share)
        if not fits:
            engine.model.learn_pasts_only()
        yield from _tenths(engine, lines(hours, rate, seed), count, count_held)


def _tenths(
    engine: Engine, feed: Iterator[tuple[int, bytes]], count: int, count_held: Callable[[Engine], Counter[str]]
) -> Iterator[Sample]:
    waiting: list[bytes] = []
    tenths = 0
    for fed, (at, line) in enumerate(feed, 1):
        waiting.append(line)
        ended = fed * TENTHS // count > tenths
        if len(waiting) == CHUNK or ended:
            engine.feed(0, waiting, at + MINUTE)
            waiting = []
        if ended:
            tenths += 1
            snapshot(engine, 60)
            engine.alerts.take_news()
            gc.collect()
            yield Sample(resident(), count_held(engine))


# A fit that is under way, or not, when a sample is taken; labels that wait until they are a step; the columns of words
# that many posts have, of which those long out of use go at once, in every ten halvings of what they weigh; places of
# subjects that others are about to get; what was said in a step of bursts that is not over; the words of names, which
# are looked up from the names when somebody asks.
PASSING = frozenset(
    {
        "Refits._job",
        "Refits._running",
        "Online._waiting",
        "Usual._counted",
        "Counts._free",
        "Counts._open",
        "Names._called",
    }
)


def grown(samples: list[Sample]) -> dict[str, tuple[int, int]]:
    """The structures that hold more at the end than they did, with how much they held and hold."""
    names = {name for sample in samples for name in sample.held} - PASSING
    pairs = {
        name: (max(one.held[name] for one in samples[1:6]), max(one.held[name] for one in samples[-2:]))
        for name in sorted(names)
    }
    return {name: (was, now) for name, (was, now) in pairs.items() if now > was * (1 + GROWTH) + SLACK}


def resident() -> int:
    """Resident memory of this process, in bytes."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> int:
    """Soak and print; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0, help="of event time (default 24)")
    parser.add_argument("--rate", type=float, default=10.0, help="lines a second (default 10)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    samples: list[Sample] = []
    ease()  # as the engine's process does
    for sample in soak(given.hours, given.rate, given.seed, count_held=counted_apart):
        samples.append(sample)
        if not given.json:
            spent = time.process_time()
            things = sum(sample.held.values())
            print(f"{len(samples)}/10  {sample.rss / 2**20:7.1f} MB  {things:12,} things  {spent:6.1f} s", flush=True)
    drift = samples[-1].rss / samples[1].rss - 1
    more = grown(samples)
    passed = abs(drift) <= MEMORY and not more
    if given.json:
        told = {
            "hours": given.hours,
            "rate": given.rate,
            "passed": passed,
            "rss_mb": [round(sample.rss / 2**20, 1) for sample in samples],
            "drift": round(drift, 4),
            "grown": more,
            "largest": dict(samples[-1].held.most_common(20)),
        }
        print(json.dumps(told))
    else:
        print(f"memory in the last tenth against the second: {drift:+.1%}")
        print("\n".join(f"grew: {name} from {was:,} to {now:,}" for name, (was, now) in more.items()) or "nothing grew")
        print("passed" if passed else "failed")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
