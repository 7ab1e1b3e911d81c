"""The reasons of a prediction: one plain sentence, and numbers that multiply up to what is predicted."""

import re
from math import log, log1p

import pytest

from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.draft import score_draft
from engine.picture import snapshot
from engine.pipeline import Engine
from models.reasons import LEAST
from tests.feeds import SECOND, START, like, post, run, uri
from tui.reasons import NOTHING, fitted, numbers_first, sentence

CONFIG = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(MINUTE, 5 * MINUTE), max_texts=1 << 10)
WHY = ["author usually 12", "evening x0.8", "video x1.4", "rising tag x1.2"]
IMAGE = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": {}}]}


def test_a_prediction_is_one_plain_sentence() -> None:
    said = "author usually 12, evening x0.8, video x1.4, rising tag x1.2: 16 (4 to 60)"
    assert sentence(16.2, 4.0, 60.0, WHY) == said
    assert sentence(16.2, 4.7, 59.1, WHY) == said


@pytest.mark.parametrize(
    ("predicted", "low", "high", "says"),
    [
        (0.0, 0.0, 0.0, "0 (0 to 0)"),
        (0.42, 0.02, 3.4, "0 (0 to 4)"),
        (0.5, 0.0, 0.0, "0 (0 to 0)"),
        (1.6, 2.0, 5.0, "2 (2 to 5)"),
        (9.0, 2.0, 21.0, "9 (2 to 21)"),
        (4_120.0, 1_390.0, 13_049.0, "4.1k (1.3k to 14k)"),
        (1e9, 1e8, 2.0**53, "1.0G (100M to 1e16)"),
        (5.0, None, None, "5 (no range yet)"),
        (None, None, None, NOTHING),
    ],
)
def test_what_is_shown_holds_every_outcome_in_range(
    predicted: float | None, low: float | None, high: float | None, says: str
) -> None:
    assert sentence(predicted, low, high, []) == says


def test_with_less_room_the_numbers_go_or_come_first() -> None:
    whole = sentence(16.2, 4.0, 60.0, WHY)
    assert fitted(16.2, 4.0, 60.0, WHY, len(whole)) == numbers_first(16.2, 4.0, 60.0, WHY, len(whole)) == whole
    assert fitted(16.2, 4.0, 60.0, WHY, 40) == "author usually 12, evening x0.8, video x1.4, rising tag x1.2"
    assert numbers_first(16.2, 4.0, 60.0, WHY, 40).startswith("16 (4 to 60): author usually 12, evening")
    assert fitted(None, None, None, [], 9) == numbers_first(None, None, None, [], 9) == NOTHING


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Pictures, and one of seven authors, do well."""
    lines: list[tuple[int, str]] = []
    for n in range(500):
        at, did, shown = START + n * 4 * SECOND, f"did:plc:{n % 7}", n % 3 == 0
        more = {"embed": IMAGE} if shown else {}
        lines.append((at, post(f"p{n}", at, f"what a day, number {n} #cup", did, ["cup"], **more)))
        likes = (1 + 4 * shown) * (1 + 2 * (n % 7 == 2)) + n % 2
        lines += [(at + k * SECOND, like(f"l{n}-{k}", at + k * SECOND, uri(f"p{n}", did))) for k in range(1, 1 + likes)]
    return run([line for _, line in sorted(lines)], CONFIG)


def log_of(text: str, plus: int) -> tuple[float, float]:
    """The log of a number as it is written (plus 0 or 1), and how far rounding may have moved it."""
    places = len(text.partition(".")[2])
    value = float(text)
    half = 0.5 * 10.0 ** -(max(places, 1) if value < 10 else places)
    return log(plus + value), log((plus + value + half) / max(plus + value - half, 0.01))


def test_usual_times_all_factors_is_the_prediction(engine: Engine) -> None:
    told = [item for item in snapshot(engine).predictions if item.predicted is not None]
    told += score_draft(engine, "what a day #cup", "bluesky:did:plc:2").ranges  # type: ignore[arg-type]
    explained, off = 0, []
    for item in told:
        text = sentence(item.predicted, item.low, item.high, item.reasons)
        usual = re.search(r"^(?:author|feed) usually ([\d.]+)", text)
        assert usual is not None
        sums = [log_of(usual[1], 1), *(log_of(factor, 0) for factor in re.findall(r" x([\d.]+)", text))]
        explained += len(sums) > 1
        may_differ = sum(slack for _, slack in sums) + 0.01 * len(sums) + LEAST
        assert item.predicted is not None
        off.append(sum(value for value, _ in sums) - log1p(item.predicted))
        assert abs(off[-1]) <= may_differ, text
    assert explained > 100
    assert abs(sum(off) / len(off)) < LEAST / 2  # rounding goes both ways: nothing is left out of the sum


def test_pictures_and_the_author_are_among_the_reasons(engine: Engine) -> None:
    last = [item for item in snapshot(engine).predictions if item.author == "did:plc:2"][-30:]
    whole = " / ".join(sentence(item.predicted, item.low, item.high, item.reasons) for item in last)
    assert re.search(r"author usually \d", whole)
    assert re.search(r"image x[1-9]", whole)
