"""What is read out of a post's text, in CPU microseconds a post and stage, one by one and many at a time.

    python benchmarks/bench_text.py [FILE...] [--together 512]

Of simulated feeds, or of each FILE (native lines, or .txt with a post a line); the second half of the posts is
measured, of which no text was seen before. `alone` reads them one by one, `all` together, `again` the same once more;
medians of chunks.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.reading import SHAPES, of_file, simulated
from engine import analysis
from engine.analysis import analyse, analyse_all
from engine.clean import clean
from engine.events import Post
from models.language import judge_tokens
from models.token_pass import subjects

Value = TypeVar("Value")


class Clock:
    """Microseconds a post of each stage, chunk by chunk."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, list[float]] = defaultdict(list)

    def time(self, stage: str, posts: Sequence[Post], call: Callable[[], Value]) -> Value:
        """What `call` returns; its CPU time is put down to `stage`."""
        start = process_time()
        value = call()
        self.spent[stage].append((process_time() - start) / len(posts) * 1e6)
        return value

    def told(self) -> str:
        """The medians in one line."""
        return "  ".join(f"{stage} {median(spent):5.1f}" for stage, spent in self.spent.items())


def stages(posts: list[Post], clock: Clock) -> None:
    """The stages of `analyse_all` by themselves."""
    texts = clock.time("clean", posts, lambda: [clean(post.text) for post in posts])
    tokens = clock.time("look-up", posts, lambda: analysis._tokens.read(texts))
    verdicts = clock.time("language", posts, lambda: judge_tokens(tokens, [post.lang for post in posts]))
    scored = [not verdict.reason for verdict in verdicts]
    clock.time("sentiment", posts, lambda: analysis._polarities(posts, tokens, scored))
    given = [None if post.tags is None else analysis._given(post.tags) for post in posts]
    clock.time("tags and terms", posts, lambda: subjects(tokens, given))


def measure(name: str, posts: list[Post], together: int) -> None:
    """Print one feed's figures."""
    half = len(posts) // 2
    chunks = [posts[start : start + together] for start in range(half, len(posts), together)]
    analyse_all(posts[:half])
    clock = Clock()
    for number, chunk in enumerate(chunks):  # each text once: it is not new a second time
        if number % 3 == 0:
            clock.time("all", chunk, lambda posts=chunk: analyse_all(posts))  # type: ignore[misc]
            clock.time("again", chunk, lambda posts=chunk: analyse_all(posts))  # type: ignore[misc]
        elif number % 3 == 1:
            clock.time("alone", chunk, lambda posts=chunk: [analyse(post) for post in posts])  # type: ignore[misc]
        else:
            stages(chunk, clock)
    print(f"{name}: {len(posts)} posts, us a post: {clock.told()}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--together", type=int, default=512)
    given = parser.parse_args()
    feeds = {path.name: of_file(path) for path in given.files} or {shape: simulated(shape, 3.0) for shape in SHAPES}
    for name, posts in feeds.items():
        measure(name, posts, given.together)


if __name__ == "__main__":
    main()
