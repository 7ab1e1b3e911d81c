"""A feed with known counts: a post every two minutes by one of seven authors, of which those with a link do well."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.feeds import SECOND, START, like, post, uri

TOPICS = ("rivers", "bridges", "harvests", "markets", "storms")


def action(index: int) -> tuple[str, str, int]:
    """Name, author and time of a post."""
    return f"p{index}", f"did:plc:author{index % 7}", START + index * 120 * SECOND


def feed(posts: int = 420, first: int = 0) -> tuple[list[str], dict[str, list[int]]]:
    """Lines, and the seconds after each post at which it was liked; some after more than an hour."""
    draws = Random(4 + first)
    timed: list[tuple[int, str]] = []
    liked: dict[str, list[int]] = {}
    for index in range(first, first + posts):
        name, author, at = action(index)
        words = f"{'https://example.org/a ' if index % 3 == 0 else ''}news of {draws.choice(TOPICS)} number{index}"
        timed.append((at, post(name, at, words, author)))
        most = 12 if index % 3 == 0 else 2
        liked[name] = sorted(round(draws.uniform(1, 5_000)) for _ in range(draws.randrange(most)))
        for n, after in enumerate(liked[name]):
            then = at + after * SECOND + index + 1
            timed.append((then, like(f"l{index}x{n}", then, uri(name, author))))
    return [line for _, line in sorted(timed)], liked


def written(path: Path, lines: Sequence[str]) -> str:
    """A file of these lines, compressed if its name says so."""
    text = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return str(path)


def last_time(lines: Sequence[str]) -> int:
    return max(json.loads(line)["time_us"] for line in lines)
