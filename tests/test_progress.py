"""How long catching up will still take: right at a steady speed, calm at an unsteady one."""

from engine.progress import LEAST, Remaining
from tui.widgets.header import time_left


def test_nothing_is_said_until_something_is_known() -> None:
    left = Remaining()
    assert left.look(0.0, 0, 1000) is None
    assert left.look(LEAST / 2, 10, 1000) is None
    assert left.look(LEAST, 0, 1000) is None, "what was read has become less: it begins again"
    assert Remaining().look(0.0, 0, 0) is None


def test_nothing_is_said_while_nothing_moves() -> None:
    left = Remaining()
    assert [left.look(float(second), 500, 1000) for second in range(20)] == [None] * 20


def test_at_a_steady_speed_it_runs_down_like_a_clock() -> None:
    left = Remaining()
    for quarter in range(200):
        now = quarter / 4
        said = left.look(now, int(100 * now), 10_000)
        if said is not None:
            assert abs(said - (100 - now)) < 1.0


def test_at_a_speed_that_jumps_from_look_to_look_the_figure_does_not() -> None:
    left, done, before = Remaining(), 0, None
    for quarter in range(160):
        done += 80 if quarter % 2 else 0
        said = left.look(quarter / 4, done, 10_000)
        if before is not None and said is not None and quarter > 20:
            assert abs(said - before) < 2.5
        before = said
    assert said is not None
    assert abs(said - (10_000 - done) / 160) < 5


def test_a_speed_that_changes_for_good_comes_through() -> None:
    left, done = Remaining(), 0
    for quarter in range(400):
        done += 25 if quarter < 100 else 100
        said = left.look(quarter / 4, done, 100_000)
    assert said is not None
    assert abs(said - (100_000 - done) / 400) < 3


def test_it_is_told_no_finer_than_one_can_know() -> None:
    said = {0.2: "1 s", 4.4: "4 s", 41: "40 s", 88: "90 s", 100: "2 min", 1260: "21 min", 6000: "2 h"}
    assert {seconds: time_left(seconds) for seconds in said} == said
