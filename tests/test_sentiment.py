"""Sentiment: the very numbers of vaderSentiment for every text, in linear time, and the words they come from."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import vader_rules
from models.sentiment import explain, label, polarities, polarity
from tests.vader_texts import CODES, LETTERS, MARKS, PHRASES, RULES, SPACES, bits, fuzz_text, stock_polarity

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "sentiment"


def assert_same(text: str) -> None:
    ours, theirs = polarity(text), stock_polarity(text)
    assert bits(ours) == bits(theirs), (ascii(text), ours, theirs)


# --- texts that meet every rule


@pytest.mark.parametrize("seed", range(5))
def test_seeded_texts_score_as_in_vader(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(5_000):
        assert_same(fuzz_text(rng))


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(st.text(st.characters()))
def test_any_text_scores_as_in_vader(text: str) -> None:
    assert_same(text)


WORDS = st.sampled_from([*PHRASES, *RULES, *MARKS, *LETTERS, *CODES, "good", "bad", "GREAT", "very", "not", "😂", "❤️"])


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(st.lists(WORDS, max_size=12), st.sampled_from(SPACES))
def test_any_mix_of_rule_words_scores_as_in_vader(words: list[str], space: str) -> None:
    assert_same(space.join(words))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\x1c",
        "!!!",
        "At least it isn't a horrible book.",
        "The food is good but the service is good but the view is good but GOOD",
        "a b c the shit! a b c the bomb? a b c yeah right",
        "I would say the kiss of death but never so good",
        "UP! 🆙 good",
        "good😂bad 😭!great ❤️ 👩‍❤️‍👨 👍🏽",
        "no no no or good nor no",
        "not good " * 50,
    ],
)
def test_the_rules_one_by_one(text: str) -> None:
    assert_same(text)


def test_real_tweets_score_as_in_vader() -> None:
    if not DATA.is_dir():
        pytest.skip("the shared data is not here")
    texts = (DATA / "tweeteval_val_text.txt").read_text("utf-8").split("\n")
    rows = (DATA / "vader_tweets_ground_truth.tsv").read_text("utf-8").splitlines()
    texts += [row.split("\t")[2] for row in rows if row.count("\t") >= 2]
    assert len(texts) > 6_000
    for text in texts:
        assert_same(text)


# vaderSentiment would take hours for each of these
@pytest.mark.parametrize(
    "text",
    [
        "😂😭" * 50_000,
        "good bad very " * 70_000,
        "good but bad " * 70_000,
        "but " * 250_000,
        "n't" * 300_000,
        "!?" * 500_000,
        "\ud800" * 1_000_000,
        " ".join(f"good{'!' * (i % 50)} w{i}" for i in range(50_000)),
    ],
    ids=["emoji", "words", "contrast", "but", "negations", "marks", "surrogates", "distinct"],
)
def test_a_megabyte_of_anything_is_scored(text: str) -> None:
    scores = polarity(text)
    assert -1 <= scores.compound <= 1
    assert scores.pos + scores.neu + scores.neg == pytest.approx(1, abs=0.0021)


def test_a_list_scores_as_its_texts() -> None:
    texts = ["I love it", "", "I hate it", "a table", "I love it"]
    assert polarities(texts) == [polarity(text) for text in texts]


@pytest.mark.parametrize(
    ("compound", "mood"),
    [
        (1.0, "positive"),
        (0.05, "positive"),
        (0.0499, "neutral"),
        (0.0, "neutral"),
        (-0.0499, "neutral"),
        (-0.05, "negative"),
        (-1.0, "negative"),
    ],
)
def test_moods_begin_at_a_twentieth(compound: float, mood: str) -> None:
    assert label(compound) == mood


# --- explanations


@pytest.mark.parametrize("seed", range(2))
def test_the_words_add_up_to_what_the_compound_is_made_of(seed: int) -> None:
    rng = random.Random(1_000 + seed)
    for _ in range(1_500):
        text = fuzz_text(rng)
        explained = explain(text)
        assert explained.polarity == polarity(text)
        assert round(vader_rules.normalize(explained.total), 4) == explained.polarity.compound
        added = sum(word.valence for word in explained.words) + explained.emphasis
        assert added == pytest.approx(explained.total, abs=1e-9)
        assert "".join(word.word for word in explained.words) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "word", "sign", "note"),
    [
        ("this is not good", "good", -1, "negated by not"),
        ("it isn't a bad idea", "bad", 1, "negated by isn't"),
        ("this is very good", "good", 1, "boosted by very"),
        ("it is kinda good", "good", 1, "dampened by kinda"),
        ("it was a kind of good film", "good", 1, "dampened by kind of"),
        ("this is GOOD", "GOOD", 1, "ALL CAPS"),
        ("I bet this is the shit", "shit", 1, "idiom: the shit"),
        ("food is great but service bad", "great", 1, "before but: times 0.5"),
        ("food is great but service bad", "bad", -1, "after but: times 1.5"),
        ("the least good of all", "good", -1, "negated by least"),
        ("it was never so good", "good", 1, "boosted by never so"),
        ("no good at all", "good", -1, "negated by no"),
        ("so 😂", "😂", 1, "read as face with tears of joy"),
    ],
)
def test_a_note_says_what_changed_a_word(text: str, word: str, sign: int, note: str) -> None:
    (found,) = [row for row in explain(text).words if row.word == word]
    assert found.valence * sign > 0
    assert note in found.note


def test_words_without_effect_weigh_nothing() -> None:
    explained = explain("The committee met in the library, then went home!")
    assert {word.valence for word in explained.words} == {0.0}
    assert {word.note for word in explained.words} == {""}
    assert (explained.emphasis, explained.total) == (0.0, 0.0)


def test_emphasis_has_the_sign_of_the_mood() -> None:
    assert explain("good!!").emphasis == pytest.approx(2 * 0.292)
    assert explain("bad!!").emphasis == pytest.approx(-2 * 0.292)


def test_an_emoji_drawn_as_one_stays_in_one_piece() -> None:
    pieces = [word.word for word in explain("so happy😂😂 👩\u200d👧 👍\U0001f3fd❤️").words]
    assert pieces == ["so", "happy", "😂", "😂", "👩\u200d👧", "👍\U0001f3fd", "❤️"]


def test_scoring_loads_no_http_library() -> None:
    code = "import sys, models.sentiment as s; s.polarity('good 😂'); print('requests' in sys.modules)"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
