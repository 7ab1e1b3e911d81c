"""Mastodon statuses, pages and stream events become the right events, and their HTML the text that readers see."""

import html as stdlib_html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Counts, Delete, Edit, Observation, Post, Reaction
from engine.platforms import fields
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.html import html_to_text, scanned, unescape, usual
from engine.platforms.mastodon import ADAPTER

NATIVE = Path(__file__).parents[2] / "shared" / "data" / "native"
needs_data = pytest.mark.skipif(not NATIVE.exists(), reason="real data (../shared/data) is not here")

CREATED = "2026-07-04T14:38:07.500Z"
EDITED = "2026-07-04T15:00:00.000Z"
PULLED = "2026-07-05T00:00:00.250000"


def account(**more: Any) -> dict[str, Any]:
    return {
        "id": "9",
        "acct": "ann",
        "url": "https://social.test/@ann",
        "followers_count": 12,
        "created_at": "2023-01-01T00:00:00Z",
        **more,
    }


def status(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "uri": f"https://social.test/users/ann/statuses/{number}",
        "created_at": CREATED,
        "edited_at": None,
        "visibility": "public",
        "sensitive": False,
        "spoiler_text": "",
        "language": "en",
        "content": "<p>good day</p>",
        "reblog": None,
        "account": account(),
        "tags": [],
        "media_attachments": [],
        "favourites_count": 3,
        "reblogs_count": 2,
        "replies_count": 0,
        **more,
    }


def streamed(event: str, payload: Any) -> dict[str, Any]:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return {"stream": ["public"], "event": event, "payload": text}


def only(line: Any) -> Any:
    assert ADAPTER.recognises(line)
    (outcome,) = ADAPTER.read(line)
    return outcome


def event(line: Any) -> Any:
    outcome = only(line)
    assert isinstance(outcome, Mapped), outcome
    (found,) = outcome.events
    return found


# --- statuses ----------------------------------------------------------------------------------------------------


def test_a_status_is_a_post_known_by_its_uri() -> None:
    assert event(status()) == Post(
        platform="mastodon",
        uid="https://social.test/users/ann/statuses/1",
        alias="1",
        author="https://social.test/@ann",
        name="ann@social.test",
        text="good day",
        created=fields.time(CREATED),
        tags=(),
        lang="en",
        followers=12,
        author_created=fields.time("2023-01-01T00:00:00Z"),
        counts=Counts(like=3, repost=2, reply=0),
    )


def test_counts_that_are_hidden_or_missing_are_unknown() -> None:
    assert event(status(favourites_count=-1, reblogs_count=None)).counts == Counts(reply=0)
    bare = {key: value for key, value in status().items() if not key.endswith("_count")}
    assert event(bare).counts is None
    assert event(status(quotes_count=4)).counts.quote == 4
    assert event(status(account=account(followers_count=-1))).followers is None


def test_an_account_of_another_server_keeps_its_host() -> None:
    remote = account(acct="bob@far.test", url="https://far.test/@bob")
    assert event(status(account=remote)).name == "bob@far.test"
    nameless = event(status(account={"acct": "ann"}))
    assert (nameless.author, nameless.name) == ("ann", "ann")
    assert event(status(account=account(url="https://[broken"))).name == "ann"


def test_a_warning_stands_before_the_text() -> None:
    post = event(status(spoiler_text="Coffee", sensitive=True))
    assert (post.text, post.sensitive) == ("Coffee\n\ngood day", True)


@pytest.mark.parametrize(
    "more",
    [
        {"visibility": "unlisted"},
        {"visibility": "private"},
        {"account": account(noindex=True)},
        {"account": account(indexable=False)},
    ],
)
def test_text_that_is_not_for_everyone_is_withheld(more: dict[str, Any]) -> None:
    assert event(status(**more)).withheld
    assert not event(status(account=account(noindex=False, indexable=True))).withheld
    assert not event(status(account=account(noindex=None, indexable=None))).withheld


@pytest.mark.parametrize(
    ("more", "media"),
    [
        ({"media_attachments": [{"type": "image"}]}, "image"),
        ({"media_attachments": [{"type": "audio"}, {"type": "gifv"}]}, "video"),
        ({"poll": {"options": []}}, "poll"),
        ({"card": {"url": "https://a.b"}}, "link"),
        ({"card": {"url": "https://a.b"}, "media_attachments": [{"type": "video"}]}, "video"),
        ({"poll": None, "card": None}, ""),
    ],
)
def test_media(more: dict[str, Any], media: str) -> None:
    assert event(status(**more)).media == media


def test_tags_are_the_server_s_own_and_unknown_only_where_it_gives_none() -> None:
    assert event(status(tags=[{"name": "Rust"}, {"name": "rust"}, {"name": "Rust"}])).tags == ("Rust", "rust")
    assert event(status(tags=None)).tags is None


def test_replies_and_quotes_name_the_uri_if_it_is_there_and_else_the_local_id() -> None:
    assert event(status(in_reply_to_id="77")).reply_to == "77"
    assert event(status(in_reply_to_id="77", in_reply_to=status(77))).reply_to == status(77)["uri"]
    assert event(status(quote={"state": "accepted", "quoted_status_id": "78"})).quote_of == "78"
    assert event(status(quote={"state": "rejected", "quoted_status": None})).quote_of == ""
    for quote in ({"state": "accepted", "quoted_status": status(78)}, status(78)):  # Mastodon; its dialects
        post, seen = only(status(quote=quote, quote_id="78")).events
        assert post.quote_of == status(78)["uri"]
        assert seen == Observation(platform="mastodon", uid=status(78)["uri"], counts=Counts(like=3, repost=2, reply=0))


def test_a_boost_is_a_reaction_that_holds_the_post_and_its_counts() -> None:
    fan = account(acct="fan@far.test", url="https://far.test/@fan")
    boost = event(status(2, content="", account=fan, reblog=status(1, favourites_count=40)))
    assert isinstance(boost, Reaction)
    assert (boost.uid, boost.target) == (status(2)["uri"], status(1)["uri"])
    assert (boost.kind, boost.author, boost.name) == ("repost", "https://far.test/@fan", "fan@far.test")
    assert boost.created == fields.time(CREATED)
    assert boost.original == event(status(1, favourites_count=40))
    unnamed = event(status(2, uri=None, account=fan, reblog=status(1)))
    assert unnamed.uid == f"repost:https://far.test/@fan:{status(1)['uri']}"


# --- streams and pages -------------------------------------------------------------------------------------------


def test_the_stream_s_payload_is_the_status_itself() -> None:
    assert event(streamed("update", status())) == event(status())
    assert event({"stream": ["public"], "event": "update", "payload": status()}) == event(status())


def test_an_edit_has_a_version_and_a_time_and_an_edited_status_seen_first_is_a_post() -> None:
    changed = status(edited_at=EDITED, content="<p>better</p>")
    edit = event(streamed("status.update", changed))
    assert isinstance(edit, Edit)
    assert (edit.post.uid, edit.post.text, edit.post.version) == (status()["uri"], "better", EDITED)
    assert edit.at == fields.time(EDITED)
    assert event(changed) == edit.post


@pytest.mark.parametrize("payload", ["1", 1])
def test_a_delete_names_the_alias_of_the_post(payload: Any) -> None:
    assert event({"event": "delete", "payload": payload}) == Delete(platform="mastodon", uid="1")
    assert event(status()).alias == "1"


@pytest.mark.parametrize("name", ["notification", "filters_changed", "conversation", "announcement"])
def test_other_events_are_ignored_by_name(name: str) -> None:
    assert only(streamed(name, "{}")) == Ignored(name)
    assert only({"stream": ["user"], "event": name}) == Ignored(name)
    assert only(streamed("pleroma:chat_update", "{}")) == Ignored("other event")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (streamed("update", "{broken"), "payload: broken JSON"),
        (streamed("update", "[" * 100_000), "payload: nested too deep"),
        (streamed("update", {}), "not a status"),
        ({"stream": [], "event": "delete", "payload": None}, "delete without id"),
        (status(reblog={"content": "x"}), "boost of a status without id"),
    ],
)
def test_what_cannot_be_used_is_rejected(line: Any, reason: str) -> None:
    assert only(line) == Rejected(reason)


def test_a_dialect_that_leaves_the_uri_out_is_known_by_its_local_id() -> None:
    lean = {"id": "AGV", "content": "<p>hi</p>", "account": {"acct": "ann"}, "visibility": "public", "pleroma": {}}
    assert (event(lean).uid, event(lean).text) == ("AGV", "hi")
    boost = event(status(reblog={"id": "7"}))
    assert (boost.target, boost.original) == ("7", None)
    assert event(status(quote={"id": "8", "content": "x"})).quote_of == "8"


def test_the_answer_to_a_deletion_holds_the_source_and_is_a_delete() -> None:
    gone = {**status(), "text": "good day"}
    del gone["content"]
    assert event(gone) == Delete(platform="mastodon", uid=status()["uri"])


def test_a_status_whose_account_is_gone_is_a_post_of_nobody() -> None:
    post = event(status(account=None, tags=None, language=None, media_attachments=None, favourites_count=-1))
    assert (post.author, post.name, post.tags, post.lang, post.media) == ("", "", None, "", "")
    assert post.counts == Counts(repost=2, reply=0)


OTHERS = [
    ({"id": "1", "type": "favourite", "created_at": CREATED, "account": {}, "status": status()}, "notification"),
    ({"id": "1", "type": "follow", "created_at": CREATED, "account": {}, "group_key": "k"}, "notification"),
    ({"id": "1", "unread": True, "accounts": [], "last_status": None}, "conversation"),
    (account(username="ann", note="<p>x</p>", statuses_count=3), "account"),
    ({"id": "1", "content": "<p>x</p>", "reactions": [], "all_day": False, "read": True}, "announcement"),
    (
        {"content": "<p>x</p>", "spoiler_text": "", "created_at": CREATED, "account": account(), "emojis": []},
        "revision",
    ),
    ({"ancestors": [], "descendants": []}, "empty page"),
]


@pytest.mark.parametrize(("line", "reason"), OTHERS)
def test_other_entities_are_ignored_by_name(line: Any, reason: str) -> None:
    assert only(line) == Ignored(reason)


def test_a_page_s_counts_are_those_of_the_time_it_was_pulled() -> None:
    page = {"pulled_at": PULLED, "data": [status(1), "junk", status(2)]}
    assert ADAPTER.recognises(page)
    first, junk, second = ADAPTER.read(page)
    assert isinstance(first, Mapped)
    assert isinstance(second, Mapped)
    post = first.events[0]
    assert isinstance(post, Post)
    assert post.counts_at == fields.time(PULLED)
    assert (post.created, post.seen) == (fields.time(CREATED), None)  # an old post on a new page stays an old post
    assert junk == Rejected("not a status")
    assert second.events[0].uid == status(2)["uri"]
    tomorrow = {"pulled_at": PULLED, "data": [status(created_at="2026-07-06T00:00:00Z")]}
    assert event(tomorrow).created == fields.time(PULLED)
    assert only({"pulled_at": PULLED, "data": []}) == Ignored("empty page")


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"data": [{"id": "1", "text": "x"}]},
        {"event": "x", "payload": "y"},
        {"event": "update", "payload": {"text": "x"}},
        {"statuses": []},
        {"account": {}},
        [],
        None,
    ],
)
def test_other_shapes_are_not_taken_for_a_status_and_do_no_harm(line: Any) -> None:
    assert not ADAPTER.recognises(line)
    assert all(not isinstance(outcome, Mapped) for outcome in ADAPTER.read(line))


# --- HTML --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("plain &amp; simple", "plain & simple"),
        ("<p>one</p><p>two<br>three<br/>four</p>", "one\n\ntwo\nthree\nfour"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ('<p>see <a href="https://a.b/c" rel="x">a.b/c</a></p>', "see a.b/c"),
        (
            '<a href="https://a.b/long/path"><span class="invisible">https://</span>'
            '<span class="ellipsis">a.b/long</span><span class="invisible">/path</span></a> end',
            "a.b/long… end",
        ),
        ('<span class="h-card"><a class="mention">@<span>ann</span></a></span> #<span>tag</span>', "@ann #tag"),
        ('<span class="invisible">a<span>b</span>c</span>d', "d"),
        ('<p><span class="invisible">never closed</p><p>seen</p>', "seen"),
        ('<p class="quote-inline">RE: <a href="x">link</a></p><p>mine</p>', "mine"),
        ("&lt;script&gt;&#39;&#x1F600;&nbsp;&euro;", "<script>'😀\u00a0€"),
        ("&amp;lt; once", "&lt; once"),
        ("<script>alert(1)</script>a<STYLE>p{}</style>b<script>", "ab"),
        ("<!-- x > y -->a<!DOCTYPE z>b<?php c?>d", "abd"),
        ("a < b, i <3 u, x<", "a < b, i <3 u, x<"),
        ("<a title=\"x > y\" href='z'>t</a>", "t"),
        ('<a title="never closed>t</a>', "t"),
        ("a<b", "a"),
        ("<p>a</p>" + "<br>" * 50 + "b", "a\n\nb"),
        ("&#xD800;&#0;&#" + "9" * 10_000 + ";", "\ufffd\ufffd\ufffd"),
    ],
)
def test_html_reads_as_the_reader_sees_it(source: str, text: str) -> None:
    assert html_to_text(source) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<a ",
        "<",
        "<!--",
        "<!",
        "</",
        '<a "',
        "<a '>",
        "&",
        '<span class="',
        "<span>",
        "</span>",
        "<p>",
        "&#",
        "<script>",
    ],
)
def test_hostile_nesting_costs_no_more_than_its_length(piece: str) -> None:
    # A megabyte of each: with anything but linear cost this runs into the suite's time limit.
    assert len(html_to_text(piece * (1_000_000 // len(piece)))) <= 1_000_000


@settings(derandomize=True, deadline=None)
@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<span class=invisible>", "</span>", "<br>", "x", "&lt;", '"', "<", ">"]))
)
def test_html_never_raises_and_leaves_no_tag(pieces: list[str]) -> None:
    text = html_to_text("".join(pieces))
    assert text == text.strip()
    assert "<p>" not in text
    assert "<br>" not in text
    assert "\n\n\n" not in text


PIECES = [
    *("<p>", "</p>", "<br>", "<br />", "<br/>", "<a>", "</a>", "<a ", "<a\n>", "<span>", "</span>"),
    *('<a href="https://a.b/c" rel="x">', "<a title='<p>'>", '<a title="<p>">', "<div>", "<!--", "-->", "</P>"),
    *('<span class="invisible">', '<span class="ellipsis">', '<span title="a" class="invisible">'),
    *("<span class=invisible>", '<p class="quote-inline">', "invisible", "x", "\n", "\n\n", "\f"),
    *("&lt;", "&am", "p;", "&#1", "2;", "&#12;", "<", ">", "a>", "p>", '"', "'", "…"),
]


@settings(derandomize=True, deadline=None, max_examples=1_000)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_mastodon_writes_reads_as_any_html_does(source: str) -> None:
    text = usual(source)
    if text is not None:
        assert re.sub(r"\n{3,}", "\n\n", text).strip() == re.sub(r"\n{3,}", "\n\n", scanned(source)).strip()


def test_what_mastodon_writes_needs_no_scanner() -> None:
    link = (
        '<a href="https://a.b/c" target="_blank"><span class="invisible">https://</span>'
        '<span class="ellipsis">a.b/c</span><span class="invisible">d</span></a>'
    )
    assert usual(f"<p>one<br />{link} &amp; two</p><p>#<span>three</span></p>") is not None


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_escaped_text_comes_back(text: str) -> None:
    plain = re.sub(r"\n{3,}|&#?\w{8,}", "", text)  # runs of blank lines are cut on purpose
    plain = plain.replace("\r", "").strip()
    assert html_to_text(f"<p>{stdlib_html.escape(plain)}</p>") == plain
    assert unescape(stdlib_html.escape(plain)) == plain


# --- real data ---------------------------------------------------------------------------------------------------


def lines(name: str) -> list[Any]:
    return [json.loads(line) for line in (NATIVE / name).read_bytes().splitlines()]


def plain_counts(one: dict[str, Any]) -> Counts:
    names = ("favourites_count", "reblogs_count", "replies_count", "quotes_count")
    values = (one.get(name) for name in names)
    like, repost, reply, quote = (value if value is not None and value >= 0 else None for value in values)
    if "pleroma" in one:
        quote = one["pleroma"].get("quotes_count", quote)
    return Counts(like, repost, reply, quote)


class Visible(HTMLParser):
    """An independent reading: the text outside of spans that Mastodon hides."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text, self.spans = "", list[bool]()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "span":
            self.spans.append(dict(attrs).get("class") in {"invisible", "quote-inline"})

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self.spans.pop()

    def handle_data(self, data: str) -> None:
        self.text += "" if any(self.spans) else data


def agrees(post: Post, plain: dict[str, Any]) -> None:
    assert (post.uid, post.alias) == (plain["uri"], plain["id"])
    assert post.counts == plain_counts(plain)
    assert post.tags == tuple(dict.fromkeys(tag["name"] for tag in plain["tags"]))
    assert post.created == fields.time(plain["created_at"])
    words = "".join(re.findall(r"\w+", post.text))
    assert words == "".join(re.findall(r"\w+", plain["spoiler_text"] + Visible(plain["content"]).text))


@needs_data
def test_every_real_status_is_mapped_with_its_counts_tags_and_text() -> None:
    boosts = 0
    for line in lines("mastodon_statuses.jsonl"):
        outcome = only(line)
        assert isinstance(outcome, Mapped)
        first = outcome.events[0]
        if isinstance(first, Reaction):
            boosts += 1
            assert (first.uid, first.target) == (line["uri"], line["reblog"]["uri"])
            assert first.original is not None
            agrees(first.original, line["reblog"])
        else:
            assert isinstance(first, Post)
            agrees(first, line)
    assert boosts == 2


@needs_data
def test_every_real_page_gives_all_its_statuses_with_the_counts_of_its_time() -> None:
    grown: dict[str, list[int]] = {}
    for page in lines("mastodon_dialect_responses.jsonl"):
        assert ADAPTER.recognises(page)
        outcomes = ADAPTER.read(page)
        assert len(outcomes) == len(page["data"])
        for outcome, plain in zip(outcomes, page["data"], strict=True):
            assert isinstance(outcome, Mapped)
            post = outcome.events[0]
            assert isinstance(post, Post)
            agrees(post, plain)
            assert post.counts_at == fields.time(page["pulled_at"])
            grown.setdefault(post.uid, []).append(plain["favourites_count"])
    assert sum(len(likes) for likes in grown.values()) == 120
    assert len(grown) == 53
