"""The posts behind a row are those that it counts."""

from datetime import timedelta
from functools import cache

import pytest

from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.picture import snapshot
from engine.picture_behind import SHOWN, posts_behind
from engine.pipeline import Engine
from engine.protocol import FindPosts
from engine.snapshot import Snapshot
from tests.feeds import SECOND, START, delete, post, run

CONFIG = EngineConfig(window=20 * MINUTE, retention=ALL_TIME, max_texts=1 << 10)
RISE = 1_500  # seconds


def lines() -> list[str]:
    """Talk of a ferry for half an hour, and of a fire from 25 minutes on."""
    said = [
        post(
            f"f{i}", START + 4 * i * SECOND, f"the ferry to Oxbarrow is late again {i % 7}", f"did:plc:f{i}", ["ferry"]
        )
        for i in range(450)
    ]
    rise = [
        post(f"b{i}", START + (RISE + i) * SECOND + 1, "smoke over the old mill roof", f"did:plc:b{i}", ["millfire"])
        for i in range(60)
    ]
    return sorted(said + rise, key=lambda line: line[line.index("time_us") :])


@cache
def engine() -> Engine:
    return run(lines(), CONFIG)


@cache
def picture() -> Snapshot:
    return snapshot(engine())


def behind(kind: str, key: int | str, **more: object) -> list[str]:
    return [row.uid for row in posts_behind(engine(), FindPosts(1, kind, key, **more)).posts]  # type: ignore[arg-type]


def test_a_tag_a_story_and_a_cluster_list_their_newest_posts_of_the_window() -> None:
    assert picture().as_of is not None
    rows = [row for row in picture().posts if row.created > picture().as_of - timedelta(minutes=20)][::-1]
    for tag in picture().hashtags:
        assert behind("tag", tag.tag) == [row.uid for row in rows if tag.tag in row.tags][:SHOWN]
    for story in picture().stories:
        assert behind("story", story.id) == [row.uid for row in rows if row.story == story.id][:SHOWN]
    for cluster in picture().clusters:
        assert behind("cluster", cluster.id) == [row.uid for row in rows if row.cluster == cluster.id][:SHOWN]


def test_a_burst_lists_its_own_posts() -> None:
    burst = next(burst for burst in picture().bursts if burst.name == "#millfire")
    found = behind("burst", burst.id)
    assert len(found) == burst.posts == 60
    assert all("/b" in uid for uid in found)


def test_an_author_lists_its_posts_of_the_window_and_a_post_itself() -> None:
    newest = picture().posts[-1]
    assert behind("author", f"bluesky:{newest.author}") == [newest.uid]
    assert behind("post", f"bluesky:{picture().posts[0].uid}") == [picture().posts[0].uid], "also outside the window"
    assert behind("author", f"bluesky:{picture().posts[0].author}") == []


def test_posts_are_listed_up_to_a_moment() -> None:
    until = next(row.created for row in picture().posts[-100:] if "ferry" in row.tags)
    found = posts_behind(engine(), FindPosts(1, "tag", "ferry", until)).posts
    assert found[0].created == until


def test_what_the_gauges_count_is_listed_and_counted() -> None:
    mood = picture().sentiment
    rows = [
        row for row in picture().posts if picture().as_of and row.created > picture().as_of - timedelta(minutes=20)
    ][::-1]
    for kind, counts in (
        ("mood", {"positive": mood.positive, "neutral": mood.neutral, "negative": mood.negative}),
        ("reason", mood.not_scored),
        ("window", {"": picture().posts_in_window}),
        ("language", picture().languages),
    ):
        for key, count in counts.items():
            found = posts_behind(engine(), FindPosts(1, kind, key))  # type: ignore[arg-type]
            assert found.total == count
            assert len(found.posts) == min(count, SHOWN)
    negative = [row.uid for row in rows if row.compound is not None and row.compound <= -0.05]
    assert behind("mood", "negative") == negative[:SHOWN]


@pytest.mark.parametrize("kind", ["tag", "story", "cluster", "burst", "author", "post", "mood", "reason", "language"])
def test_behind_what_is_no_more_there_is_nothing(kind: str) -> None:
    assert behind(kind, 999_999 if kind in ("story", "cluster", "burst") else "nosuch") == []


def test_a_deleted_post_is_behind_nothing() -> None:
    engine = run([*lines(), delete("b7", START + 1_900 * SECOND, "did:plc:b7")], CONFIG)
    burst = next(burst for burst in snapshot(engine).bursts if burst.name == "#millfire")
    for kind, key in (("burst", burst.id), ("tag", "millfire"), ("story", burst.story)):
        found = [row.uid for row in posts_behind(engine, FindPosts(1, kind, key)).posts]  # type: ignore[arg-type]
        assert found
        assert not any(uid.endswith("/b7") for uid in found)
