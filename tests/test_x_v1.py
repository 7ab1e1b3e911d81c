"""X v1.1 lines become the right events: whole text, retweets as reactions, edits, deletes and control lines."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Counts, Delete, Edit, Observation, Post, Purge, Reaction
from engine.platforms import fields
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.x_common import snowflake_time
from engine.platforms.x_v1 import ADAPTER

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="real data (../shared/data) is not here")
STREAMS = ("bosc2017", "elgl2019", "ismbeccb2017", "user2018")

CREATED = "Fri Feb 14 19:00:55 +0000 2020"
CREATED_AT = 1_581_706_855_000_000
UID = "1228393702244134912"  # made at CREATED


def user(number: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "id_str": str(number),
        "screen_name": f"name{number}",
        "followers_count": 120,
        "created_at": "Wed Jul 02 02:44:19 +0000 2014",
        "protected": False,
        **more,
    }


def status(uid: str = UID, **more: Any) -> dict[str, Any]:
    return {
        "created_at": CREATED,
        "id": int(uid),
        "id_str": uid,
        "text": "plain text",
        "truncated": False,
        "user": user(),
        "entities": {"hashtags": [], "urls": [], "user_mentions": []},
        "favorite_count": 3,
        "retweet_count": 2,
        "lang": "en",
        **more,
    }


def streamed(uid: str = UID, **more: Any) -> dict[str, Any]:
    return status(uid, timestamp_ms="1581706855123", filter_level="low", reply_count=1, quote_count=0, **more)


def read(line: dict[str, Any]) -> Any:
    assert ADAPTER.recognises(line)
    (outcome,) = ADAPTER.read(line)
    return outcome


def events(line: dict[str, Any]) -> tuple[Any, ...]:
    outcome = read(line)
    assert isinstance(outcome, Mapped)
    return outcome.events


def only(line: dict[str, Any]) -> Any:
    (event,) = events(line)
    return event


def test_a_plain_status_gives_every_field() -> None:
    line = streamed(
        entities={"hashtags": [{"text": "Über"}, {"text": "b"}], "urls": []},
        in_reply_to_status_id_str="11",
        possibly_sensitive=True,
    )
    assert only(line) == Post(
        platform="x",
        uid=UID,
        author="7",
        name="name7",
        text="plain text",
        created=CREATED_AT,
        tags=("Über", "b"),
        lang="en",
        reply_to="11",
        followers=120,
        author_created=1_404_269_059_000_000,
        counts=Counts(like=3, repost=2, reply=1, quote=0),
        counts_at=CREATED_AT,
        sensitive=True,
    )


def test_only_a_stream_says_when_its_counts_were_true() -> None:
    assert only(streamed()).counts_at == CREATED_AT
    looked_up = only(status())
    assert looked_up.counts == Counts(like=3, repost=2)
    assert looked_up.counts_at is None


def test_extended_tweet_gives_the_whole_text_and_its_own_tags() -> None:
    line = streamed(
        text="the beginning…",
        truncated=True,
        entities={"hashtags": [{"text": "cut"}]},
        extended_tweet={
            "full_text": "the beginning and the end #whole",
            "entities": {"hashtags": [{"text": "whole"}], "media": [{"type": "photo"}]},
            "extended_entities": {"media": [{"type": "video"}]},
        },
    )
    post = only(line)
    assert (post.text, post.tags, post.media) == ("the beginning and the end #whole", ("whole",), "video")


def test_full_text_goes_before_text() -> None:
    assert only(status(full_text="all of it", text="all…")).text == "all of it"


def test_escaped_characters_are_resolved_once() -> None:
    assert only(status(text="a &lt;b&gt; &amp;amp; c &copy;")).text == "a <b> &amp; c &copy;"


@given(st.text())
def test_text_survives_xs_escaping(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert only(status(text=escaped)).text == text


def test_counts_that_are_not_there_stay_unknown() -> None:
    line = status()
    del line["favorite_count"], line["retweet_count"]
    assert only(line).counts is None
    assert only(status(favorite_count=None, retweet_count=0)).counts == Counts(repost=0)


def test_a_retweet_is_a_reaction_with_the_original_and_its_counts() -> None:
    inner = status("1228000000000000000", user=user(9), text="the original", favorite_count=50)
    reaction = only(streamed(text="RT @name9: the ori…", retweeted_status=inner))
    assert isinstance(reaction, Reaction)
    assert (reaction.uid, reaction.target, reaction.kind) == (UID, inner["id_str"], "repost")
    assert (reaction.author, reaction.name, reaction.created) == ("7", "name7", CREATED_AT)
    assert reaction.original is not None
    assert (reaction.original.author, reaction.original.text) == ("9", "the original")
    assert reaction.original.counts == Counts(like=50, repost=2)
    assert reaction.original.counts_at == CREATED_AT


def test_a_retweet_that_only_names_its_original_has_none() -> None:
    reaction = only(status(retweeted_status={"id_str": "5"}))
    assert (reaction.target, reaction.original) == ("5", None)


def test_a_quoted_status_tells_its_counts() -> None:
    quoted = status("1228000000000000000", favorite_count=8, retweet_count=4)
    post, observed = events(streamed(quoted_status_id_str=quoted["id_str"], quoted_status=quoted))
    assert post.quote_of == quoted["id_str"]
    assert observed == Observation(platform="x", uid=quoted["id_str"], counts=Counts(like=8, repost=4), at=CREATED_AT)


def test_a_retweeted_quote_tells_of_both() -> None:
    quoted = status("1227000000000000000", favorite_count=8, retweet_count=4)
    inner = status("1228000000000000000", quoted_status_id_str=quoted["id_str"], quoted_status=quoted)
    reaction, observed = events(streamed(retweeted_status=inner))
    assert reaction.original.quote_of == quoted["id_str"]
    assert (observed.uid, observed.counts) == (quoted["id_str"], Counts(like=8, repost=4))


def test_an_edit_keeps_the_uid_of_the_first_version() -> None:
    history = {"edit_tweet_ids": ["1228393702244134912", "1228393999999999999"]}
    assert isinstance(only(status(UID, edit_history=history)), Post)
    edit = only(status("1228393999999999999", text="mended", edit_history=history))
    assert isinstance(edit, Edit)
    assert (edit.post.uid, edit.post.version, edit.post.text) == (UID, "1228393999999999999", "mended")
    assert edit.post.alias == "1228393999999999999"
    assert edit.post.created == CREATED_AT


def test_a_protected_account_asks_that_its_text_is_not_kept() -> None:
    assert only(status(user=user(protected=True))).withheld


@pytest.mark.parametrize(
    ("entities", "extended", "media"),
    [
        ({"media": [{"type": "photo"}]}, None, "image"),
        ({"media": [{"type": "photo"}]}, {"media": [{"type": "animated_gif"}]}, "video"),
        ({"urls": [{"expanded_url": "https://news.example/a"}]}, None, "link"),
        ({"urls": [{"expanded_url": "https://twitter.com/i/web/status/1"}]}, None, ""),
        ({}, None, ""),
    ],
)
def test_media(entities: dict[str, Any], extended: Any, media: str) -> None:
    assert only(status(entities=entities, extended_entities=extended)).media == media


def test_a_missing_date_is_read_from_the_id() -> None:
    post = only(status(created_at=None))
    assert post.created is not None
    assert post.created // 1_000_000 == CREATED_AT // 1_000_000
    assert only(status("1270886249", created_at=None)).created is None  # older than ids that hold a time


@given(st.integers(min_value=1_300_000_000_000, max_value=3_000_000_000_000), st.integers(0, 2**22 - 1))
def test_ids_hold_their_millisecond(milliseconds: int, rest: int) -> None:
    uid = str(((milliseconds - 1_288_834_974_657) << 22) + rest)
    assert snowflake_time(uid) == milliseconds * 1_000


def test_deletes_and_purges() -> None:
    body = {"status": {"id": 5, "id_str": "5", "user_id_str": "7"}, "timestamp_ms": "1581706855123"}
    assert only({"delete": body}) == Delete(platform="x", uid="5", at=1_581_706_855_123_000)
    for kind in ("user_delete", "user_suspend", "user_protect"):
        assert only({kind: {"id": 7, "timestamp_ms": "1581706855123"}}) == Purge(
            platform="x", author="7", at=1_581_706_855_123_000
        )


@pytest.mark.parametrize(
    "line",
    [
        {"limit": {"track": 719, "timestamp_ms": "1613950278751"}},
        {"scrub_geo": {"user_id": 1, "up_to_status_id": 2}},
        {"status_withheld": {"id": 1}},
        {"user_withheld": {"id": 1}},
        {"disconnect": {"code": 4}},
        {"warning": {"code": "FALLING_BEHIND"}},
        {"friends": [1, 2]},
        {"event": "favorite", "source": {}, "target": {}, "created_at": CREATED},
        {"user_undelete": {"id": 1}},
        {"delete": {"favorite": {"tweet_id": 1, "user_id": 2}}},
    ],
)
def test_control_lines_are_ignored_with_a_reason(line: dict[str, Any]) -> None:
    outcome = read(line)
    assert isinstance(outcome, Ignored)
    assert outcome.reason


def test_a_search_page_comes_oldest_first() -> None:
    statuses = [status(str(int(UID) + n), created_at=f"Fri Feb 14 19:00:{50 + n} +0000 2020") for n in (2, 0, 1)]
    line = {"statuses": [*statuses, 5], "search_metadata": {"count": 3}}
    assert ADAPTER.recognises(line)
    *posts, last = ADAPTER.read(line)
    assert [outcome.events[0].uid for outcome in posts] == [str(int(UID) + n) for n in (0, 1, 2)]
    assert last == Rejected("not an object")
    assert ADAPTER.read({"statuses": [], "search_metadata": {}}) == [Ignored("empty page")]


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"text": "x", "user": {}},
        {"id": "1", "text": "x", "author_id": "2"},
        {"event": "delete", "payload": "1"},
        {"limit": 5},
        {"delete": {"tweet": {}}, "a": 1, "b": 2},
        {"data": [], "delete": {}},
        {"statuses": [{"id": "1", "content": "<p>", "account": {}}]},
    ],
)
def test_other_shapes_are_left_alone(line: dict[str, Any]) -> None:
    assert not ADAPTER.recognises(line)


def test_a_status_without_id_or_text_is_rejected() -> None:
    assert ADAPTER.read({"text": "x", "user": {}}) == [Rejected("no id")]
    assert ADAPTER.read({"id_str": "1", "user": {}}) == [Rejected("no text")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted({*streamed(), "retweeted_status", "quoted_status", "delete"})), JSON))
def test_no_value_in_any_field_raises(broken: dict[str, Any]) -> None:
    ADAPTER.recognises(broken)
    for outcome in ADAPTER.read({**streamed(), **broken}):
        assert isinstance(outcome, Mapped | Ignored | Rejected)


def valid(path: Path, limit: int | None = None) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for raw in islice(lines, limit):
            try:
                yield json.loads(raw)
            except ValueError:
                continue


@needs_data
def test_every_valid_line_of_the_native_stream_is_mapped() -> None:
    kinds = Counter[str]()
    for line in valid(DATA / "native" / "x_v1_stream.jsonl"):
        outcome = read(line)
        kinds[outcome.reason if isinstance(outcome, Ignored) else type(outcome.events[0]).__name__] += 1
        if "limit" in line:
            continue
        event = outcome.events[0]
        inner = line.get("retweeted_status")
        found = inner or line
        post = event.original if inner else event
        whole = found.get("extended_tweet", found)
        assert post.uid == found["id_str"]
        assert post.tags == tuple(tag["text"] for tag in whole["entities"]["hashtags"])
        assert post.counts == Counts(
            like=found["favorite_count"],
            repost=found["retweet_count"],
            reply=found["reply_count"],
            quote=found["quote_count"],
        )
        assert post.counts_at == fields.time(line["created_at"])
        assert len(post.text) <= len(whole.get("full_text") or found["text"])
        if quoted := (inner or line).get("quoted_status"):
            assert outcome.events[1].uid == quoted["id_str"]
            assert outcome.events[1].counts.like == quoted["favorite_count"]
    assert kinds == {"Reaction": 54, "Post": 46, "limit notice": 2}


@needs_data
@pytest.mark.parametrize("name", STREAMS)
def test_retweets_of_the_replayed_streams_are_counted_per_post(name: str) -> None:
    expected = Counter[str]()
    found = Counter[str]()
    for line in valid(DATA / "engagement" / f"{name}.x_v1_stream.jsonl.gz"):
        event = only(line)
        assert event.created == fields.time(line["created_at"])
        if "retweeted_status" in line:
            expected[line["retweeted_status"]["id_str"]] += 1
            found[event.target] += 1
            assert event.original is None
        else:
            assert event.tags == tuple(tag["text"] for tag in line["entities"]["hashtags"])
            assert event.counts is None
            assert event.reply_to == line.get("in_reply_to_status_id_str", "")
            assert event.quote_of == line.get("quoted_status_id_str", "")
    assert found == expected
    assert expected


@needs_data
def test_search_results_keep_counts_tags_and_languages() -> None:
    for line in valid(DATA / "volume" / "x_v1_search.jsonl.gz", limit=4_000):
        post, *rest = events(line)
        assert post.counts == Counts(like=line["favorite_count"], repost=line["retweet_count"])
        assert post.tags == tuple(tag["text"] for tag in line["entities"]["hashtags"])
        assert post.lang == line["lang"]
        quoted = line.get("quoted_status")
        assert [event.uid for event in rest] == ([quoted["id_str"]] if quoted else [])


OWN = {
    "id_str": "1228393702244134912",
    "created_at": "Fri Feb 14 19:00:55 +0000 2020",
    "full_text": "mine",
    "entities": {"hashtags": [{"text": "One"}]},
    "favorite_count": "3",
    "retweet_count": "1",
}


@pytest.mark.parametrize("line", [OWN, {**OWN, "user": None}, {"tweet": OWN}])
def test_a_status_without_its_account_is_a_post_of_nobody(line: dict[str, Any]) -> None:
    post = only(line)
    assert (post.uid, post.author, post.text, post.tags) == (OWN["id_str"], "", "mine", ("One",))
    assert post.counts == Counts(like=3, repost=1)


def test_streams_for_several_accounts_wrap_their_lines() -> None:
    assert only({"for_user": 7, "message": {**OWN, "user": {"id_str": "7"}}}).author == "7"
    delete = {"delete": {"status": {"id_str": "9"}}}
    assert only({"for_user": 7, "message": delete}) == Delete(platform="x", uid="9")
    assert read({"direct_message": {"id": 1, "text": "hush"}}) == Ignored("direct message")


def test_an_old_retweet_that_holds_no_original_stays_a_post() -> None:
    post = only({**OWN, "full_text": "RT @ann: words", "user": {"id_str": "7"}})
    assert isinstance(post, Post)
    assert post.text == "RT @ann: words"


def test_an_id_past_what_a_float_holds_keeps_every_digit() -> None:
    post = only({"id": 1228393702244134913, "text": "x", "user": {"id": 1228393702244134915}, "truncated": False})
    assert (post.uid, post.author) == ("1228393702244134913", "1228393702244134915")
