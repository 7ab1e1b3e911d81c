"""What the picture says of topics, beside a plain count of the raw lines and of its own table of posts."""

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

import msgspec
import pytest

from engine.config import ALL_TIME, HOUR, MINUTE, SECOND, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.simulate import Asked, PlantedBurst, simulate
from engine.snapshot import Burst, Snapshot
from tests.feeds import PRESENT, START, delete, edit, picture, post, purge, run

WINDOW = 10 * MINUTE
CONFIG = EngineConfig(window=WINDOW, retention=ALL_TIME, horizons=(24 * HOUR,), max_texts=1 << 12)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HASHTAG = re.compile(r"(?<!\w)#(\w+)")


class Told(NamedTuple):
    """A post as its lines tell it."""

    time: int
    author: str
    tags: frozenset[str]


@cache
def feed() -> list[bytes]:
    """Half an hour of Jetstream, with edits, deletes, purges and a planted burst."""
    planted = Asked(planted=(PlantedBurst(20 * MINUTE, 8 * MINUTE, 30.0),))
    return simulate("bluesky", seed=11, hours=0.5, rate=18.0, faults=0.0, asked=planted)[0]


@cache
def engine() -> Engine:
    return run(feed(), CONFIG)


@cache
def shown() -> Snapshot:
    return snapshot(engine())


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def plain(lines: Iterable[bytes]) -> dict[str, Told]:
    """The posts of a Jetstream feed by the words of its documentation, with no help from the engine."""
    posts: dict[str, Told] = {}
    for line in map(json.loads, lines):
        if line["kind"] == "account" and line["account"].get("status") == "deleted":
            posts = {uid: told for uid, told in posts.items() if told.author != line["did"]}
        commit = line.get("commit", {})
        if commit.get("collection") != "app.bsky.feed.post":
            continue
        uid = f"at://{line['did']}/app.bsky.feed.post/{commit['rkey']}"
        if commit["operation"] == "delete":
            posts.pop(uid, None)
            continue
        record = commit["record"]
        features = [feature for facet in record.get("facets", ()) for feature in facet["features"]]
        given = [feature["tag"] for feature in features if "tag" in feature] + record.get("tags", [])
        tags = given or HASHTAG.findall(record["text"])
        made = micros(datetime.fromisoformat(record["createdAt"]))
        time = posts[uid].time if uid in posts else min(made, line["time_us"])
        posts[uid] = Told(time, line["did"], frozenset(map(str.casefold, tags)))
    return posts


def within(posts: Iterable[Told], start: int, end: int) -> list[Told]:
    return [told for told in posts if start < told.time <= end]


@cache
def windows() -> tuple[list[Told], list[Told]]:
    """The posts of the window and of the one before, counted from the lines."""
    assert shown().as_of is not None
    end = micros(shown().as_of)
    posts = plain(feed()).values()
    return within(posts, end - WINDOW, end), within(posts, end - 2 * WINDOW, end - WINDOW)


# -- against the lines ---------------------------------------------------------------------------------------


def test_the_window_holds_the_posts_and_authors_that_the_lines_tell_of() -> None:
    now, _ = windows()
    assert (shown().posts_in_window, shown().authors_in_window) == (len(now), len({told.author for told in now}))


def test_hashtags_have_the_posts_authors_and_change_that_the_lines_tell_of() -> None:
    now, before = windows()
    posts = Counter(tag for told in now for tag in told.tags)
    earlier = Counter(tag for told in before for tag in told.tags)
    authors = defaultdict(set)
    for told in now:
        for tag in told.tags:
            authors[tag].add(told.author)
    expected = {tag: (n, len(authors[tag]), n - earlier[tag], n / len(now)) for tag, n in posts.items()}
    assert {row.tag: (row.posts, row.authors, row.change, row.share) for row in shown().hashtags} == expected


def test_a_burst_of_a_tag_has_the_authors_of_its_highest_minute_and_the_posts_since_it_began() -> None:
    posts = [told for told in plain(feed()).values() if "merrowviaduct" in told.tags]
    burst = the_burst("#merrowviaduct")
    start = micros(burst.start)
    ticks = range(start, micros(burst.end or shown().as_of) + 1, 10 * SECOND)
    minutes = [{told.author for told in posts if tick - MINUTE <= told.time < tick} for tick in ticks]
    assert burst.window == 60
    assert burst.authors == max(map(len, minutes))
    since = [told for told in posts if told.time >= start]
    assert len(since) <= burst.posts <= 1.6 * len(since)  # posts that speak of it without the tag are of it too


def the_burst(name: str) -> Burst:
    return next(burst for burst in shown().bursts if burst.name == name)


# -- against its own posts -----------------------------------------------------------------------------------


def in_window(picture: Snapshot) -> list[msgspec.Struct]:
    assert picture.as_of is not None
    return [row for row in picture.posts if micros(row.created) > micros(picture.as_of) - WINDOW]


def test_clusters_and_what_is_in_none_make_up_the_window() -> None:
    assert len(shown().clusters) == shown().clusters_in_window  # none is left out as too small here
    assert sum(cluster.posts for cluster in shown().clusters) + shown().unclustered == shown().posts_in_window


@pytest.mark.parametrize("kind", ["cluster", "story"])
def test_clusters_and_stories_have_the_posts_authors_mood_and_copies_of_the_posts_that_name_them(kind: str) -> None:
    rows = defaultdict(list)
    for row in in_window(shown()):
        if getattr(row, kind) is not None:
            rows[getattr(row, kind)].append(row)
    topics = shown().clusters if kind == "cluster" else shown().stories
    assert {topic.id for topic in topics} == set(rows)
    for topic in topics:
        own = rows[topic.id]
        compounds = [row.compound for row in own if row.compound is not None]
        copies = [engine().ledger.posts[f"{row.platform}:{row.uid}"].copy for row in own]
        assert topic.posts == len(own) == sum(topic.trend)
        assert topic.authors == len({row.author for row in own})
        assert topic.scored == len(compounds)
        assert topic.sentiment == (pytest.approx(sum(compounds) / len(compounds)) if compounds else None)
        assert topic.copies == pytest.approx(sum(map(bool, copies)) / len(own))


def test_the_stories_of_a_cluster_are_all_it_is_made_of() -> None:
    of_cluster = defaultdict(list)
    for story in shown().stories:
        of_cluster[story.cluster].append(story)
    assert shown().stories_in_window == len(shown().stories)
    for cluster in shown().clusters:
        assert sum(story.posts for story in of_cluster[cluster.id]) == cluster.posts
        assert len(of_cluster[cluster.id]) == cluster.stories
    alone = [row for row in in_window(shown()) if row.story is None]
    assert sum(story.posts for story in of_cluster[None]) + len(alone) == shown().unclustered


def test_the_text_at_the_centre_is_that_of_a_post_of_the_window_and_never_missing() -> None:
    for kind, topics in (("cluster", shown().clusters), ("story", shown().stories)):
        texts = defaultdict(set)
        for row in in_window(shown()):
            texts[getattr(row, kind)].add(row.text)
        for topic in topics:
            assert topic.example in texts[topic.id]


def test_the_text_at_the_centre_is_found_however_long_ago_it_was_said() -> None:
    old = [post(f"o{i}", START + i * SECOND, f"the old harbour bridge is closed, detour {i}") for i in range(6)]
    rest = [post(f"n{i}", START + (i + 6) * SECOND, f"n{i}x n{i}y n{i}z") for i in range(1_000)]
    story = max(picture(old + rest).stories, key=lambda story: story.posts)
    assert story.example.startswith("the old harbour bridge")


# -- the same feed, the same picture -------------------------------------------------------------------------


def as_json(picture: Snapshot) -> bytes:
    return msgspec.json.encode(picture)


@pytest.mark.parametrize("cuts", [1, 7, 4_096])
def test_how_the_lines_are_cut_changes_nothing(cuts: int) -> None:
    assert as_json(snapshot(run(feed(), CONFIG, cuts))) == as_json(shown())


def test_looking_changes_nothing() -> None:
    looked = Engine(CONFIG)
    for begin in range(0, len(feed()), 500):
        looked.feed(0, feed()[begin : begin + 500], PRESENT)
        snapshot(looked, 60)
    looked.finish()
    assert as_json(snapshot(looked)) == as_json(shown())


def test_the_order_of_lines_of_one_second_changes_nothing_that_is_said_of_topics() -> None:
    by_second = defaultdict(list)
    for line in feed():
        by_second[json.loads(line)["time_us"] // SECOND].append(line)
    chance = random.Random(1)
    shuffled = [
        line for second in sorted(by_second) for line in chance.sample(by_second[second], len(by_second[second]))
    ]
    assert shuffled != feed()
    other = snapshot(run(shuffled, CONFIG))
    for part in ("clusters", "stories", "bursts", "hashtags", "silhouette", "unclustered", "posts_in_window"):
        assert getattr(other, part) == getattr(shown(), part), part


# -- deletes -------------------------------------------------------------------------------------------------


SECRET = "zanzibarium"


def at(second: float) -> int:
    return START + int(second * SECOND)


def talk(first: int, last: int) -> list[str]:
    """Somebody says something about the ferry every other second."""
    said = [f"the ferry to Oxbarrow is late again {number % 7}" for number in range(first, last)]
    return [post(f"p{i}", at(2 * i), text, f"did:plc:w{i}", ["ferry"]) for i, text in enumerate(said, first)]


@pytest.mark.parametrize("way", ["delete", "purge", "edit"])
def test_nothing_of_a_deleted_text_is_left_in_what_is_said_of_topics(way: str) -> None:
    told = [
        post(f"s{i}", at(2_000 + i), f"{SECRET} leaks out {SECRET}ly", f"did:plc:s{i}", tags=[SECRET])
        for i in range(40)
    ]
    gone = {
        "delete": [delete(f"s{i}", at(2_060 + i), f"did:plc:s{i}") for i in range(40)],
        "purge": [purge(f"did:plc:s{i}", at(2_060 + i)) for i in range(40)],
        "edit": [edit(f"s{i}", at(2_060 + i), "never mind", at(2_000 + i), f"did:plc:s{i}") for i in range(40)],
    }[way]
    before = snapshot(run([*talk(0, 1_000), *told, *talk(1_020, 1_028)]))
    assert any(burst.name == f"#{SECRET}" for burst in before.bursts)
    after = snapshot(run([*talk(0, 1_000), *told, *talk(1_020, 1_028), *gone, *talk(1_060, 1_065)]))
    assert SECRET not in as_json(after).decode()


# -- odd feeds -----------------------------------------------------------------------------------------------


def test_years_between_two_posts_change_nothing_but_the_time() -> None:
    year = 365 * 24 * 60 * MINUTE
    feed = [
        post(
            f"y{i}",
            START - 8 * year * (i < 300) + i * SECOND,
            f"the ferry to Oxbarrow is late {i % 7}",
            tags=["ferry"],
        )
        for i in range(1_000)
    ]
    after = picture(feed)
    assert after.posts_in_window == 1_000
    assert after.clusters[0].label == "#ferry"
