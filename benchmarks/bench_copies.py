"""What finding near-copies costs, and what it finds against comparing every post with every other.

    python benchmarks/bench_copies.py                                           cost
    python benchmarks/bench_copies.py FEED.jsonl[.gz] [--text FIELD] [--keep FIELD=VALUE] [--limit N] [--shuffle]

Prints one JSON object. Cost: CPU microseconds per new post, in batches of 256, with 1,000 and with 100,000 groups live
(median of 40 batches), their ratio, and the cost of exact repeats. Of a feed: n posts, of which `told` have terms
enough; of those the share of `copies` by brute force, `precision` and `recall` of what was found, recall of copies
that are not exact and of those under a similarity of one half, pairs compared per post, and CPU microseconds per post.
`--shuffle` mixes a feed whose parts stand one after the other, with a fixed seed.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from engine.copying import repeats
from models.copies import OF, SHARED, Copies
from models.shingles import LEAST
from models.terms import terms
from models.vocabulary import MOST

BATCH = 256
FIELDS = ("full_text", "text", "tweet", "textCleaned", "title")

Docs = Sequence[Sequence[str]]


def cost() -> dict[str, object]:
    """Figures of simulated posts of 6 to 18 words, of a vocabulary of 60,000 of which few are frequent."""
    chance = random.Random(3)
    docs = [
        tuple(f"w{int(60_000 * chance.random() ** 3):x}" for _ in range(chance.randint(6, 18))) for _ in range(120_000)
    ]
    copies = Copies()
    figures: dict[str, object] = {}
    for live in (1_000, 100_000):
        start = copies.groups
        while copies.groups < live:
            copies.find(docs[start : start + BATCH], 0)
            start += BATCH
        batches = [docs[place : place + BATCH] for place in range(start, start + 40 * BATCH, BATCH)]
        figures[f"us_new_{live}"] = round(_median(copies, batches), 2)
        figures[f"us_repeat_{live}"] = round(_median(copies, batches), 2)
    figures["ratio"] = round(float(str(figures["us_new_100000"])) / float(str(figures["us_new_1000"])), 2)
    return figures


def _median(copies: Copies, batches: Sequence[Docs]) -> float:
    times = []
    for batch in batches:
        begin = time.process_time()
        copies.find(batch, 0)
        times.append((time.process_time() - begin) / len(batch) * 1e6)
    return float(np.median(times))


def read(path: Path, field: str, keep: str, limit: int, shuffle: bool) -> list[str]:
    """Texts of the lines that have one, where `keep` is FIELD=VALUE that value, and that are no native reposts."""
    opener = gzip.open if path.suffix == ".gz" else open
    name, _, value = keep.partition("=")
    texts: list[str] = []
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found = next((row[key] for key in ((field,) if field else FIELDS) if row.get(key)), None)
            if found and "retweeted_status" not in row and (not keep or str(row.get(name)) == value):
                texts.append(str(found))
    if shuffle:
        random.Random(1).shuffle(texts)
    return texts[:limit]


def word_pairs(doc: Sequence[str]) -> set[tuple[str, str]]:
    """What models/shingles.py compares, as words."""
    tags = {term[1:] for term in doc[:MOST] if term.startswith("#")}
    said = [term for term in doc[:MOST] if not term.startswith("#")]
    pairs = {pair for pair in pairwise(said) if not tags.issuperset(pair)}
    return pairs if len(set(said)) >= LEAST and len(pairs) >= LEAST - 1 else set()


def most_alike(docs: Docs) -> tuple[np.ndarray, np.ndarray]:
    """For each document the Jaccard similarity of word pairs to the most similar earlier one, and how many it has."""
    places: dict[tuple[str, str], int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for row, doc in enumerate(docs):
        for pair in word_pairs(doc):
            rows.append(row)
            columns.append(places.setdefault(pair, len(places)))
    table = csr_array((np.ones(len(rows), np.int64), (rows, columns)), shape=(len(docs), len(places)))
    sizes = np.bincount(rows, minlength=len(docs))
    best = np.zeros(len(docs))
    for start in range(0, len(docs), 1_000):
        common = (table[start : start + 1_000] @ table.T).tocoo()
        row, earlier = common.row + start, common.col < common.row + start
        row, other, shared = row[earlier], common.col[earlier], common.data[earlier]
        np.maximum.at(best, row, shared / (sizes[row] + sizes[other] - shared))
    return best, sizes


def quality(texts: Sequence[str]) -> dict[str, object]:
    """Figures of a feed."""
    docs = [terms(text) for text in texts]
    copies = Copies()
    begin = time.process_time()
    found = [copy for start in range(0, len(docs), BATCH) for copy in repeats(copies, docs[start : start + BATCH], 0)]
    spent = time.process_time() - begin
    best, sizes = most_alike(docs)
    copy = np.array(found)
    true = best * OF >= SHARED * (1 - 1e-12)
    return {
        "n": len(docs),
        "told": int(np.count_nonzero(sizes)),
        "copies": _share(true, sizes > 0),
        "precision": _share(true, copy),
        "recall": _share(copy, true),
        "recall_not_exact": _share(copy, true & (best < 1)),
        "recall_under_half": _share(copy, true & (best < 0.5)),
        "compared_per_post": round(copies.compared / len(docs), 2),
        "us_per_post": round(spent / len(docs) * 1e6, 2),
    }


def _share(what: np.ndarray, among: np.ndarray) -> float | None:
    return round(float(what[among].mean()), 4) if among.any() else None


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", type=Path, nargs="?")
    parser.add_argument("--text", default="", metavar="FIELD")
    parser.add_argument("--keep", default="", metavar="FIELD=VALUE")
    parser.add_argument("--limit", type=int, default=25_000)
    parser.add_argument("--shuffle", action="store_true")
    options = parser.parse_args()
    if options.feed is None:
        print(json.dumps(cost()))
    else:
        texts = read(options.feed, options.text, options.keep, options.limit, options.shuffle)
        print(json.dumps(quality(texts)))


if __name__ == "__main__":
    main()
