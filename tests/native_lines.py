"""One line of every native shape, made by hand at the same time of the same day."""

import json
from typing import Any

from tests.browser_captures import (
    DOUYIN,
    GAB,
    GRAPH,
    IMGUR,
    INSTAGRAM,
    NINEGAG,
    PINTEREST,
    REDNOTE,
    THREADS,
    TIKTOK,
    TRUTH,
    capture,
)
from tests.feeds import START, commit, delete, edit, like, purge, uri

X = {"id": "1", "author_id": "9", "created_at": "2026-07-04T14:38:07.000Z", "text": "hello", "public_metrics": {}}
MASTODON = {
    "id": "1",
    "uri": "https://social.test/users/ann/statuses/1",
    "created_at": "2026-07-04T14:38:07Z",
    "content": "<p>hello</p>",
    "account": {"id": "9", "acct": "ann", "url": "https://social.test/@ann"},
    "favourites_count": 1,
    "reblogs_count": 0,
}
REDDIT = {
    "id": "1ab",
    "name": "t3_1ab",
    "subreddit": "test",
    "author": "ann",
    "title": "hello",
    "selftext": "",
    "created_utc": 1783175888,
    "score": 1,
    "num_comments": 0,
}
X_V1 = {
    "id_str": "1",
    "id": 1,
    "created_at": "Sat Jul 04 14:38:07 +0000 2026",
    "text": "hello",
    "user": {"id_str": "9", "screen_name": "ann", "followers_count": 3},
    "retweet_count": 0,
    "favorite_count": 1,
    "entities": {"hashtags": []},
}
VIEW = {
    "uri": "at://did:plc:h/app.bsky.feed.post/3k1",
    "author": {"did": "did:plc:h", "handle": "h.test"},
    "record": {"text": "hello", "createdAt": "2026-07-04T14:38:07Z"},
    "likeCount": 1,
}
JETSTREAM = json.loads(commit("did:plc:h", START, "create", "app.bsky.feed.post", "3k1", {"text": "hello"}))
PLAIN = {"id": "1", "text": "hello", "author": "ann", "created_at": "2026-07-04T14:38:07Z", "likes": 1}
V2 = "network.bsky.jetstream.subscribeEvents#"
JETSTREAM_V2 = {
    "$type": "message",
    "payload": {
        "$type": f"{V2}commit",
        "seq": 7,
        "did": "did:plc:h",
        "time": "2026-07-04T14:38:08.000000Z",
        "rev": "3rev",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3k2",
        "cid": "b",
        "record": {
            "$type": "app.bsky.feed.post",
            "text": "hello #you",
            "createdAt": "2026-07-04T14:38:07Z",
            "facets": [{"index": {"byteStart": 6, "byteEnd": 10}, "features": [{"$type": "x#tag", "tag": "you"}]}],
            "embed": {"$type": "app.bsky.embed.record", "record": {"uri": uri("3k1", "did:plc:h"), "cid": "c"}},
            "reply": {"parent": {"uri": uri("3k1", "did:plc:h")}, "root": {"uri": uri("3k1", "did:plc:h")}},
        },
    },
}
X_PAGE = {
    "data": [{**X, "entities": {"hashtags": [{"tag": "one"}], "mentions": [{"username": "ann"}]}}],
    "includes": {
        "users": [{"id": "9", "username": "ann", "public_metrics": {"followers_count": 3}}],
        "tweets": [{**X, "id": "2", "text": "quoted"}],
    },
    "meta": {"result_count": 1},
    "__twarc": {"version": "2.5.0", "retrieved_at": "2026-07-04T14:39:00+00:00"},
}
X_STREAMED = {
    **X_V1,
    "id_str": "2",
    "timestamp_ms": "1783175888123",
    "filter_level": "low",
    "extended_tweet": {"full_text": "hello to all #of #you", "entities": {"hashtags": [{"text": "of"}]}},
    "retweeted_status": X_V1,
    "quoted_status": X_V1,
}
X_WEB = {
    "__typename": "Tweet",
    "rest_id": "3",
    "core": {"user_results": {"result": {"rest_id": "9", "core": {"screen_name": "ann"}, "legacy": {}}}},
    "views": {"count": "1234", "state": "EnabledWithCount"},
    "legacy": {
        "full_text": "a &amp; b",
        "created_at": "Sat Jul 04 14:38:07 +0000 2026",
        "favorite_count": 4,
        "lang": "en",
        "user_id_str": "9",
        "entities": {"hashtags": [{"text": "one"}]},
    },
    "note_tweet": {"note_tweet_results": {"result": {"text": "all of it #two", "entity_set": {"hashtags": []}}}},
}
SNSCRAPE = {
    "_type": "snscrape.modules.twitter.Tweet",
    "url": "https://twitter.com/ann/status/4",
    "date": "2026-07-04T14:38:07+00:00",
    "rawContent": "words &amp; all",
    "id": 4,
    "user": {"_type": "snscrape.modules.twitter.User", "id": 9, "username": "ann", "followersCount": 12},
    "likeCount": 4,
    "lang": "en",
    "hashtags": ["One"],
}
COMMENT = {
    "id": "c1",
    "name": "t1_c1",
    "body": "well said",
    "author": "bob",
    "created_utc": 1783175888,
    "subreddit": "news",
    "link_id": "t3_1ab",
    "parent_id": "t3_1ab",
    "score": 2,
}
LISTING = {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": REDDIT}, {"kind": "t1", "data": COMMENT}]}}
FEED_VIEW = {
    "post": {**VIEW, "replyCount": 2},
    "reason": {
        "$type": "app.bsky.feed.defs#reasonRepost",
        "by": {"did": "did:plc:z", "handle": "z.test"},
        "indexedAt": "2026-07-04T14:40:00Z",
    },
}
STREAM_EVENT = {"stream": ["public"], "event": "update", "payload": json.dumps({**MASTODON, "uri": "https://a.test/2"})}
BOOST = {**MASTODON, "id": "3", "uri": "https://social.test/users/bob/statuses/3", "reblog": MASTODON}
NOTICES: list[Any] = [
    {"data": {"delete": {"tweet": {"id": "1", "author_id": "9"}, "event_at": "2026-07-04T14:50:00.000Z"}}},
    {"data": {"user_delete": {"user": {"id": "9"}, "event_at": "2026-07-04T14:50:00.000Z"}}},
    {"id": "1170025343920402432", "action": "delete", "created_at": "2026-07-04T14:38:07Z", "reason": "deleted"},
    {"delete": {"status": {"id": 1, "id_str": "1", "user_id": 9}, "timestamp_ms": "1783175988123"}},
    {"event": "delete", "payload": "1"},
    json.loads(like("l1", START, uri("3k1", "did:plc:h"))),
    json.loads(edit("3k1", START, "hello again", START, "did:plc:h")),
    json.loads(delete("3k1", START, "did:plc:h")),
    json.loads(purge("did:plc:h", START)),
]
CAPTURES = [
    capture(f"{name}.com", data)
    for name, data in {
        "tiktok": TIKTOK,
        "instagram": INSTAGRAM,
        "www.instagram": GRAPH,
        "threads": THREADS,
        "truthsocial": TRUTH,
        "gab": GAB,
        "9gag": NINEGAG,
        "imgur": IMGUR,
        "pinterest": PINTEREST,
        "douyin": DOUYIN,
        "xiaohongshu": REDNOTE,
        "x": X_WEB,
    }.items()
]
EVERY_SHAPE: list[Any] = [
    X,
    X_PAGE,
    X_V1,
    X_STREAMED,
    X_WEB,
    SNSCRAPE,
    MASTODON,
    BOOST,
    STREAM_EVENT,
    REDDIT,
    COMMENT,
    LISTING,
    VIEW,
    FEED_VIEW,
    JETSTREAM,
    JETSTREAM_V2,
    PLAIN,
    *NOTICES,
    *CAPTURES,
]
