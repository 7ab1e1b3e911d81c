"""Stories and themes on a long feed: what a post costs in time and memory early and late, one core.

    python benchmarks/bench_topics_long.py [--posts 1000000] [--marks 10]

A made-up feed of ten posts a second: topics are born all the time, live for half an hour and are about words of their
own, besides common ones (Zipf). Prints a JSON object for each tenth of the feed (`posts`, `us_per_post` of CPU,
`rss_mb` of the process, `live` stories, `themes`), and the last one holds the ratios of the last tenth to the first.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from engine.topics import Topics

RATE = 10  # posts a second
LIFE = 30 * 60 * RATE  # posts from the birth of a topic to its end
BORN_EVERY = 120  # posts
WORDS = 12  # of a topic's own
COMMON = 3_000

Post = tuple[str, ...]


def word(name: str) -> str:
    """A word of eight letters for a name."""
    number = crc32(name.encode()) * 0x9E3779B1 % 26**8
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(8))


def feed(seed: int = 1) -> Iterator[Post]:
    """Posts as terms, without end."""
    rng = random.Random(seed)
    common = [word(f"common {rank}") for rank in range(COMMON)]
    steps = [1 / (rank + 1) for rank in range(COMMON)]
    usual = rng.choices(common, steps, k=1 << 16)
    number = 0
    while True:
        newest = number // BORN_EVERY
        topic = max(0, newest - int(rng.expovariate(6 * BORN_EVERY / LIFE)))
        own = rng.sample(range(WORDS), 4)
        tag = (f"#{word(f'topic {topic}')}",) if rng.random() < 0.4 else ()
        yield (*tag, *(word(f"{topic} {which}") for which in own), *(usual[rng.randrange(1 << 16)] for _ in range(4)))
        number += 1


def resident() -> float:
    """MB of memory that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--marks", type=int, default=10)
    options = parser.parse_args()
    topics, posts = Topics(), feed()
    part = options.posts // options.marks
    rows: list[dict[str, float]] = []
    for mark in range(options.marks):
        batch = [next(posts) for _ in range(part)]
        begin = time.process_time()
        for at, terms in enumerate(batch, mark * part):
            micros = at * 1_000_000 // RATE
            topics.turn(micros)
            topics.add(str(at), terms, micros)
        spent = time.process_time() - begin
        del batch
        row = {
            "posts": (mark + 1) * part,
            "us_per_post": round(spent / part * 1e6, 1),
            "rss_mb": round(resident(), 1),
            "live": topics.stories.live,
            "themes": len(topics.themes.live),
        }
        rows.append(row)
        print(json.dumps(row), flush=True)
    first, last = rows[0], rows[-1]
    print(json.dumps({name: round(last[name] / first[name], 3) for name in ("us_per_post", "rss_mb")}))


if __name__ == "__main__":
    main()
