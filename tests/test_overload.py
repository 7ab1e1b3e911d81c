"""A feed that outruns the engine costs topics first, in steps that show; whatever else is counted is of every post."""

import msgspec
import pytest

from engine.config import HOUR
from engine.corrections import Corrections
from engine.overload import MOST, PATIENCE, RELIEF, Overload
from engine.picture import snapshot
from engine.simulate import simulate
from tests.feeds import ALL, PRESENT, run


def after(*looks: tuple[float, bool]) -> list[int]:
    """What each look says, from one post in one on."""
    overload, one_in, said = Overload(), 1, []
    for now, behind in looks:
        one_in = overload.look(now, behind, one_in)
        said.append(one_in)
    return said


def test_a_feed_that_was_never_up_to_date_is_a_catch_up_and_not_late() -> None:
    assert set(after(*((float(second), True) for second in range(600)))) == {1}


def test_topics_are_asked_of_fewer_step_by_step_and_of_more_again_later() -> None:
    looks = [(0.0, False), *((float(second), True) for second in range(1, 100))]
    said = after(*looks)
    assert said[: int(PATIENCE)] == [1] * int(PATIENCE)
    assert said[1 + int(PATIENCE)] == 2
    assert said[1 + 2 * int(PATIENCE)] == 4
    assert said[-1] == MOST
    relieved = after(*looks, *((100.0 + second, False) for second in range(400)))
    assert relieved[100 + int(RELIEF)] == MOST // 2
    assert relieved[-1] == 1


def test_a_pause_to_breathe_begins_the_wait_anew() -> None:
    looks = [(0.0, False)]
    for second in range(1, 200):
        looks.append((float(second), second % 4 != 0))
    assert set(after(*looks)) == {1}


@pytest.mark.parametrize("one_in", [2, 8])
def test_only_topics_are_sampled_and_the_picture_says_so(one_in: int) -> None:
    lines = simulate("bluesky", seed=3, hours=0.1, rate=40.0)[0]
    config = msgspec.structs.replace(ALL, horizons=(6 * HOUR,))
    whole = run(lines, config)
    thinned = run([], config)
    thinned.topics.one_in = one_in
    thinned.feed(0, lines, PRESENT)
    thinned.finish()
    all_of_it, sampled = snapshot(whole), snapshot(thinned)
    for field in ("meters", "sentiment", "languages", "timeline", "hashtags", "posts_in_window", "authors_in_window"):
        assert getattr(sampled, field) == getattr(all_of_it, field)
    posts = all_of_it.meters.posts
    assert sampled.topics_one_in == one_in
    assert posts * (1 - 1.5 / one_in) < sampled.topics_left_out < posts * (1 - 0.5 / one_in)
    assert sum(cluster.posts for cluster in sampled.clusters) < sum(cluster.posts for cluster in all_of_it.clusters)
    assert any(f"now 1 post in {one_in} is" in notice for notice in sampled.notices)
    assert all_of_it.topics_left_out == 0
    assert not any("outran" in notice for notice in all_of_it.notices)


def test_a_run_that_goes_on_asks_every_post_until_it_is_behind_itself() -> None:
    engine = run(simulate("bluesky", seed=3, hours=0.02, rate=40.0)[0], ALL)
    engine.topics.one_in, engine.topics.left_out = 8, 100
    engine.adopt(Corrections(), ALL)
    assert snapshot(engine).topics_one_in == 1
    assert any("100 posts" in notice for notice in snapshot(engine).notices)


def test_the_same_posts_are_asked_however_the_feed_was_cut() -> None:
    lines = simulate("bluesky", seed=4, hours=0.2, rate=20.0)[0]
    pictures = []
    for cut in (1, 97, 5000):
        engine = run([], ALL)
        engine.topics.one_in = 4
        for begin in range(0, len(lines), cut):
            engine.feed(0, lines[begin : begin + cut], PRESENT)
        engine.finish()
        pictures.append(snapshot(engine))
    assert pictures[0] == pictures[1] == pictures[2]
