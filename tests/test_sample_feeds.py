"""The monitor finds what was planted in the sample feeds, whose truth stands beside them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.config import ALL_TIME, HOUR, MINUTE, SECOND, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.snapshot import Snapshot
from models import sentiment
from tests.feeds import PRESENT, run

FEEDS = Path(__file__).parents[1] / "sample_feeds"
SHAPES = ["bluesky", "mastodon", "x", "reddit"]
CONFIG = EngineConfig(window=ALL_TIME, retention=ALL_TIME, respect_noindex=False)


@pytest.fixture(scope="module", params=SHAPES)
def planted(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Snapshot]:
    truth = json.loads((FEEDS / f"{request.param}.truth.json").read_text())
    lines = (FEEDS / f"{request.param}.jsonl").read_bytes().split(b"\n")[:-1]
    return truth, snapshot(run(lines, CONFIG))


def test_the_meters_are_what_was_planted(planted: tuple[dict[str, Any], Snapshot]) -> None:
    truth, shown = planted
    meters = msgspec.structs.asdict(shown.meters)
    assert {name: meters[name] for name in truth["expected"]} == truth["expected"]


def gone(truth: dict[str, Any]) -> set[str]:
    """Posts that were taken back by their end: deleted, or their account purged."""
    deleted = {item["uid"] for item in truth["deletes"]}
    purged = {item["uid"] for item in truth["purges"]}
    return deleted | {post["uid"] for post in truth["posts"] if post["author"] in purged}


def test_every_post_is_there_but_those_taken_back(planted: tuple[dict[str, Any], Snapshot]) -> None:
    truth, shown = planted
    assert {row.uid for row in shown.posts} == {post["uid"] for post in truth["posts"]} - gone(truth)


def test_tags_are_those_that_were_given(planted: tuple[dict[str, Any], Snapshot]) -> None:
    truth, shown = planted
    edited = {edit["uid"]: edit.get("tags", []) for edit in truth["edits"]}
    given = {post["uid"]: edited.get(post["uid"], post["tags"]) for post in truth["posts"]}
    for row in shown.posts:
        assert sorted(row.tags) == sorted({tag.casefold() for tag in given[row.uid]})


def test_english_posts_are_scored_as_they_were_meant(planted: tuple[dict[str, Any], Snapshot]) -> None:
    truth, shown = planted
    edited = {edit["uid"] for edit in truth["edits"]}
    meant = {
        post["uid"]: post["sentiment"]
        for post in truth["posts"]
        if post["lang"] == "en" and not post["hostile"] and post["uid"] not in edited and post["sentiment"]
    }
    scored = [row for row in shown.posts if row.uid in meant and row.compound is not None]
    right = sum(sentiment.label(row.compound) == meant[row.uid] for row in scored if row.compound is not None)
    assert len(scored) > 0.6 * len([row for row in shown.posts if row.uid in meant])
    assert right >= 0.95 * len(scored)


def test_other_languages_are_not_scored(planted: tuple[dict[str, Any], Snapshot]) -> None:
    truth, shown = planted
    foreign = {post["uid"] for post in truth["posts"] if post["lang"] in ("de", "es", "fr", "pt", "ja")}
    rows = [row for row in shown.posts if row.uid in foreign]
    assert rows
    assert sum(row.compound is not None for row in rows) <= 0.02 * len(rows)


def test_nothing_hostile_is_left_in_any_text(planted: tuple[dict[str, Any], Snapshot]) -> None:
    _, shown = planted
    text = msgspec.json.encode(shown).decode()
    assert all(c.isprintable() or c in "\n\u200d" for c in text)


def test_likes_and_reposts_are_those_in_the_lines() -> None:
    lines = (FEEDS / "bluesky.jsonl").read_bytes().split(b"\n")[:-1]
    standing: dict[str, tuple[str, str]] = {}
    for line in lines:
        try:
            commit, did = json.loads(line)["commit"], json.loads(line)["did"]
        except (ValueError, KeyError, TypeError):
            continue
        uid = f"at://{did}/{commit['collection']}/{commit['rkey']}"
        if commit["operation"] == "delete":
            standing.pop(uid, None)
        elif commit["collection"] in ("app.bsky.feed.like", "app.bsky.feed.repost"):
            standing[uid] = (commit["collection"].rpartition(".")[2], commit["record"]["subject"]["uri"])
    plain = Counter(standing.values())
    rows = snapshot(run(lines, CONFIG)).posts
    assert sum(plain.values()) > 100
    assert {row.uid: (row.likes, row.reposts) for row in rows} == {
        row.uid: (plain["like", row.uid], plain["repost", row.uid]) for row in rows
    }


def bluesky(config: EngineConfig, until: int | None = None) -> tuple[dict[str, Any], Snapshot]:
    truth = json.loads((FEEDS / "bluesky.truth.json").read_text())
    engine = Engine(config, until=until)
    engine.feed(0, (FEEDS / "bluesky.jsonl").read_bytes().split(b"\n")[:-1], PRESENT)
    engine.finish()
    return truth, snapshot(engine)


def test_a_planted_burst_leads_the_hashtags_while_it_lasts() -> None:
    truth, _ = bluesky(CONFIG)
    assert truth["bursts"]
    for burst in truth["bursts"]:
        mine = Counter(tag for post in truth["posts"] if post["topic"] == burst["topic"] for tag in post["tags"])
        span = EngineConfig(window=max(burst["end"] - burst["start"], 5 * MINUTE), retention=ALL_TIME)
        _, shown = bluesky(span, until=burst["end"])
        leading = [row.tag for row in shown.hashtags[:3]]
        assert set(leading) & {tag.casefold() for tag, _ in mine.most_common(3)}, (burst["topic"], leading)


def test_labels_are_the_true_engagement_at_their_age() -> None:
    horizons = {15 * MINUTE: "15m", HOUR: "1h"}
    truth, shown = bluesky(EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=tuple(horizons)))
    true = {post["uid"]: post["counts"] for post in truth["posts"]}
    matured = [row for row in shown.predictions if row.state == "matured"]
    assert len(matured) > 20
    off = 0
    for row in matured:
        age = horizons[row.horizon * SECOND]
        off += abs((row.actual or 0) - sum(true[row.uid][age].values()))
    assert off <= 0.03 * sum(sum(true[row.uid][horizons[row.horizon * SECOND]].values()) for row in matured)
