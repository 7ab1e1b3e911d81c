"""Our VADER against the stock one: ratios of CPU times, interleaved chunk by chunk, medians.

    python benchmarks/bench_sentiment.py [FILE...]

Texts are of simulated feeds, or of each FILE: native lines (.jsonl, .gz), or plain text (.txt), a post a line.
`unseen`: texts come for the first time, as they do in a feed; all that is not measured was read before, at least a
third. `warm`: once again. `batch` reads 1,024 texts at a time, `single` one by one. `flood`: one text of nothing but
emoji, which vaderSentiment takes more than quadratic time for.

Absolute times swing with the load of the machine; the ratios hold.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.reading import SHAPES, of_file, simulated
from models import sentiment
from models.memo import Memo

CHUNK = 1_024
MOST = 30_000  # texts of a feed
MEASURED = 8  # chunks

Score = Callable[[Sequence[str]], object]


def forget() -> None:
    """Start with empty memos."""
    for name in ("_codes", "_wide", "_windows"):
        memo = getattr(sentiment, name)
        setattr(sentiment, name, Memo(memo.read, memo.cap))


def single(texts: Sequence[str]) -> object:
    """Scores one by one."""
    return [sentiment.polarity(text) for text in texts]


def cpu(score: Score, texts: Sequence[str]) -> float:
    """CPU seconds per text."""
    start = process_time()
    score(texts)
    return (process_time() - start) / len(texts)


def compare(name: str, chunks: list[list[str]], score: Score, stock: Score) -> None:
    """One line: medians of all chunks."""
    pairs = [(cpu(score, chunk), cpu(stock, chunk)) for chunk in chunks]
    ours, theirs = (median(side) * 1e6 for side in zip(*pairs, strict=True))
    ratio = median(b / a for a, b in pairs)
    print(f"  {name:14} ours {ours:6.2f} us/post   stock {theirs:6.1f} us/post   ratio {ratio:5.1f}", flush=True)


def measure(name: str, texts: list[str], stock: Score) -> None:
    """All ratios of one feed."""
    texts = texts[:MOST]
    size = min(CHUNK, max(1, len(texts) // 6))
    before = max(len(texts) // 3, len(texts) - MEASURED * size)
    later = [texts[start : start + size] for start in range(before, len(texts) - size + 1, size)]
    words = sum(len(text.split()) for text in texts) / len(texts)
    wide = sum(not text.isascii() for text in texts) / len(texts)
    print(f"{name}: {len(texts)} posts, {words:.1f} words each, {wide:.0%} not ASCII, chunks of {size}")
    for way, score in (("batch", sentiment.polarities), ("single", single)):
        forget()
        score(texts[:before])
        compare(f"{way}, unseen", later, score, stock)
        compare(f"{way}, warm", later, score, stock)


def flood(stock: Score) -> None:
    """Ratios for texts of nothing but emoji, and how time grows with their length."""
    for emoji in (100, 400):
        text = ["😂" * emoji]
        ours, theirs = cpu(single, text * 20), cpu(stock, text)
        print(
            f"flood of {emoji} emoji: ours {ours * 1e3:.3f} ms, stock {theirs * 1e3:.1f} ms, ratio {theirs / ours:.0f}"
        )
    small, large = (min(cpu(single, ["😂" * n]) for _ in range(5)) for n in (1_600, 6_400))
    print(f"6,400 emoji: {large * 1e3:.2f} ms, {large / small:.1f} times as long as 1,600")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    given = parser.parse_args()
    analyzer = SentimentIntensityAnalyzer()

    def stock(texts: Sequence[str]) -> object:
        return [analyzer.polarity_scores(text) for text in texts]

    feeds = {str(path): of_file(path) for path in given.files} or {
        f"simulated {one}": simulated(one, hours=3.0) for one in SHAPES
    }
    for name, posts in feeds.items():
        measure(name, [post.text for post in posts], stock)
    flood(stock)


if __name__ == "__main__":
    main()
