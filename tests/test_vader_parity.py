"""Many texts at once: the very numbers of vaderSentiment, whatever is read together and however little remembered."""

import random

import numpy as np
import pytest

from models import sentiment, vader_batch, vader_codes, vader_words
from models.memo import Memo
from models.sentiment import FEW, Polarity, polarities, polarity
from models.vader_codes import read_window, read_word
from models.vader_rules import rounded
from models.vader_words import read_wide
from tests.vader_texts import differing, fuzz_text, stock_polarity

COUNT = 3_000
LARGE = (100_000, 50_000)
SIZES = (1, 2, 3, 7, 64, 300, 1_024, 4_096)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    rng = random.Random(6)
    return [fuzz_text(rng) for _ in range(COUNT)]


@pytest.fixture(scope="module")
def stock(texts: list[str]) -> list[Polarity]:
    return [stock_polarity(text) for text in texts]


@pytest.mark.parametrize(("tokens", "windows"), [(1, 1), (3, 2), (40, 25), LARGE])
@pytest.mark.parametrize("size", SIZES)
def test_a_batch_of_any_size_scores_as_in_vader(
    texts: list[str], stock: list[Polarity], size: int, tokens: int, windows: int
) -> None:
    codes, valences = Memo(read_wide, tokens), Memo(read_window, windows)
    texts, stock = texts[: 300 * size], stock[: 300 * size]
    scores: list[Polarity] = []
    for start in range(0, len(texts), size):
        scores += vader_batch.score(texts[start : start + size], codes, valences)
        assert len(codes) <= tokens
        assert len(valences) <= windows
    assert differing(texts, scores, stock) == []


@pytest.mark.parametrize(("tokens", "windows"), [(1, 1), (3, 2), (100_000, 50_000)])
def test_one_by_one_texts_score_as_in_vader(
    texts: list[str], stock: list[Polarity], tokens: int, windows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentiment, "_codes", Memo(read_word, tokens))
    monkeypatch.setattr(sentiment, "_windows", Memo(read_window, windows))
    assert differing(texts, [polarity(text) for text in texts], stock) == []


def test_the_memos_are_shared_by_both_ways(
    texts: list[str], stock: list[Polarity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentiment, "_codes", Memo(read_word, 50))
    monkeypatch.setattr(sentiment, "_wide", Memo(read_wide, 20))
    monkeypatch.setattr(sentiment, "_windows", Memo(read_window, 30))
    monkeypatch.setattr(sentiment, "BATCH", 100)
    rng = random.Random(1)
    start = 0
    while start < len(texts):
        end = start + rng.choice((1, FEW - 1, FEW, 170))
        assert differing(texts[start:end], polarities(texts[start:end]), stock[start:end]) == []
        start = end


@pytest.mark.parametrize(("texts_at_once", "characters"), [(60, 1 << 20), (4_096, 50), (4_096, 3_000)])
def test_parts_change_no_score(
    texts: list[str], stock: list[Polarity], texts_at_once: int, characters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentiment, "BATCH", texts_at_once)
    monkeypatch.setattr(sentiment, "BATCH_CHARACTERS", characters)
    assert differing(texts, polarities(texts), stock) == []


def test_texts_of_one_kind_score_as_in_vader() -> None:
    """Batches in which something is missing: words, moods, capitals, ASCII, all but ASCII."""
    for kind in (["", " ", "\n"], ["a table"], ["good"], ["😂"], ["", "😂 bad"], ["\x00"], ["BAD", "bad but good"]):
        batch = kind * 60
        assert differing(batch, polarities(batch), list(map(stock_polarity, batch))) == []
    assert polarities([]) == []


def test_numbers_are_rounded_as_by_round() -> None:
    rng = random.Random(2)
    numbers = [rng.uniform(-1, 1) for _ in range(20_000)]
    numbers += [(2 * rng.randrange(-1_000, 1_000) + 1) / 2_000 for _ in range(2_000)]  # ties, or next to them
    numbers += [a / b for b in range(1, 65) for a in range(-b, b + 1)]
    numbers += [0.0, -0.0, 5e-324, -5e-324, 0.00005, -0.00005, 0.0005, -0.0005, 1.0, -1.0]
    for digits in (3, 4):
        right = [str(round(number, digits)) for number in numbers]
        some = [(number, text) for number, text in zip(numbers, right, strict=True) if text[0] != "-"]
        assert [str(rounded(number, 10.0**digits, digits)) for number, _ in some] == [text for _, text in some]
        assert [str(each) for each in vader_batch.rounded_all(np.array(numbers), digits)] == right


def test_a_word_among_many_reads_as_by_itself() -> None:
    rng = random.Random(3)
    words = [*vader_codes.book().words, "x", "n't", "wasn't", "!!", "...", "a.b", ":)", ";-)", "<3", "\x7f", "\x01"]
    words += [
        "X1",
        "X" * 8,
        "X" * 9,
        "x" * 24,
        "x" * 25,
        "good" + "x" * 21,
        "http://a.b",
        "https://x.y/isn't",
        "no\x00",
    ]
    words += ["".join(rng.choices("ab'!GO\u2019\u3000", k=rng.randint(1, 30))) for _ in range(3_000)]
    shapes = [[word, word.upper(), word.title(), f'"{word}!!', f"({word}", f"{word}'s", f"...{word}"] for word in words]
    raws = [raw for shape in shapes for raw in shape]
    right = [[read_word(word) for word in raw.split()] for raw in raws]
    coded = vader_words.read(raws, Memo(read_wide, 100))
    assert coded.codes.tobytes().decode("latin-1") == "".join(map("".join, right))
    assert coded.counts.tolist() == [len("".join(codes)) for codes in right]
    assert coded.exclamations.tolist() == [raw.count("!") for raw in raws]


def test_all_kinds_of_words_fit_into_a_byte() -> None:
    kinds = vader_codes.book()
    assert len(kinds.tokens) <= 256
    assert not {kinds.tokens[code].lower for code in kinds.anchors} & {"", "but", "so", "this"}


@pytest.mark.parametrize("text", ["😂" * 1_600, "good but bad " * 2_000, "n't" * 3_000, "a\x00b " * 2_000])
def test_a_flood_among_other_texts_is_scored(text: str) -> None:
    batch = ["I love it", "", text, "bad 😭"] * 20
    assert polarities(batch) == [polarity(one) for one in batch]
