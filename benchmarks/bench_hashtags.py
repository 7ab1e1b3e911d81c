"""Hashtags of a window: microseconds a post and memory by the number of distinct tags, with the cap and without.

    python benchmarks/bench_hashtags.py [--posts N] [--distinct 10000,100000,1000000]

Every post has one of 1,000 common tags (Zipf) and five rare ones, which take turns. Prints one JSON object: a row for
each number of distinct tags, with the cap and without one, and `ratios` of the figures by number of distinct tags (each
to the first). `fill_us`: CPU a post while the window fills; `turn_us`: CPU a post that comes while another leaves;
`first_picture_ms`, `picture_ms`: the 60 rows of the first picture and of those that follow; `mb`: what the tags hold,
without the posts; `tallies`, `error`, `at_least`: tags counted, posts that the others can be in, and the distinct tags
there are at least; `top20`: how many of the 20 most frequent tags stand in the picture where and as they should.
"""

import argparse
import json
import random
import sys
import time
import tracemalloc
from collections import Counter, deque
from collections.abc import Iterator
from itertools import accumulate, chain
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.config import ALL_TIME, SECOND
from engine.picture_window import hashtags
from engine.tags import MAX_TAGS, Tags
from engine.tally import Contribution
from engine.windows import Window

COMMON, RARE = 1_000, 5
ROWS = 60
WIDTH = 3_600 * SECOND
UNCAPPED = 1 << 40


def feed(distinct: int, count: int) -> Iterator[Contribution]:
    """Posts, one a second, by one of 50,000 authors."""
    rng = random.Random(1)
    ranks = range(COMMON)
    weights = list(accumulate(1 / (rank + 1) for rank in ranks))
    for number in range(count):
        common = rng.choices(ranks, cum_weights=weights)[0]
        rare = (f"rare{(number * RARE + at) % distinct}" for at in range(RARE))
        author = f"x:{rng.randrange(50_000)}"
        tags = (f"common{common}", *rare)
        yield Contribution(number * SECOND, f"x:{number}", author, "en", 100, "", tags, (), None, False)


def fill(tags: Tags, items: dict[str, Contribution], posts: list[Contribution]) -> float:
    """Let posts in; CPU seconds."""
    start = time.process_time()
    for post in posts:
        tags.add(post, WIDTH)
        items[post.key] = post
    return time.process_time() - start


def turn(tags: Tags, items: dict[str, Contribution], posts: list[Contribution]) -> float:
    """Let as many posts in as leave; CPU seconds."""
    oldest = deque(items)
    start = time.process_time()
    for post in posts:
        gone = oldest.popleft()
        tags.remove(items[gone], WIDTH)
        del items[gone]
        tags.add(post, WIDTH)
        items[post.key] = post
    return time.process_time() - start


def memory(cap: int, posts: list[Contribution]) -> float:
    """Megabytes that the tags of a full window hold."""
    items: dict[str, Contribution] = {}
    tags = Tags(items, cap)
    items.update((post.key, post) for post in posts)
    items.clear()  # the table stays as large as it is going to be
    tracemalloc.start()
    fill(tags, items, posts)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return held / 1e6


def pictures(posts: list[Contribution], cap: int) -> dict[str, float]:
    """CPU milliseconds of the rows of a picture, and how many of the 20 most frequent tags stand where they should."""
    window = Window(ALL_TIME)
    window.tags = Tags(window.items, cap)
    for post in posts:
        window.move(post.time)
        window.add(post)
    spent = []
    for _ in range(4):
        start = time.process_time()
        rows = hashtags(window, ROWS)
        spent.append(round((time.process_time() - start) * 1e3, 1))
    true = Counter(chain.from_iterable(post.tags for post in posts))
    best = sorted(true.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    right = sum((row.tag, row.posts) == pair for row, pair in zip(rows, best, strict=False))
    return {"first_picture_ms": spent[0], "picture_ms": median(spent[1:]), "top20": right}


def measure(distinct: int, cap: int, count: int) -> dict[str, Any]:
    """The figures of one number of distinct tags."""
    posts = list(feed(distinct, count + count // 2))
    window, more = posts[:count], posts[count:]
    items: dict[str, Contribution] = {}
    tags = Tags(items, cap)
    filled = fill(tags, items, window)
    found = {"tallies": len(tags.tallies), "error": tags.error, "at_least": tags.distinct}
    turned = turn(tags, items, more)
    return {
        "distinct": len(set(chain.from_iterable(post.tags for post in window))),
        "cap": None if cap == UNCAPPED else cap,
        "fill_us": round(filled / count * 1e6, 2),
        "turn_us": round(turned / len(more) * 1e6, 2),
        **pictures(window, cap),
        "mb": round(memory(cap, window), 1),
        **found,
    }


def ratios(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Each figure against that of the fewest distinct tags."""
    return {name: [round(row[name] / rows[0][name], 2) for row in rows] for name in ("fill_us", "turn_us", "mb")}


def main() -> None:
    """Measure with the cap and without."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--distinct", default="10000,100000,1000000")
    options = parser.parse_args()
    sizes = [int(part) for part in options.distinct.split(",")]
    capped = [measure(size, MAX_TAGS, options.posts) for size in sizes]
    plain = [measure(size, UNCAPPED, options.posts) for size in sizes]
    result = {"posts": options.posts, "capped": capped, "uncapped": plain}
    print(json.dumps({**result, "ratios": {"capped": ratios(capped), "uncapped": ratios(plain)}}, indent=1))


if __name__ == "__main__":
    main()
