"""Every number opens: the posts behind it as a list to walk, a post in full, the posts page, copy, open, pin."""

import json
from datetime import timedelta

import msgspec
import pytest
from rich.cells import cell_len
from textual import events

from engine.postdetail import PostDetail
from engine.protocol import MAX_PINS, FindPosts, OpenPost, Pin
from engine.snapshot import PostRow
from tests import tui_fakes as fakes
from tests.test_tui_topics import rows_of
from tests.tui_driver import Monitor, monitor, settle
from tui import post_actions
from tui.deletions import FRAMES
from tui.lines import text_of
from tui.messages import EngineDied, FrameArrived, PostsWereFound
from tui.pins import Pins
from tui.post_actions import can_browse, text_of_row
from tui.post_details import detail_lines
from tui.screens.behind import BehindScreen, MoodScreen
from tui.screens.overview import Overview
from tui.screens.posts import PostScreen, PostsScreen
from tui.screens.tables import AuthorsScreen
from tui.screens.topics import TopicsScreen
from tui.widgets.posts import LivePosts, PostsBehind
from tui.widgets.table import Table

SIZES = [(80, 24), (100, 32), (120, 36), (160, 48)]


def rows_of_all(m: Monitor, selector: str) -> list[str]:
    """The lines of a table without a heading."""
    table = m.app.screen.query_one(selector, Table)
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


def behind(m: Monitor) -> PostsBehind:
    return m.app.screen.query_one("#behind", PostsBehind)


def later(*new: PostRow, **changes: object) -> FrameArrived:
    as_of = fakes.NOW + timedelta(minutes=1)
    return fakes.shown(fakes.busy(posts=[*fakes.posts(), *new], as_of=as_of, **changes))


def anew(name: str = "new", **changes: object) -> PostRow:
    made = {"uid": name, "text": "hot off the press", "created": fakes.NOW + timedelta(seconds=3), **changes}
    return msgspec.structs.replace(fakes.posts()[0], **made)


# -- from a number to its posts, and on to a post ------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_a_cluster_opens_its_posts_and_each_of_them_opens(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        await m.press("j", "j", "enter")
        assert isinstance(m.app.screen, BehindScreen)
        assert m.focus == "behind"
        assert "Posts behind cluster 7 · newest 3 of 6 " in m.text
        assert "5,903 by 3,541 authors" in m.text
        await m.press("j", "enter")
        assert isinstance(m.app.screen, PostScreen)
        wanted = [post for post in fakes.posts() if post.cluster == 7][1]
        assert m.engine.of(OpenPost)[-1].key == f"bluesky:{wanted.uid}"
        assert "Polls close in 20 minutes" in m.text
        await m.press("escape")
        assert behind(m).selected == wanted
        await m.press("escape")
        assert isinstance(m.app.screen, Overview)
        assert m.app.screen.query_one("#clusters", Table).selected == fakes.clusters()[2]


@pytest.mark.parametrize(
    ("keys", "panel", "kind", "key", "name"),
    [
        ((), "rising", "burst", 12, "Posts behind ref, which rose"),
        ((), "hashtags", "tag", "worldcup", "Posts behind #worldcup"),
        (("c",), "stories", "story", 40_117, "Posts behind story 40117"),
        (("o",), "authors", "author", "bluesky:did:plc:a1", "Posts by maria_k"),
        ((), "predictions", "post", f"bluesky:{fakes.posts()[0].uid}", "Posts predicted for 15m on"),
    ],
)
async def test_everything_that_is_counted_opens(
    keys: tuple[str, ...], panel: str, kind: str, key: int | str, name: str
) -> None:
    async with monitor(size=(160, 48)) as m:
        await m.press(*keys)
        await m.tab_to(panel)
        await m.press("enter")
        (asked,) = m.engine.of(FindPosts)
        assert asked == FindPosts(asked.id, kind, key, fakes.NOW)  # type: ignore[arg-type]
        assert name in m.text
        found = [*behind(m).items]
        await m.press("enter")
        assert isinstance(m.app.screen, PostScreen)
        assert m.engine.of(OpenPost)[-1].key == f"bluesky:{found[0].uid}"


async def test_the_list_stands_still_and_g_asks_for_it_as_it_is_now() -> None:
    async with monitor(find=None) as m:
        await m.press("enter")
        (asked,) = m.engine.of(FindPosts)
        assert "the engine is asked for them" in m.text
        await m.hear(PostsWereFound(asked.id, fakes.posts()[:3], 2_012))
        assert "newest 3 of 2,012 · as of 21:04:31" in m.text
        await m.press("j")
        rows = rows_of(m, "#behind")
        clusters = [msgspec.structs.replace(each, posts=each.posts + 7) for each in fakes.clusters()]
        await m.hear(later(anew(), clusters=clusters))
        assert rows_of(m, "#behind") == rows
        assert "9,412 by" in m.text
        await m.press("g")
        again = m.engine.of(FindPosts)[-1]
        assert again == FindPosts(again.id, "cluster", 1, fakes.NOW + timedelta(minutes=1))
        await m.hear(PostsWereFound(again.id, [anew(), *fakes.posts()[:3]], 2_013))
        assert "hot off the press" in rows_of(m, "#behind")[0]
        assert "newest 4 of 2,013 · as of 21:05:31" in m.text
        assert "9,419 by" in m.text


def deleted(number: int) -> FrameArrived:
    return fakes.shown(fakes.busy(meters=msgspec.structs.replace(fakes.METERS, deletes=fakes.METERS.deletes + number)))


async def test_a_list_that_stands_still_loses_what_is_taken_back_and_nothing_else() -> None:
    async with monitor(find=None) as m:
        await m.press("enter")
        (asked,) = m.engine.of(FindPosts)
        shown = fakes.posts()[:4]
        await m.hear(PostsWereFound(asked.id, shown, 4))
        await m.press("j", "j")
        for _ in range(FRAMES):
            await m.hear(fakes.shown(fakes.busy()))
        assert len(m.engine.of(FindPosts)) == 1
        await m.hear(deleted(1), deleted(2))
        again = m.engine.of(FindPosts)[1]
        assert (again.key, again.until) == (asked.key, asked.until)
        await m.hear(PostsWereFound(again.id, [anew(), shown[0], *shown[2:]], 4))
        assert behind(m).items == [shown[0], *shown[2:]]
        assert behind(m).selected == shown[2]
        await m.hear(deleted(3))
        assert len(m.engine.of(FindPosts)) == 2, "not more often than every few seconds"


async def test_an_open_post_that_is_taken_back_goes_from_the_screen() -> None:
    gone: list[str] = []

    def tell(asked: OpenPost) -> PostDetail:
        known = fakes.told(asked)
        return PostDetail(key=asked.key, state="deleted") if gone else known

    async with monitor(tell=tell) as m:
        await m.press("p", "enter")
        before = m.text.split("\n")[2:20]
        for number in range(FRAMES + 1):
            await m.hear(deleted(number))
        assert len(m.engine.of(OpenPost)) == 2
        assert m.text.split("\n")[2:20] == before
        gone.append("x")
        for number in range(FRAMES + 1):
            await m.hear(deleted(100 + number))
        assert "deleted: it was taken back" in m.text
        assert "GOOOL" not in m.text


async def test_a_list_of_posts_is_sorted_by_what_they_have_come_to() -> None:
    async with monitor() as m:
        await m.press("enter", "s", "s")
        assert "sort: likes ▼" in m.text
        likes = [post.likes for post in behind(m).items]
        assert likes == sorted(likes, reverse=True)
        await m.press("r")
        assert [post.likes for post in behind(m).items] == sorted(likes)


async def test_behind_what_is_gone_there_is_nothing() -> None:
    async with monitor(find=lambda _: []) as m:
        m.engine._find = None
        await m.press("enter")
        await m.hear(PostsWereFound(m.engine.of(FindPosts)[-1].id, [], 0))
        assert "none is held any more" in m.text
        await m.press("j", "G", "enter", "y", "O", "P")
        assert isinstance(m.app.screen, BehindScreen)
        assert "no post is chosen here" in m.text


@pytest.mark.parametrize("size", SIZES)
async def test_the_gauges_open_moods_reasons_and_languages(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        await m.tab_to("sentiment")
        await m.press("enter")
        assert isinstance(m.app.screen, MoodScreen)
        rows = [row.split(maxsplit=2)[-1].strip() for row in rows_of(m, "#groups")]
        assert rows[:5] == ["100.0% in the window", "+ positive", "= neutral", "- negative", "not scored: language ja"]
        await m.press("j", "j", "j", "enter")
        assert m.engine.of(FindPosts)[-1].kind == "mood"
        assert "Posts - negative" in m.text
        assert {post.compound < -0.05 for post in behind(m).items if post.compound is not None} == {True}
        await m.press("escape", "j", "enter")
        asked = m.engine.of(FindPosts)[-1]
        assert (asked.kind, asked.key) == ("reason", "language ja")
        assert "音楽部" in m.text
        await m.press("enter")
        assert "not scored: language ja" in m.text
        await m.press("escape", "escape", "G", "enter")
        asked = m.engine.of(FindPosts)[-1]
        assert (asked.kind, asked.key) == ("language", "de")
        await m.press("escape", "escape")
        assert isinstance(m.app.screen, Overview)
        assert m.focus == "sentiment"


async def test_the_counts_of_the_gauges_are_live_and_the_cursor_stays() -> None:
    async with monitor() as m:
        await m.tab_to("sentiment")
        await m.press("enter", "j", "j", "j")
        mood = msgspec.structs.replace(fakes.busy().sentiment, negative=7_777)
        await m.hear(fakes.shown(fakes.busy(sentiment=mood)))
        assert "7,777" in rows_of(m, "#groups")[3]
        assert rows_of(m, "#groups")[3].startswith("▶")


async def test_a_page_key_leads_from_any_depth_and_leaves_nothing_between() -> None:
    async with monitor() as m:
        await m.press("c", "enter", "enter")
        assert len(m.app.screen_stack) == 4
        await m.press("o")
        assert isinstance(m.app.screen, AuthorsScreen)
        assert len(m.app.screen_stack) == 2
        await m.press("enter", "c", "enter", "c")
        assert isinstance(m.app.screen, TopicsScreen)
        await m.press("escape", "enter", "enter", "b", "escape")
        assert isinstance(m.app.screen, Overview)


@pytest.mark.parametrize("keys", [("enter",), ("enter", "enter"), ("p",), ("1", "1", "shift+tab", "enter")])
async def test_pages_stay_whole_at_any_size(keys: tuple[str, ...]) -> None:
    async with monitor() as m:
        await m.press(*keys)
        for size in ((60, 16), (80, 24), (59, 20), (1, 1), (100, 32), (200, 60)):
            await m.resize(*size)
            await m.hear(fakes.shown(fakes.busy(retained=sum(size), pinned=fakes.posts()[:3])))
            for strip in m.app.screen._compositor.render_strips():
                assert cell_len(strip.text) == size[0]


# -- a post in full ------------------------------------------------------------------------------------------------


def page(detail: PostDetail, width: int = 100) -> str:
    return "\n".join(text_of(line) for line in detail_lines(detail, width))


def told(**changes: object) -> PostDetail:
    known = fakes.told(OpenPost(1, f"bluesky:{fakes.posts()[0].uid}"))
    return msgspec.structs.replace(known, **changes)


def test_the_page_tells_all_that_is_known() -> None:
    text = page(told())
    for wanted in (
        "GOOOL!! what a finish #worldcup",
        "maria_k.bsky.social  did:plc:a0  0 followers",
        "2026-03-01 21:04:31 UTC  1m02 ago, as of 2026-03-01 21:04:31",
        "first seen    2026-03-01 21:04:33 UTC",
        "https://bsky.app/profile/did:plc:a0/post/3k000",
        "en  claimed en",
        "positive +0.93  +0.40 =0.50 -0.10",
        "love +1.6 (before but)",
        "awful -3.0 (after but)",
        "1  #worldcup #goal",
        "40117  #worldcup #final",
        "none: it repeats no earlier post",
        "likes 0, reposts 0, replies 0, quotes –, views –",
        "×39: 121 at the age of 1m02, normal 2.1, by 41 of its author's posts and the feed",
        "12 at 1m, 121 at 5m",
        "like 118, repost 3 in 1m02",
        "40s  2026-03-01 21:05:11          7        2        0        –      812",
        "Predicted for 15m on",
        "4.1k  80% between 1.3k–14k  by ridge-3",
        "waiting, due 2026-03-01 21:18:31 UTC",
        "because       author usually 458",
        "The line it came in",
        '  "commit": {',
        '    "operation": "create"',
    ):
        assert wanted in text


def test_what_is_not_so_usual_is_told_in_words() -> None:
    post = msgspec.structs.replace(
        fakes.posts()[4], edits=2, late=True, text="", reply_to="at://did:plc:b/app.bsky.feed.post/3j"
    )
    text = page(
        told(
            post=post,
            claimed=fakes.NOW + timedelta(days=900),
            seen=None,
            version="rev3",
            copy=True,
            raw="",
            raw_missing="its author asks that the text is not kept",
            reported=[],
            events={},
            readings=[],
            standing=None,
            predictions=[],
        )
    )
    for wanted in (
        "(its author asks that the text is not kept)",
        "came late",
        "UTC  not believed",
        "the feed does not say",
        "2  version rev3",
        "not scored: language ja",
        "nearly repeats an earlier post",
        "reply to      at://did:plc:b/app.bsky.feed.post/3j",
        "none was reported, and none came as an event",
        "The line it came in\nits author asks",
    ):
        assert wanted in text
    assert "love" not in text
    assert "stands at when it was seen" in page(told(claimed=None))
    assert "not compared yet" in page(told(copy=None))


@pytest.mark.parametrize(
    ("state", "said"), [("deleted", "taken back"), ("expired", "retention"), ("unknown", "no longer held")]
)
async def test_a_post_that_is_gone_says_so(state: str, said: str) -> None:
    async with monitor(tell=lambda asked: PostDetail(key=asked.key, state=state)) as m:  # type: ignore[arg-type]
        await m.press("p", "enter")
        assert said in m.text
        assert "GOOOL" not in m.text
        await m.press("y")
        assert "nothing to copy here" in m.text
        await m.press("P", "O")
        assert m.engine.of(Pin) == []


async def test_a_post_is_asked_for_anew_with_g_and_keeps_its_place_otherwise() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("p", "enter")
        assert "Post · g: as it is now · 15 of " in m.text
        await m.press("pagedown")
        before = m.text.split("\n")[2:21]
        await m.hear(later(anew()))
        assert m.text.split("\n")[2:21] == before
        assert len(m.engine.of(OpenPost)) == 1
        await m.press("g")
        assert len(m.engine.of(OpenPost)) == 2
        assert "GOOOL!!" in m.text
        await m.press("enter")
        assert isinstance(m.app.screen, PostsScreen)


def test_a_raw_line_is_folded_and_keeps_its_spaces() -> None:
    raw = json.dumps({"text": "漢字 " * 60, "n": [1]}, indent=2, ensure_ascii=False)
    lines = detail_lines(told(raw=raw), 40)
    assert all(cell_len(text_of(line)) <= 40 for line in lines)
    assert "    1" in [text_of(line) for line in lines]


async def test_with_a_dead_engine_a_page_still_opens_and_closes() -> None:
    async with monitor() as m:
        await m.hear(EngineDied("it was ended by SIGKILL"))
        m.engine.listening = False
        await m.press("enter")
        assert "the engine is asked for them" in m.text
        await m.press("escape", "p", "enter")
        assert "the engine is asked for the rest" in m.text
        await m.press("escape", "escape")
        assert isinstance(m.app.screen, Overview)


async def test_a_post_leads_on_to_its_author_topics_and_the_post_it_answers() -> None:
    post = fakes.posts()[1]
    async with monitor(size=(80, 24)) as m:
        await m.press("p", "j", "enter", "tab")
        assert [row[2:].split()[0] for row in rows_of_all(m, "#leads")] == [
            "author",
            "cluster",
            "story",
            "hashtag",
            "answers",
        ]
        asked = [("author", "bluesky:did:plc:a1"), ("cluster", 7), ("story", 40_739), ("tag", "election")]
        for kind, key in asked:
            await m.press("enter")
            assert (m.engine.of(FindPosts)[-1].kind, m.engine.of(FindPosts)[-1].key) == (kind, key)
            assert isinstance(m.app.screen, BehindScreen)
            await m.press("escape", "j")
        await m.press("enter")
        assert m.engine.of(OpenPost)[-1].key == f"bluesky:{post.reply_to}"
        assert "deleted: it was taken back" in m.text
        assert "Leads to" not in m.text
        await m.press("escape", "y")
        assert m.app.clipboard.startswith("newsdesk.example: Polls close")
        await m.press("escape")
        assert m.app.screen.query_one("#posts", LivePosts).selected == post


async def test_a_topic_that_no_table_lists_opens_all_the_same() -> None:
    async with monitor(fakes.shown(fakes.busy(clusters=[], stories=[], hashtags=[], authors=[]))) as m:
        await m.press("p", "enter", "tab", "j", "enter")
        assert m.engine.of(FindPosts)[-1].key == "1"
        assert "Posts behind cluster 1 " in m.text
        assert "those behind cluster 1" in m.text


async def test_pages_on_pages_on_pages() -> None:
    async with monitor() as m:
        await m.press("enter")
        for _ in range(4):
            await m.press("enter", "tab", "j", "enter")
        assert len(m.app.screen_stack) == 10
        await m.press(*["escape"] * 9)
        assert isinstance(m.app.screen, Overview)
        await m.press("enter", "enter", "tab", "j", "enter", "p")
        assert len(m.app.screen_stack) == 2


async def test_a_key_pressed_once_too_often_opens_one_page() -> None:
    async with monitor() as m:
        for _ in range(3):
            m.app.post_message(events.Key("enter", "\r"))
        await settle(m.app)
        assert len([screen for screen in m.app.screen_stack if isinstance(screen, BehindScreen)]) == 1


# -- the posts page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_p_shows_the_live_feed_in_columns(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        await m.press("p")
        assert isinstance(m.app.screen, PostsScreen)
        assert "Posts · newest posts" in m.text
        first = rows_of(m, "#posts")[0]
        assert "21:04:31" in first
        assert "+0.93" in first
        assert "GOOOL!!" in first
        await m.hear(later(anew()))
        assert "hot off the press" in rows_of(m, "#posts")[0]
        await m.press("escape")
        assert isinstance(m.app.screen, Overview)


async def test_moving_makes_the_posts_stand_still_and_only_then_they_can_be_sorted() -> None:
    async with monitor(size=(120, 36)) as m:
        await m.press("p", "s")
        assert "the newest stand first while posts come in" in m.text
        await m.press("j")
        rows = rows_of(m, "#posts")
        await m.hear(later(anew()))
        assert rows_of(m, "#posts") == rows
        assert "standing still, +1 new" in m.text
        await m.press("s")
        assert "sort: mood ▼" in m.text
        await m.press("s")
        assert "sort: likes ▼" in m.text
        assert m.app.screen.query_one("#posts", LivePosts).items[0].likes == 35
        await m.hear(later(anew(), anew("newer")))
        assert m.app.screen.query_one("#posts", LivePosts).items[0].likes == 35
        await m.press("g")
        assert "hot off the press" in rows_of(m, "#posts")[0]
        assert "sort:" not in m.text


async def test_more_new_posts_than_a_frame_carries_are_counted_as_at_least_so_many() -> None:
    async with monitor(size=(120, 36)) as m:
        await m.press("p", "j")
        others = [anew(f"new{i}", created=fakes.NOW + timedelta(minutes=1)) for i in range(30)]
        await m.hear(later(*others))
        assert "standing still, +30 new" in m.text
        await m.hear(fakes.shown(fakes.busy(posts=others)))
        assert "standing still, +30+ new" in m.text


async def test_posts_that_stand_still_reach_back_further_than_a_frame() -> None:
    older = [anew(f"old{i}", created=fakes.NOW - timedelta(minutes=2 + i)) for i in range(9)]
    async with monitor(find=None) as m:
        await m.press("p", "j")
        (asked,) = m.engine.of(FindPosts)
        assert (asked.kind, asked.until) == ("window", fakes.NOW)
        await m.hear(PostsWereFound(asked.id, [*fakes.posts()[2:], *older], 45))
        posts = m.app.screen.query_one("#posts", LivePosts)
        assert [post.uid for post in posts.items] == [post.uid for post in [*fakes.posts(), *older]]
        assert posts.selected == fakes.posts()[1]
        assert "45 posts" in m.text
        await m.hear(later(anew()))
        assert len(posts.items) == 45
        await m.press("j", "G")
        assert len(m.engine.of(FindPosts)) == 1
        for number in range(FRAMES + 1):
            await m.hear(deleted(number))
        again = m.engine.of(FindPosts)[1]
        assert (again.kind, again.until) == ("window", asked.until)
        await m.hear(PostsWereFound(again.id, [*fakes.posts(), *older[:4], *older[5:]], 44))
        assert len(posts.items) == 44
        assert older[4] not in posts.items
        await m.press("g")
        assert len(posts.items) == 36
        await m.hear(PostsWereFound(again.id, older, 9))
        assert len(posts.items) == 36, "while they move they come with the frames"


async def test_a_post_taken_back_leaves_the_posts_that_stand_still() -> None:
    async with monitor() as m:
        await m.press("p", "j")
        await m.hear(fakes.shown(fakes.busy(posts=fakes.posts()[1:])))
        assert fakes.posts()[0] not in m.app.screen.query_one("#posts", LivePosts).items


# -- copy, open, pin -----------------------------------------------------------------------------------------------


async def test_y_copies_the_row_as_one_line_of_plain_text() -> None:
    async with monitor() as m:
        await m.press("p", "y")
        wanted = (
            "maria_k.bsky.social: GOOOL!! what a finish #worldcup ❤️🎉 https://bsky.app/profile/did:plc:a0/post/3k000"
        )
        assert m.app.clipboard == wanted
        assert "copied, if the terminal lets us: maria_k.bsky.social: GOOOL!!" in m.text
        await m.press("escape", "y")
        assert m.app.clipboard == "#worldcup #goal #final"
        assert "copied" in m.events
        await m.tab_to("sentiment")
        await m.press("y")
        assert "nothing to copy here" in m.events


def test_what_is_copied_can_run_nothing() -> None:
    nasty = msgspec.structs.replace(
        fakes.posts()[0],
        name="x\x1b[31m",
        text="rm -rf ~\n\x1b]52;c;aGFjaw==\x07sudo\r\nreboot\u202e",
        uid="https://a.b/",
    )
    copied = text_of_row(nasty)
    assert copied == "x[31m: rm -rf ~ ]52;c;aGFjaw==sudo reboot"
    assert copied.isprintable()


def test_every_kind_of_row_has_a_text() -> None:
    snapshot = fakes.busy()
    for rows in (
        snapshot.posts,
        snapshot.predictions,
        snapshot.overperformers,
        snapshot.clusters,
        snapshot.stories,
        snapshot.bursts,
        snapshot.hashtags,
        snapshot.authors,
    ):
        assert text_of_row(rows[0])
    assert text_of_row(snapshot.scoreboard[0]) == text_of_row(None) == ""


def test_a_browser_is_only_where_the_reader_sits() -> None:
    assert can_browse({"DISPLAY": ":0"}, "linux")
    assert can_browse({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert can_browse({}, "darwin")
    assert not can_browse({}, "linux")
    assert not can_browse({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "1 2 3 4"}, "linux")
    assert not can_browse({"SSH_TTY": "/dev/pts/1"}, "darwin")


async def test_a_post_opens_in_the_browser_and_over_ssh_only_its_address_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("tui.screens.base.browse", lambda address, failed: opened.append(address))
    monkeypatch.setattr("tui.screens.base.can_browse", lambda: True)
    address = "https://bsky.app/profile/did:plc:a0/post/3k000"
    async with monitor(size=(120, 36)) as m:
        await m.press("p", "O")
        assert opened == [address]
        assert f"opening {address}" in m.text
        await m.press("enter", "O")
        assert opened == [address] * 2
        monkeypatch.setattr("tui.screens.base.can_browse", lambda: False)
        await m.press("escape", "O")
        assert opened == [address] * 2
        assert f"no browser here: {address}" in m.text
        await m.press("escape", "O")
        assert "no post is chosen here" in m.events


async def test_an_address_that_has_no_room_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.base.can_browse", lambda: False)
    long = anew("at://did:plc:" + "a" * 40 + "/app.bsky.feed.post/3k000")
    async with monitor(fakes.shown(fakes.busy(posts=[long])), size=(80, 24)) as m:
        await m.press("p", "j", "O")
        assert "no browser here: the post's page has the address, y copies it" in m.text


async def test_an_address_that_a_post_brings_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.base.browse", lambda *_: pytest.fail("opened"))
    monkeypatch.setattr("tui.screens.base.can_browse", lambda: True)
    wrong = anew("javascript:alert(1)", platform="mastodon", text="https://evil.example/x")
    async with monitor(fakes.shown(fakes.busy(posts=[wrong]))) as m:
        await m.press("p", "O")
        assert "no address can be made of this post's id" in m.text


def test_a_browser_that_does_not_open_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    class AtOnce:
        def __init__(self, target: object, daemon: bool) -> None:
            self.start = target

    failed: list[bool] = []
    monkeypatch.setattr(post_actions.threading, "Thread", AtOnce)
    for answer in (lambda _: False, lambda _: (_ for _ in ()).throw(OSError())):
        monkeypatch.setattr(post_actions.webbrowser, "open", answer)
        post_actions.browse("https://x.com/i/status/1", lambda: failed.append(True))
    monkeypatch.setattr(post_actions.webbrowser, "open", lambda _: True)
    post_actions.browse("https://x.com/i/status/1", lambda: failed.append(True))
    assert failed == [True, True]


@pytest.mark.parametrize("size", SIZES)
async def test_pinning_puts_a_post_above_the_feed_until_it_is_unpinned(size: tuple[int, int]) -> None:
    key = f"bluesky:{fakes.posts()[1].uid}"
    async with monitor(size=size) as m:
        await m.press("p", "j", "P")
        assert m.engine.of(Pin) == [Pin((key,))]
        assert "pinned: it stands on the posts page (p)" in m.text
        pinned = msgspec.structs.replace(fakes.posts()[1], likes=4_321)
        await m.hear(fakes.shown(fakes.busy(pinned=[pinned])))
        assert "Pinned · 1" in m.text
        assert "4.3k" in rows_of(m, "#pinned")[0]
        await m.tab_to("pinned")
        await m.press("enter")
        assert m.engine.of(OpenPost)[-1].key == key
        await m.press("escape", "P")
        assert m.engine.of(Pin)[-1] == Pin(())
        assert "unpinned" in m.text
        await m.hear(fakes.shown(fakes.busy()))
        assert "Pinned" not in m.text
        assert m.focus == "posts"


async def test_pins_outlive_the_engine_and_pin_keys_come_from_any_list() -> None:
    async with monitor() as m:
        await m.tab_to("predictions")
        await m.press("P", "enter", "enter", "P", "escape", "escape")
        (first, second) = m.engine.of(Pin)
        assert (len(first.keys), second.keys) == (1, ())
        await m.press("p", "j", "j", "j", "P")
        kept = m.engine.of(Pin)[-1]
        await m.hear(EngineDied("it was ended by SIGKILL"))
        await m.press("R")
        assert m.engine.of(Pin)[-1] == kept
        assert len(m.engine.of(Pin)) == 4


def test_there_are_so_many_pins_and_those_of_posts_that_are_gone_make_room() -> None:
    pins = Pins()
    posts = [anew(f"p{i}") for i in range(MAX_PINS + 1)]
    for post in posts[:MAX_PINS]:
        assert pins.toggle(f"bluesky:{post.uid}", [])[1] == "good"
    assert pins.toggle("bluesky:more", posts)[1] == "warning"
    assert len(pins.keys) == MAX_PINS
    assert pins.toggle("bluesky:more", posts[:5])[1] == "good"
    assert pins.keys == (*(f"bluesky:p{i}" for i in range(5)), "bluesky:more")
