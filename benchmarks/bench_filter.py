"""How long a filter takes to have effect on a window of 100,000 posts: milliseconds of CPU, medians.

    python benchmarks/bench_filter.py [--posts N] [--rounds N]

Synthetic posts of 20,000 authors with texts of a few dozen words, two tags of a Zipf distribution, moods, likes, and
stories of 1 to a few hundred posts in 16 clusters, put into an engine by its own calls; nothing is learnt. Prints one
JSON object: by expression `share` (of the posts that match), `filter_ms` (from the command to a window that shows only
what matches), `picture_ms` (the 60 rows of the picture after it), `next_ms` (a filter kept up to date over 1,000 posts
more and 1,000 likes).
"""

import argparse
import json
import random
import sys
import time
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.analysis import Analysis
from engine.arrivals import key_of
from engine.config import ALL_TIME, SECOND, EngineConfig
from engine.events import Counts, Post
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.view import contribution
from models.sentiment import Polarity

AUTHORS, TAGS, STORIES, THEMES = 20_000, 2_000, 10_000, 16
WORDS = [f"word{number}" for number in range(5_000)]
LANGS = ("en", "en", "en", "en", "de", "ja", "es", "")
ROWS = 60
EXPRESSIONS = (
    "tag:tag1",
    "cluster:3",
    "lang:en",
    "-lang:en",
    "sent<-0.3 lang:en",
    "likes>10",
    "word17",
    '"word1 "',
    "tag:tag1 OR (word5 -is:reply likes>2)",
    "-nowhere",
)


def filled(count: int) -> Engine:
    """An engine whose window holds the posts."""
    engine = Engine(EngineConfig(window=ALL_TIME, retention=ALL_TIME))
    chance = random.Random(1)
    tags, stories, words = (
        list(accumulate(1 / (rank + 1) for rank in range(size))) for size in (TAGS, STORIES, len(WORDS))
    )
    for story in range(STORIES):
        engine.places.theme_of[story] = story % THEMES
        engine.places.born[story] = 0
    engine.platforms["bluesky"] = count
    engine.now = count * SECOND // 10
    engine.whole.move(engine.now)
    for number in range(count):
        add(engine, chance, number, (tags, stories, words))
    return engine


def add(engine: Engine, chance: random.Random, number: int, weights: tuple[list[float], ...]) -> None:
    """One post more."""
    tags, stories, words = weights
    said = tuple(chance.choices(WORDS, cum_weights=words, k=chance.randrange(8, 30)))
    named = tuple({f"tag{tag}" for tag in chance.choices(range(TAGS), cum_weights=tags, k=chance.randrange(4))})
    lang = chance.choice(LANGS)
    mood = Polarity(0.1, 0.8, 0.1, chance.choice((-0.5, 0.0, 0.3, 0.6))) if lang == "en" else None
    post = Post(
        platform="bluesky",
        uid=str(number),
        author=f"author{chance.randrange(AUTHORS)}",
        created=number * SECOND // 10,
        reply_to="x" if chance.random() < 0.3 else "",
        counts=Counts(like=int(chance.paretovariate(0.8)) - 1),
        counts_at=number * SECOND // 10,
    )
    analysis = Analysis(" ".join(said), "Name", named, said[:12], lang, "" if mood else "other language", mood)
    entry = engine.ledger.add(key_of(post), post, analysis, number * SECOND // 10, False)
    if chance.random() < 0.7:
        entry.story = chance.choices(range(STORIES), cum_weights=stories)[0]
    engine.whole.add(contribution(entry))
    if engine.filtered is not None:
        engine.filtered.note(entry.key)


def cpu_ms(run: Any) -> float:
    """Milliseconds of CPU that a call takes."""
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1000


def measured(engine: Engine, expression: str, rounds: int) -> dict[str, float]:
    """The figures of one expression."""

    def apply() -> None:
        engine.show(expression=expression)
        engine.catch_up()

    applied, pictured, kept = [], [], []
    for _ in range(rounds):
        engine.show(expression="")
        applied.append(cpu_ms(apply))
        pictured.append(cpu_ms(lambda: snapshot(engine, ROWS)))
        assert engine.filtered is not None
        for key in list(engine.ledger.posts)[-1_000:]:
            engine.filtered.note(key)
        kept.append(cpu_ms(engine.catch_up))
    shown = snapshot(engine, 1)
    return {
        "share": round(shown.share or 0.0, 4),
        "filter_ms": round(median(applied), 1),
        "picture_ms": round(median(pictured), 1),
        "next_ms": round(median(kept), 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    engine = filled(given.posts)
    plain = median(cpu_ms(lambda: snapshot(engine, ROWS)) for _ in range(given.rounds))
    rows = {expression: measured(engine, expression, given.rounds) for expression in EXPRESSIONS}
    print(json.dumps({"posts": given.posts, "unfiltered_picture_ms": round(plain, 1), "filters": rows}, indent=1))


if __name__ == "__main__":
    main()
