"""Labelled texts in the files they are published in, as the JSON lines that `trendtop evaluate sentiment` reads.

python benchmarks/labelled_lines.py TEXTS LABELS > feed.jsonl     a text a line, and its label (TweetEval)
python benchmarks/labelled_lines.py RATINGS.tsv > feed.jsonl      id, mean rating, text (VADER's ground truth)
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path


def lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").removesuffix("\n").split("\n")


def labelled(texts: str, labels: str | None) -> Iterator[dict[str, str]]:
    if labels is None:
        for row in lines(texts):
            uid, rating, text = row.split("\t", 2)
            yield {"id": uid, "text": text, "label": rating}
    else:
        for text, label in zip(lines(texts), lines(labels), strict=True):
            yield {"text": text, "label": label}


def main() -> None:
    for line in labelled(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None):
        print(json.dumps(line))


if __name__ == "__main__":
    main()
