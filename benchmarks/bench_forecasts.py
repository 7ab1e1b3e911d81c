"""What prediction and learning cost a post, and what a post weighs that waits for its labels.

    python benchmarks/bench_forecasts.py [--posts N] [--waiting N] [--rounds N] [--json]

Targets, on one core, in batches as the engine makes them: prediction and learning together under 100 microseconds a
post, and under 1 KB for each post that waits.

Two feeds, both with four horizons and fitted models in the lead:

- "sampled": 1,000 posts a second with labels up to 24 hours away. 86 million posts cannot be held, so the engine grades
  a sample of one in 1,024 (`max_waiting`): all posts are predicted, few are learnt from.
- "all graded": 100 posts a second, each of which is learnt from at every horizon. The horizons are as much shorter as
  it takes to hold them all (24 hours of such a feed would be 8.6 million posts): the work for a post is the same.

Driven are the engine's own parts, with made-up posts (14 words, up to 3 tags, 20,000 authors), but not what reads the
texts: language, mood, stories and windows (`trendtop bench` has those). CPU time of the main thread, medians over the
rounds; refits run on another and are told apart, spread over the posts of the 12 hours between two of them.
"prediction and learning" is known (with the words and tags counted for bursts), volumes, forecast, collect and teach.
The others are the ledger's:
add, react (two reactions a post), and expire, which is what happens to a post that leaves retention. What a forecast
costs depends on who leads: "with the blend" has the blend in the lead at every horizon, the dearest there can be.

A post that waits is weighed past its retention, with the reactions that it has; not weighed are the pasts of authors
and the ids of reactions, which have caps of their own.
"""

import argparse
import gc
import json
import os
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

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.analysis import Analysis
from engine.arrival import Came
from engine.arrivals import key_of
from engine.config import HOUR, MINUTE, SECOND, EngineConfig
from engine.events import Post, Reaction
from engine.forecasting import BATCH_POSTS
from engine.labels import UNSAMPLED
from engine.ledger import Entry
from engine.pipeline import Engine
from models.checksums import of_words
from models.engagement import NAMES
from models.sentiment import Polarity

START = 1_780_000_000 * SECOND
TARGET_US, TARGET_BYTES = 100.0, 1_000.0
TOGETHER = ("known", "volumes", "forecast", "collect", "teach")
REST = ("add", "react", "expire")
AUTHORS, WORDS, TAGS, STORIES = 20_000, 30_000, 2_000, 500
LESSONS, LESSON = 5, 2_048  # of so many posts each are the lessons that the models start from
KEPT = 2_000  # posts in retention
SHARE = 1 / 1_024
SHRUNK = 100  # times shorter are the horizons of the feed that is graded as a whole
REFITTED = 12 * 3_600  # seconds between two refits

Made = tuple[Post, Analysis, int, int]  # with its time and how many reactions it will have


class Feed:
    """Made-up posts: some authors post and draw far more than others, media and tags help."""

    def __init__(self, seed: int) -> None:
        self._draws = random.Random(seed)
        self._numbers = 0
        self._newest: list[str] = []
        self._words = ["".join(self._draws.choices("abcdefghijklmnoprstuvwy", k=7)) for _ in range(WORDS)]
        self._tags = [f"{word}day" for word in self._words[:TAGS]]
        self.authors = [f"did:plc:{self._draws.getrandbits(120):024x}"[:32] for _ in range(AUTHORS)]

    def posts(self, count: int, at: int, step: int) -> list[Made]:
        return [self._post(at + number * step) for number in range(count)]

    def _post(self, at: int) -> Made:
        draws = self._draws
        self._numbers += 1
        rank = int(AUTHORS * draws.random() ** 3)
        author = self.authors[rank]
        words = tuple(self._words[int(WORDS * draws.random() ** 3)] for _ in range(14))
        tags = tuple({self._tags[int(TAGS * draws.random() ** 2)] for _ in range(draws.choice((0, 0, 0, 1, 1, 2, 3)))})
        media = draws.choice(("", "", "image", "video", "link"))
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
            reply_to=self._answered() if rank % 3 == 0 else "",
        )
        self._newest = [*self._newest[-999:], post.uid]
        mood = Polarity(0.0, 1.0, 0.0, draws.uniform(-1, 1))
        analysis = Analysis(text, "", tags, tuple(f"#{tag}" for tag in tags) + words, "en", "", mood)
        drawn = draws.expovariate(1) * (1 + (rank % 40) / 4) * (1 + 2 * (media == "video")) * (1 + len(tags))
        return post, analysis, at, int(drawn)

    def _answered(self) -> str:
        """Half of the replies are to one of the newest posts, half to one never seen."""
        if self._newest and self._draws.random() < 0.5:
            return self._draws.choice(self._newest)
        return f"at://{self._draws.choice(self.authors)}/app.bsky.feed.post/3k{self._numbers:011x}"


class Bench:
    """The engine's parts, driven batch by batch. `spent` is CPU time by part in nanoseconds."""

    def __init__(self, horizons: tuple[int, ...], seed: int) -> None:
        self.horizons = horizons
        self.engine = Engine(EngineConfig(horizons=horizons, max_posts=KEPT, max_waiting=10**9))
        self.engine.ledger.complete.add("bluesky")
        self.feed = Feed(seed)
        self.now = START
        self.known = True  # whether reactions are known one by one, or only counted
        self.spent: Counter[str] = Counter()
        self._draws = random.Random(seed)
        self._drawing: list[tuple[str, int]] = []  # posts with reactions to come
        self._reactions = 0

    def step(self, step: int) -> None:
        """One batch of posts, `step` apart."""
        made = self.feed.posts(BATCH_POSTS, self.now + step, step)
        self.now = made[-1][2]
        parts = self._parts(made, self._reacting(2 * len(made), made))
        began = time.thread_time_ns()
        for name in parts:
            ended = time.thread_time_ns()
            self.spent[name] += ended - began
            began = time.thread_time_ns()

    def _parts(self, made: Sequence[Made], reactions: Sequence[Reaction]) -> Iterator[str]:
        """The work on a batch, as `Engine` does it; says after each part which it was."""
        engine = self.engine
        ledger, labels, waiting = engine.ledger, engine.labels, engine.forecasting
        entries = [ledger.add(key_of(post), post, analysis, at, False) for post, analysis, at, _ in made]
        yield "add"
        came = [Came(entry, None, None, labels.sampled(entry.key)) for entry in entries]
        waiting._new, waiting._untracked = came, [*came]
        waiting.know()
        yield "known"
        words = [of_words(analysis.terms) for _, analysis, _, _ in made]
        stories = [len(analysis.text) % STORIES for _, analysis, _, _ in made]
        engine.volumes.placed(stories, words, [at for _, _, at, _ in made])
        yield "volumes"
        for reaction in reactions:
            if self.known:
                ledger.react(reaction, self.now)
            else:
                ledger.respond(f"bluesky:{reaction.target}", 0, 1, self.now)
        yield "react"
        for _, _, at, _ in made:
            labels.collect(at, ledger)
        yield "collect"
        waiting.forecast()
        yield "forecast"
        labels.teach(labels.lessons(self.now))
        yield "teach"
        for entry in ledger.expired(self.now):
            self._expire(entry)
        yield "expire"

    def _expire(self, entry: Entry) -> None:
        labels, ledger = self.engine.labels, self.engine.ledger
        if labels.outlasts(entry.key):
            ledger.outlive(entry)
            labels.thin_out(ledger, self.engine.config.max_waiting, self.now)
            return
        labels.forget(entry, UNSAMPLED)
        ledger.remove(entry, tombstone=False)

    def _reacting(self, count: int, made: Sequence[Made]) -> list[Reaction]:
        """Reactions to the posts of a batch and to earlier ones, as many as each is to have."""
        self._drawing = [*self._drawing[-10_000:], *((post.uid, wanted) for post, _, _, wanted in made if wanted)]
        reactions: list[Reaction] = []
        while self._drawing and len(reactions) < count:
            target, wanted = self._drawing.pop(self._draws.randrange(len(self._drawing)))
            for _ in range(wanted):
                self._reactions += 1
                uid = f"at://did:plc:{self._reactions:024x}/app.bsky.feed.like/3k"
                reactions.append(Reaction(platform="bluesky", uid=uid, target=target, kind="like"))
        return reactions[:count]

    # -- the state to measure in -----------------------------------------------------------------------------------

    def school(self) -> float:
        """Let the models be fitted, in lessons of which all labels come due before the next. Seconds of a refit."""
        longest, model = max(self.horizons), self.engine.model
        for _ in range(LESSONS):
            for _ in range(LESSON // BATCH_POSTS):
                self.step(longest // LESSON)
            self.now += 2 * longest
            self.engine.labels.collect(self.now, self.engine.ledger)
            self.engine.labels.teach(self.engine.labels.lessons())
        refits = [refit for index in range(len(self.horizons)) for refit in model.refits(index)]
        model.learn_pasts_only()
        return median(sum(refit.seconds.values()) for refit in refits)

    def fill(self, waiting: int, span: int) -> None:
        """Let so many posts come, spread over `span` of time, with reactions."""
        for _ in range(waiting // BATCH_POSTS):
            self.step(span // waiting)

    def lead(self, name: str) -> None:
        """Let one model lead at every horizon, and stay."""
        for race in self.engine.model._races:
            race.leader = NAMES.index(name)
            race._elect = lambda: None  # type: ignore[method-assign]

    def leaders(self) -> list[str]:
        return [self.engine.model.champion(index) for index in range(len(self.horizons))]

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


def costs(name: str, rate: int, bench: Bench, fitting: float, options: argparse.Namespace) -> dict[str, Any]:
    """What a post costs at a `rate` in posts a second, where a refit of a horizon takes `fitting` seconds."""
    fits = len(bench.horizons) * fitting / (REFITTED * rate) * 1e6
    found = {"feed": name, "posts_per_s": rate, "leaders": bench.leaders(), "waiting": bench.engine.labels.waiting[-1]}
    parts = bench.measure(options.posts, SECOND // rate, options.rounds)
    bench.lead("blend")
    dearest = bench.measure(options.posts, SECOND // rate, options.rounds)
    return found | {
        "us_per_post": sum(parts[part] for part in TOGETHER) + fits,
        "us_with_the_blend": sum(dearest[part] for part in TOGETHER) + fits,
        "by_part": {**{part: parts[part] for part in TOGETHER}, "refits": fits, **{part: parts[part] for part in REST}},
    }


def sampled(options: argparse.Namespace) -> dict[str, Any]:
    """1,000 posts a second, of which one in 1,024 is graded."""
    bench = Bench(EngineConfig().horizons, 1)
    fitting = bench.school()
    before = rss()
    bench.fill(options.waiting, 24 * HOUR)
    filled = rss()
    bench.engine.labels.sample = SHARE
    found = costs("sampled", 1_000, bench, fitting, options)
    labels, ledger = bench.engine.labels, bench.engine.ledger
    labels.sample = 1.0
    began = time.thread_time_ns()
    gone = labels.thin_out(ledger, len(ledger.outlived) - 1, bench.now)
    halving = {"halving_ms": (time.thread_time_ns() - began) / 1e6, "halving_posts": len(gone)}
    return found | {"rss_mb": filled, "rss_of_waiting_mb": filled - before} | halving


def graded(options: argparse.Namespace) -> dict[str, Any]:
    """100 posts a second, all of which are graded."""
    bench = Bench(tuple(horizon // SHRUNK for horizon in EngineConfig().horizons), 2)
    fitting = bench.school()
    bench.fill(options.waiting, 24 * HOUR // SHRUNK)
    return costs("all graded", 100, bench, fitting, options)


def weight(waiting: int) -> float:
    """Bytes of a post that waits past its retention: what `waiting` more of them add to as many."""
    bench = Bench(EngineConfig().horizons, 3)
    bench.engine.model.learn_pasts_only()
    bench.known = False
    authors = [sys.intern(f"bluesky:{author}") for author in bench.feed.authors]
    for author in authors:
        bench.engine.model.arrived([author], [bench.now])
    tracemalloc.start()
    held = []
    for _ in range(2):
        bench.fill(waiting, 5 * MINUTE)  # before the first label is due
        gc.collect()
        held.append((tracemalloc.get_traced_memory()[0], len(bench.engine.ledger.outlived)))
    tracemalloc.stop()
    (first, few), (second, many) = held
    return (second - first) / (many - few)


def rss() -> float:
    """Resident memory in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def shown(found: dict[str, Any]) -> str:
    first, feeds = found["feeds"][0], found["feeds"]
    lines = [f"{'us a post':<24}" + "".join(f"{feed['feed']:>14}" for feed in feeds)]
    for part in first["by_part"]:
        lines.append(f"  {part:<22}" + "".join(f"{feed['by_part'][part]:>14.1f}" for feed in feeds))
    for name, field in (("prediction and learning", "us_per_post"), ("  with the blend", "us_with_the_blend")):
        lines.append(f"{name:<24}" + "".join(f"{feed[field]:>14.1f}" for feed in feeds) + f"   (under {TARGET_US:.0f})")
    for feed in feeds:
        lines.append(f"{feed['feed']}: {feed['waiting']:,} wait, in the lead: {' '.join(feed['leaders'])}")
    lines.append(f"bytes a waiting post: {found['bytes_per_waiting']:,.0f} (under {TARGET_BYTES:,.0f})")
    lines.append(f"resident: {first['rss_mb']:.0f} MB, {first['rss_of_waiting_mb']:.0f} MB of it for those that wait")
    lines.append(f"halving the sample: {first['halving_ms']:.0f} ms for {first['halving_posts']:,} posts")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=25_600, help="posts to measure with")
    parser.add_argument("--waiting", type=int, default=84_000, help="posts that wait meanwhile")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    weighed = weight(20_480)
    found = {"bytes_per_waiting": weighed, "feeds": [sampled(options), graded(options)]}
    print(json.dumps(found) if options.json else shown(found))


if __name__ == "__main__":
    main()
