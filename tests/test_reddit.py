"""Reddit submissions, comments and listings become posts with the right text, tags, counts and moments."""

import gzip
import html
import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Counts, Post
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.reddit import ADAPTER

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="real data (../shared/data) is not here")

CREATED = 1_700_000_000
CREATED_AT = CREATED * 1_000_000


def submission(**more: Any) -> dict[str, Any]:
    return {
        "id": "abc",
        "name": "t3_abc",
        "title": "A title",
        "selftext": "and a text",
        "author": "ann",
        "created_utc": CREATED,
        "subreddit": "news",
        "score": 10,
        "num_comments": 4,
        "num_crossposts": 1,
        "is_self": True,
        "over_18": False,
        "edited": False,
        **more,
    }


def comment(**more: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "name": "t1_c1",
        "body": "well said",
        "author": "bob",
        "created_utc": CREATED,
        "subreddit": "news",
        "link_id": "t3_abc",
        "parent_id": "t1_c0",
        "score": 2,
        "score_hidden": False,
        "edited": False,
        **more,
    }


def read(line: dict[str, Any]) -> list[Any]:
    assert ADAPTER.recognises(line)
    return list(ADAPTER.read(line))


def only(line: dict[str, Any]) -> Post:
    (outcome,) = read(line)
    assert isinstance(outcome, Mapped)
    (event,) = outcome.events
    assert isinstance(event, Post)
    return event


def test_a_submission_gives_every_field() -> None:
    assert only({"kind": "t3", "data": submission()}) == Post(
        platform="reddit",
        uid="t3_abc",
        author="ann",
        name="ann",
        text="A title\n\nand a text",
        created=CREATED_AT,
        tags=("r/news",),
        counts=Counts(like=10, repost=1, reply=4),
    )


def test_a_comment_answers_its_parent() -> None:
    assert only({"kind": "t1", "data": comment()}) == Post(
        platform="reddit",
        uid="t1_c1",
        author="bob",
        name="bob",
        text="well said",
        created=CREATED_AT,
        tags=("r/news",),
        reply_to="t1_c0",
        counts=Counts(like=2),
    )


@pytest.mark.parametrize("thing", [submission(), comment()])
def test_bare_and_wrapped_things_are_the_same(thing: dict[str, Any]) -> None:
    kind = thing["name"][:2]
    assert only(thing) == only({"kind": kind, "data": thing})
    del thing["name"]
    assert only(thing).uid == f"{kind}_{thing['id']}"


def test_a_submission_without_a_text_is_its_title() -> None:
    assert only(submission(selftext="")).text == "A title"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> & c"),
        ("&amp;#x200B;", "\u200b"),
        ("http://a.example/?x=1&amp;copy=2", "http://a.example/?x=1&copy=2"),
        ("# a heading, no tag", "# a heading, no tag"),
        ("AT&T &; &#99999999999;", "AT&T &; &#99999999999;"),
    ],
)
def test_entities_are_resolved(written: str, meant: str) -> None:
    assert only(comment(body=written)).text == meant


@pytest.mark.parametrize("stub", ["[deleted]", "[removed]"])
def test_stubs_hold_no_text(stub: str) -> None:
    for thing in (comment(body=stub, author="[deleted]"), submission(selftext=stub, author="[deleted]")):
        post = only(thing)
        assert (post.text, post.removed, post.author, post.name) == ("", True, "", "")


def test_a_text_that_reddit_lost_later_is_not_taken_from_an_archive() -> None:
    post = only(submission(_meta={"was_deleted_later": True}))
    assert (post.text, post.removed) == ("", True)


def test_a_deleted_account_keeps_its_text() -> None:
    post = only(comment(author="[deleted]"))
    assert (post.text, post.author, post.removed) == ("well said", "", False)


@pytest.mark.parametrize(
    ("more", "like"), [({"score": -7}, 0), ({"score_hidden": True}, None), ({"score": None}, None)]
)
def test_scores(more: dict[str, Any], like: int | None) -> None:
    counted = only(comment(**more)).counts
    assert counted == (None if like is None else Counts(like=like))


@pytest.mark.parametrize("written", [CREATED, float(CREATED), str(CREATED), f"{CREATED}.0"])
def test_times_come_as_numbers_and_strings(written: Any) -> None:
    assert only(submission(created_utc=written)).created == CREATED_AT


@pytest.mark.parametrize(
    ("edited", "version"),
    [(False, ""), ("False", ""), (True, ""), (1367195641.0, "1367195641"), ("1367195641.0", "1367195641")],
)
def test_an_edit_is_told_by_its_second(edited: Any, version: str) -> None:
    assert only(submission(edited=edited)).version == version


def test_counts_are_of_the_moment_an_archive_last_read_them() -> None:
    once = submission(retrieved_on=CREATED + 60)
    assert only(once).counts_at == CREATED_AT + 60_000_000
    twice = {**once, "_meta": {"retrieved_2nd_on": CREATED + 129_600}}
    assert only(twice).counts_at == CREATED_AT + 129_600_000_000
    assert only(twice).seen is None


@pytest.mark.parametrize(
    ("more", "media"),
    [
        ({"is_video": True}, "video"),
        ({"is_self": False, "post_hint": "image"}, "image"),
        ({"is_self": False, "domain": "i.redd.it"}, "image"),
        ({"is_self": False, "domain": "youtube.com"}, "video"),
        ({"is_self": False, "domain": "news.example"}, "link"),
        ({"poll_data": {"options": []}}, "poll"),
        ({"domain": "self.news"}, ""),
    ],
)
def test_media(more: dict[str, Any], media: str) -> None:
    assert only(submission(**more)).media == media


def test_adult_content_is_sensitive() -> None:
    assert only(submission(over_18=True)).sensitive


def listing(*children: Any) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": list(children)}}


def test_a_listing_gives_its_things_oldest_first_with_the_replies_below_them() -> None:
    deep = {"kind": "t1", "data": comment(name="t1_deep", created_utc=CREATED + 9, replies="")}
    below = listing(deep, {"kind": "more", "data": {"children": ["y"]}})
    late = {"kind": "t1", "data": comment(name="t1_late", created_utc=CREATED + 5, replies=below)}
    outcomes = read(listing(late, {"kind": "t3", "data": submission()}, {"kind": "more", "data": {}}, 7))
    assert outcomes[:2] == [Ignored("more stub")] * 2
    assert [outcome.events[0].uid for outcome in outcomes[2:5]] == ["t3_abc", "t1_late", "t1_deep"]
    assert outcomes[5:] == [Rejected("not an object")]
    assert read(listing()) == [Ignored("empty page")]


def test_a_comment_alone_on_its_line_leaves_its_replies_to_their_own_lines() -> None:
    below = listing({"kind": "t1", "data": comment(name="t1_deep")})
    assert only({"kind": "t1", "data": comment(name="t1_top", replies=below)}).uid == "t1_top"


def test_the_answer_that_fills_a_stub_in_is_a_page() -> None:
    things = [{"kind": "t1", "data": comment(name="t1_a")}, {"kind": "more", "data": {}}]
    stub, found = read({"json": {"errors": [], "data": {"things": things}}})
    assert (stub, found.events[0].uid) == (Ignored("more stub"), "t1_a")
    assert not ADAPTER.recognises({"json": {"errors": []}})


def test_other_kinds_are_ignored() -> None:
    assert read({"kind": "more", "data": {"id": "x"}}) == [Ignored("more stub")]
    assert read({"kind": "t5", "data": {"id": "x"}}) == [Ignored("not a post or comment")]


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"kind": "commit", "commit": {}},
        {"kind": ["t1"], "data": {}},
        {"title": "x", "text": "y", "created_utc": 1},
        {"body": "x", "author": "y", "created_utc": 1},
    ],
)
def test_other_shapes_are_left_alone(line: dict[str, Any]) -> None:
    assert not ADAPTER.recognises(line)


def test_things_without_id_or_text_are_rejected() -> None:
    assert read({"kind": "t1", "data": {"body": "x"}}) == [Rejected("no id")]
    assert read({"kind": "t1", "data": {"id": "x"}}) == [Rejected("no text")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted({*submission(), *comment(), "post_hint", "domain", "_meta", "retrieved_on", "kind", "data"})


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_no_value_in_any_field_raises(broken: dict[str, Any]) -> None:
    for line in ({**submission(), **broken}, {"kind": "t1", "data": {**comment(), **broken}}, broken):
        ADAPTER.recognises(line)
        for outcome in ADAPTER.read(line):
            assert isinstance(outcome, Mapped | Ignored | Rejected)


@needs_data
def test_native_things_agree_with_a_plain_reading() -> None:
    stubs = 0
    for raw in (DATA / "native" / "reddit.jsonl").read_text().splitlines():
        line = json.loads(raw)
        thing = line["data"]
        if line["kind"] == "more":
            stubs += 1
            assert read(line) == [Ignored("more stub")]
            continue
        post = only(line)
        assert post.uid == thing["name"]
        assert post.tags == (f"r/{thing['subreddit']}",)
        assert post.created == int(thing["created_utc"]) * 1_000_000
        assert post.counts is not None
        assert post.counts.like == max(thing["score"], 0)
        assert post.counts.reply == thing.get("num_comments")
        assert post.reply_to == thing.get("parent_id", "")
        assert post.author == thing["author"].replace("[deleted]", "")
        if thing.get("body") in ("[deleted]", "[removed]"):
            assert post.removed
            continue
        parts = (thing.get("title"), thing.get("selftext") or thing.get("body"))
        assert post.text == html.unescape(html.unescape("\n\n".join(part for part in parts if part)))
    assert stubs == 90


@needs_data
def test_a_large_archive_agrees_with_a_plain_reading() -> None:
    with gzip.open(DATA / "volume" / "reddit_submissions.jsonl.gz", "rt") as lines:
        for line in map(json.loads, islice(lines, 0, 30_000, 5)):
            post = only(line)
            assert (post.uid, post.author) == (line["name"], "")
            assert post.counts == Counts(like=max(line["score"], 0), reply=line["num_comments"])
            assert post.created == line["created_utc"] * 1_000_000
            assert post.sensitive == line["over_18"]
            assert (post.version != "") == (line["edited"] != "False")
            assert post.tags == (f"r/{line['_subreddit']}",)


def test_a_page_of_an_archive_s_api_gives_its_things_oldest_first() -> None:
    comment = {"id": "c", "body": "words", "created_utc": CREATED - 1, "link_id": "t3_abc", "subreddit": "news"}
    later, earlier, junk = (
        submission(),
        comment,
        None,
    )
    outcomes = read({"data": [later, earlier, junk], "metadata": {}})
    assert [o.events[0].uid for o in outcomes[:2]] == ["t1_c", "t3_abc"]
    assert outcomes[2:] == [Rejected("not an object")]
    assert read({"data": [comment]})[0].events[0].reply_to == ""


@pytest.mark.parametrize("line", [{"data": []}, {"data": None}, {"data": [{"id": "1", "text": "x"}]}, {"data": [None]}])
def test_a_page_of_other_things_is_not_reddit_s(line: dict[str, Any]) -> None:
    assert not ADAPTER.recognises(line)
