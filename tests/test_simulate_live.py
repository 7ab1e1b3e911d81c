"""The endless feed of the demo, and the draws that all of it is made of."""

from collections import Counter
from functools import cache
from itertools import islice, pairwise

import pytest

from engine.simulate import START
from engine.simulate.draw import Draw, Every, cumulate
from engine.simulate.live import Live, endless
from tests.simulated_lines import MINUTE, SECOND, bluesky_time, collection, is_post, object_of

# -- the endless feed ------------------------------------------------------------------------------------------------


@cache
def live_lines() -> tuple[list[tuple[int, bytes]], list[int]]:
    """The lines of 80 minutes, and how much the simulator held every 500 lines."""
    live, lines, held = Live(3, START, 12.0), [], []
    for at, line in live:
        if at > START + 80 * MINUTE:
            return lines, held
        lines.append((at, line))
        if len(lines) % 500 == 0:
            held.append(live.pending)
    raise AssertionError("the endless feed ended")


def test_endless_is_in_the_order_of_arrival_and_the_same_again() -> None:
    lines, _ = live_lines()
    arrivals = [at for at, _ in lines]
    assert arrivals == sorted(arrivals)
    assert START <= arrivals[0] < START + MINUTE
    assert list(islice(endless(3, START, 12.0), 400)) == lines[:400]


def test_endless_remembers_no_more_than_three_hours_of_posts() -> None:
    live = Live(3, START, 0.5)
    held = []
    for at, _ in live:
        if at > START + len(held) * 30 * MINUTE:
            held.append(live.pending)
        if len(held) == 20:
            break
    early, late = held[6:8], held[8:]
    assert max(late) < 2.5 * max(early)
    assert max(held) < 0.5 * 180 * 12  # posts of three hours, at the rate of a burst in every topic


def test_endless_shows_all_that_a_demo_should() -> None:
    lines, _ = live_lines()
    objects = [value for _, line in lines if (value := object_of(line)) is not None]
    operations = Counter((value["commit"]["operation"], collection(value)) for value in objects if "commit" in value)
    for wanted in (("create", "post"), ("create", "like"), ("create", "repost"), ("update", "post")):
        assert operations[wanted] > 0
    assert operations["delete", "post"] > 0
    assert operations["delete", "like"] > 0
    assert {value["commit"]["record"]["langs"][0] for value in objects if is_post(value)} >= {"en", "ja", "de", "es"}
    assert len(objects) < len(lines) <= len(objects) + 20
    newest = 0
    for value in objects:
        if "commit" in value and collection(value) in ("post", "like", "repost"):
            time = bluesky_time(value)
            assert newest - time <= 10 * SECOND  # only a doubled line is further behind than the lateness
            newest = max(newest, time)


# -- draws -----------------------------------------------------------------------------------------------------------


def test_draws_have_the_distributions_they_are_called_by() -> None:
    draw = Draw("test", 1)
    n = 4_000
    assert sum(draw.poisson(3.0) for _ in range(n)) / n == pytest.approx(3.0, rel=0.05)
    assert sum(draw.poisson(90.0) for _ in range(n)) / n == pytest.approx(90.0, rel=0.05)
    assert sum(draw.exponential(5.0) for _ in range(n)) / n == pytest.approx(5.0, rel=0.08)
    assert sum(draw.lognormal(0.5) for _ in range(n)) / n == pytest.approx(1.0, rel=0.05)
    normal = [draw.normal() for _ in range(n)]
    assert sum(normal) / n == pytest.approx(0.0, abs=0.06)
    assert sum(value * value for value in normal) / n == pytest.approx(1.0, rel=0.08)
    picked = Counter(draw.weighted(cumulate([1.0, 0.0, 3.0])) for _ in range(n))
    assert picked[1] == 0
    assert picked[2] / picked[0] == pytest.approx(3.0, rel=0.15)
    assert sorted(draw.shuffled("abcdef")) == list("abcdef")


def test_every_is_due_as_often_as_its_mean_and_never_when_it_is_zero() -> None:
    every, never = Every(Draw("e"), 20), Every(Draw("e"), 0)
    due = [i for i in range(4_000) if every.due()]
    assert len(due) == pytest.approx(200, rel=0.15)
    assert max(b - a for a, b in pairwise(due)) <= 40
    assert not any(never.due() for _ in range(100))


def test_draws_are_pinned_to_the_sequence_the_language_promises() -> None:
    draw = Draw(7, "pinned")
    assert [draw.below(1_000_000) for _ in range(5)] == [195131, 757627, 662762, 853630, 575512]
    assert [draw.poisson(4.0) for _ in range(5)] == [6, 3, 7, 8, 3]
