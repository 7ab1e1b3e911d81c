"""A typed post: scored word by word, placed near a cluster, with a predicted range, and nothing learnt from it."""

import pickle

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.draft import score_draft
from engine.picture import snapshot
from engine.pipeline import Engine
from models.vader_rules import normalize
from tests.feeds import SECOND, START, like, post, run, uri

CONFIG = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(MINUTE, 5 * MINUTE), max_texts=1 << 10)


def busy() -> Engine:
    """Two topics, and likes that come soon."""
    lines = []
    for n in range(160):
        at = START + n * 5 * SECOND
        text, tag = (
            ("the match and the goal were great", "cup") if n % 2 else ("rain and storm over the coast", "storm")
        )
        lines.append(post(f"p{n}", at, f"{text} today #{tag}", f"did:plc:{n % 7}", [tag]))
        lines += [like(f"l{n}-{k}", at + k * SECOND, uri(f"p{n}", f"did:plc:{n % 7}")) for k in range(1, 1 + n % 4)]
    return run(lines, CONFIG)


@pytest.mark.parametrize(
    "text",
    ["I love this, but the ref was AWFUL!!", "not good at all :(", "Great!", "What a kind of sad \U0001f62d day???"],
)
def test_the_numbers_are_vaders_and_the_words_add_up_to_them(text: str) -> None:
    stock = SentimentIntensityAnalyzer().polarity_scores(text)
    draft = score_draft(Engine(CONFIG), text)
    assert draft.compound == stock["compound"]
    assert (draft.positive, draft.neutral, draft.negative) == (stock["pos"], stock["neu"], stock["neg"])
    assert round(normalize(sum(word.valence for word in draft.words)), 4) == stock["compound"]


def test_another_language_is_not_scored_and_says_why() -> None:
    draft = score_draft(Engine(CONFIG), "Die Stimmung ist heute wirklich gut und alle freuen sich sehr")
    assert (draft.sentiment, draft.compound, draft.words) == ("not scored", None, [])
    assert draft.not_scored == "other language"


def test_a_draft_finds_its_cluster() -> None:
    engine = busy()
    draft = score_draft(engine, "what a goal in that match #cup")
    assert draft.cluster is not None
    assert "#cup" in draft.cluster_label
    assert draft.cluster_similarity is not None
    assert 0 < draft.cluster_similarity <= 1


def test_a_draft_gets_a_range_once_labels_have_matured() -> None:
    for shown in score_draft(busy(), "what a goal in that match #cup").ranges:
        assert shown.predicted is not None
        assert shown.low is not None
        assert shown.high is not None
        assert 0 <= shown.low <= round(shown.predicted) <= shown.high
        assert shown.n > 0
        assert shown.reasons


def test_before_any_label_there_is_no_range() -> None:
    assert {shown.predicted for shown in score_draft(Engine(CONFIG), "hello there").ranges} == {None}


def test_scoring_changes_nothing() -> None:
    engine = busy()
    before = pickle.dumps(snapshot(engine))
    first = score_draft(engine, "what a goal #cup")
    assert pickle.dumps(snapshot(engine)) == before
    assert score_draft(engine, "what a goal #cup") == first


def test_hostile_text_is_shown_harmless_and_scored_as_it_came() -> None:
    draft = score_draft(Engine(CONFIG), "I love \x1b[31mthis\x1b[0m great\u202e day")
    assert all(c.isprintable() for c in draft.text)
    assert all(word.word.isprintable() for word in draft.words)
    assert (
        draft.compound
        == SentimentIntensityAnalyzer().polarity_scores("I love \x1b[31mthis\x1b[0m great\u202e day")["compound"]
    )
