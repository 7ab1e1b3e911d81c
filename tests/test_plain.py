"""Plain lines that are read together say what each says by itself, whatever stands in them and beside them."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.mutations import Mutator
from engine.platforms import plain, registry
from engine.platforms.decode import Decoder
from engine.platforms.names import USUAL
from engine.platforms.reading import Reading
from engine.simulate.plain import plain_lines

AT = "2026-07-04T14:38:07Z"
USUALLY: dict[str, Any] = {
    "id": "17",
    "text": "words",
    "author_id": "7",
    "username": "ann",
    "created_at": AT,
    "lang": "en",
    "likes": 3,
    "reposts": None,
    "in_reply_to_id": None,
    "retrieved_at": 1783175888.5,
    "hashtags": ["a", "b"],
    "followers": 12,
    "sensitive": False,
}
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 5, 2**53 + 1, 2**63, -(2**70), 0.5, 1e300, 1783175888, 1783175888.25),
    *("", " ", "'7'", "17", "0", AT, "2026", "Sat Jul 04 14:38:07 +0000 2026", "de-AT", "\u202e", "\ud800", "é" * 9),
    *(10**400, -(10**400), 1e-300, 10**4299),
    *([], {}, ["a", "#b"], [None], {"text": "in"}, {"id": 7, "username": "bob"}, {"count": 3}, "x" * 1_200),
)
OTHER_NAMES = ("Text", "tweet", "message", "tweettext", "tweet_id", "status_id", "label", "uri", "type", "other")
NAMES = sorted({name for names in USUAL.values() for name in names[:4]} | {*OTHER_NAMES})


def written(value: dict[str, Any]) -> bytes:
    """A line that begins as all of them do: only those are tried together."""
    return json.dumps({"application": "phone"} | value).encode()


def apart(lines: list[bytes]) -> list[Reading]:
    return [Decoder().reading(line) for line in lines]


def fast(lines: list[bytes]) -> list[Reading | None]:
    """What is read by others that begin alike."""
    reader = registry.likely(lines[0])
    assert reader is not None
    return [*reader.readings(lines)]


def learn(*lines: bytes) -> None:
    """Have lines of their keys read together from now on."""
    for line in lines:
        for _ in range(20):
            Decoder().reading(line)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_likely", {})
    monkeypatch.setattr(plain, "FEW", 0)


def test_usual_lines_are_read_together_and_any_other_by_itself() -> None:
    lines = [written(USUALLY | {"id": str(number), "likes": number}) for number in range(5)]
    odd = written(USUALLY | {"likes": "many"})
    learn(lines[0])
    found = fast([*lines, odd, b"{}", b"", lines[0]])
    assert [reading and reading.records[0][0].uid for reading in found] == [*"01234", None, None, None, "0"]
    assert found[:5] == apart(lines)


@pytest.mark.parametrize("missing", USUALLY)
@pytest.mark.parametrize("keys", [tuple(USUALLY), tuple(key for key in USUALLY if key != "author_id")])
def test_a_field_may_be_missing(keys: tuple[str, ...], missing: str) -> None:
    whole = {key: USUALLY[key] for key in keys}
    lines = [written(whole), written({key: value for key, value in whole.items() if key != missing})]
    learn(lines[0])
    assert Decoder().readings(lines) == apart(lines)


def test_keys_that_come_by_turns_are_soon_read_together() -> None:
    lines = [written({"id": "1", "text": "x", "lang": "en"}), written({"id": "2", "text": "y", "likes": 1})]
    learn(*lines)
    assert all(fast(lines * 2))


@pytest.mark.parametrize("key", USUALLY)
@pytest.mark.parametrize("number", range(len(ODD)))
def test_what_is_odd_in_one_field_is_told_as_ever(key: str, number: int) -> None:
    lines = [written(USUALLY), written(USUALLY | {key: ODD[number]}), written(USUALLY)]
    learn(lines[0])
    assert Decoder().readings(lines) == apart(lines)


@pytest.mark.parametrize(
    ("usual", "other"),
    [
        ({"id": "1", "text": "x", "body": "y"}, {"id": "1", "text": "", "body": "y"}),
        ({"id": "1", "text": "x", "date": AT, "time": AT}, {"id": "1", "text": "x", "date": "soon", "time": AT}),
        ({"tweet_id": "1", "text": "x"}, {"tweet_id": "2073436675116995376", "text": "x"}),
        ({"id": "1", "text": "x", "user_id": "7", "nickname": "ann"}, {"id": "1", "text": "x", "nickname": "ann"}),
        ({"id": "1", "text": "x", "user_id": "7", "nickname": "ann"}, {"id": "1", "text": "x", "user_id": "7"}),
        (USUALLY, {"id": "' 8 '", "text": "x"}),
        ({"tweet_id": "1", "tweet": "x", "label": "a"}, {"tweet_id": "1", "tweet": {"text": "y"}, "label": 4.0}),
        ({"tweet_id": "1", "tweet": "x", "label": "a"}, {"tweet_id": "2073436675116995376", "tweet": "x", "label": []}),
        ({"id": "1", "tweet_id": "1", "text": "x"}, {"id": "2073436675116995376", "tweet_id": None, "text": "x"}),
        ({"id": "1", "tweet_id": "1", "text": "x"}, {"id": None, "tweet_id": "2073436675116995376", "text": "x"}),
        ({"id": "1", "message": "x"}, {"id": "1", "message": {"id_str": "1", "text": "x", "user": {}, "entities": {}}}),
    ],
)
def test_what_a_line_lacks_or_has_twice_is_told_as_ever(usual: dict[str, Any], other: dict[str, Any]) -> None:
    lines = [written(usual), written(other)]
    learn(lines[0])
    assert Decoder().readings(lines) == apart(lines)


def test_a_line_that_without_some_keys_is_of_another_shape_is_of_that() -> None:
    lines = [json.dumps(value).encode() for value in (USUALLY, {"id": "1", "text": "x", "author_id": "7"})]
    learn(lines[0])
    assert [reading is None for reading in fast(lines)] == [False, True]
    assert Decoder().readings(lines) == apart(lines)


@pytest.mark.parametrize("part", [b'"\xff"', b"[" * 250 + b"]" * 250, b"01", b"1e999", b'"\\ud800"', b"9" * 5_000])
def test_what_is_odd_where_nobody_looks_is_told_as_ever(part: bytes) -> None:
    usual = written(USUALLY)
    line = usual.replace(b'"phone"', part)
    learn(usual)
    assert line != usual
    assert Decoder().readings([usual, line]) == apart([usual, line])


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.data())
def test_any_names_and_values_are_told_as_ever(data: st.DataObject) -> None:
    registry._likely.clear()
    keys = data.draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=8, unique=True))
    values = st.sampled_from((*USUALLY.values(), *ODD))
    usual = {"id": "1", "text": "words"} | {key: data.draw(values) for key in keys}
    lines = [written({key: data.draw(values) for key in usual}) for _ in range(4)]
    learn(written(usual))
    assert Decoder().readings([*lines, written(usual)]) == apart([*lines, written(usual)])


def test_spoilt_lines_are_told_as_ever() -> None:
    lines, mutator, dice = plain_lines(150), Mutator(5), random.Random(5)
    learn(lines[0])
    for line in lines:
        for _ in range(4):
            _, item = mutator.spoilt(line, dice.choice(lines))
            if isinstance(item, bytes):
                assert Decoder().readings([line, item]) == apart([line, item]), item


def test_how_lines_are_cut_changes_nothing() -> None:
    lines = plain_lines(400)
    decoder = Decoder()
    for size in (1, 7, 400):
        cut = [reading for begin in range(0, 400, size) for reading in decoder.readings(lines[begin : begin + size])]
        assert cut == apart(lines)


@pytest.mark.parametrize(
    "decoder",
    [Decoder("reddit"), Decoder(mapping=(("text", "lang"),)), Decoder(keep=(("lang", "de"),)), Decoder("generic")],
)
def test_what_was_asked_for_is_read(decoder: Decoder) -> None:
    lines = plain_lines(40)
    learn(lines[0])
    assert decoder.readings(lines) == [decoder.reading(line) for line in lines]


def test_labelled_lines_keep_their_label() -> None:
    lines = [written(USUALLY | {"label": "storm"}), written(USUALLY | {"label": "fire"})]
    learn(*lines, written(USUALLY))
    assert [reading.records[0][0].label for reading in Decoder().readings(lines)] == ["storm", "fire"]


def test_keys_that_are_another_each_time_are_not_got_ready_for() -> None:
    for number in range(300):
        Decoder().reading(written({"id": "1", "text": "x", f"key{number}": 1}))
    assert not registry._likely
