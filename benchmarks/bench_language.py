"""The language gate on labelled text: how precise its "English" is, how much it finds, how long it takes.

    python -m benchmarks.bench_language [--data DIR] [--catalogs DIR]

DIR of --data is the shared data folder: English tweets, and posts with the language their platform or author says.
DIR of --catalogs is a folder of gettext catalogues (a system's locale folder): short texts of known language, in about
100 languages; half of them talk of computers, so that English words stand in many.
"""

import argparse
import gettext
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import NamedTuple
from unittest import mock

from models import language
from models.language import judge

CODE = re.compile(r"[%{}<>|\\$=\[\]@]|--|\w_\w|\.\w{2,4}\b|/")
Row = tuple[str, str]  # label, text


class Outcome(NamedTuple):
    scored: int
    asked: int
    micros: float
    agree: int  # with the verdict of asking the detector always
    reasons: Counter[str]


def tweets(data: Path) -> Iterator[Row]:
    for text in (data / "sentiment" / "tweeteval_val_text.txt").read_text("utf-8").splitlines():
        yield "en", text


def search(data: Path) -> Iterator[Row]:
    """X's own language detection, each text once."""
    seen: set[str] = set()
    with gzip.open(data / "volume" / "x_v1_search.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            post = json.loads(line)
            text = post.get("full_text") or post.get("text")
            if text not in seen:
                seen.add(text)
                yield post.get("lang", ""), text


def mastodon(data: Path) -> Iterator[Row]:
    for line in filter(None, (data / "native" / "mastodon_statuses.jsonl").read_text("utf-8").split("\n")):
        post = json.loads(line)
        text = re.sub("<[^>]*>", "", re.sub("<(?:p|br)", " <", post.get("content") or ""))
        if post.get("language") and text.strip():
            yield post["language"], text


def catalogues(folder: Path) -> Iterator[Row]:
    found: dict[str, set[str]] = {"en": set()}
    for path in sorted(folder.glob("*/LC_MESSAGES/*.mo")):
        code = re.split("[_@]", path.parts[-3])[0]
        if "iso_" in path.name or "iso-" in path.name or "@" in path.parts[-3] or code == "en":
            continue
        try:
            with path.open("rb") as file:
                catalogue = vars(gettext.GNUTranslations(file))["_catalog"]
        except (OSError, ValueError, IndexError, KeyError):
            continue  # a catalogue with a broken header
        for key, value in catalogue.items():
            if isinstance(key, str) and key != value:
                found["en"].add(key.rpartition("\x04")[2].replace("_", ""))
                found.setdefault(code, set()).add(value.replace("_", ""))
    rng = random.Random(0)
    for code, texts in sorted(found.items()):
        usable = sorted(text for text in texts if len(text.split()) >= 4 and 25 <= len(text) <= 220)
        usable = [text for text in usable if not CODE.search(text) and (code == "en" or text not in found["en"])]
        rng.shuffle(usable)
        for text in usable[: 3_000 if code == "en" else 150]:
            yield code, text


def run(rows: list[Row]) -> Outcome:
    guess = language.guess
    with mock.patch.object(language, "guess", side_effect=guess) as counted:
        for _, text in rows:
            judge(text)
        asked = counted.call_count
    start = process_time()
    verdicts = [judge(text) for _, text in rows]
    micros = (process_time() - start) / len(rows) * 1e6
    with mock.patch.object(language, "_by_words", return_value=None):
        always = [judge(text) for _, text in rows]
    agree = sum((a.reason == "") == (b.reason == "") for a, b in zip(verdicts, always, strict=True))
    reasons = Counter(verdict.reason or "scored" for verdict in verdicts)
    return Outcome(reasons["scored"], asked, micros, agree, reasons)


def report(name: str, rows: list[Row]) -> None:
    english = [row for row in rows if row[0].startswith("en")]
    others = [row for row in rows if not row[0].startswith("en") and row[0] not in ("", "und")]
    for label, part in (("English", english), ("others", others)):
        if part:
            done = run(part)
            n = len(part)
            print(
                f"{name:10} {label:8} {n:6} texts  scored {done.scored / n:7.2%}  asked {done.asked / n:6.1%}"
                f"  {done.micros:6.1f} us/text  as the detector {done.agree / n:.2%}  {dict(done.reasons)}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--catalogs", type=Path)
    options = parser.parse_args()
    judge("zut alors, le train ne vient pas")  # load the detector
    if options.data.is_dir():
        report("tweets", list(tweets(options.data)))
        report("x search", random.Random(0).sample(list(search(options.data)), 8_000))
        report("mastodon", list(mastodon(options.data)))
    if options.catalogs:
        report("catalogues", list(catalogues(options.catalogs)))


if __name__ == "__main__":
    main()
