"""Five thousand hostile lines, the same each time: the small form of benchmarks/fuzz_lines.py."""

import pytest

from benchmarks.dear_lines import FEEDS, cost
from benchmarks.fuzz_lines import CHECKED, Found, allowed, fuzz, lines, read_apart
from engine.platforms.decode import Decoder
from engine.sources.base import MAX_LINE

LINES = 5_000


def test_hostile_lines_stop_nothing_and_the_meters_add_up() -> None:
    found = Found()
    looks = sum(1 for _ in fuzz(LINES, 1, found, rows=60))
    assert found.failures == []
    assert found.lines == LINES
    assert looks == LINES // CHECKED + 1
    assert len(found.kinds) >= 20


def test_the_lines_of_a_seed_are_always_the_same() -> None:
    first = list(lines(300, 7))
    assert first == list(lines(300, 7))
    assert first != list(lines(300, 8))


def test_what_a_line_costs_is_told_from_what_it_may() -> None:
    assert allowed(MAX_LINE, 1) < 3.0
    assert read_apart(Decoder(), b'{"id": "1", "text": "hello", "author": "ann"}') == 2


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_a_feed_that_is_made_to_be_dear_is_read_to_its_end(name: str) -> None:
    assert cost(FEEDS[name], 80) < 0.1
