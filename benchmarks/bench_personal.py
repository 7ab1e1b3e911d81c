"""The personal layer on labelled texts, as if a reader had marked them: macro F1 of it and of VADER, each told first.

    python -m benchmarks.bench_personal TEXTS LABELS      a text a line, and its label 0, 1, 2 (TweetEval)

Once for a reader who marks whatever comes, and once for one who marks every mistake of VADER's and three in ten others.
"""

import random
import sys
from pathlib import Path
from statistics import mean
from time import process_time

from engine.analysis import analyse
from engine.corrections import features_of
from engine.events import Post
from models.moods import Mood
from models.personal import Personal, Record
from models.personal_features import Features

MOODS: dict[str, Mood] = {"0": "negative", "1": "neutral", "2": "positive"}
AFTER = (60, 200, 500)
SHUFFLES = 3
OTHERS = 0.3

Rows = list[tuple[Features, Mood]]


def labelled(texts: str, labels: str) -> Rows:
    pairs = zip(
        *(Path(path).read_text("utf-8").removesuffix("\n").split("\n") for path in (texts, labels)), strict=True
    )
    posts = ((Post(platform="x", uid="1", author="", text=text, lang="en"), label) for text, label in pairs)
    return [(features_of(analyse(post)), MOODS[label]) for post, label in posts]


def records(rows: Rows) -> list[Record]:
    """The record after so many marks."""
    layer, found = Personal(), []
    for number, (known, mood) in enumerate(rows[: AFTER[-1]], 1):
        layer.learn(known, mood)
        if number in AFTER:
            found.append(layer.record())
    return found


def main() -> None:
    rows = labelled(*sys.argv[1:])
    start, learnt = process_time(), 0
    for who, share in (("marks whatever comes", 1.0), ("marks mistakes mostly", OTHERS)):
        runs = []
        for seed in range(SHUFFLES):
            chance = random.Random(seed)
            marked = [
                row for row in chance.sample(rows, len(rows)) if row[0].vader != row[1] or chance.random() < share
            ]
            runs.append(records(marked))
            learnt += runs[-1][-1].n
        for at in zip(*runs, strict=True):
            own, vader = (mean(getattr(record, name) or 0.0 for record in at) for name in ("f1", "vader_f1"))
            print(f"{who:24} after {at[0].n:4}: personal {own:.3f}  VADER {vader:.3f}")
    print(f"{(process_time() - start) / learnt * 1000:.1f} ms CPU a correction")


if __name__ == "__main__":
    main()
