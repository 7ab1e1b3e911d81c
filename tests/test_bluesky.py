"""Bluesky lines, from both Jetstream wires and the API's views, become the right events."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from engine.events import Counts, Delete, Edit, Observation, Post, Purge, Reaction
from engine.platforms import fields
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.bluesky_jetstream import ADAPTER as JETSTREAM
from engine.platforms.bluesky_view import ADAPTER as VIEW

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="real data (../shared/data) is not here")

DID = "did:plc:author"
SEEN = 1_783_175_888_000_000
CREATED = "2026-07-04T14:38:07.500Z"
V2 = "network.bsky.jetstream.subscribeEvents#"


def uri(rkey: str, did: str = DID, collection: str = "app.bsky.feed.post") -> str:
    return f"at://{did}/{collection}/{rkey}"


def record(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": CREATED, **more}


def commit(
    operation: str = "create", collection: str = "app.bsky.feed.post", rkey: str = "3k1", **more: Any
) -> dict[str, Any]:
    body = {"rev": "3rev", "operation": operation, "collection": collection, "rkey": rkey, **more}
    return {"did": DID, "time_us": SEEN, "kind": "commit", "commit": body}


def v2(kind: str, **body: Any) -> dict[str, Any]:
    payload = {"$type": V2 + kind, "seq": 7, "did": DID, "time": "2026-07-04T14:38:08.000000Z", **body}
    return {"$type": "message", "payload": payload}


def only(adapter: Any, line: Any) -> Any:
    """The single outcome of a recognised line."""
    assert adapter.recognises(line)
    (outcome,) = adapter.read(line)
    return outcome


def event(adapter: Any, line: Any) -> Any:
    """The single event of a line."""
    outcome = only(adapter, line)
    assert isinstance(outcome, Mapped), outcome
    (found,) = outcome.events
    return found


# --- Jetstream ---------------------------------------------------------------------------------------------------


def test_a_post_carries_its_text_times_language_and_ids() -> None:
    post = event(JETSTREAM, commit(record=record("good day", langs=["en", "de"])))
    assert post == Post(
        platform="bluesky",
        uid=uri("3k1"),
        author=DID,
        text="good day",
        created=fields.time(CREATED),
        seen=SEEN,
        lang="en",
    )


def test_both_wires_give_the_same_post() -> None:
    body = record("same", langs=["en"])
    flat = v2(
        "commit",
        rev="3rev",
        operation="create",
        collection="app.bsky.feed.post",
        rkey="3k1",
        cid="b",
        record=body,
    )
    expected = event(JETSTREAM, commit(record=body, cid="b"))
    assert event(JETSTREAM, flat) == expected
    assert event(JETSTREAM, flat["payload"]) == expected  # a recorder may keep the payload alone


def test_the_wire_of_the_first_servers_is_still_read() -> None:
    old = {"did": DID, "time_us": SEEN, "type": "com"}
    old["commit"] = {"type": "c", "collection": "app.bsky.feed.post", "rkey": "3k1", "record": record()}
    assert event(JETSTREAM, old) == event(JETSTREAM, commit(record=record()))


def test_tags_are_those_of_facets_and_of_the_record_and_otherwise_unknown() -> None:
    facets = [
        {"index": {"byteStart": 0, "byteEnd": 5}, "features": [{"$type": "x#tag", "tag": "Ärger"}]},
        {"features": [{"$type": "x#link", "uri": "https://a.b"}, {"$type": "x#tag", "tag": "two"}]},
    ]
    post = event(JETSTREAM, commit(record=record(facets=facets, tags=["#three", "two"])))
    assert post.tags == ("Ärger", "two", "three")
    assert event(JETSTREAM, commit(record=record("#text"))).tags is None


@pytest.mark.parametrize(
    ("embed", "media", "quote"),
    [
        ({"$type": "app.bsky.embed.images", "images": []}, "image", ""),
        ({"$type": "app.bsky.embed.video"}, "video", ""),
        ({"$type": "app.bsky.embed.external", "external": {}}, "link", ""),
        ({"$type": "app.bsky.embed.record", "record": {"uri": uri("q")}}, "", uri("q")),
        ({"$type": "app.bsky.embed.record", "record": {"uri": "at://d/app.bsky.graph.list/1"}}, "", ""),
        (
            {
                "$type": "app.bsky.embed.recordWithMedia",
                "record": {"record": {"uri": uri("q")}},
                "media": {"$type": "app.bsky.embed.images"},
            },
            "image",
            uri("q"),
        ),
    ],
)
def test_embeds_give_media_and_quotes(embed: dict[str, Any], media: str, quote: str) -> None:
    post = event(JETSTREAM, commit(record=record(embed=embed)))
    assert (post.media, post.quote_of) == (media, quote)


def test_a_reply_names_its_parent_and_a_self_label_makes_it_sensitive() -> None:
    labels = {"values": [{"val": "nudity"}]}
    post = event(
        JETSTREAM,
        commit(record=record(reply={"root": {"uri": uri("r")}, "parent": {"uri": uri("p")}}, labels=labels)),
    )
    assert (post.reply_to, post.sensitive) == (uri("p"), True)


@pytest.mark.parametrize("kind", ["like", "repost"])
def test_a_reaction_and_its_taking_back_share_a_uid(kind: str) -> None:
    collection = f"app.bsky.feed.{kind}"
    subject = {"subject": {"uri": uri("p", "did:plc:other"), "cid": "b"}, "createdAt": CREATED}
    reaction = event(JETSTREAM, commit(collection=collection, record=subject))
    assert reaction == Reaction(
        platform="bluesky",
        uid=uri("3k1", collection=collection),
        target=uri("p", "did:plc:other"),
        kind=kind,
        author=DID,
        created=fields.time(CREATED),
        seen=SEEN,
    )
    undone = event(JETSTREAM, commit("delete", collection))
    assert undone == Delete(platform="bluesky", uid=reaction.uid, seen=SEEN)


def test_an_update_of_a_post_is_an_edit_with_a_version() -> None:
    edit = event(JETSTREAM, commit("update", record=record("better")))
    assert isinstance(edit, Edit)
    assert (edit.post.uid, edit.post.text, edit.post.version) == (uri("3k1"), "better", "3rev")
    assert edit.seen == SEEN
    assert event(JETSTREAM, commit("delete")) == Delete(platform="bluesky", uid=uri("3k1"), seen=SEEN)


@pytest.mark.parametrize("status", ["deleted", "suspended", "takendown", "deactivated", None])
def test_an_account_that_is_gone_is_purged_on_both_wires(status: str | None) -> None:
    account = {"active": False, "did": DID, "seq": 1, "time": "2026-07-04T14:38:07Z"}
    if status:
        account["status"] = status
    purge = event(JETSTREAM, {"did": DID, "time_us": SEEN, "kind": "account", "account": account})
    assert purge == Purge(platform="bluesky", author=DID, at=fields.time("2026-07-04T14:38:07Z"), seen=SEEN)
    assert event(JETSTREAM, v2("account", account=account)) == purge


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (commit(collection="app.bsky.graph.follow", record={}), "follow"),
        (commit("delete", collection="fm.teal.alpha.actor.status"), "other collection"),
        (
            commit(collection="app.bsky.feed.like", record={"subject": {"uri": "at://d/app.bsky.feed.generator/x"}}),
            "reaction to no post",
        ),
        ({"did": DID, "time_us": SEEN, "kind": "identity", "identity": {}}, "identity"),
        ({"did": DID, "time_us": SEEN, "kind": "account", "account": {"active": True}}, "account"),
        (v2("account", account={"active": False, "status": "throttled"}), "account"),
        (v2("sync", sync={}), "sync"),
        ({"$type": "message", "payload": {"$type": V2 + "info", "name": "OutdatedCursor"}}, "info"),
        ({"$type": "message", "payload": {"$type": "#info", "name": "FutureCursor"}}, "info"),
        ({"$type": "error", "error": "ConsumerTooSlow", "message": "x"}, "stream error"),
    ],
)
def test_what_means_nothing_to_the_engine_is_ignored_with_a_reason(line: Any, reason: str) -> None:
    assert only(JETSTREAM, line) == Ignored(reason)


@pytest.mark.parametrize(
    "line",
    [
        commit(record="no object"),
        commit(operation="frobnicate", record=record()),
        commit(rkey="", record=record()),
        commit(collection="app.bsky.feed.like", record={"subject": 5}),
        {"did": 5, "time_us": SEEN, "kind": "commit", "commit": {}},
        {"did": DID, "time_us": SEEN, "kind": "commit", "commit": None},
        {"did": DID, "time_us": SEEN, "kind": "account", "account": {}},
        {"did": DID, "time_us": SEEN, "kind": "nonsense"},
        {"$type": "message", "payload": None},
    ],
)
def test_what_cannot_be_used_is_rejected(line: Any) -> None:
    assert isinstance(only(JETSTREAM, line), Rejected)


# --- views -------------------------------------------------------------------------------------------------------


def view(rkey: str = "3k1", **more: Any) -> dict[str, Any]:
    return {
        "uri": uri(rkey),
        "cid": "b",
        "author": {"did": DID, "handle": "ann.test", "createdAt": "2024-01-01T00:00:00Z"},
        "record": record(),
        "likeCount": 5,
        "repostCount": 0,
        "indexedAt": "2026-07-04T14:38:09Z",
        **more,
    }


def test_a_view_has_counts_as_far_as_it_says_and_no_time_for_them() -> None:
    post = event(VIEW, view())
    assert post.counts == Counts(like=5, repost=0)  # replies and quotes are unknown, not 0
    assert (post.counts_at, post.seen) == (None, None)
    assert (post.author, post.name) == (DID, "ann.test")
    assert post.author_created == fields.time("2024-01-01T00:00:00Z")
    assert event(VIEW, {**view(), "likeCount": None, "repostCount": -1}).counts is None


def test_the_time_of_the_request_is_the_time_of_the_counts() -> None:
    post = event(VIEW, view(fetched_at="2026-07-05T00:00:00Z"))
    assert post.counts_at == fields.time("2026-07-05T00:00:00Z")
    page = {"retrieved_at": "2026-07-05T00:00:00Z", "posts": [view()]}
    assert event(VIEW, page) == post


def test_a_claimed_time_past_the_server_s_own_is_not_taken() -> None:
    indexed = fields.time("2026-07-04T14:38:09Z")
    assert event(VIEW, view(record={**record(), "createdAt": "2031-01-01T00:00:00Z"})).created == indexed
    assert event(VIEW, view(record={"text": "x", "createdAt": "0001-01-01T00:00:00Z"})).created == indexed
    ahead = "2026-07-04T14:38:59Z"  # clients' clocks are a little off
    assert event(VIEW, view(record={**record(), "createdAt": ahead})).created == fields.time(ahead)


def test_a_repost_in_a_feed_is_a_reaction_with_the_post_inside() -> None:
    by = {"did": "did:plc:fan", "handle": "fan.test"}
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": by, "indexedAt": "2026-07-05T00:00:00Z"}
    reaction = event(VIEW, {"post": view(), "reason": reason})
    assert isinstance(reaction, Reaction)
    assert (reaction.kind, reaction.target) == ("repost", uri("3k1"))
    assert (reaction.author, reaction.name) == ("did:plc:fan", "fan.test")
    assert reaction.uid == f"repost:did:plc:fan:{uri('3k1')}"
    assert reaction.seen == fields.time("2026-07-05T00:00:00Z")
    assert reaction.original == event(VIEW, view())
    named = event(VIEW, {"post": view(), "reason": {**reason, "uri": "at://did:plc:fan/app.bsky.feed.repost/1"}})
    assert named.uid == "at://did:plc:fan/app.bsky.feed.repost/1"
    pinned = {"post": view(), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
    assert event(VIEW, pinned) == event(VIEW, view())


def test_quoted_and_answered_posts_become_observations() -> None:
    quoted = {"$type": "app.bsky.embed.record#viewRecord", "uri": uri("q"), "value": record(), "likeCount": 9}
    embed = {"$type": "app.bsky.embed.record#view", "record": quoted}
    item = {"post": view(embed=embed), "reply": {"root": view("r"), "parent": view("r", likeCount=6)}}
    outcome = only(VIEW, item)
    post, *further = outcome.events
    assert (post.uid, post.quote_of) == (uri("3k1"), uri("q"))
    observed = {seen.uid: seen.counts for seen in further}
    assert all(isinstance(seen, Observation) for seen in further)
    assert len(further) == 2
    assert observed[uri("q")] == Counts(like=9)
    assert uri("r") in observed


def test_pages_give_one_outcome_for_each_post_in_their_order() -> None:
    gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri("x"), "notFound": True}
    for page in (
        {"posts": [view("a"), gone, view("b")], "cursor": "c"},
        {"feed": [{"post": view("a")}, gone, {"post": view("b")}]},
        {"thread": {"parent": {"post": view("a"), "parent": gone}, "post": view("b")}},
    ):
        assert VIEW.recognises(page)
        outcomes = VIEW.read(page)
        assert [o.events[0].uid for o in outcomes if isinstance(o, Mapped)] == [uri("a"), uri("b")]
        assert [o for o in outcomes if not isinstance(o, Mapped)] == [Ignored("post not to be had")]
    assert only(VIEW, {"posts": [], "cursor": "c"}) == Ignored("empty page")
    assert only(VIEW, {"records": [], "cursor": "c"}) == Ignored("empty page")


def test_a_page_of_a_repository_s_records_gives_its_posts() -> None:
    like = {"uri": uri("2", collection="app.bsky.feed.like"), "cid": "c", "value": {"subject": {"uri": uri("1")}}}
    page = {"records": [{"uri": uri("1"), "cid": "c", "value": record("mine")}, like], "cursor": "x"}
    assert VIEW.recognises(page)
    post, other = VIEW.read(page)
    assert isinstance(post, Mapped)
    assert isinstance(post.events[0], Post)
    assert (post.events[0].uid, post.events[0].author, post.events[0].text) == (uri("1"), DID, "mine")
    assert other == Ignored("other collection")


@pytest.mark.parametrize("stub", ["NotFound", "Blocked", "NoUnauthenticated"])
def test_a_stub_in_a_flat_thread_stands_for_a_post_not_to_be_had(stub: str) -> None:
    value = {"$type": f"app.bsky.unspecced.defs#threadItem{stub}"}
    assert only(VIEW, {"thread": [{"uri": uri("1"), "depth": 1, "value": value}]}) == Ignored("post not to be had")


@pytest.mark.parametrize("key", ["likes", "repostedBy"])
def test_a_list_of_who_reacted_is_no_view_of_the_post(key: str) -> None:
    assert only(VIEW, {"uri": uri("1"), key: [{"did": DID}], "cursor": "c"}) == Ignored("list of accounts")


def test_a_thread_is_read_to_the_last_reply() -> None:
    thread = {
        "post": view("a"),
        "replies": [{"post": view("b"), "replies": [{"post": view("c")}]}, {"post": view("d")}],
    }
    found = [o.events[0].uid for o in VIEW.read({"thread": thread})]
    assert found == [uri(rkey) for rkey in "abcd"]


def test_dumps_of_the_python_sdk_are_read_like_the_wire() -> None:
    dump = {
        "uri": uri("3k1"),
        "author": {"did": DID, "handle": "ann.test", "created_at": "2024-01-01T00:00:00Z", "py_type": "x"},
        "record": {"py_type": "app.bsky.feed.post", "text": "hello", "created_at": CREATED},
        "like_count": 5,
        "repost_count": 0,
        "indexed_at": "2026-07-04T14:38:09Z",
        "py_type": "app.bsky.feed.defs#postView",
    }
    assert event(VIEW, dump) == event(VIEW, view())


def test_rows_cut_from_views_are_posts_and_bare_counts_are_observations() -> None:
    row = {"uri": uri("3k1"), "author": "ann.test", "createdAt": CREATED, "text": "hi", "likeCount": 3}
    post = event(VIEW, row)
    assert (post.author, post.name, post.text) == (DID, "ann.test", "hi")
    assert (post.created, post.counts) == (fields.time(CREATED), Counts(like=3))
    observation = event(VIEW, {"uri": uri("3k1"), "likeCount": 4})
    assert observation == Observation(platform="bluesky", uid=uri("3k1"), counts=Counts(like=4))
    assert isinstance(only(VIEW, {"uri": uri("3k1")}), Rejected)


@pytest.mark.parametrize("line", [{}, {"posts": 5}, {"posts": [5]}, {"uri": 5, "text": "x"}, [], None, "x"])
def test_other_shapes_are_not_taken_for_a_view_and_do_no_harm(line: Any) -> None:
    assert not VIEW.recognises(line)
    assert not JETSTREAM.recognises(line)
    assert all(not isinstance(outcome, Mapped) for outcome in [*VIEW.read(line), *JETSTREAM.read(line)])


# --- real data ---------------------------------------------------------------------------------------------------


def lines(path: Path) -> list[Any]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return [json.loads(line) for line in file]


def plain_tags(body: dict[str, Any]) -> tuple[str, ...] | None:
    tags = [f["tag"] for facet in body.get("facets") or () for f in facet["features"] if "tag" in f]
    return tuple(dict.fromkeys(tags + (body.get("tags") or []))) or None


@needs_data
def test_every_line_of_the_real_firehose_is_understood() -> None:
    kinds: dict[str, int] = {}
    for line in lines(DATA / "native" / "bluesky_jetstream.jsonl"):
        outcome = only(JETSTREAM, line)
        assert not isinstance(outcome, Rejected), outcome
        name = outcome.reason if isinstance(outcome, Ignored) else type(outcome.events[0]).__name__
        kinds[name] = kinds.get(name, 0) + 1
        if isinstance(outcome, Mapped) and isinstance(post := outcome.events[0], Post):
            body = line["commit"]["record"]
            assert (post.text, post.tags) == (body["text"], plain_tags(body))
            assert post.reply_to == body.get("reply", {}).get("parent", {}).get("uri", "")
            assert (post.seen, post.created) == (line["time_us"], fields.time(body["createdAt"]))
    assert kinds == {
        "Post": 17,
        "Reaction": 120,
        "Delete": 1,
        "follow": 9,
        "block": 1,
        "other collection": 2,
        "identity": 1,
        "account": 1,
    }


@needs_data
def test_every_real_view_is_mapped_with_its_counts_and_tags() -> None:
    reposts = 0
    for line in lines(DATA / "native" / "bluesky_postview.jsonl"):
        outcome = only(VIEW, line)
        assert isinstance(outcome, Mapped)
        first = outcome.events[0]
        reposts += isinstance(first, Reaction)
        post = first.original if isinstance(first, Reaction) else first
        plain = line.get("post", line)
        assert post.uid == plain["uri"]
        assert (post.text, post.tags) == (plain["record"]["text"], plain_tags(plain["record"]))
        counts = [plain[name + "Count"] for name in ("like", "repost", "reply", "quote")]
        assert post.counts == Counts(*counts)
        assert all(event.counts.known() for event in outcome.events[1:])
    assert reposts == 2


@needs_data
def test_every_real_row_of_counts_is_mapped_with_its_counts() -> None:
    for line in lines(DATA / "engagement" / "bluesky_counts.jsonl.gz"):
        post = event(VIEW, line)
        assert (post.uid, post.text, post.name) == (line["uri"], line["text"], line["author"])
        assert post.counts == Counts(*(line[name + "Count"] for name in ("like", "repost", "reply", "quote")))
