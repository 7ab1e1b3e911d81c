"""Five thousand hostile lines, the same each time: the small form of benchmarks/fuzz_lines.py."""

import json

import pytest

from benchmarks.dear_lines import FEEDS, cost
from benchmarks.fuzz_lines import CHECKED, Found, allowed, fuzz, read_apart
from benchmarks.mutations import Mutator
from engine.platforms.decode import Decoder
from engine.sources.base import MAX_LINE, Item
from tests.native_lines import EVERY_SHAPE

LINES = 5_000


def test_hostile_lines_stop_nothing_and_the_meters_add_up() -> None:
    found = Found()
    looks = sum(1 for _ in fuzz(LINES, 1, found, rows=60))
    assert found.failures == []
    assert found.lines == LINES
    assert looks == LINES // CHECKED + 1
    assert len(found.kinds) >= 20


def test_what_is_done_to_lines_is_the_same_for_a_seed() -> None:
    native = [json.dumps(value).encode() for value in EVERY_SHAPE]

    def spoilt(seed: int) -> list[tuple[str, Item]]:
        mutator = Mutator(seed)
        return [mutator.spoilt(line, native[0]) for line in native for _ in range(10)]

    assert spoilt(7) == spoilt(7)
    assert spoilt(7) != spoilt(8)


def test_what_a_line_costs_is_told_from_what_it_may() -> None:
    assert allowed(MAX_LINE, 1) < 3.0
    assert read_apart(Decoder(), b'{"id": "1", "text": "hello", "author": "ann"}') == 2


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_a_feed_that_is_made_to_be_dear_is_read_to_its_end(name: str) -> None:
    assert cost(FEEDS[name], 80) < 0.1
