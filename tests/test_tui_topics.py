"""What rises, topics and stories on the screen: where they are shown, what opens, and that a burst is told of once."""

import msgspec
import pytest
from rich.cells import cell_len

from engine.protocol import Export, FindPosts, OpenPost
from engine.snapshot import Burst, PostRow, Snapshot
from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, monitor
from tui.lines import Line, text_of
from tui.messages import EngineDied, PostsWereFound
from tui.post_details import detail_lines
from tui.screens.overview import Overview
from tui.screens.tables import RisingScreen
from tui.screens.topics import TopicsScreen
from tui.topic_details import burst_lines, cluster_lines, story_lines
from tui.widgets.clusters import told_apart
from tui.widgets.events import FRAMES_SHOWN
from tui.widgets.stories import story_table
from tui.widgets.table import Table

FOREMOST = 'rising "ref" ×7.8, 31 authors since 20:52'


def rows_of(m: Monitor, selector: str) -> list[str]:
    """The lines of a table on the screen on top, without its heading."""
    table = m.app.screen.query_one(selector, Table)
    lines = [table.render_line(y).text.rstrip() for y in range(1, table.size.height)]
    return [line for line in lines if line.strip()]


def anew(number: int = 77, **changes: object) -> Burst:
    """A burst that has just begun."""
    known = msgspec.structs.replace(fakes.bursts()[0], id=number, name="#newthing", score=20.0, times=7.75)
    return msgspec.structs.replace(known, **changes)


def with_bursts(*bursts: Burst, **changes: object) -> Snapshot:
    return fakes.busy(bursts=list(bursts), **changes)


# -- on the overview -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(120, 24), (120, 36), (160, 48)])
async def test_what_rises_has_a_panel_from_120_columns(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        assert m.shows("#rising")
        assert "7 Rising · 3 now · 1 over" in m.text
        first = rows_of(m, "#rising")[0].split()
        assert first[-5:] == ["7.8", "31", "4", "20:52", '"ref"']
        assert [row.split()[-1] for row in rows_of(m, "#rising")[:2]] == ['"ref"', "#音楽"]
        assert "rising" not in m.events


@pytest.mark.parametrize("size", [(80, 24), (100, 32), (119, 36)])
async def test_with_less_room_the_event_line_names_the_foremost_burst(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        assert not m.shows("#rising")
        assert FOREMOST in m.events
        await m.hear(fakes.shown(with_bursts(fakes.bursts()[3])))
        assert "rising" not in m.events


async def test_the_panel_can_be_fetched_and_sent_away_and_the_event_line_takes_its_place() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("7")
        assert m.shows("#rising")
        assert "rising" not in m.events
        await m.press("7")
        assert not m.shows("#rising")
        assert FOREMOST in m.events
        await m.resize(160, 48)
        assert not m.shows("#rising")
        assert FOREMOST in m.events


async def test_nothing_rising_is_said_in_words() -> None:
    async with monitor(fakes.shown(with_bursts(fakes.bursts()[3]))) as m:
        assert "nothing rises against its own past" in m.text_of("#rising")
        assert "7 Rising · 0 now · 1 over (b)" in m.text
        await m.press("b")
        assert "#election" in m.text
        await m.hear(fakes.shown(fakes.empty()))
        assert "nothing has risen against its own past" in m.text


async def test_columns_stand_under_each_other_whatever_the_script() -> None:
    async with monitor() as m:
        for keys, selector, mark in (((), "#rising", "20:52"), (("c",), "#stories", "03-01 20:52")):
            await m.press(*keys)
            table = m.app.screen.query_one(selector, Table)
            at = next(cell_len(row[: row.index(mark)]) for row in rows_of(m, selector) if mark in row)
            for y in range(1, len(table.items) + 1):
                line = table.render_line(y)
                assert line.cell_length == table.size.width
                assert line.crop(at + len(mark) - 3, at + len(mark) - 2).text == ":"


async def test_clusters_tell_of_stories_and_copies_where_there_is_room() -> None:
    async with monitor(size=(160, 48)) as m:
        assert rows_of(m, "#clusters")[0].split()[6:9] == ["60%", "5,647", "12%"]
        await m.press("z")
        assert "copies stories" in m.text_of("#clusters")
        assert rows_of(m, "#clusters")[0].split()[6:10] == ["60%", "5,647", "12%", "49"]


# -- news ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_new_burst_is_announced_once(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        assert "now rising" not in m.events
        snapshot = with_bursts(anew(), *fakes.bursts())
        await m.hear(fakes.shown(snapshot))
        assert "now rising: #newthing ×7.8, 12 authors since 21:01" in m.events
        assert m.events.count("rising") == 1
        for _ in range(FRAMES_SHOWN):
            await m.hear(fakes.shown(msgspec.structs.replace(snapshot)))
        assert "now rising" not in m.events
        await m.hear(fakes.shown(fakes.busy()), fakes.shown(msgspec.structs.replace(fakes.busy())))
        assert "now rising" not in m.events


async def test_several_that_begin_together_are_counted_and_those_that_are_over_are_no_news() -> None:
    async with monitor() as m:
        over = anew(80, end=fakes.NOW)
        await m.hear(fakes.shown(with_bursts(over, *fakes.bursts())))
        assert "now rising" not in m.events
        await m.hear(fakes.shown(with_bursts(anew(78, score=2.0), anew(), over)))
        assert "now rising: #newthing" in m.events
        assert "and 1 more (b)" in m.events


async def test_news_stands_beside_a_message_and_does_not_push_it_out() -> None:
    async with monitor() as m:
        await m.press("left_square_bracket", *["left_square_bracket"] * 9)
        assert "1m is the shortest window" in m.events
        await m.hear(fakes.shown(with_bursts(anew())))
        assert "1m is the shortest window · now rising: #newthing" in m.events


async def test_news_that_has_grown_old_under_another_page_is_not_told_again() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.hear(fakes.shown(with_bursts(anew())))
        assert "now rising: #newthing" in m.events
        await m.press("c")
        await m.hear(fakes.shown(with_bursts()))
        await m.press("escape")
        assert "now rising" not in m.events


async def test_what_one_must_know_is_never_hidden_by_what_rises() -> None:
    notices = ["cap of 1,000,000 posts reached: 52,112 older ones were dropped", "text of 12 posts not kept"]
    async with monitor(fakes.shown(fakes.busy(notices=notices)), size=(80, 24)) as m:
        assert f"{FOREMOST} · ! 2 to know: x" in m.events
        await m.resize(119, 24)
        assert f"{FOREMOST} · ! {notices[0]}" in m.events
        await m.resize(80, 24)
        await m.hear(fakes.shown(with_bursts(notices=notices)))
        assert f"! {notices[0]}" in m.events


# -- the why -------------------------------------------------------------------------------------------------------


async def test_enter_on_a_burst_opens_the_why() -> None:
    async with monitor() as m:
        await m.tab_to("rising")
        await m.press("enter")
        for wanted in (
            "Rising, and why",
            "what          ref  a word",
            "2026-03-01 20:52:31 UTC  rising for 12m",
            "31 authors, 4 expected, ×7.8 within a minute",
            "1 in 10^12 by its own past",
            "212 since the start",
            "40428  #var ref offside",
            "1,204 posts by 871 authors, 5% copies",
            "1  #worldcup #goal",
            "fan77, jon.dev, k2q7w3e5r1t9",
            "ref offside ruined",
            "worst referee ever 😡 VAR ruined it",
            "I love this match but the ref was awful",
        ):
            assert wanted in m.text


def test_a_burst_that_is_over_says_from_when_until_when() -> None:
    page = page_text(why(fakes.bursts()[3]))
    assert "2026-03-01 20:06:31 UTC  until 2026-03-01 20:33:31 UTC, for 27m" in page
    assert "140 authors, 41 expected, ×3.4" in page


def test_few_accounts_that_repeat_each_other_stand_out() -> None:
    burst = fakes.bursts()[2]
    lines = why(burst)
    assert "411 posts by 3 authors, 84% copies" in page_text(lines)
    assert ("84%", "warning") in [span for line in lines for span in line]
    assert "1 in 1,300 by its own past" in page_text(lines)


@pytest.mark.parametrize(
    ("panel", "kind", "key"),
    [
        ("clusters", "cluster", 1),
        ("rising", "burst", 12),
        ("hashtags", "tag", "worldcup"),
        ("stories", "story", 40_117),
    ],
)
async def test_the_engine_is_asked_for_the_posts_behind_a_row(panel: str, kind: str, key: int | str) -> None:
    async with monitor(find=None) as m:
        if panel == "stories":
            await m.press("c")
        await m.tab_to(panel)
        await m.press("enter")
        (asked,) = m.engine.of(FindPosts)
        assert asked == FindPosts(asked.id, kind, key, fakes.NOW)
        assert "the engine is asked for them" in m.text
        await m.hear(PostsWereFound(asked.id + 1, fakes.posts()[:1]))  # the answer to something else
        assert "the engine is asked for them" in m.text
        await m.hear(PostsWereFound(asked.id, fakes.posts()[:3]))
        assert "· 3 of 3 ·" in m.text
        assert "21:04:29" in m.text


async def test_posts_that_come_when_their_page_is_closed_go_nowhere() -> None:
    async with monitor(find=None) as m:
        await m.press("enter", "escape")
        await m.hear(PostsWereFound(m.engine.of(FindPosts)[0].id, fakes.posts()))
        assert m.app.screen is m.app.screen_stack[0]


async def test_a_cluster_shows_its_stories_the_largest_first() -> None:
    async with monitor(size=(120, 40)) as m:
        await m.press("enter")
        assert "Stories, the largest first (2 of the 49 at hand)" in m.text
        assert m.text.index("4,120   2,980     8%") < m.text.index("1,204     871     5%")
        assert "12% of its posts nearly repeat an earlier one" in m.text


def test_stories_are_ordered_by_posts_whatever_their_order_in_the_picture() -> None:
    snapshot = fakes.busy(stories=fakes.stories()[::-1])
    page = page_text(cluster_lines(fakes.clusters()[0], snapshot, 110))
    assert page.index("#worldcup #final") < page.index("#var ref offside")


def test_a_story_tells_all_that_is_known_of_it() -> None:
    story = fakes.stories()[1]
    page = page_text(story_lines(story, fakes.busy(), 110))
    for wanted in (
        "40428  #var ref offside",
        "1  #worldcup #goal",
        "2026-03-01 20:52:31 UTC  12m ago",
        "1,204 by 871 authors",
        "5% of its posts nearly repeat",
        "+220 posts against",
        "-0.44  722 scored, 60% of its posts",
        "31 authors, 4 expected, ×7.8, since 2026-03-01 20:52:31 UTC, now",
        "#var",
        "ref offside ruined",
        "worst referee ever 😡 VAR ruined it",
    ):
        assert wanted in page
    alone = page_text(story_lines(fakes.stories()[6], fakes.busy(), 110))
    assert "in none yet" in alone
    assert "rising" not in alone


def test_where_the_feed_names_no_authors_none_are_counted() -> None:
    nobody = msgspec.structs.replace(fakes.stories()[0], authors=0)
    assert "4,120, authors not told" in page_text(story_lines(nobody, fakes.busy(), 110))
    row = text_of(story_table([nobody], 110)[1])
    assert row.split()[2] == "–"
    burst = msgspec.structs.replace(fakes.bursts()[1], by=[])
    assert "31 posts, 4 expected" in page_text(why(burst))


def test_a_post_names_its_story() -> None:
    page = page_text(detail_lines(fakes.told(OpenPost(1, f"bluesky:{fakes.posts()[0].uid}")), 100))
    assert "story         40117  #worldcup #final" in page


def test_stories_on_a_page_keep_to_its_width() -> None:
    for width in (40, 70, 110):
        for line in story_table(fakes.stories(), width):
            assert cell_len(text_of(line)) <= width


def why(burst: Burst, snapshot: Snapshot | None = None, posts: list[PostRow] | None = None) -> list[Line]:
    return burst_lines(burst, snapshot or fakes.busy(), 100, posts)


def page_text(lines: list[Line]) -> str:
    return "\n".join(text_of(line) for line in lines)


# -- the pages of tables -------------------------------------------------------------------------------------------


async def test_b_opens_what_rises_and_what_has_risen() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("b")
        assert isinstance(m.app.screen, RisingScreen)
        assert "Rising · 3 now · 1 over · sort: since" in m.text
        assert [row.split()[-1] for row in rows_of(m, "#bursts")] == ["#音楽", '"ref"', "coins", "#election"]
        assert [row[14:19].strip() for row in rows_of(m, "#bursts")] == ["now", "now", "now", "20:33"]
        assert "LIVE" in m.text.split("\n")[0]
        await m.press("s")
        assert "sort: × ▼" in m.text
        await m.press("j", "r")
        assert "sort: × ▲" in m.text
        await m.press("enter")
        assert "Rising, and why" in m.text
        await m.press("escape", "q")
        assert isinstance(m.app.screen, Overview)
        assert not m.app._exit


async def test_c_opens_clusters_and_stories() -> None:
    async with monitor(size=(160, 48)) as m:
        await m.press("c")
        assert isinstance(m.app.screen, TopicsScreen)
        assert "silhouette .31 (n 2,000) · unclustered 4,310 (11%)" in m.text
        assert "Stories · 8 of 412 · 9,804 live · sort: posts" in m.text
        await m.press("enter")
        assert "Posts behind cluster 1 " in m.text
        await m.press("escape", "tab", "j", "j", "enter")
        assert "Posts behind story 40428 " in m.text
        assert "40428  #var ref offside" in m.text
        await m.press("escape", "s")
        assert "Stories · 8 of 412 · 9,804 live · sort: authors" in m.text
        await m.press("escape")
        assert isinstance(m.app.screen, Overview)


async def test_stories_sort_and_unknown_stands_last_either_way() -> None:
    async with monitor(size=(160, 48)) as m:
        await m.press("c", "tab", "s", "s")
        stories = m.app.screen.query_one("#stories", Table)
        assert "sort: copies ▼" in m.text
        copies = [story.copies for story in stories.items]
        assert copies[:-1] == sorted(copies[:-1], reverse=True)
        assert copies[-1] is None
        await m.press("r")
        copies = [story.copies for story in stories.items]
        assert copies[:-1] == sorted(copies[:-1])
        assert copies[-1] is None


async def test_from_one_page_to_the_other_and_one_step_back() -> None:
    async with monitor() as m:
        await m.press("b", "c", "b", "b", "c", "c")
        assert isinstance(m.app.screen, TopicsScreen)
        await m.press("escape")
        assert isinstance(m.app.screen, Overview)
        assert m.text_of("#clusters")


async def test_a_page_follows_the_feed_also_while_something_lies_over_it() -> None:
    async with monitor() as m:
        await m.press("b", "enter")
        await m.hear(fakes.shown(with_bursts(anew())))
        await m.press("escape")
        assert [row.split()[-1] for row in rows_of(m, "#bursts")] == ["#newthing"]
        await m.press("escape")
        assert [row.split()[-1] for row in rows_of(m, "#rising")] == ["#newthing"]


async def test_pause_on_a_page_holds_everywhere() -> None:
    async with monitor() as m:
        await m.press("c", "space")
        assert "PAUSED" in m.text.split("\n")[0]
        await m.hear(fakes.shown(fakes.busy(stories=[], clusters=[])))
        assert "40117" in m.text
        await m.press("escape")
        assert "PAUSED" in m.header
        assert "#worldcup #goal" in m.text_of("#clusters")
        await m.press("space", "c")
        assert "no stories in this window" in m.text


async def test_a_dead_engine_is_told_on_the_page_and_on_the_overview() -> None:
    async with monitor() as m:
        await m.press("b")
        await m.hear(EngineDied("it was ended by SIGKILL", "SIGKILL"))
        assert "STALE" in m.text
        assert "SIGKILL" in m.text
        await m.press("escape")
        assert "STALE" in m.header
        assert "SIGKILL" in m.events


@pytest.mark.parametrize(
    ("keys", "table"), [(("b",), "bursts"), (("c",), "clusters"), (("c", "tab"), "stories"), (("tab",), "bursts")]
)
async def test_an_export_is_of_the_table_in_focus(keys: tuple[str, ...], table: str) -> None:
    async with monitor() as m:
        await m.press(*keys, "e", "enter")
        assert [command.table for command in m.engine.of(Export)] == [table]


async def test_the_palette_acts_on_the_page_it_was_opened_on() -> None:
    async with monitor() as m:
        await m.press("b")
        commands = {command.title: command for command in m.app.get_system_commands(m.app.screen)}
        assert not any("next horizon" in title for title in commands)
        await commands["sort the focused table by its next column"].callback()
        assert "sort: ×" in m.text


async def test_the_pages_stay_whole_at_any_size() -> None:
    async with monitor() as m:
        for key in ("b", "c"):
            await m.press(key)
            for size in ((60, 16), (80, 24), (59, 20), (1, 1), (100, 32), (200, 60)):
                await m.resize(*size)
                await m.hear(fakes.shown(with_bursts(*fakes.bursts())))
            assert "LIVE" in m.text
            await m.resize(59, 16)
            assert "terminal too small" in m.text
            await m.resize(120, 36)


async def test_clusters_of_one_name_are_told_apart_by_a_word_of_their_own() -> None:
    first, second, third = fakes.clusters()[:3]
    named = {"label": "#goal #final", "tags": ["goal", "final", "extra"]}
    twins = [
        msgspec.structs.replace(first, **named, terms=["finish", "ref"]),
        msgspec.structs.replace(second, **(named | {"tags": ["goal", "final", "[b]x"]}), terms=["finish", "var"]),
        third,
    ]
    async with monitor(fakes.shown(fakes.busy(clusters=twins)), size=(160, 48)) as m:
        rows = rows_of(m, "#clusters")
        assert "#goal #final · #extra" in rows[0]
        assert "#goal #final · #[b]x" in rows[1]
        assert "·" not in rows[2]
    same = [
        msgspec.structs.replace(one, **named, terms=words) for one, words in zip(twins, (["a"], ["b"]), strict=False)
    ]
    assert told_apart([*same, third]) == {first.id: "a", second.id: "b"}
