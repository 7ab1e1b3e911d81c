"""What browser captures hold becomes posts of their platform, with the moment their counts were read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Counts, Observation, Post, Reaction
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.zeeschuimer import ADAPTER
from tests.browser_captures import (
    COUNTED,
    CREATED,
    CREATED_AT,
    DOUYIN,
    GAB,
    GRAPH,
    IMGUR,
    INSTAGRAM,
    NINEGAG,
    PINTEREST,
    REDNOTE,
    SEEN,
    THREADS,
    TIKTOK,
    TRUTH,
    UPDATED,
    capture,
)


def read(line: dict[str, Any]) -> Any:
    assert ADAPTER.recognises(line)
    (outcome,) = ADAPTER.read(line)
    return outcome


def only(line: dict[str, Any]) -> Any:
    outcome = read(line)
    assert isinstance(outcome, Mapped)
    (event,) = outcome.events
    return event


def seen(platform: str, uid: str, counts: Counts, created: int | None = CREATED_AT, **more: Any) -> Post:
    more = {"author": "8", "name": "ann", **more}
    return Post(platform=platform, uid=uid, counts=counts, counts_at=COUNTED, created=created, **more)


@pytest.mark.parametrize(
    ("source", "data", "expected"),
    [
        (
            "tiktok.com",
            TIKTOK,
            seen(
                "tiktok",
                "71",
                Counts(like=40, repost=3, reply=2, view=900),
                author="9",
                text="dance #Moves",
                tags=("Moves",),
                lang="en",
                media="video",
                followers=120,
            ),
        ),
        (
            "instagram.com",
            INSTAGRAM,
            seen("instagram", "Cxyz", Counts(like=17, reply=4), text="lunch #food", media="image"),
        ),
        (
            "www.instagram.com",
            GRAPH,
            seen("instagram", "Cxyz", Counts(like=17, reply=4, view=50), text="lunch #food", media="video"),
        ),
        (
            "threads.com",
            THREADS,
            seen(
                "threads",
                "Dabc",
                Counts(like=5, repost=2, reply=1, quote=0),
                text="hello threads",
                quote_of="Dq",
            ),
        ),
        (
            "truthsocial.com",
            TRUTH,
            seen(
                "truthsocial",
                "116",
                Counts(like=9, repost=8),
                author="1077",
                text="now",
                tags=("news",),
                lang="en",
                reply_to="115",
                media="image",
                followers=5,
                author_created=1_643_673_600_000_000,
            ),
        ),
        ("gab.com", GAB, seen("gab", "55", Counts(like=4, repost=3, reply=2), author="3", text="short names")),
        (
            "9gag.com",
            NINEGAG,
            seen("9gag", "aB", Counts(like=30, reply=6), author="u1", text="Funny", tags=("cats",), media="video"),
        ),
        (
            "imgur.com",
            IMGUR,
            seen(
                "imgur",
                "im",
                Counts(like=12, reply=1, view=300),
                author="44",
                name="44",
                text="Look\n\nat this",
                media="image",
                sensitive=True,
            ),
        ),
        (
            "nl.pinterest.com",
            PINTEREST,
            seen(
                "pinterest",
                "77",
                Counts(repost=21, reply=2),
                author="5",
                text="Sofa\n\nblue",
                media="image",
                followers=8,
            ),
        ),
        (
            "douyin.com",
            DOUYIN,
            seen(
                "douyin",
                "88",
                Counts(like=7, repost=1, reply=2, view=0),
                author="6",
                name="小明",
                text="跳舞 #舞",
                tags=("舞",),
                media="video",
                followers=10,
            ),
        ),
        (
            "xiaohongshu.com",
            REDNOTE,
            seen(
                "rednote",
                "99",
                Counts(like=15, repost=3),
                author="4",
                name="红",
                text="Title\n\nbody",
                tags=("travel",),
                media="image",
            ),
        ),
    ],
)
def test_each_platform_gives_every_field(source: str, data: dict[str, Any], expected: Post) -> None:
    assert only(capture(source, data)) == expected


def test_x_is_read_as_its_web_pages_load_it() -> None:
    legacy = {"full_text": "hi", "created_at": "Fri Feb 14 19:00:55 +0000 2020", "favorite_count": 4}
    post = only(capture("x.com", {"rest_id": "12", "legacy": legacy, "views": {"count": "7"}}))
    assert (post.platform, post.uid, post.counts) == ("x", "12", Counts(like=4, view=7))
    assert (post.seen, post.counts_at) == (None, COUNTED)


def test_4cat_keeps_the_envelope_beside_the_item() -> None:
    line = {**TIKTOK, "__import_meta": {k: v for k, v in capture("tiktok.com", 0).items() if k != "data"}}
    assert only(line) == only(capture("tiktok.com", TIKTOK))


def test_an_item_collected_again_is_the_same_post_with_newer_counts() -> None:
    more = {**TIKTOK, "stats": {"diggCount": 41}}
    again = only(capture("tiktok.com", more, last_updated=UPDATED + 60_000))
    assert (again.uid, again.counts) == ("71", Counts(like=41))
    assert again.counts_at == COUNTED + 60_000_000


def test_without_an_update_counts_are_of_the_capture() -> None:
    line = capture("tiktok.com", TIKTOK)
    del line["last_updated"]
    assert only(line).counts_at == SEEN


def test_tiktok_embedded_and_newer_shapes() -> None:
    embedded = {**TIKTOK, "author": "ann", "authorId": "9", "statsV2": {"diggCount": "41"}, "imagePost": {"a": 1}}
    del embedded["stats"]
    post = only(capture("tiktok.com", embedded))
    assert (post.author, post.name, post.counts, post.media) == ("9", "ann", Counts(like=41), "image")


def test_tiktok_comments_answer_their_video_or_each_other() -> None:
    comment = {
        "cid": "5",
        "aweme_id": "71",
        "text": "nice",
        "create_time": CREATED,
        "digg_count": 2,
        "reply_comment_total": 1,
        "user": {"uid": "3", "unique_id": "bob"},
        "reply_id": "0",
    }
    post = only(capture("tiktok-comments", comment))
    assert (post.uid, post.reply_to, post.author, post.name) == ("5", "71", "3", "bob")
    assert post.counts == Counts(like=2, reply=1)
    assert only(capture("tiktok.com", {**comment, "reply_id": "4"})).reply_to == "4"


@pytest.mark.parametrize(
    ("likes", "disabled", "known"),
    [(3, True, None), (3, None, None), (3, False, 3), (17, True, None), (17, None, 17)],
)
def test_instagram_says_three_where_likes_are_hidden(likes: int, disabled: Any, known: int | None) -> None:
    item = {**INSTAGRAM, "like_count": likes, "like_and_view_counts_disabled": disabled}
    assert only(capture("instagram.com", item)).counts == Counts(like=known, reply=4)


def test_a_partial_instagram_item_tells_its_counts_only() -> None:
    partial = {k: v for k, v in INSTAGRAM.items() if k != "caption"} | {"_zs_partial": True}
    assert only(capture("instagram.com", partial)) == Observation(
        platform="instagram", uid="Cxyz", counts=Counts(like=17, reply=4), at=COUNTED
    )
    empty = {"code": "Cxyz", "user": {}, "_zs_partial": True}
    assert read(capture("instagram.com", empty)) == Ignored("partial item")


def test_an_instagram_post_without_words_is_a_post() -> None:
    assert only(capture("instagram.com", {**INSTAGRAM, "caption": None})).text == ""


def test_adverts_and_other_items_are_ignored() -> None:
    assert read(capture("instagram.com", {**INSTAGRAM, "product_type": "ad"})) == Ignored("advert")
    assert read(capture("imgur.com", {**IMGUR, "is_ad": True})) == Ignored("advert")
    assert read(capture("gab.com", {"id": "1", "type": "group", "account": {"x": 1}})) == Ignored("not a post")
    assert read(capture("douyin.com", {"cell_room": {"rawdata": "{}"}})) == Ignored("live room")
    assert read(capture("xiaohongshu.com", {"id": "9", "xsec_token": "t"})) == Ignored("item without content")


def test_a_boost_on_truth_social_is_a_reaction() -> None:
    wrapper = {**TRUTH, "id": "200", "account": {"id": "2", "acct": "bob"}, "reblog": TRUTH}
    reaction = only(capture("truthsocial.com", wrapper))
    assert isinstance(reaction, Reaction)
    assert (reaction.uid, reaction.target, reaction.author) == ("200", "116", "2")
    assert reaction.original is not None
    assert (reaction.original.counts, reaction.original.counts_at) == (Counts(like=9, repost=8), COUNTED)


def test_html_that_was_left_in_is_taken_out() -> None:
    assert only(capture("truthsocial.com", {**TRUTH, "content": "<p>a &amp; b</p>"})).text == "a & b"


def test_masked_votes_are_unknown() -> None:
    assert only(capture("9gag.com", {**NINEGAG, "isVoteMasked": 1})).counts == Counts(reply=6)


def test_an_item_without_an_id_has_that_of_the_envelope() -> None:
    item = {k: v for k, v in TIKTOK.items() if k != "id"}
    assert only(capture("tiktok.com", item)).uid == "item"


def test_unknown_platforms_are_read_by_usual_names_or_rejected() -> None:
    post = only(capture("new.example", {"id": 5, "text": "words", "created_at": CREATED, "like_count": 3}))
    assert (post.platform, post.uid, post.text, post.created) == ("new", "5", "words", CREATED_AT)
    assert (post.counts, post.counts_at) == (Counts(like=3), COUNTED)
    assert read(capture("new.example", {"blob": 1})) == Rejected("unknown platform in envelope")


@pytest.mark.parametrize(
    "line", [{}, {"data": {}}, {"source_platform": "x.com"}, {"source_platform": 5, "data": {}}, {"kind": "t1"}]
)
def test_other_shapes_are_left_alone(line: dict[str, Any]) -> None:
    assert not ADAPTER.recognises(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ITEMS = {
    "tiktok": TIKTOK,
    "instagram": INSTAGRAM,
    "instagram.com": GRAPH,
    "threads": THREADS,
    "truth": TRUTH,
    "gab": GAB,
    "9gag": NINEGAG,
    "imgur": IMGUR,
    "pinterest": PINTEREST,
    "douyin": DOUYIN,
    "rednote": REDNOTE,
    "x": {"rest_id": "1", "legacy": {"full_text": "x"}, "core": {}, "views": {}},
    "unknown": {"id": 1, "text": "x"},
}


@given(st.sampled_from(sorted(ITEMS)), st.data())
def test_no_value_in_any_field_raises(source: str, data: st.DataObject) -> None:
    item = ITEMS[source]
    broken = data.draw(st.dictionaries(st.sampled_from(sorted(item)), JSON))
    outcome = read(capture(source, {**item, **broken}))
    assert isinstance(outcome, Mapped | Ignored | Rejected)


def test_comments_on_instagram_answer_their_post_or_each_other() -> None:
    user = {"id": "8", "unique_id": "ann", "nickname": "Ann", "is_private": False}
    item = {"comment_id": "51", "text": "tasty #food", "user": user, "created_at": CREATED, "comment_like_count": 2}
    item = {**item, "child_comment_count": 1, "post_id": "31", "post_shortcode": "Cxyz", "parent_comment_id": None}
    expected = seen("instagram", "51", Counts(like=2, reply=1), text="tasty #food", reply_to="Cxyz")
    assert only(capture("instagram-comments", item)) == expected
    assert only(capture("instagram-comments", {**item, "parent_comment_id": "50"})).reply_to == "50"
    assert only(capture("instagram-comments", {**item, "user": {**user, "is_private": True}})).withheld
    assert read(capture("instagram-comments", {**item, "text": None})) == Rejected("no text")


def test_comments_on_rednote_answer_their_note_or_each_other() -> None:
    item = {"id": "61", "content": "nice", "create_time": CREATED * 1_000, "like_count": "7", "sub_comment_count": "0"}
    item = {**item, "note_id": "n1", "user_info": {"user_id": "8", "nickname": "ann"}}
    expected = seen("rednote", "61", Counts(like=7, reply=0), text="nice", reply_to="n1")
    assert only(capture("xiaohongshu-comments", item)) == expected
    assert only(capture("xiaohongshu-comments", {**item, "target_comment": {"id": "60"}})).reply_to == "60"
    assert read(capture("xiaohongshu-comments", {"id": "61"})) == Rejected("no text")
