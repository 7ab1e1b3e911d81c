"""X v2 pages, streams, flattened lines and compliance notices become the right events."""

import gzip
import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Counts, Delete, Edit, Observation, Post, Purge, Reaction
from engine.platforms import fields
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.x_v2 import ADAPTER

DATA = Path(__file__).parents[2] / "shared" / "data"
TWARC = DATA / "native" / "x_v2_twarc"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="real data (../shared/data) is not here")

CREATED = "2021-09-22T16:38:35.000Z"
CREATED_AT = 1_632_328_715_000_000
RETRIEVED = "2021-09-22T16:39:00+00:00"
RETRIEVED_AT = 1_632_328_740_000_000
FIRST, SECOND = "1576994746135764992", "1576994789110992896"  # versions of one post


def metrics(like: int = 4, repost: int = 3, reply: int = 2, quote: int = 1, **more: int) -> dict[str, int]:
    return {"retweet_count": repost, "reply_count": reply, "like_count": like, "quote_count": quote, **more}


def post(uid: str = "1440717170493689866", **more: Any) -> dict[str, Any]:
    return {
        "id": uid,
        "text": "some words",
        "author_id": "7",
        "created_at": CREATED,
        "lang": "en",
        "public_metrics": metrics(),
        **more,
    }


def person(uid: str = "7", **more: Any) -> dict[str, Any]:
    return {
        "id": uid,
        "username": f"name{uid}",
        "created_at": "2021-09-02T03:17:52.000Z",
        "protected": False,
        "public_metrics": {"followers_count": 10, "tweet_count": 5},
        **more,
    }


def page(*posts: Any, users: Any = None, tweets: Any = (), **more: Any) -> dict[str, Any]:
    return {
        "data": list(posts),
        "includes": {"users": [person()] if users is None else users, "tweets": list(tweets)},
        "meta": {"result_count": len(posts)},
        "__twarc": {"version": "2.5.0", "retrieved_at": RETRIEVED},
        **more,
    }


def read(line: dict[str, Any]) -> list[Any]:
    assert ADAPTER.recognises(line)
    return list(ADAPTER.read(line))


def events(line: dict[str, Any]) -> tuple[Any, ...]:
    (outcome,) = read(line)
    assert isinstance(outcome, Mapped)
    return outcome.events


def only(line: dict[str, Any]) -> Any:
    (event,) = events(line)
    return event


def test_a_post_of_a_page_gives_every_field() -> None:
    item = post(
        entities={"hashtags": [{"start": 0, "end": 2, "tag": "One"}, {"tag": "two"}]},
        public_metrics=metrics(impression_count=99),
        possibly_sensitive=True,
        attachments={"media_keys": ["3_14"]},
    )
    assert only(page(item)) == Post(
        platform="x",
        uid=item["id"],
        author="7",
        name="name7",
        text="some words",
        created=CREATED_AT,
        tags=("One", "two"),
        lang="en",
        media="image",
        followers=10,
        author_created=1_630_552_672_000_000,
        counts=Counts(like=4, repost=3, reply=2, quote=1, view=99),
        counts_at=RETRIEVED_AT,
        sensitive=True,
    )


def test_a_page_comes_oldest_first_with_ties_by_id() -> None:
    late = post("1440717170493689868", created_at="2021-09-22T16:38:36.000Z")
    posts = [late, post("1440717170493689867"), post("1440717170493689866"), "junk"]
    outcomes = read(page(*posts))
    assert [o.events[0].uid[-1] for o in outcomes[:3]] == ["6", "7", "8"]
    assert outcomes[3] == Rejected("not an object")


def test_long_posts_have_their_whole_text_and_its_tags() -> None:
    note = {"text": "all 500 characters &amp; #more", "entities": {"hashtags": [{"tag": "more"}]}}
    item = post(text="all 500 char…", entities={"hashtags": []}, note_tweet=note)
    found = only(page(item))
    assert (found.text, found.tags) == ("all 500 characters & #more", ("more",))


def test_no_entities_means_no_tags_only_where_entities_were_asked_for() -> None:
    assert only(page(post())).tags == ()  # twarc always asks
    bare = {"data": post(), "includes": {"users": [person()]}}
    assert only(bare).tags is None
    other = post("1440717170493689866", entities={"urls": []})
    assert read({"data": [post(), other], "meta": {"result_count": 2}})[0].events[0].tags == ()


def test_a_retweet_is_a_reaction_with_the_original() -> None:
    original = post("1440691114135080963", author_id="9", public_metrics=metrics(like=73))
    wrapper = post(text="RT @…", referenced_tweets=[{"type": "retweeted", "id": original["id"]}])
    reaction = only(page(wrapper, users=[person(), person("9")], tweets=[original]))
    assert isinstance(reaction, Reaction)
    assert (reaction.uid, reaction.target, reaction.kind) == (wrapper["id"], original["id"], "repost")
    assert (reaction.author, reaction.name, reaction.created) == ("7", "name7", CREATED_AT)
    assert reaction.original is not None
    assert (reaction.original.author, reaction.original.name) == ("9", "name9")
    assert reaction.original.counts == Counts(like=73, repost=3, reply=2, quote=1)
    assert reaction.original.counts_at == RETRIEVED_AT


def test_a_retweet_of_a_post_that_is_gone_keeps_its_target() -> None:
    reaction = only(page(post(referenced_tweets=[{"type": "retweeted", "id": "5"}])))
    assert (reaction.target, reaction.original) == ("5", None)


def test_quotes_and_replies_point_at_their_posts_and_tell_their_counts() -> None:
    quoted, parent = post("11"), post("12", public_metrics=metrics(like=0))
    references = [{"type": "quoted", "id": "11"}, {"type": "replied_to", "id": "12"}]
    found, one, two = events(page(post(referenced_tweets=references), tweets=[quoted, parent]))
    assert (found.quote_of, found.reply_to) == ("11", "12")
    assert one == Observation(
        platform="x", uid="11", counts=Counts(like=4, repost=3, reply=2, quote=1), at=RETRIEVED_AT
    )
    assert (two.uid, two.counts.like) == ("12", 0)


def test_a_missing_author_leaves_the_id() -> None:
    found = only(page(post(), users=[]))
    assert (found.author, found.name, found.followers) == ("7", "", None)


def test_a_filtered_stream_delivers_at_birth() -> None:
    line = {"data": post(), "includes": {"users": [person()]}, "matching_rules": [{"id": "1", "tag": "a"}]}
    assert only(line).counts_at == CREATED_AT


def test_counts_of_an_unknown_moment_have_none() -> None:
    found = only({"data": [post()], "meta": {"result_count": 1}})
    assert found.counts is not None
    assert found.counts_at is None


def test_flattened_lines() -> None:
    author = person("9", protected=True)
    reference = {"type": "quoted", **post("11")}
    line = {**post(), "author": author, "author_id": "9", "referenced_tweets": [reference]}
    line |= {"attachments": {"media": [{"type": "video"}]}, "__twarc": {"retrieved_at": RETRIEVED}}
    found, observed = events(line)
    assert (found.author, found.name, found.followers, found.withheld) == ("9", "name9", 10, True)
    assert (found.media, found.quote_of, found.counts_at) == ("video", "11", RETRIEVED_AT)
    assert observed.at == RETRIEVED_AT


def test_the_first_version_of_an_edited_post_and_its_edit() -> None:
    history = [FIRST, SECOND]
    old = post(FIRST, text="old", created_at="2022-10-03T17:57:01.000Z", edit_history_tweet_ids=history)
    new = post(SECOND, text="new", created_at="2022-10-03T17:57:11.000Z", edit_history_tweet_ids=history)
    assert only(page(old)).uid == FIRST
    edit = only(page(new))
    assert isinstance(edit, Edit)
    assert (edit.post.uid, edit.post.version, edit.post.alias) == (FIRST, SECOND, SECOND)
    assert edit.post.text == "new"
    assert edit.at == fields.time("2022-10-03T17:57:11.000Z")
    assert edit.post.created == fields.time("2022-10-03T17:57:01.000Z")
    first, later = events(page(old, tweets=[old, new]))
    assert (first.text, later.post.text, later.post.uid) == ("old", "new", FIRST)


def test_what_points_at_an_edited_post_points_at_its_first_id() -> None:
    new = post(SECOND, edit_history_tweet_ids=[FIRST, SECOND])
    reply = post(referenced_tweets=[{"type": "replied_to", "id": SECOND}])
    found, observed = events(page(reply, tweets=[new]))
    assert (found.reply_to, observed.uid) == (FIRST, FIRST)
    wrapper = post(referenced_tweets=[{"type": "retweeted", "id": SECOND}])
    reaction = only(page(wrapper, tweets=[new]))
    assert (reaction.target, reaction.original.version) == (FIRST, SECOND)


def test_rows_of_a_repeated_count_keep_their_moments() -> None:
    row = {
        "id": "2060157704694333502",
        "account": "someone",
        "created_at": "2026-05-29T00:34:07.000Z",
        "text": "a #play",
        "lang": "en",
        "public_metrics": metrics(impression_count=7),
        "metrics_frozen_at": None,
        "first_seen_at": "2026-05-29T15:25:36.725807+00:00",
        "_commit_time": "2026-06-03T16:50:46-05:00",
    }
    found = only(row)
    assert (found.author, found.name, found.tags, found.seen) == ("someone", "someone", None, None)
    assert found.counts_at == fields.time("2026-06-03T21:50:46Z")
    frozen = only({**row, "metrics_frozen_at": "2026-05-29T15:25:36.729923+00:00"})
    assert frozen.counts_at == fields.time("2026-05-29T15:25:36.729923Z")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"errors": [{"title": "Not Found Error", "detail": "no"}]}, "errors only"),
        ({"title": "ConnectionException", "type": "https://api.twitter.com/2/problems/x"}, "errors only"),
        ({"data": [person(), person("8")], "includes": {"tweets": [post()]}}, "user page"),
        (person(), "user page"),
        ({"meta": {"result_count": 0}, "data": [], "__twarc": {}}, "empty page"),
        ({"data": {"tweet_edit": {"tweet": {"id": "1"}}}}, "edit notice"),
        ({"data": {"withheld": {"tweet": {"id": "1"}, "withheld_in_countries": ["XY"]}}}, "withheld notice"),
        ({"data": {"user_undelete": {"user": {"id": "1"}}}}, "account restored"),
        ({"id": "1", "action": "scrub_geo", "created_at": CREATED, "reason": "scrub_geo"}, "compliance notice"),
    ],
)
def test_lines_that_mean_nothing_are_ignored_with_a_reason(line: dict[str, Any], reason: str) -> None:
    assert read(line) == [Ignored(reason)]


def test_compliance_notices() -> None:
    event_at = "2022-12-23T12:34:56.789Z"
    at = fields.time(event_at)
    for kind in ("delete", "drop"):
        body = {"tweet": {"id": "60", "author_id": "31"}, "event_at": event_at}
        assert only({"data": {kind: body}}) == Delete(platform="x", uid="60", at=at)
    for kind in ("user_delete", "user_suspend", "user_protect"):
        body = {"user": {"id": "31"}, "event_at": event_at}
        assert only({"data": {kind: body}}) == Purge(platform="x", author="31", at=at)


def test_batch_compliance_tells_a_post_from_an_old_account_by_its_id() -> None:
    line = {"id": "1170025343920402432", "action": "delete", "created_at": CREATED, "reason": "deleted"}
    assert only(line) == Delete(platform="x", uid=line["id"])
    redacted = {**line, "redacted_at": RETRIEVED}
    assert only(redacted) == Delete(platform="x", uid=line["id"], at=RETRIEVED_AT)
    assert only({**line, "id": "119369819"}) == Purge(platform="x", author="119369819")
    early = {**line, "id": "119369819", "created_at": "2007-06-01T00:00:00Z"}
    assert isinstance(only(early), Delete)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"data": []},
        {"pulled_at": RETRIEVED, "data": [{"id": "1", "content": "<p>", "account": {}}]},
        {"kind": "Listing", "data": {"children": []}},
        {"source_platform": "x.com", "data": {"rest_id": "1"}},
        {"id": "1", "text": "x", "user": {}},
        {"id": "1", "text": "x", "author_id": "5", "likes": 3},
        {"id": "1", "action": "delete", "text": "x"},
    ],
)
def test_other_shapes_are_left_alone(line: dict[str, Any]) -> None:
    assert not ADAPTER.recognises(line)


def test_posts_without_id_or_text_are_rejected() -> None:
    assert read(page({"text": "x"}, post()))[0] == Rejected("no id")
    assert read(page({"id": "1", "author_id": "2"})) == [Rejected("no text")]
    assert ADAPTER.read({"a": 1}) == [Rejected("no id")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted({*post(), "referenced_tweets", "edit_history_tweet_ids", "entities", "attachments", "note_tweet"})


@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.dictionaries(st.sampled_from(sorted(page())), JSON))
def test_no_value_in_any_field_raises(item: dict[str, Any], outside: dict[str, Any]) -> None:
    for line in (page({**post(), **item}), {**post(), **item}, {**page(post()), **outside}, outside):
        ADAPTER.recognises(line)
        for outcome in ADAPTER.read(line):
            assert isinstance(outcome, Mapped | Ignored | Rejected)


def lines(path: Path) -> list[dict[str, Any]]:
    found = []
    for raw in path.read_bytes().splitlines():
        try:
            found.append(json.loads(raw))
        except ValueError:
            continue
    return found


def plain_counts(item: dict[str, Any]) -> Counts:
    given_metrics = item["public_metrics"]
    return Counts(
        like=given_metrics["like_count"],
        repost=given_metrics["retweet_count"],
        reply=given_metrics["reply_count"],
        quote=given_metrics["quote_count"],
        view=given_metrics.get("impression_count"),
    )


def plain_tags(item: dict[str, Any]) -> tuple[str, ...]:
    return tuple(tag["tag"] for tag in item.get("entities", {}).get("hashtags", []))


def check(item: dict[str, Any], included: dict[str, Any], outcome: Mapped, at: int | None) -> str:
    event = outcome.events[0]
    references = {r["type"]: r["id"] for r in item.get("referenced_tweets", [])}
    if "retweeted" in references:
        inner = included[references["retweeted"]]
        assert isinstance(event, Reaction)
        assert event.target == references["retweeted"]
        assert event.original is not None
        assert (event.original.counts, event.original.tags) == (plain_counts(inner), plain_tags(inner))
        assert event.original.counts_at == at
        return "retweet"
    assert isinstance(event, Post)
    assert (event.counts, event.tags, event.counts_at) == (plain_counts(item), plain_tags(item), at)
    assert event.quote_of == references.get("quoted", "")
    assert event.reply_to == references.get("replied_to", "")
    observed = {e.uid: e.counts for e in outcome.events[1:] if isinstance(e, Observation)}
    assert observed == {uid: plain_counts(included[uid]) for uid in references.values() if uid in included}
    return "post"


@needs_data
@pytest.mark.parametrize("name", ["2sets", "brexit", "noflat", "cashtags", "streaming_output_with_error"])
def test_pages_and_streams_agree_with_a_plain_reading(name: str) -> None:
    kinds = Counter[str]()
    for line in lines(TWARC / f"{name}.jsonl"):
        items = line["data"] if isinstance(line["data"], list) else [line["data"]]
        by_id = {item["id"]: item for item in items}
        included = {item["id"]: item for item in line["includes"].get("tweets", [])}
        outcomes = read(line)
        assert len(outcomes) == len(items)
        for outcome in outcomes:
            item = by_id[outcome.events[0].uid]
            kinds[check(item, included, outcome, fields.time(line["__twarc"]["retrieved_at"]))] += 1
    assert kinds["post"] > 0


@needs_data
def test_flattened_lines_agree_with_a_plain_reading() -> None:
    kinds = Counter[str]()
    for line in lines(TWARC / "flat.jsonl"):
        (outcome,) = read(line)
        included = {item["id"]: item for item in line.get("referenced_tweets", [])}
        kinds[check(line, included, outcome, fields.time(line["__twarc"]["retrieved_at"]))] += 1
    assert kinds == {"retweet": 47, "post": 53}


@needs_data
def test_other_native_lines_of_v2() -> None:
    (edited,) = lines(TWARC / "edited_before.jsonl")
    original, edit = events(edited)
    assert (original.uid, edit.post.uid, edit.post.version) == (FIRST, FIRST, SECOND)
    assert original.text != edit.post.text
    assert [type(only(line)) for line in lines(TWARC / "tweets_compliance.jsonl")] == [Delete, Delete]
    (users,) = lines(TWARC / "users.jsonl")
    assert read(users) == [Ignored("user page")]


@needs_data
def test_repeated_counts_of_a_post_come_at_rising_moments() -> None:
    moments: dict[str, list[int]] = {}
    with gzip.open(DATA / "engagement" / "x_v2_count_snapshots.jsonl.gz", "rt") as rows:
        for row in map(json.loads, islice(rows, 6_000)):
            found = only(row)
            assert found.counts == plain_counts(row)
            assert found.counts_at == fields.time(row["metrics_frozen_at"] or row["_commit_time"])
            moments.setdefault(found.uid, []).append(found.counts_at)
    repeated = [at for at in moments.values() if len(at) > 1]
    assert len(repeated) > 500
    assert all(len(set(at)) == len(at) for at in repeated)


@pytest.mark.parametrize("data", [{"id": FIRST, "text": "x"}, [{"id": FIRST, "text": "x"}]])
def test_an_answer_with_nothing_but_ids_and_texts_gives_posts(data: Any) -> None:
    assert only({"data": data}).uid == FIRST
    assert only({"data": data, "errors": [{"title": "Not Found Error"}]}).text == "x"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"meta": {"result_count": 0}}, "empty page"),
        ({"meta": {"result_count": 0}, "__twarc": {"retrieved_at": RETRIEVED}}, "empty page"),
        ({"data": [{"id": "1", "value": "cats", "tag": "c"}], "meta": {"sent": CREATED}}, "stream rules"),
        ({"data": [{"id": "1", "name": "Ann", "username": "ann"}]}, "user page"),
        ({"title": "x", "detail": "y", "type": "https://api.x.com/2/problems/streaming-connection"}, "errors only"),
    ],
)
def test_answers_without_posts_are_ignored(line: dict[str, Any], reason: str) -> None:
    assert read(line) == [Ignored(reason)]


@pytest.mark.parametrize(
    "line", [{"data": {"id": "1"}}, {"data": [{"id": "1", "text": "x"}], "page": 2}, {"meta": {}}, {"meta": None}]
)
def test_what_only_resembles_an_answer_is_not_claimed(line: dict[str, Any]) -> None:
    assert not ADAPTER.recognises(line)
