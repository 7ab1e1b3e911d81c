"""Whole real feeds through the engine, against an independent reading of the same lines with json alone."""

import gzip
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.config import ALL_TIME, HOUR, EngineConfig
from engine.snapshot import Snapshot
from tests.feeds import ALL, picture

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data (../shared/data) is not here")
KEPT = EngineConfig(window=ALL_TIME, retention=ALL_TIME, respect_noindex=False)
COUNTED = msgspec.structs.replace(ALL, horizons=(24 * HOUR,))  # one set of labels is enough where posts are counted


def raw(name: str) -> list[bytes]:
    path = DATA / name
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.split(b"\n")[:-1]


def objects(name: str) -> list[Any]:
    found = []
    for line in raw(name):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def tag_counts(posts: Iterable[Iterable[str]]) -> Counter[str]:
    """Posts per tag, each post once."""
    return Counter(tag for tags in posts for tag in {unicodedata.normalize("NFKC", tag).casefold() for tag in tags})


def shown_tags(shown: Snapshot) -> Counter[str]:
    return Counter({tag.tag: tag.posts for tag in shown.hashtags})


def embedded_views(value: Any) -> Iterator[dict[str, Any]]:
    """Every object anywhere inside that tells of a post's likes."""
    if isinstance(value, dict):
        if "uri" in value and "likeCount" in value:
            yield value
        for inner in value.values():
            yield from embedded_views(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from embedded_views(inner)


def check_sum(shown: Snapshot) -> None:
    meters = msgspec.structs.asdict(shown.meters)
    lines, read, _ = meters.pop("lines"), meters.pop("read"), meters.pop("embedded")
    assert read == sum(meters.values())
    assert lines <= read


NATIVE = sorted(str(path.relative_to(DATA)) for path in DATA.glob("native/**/*.jsonl"))


@pytest.mark.parametrize("name", NATIVE)
def test_every_line_that_is_json_is_mapped_and_the_meters_add_up(name: str) -> None:
    lines = raw(name)
    shown = picture(lines)
    check_sum(shown)
    valid = len(objects(name))
    blank = sum(line.strip() in (b"", b"[", b"]") for line in lines)
    assert shown.meters.rejected == len(lines) - valid - blank
    assert sum(found.mapped for found in shown.formats) == sum(found.lines for found in shown.formats)


def test_bluesky_jetstream() -> None:
    shown = picture(raw("native/bluesky_jetstream.jsonl"))
    commits = [line["commit"] for line in objects("native/bluesky_jetstream.jsonl") if line["kind"] == "commit"]
    made = [c for c in commits if c["operation"] == "create"]
    posts = [c["record"] for c in made if c["collection"] == "app.bsky.feed.post"]
    assert len(shown.posts) == len(posts)
    given = Counter(
        feature["tag"].casefold()
        for post in posts
        for facet in post.get("facets", [])
        for feature in facet["features"]
        if "tag" in feature
    )
    assert given <= shown_tags(shown)


def test_bluesky_views() -> None:
    lines = objects("native/bluesky_postview.jsonl")
    views = [line.get("post") or line for line in lines if "reason" not in line]
    rows = {row.uid: row for row in picture(raw("native/bluesky_postview.jsonl")).posts}
    assert set(rows) == {view["uri"] for view in views}
    told: dict[str, set[int]] = {}
    for view in embedded_views(lines):
        told.setdefault(view["uri"], set()).add(view["likeCount"])
    assert all(row.likes in told[uri] for uri, row in rows.items())


def test_mastodon_statuses() -> None:
    statuses = objects("native/mastodon_statuses.jsonl")
    own = [status for status in statuses if not status.get("reblog")]
    shown = picture(raw("native/mastodon_statuses.jsonl"), KEPT)
    assert len(shown.posts) == len({status["uri"] for status in own})
    assert shown_tags(shown) == tag_counts([tag["name"] for tag in status["tags"]] for status in own)
    rows = {row.uid: row for row in shown.posts}
    for status in own:
        assert rows[status["uri"]].likes == status["favourites_count"]


def test_mastodon_statuses_pulled_again() -> None:
    pulls = objects("native/mastodon_dialect_responses.jsonl")
    shown = {row.uid: row for row in picture(raw("native/mastodon_dialect_responses.jsonl"), KEPT).posts}
    last = {status["uri"]: status for pull in sorted(pulls, key=lambda p: p["pulled_at"]) for status in pull["data"]}
    own = {uri: status for uri, status in last.items() if not status.get("reblog")}
    assert set(shown) == set(own)
    for uri, status in own.items():
        assert shown[uri].likes == status["favourites_count"]


def test_x_v2_flat() -> None:
    tweets = objects("native/x_v2_twarc/flat.jsonl")
    own = [t for t in tweets if not any(r["type"] == "retweeted" for r in t.get("referenced_tweets", []))]
    shown = picture(raw("native/x_v2_twarc/flat.jsonl"))
    assert {row.uid for row in shown.posts} == {tweet["id"] for tweet in own}
    tags = tag_counts([h["tag"] for h in tweet.get("entities", {}).get("hashtags", [])] for tweet in own)
    assert shown_tags(shown) == tags
    rows = {row.uid: row for row in shown.posts}
    for tweet in own:
        assert rows[tweet["id"]].likes == tweet["public_metrics"]["like_count"]


def test_reddit() -> None:
    things = [line["data"] for line in objects("native/reddit.jsonl") if line["kind"] in ("t1", "t3")]
    shown = picture(raw("native/reddit.jsonl"))
    assert {row.uid for row in shown.posts} == {thing["name"] for thing in things}


STREAMS = sorted(path.name for path in DATA.glob("engagement/*.x_v1_stream.jsonl.gz"))
ENOUGH = 2_000  # lines of each stream: they go on in the same way


@pytest.mark.parametrize("name", STREAMS)
def test_retweets_arrive_as_reactions_and_add_up_per_post(name: str) -> None:
    lines = raw(f"engagement/{name}")[:ENOUGH]
    statuses = [json.loads(line) for line in lines]
    retweets = {s["id_str"]: s["retweeted_status"]["id_str"] for s in statuses if "retweeted_status" in s}
    own = {s["id_str"] for s in statuses if "retweeted_status" not in s}
    plain = Counter(retweets.values())
    assert len(set(retweets.values()) & own) > 50
    shown = picture(lines, COUNTED, cuts=512)
    check_sum(shown)
    assert {row.uid: row.reposts for row in shown.posts} == {uid: plain[uid] for uid in own}
    assert shown.meters.reactions == len(retweets)
    assert shown.meters.posts == len(own)
