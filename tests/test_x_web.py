"""What X's own web pages load: v1.1 statuses taken apart are put together again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Counts, Edit, Observation, Post, Reaction
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.x_web import ADAPTER, read_tweet

AT, SEEN = 1_700_000_000_000_000, 1_700_000_000_000_001
UID = "1228393702244134912"


def account(**more: Any) -> dict[str, Any]:
    return {
        "rest_id": "7",
        "core": {"screen_name": "ann", "created_at": "Wed Jul 02 02:44:19 +0000 2014"},
        "legacy": {"followers_count": 12},
        "privacy": {"protected": False},
        **more,
    }


def tweet(uid: str = UID, legacy: Any = (), **more: Any) -> dict[str, Any]:
    return {
        "__typename": "Tweet",
        "rest_id": uid,
        "core": {"user_results": {"result": account()}},
        "views": {"count": "1234", "state": "EnabledWithCount"},
        "legacy": {
            "full_text": "a &amp; b",
            "created_at": "Fri Feb 14 19:00:55 +0000 2020",
            "favorite_count": 4,
            "retweet_count": 3,
            "reply_count": 2,
            "quote_count": 1,
            "lang": "en",
            "user_id_str": "7",
            "entities": {"hashtags": [{"text": "one"}]},
            **dict(legacy),
        },
        **more,
    }


def events(item: dict[str, Any]) -> tuple[Any, ...]:
    assert ADAPTER.recognises(item)
    outcome = read_tweet(item, at=AT)
    assert isinstance(outcome, Mapped)
    return outcome.events


def only(item: dict[str, Any]) -> Any:
    (event,) = events(item)
    return event


def test_a_post_gives_every_field() -> None:
    assert only(tweet()) == Post(
        platform="x",
        uid=UID,
        author="7",
        name="ann",
        text="a & b",
        created=1_581_706_855_000_000,
        tags=("one",),
        lang="en",
        followers=12,
        author_created=1_404_269_059_000_000,
        counts=Counts(like=4, repost=3, reply=2, quote=1, view=1234),
        counts_at=AT,
    )


def test_names_stood_elsewhere_before() -> None:
    old = {"result": {"rest_id": "7", "legacy": {"screen_name": "old", "protected": True}}}
    post = only(tweet(core={"user_results": old}))
    assert (post.author, post.name, post.withheld) == ("7", "old", True)


def test_an_absent_account_leaves_its_id() -> None:
    post = only(tweet(core={}))
    assert (post.author, post.name) == ("7", "")


def test_entities_without_lists_mean_no_tags() -> None:
    assert only(tweet(legacy={"entities": {}})).tags == ()


def test_long_posts_have_their_whole_text() -> None:
    note = {"text": "all of it #two", "entity_set": {"hashtags": [{"text": "two"}]}}
    post = only(tweet(note_tweet={"note_tweet_results": {"result": note}}))
    assert (post.text, post.tags) == ("all of it #two", ("two",))


def test_a_post_with_a_visibility_notice_stands_deeper() -> None:
    assert only({"__typename": "TweetWithVisibilityResults", "tweet": tweet()}).uid == UID


@pytest.mark.parametrize("wrapped", [False, True])
def test_retweets_and_quotes(wrapped: bool) -> None:
    inner = tweet("1228000000000000000")
    result = {"tweet": inner} if wrapped else inner
    reaction = only(tweet(legacy={"retweeted_status_result": {"result": result}}))
    assert isinstance(reaction, Reaction)
    assert (reaction.target, reaction.original.counts.view) == (inner["rest_id"], 1234)
    post, observed = events(tweet(quoted_status_result={"result": result}))
    assert post.quote_of == inner["rest_id"]
    assert isinstance(observed, Observation)
    assert (observed.uid, observed.counts.like, observed.at) == (inner["rest_id"], 4, AT)


def test_edits() -> None:
    ids = [UID, "1228393999999999999"]
    edit = only(tweet(ids[1], edit_control={"edit_tweet_ids": ids}))
    assert isinstance(edit, Edit)
    assert (edit.post.uid, edit.post.version) == (UID, ids[1])


def test_what_is_no_post() -> None:
    assert read_tweet({"__typename": "TweetTombstone"}, None) == Ignored("unavailable post")
    assert read_tweet(account(legacy={"screen_name": "ann"}), None) == Ignored("account")
    assert read_tweet({"a": 1}, None) == Rejected("no text")


def test_other_shapes_are_left_alone() -> None:
    assert not ADAPTER.recognises({"id": 1, "text": "x"})
    assert not ADAPTER.recognises({"source_platform": "x.com", "data": {}, "legacy": {}, "rest_id": "1"})


@given(
    st.dictionaries(
        st.sampled_from(sorted({*tweet(), "tweet", "note_tweet", "edit_control", "quoted_status_result"})),
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none(), max_size=2) | st.just({"result": 5}),
    )
)
def test_no_value_in_any_field_raises(broken: dict[str, Any]) -> None:
    assert isinstance(read_tweet({**tweet(), **broken}, None), Mapped | Ignored | Rejected)


def answer(*tweets: Any) -> dict[str, Any]:
    entries = [{"content": {"itemContent": {"tweet_results": {"result": one}}}} for one in tweets]
    instructions = [{"type": "TimelineAddEntries", "entries": [*entries, {"content": {"cursorType": "Bottom"}}]}]
    return {"data": {"search_by_raw_query": {"search_timeline": {"timeline": {"instructions": instructions}}}}}


def test_a_whole_answer_gives_each_of_its_posts_oldest_first() -> None:
    quoted = tweet("100000000000000001")
    newer, older = tweet("300000000000000000", quoted_status_result={"result": quoted}), tweet("200000000000000000")
    line = answer(newer, older, {"__typename": "TweetTombstone"})
    assert ADAPTER.recognises(line)
    unavailable, first, second = ADAPTER.read(line)
    assert unavailable == Ignored("unavailable post")
    assert isinstance(first, Mapped)
    assert isinstance(second, Mapped)
    assert (first.events[0].uid, second.events[0].uid) == (older["rest_id"], newer["rest_id"])
    assert second.events[1].uid == quoted["rest_id"]  # counts of the quoted post, which is no post of the page


def test_an_answer_for_one_post_and_one_for_none() -> None:
    one = {"data": {"tweetResult": {"result": tweet()}}}
    none = {"data": {"tweetResult": {}}}
    assert ADAPTER.recognises(one)
    assert ADAPTER.recognises(none)
    assert [outcome.events[0].uid for outcome in ADAPTER.read(one) if isinstance(outcome, Mapped)] == [UID]
    assert ADAPTER.read(none) == [Ignored("empty page")]


@pytest.mark.parametrize("line", [{"data": {}}, {"data": {"a": {"b": []}}}, {"data": [{"entries": []}]}, {"data": 1}])
def test_other_objects_under_data_are_no_answer(line: dict[str, Any]) -> None:
    assert not ADAPTER.recognises(line)


def test_followers_stand_beside_the_account_since_2026() -> None:
    result = {"rest_id": "7", "core": {"screen_name": "ann"}, "relationship_counts": {"followers": 88}, "legacy": {}}
    assert only(tweet(core={"user_results": {"result": result}})).followers == 88
