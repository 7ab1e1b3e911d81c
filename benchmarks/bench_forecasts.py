"""What prediction and learning cost a post, and what a post weighs that waits for its labels.

    python benchmarks/bench_forecasts.py [--posts N] [--waiting N] [--rounds N] [--json]

Targets, on one core, in batches as the engine makes them: prediction and learning together under 100 microseconds a
post, and under 1 KB for each post that waits.

Two feeds, both with four horizons and fitted models in the lead:

- "sampled": 1,000 posts a second with labels up to 24 hours away. 86 million posts cannot be held, so the engine grades
  a sample of one in 1,024 (`max_waiting`): all posts are predicted, few are learnt from.
- "all graded": 100 posts a second, each of which is learnt from at every horizon. The horizons are as much shorter as
  it takes to hold them all (24 hours of such a feed would be 8.6 million posts): the work for a post is the same.

Driven are the engine's own parts, with made-up posts (14 terms, up to 3 tags, 20,000 authors), but not what reads texts:
language, mood, stories and windows (bench_engine.py has those). CPU time of the main thread, medians over the rounds;
refits run on another and are told apart, spread over the posts of the 12 hours between two of them.
"prediction and learning" is known, volumes, forecast, arrived, track, collect and teach; of each post, the others are
the ledger's: add, react (two reactions a post), and expire, which is what happens as a post leaves retention.
"""

import argparse
import gc
import json
import random
import resource
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.threads import start_with_one_thread

start_with_one_thread()

from engine.analysis import Analysis
from engine.config import HOUR, MINUTE, SECOND, EngineConfig
from engine.events import Post, Reaction
from engine.labels import UNSAMPLED
from engine.ledger import Entry
from engine.pipeline import BATCH_POSTS, Engine
from models.sentiment import Polarity

START = 1_780_000_000 * SECOND
TARGET_US, TARGET_BYTES = 100.0, 1_000.0
TOGETHER = ("known", "volumes", "forecast", "arrived", "track", "collect", "teach")
REST = ("add", "react", "expire")
AUTHORS, WORDS, TAGS, STORIES = 20_000, 30_000, 2_000, 500
LESSON = 1_500  # posts in each of the lessons that the models start from
KEPT = 2_000  # posts in retention
SHARE = 1 / 1_024
SHRUNK = 100  # times shorter are the horizons of the feed that is graded as a whole

Made = tuple[Post, Analysis, int, int]  # with its time and how many reactions it will have


class Feed:
    """Made-up posts: some authors post and draw far more than others, media and tags help."""

    def __init__(self, seed: int) -> None:
        self._draws = random.Random(seed)
        self._numbers = 0
        self._words = ["".join(self._draws.choices("abcdefghijklmnoprstuvwy", k=7)) for _ in range(WORDS)]
        self._tags = [f"{word}day" for word in self._words[:TAGS]]
        self._authors = [f"did:plc:{self._draws.getrandbits(120):024x}"[:32] for _ in range(AUTHORS)]

    def post(self, at: int) -> Made:
        draws = self._draws
        self._numbers += 1
        rank = int(AUTHORS * draws.random() ** 3)
        words = tuple(self._words[int(WORDS * draws.random() ** 3)] for _ in range(14))
        tags = tuple({self._tags[int(TAGS * draws.random() ** 2)] for _ in range(draws.choice((0, 0, 0, 1, 1, 2, 3)))})
        media = draws.choice(("", "", "image", "video", "link"))
        author = self._authors[rank]
        text = " ".join(words) + "".join(f" #{tag}" for tag in tags) + draws.choice(("", "?", " https://example.org/x"))
        post = Post(
            platform="bluesky",
            uid=f"at://{author}/app.bsky.feed.post/3m{self._numbers:011x}",
            author=author,
            text=text,
            created=at,
            seen=at,
            tags=tags,
            lang="en",
            media=media,  # type: ignore[arg-type]
            followers=rank * 7 % 5_000,
            reply_to=f"at://{self._authors[-rank]}/app.bsky.feed.post/3k{rank:011x}" if rank % 3 == 0 else "",
        )
        mood = Polarity(0.0, 1.0, 0.0, draws.uniform(-1, 1))
        analysis = Analysis(text, "", tags, words + tuple(f"#{tag}" for tag in tags), "en", "", mood)
        drawn = draws.expovariate(1) * (1 + (rank % 40) / 4) * (1 + 2 * (media == "video")) * (1 + len(tags))
        return post, analysis, at, int(drawn)

    def posts(self, count: int, at: int, step: int) -> list[Made]:
        return [self.post(at + number * step) for number in range(count)]


class Bench:
    """The engine's parts, driven batch by batch. `spent` is CPU time by part in nanoseconds."""

    def __init__(self, horizons: tuple[int, ...], seed: int) -> None:
        self.config = EngineConfig(horizons=horizons, max_posts=KEPT, max_waiting=10**9)
        self.engine = Engine(self.config)
        self.engine.ledger.complete.add("bluesky")
        self.feed = Feed(seed)
        self.now = START
        self.spent: Counter[str] = Counter()
        self._draws = random.Random(seed)
        self._due: list[tuple[str, int]] = []  # posts with reactions to come
        self._reactions = 0

    def step(self, step: int, count: int = BATCH_POSTS) -> None:
        """One batch of posts, `step` apart."""
        made = self.feed.posts(count, self.now + step, step)
        self.now = made[-1][2]
        reactions = self._reacting(made)
        parts = self._parts(made, reactions)
        clock = time.thread_time_ns
        began = clock()
        for name in parts:
            ended = clock()
            self.spent[name] += ended - began
            began = clock()

    def _parts(self, made: Sequence[Made], reactions: Sequence[Reaction]) -> Iterator[str]:
        """The work on a batch, as `Engine` does it; says after each part which it was."""
        engine = self.engine
        ledger, labels, model = engine.ledger, engine.labels, engine.model
        entries = [ledger.add(post, analysis, at, False) for post, analysis, at, _ in made]
        yield "add"
        known = [
            engine.known(post, analysis, at, entry.author)
            for (post, analysis, at, _), entry in zip(made, entries, strict=True)
        ]
        yield "known"
        for _, analysis, at, _ in made:
            engine.volumes.post(analysis.tags, at)
            engine.volumes.placed(hash(analysis.terms[0]) % STORIES, analysis.terms, at)
        yield "volumes"
        for reaction in reactions:
            ledger.react(reaction, self.now)
        yield "react"
        for _, _, at, _ in made:
            labels.collect(at, ledger)
        yield "collect"
        told = model.forecast(known, [labels.sampled(entry.key) for entry in entries])
        yield "forecast"
        for entry, one in zip(entries, told, strict=True):
            labels.track(entry, one)
        yield "track"
        model.arrived(known)
        yield "arrived"
        labels.teach()
        yield "teach"
        for entry in ledger.expired(self.now):
            self._expire(entry)
        yield "expire"

    def _expire(self, entry: Entry) -> None:
        engine = self.engine
        if engine.labels.outlasts(entry.key):
            engine.overperforming.keep(engine.ledger.outlive(entry))
            engine.labels.thin_out(engine.ledger, engine.config.max_waiting, self.now)
            return
        engine.labels.forget(entry, UNSAMPLED)
        engine.ledger.remove(entry, tombstone=False)

    def _reacting(self, made: Sequence[Made]) -> list[Reaction]:
        """Two reactions for each post of a batch: to those of it and of earlier ones that are to have some."""
        self._due += [(post.uid, wanted) for post, _, _, wanted in made if wanted]
        reactions = []
        while self._due and len(reactions) < 2 * len(made):
            uid, wanted = self._due.pop(self._draws.randrange(len(self._due)))
            for _ in range(wanted):
                self._reactions += 1
                reactions.append(Reaction(platform="bluesky", uid=f"r{self._reactions}", target=uid, kind="like"))
        self._due = self._due[-10_000:]
        return reactions

    # -- the state to measure in -----------------------------------------------------------------------------------

    def school(self) -> float:
        """Let the models be fitted: lessons of which all labels come due before the next. Seconds of a refit."""
        longest = max(self.config.horizons)
        for _ in range(5):
            for _ in range(LESSON // BATCH_POSTS):
                self.step(longest // LESSON)
            self.now += 2 * longest
            self.engine.labels.collect(self.now, self.engine.ledger)
            self.engine.labels.teach()
        refits = [refit for index in range(len(self.config.horizons)) for refit in self.engine.model.refits(index)]
        self.engine.model.learn_pasts_only()
        return median(sum(refit.seconds.values()) for refit in refits)

    def leaders(self) -> list[str]:
        return [self.engine.model.champion(index) for index in range(len(self.config.horizons))]

    def fill(self, waiting: int, span: int) -> None:
        """Let so many posts wait, spread over `span` of time, with reactions as they come."""
        for _ in range(waiting // BATCH_POSTS):
            self.step(span // waiting)

    def measure(self, posts: int, step: int, rounds: int) -> dict[str, float]:
        """Microseconds a post by part, medians over rounds."""
        found = []
        for _ in range(rounds):
            self.spent.clear()
            batches = max(1, posts // rounds // BATCH_POSTS)
            for _ in range(batches):
                self.step(step)
            found.append({name: spent / 1e3 / (batches * BATCH_POSTS) for name, spent in self.spent.items()})
        return {name: median(one[name] for one in found) for name in (*TOGETHER, *REST)}


def sampled(options: argparse.Namespace) -> dict[str, Any]:
    """1,000 posts a second, of which one in 1,024 is graded."""
    bench = Bench(EngineConfig().horizons, 1)
    fitting = bench.school()
    before = rss()
    bench.fill(options.waiting, 24 * HOUR)
    filled = rss()
    bench.engine.labels.sample = SHARE
    parts = bench.measure(options.posts, SECOND // 1_000, options.rounds)
    thinned = thin(bench)
    fits = 4 * fitting / (12 * 3_600 * 1_000) * 1e6
    return report("sampled", 1_000, bench, parts, fits) | {"rss_mb": filled, "rss_waiting_mb": filled - before} | thinned


def graded(options: argparse.Namespace) -> dict[str, Any]:
    """100 posts a second, all of which are graded."""
    bench = Bench(tuple(horizon // SHRUNK for horizon in EngineConfig().horizons), 2)
    fitting = bench.school()
    bench.fill(options.waiting, 24 * HOUR // SHRUNK)
    parts = bench.measure(options.posts, SECOND // 100, options.rounds)
    return report("all graded", 100, bench, parts, 4 * fitting / (12 * 3_600 * 100) * 1e6)


def report(name: str, rate: int, bench: Bench, parts: dict[str, float], fits: float) -> dict[str, Any]:
    labels = bench.engine.labels
    return {
        "feed": name,
        "posts_per_s": rate,
        "leaders": bench.leaders(),
        "waiting": labels.waiting[-1],
        "outlived": len(bench.engine.ledger.outlived),
        "us_per_post": sum(parts[part] for part in TOGETHER) + fits,
        "by_part": {**{part: parts[part] for part in TOGETHER}, "refits": fits, **{part: parts[part] for part in REST}},
    }


def thin(bench: Bench) -> dict[str, float]:
    """What it takes to halve the sample of those that wait."""
    labels, ledger = bench.engine.labels, bench.engine.ledger
    labels.sample = 1.0
    began = time.thread_time_ns()
    gone = labels.thin_out(ledger, len(ledger.outlived) - 1, bench.now)
    return {"thin_out_ms": (time.thread_time_ns() - began) / 1e6, "thinned_out": len(gone)}


def weight(waiting: int) -> dict[str, Any]:
    """Bytes of a post that waits past retention: what `waiting` more of them add."""
    bench = Bench(EngineConfig().horizons, 3)
    bench.school()
    gc.collect()
    tracemalloc.start()
    held = []
    for _ in range(2):
        bench.fill(waiting, 10 * MINUTE)  # before the first label is due
        gc.collect()
        held.append((tracemalloc.get_traced_memory()[0], len(bench.engine.ledger.outlived)))
    tracemalloc.stop()
    (first, few), (second, many) = held
    return {"waiting": many, "bytes_per_waiting": (second - first) / (many - few)}


def rss() -> float:
    """Resident memory in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def shown(results: list[dict[str, Any]], weighed: dict[str, Any]) -> str:
    lines = [f"{'us a post':<24}" + "".join(f"{result['feed']:>14}" for result in results)]
    for part in results[0]["by_part"]:
        lines.append(f"  {part:<22}" + "".join(f"{result['by_part'][part]:>14.1f}" for result in results))
    together = "".join(f"{result['us_per_post']:>14.1f}" for result in results)
    lines.append(f"{'prediction and learning':<24}{together}   (target: under {TARGET_US:.0f})")
    for result in results:
        leaders = " ".join(result["leaders"])
        lines.append(f"{result['feed']}: {result['outlived']:,} wait past retention, in the lead: {leaders}")
    lines.append(f"bytes a waiting post: {weighed['bytes_per_waiting']:,.0f} (target: under {TARGET_BYTES:,.0f})")
    first = results[0]
    lines.append(f"resident memory: {first['rss_mb']:.0f} MB, {first['rss_waiting_mb']:.0f} MB of it for those that wait")
    lines.append(f"halving the sample: {first['thin_out_ms']:.0f} ms for {first['thinned_out']:,} posts")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=40_000, help="posts to measure with")
    parser.add_argument("--waiting", type=int, default=84_000, help="posts that wait meanwhile")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    weighed = weight(20_000)
    results = [sampled(options), graded(options)]
    print(json.dumps({"feeds": results, **weighed}) if options.json else shown(results, weighed))


if __name__ == "__main__":
    main()
