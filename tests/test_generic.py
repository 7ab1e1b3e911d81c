"""Plain JSON lines are read by the usual names of their fields, and any other by a map."""

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Counts, Post
from engine.platforms import fields
from engine.platforms.base import Mapped, Rejected
from engine.platforms.generic import ADAPTER, MAPPABLE, mapped, parse_map
from engine.platforms.readers import moment, unescape_entities, unescape_markup
from engine.platforms.x_common import snowflake_time

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="real data (../shared/data) is not here")

CREATED_AT = 1_700_000_000_000_000


def only(line: dict[str, Any]) -> Post:
    assert ADAPTER.recognises(line)
    return event(ADAPTER.read(line))


def event(outcomes: Any) -> Post:
    (outcome,) = outcomes
    assert isinstance(outcome, Mapped)
    (found,) = outcome.events
    assert isinstance(found, Post)
    return found


DATES = ("Wed May 08 04:14:15 +0000 2019", "Mon Feb 29 23:59:60 +0000 2016", "Sat Jul 04 24:00:00 +0000 2026")


@given(st.sampled_from(DATES), st.lists(st.tuples(st.integers(0, 29), st.sampled_from("0129 :.+-TZaM٣")), max_size=2))
def test_dates_of_x_are_read_as_any_other(date: str, changes: list[tuple[int, str]]) -> None:
    for place, character in changes:
        date = date[:place] + character + date[place + 1 :]
    assert moment(date) == fields.time(date.strip())


def test_a_flat_line_gives_every_field() -> None:
    line = {
        "id": 5,
        "text": "words",
        "author_id": 7,
        "username": "ann",
        "created_at": "2023-11-14T22:13:20Z",
        "indexedAt": "2023-11-14T22:13:21Z",
        "scraped_at": "2023-11-14T23:13:20Z",
        "lang": "en",
        "hashtags": ["#One", "two"],
        "likes": 4,
        "retweets": 3,
        "replies": 2,
        "quotes": 1,
        "views": 90,
        "in_reply_to": "4",
        "quoted_status_id": 3,
        "followers": 12,
        "possibly_sensitive": True,
    }
    assert only(line) == Post(
        platform="generic",
        uid="5",
        author="7",
        name="ann",
        text="words",
        created=CREATED_AT,
        seen=CREATED_AT + 1_000_000,
        tags=("One", "two"),
        lang="en",
        reply_to="4",
        quote_of="3",
        followers=12,
        counts=Counts(like=4, repost=3, reply=2, quote=1, view=90),
        counts_at=CREATED_AT + 3_600_000_000,
        sensitive=True,
    )


@pytest.mark.parametrize("name", ["text", "body", "content", "message", "full_text", "tweet", "caption", "title"])
def test_usual_names_of_a_text(name: str) -> None:
    assert only({name: "words"}).text == "words"


def test_a_title_stands_above_its_text() -> None:
    assert only({"subject": "Title", "body": "words"}).text == "Title\n\nwords"
    assert only({"title": "Title", "body": ""}).text == "Title"
    assert only({"title": "Same", "text": "Same and more"}).text == "Same and more"
    assert only({"text": ""}).text == ""


@pytest.mark.parametrize(
    "line",
    [
        {"author": {"id": 7, "username": "ann", "followers_count": 12}},
        {"user": {"id_str": "7", "screen_name": "ann", "followersCount": 12}},
        {"authorId": "7", "authorName": "ann", "author_followers": 12},
        {"user_id": 7, "user": {"username": "ann", "followers": "12"}},
    ],
)
def test_usual_names_of_an_author(line: dict[str, Any]) -> None:
    post = only({"text": "x", **line})
    assert (post.author, post.name, post.followers) == ("7", "ann", 12)


def test_an_author_may_have_a_name_only() -> None:
    post = only({"text": "x", "author": "ann"})
    assert (post.author, post.name) == ("ann", "ann")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("created_at", "2023-11-14T22:13:20+00:00"),
        ("createdAt", 1_700_000_000_000),
        ("timestamp", "1700000000000"),
        ("date", "2023-11-14 22:13:20"),
        ("created_utc", "1700000000"),
        ("time", 1_700_000_000.0),
        ("pubDate", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("Created At", "Tue Nov 14 22:13:20 +0000 2023"),
    ],
)
def test_usual_names_and_forms_of_a_time(name: str, written: Any) -> None:
    assert only({"text": "x", name: written}).created == CREATED_AT


def test_what_is_no_time_gives_way_to_what_is() -> None:
    assert only({"text": "x", "created": True, "time": "noon", "date": "2023-11-14T22:13:20"}).created == CREATED_AT


@given(st.integers(min_value=fields.EARLIEST // 1_000, max_value=fields.LATEST // 1_000))
def test_milliseconds_in_a_string_are_never_an_iso_date(milliseconds: int) -> None:
    assert moment(str(milliseconds)) == moment(milliseconds)


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        (["a", "#b"], ("a", "b")),
        ([{"text": "a"}, {"tag": "b"}], ("a", "b")),
        ("a,b", ("a", "b")),
        ("#a #b", ("a", "b")),
        ("['a', 'b']", ("a", "b")),
        ("", ()),
        ([], ()),
        (None, None),
        (5, None),
    ],
)
def test_hashtags_as_lists_and_strings(written: Any, tags: Any) -> None:
    assert only({"text": "x", "hashtags": written}).tags == tags


def test_counts_may_be_gathered_or_be_objects_and_are_never_made_up() -> None:
    gathered = only({"text": "x", "public_metrics": {"like_count": 4, "retweet_count": 0}})
    assert gathered.counts == Counts(like=4, repost=0)
    assert only({"text": "x", "likes": {"count": 4}, "comments": ["a"], "shares": -1}).counts == Counts(like=4)
    assert only({"text": "x", "likes": None, "score": 5}).counts is None


def test_a_mapped_export_of_4cat() -> None:
    line = {
        "id": "C1",
        "thread_id": "C1",
        "parent_id": "C1",
        "timestamp": "2023-11-14 22:13:20",
        "unix_timestamp": 1_700_000_000,
        "body": "words #one",
        "author": "ann",
        "likes": 4,
        "num_comments": "2",
        "hashtags": "one,two",
    }
    post = only(line)
    assert (post.uid, post.author, post.created, post.reply_to) == ("C1", "ann", CREATED_AT, "")
    assert (post.counts, post.tags) == (Counts(like=4, reply=2), ("one", "two"))


def test_an_id_of_x_tells_the_time_where_nothing_else_does() -> None:
    line = {"tweet id": "'262342930549850112'", "tweet": "words", "label": "off-topic"}
    post = only(line)
    assert (post.uid, post.created) == ("262342930549850112", snowflake_time("262342930549850112"))
    assert only({"id": "262342930549850112", "text": "words"}).created is None


def test_without_an_id_author_time_and_text_make_one() -> None:
    line = {"text": "words", "author": "ann", "date": "2023-11-14"}
    first = only({**line, "likes": 1})
    assert len(first.uid) == 32
    assert only({**line, "likes": 2}).uid == first.uid
    assert only({**line, "author": "bob"}).uid != first.uid
    assert only({**line, "date": "2023-11-15"}).uid != first.uid


def test_without_id_author_and_time_the_whole_line_is_the_id() -> None:
    one = only({"text": "words", "n": 1})
    assert only({"n": 1, "text": "words"}).uid == one.uid
    assert only({"text": "words", "n": 2}).uid != one.uid


def test_languages_must_look_like_one() -> None:
    assert only({"text": "x", "language": "pt-BR"}).lang == "pt-BR"
    assert only({"text": "x", "langs": ["en", "de"]}).lang == "en"
    assert only({"text": "x", "lang": "I speak many"}).lang == ""


@pytest.mark.parametrize("line", [{}, {"id": 1}, {"text": 5}, {"text": None}, {"data": {"text": "x"}}])
def test_a_line_without_a_text_is_not_claimed(line: dict[str, Any]) -> None:
    assert not ADAPTER.recognises(line)
    assert ADAPTER.read(line) == [Rejected("no text")]


def test_a_map_finds_fields_wherever_they_are() -> None:
    pairs = parse_map("text=.post.parts.0.say, author=.who,id=.meta.key,time=.meta.when,likes=.n.up,tags=.marks")
    adapter = mapped(pairs)
    line = {
        "post": {"parts": [{"say": "words"}]},
        "who": "ann",
        "text": "not this",
        "title": "nor this",
        "meta": {"key": 9, "when": "1700000000"},
        "n": {"up": "4"},
        "marks": "#a b",
        "lang": "en",
    }
    assert adapter.recognises(line)
    assert event(adapter.read(line)) == Post(
        platform="generic",
        uid="9",
        author="ann",
        name="ann",
        text="words",
        created=CREATED_AT,
        tags=("a", "b"),
        lang="en",
        counts=Counts(like=4),
    )


@pytest.mark.parametrize("path", [".tweet text.0", "tweet text.0"])
def test_a_path_may_leave_out_its_first_dot_and_names_may_have_spaces(path: str) -> None:
    adapter = mapped(parse_map(f"text={path}, id=tweet id"))
    found = event(adapter.read({"tweet text": ["words"], "tweet id": "'262342930549850112'"}))
    assert (found.text, found.uid) == ("words", "262342930549850112")
    assert found.created == 1_351_382_403_396_000  # the id of a tweet holds its time


def test_a_post_with_neither_id_nor_author_nor_time_is_nameless() -> None:
    assert only({"text": "words", "label": "a"}).nameless
    for more in ({"id": 1}, {"author": "ann"}, {"created_at": CREATED_AT}):
        assert not only({"text": "words", **more}).nameless


def test_a_map_whose_text_is_not_there_rejects_the_line() -> None:
    adapter = mapped((("text", ".a.5.b"),))
    for line in ({}, {"a": []}, {"a": [1]}, {"a": {"b": "x"}}, {"text": "usual"}):
        assert adapter.read(line) == [Rejected("no text")]
        assert not adapter.recognises(line)
    assert adapter.read([]) == [Rejected("not an object")]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "expected field=path"),
        ("text", "expected field=path"),
        ("words=.a", "unknown field 'words'"),
        ("text=", "a path looks like"),
        ("text=a.", "a path looks like"),
        ("text=.", "a path looks like"),
        ("text=.a..b", "a path looks like"),
        ("text=.a,text=.b", "text comes twice"),
        ("text=.a\n,", "expected field=path"),
    ],
)
def test_a_wrong_map_is_refused_in_one_line(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=r"^--map: ") as caught:
        parse_map(text)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_any_map_is_read_or_refused_in_one_line(text: str) -> None:
    refusal = ""
    try:
        assert all(field in MAPPABLE for field, _ in parse_map(text))
    except ValueError as refused:
        refusal = str(refused)
    assert len(refusal.splitlines()) <= 1


@given(st.text())
def test_entities_never_raise(text: str) -> None:
    unescape_entities(unescape_markup(text))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["id", "text", "title", "author", "user", "time", "date", "hashtags", "likes", "metrics", "lang", "in_reply_to"]


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), JSON))
def test_no_object_raises_and_each_post_has_an_id(line: dict[str, Any]) -> None:
    ADAPTER.recognises(line)
    for outcome in ADAPTER.read(line):
        if isinstance(outcome, Mapped):
            assert event([outcome]).uid


def lines(name: str, limit: int) -> Iterator[dict[str, Any]]:
    with gzip.open(DATA / name, "rt") as rows:
        yield from map(json.loads, islice(rows, limit))


@needs_data
def test_crises_are_read_with_the_time_in_their_ids() -> None:
    for line in lines("clusters/crisislex_t6.jsonl.gz", 5_000):
        post = only(line)
        assert post.uid == line["tweet id"].strip("'")
        assert post.text == line["tweet"]
        assert post.created == snowflake_time(post.uid)
        assert post.created is not None


@needs_data
@pytest.mark.parametrize("name", ["tweets", "tweets-t"])
def test_a_stream_without_authors_and_times(name: str) -> None:
    for line in lines(f"clusters/{name}.jsonl.gz", 3_000):
        assert only(line) == Post(platform="generic", uid=line["Id"], author="", text=line["textCleaned"])


@needs_data
def test_counts_and_times_of_a_crawl() -> None:
    for line in lines("engagement/bluesky_counts.jsonl.gz", 3_000):
        post = only(line)
        assert (post.uid, post.author) == (line["uri"], line["author"])
        assert post.created == fields.time(line["createdAt"])
        assert post.counts == Counts(
            like=line["likeCount"],
            repost=line["repostCount"],
            reply=line["replyCount"],
            quote=line["quoteCount"],
        )


def test_a_note_of_misskey_has_its_counts_and_what_it_answers() -> None:
    note = {"id": "9x", "createdAt": "2024-06-01T12:00:00Z", "user": {"id": "u", "username": "ann"}, "text": "note"}
    post = only(
        {**note, "renoteCount": 5, "repliesCount": 2, "reactions": {":a:": 10}, "reactionCount": 13, "replyId": "8y"}
    )
    assert post.counts == Counts(like=13, repost=5, reply=2)
    assert (post.author, post.name, post.reply_to) == ("u", "ann", "8y")


@pytest.mark.parametrize("zone", [" UTC", " GMT", "Z", "+00:00", ""])
def test_a_time_with_its_zone_s_name_is_read_to_the_second(zone: str) -> None:
    assert (
        only({"tweet": "x", "created_at": f"2020-01-01 10:00:05{zone}", "date": "2020-01-01"}).created
        == 1577872805000000
    )
