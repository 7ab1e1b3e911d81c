"""Our VADER against the stock one: ratio of CPU times, interleaved chunk by chunk, medians.

    python -m benchmarks.bench_sentiment [FILE]      FILE: a post a line; without it, made-up posts

Absolute times swing with the load of the machine; the ratios hold.
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SentimentIntensityAnalyzer

from models.sentiment import polarity

CHUNK = 256
CHUNKS = 20


def made_up_posts(analyzer: SentimentIntensityAnalyzer, rng: random.Random) -> list[str]:
    """Posts of about 14 words, two of them with a mood, a fifth with an emoji."""
    moods = [word for word in analyzer.lexicon if word.isalpha()]
    plain = [f"word{i}" for i in range(3_000)] + ["the", "a", "and", "to", "but", "of"] * 300
    posts = []
    for _ in range(CHUNK * CHUNKS):
        words = rng.choices(plain, k=10) + rng.choices(moods, k=2) + rng.choices([*BOOSTER_DICT, *NEGATE], k=2)
        rng.shuffle(words)
        posts.append(" ".join(words) + rng.choice(["", "!", "?", " 😂", "..."]))
    return posts


def cpu(score: Callable[[str], object], posts: list[str]) -> float:
    """CPU seconds per post."""
    start = process_time()
    for post in posts:
        score(post)
    return (process_time() - start) / len(posts)


def compare(posts: list[str], score: Callable[[str], object], stock: Callable[[str], object]) -> str:
    chunks = [posts[i : i + CHUNK] for i in range(0, len(posts), CHUNK)][:CHUNKS]
    pairs = [(cpu(score, chunk), cpu(stock, chunk)) for chunk in chunks]
    ours, theirs = (median(side) * 1e6 for side in zip(*pairs, strict=True))
    ratio = median(b / a for a, b in pairs)
    return f"ours {ours:6.1f} us/post   stock {theirs:6.1f} us/post   ratio {ratio:.1f}"


def main() -> None:
    analyzer = SentimentIntensityAnalyzer()
    if len(sys.argv) > 1:
        posts = Path(sys.argv[1]).read_text("utf-8").splitlines()
    else:
        posts = made_up_posts(analyzer, random.Random(0))
    polarity("good 😂")  # read the lexica
    print("first sight", compare(posts, polarity, analyzer.polarity_scores))
    print("warm       ", compare(posts, polarity, analyzer.polarity_scores))
    for emoji in (100, 400):
        flood = ["😂" * emoji]
        ours, theirs = cpu(polarity, flood * 20), cpu(analyzer.polarity_scores, flood)
        print(f"{emoji} emoji   ours {ours * 1e3:.2f} ms   stock {theirs * 1e3:.1f} ms   ratio {theirs / ours:.0f}")
    small, large = (min(cpu(polarity, ["😂" * n]) for _ in range(5)) for n in (1_600, 6_400))
    print(f"four times the emoji take {large / small:.1f} times as long")


if __name__ == "__main__":
    main()
