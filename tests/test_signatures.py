"""No line is claimed by two native shapes, so the order in which they are asked changes nothing."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from engine.platforms import (
    bluesky_jetstream,
    bluesky_view,
    mastodon,
    reddit,
    x_snscrape,
    x_v1,
    x_v2,
    x_web,
    zeeschuimer,
)

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="real data (../shared/data) is not here")

NATIVE = (
    bluesky_jetstream.ADAPTER,
    bluesky_view.ADAPTER,
    mastodon.ADAPTER,
    reddit.ADAPTER,
    x_snscrape.ADAPTER,
    x_v1.ADAPTER,
    x_v2.ADAPTER,
    x_web.ADAPTER,
    zeeschuimer.ADAPTER,
)


EMPTY: dict[str, Any] = {"retweet_count": 0, "entities": {}}


def claims(line: Any) -> list[str]:
    return [adapter.name for adapter in NATIVE if adapter.recognises(line)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ({"id_str": "1", "full_text": "x", "user": {"id_str": "2"}, "entities": {}}, "x-v1"),
        ({"delete": {"status": {"id_str": "1"}}}, "x-v1"),
        ({"limit": {"track": 1}}, "x-v1"),
        ({"statuses": [], "search_metadata": {}}, "x-v1"),
        ({"data": [{"id": "1", "text": "x"}], "includes": {"users": []}}, "x-v2"),
        ({"data": {"id": "1", "text": "x"}, "matching_rules": []}, "x-v2"),
        ({"id": "1", "text": "x", "edit_history_tweet_ids": ["1"]}, "x-v2"),
        ({"id": "1", "action": "delete", "reason": "deleted"}, "x-v2"),
        ({"data": {"delete": {"tweet": {"id": "1"}}}}, "x-v2"),
        ({"rest_id": "1", "legacy": {"full_text": "x"}}, "x-web"),
        ({"_type": "snscrape.modules.twitter.Tweet", "rawContent": "x", "id": 1, "user": {}}, "x-snscrape"),
        ({"kind": "t1", "data": {"id": "1", "body": "x"}}, "reddit"),
        ({"kind": "Listing", "data": {"children": []}}, "reddit"),
        ({"title": "x", "created_utc": 1, "subreddit": "a", "num_comments": 1}, "reddit"),
        ({"source_platform": "x.com", "item_id": "1", "data": {"rest_id": "1", "legacy": {}}}, "zeeschuimer"),
        ({"source_platform": "truthsocial.com", "data": {"content": "x", "account": {}, "uri": "u"}}, "zeeschuimer"),
        ({"__import_meta": {"source_platform": "x.com"}, "rest_id": "1", "legacy": {}}, "zeeschuimer"),
        ({"event": "delete", "payload": "1"}, "mastodon"),
        ({"id": "1", "uri": "u", "content": "<p>", "account": {}}, "mastodon"),
        ({"did": "did:plc:a", "time_us": 1, "kind": "commit", "commit": {}}, "bluesky-jetstream"),
        ({"$type": "message", "payload": {"$type": "#info"}}, "bluesky-jetstream"),
        ({"records": [{"uri": "at://did:plc:a/app.bsky.feed.like/1", "value": {}}]}, "bluesky-view"),
        ({"uri": "at://did:plc:a/app.bsky.feed.post/1", "likes": []}, "bluesky-view"),
        ({"id": "1", "uri": "u", "content": "<p>", "account": None}, "mastodon"),
        ({"id": "1", "type": "mention", "account": {}, "status": {}}, "mastodon"),
        ({"ancestors": [], "descendants": []}, "mastodon"),
        ({"accounts": [], "statuses": [], "hashtags": []}, "mastodon"),
        ({"tweet": {"id_str": "1", "created_at": "", "full_text": "x", "favorite_count": 1} | EMPTY}, "x-v1"),
        ({"data": [{"id": "1", "text": "x"}]}, "x-v2"),
        ({"meta": {"result_count": 0}}, "x-v2"),
        ({"data": {"tweetResult": {}}}, "x-web"),
        ({"data": [{"title": "x", "created_utc": 1, "subreddit": "a", "num_comments": 1}]}, "reddit"),
    ],
)
def test_each_shape_has_one_name(line: dict[str, Any], name: str) -> None:
    assert claims(line) == [name]


@pytest.mark.parametrize("line", [None, 5, "text", [], [{}], {}, {"a": 1}, {"text": "x"}, {"id": 1, "text": "x"}])
def test_what_is_of_no_native_shape_has_none(line: Any) -> None:
    assert claims(line) == []


def valid(path: Path, limit: int) -> Iterator[Any]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for raw in islice(lines, limit):
            try:
                yield json.loads(raw)
            except ValueError:
                continue


@needs_data
@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("native/bluesky_jetstream.jsonl", "bluesky-jetstream"),
        ("native/mastodon_*.jsonl", "mastodon"),
        ("native/x_v1_stream.jsonl", "x-v1"),
        ("native/x_v2_twarc/*.jsonl", "x-v2"),
        ("native/reddit.jsonl", "reddit"),
        ("engagement/*.x_v1_stream.jsonl.gz", "x-v1"),
        ("engagement/x_v2_count_snapshots.jsonl.gz", "x-v2"),
        ("volume/x_v1_search.jsonl.gz", "x-v1"),
        ("volume/reddit_submissions.jsonl.gz", "reddit"),
    ],
)
def test_real_lines_have_one_name(pattern: str, name: str) -> None:
    found = Counter(tuple(claims(line)) for path in DATA.glob(pattern) for line in valid(path, 1_500))
    assert set(found) == {(name,)}
