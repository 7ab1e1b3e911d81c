"""What it costs to follow posts against what is normal for their authors: microseconds of CPU a post, and memory.

    python benchmarks/bench_overperforming.py [--posts N] [--rounds N]

Synthetic posts of 20,000 authors, a thousand a second, every second one of them with reactions, few or very many. All
rungs of the ladder are a second apart, so that posts pass all of them at once as they do in a feed that has run for a
day. The engine's own calls and no others: admit, collect before each of four records a post, forget. CPU time, medians
over the rounds. Prints one JSON object: us_per_post, bytes_per_post (kept while it is followed), bytes_per_author, and
frame_ms, what the rows of a first picture cost with all posts in the window.
"""

import argparse
import json
import random
import sys
import time
import tracemalloc
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.config import ALL_TIME, SECOND, EngineConfig
from engine.events import Post, Reaction
from engine.ledger import Entry
from engine.overperforming import Overperforming
from engine.picture_overperforming import overperformers
from engine.pipeline import Engine
from models.normal import LADDER

STEP = SECOND // 4000
AUTHORS = 20_000
MOST = 300  # reactions of one post
ROWS = 60


def filled(count: int) -> tuple[Engine, list[Entry]]:
    """An engine that holds the posts, and they with all their reactions."""
    engine = Engine(EngineConfig(window=ALL_TIME, retention=ALL_TIME))
    chance = random.Random(1)
    entries = []
    for number in range(count):
        author = f"author{chance.randrange(AUTHORS)}"
        post = Post(platform="bluesky", uid=str(number), author=author, text="", created=number * 4 * STEP)
        engine._apply_event(post, number * 4 * STEP, False)
        entries.append(engine.ledger.posts[f"bluesky:{number}"])
    engine.ledger.complete.add("bluesky")
    for number in range(0, count, 2):
        for one in range(min(MOST, int(chance.paretovariate(1.2)))):
            reaction = Reaction(platform="bluesky", uid=f"{number}.{one}", target=str(number), kind="like")
            engine._apply_event(reaction, number * 4 * STEP, False)
    engine.now = count * 4 * STEP
    return engine, entries


def follow(engine: Engine, entries: list[Entry], forget: bool) -> float:
    """CPU seconds of one life of all the posts."""
    engine.overperforming = one = Overperforming(engine.ledger, [SECOND * (rung + 1) for rung in range(len(LADDER))])
    begun = time.process_time()
    for entry in entries:
        at = entry.time
        one.collect(at)
        one.admit([entry])
        one.collect(at + STEP)
        one.collect(at + 2 * STEP)
        one.collect(at + 3 * STEP)
    one.collect(entries[-1].time + SECOND * (len(LADDER) + 1))
    if forget:
        for entry in entries:
            one.forget(entry)
    return time.process_time() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    engine, entries = filled(arguments.posts)
    spent = [follow(engine, entries, True) for _ in range(arguments.rounds)]
    tracemalloc.start()
    follow(engine, entries, False)
    both = tracemalloc.get_traced_memory()[0]
    authors = len(engine.overperforming.normal)
    engine.overperforming._followed.clear()
    theirs = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    follow(engine, entries, False)
    frames = []
    for _ in range(arguments.rounds):
        begun = time.process_time()
        engine.overperforming.look(None)  # as in a first picture: later ones look at what has changed
        overperformers(engine, ROWS)
        frames.append(time.process_time() - begun)
    print(
        json.dumps(
            {
                "posts": arguments.posts,
                "authors": authors,
                "us_per_post": round(median(spent) / arguments.posts * 1e6, 2),
                "bytes_per_post": round((both - theirs) / arguments.posts),
                "bytes_per_author": round(theirs / authors),
                "frame_ms": round(median(frames) * 1e3, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
