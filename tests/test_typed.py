"""Lines that are decoded straight into what is used of them say the same as any line that is read with all it holds."""

import json
import pickle
import random
from collections.abc import Iterator

import pytest

from benchmarks.mutations import Mutator
from engine.platforms import registry
from engine.platforms.decode import MAX_LINE, Decoder, Rejected
from engine.platforms.typed import Typed
from engine.simulate import SHAPES, simulate
from tests.native_lines import EVERY_SHAPE

BY_HAND = [json.dumps(value).encode() for value in EVERY_SHAPE]
SIMULATED = {shape: simulate(shape, seed=1, hours=0.1, rate=20.0)[0] for shape in SHAPES}
LINES = [*BY_HAND, *(line for lines in SIMULATED.values() for line in lines)]
TYPED = registry.typed()
SPOILT = 6  # times each line is


def spoilt() -> Iterator[bytes]:
    mutator, dice = Mutator(3), random.Random(3)
    for line in LINES:
        for _ in range(SPOILT):
            _, item = mutator.spoilt(line, dice.choice(LINES))
            if isinstance(item, bytes):
                yield item


def check(line: bytes, monkeypatch: pytest.MonkeyPatch) -> list[Typed]:
    """Those that read a line: they all say what is said of it when it is read whole."""
    readers = [typed for typed in TYPED if len(line) <= MAX_LINE and typed.read(line) is not None]
    for typed in readers:
        with monkeypatch.context() as patched:
            patched.setattr(registry, "likely", lambda _line, typed=typed: typed)
            assert Decoder().readings([line]) == [Decoder().reading(line)], (typed.adapter.name, line)
    return readers


def test_typed_or_not_a_line_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in LINES:
        assert len(check(line, monkeypatch)) <= 1


def test_typed_or_not_a_spoilt_line_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    read = sum(bool(check(line, monkeypatch)) for line in spoilt())
    assert read > 500


@pytest.mark.parametrize("shape", ["bluesky", "mastodon"])
def test_nearly_all_lines_of_the_usual_shapes_are_typed(shape: str) -> None:
    lines = [line for line in SIMULATED[shape] if line[:1] == b"{"]
    read = sum(any(typed.read(line) is not None for typed in TYPED) for line in lines)
    assert read > 0.9 * len(lines)


ODD = {
    "not UTF-8 where nobody looks": (b'"x":"\xff"', Rejected("not UTF-8")),
    "nested too deep where nobody looks": (b'"x":' + b"[" * 250 + b"]" * 250, Rejected("nested too deep")),
    "broken where nobody looks": (b'"x":01', Rejected("broken JSON")),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("number", range(len(BY_HAND)))
def test_what_is_wrong_in_a_part_that_is_passed_over_is_told(odd: str, number: int) -> None:
    line, (part, outcome) = BY_HAND[number], ODD[odd]
    decoder = Decoder()
    readings = decoder.readings([line]) + decoder.readings([line, line[:-1] + b"," + part + b"}"])
    assert readings[2].noted == ((False, outcome.reason),)


@pytest.mark.parametrize("part", [b'"x":1e999', b'"x":"\\ud800"', b'"x":' + b"9" * 5_000])
@pytest.mark.parametrize("number", range(len(BY_HAND)))
def test_what_is_odd_in_a_part_that_is_passed_over_changes_nothing(
    part: bytes, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(BY_HAND[number][:-1] + b"," + part + b"}", monkeypatch)


def test_a_key_that_comes_twice_counts_as_it_last_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in BY_HAND:
        for key in json.loads(line):
            for first in (b"null", b'"x"', b'{"id":1}', b"[1]"):
                check(b'{"%b":%b,' % (key.encode(), first) + line[1:], monkeypatch)


@pytest.mark.parametrize(("format", "times"), [("auto", 1), ("bluesky-jetstream", 1), ("reddit", 0)])
def test_a_format_that_was_named_is_typed_too_wherever_its_decoder_comes_from(
    format: str,  # noqa: A002
    times: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[bytes] = []
    typed = next(typed for typed in TYPED if typed.adapter.name == "bluesky-jetstream")
    read = typed.read
    monkeypatch.setattr(typed, "read", lambda line: (tried.append(line), read(line))[1])
    monkeypatch.setattr(registry, "likely", lambda _line: typed)
    line = next(line for line in SIMULATED["bluesky"] if line[:1] == b"{")
    pickle.loads(pickle.dumps(Decoder(format))).readings([line])
    assert len(tried) == times


def test_what_a_line_was_taken_for_decides_nothing() -> None:
    """Lines of several shapes that begin alike, in any order: each comes to the same."""
    shuffled = [line for line in LINES if line[:1] == b"{"]
    alone = [Decoder().reading(line) for line in shuffled]
    decoder, places = Decoder(), list(range(len(shuffled)))
    random.Random(1).shuffle(places)
    assert decoder.readings([shuffled[place] for place in places]) == [alone[place] for place in places]
