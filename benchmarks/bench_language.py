"""The language gate: its decisions against those of asking the detector about every post, and what either costs.

    python benchmarks/bench_language.py [FILE...] [--data DIR] [--catalogs DIR]

Of simulated feeds, or of each FILE (native lines, or .txt with a post a line), for all posts and for those of each
language that is claimed by 200 of them: how many are scored, about how many the detector is asked, how many decisions
(scored or not) are those of asking it always, of texts long enough for it, and CPU microseconds a post, read 1,024 at
a time: `new` of texts that come for the first time, after a first third of the feed was read, and `look-up` of their
tokens, which is shared with sentiment, tags and terms; `again` when they come once more, `always` when the detector is
asked about every post.

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
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import NamedTuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.reading import SHAPES, of_file, simulated
from engine import analysis
from engine.clean import clean
from engine.events import Post
from models import language
from models.language import Verdict, judge, judge_tokens
from models.memo import Memo
from models.token_pass import TokenTable

CHUNK = 1_024
LEAST = 200  # posts of a claimed language
CODE = re.compile(r"[%{}<>|\\$=\[\]@]|--|\w_\w|\.\w{2,4}\b|/")
Row = tuple[str, str]  # label, text


class Outcome(NamedTuple):
    scored: int
    asked: int
    new: float  # microseconds a text
    looking: float
    again: float
    always: float
    agree: float  # share, with the verdict of asking the detector always
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


def timed(texts: list[str], claims: list[str]) -> tuple[list[Verdict], float, float]:
    """The verdicts, and CPU microseconds a text of the gate, and of the look-up that others have a use for too."""
    verdicts: list[Verdict] = []
    looking = judging = 0.0
    for at in range(0, len(texts), CHUNK):
        start = process_time()
        tokens = analysis._tokens.read(texts[at : at + CHUNK])
        between = process_time()
        verdicts += judge_tokens(tokens, claims[at : at + CHUNK])
        looking += between - start
        judging += process_time() - between
    return verdicts, judging / max(1, len(texts)) * 1e6, looking / max(1, len(texts)) * 1e6


def forget() -> None:
    """Start with empty memos."""
    language._clues = Memo(language._clues.read, language._clues.cap)
    analysis._tokens = TokenTable(analysis._tokens.cap)


def run(texts: list[str], claims: list[str]) -> Outcome:
    forget()
    third = len(texts) // 3
    timed(texts[:third], claims[:third])
    _, new, looking = timed(texts[third:], claims[third:])
    verdicts, again, _ = timed(texts, claims)
    asked = 0
    guess_all = language.guess_all

    def counted(said: list[str]) -> object:
        nonlocal asked
        asked += len(said)
        return guess_all(said)

    with mock.patch.object(language, "guess_all", side_effect=counted):
        timed(texts, claims)
    with mock.patch.multiple(language, _by_words=lambda _: None, LONGEST=-1, TRUSTED=sys.maxsize):
        told, always, _ = timed(texts, claims)
    both = [(a, b) for a, b in zip(verdicts, told, strict=True) if b.reason != language.TOO_SHORT]
    agree = sum((a.reason == "") == (b.reason == "") for a, b in both) / max(1, len(both))
    reasons = Counter(verdict.reason or "scored" for verdict in verdicts)
    return Outcome(reasons["scored"], asked, new, looking, again, always, agree, reasons)


def show(name: str, label: str, texts: list[str], claims: list[str]) -> None:
    if not texts:
        return
    done, n = run(texts, claims), len(texts)
    print(
        f"{name:20} {label:8} {n:6} texts  scored {done.scored / n:7.2%}  asked {done.asked / n:6.1%}  "
        f"as the detector {done.agree:7.2%}  us/text new {done.new:5.1f} look-up {done.looking:5.1f} "
        f"again {done.again:5.1f} always {done.always:5.1f}  {dict(done.reasons)}",
        flush=True,
    )


def report(name: str, rows: list[Row]) -> None:
    """Of texts of known language, and no claim."""
    english = [text for label, text in rows if label.startswith("en")]
    others = [text for label, text in rows if not label.startswith("en") and label not in ("", "und")]
    show(name, "English", english, [""] * len(english))
    show(name, "others", others, [""] * len(others))


def feed(name: str, posts: list[Post]) -> None:
    """Of posts as they come, with what they claim."""
    rows = [(post.lang, clean(post.text)) for post in posts]
    show(name, "all", [text for _, text in rows], [claim for claim, _ in rows])
    for claimed, count in Counter(claim for claim, _ in rows).most_common():
        if count >= LEAST and count < len(rows):
            part = [text for claim, text in rows if claim == claimed]
            show(name, claimed or "none", part, [claimed] * len(part))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--catalogs", type=Path)
    options = parser.parse_args()
    judge("zut alors, le train ne vient pas")  # load the detector
    for path in options.files:
        feed(path.name[:20], of_file(path))
    if options.data:
        report("tweets", list(tweets(options.data)))
        report("x search", random.Random(0).sample(list(search(options.data)), 8_000))
        report("mastodon", list(mastodon(options.data)))
    if options.catalogs:
        report("catalogues", list(catalogues(options.catalogs)))
    if not (options.files or options.data or options.catalogs):
        for shape in SHAPES:
            feed(f"simulated {shape}", simulated(shape))


if __name__ == "__main__":
    main()
