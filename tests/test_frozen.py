"""Frozen forecasts: what is said of a post at its arrival, kept in few bytes, read back as it was, with its reasons."""

import re
from math import exp, expm1, log, log1p

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import wordsums
from models.engagement import EngagementModel, Known
from models.features import (
    COLUMNS,
    COMMON,
    GROUPS,
    HOUR_STRENGTH,
    KEY_STRENGTH,
    LANGUAGE_CODES,
    MAX_COUNT,
    MEDIA,
    OWN,
    Features,
    counted,
    joined,
    label,
    packed_keys,
)
from models.frozen import Freezer, Made, Told, layout, packed
from models.known import by_column
from models.reasons import LEAST, MOST, Facts, brief, reasons
from models.voices import NAMES, REFERENCE, Shown
from tests.graded_feeds import HOUR, MINUTE, START, post

# -- packing -------------------------------------------------------------------------------------------------

LEADER = NAMES.index("extra")


def shown(posts: int, seed: int = 0) -> Shown:
    drawn = np.random.default_rng(seed)
    rivals = drawn.uniform(0, 3, (posts, len(NAMES)))
    rivals[0, 0] = np.nan
    low = np.floor(drawn.uniform(0, 5, posts))
    return Shown(rivals, low, low + 7, drawn.normal(0, 1, (posts, len(GROUPS))))


def frozen(posts: int = 5) -> tuple[Freezer, list[Told], Shown, np.ndarray, np.ndarray]:
    """A batch at two horizons, at the second of which nothing was learnt."""
    drawn = np.random.default_rng(1)
    own = drawn.random((posts, 2, OWN)).astype(np.float32)
    common = drawn.random((posts, len(COMMON))).astype(np.float32)
    common[:, COMMON.index("media")], common[:, COMMON.index("language")] = 2, 5
    common[0, COMMON.index("followers")] = np.nan
    what = shown(posts)
    made = Made(("extra-3", ""), (LEADER, REFERENCE), (120, 0))
    keys = [np.array([1, 60_000, *range(number)], np.uint16).tobytes() for number in range(posts)]
    records = packed(own, common, [what, None])
    told = [Told(made, record.tobytes() + key) for record, key in zip(records, keys, strict=True)]
    return Freezer(2), told, what, own, common


def test_what_was_frozen_is_read_back_as_it_was() -> None:
    freezer, told, what, own, common = frozen()
    records = freezer.thaw(told)
    for horizon in (0, 1):
        assert np.array_equal(freezer.rows(records, horizon), joined(own[:, horizon], common), equal_nan=True)
    assert freezer.rows(records, 0).shape == (5, len(COLUMNS))
    assert freezer.keys(told) == [np.array([1, 60_000, *range(number)], np.uint16).tobytes() for number in range(5)]
    judged = freezer.judged(records, 0, np.arange(5.0))
    assert np.array_equal(judged[:, :3], np.column_stack([np.arange(5.0), what.low, what.high]))
    assert np.array_equal(judged[:, 3:], what.rivals.astype(np.float32), equal_nan=True)
    assert np.isnan(freezer.judged(records, 1, np.arange(5.0))[:, 1:]).all()


def test_what_is_said_is_what_the_leader_predicted() -> None:
    freezer, told, what, _, _ = frozen()
    assert np.allclose(freezer.predicted(told, 0), what.rivals[:, LEADER])
    assert np.isnan(freezer.predicted(told, 1)).all()
    first, second = freezer.forecasts(told[0], START)
    assert first.predicted == pytest.approx(what.rivals[0, LEADER])
    assert first.usual == pytest.approx(what.rivals[0, REFERENCE])
    assert (first.low, first.high, first.model, first.matured) == (what.low[0], what.high[0], "extra-3", 120)
    assert first.rivals[0] is None
    assert first.rivals[1:] == pytest.approx(what.rivals[0, 1:])
    assert (second.predicted, second.low, second.high, second.usual, second.model) == (None, None, None, None, "")
    assert (second.reasons, second.matured) == ((), 0)


def test_a_waiting_post_takes_less_than_a_kilobyte() -> None:
    tags, terms = (tuple(f"{kind}{index}" for index in range(500)) for kind in ("tag", "word"))
    model = EngagementModel((15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR))
    (told,) = model.forecast([msgspec.structs.replace(post(1), tags=tags, terms=terms)], [True])
    assert len(told.record) == layout(4).itemsize + 2 * (2 + 2 * wordsums.MOST)
    assert len(told.record) < 900
    (usual,) = model.forecast([post(1)], [True])
    assert len(usual.record) < 600


# -- rows ----------------------------------------------------------------------------------------------------


def column(post: Known, name: str) -> float:
    features = Features(1)
    own, common = features.rows(by_column([post]), features.keys(by_column([post])))
    return float(joined(own[:, 0], common)[0, COLUMNS.index(name)])


@pytest.mark.parametrize(
    ("name", "known", "value"),
    [
        ("followers", {"followers": 99}, log(100)),
        ("followers", {"followers": None}, None),
        ("followers", {"followers": -1}, None),
        ("followers", {"followers": 10**30}, None),
        ("author_age", {"author_age": float("nan")}, None),
        ("author_age", {"author_age": float("inf")}, None),
        ("compound", {"compound": -0.5}, -0.5),
        ("compound", {"compound": None}, None),
        ("compound", {"compound": 2.0}, None),
        ("length", {"length": 9}, log(10)),
        ("tags", {"tags": tuple("abcdefghij")}, 6),
        ("mentions", {"mentions": 50}, 6),
        ("links", {"links": 50}, 3),
        ("reply", {"reply": True}, 1),
        ("question", {"question": True}, 1),
        ("media", {"media": ""}, 0),
        ("media", {"media": "video"}, MEDIA.index("video")),
        ("media", {"media": "hologram"}, len(MEDIA)),
        ("language", {"lang": ""}, 0),
        ("tag_rise", {"tag_rise": 3.0}, log(4)),
        ("posts_before", {}, 0),
        ("since_last", {}, None),
    ],
)
def test_columns_are_what_they_are_named_for(name: str, known: dict[str, object], value: float | None) -> None:
    found = column(Known(author="ann", at=START, **known), name)  # type: ignore[arg-type]
    assert np.isnan(found) if value is None else found == pytest.approx(value, rel=1e-6)


def test_a_language_is_told_by_its_primary_subtag() -> None:
    codes = {tag: column(Known(author="", at=START, lang=tag), "language") for tag in ("en", "en-GB", "EN", "de", "ja")}
    assert codes["en"] == codes["en-GB"] == codes["EN"]
    assert len(set(codes.values())) == 3
    assert all(1 <= code < LANGUAGE_CODES for code in codes.values())


@given(st.text(max_size=8), st.text(max_size=8), st.integers(0, 2**62), st.lists(st.text(max_size=5), max_size=6))
def test_any_text_makes_a_row(author: str, lang: str, at: int, tags: list[str]) -> None:
    one, features = Known(author=author, at=at, lang=lang, media=lang, tags=tuple(tags), terms=tuple(tags)), Features(2)
    own, common = features.rows(by_column([one]), features.keys(by_column([one])))
    assert np.isfinite(own).all()
    assert not np.isinf(common).any()


def test_the_hour_and_the_weekday_go_round() -> None:
    def place(at: int) -> list[float]:
        names = ("hour_sin", "hour_cos", "weekday_sin", "weekday_cos")
        return [column(Known(author="ann", at=at), name) for name in names]

    assert place(START) == pytest.approx(place(START + 7 * 24 * HOUR), abs=1e-5)
    assert place(START)[:2] == pytest.approx(place(START + 24 * HOUR)[:2], abs=1e-5)
    assert place(START)[:2] == pytest.approx([-x for x in place(START + 12 * HOUR)[:2]], abs=1e-5)


def test_hidden_authors_have_no_hour_of_their_own() -> None:
    features = Features(1)
    keys = features.keys(by_column([Known(author="", at=START), Known(author="ann", at=START)]))
    assert keys.hour.counts.tolist() == [0, 1]


def test_pasts_of_author_hour_tags_and_words_are_learnt_apart() -> None:
    features = Features(2)
    at = START - START % (24 * HOUR) + 9 * HOUR

    def row(horizon: int, **known: object) -> dict[str, float]:
        one = Known(at=at + 24 * HOUR, **known)  # type: ignore[arg-type]
        own, common = features.rows(by_column([one]), features.keys(by_column([one])))
        return dict(zip(COLUMNS, joined(own[:, horizon], common)[0].tolist(), strict=True))

    def learn(value: float, **known: object) -> None:
        one = Known(at=at, **known)  # type: ignore[arg-type]
        features.learn(
            1, [one.author], [packed_keys([features.keys(by_column([one]))])[0]], np.array([value]), [at + 24 * HOUR]
        )

    learn(1.0, author="bob")
    learn(4.0, author="ann", tags=("cup",), terms=("#cup", "goal"))
    level = 2.5
    found = row(1, author="ann", tags=("cup",), terms=("goal",))
    assert found["level"] == level
    assert found["author"] == pytest.approx((4.0 + 4 * level) / 5)
    assert found["trust"] == pytest.approx(1 / 5)
    assert found["author_hour"] == pytest.approx((4.0 - 1.0) / (1 + HOUR_STRENGTH))  # above what was usual by then
    assert found["tag_past"] == found["word_past"] == pytest.approx((4.0 - level) / (1 + KEY_STRENGTH))
    nobody = {"level": level, "author": level, "trust": 0, "author_hour": 0, "tag_past": 0, "word_past": 0}
    stranger = row(1, author="eve", tags=("other",), terms=("#cup", "words"))  # a tag among the terms is passed over
    assert {name: stranger[name] for name in nobody} == nobody
    assert row(1, author="bob", terms=("#goal",))["word_past"] == 0
    assert row(0, author="ann", tags=("cup",), terms=("goal",))["tag_past"] == 0
    (hour,) = features.keys(by_column([Known(author="ann", at=at)])).hour.buckets
    tags = [str(number) for number in range(300_000)]
    buckets = features.keys(by_column([Known(author="", at=at, tags=(tag,)) for tag in tags])).both.buckets
    alike = tags[buckets.tolist().index(hour)]
    assert row(1, author="eve", tags=(alike,))["tag_past"] == 0  # the same bucket, in another table


@pytest.mark.parametrize(
    ("engagements", "target"),
    [(0, 0.0), (-3, 0.0), (1, log(2)), (10**9, log1p(10**9)), (2**60, log1p(MAX_COUNT)), (10**400, log1p(MAX_COUNT))],
)
def test_the_label_is_bounded_both_ways(engagements: int, target: float) -> None:
    assert label(engagements) == target
    assert 0 <= counted(engagements) <= MAX_COUNT


# -- reasons -------------------------------------------------------------------------------------------------

EVENING = 4 * 24 * 20 * HOUR  # no matter which day
FACTS = Facts(
    day=0,
    hour=20,
    own_past=True,
    followers=True,
    media="video",
    flags=frozenset({"links", "reply", "quote", "question", "tags"}),
    rising=frozenset({"tag", "story"}),
)
NOTHING = Facts(4, 3, False, False, "", frozenset(), frozenset())


def words(facts: Facts, group: str) -> str:
    (told,) = reasons(facts, 0.0, 0.5, [(GROUPS.index(group), 0.5)])[1:]
    return told.removesuffix(" x1.6")


@pytest.mark.parametrize(
    ("group", "there", "not_there"),
    [
        ("hour", "evening", "night"),
        ("weekday", "Thursday", "Monday"),
        ("media", "video", "no media"),
        ("tag volume", "rising tag", "tag volume"),
        ("story volume", "rising story", "story volume"),
        ("links", "link", "no link"),
        ("reply", "reply", "no reply"),
        ("quote", "quote", "no quote"),
        ("question", "question", "no question"),
        ("tags", "tags", "no tags"),
        ("followers", "followers", "followers unknown"),
        ("pace", "author's pace", "author's pace"),
        ("account", "account age", "account age"),
        ("feed", "feed lately", "feed lately"),
        ("wording", "wording", "wording"),
        ("length", "length", "length"),
        ("mood", "mood", "mood"),
        ("language", "language", "language"),
        ("mentions", "mentions", "mentions"),
    ],
)
def test_reasons_are_in_plain_words(group: str, there: str, not_there: str) -> None:
    assert words(FACTS, group) == there
    assert words(NOTHING, group) == not_there


def test_every_group_has_a_word() -> None:
    assert all(words(FACTS, group) for group in GROUPS)


@pytest.mark.parametrize(
    ("hour", "word"), [(0, "night"), (5, "night"), (6, "morning"), (12, "afternoon"), (18, "evening")]
)
def test_parts_of_the_day(hour: int, word: str) -> None:
    assert words(FACTS._replace(hour=hour), "hour") == word


def test_a_sentence_worked_out_by_hand() -> None:
    parts = [
        (GROUPS.index(group), log(factor)) for group, factor in (("hour", 0.8), ("media", 1.4), ("tag volume", 1.2))
    ]
    told = reasons(FACTS, log1p(12), log1p(12) + log(0.8 * 1.4 * 1.2), parts)
    assert told == ("author usually 12", "evening x0.8", "video x1.4", "rising tag x1.2")
    told = reasons(FACTS, log1p(0.62), log1p(0.62) + log(0.8 * 3), parts[:1])
    assert told == ("author usually 0.6", "evening x0.8", "all else x3")


def test_the_feed_stands_in_where_nothing_of_the_authors_own_is_known() -> None:
    assert reasons(NOTHING, log1p(1_234), log1p(1_234), []) == ("feed usually 1.23k",)


def test_what_hardly_matters_is_not_told() -> None:
    assert reasons(FACTS, 1.0, 1.04, [(1, 0.04), (2, 0.0)]) == ("author usually 1.7",)


@given(
    st.floats(0, 30),
    st.lists(st.tuples(st.integers(0, len(GROUPS) - 1), st.floats(-4, 4)), max_size=MOST),
    st.floats(-4, 4),
)
def test_the_usual_times_all_factors_is_the_prediction(
    usual: float, parts: list[tuple[int, float]], rest: float
) -> None:
    predicted = usual + sum(part for _, part in parts) + rest
    told = reasons(FACTS, usual, predicted, parts)
    if not 0 <= predicted <= 36:
        return
    counts = [number(one.split(" ")[-1]) for one in told[:1]] + [number(one.rpartition("x")[2]) for one in told[1:]]
    product = log1p(counts[0]) + sum(log(factor) for factor in counts[1:])
    # Two digits are at most 5 % off; what is told rounded, or not at all, adds LEAST for each.
    slack = 0.06 + log1p(0.06 / (1 + expm1(usual))) + sum(0.06 for _ in told[1:]) + LEAST * (len(parts) + 1)
    assert product == pytest.approx(predicted, abs=slack)


def number(text: str) -> float:
    """A count as it is written."""
    units = {"k": 1e3, "M": 1e6, "G": 1e9}
    return float(text[:-1]) * units[text[-1]] if text[-1] in units else float(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.62, "0.6"), (9.0, "9"), (12.4, "12"), (999, "999"), (1_234, "1.23k"), (3.4e6, "3.4M"), (1e9, "1G")],
)
def test_counts_are_brief(value: float, text: str) -> None:
    assert brief(value) == text


def test_a_forecast_tells_the_three_parts_that_move_it_most() -> None:
    freezer, told, what, _, _ = frozen()
    for index, one in enumerate(told):
        first, _ = freezer.forecasts(one, EVENING)
        strongest = np.argsort(-np.abs(what.parts[index]))[:MOST]
        factors = [float(re.sub(r".* x", "", reason)) for reason in first.reasons[1 : 1 + MOST]]
        assert factors == pytest.approx([exp(what.parts[index][group]) for group in strongest], rel=0.06)
        assert first.reasons[0].startswith("author usually ")
