"""How much a post's tags and story are spoken of as it arrives: decayed, bounded, textless, whatever is looked at."""

import pickle
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from engine import volumes as volumes_module
from engine.config import ALL_TIME, HOUR, MINUTE, EngineConfig
from engine.risen import Member, checksum
from engine.volumes import HALF_LIFE, REBASE, Volumes
from models.checksums import checksums
from models.checksums import of_words as words
from models.wordsums import together
from tests.feeds import SECOND, START, post, run

RIVER = words(("river", "flood", "bridge", "rain"))
GOAL = words(("goal", "match", "striker", "league"))


class Counted(Volumes):
    """Volumes while something rises, told one by one."""

    def __init__(self, rises: dict[Member, float] | None = None) -> None:
        super().__init__()
        self.rises = rises or {}

    def post(self, tags: Sequence[int], time: int) -> None:
        self.tagged(tags, time, self.rises)

    def place(self, story: int, words: Sequence[int], time: int) -> None:
        self.placed([story], [words], [time])


class Volume(NamedTuple):
    """What is known of a post."""

    tag_posts: float = 0.0
    tag_rise: float = 0.0
    story_posts: float = 0.0
    story_rise: float = 0.0


def of(counted: Volumes, tags: Sequence[str], words: Sequence[int], time: int) -> Volume:
    rises = counted.rises if isinstance(counted, Counted) else {}
    (posts,), (rise,) = counted.of_stories(together([words]), [time], [rises])
    return Volume(*counted.of_tags(checksums(tags), time, rises), posts, rise)


def test_of_nothing_nothing_is_known() -> None:
    empty = Counted()
    assert of(empty, [], [], START) == of(empty, ["sun"], RIVER, START) == Volume(0.0, 0.0, 0.0, 0.0)


def test_a_tag_counts_its_posts_half_as_much_an_hour_later() -> None:
    counted = Counted()
    for _ in range(8):
        counted.post(checksums(["sun"]), START)
    counted.post(checksums(["rain", "sun"]), START + HOUR)
    assert of(counted, ["sun"], [], START + HOUR).tag_posts == pytest.approx(5)
    assert of(counted, ["rain"], [], START + HOUR).tag_posts == pytest.approx(1)
    assert of(counted, ["rain", "sun"], [], START + HOUR).tag_posts == pytest.approx(5), "of its busiest tag"
    assert of(counted, ["sun"], [], START + 2 * HOUR).tag_posts == pytest.approx(2.5)
    assert of(counted, ["wind"], [], START + HOUR).tag_posts == 0


def test_looking_changes_nothing() -> None:
    counted = Counted()
    counted.post(checksums(["sun"]), START)
    counted.place(3, RIVER, START)
    first = of(counted, ["sun"], RIVER, START + MINUTE)
    of(counted, ["sun"], RIVER, START + HOUR)
    assert of(counted, ["sun"], RIVER, START + MINUTE) == first


def test_a_post_is_of_the_story_that_most_of_its_words_spoke_of_last() -> None:
    counted = Counted()
    for _ in range(3):
        counted.place(1, RIVER, START)
    counted.place(2, GOAL, START)
    assert of(counted, [], words(["flood", "rain", "goal"]), START).story_posts == pytest.approx(3)
    assert of(counted, [], words(["flood", "match", "goal"]), START).story_posts == pytest.approx(1)
    assert of(counted, [], words(["flood", "rain", "goal", "match"]), START).story_posts == pytest.approx(3), (
        "named first"
    )
    assert of(counted, [], words(["flood", "goal"]), START).story_posts == 0, "one word speaks for none"
    assert of(counted, [], words(["flood", "flood", "flood"]), START).story_posts == 0, "nor does one word said again"
    assert of(counted, [], words(["#flood", "#rain"]), START).story_posts == 0, "tags are counted apart"
    counted.place(2, words(["flood", "rain"]), START)
    assert of(counted, [], words(["flood", "rain"]), START).story_posts == pytest.approx(2), (
        "the last to say a word has it"
    )


def test_a_post_in_no_story_counts_for_none() -> None:
    counted = Counted()
    counted.place(-1, RIVER, START)
    assert of(counted, [], RIVER, START).story_posts == 0


def test_rises_are_those_of_the_tag_and_the_story() -> None:
    counted = Counted({Member("tag", checksum("sun")): 3.5, Member("story", 7): 2.0})
    counted.place(7, RIVER, START)
    assert of(counted, ["rain", "sun"], RIVER, START) == pytest.approx(Volume(0.0, 3.5, 1.0, 2.0))
    assert of(counted, ["rain"], GOAL, START) == Volume()


def test_a_story_that_became_part_of_another_brings_its_posts_and_words() -> None:
    counted = Counted({Member("story", 9): 4.0})
    for story in (5, 5, 9):
        counted.place(story, RIVER if story == 5 else GOAL, START)
    counted.merge(5, 9)
    assert of(counted, [], RIVER, START) == pytest.approx(Volume(0.0, 0.0, 3.0, 4.0))
    assert of(counted, [], words(["river", "goal"]), START).story_posts == pytest.approx(3), (
        "their words speak for one story"
    )


def test_stories_are_bounded_and_those_spoken_of_least_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes_module, "MAX_STORIES", 10)
    counted = Counted()
    for story in range(40):
        for _ in range(3 if story == 1 else 1):
            counted.place(story, words([f"word{story}", f"other{story}"]), START + story)
        assert len(counted._stories) <= 10
    assert of(counted, [], words(["word1", "other1"]), START + 40).story_posts == pytest.approx(3)
    assert of(counted, [], words(["word2", "other2"]), START + 40).story_posts == 0


@pytest.mark.parametrize("half_lives", [REBASE - 1, REBASE + 1, 3 * REBASE, 10**6])
def test_counts_survive_any_length_of_time(half_lives: int) -> None:
    counted = Counted()
    counted.post(checksums(["sun"]), START)
    counted.place(1, RIVER, START)
    later = START + half_lives * HALF_LIFE
    assert of(counted, ["sun"], RIVER, later) == pytest.approx(Volume(), abs=1e-70)
    counted.post(checksums(["sun"]), later)
    counted.place(1, RIVER, later)
    found = of(counted, ["sun"], RIVER, later + HALF_LIFE)
    assert (found.tag_posts, found.story_posts) == pytest.approx((0.5, 0.5))


def test_scaling_the_counts_down_does_not_move_them() -> None:
    often, once = Counted(), Counted()
    for n in range(3 * REBASE):
        often.post(checksums(["sun"]), START + n * HALF_LIFE)
    for n in range(3 * REBASE - 60, 3 * REBASE):
        once.post(checksums(["sun"]), START + n * HALF_LIFE)
    at = START + 3 * REBASE * HALF_LIFE
    assert of(often, ["sun"], [], at).tag_posts == pytest.approx(of(once, ["sun"], [], at).tag_posts, rel=1e-12)
    assert of(often, ["sun"], [], at).tag_posts == pytest.approx(1)


def test_what_comes_late_counts_for_less() -> None:
    counted = Counted()
    counted.post(checksums(["sun"]), START)
    counted.post(checksums(["sun"]), START - 10 * HOUR)
    counted.post(checksums(["sun"]), START - 10**6 * HOUR)
    assert of(counted, ["sun"], [], START).tag_posts == pytest.approx(1 + 2**-10)


def test_no_text_is_held() -> None:
    counted = Counted()
    counted.post(checksums(["zyxwquux"]), START)
    counted.place(1, words(["secretword", "zyxwquux"]), START)
    held = pickle.dumps(vars(counted))
    assert b"zyxwquux" not in held
    assert b"secretword" not in held


def test_surrogates_and_many_words_are_taken_as_they_are() -> None:
    counted = Counted()
    many = [f"word{n}\ud800" for n in range(1_000)]
    counted.post(checksums(["\ud800"]), START)
    counted.place(1, words(many), START)
    assert of(counted, ["\ud800"], words(many), START) == pytest.approx(Volume(1.0, 0.0, 1.0, 0.0))
    assert of(counted, [], words(many[500:]), START).story_posts == 0, "words past a cap are not looked at"


@pytest.mark.parametrize("window", [MINUTE, 15 * MINUTE, ALL_TIME])
def test_in_an_engine_posts_count_whatever_window_is_looked_at(window: int) -> None:
    lines = []
    for n in range(40):
        text = "river flood bridge rain" if n % 2 else "goal match striker league"
        lines.append(post(f"p{n}", START + n * 10 * SECOND, text, f"did:plc:{n}", ["flood"] if n % 2 else []))
    engine = run(lines, EngineConfig(window=window, retention=ALL_TIME, max_texts=1 << 10))
    found: Volume = of(engine.volumes, ["flood"], RIVER, START + 400 * SECOND)
    assert 18 < found.tag_posts < 20
    assert 18 < found.story_posts <= 20
