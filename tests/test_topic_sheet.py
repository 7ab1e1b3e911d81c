"""What the plots of the topics draw: the words that are said, how clusters keep apart, and how large stories are."""

from functools import cache

import pytest

from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.picture import snapshot
from engine.picture_topics import WORDS, topic_sheet
from engine.pipeline import Engine
from engine.snapshot import Snapshot
from tests.feeds import SECOND, START, delete, post, run

CONFIG = EngineConfig(window=20 * MINUTE, retention=ALL_TIME, max_texts=1 << 10)
KINDS = (
    ("the ferry to Oxbarrow is late again number", ["ferry", "oxbarrow"]),
    ("smoke over the old mill roof near tower", ["millfire"]),
    ("my sourdough bread came out of the oven burnt", ["baking"]),
)


def lines() -> list[str]:
    """Talk of a ferry, a fire and bread, one after the other."""
    return [
        post(f"p{at}", START + at * SECOND, f"{text} word{at % 7}", f"did:plc:a{at % 40}", tags)
        for at in range(900)
        for text, tags in [KINDS[at % 3]]
    ]


@cache
def engine() -> Engine:
    return run(lines(), CONFIG)


@cache
def picture() -> Snapshot:
    return snapshot(engine())


def test_the_words_of_the_window_are_those_that_are_said_most() -> None:
    sheet = topic_sheet(engine(), None)
    said = {word.text: word.posts for word in sheet.words}
    assert said["#baking"] == said["sourdough"] == 300
    assert "ferry" not in said or "#ferry" not in said  # one of the two
    assert [word.posts for word in sheet.words] == sorted(said.values(), reverse=True)
    assert sheet.words[0].weight == 1.0
    assert len(sheet.words) <= WORDS
    assert sheet.label == ""


def test_the_words_of_a_cluster_are_its_own() -> None:
    baking = next(cluster for cluster in picture().clusters if "baking" in cluster.tags)
    sheet = topic_sheet(engine(), baking.id)
    assert sheet.label == baking.label
    foremost = {word.text for word in sheet.words[:6]}
    assert {"#baking", "sourdough", "bread", "oven"} <= foremost
    assert not {"smoke", "mill", "late"} & {word.text for word in sheet.words}
    common = next(word for word in sheet.words if word.text.startswith("word"))
    assert common.weight < 0.25  # everybody says it
    weights = [word.weight for word in sheet.words]
    assert weights == sorted(weights, reverse=True)
    assert topic_sheet(engine(), 4_711).words == []


def test_silhouettes_add_up_to_the_one_of_all() -> None:
    apart = topic_sheet(engine(), None).apart
    assert picture().silhouette is not None
    assert sum(one.n for one in apart) == picture().silhouette_n
    mean = sum(one.silhouette * one.n for one in apart) / picture().silhouette_n
    assert mean == pytest.approx(picture().silhouette, abs=1e-3)
    assert {one.cluster for one in apart} <= {cluster.id for cluster in picture().clusters}


def test_sizes_are_those_of_the_stories() -> None:
    sizes = topic_sheet(engine(), None).sizes
    assert sizes == [story.posts for story in picture().stories]
    assert len(sizes) == picture().stories_in_window


def test_what_was_deleted_is_said_no_more() -> None:
    gone = [delete(f"p{at}", START + (901 + at) * SECOND, f"did:plc:a{at % 40}") for at in range(900) if at % 3 == 2]
    engine = run([*lines(), *gone], CONFIG)
    assert not {"sourdough", "#baking", "oven"} & {word.text for word in topic_sheet(engine, None).words}


def test_to_look_changes_nothing_and_an_empty_feed_has_a_sheet() -> None:
    before = picture()
    assert topic_sheet(engine(), None) == topic_sheet(engine(), None)
    assert snapshot(engine()) == before
    empty = topic_sheet(run([], CONFIG), None)
    assert (empty.words, empty.apart, empty.sizes) == ([], [], [])
