"""The filter bar: typing, completion, errors in their place, and what is applied, shown and cleared."""

import re

import msgspec
import pytest
from rich.cells import cell_len

from engine.protocol import SetFilter
from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, monitor
from tui.lines import text_of
from tui.messages import EngineDied
from tui.screens.base import LEAST_WIDTH
from tui.widgets.filter_bar import error_line
from tui.widgets.header import header_line
from tui.widgets.table import Table

SIZES = [(80, 24), (120, 36), (160, 48)]


def filtered(text: str = "tag:ai", share: float = 0.12) -> fakes.Snapshot:
    return fakes.busy(filter=text, share=share, posts_unfiltered=2618)


async def typed(m: Monitor, text: str) -> None:
    await m.press("/")
    await m.paste(text)


def bare(m: Monitor, height: int) -> str:
    """The screen but for the last two lines and the cursor of a table."""
    return "\n".join(m.text.splitlines()[: height - 2]).replace("▶", " ")


def hint(m: Monitor) -> str:
    return "\n".join(line.text for line in m.app.screen._compositor.render_strips()).split("\n")[-1].rstrip()


@pytest.mark.parametrize("size", SIZES)
async def test_the_bar_takes_the_place_of_two_lines_and_nothing_else_moves(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        before = bare(m, size[1])
        await m.press("/")
        assert m.focus == "filter"
        assert bare(m, size[1]) == before
        assert m.text.splitlines()[-2].startswith(" filter ")
        assert "lang:" in hint(m)
        await m.press("escape")
        assert bare(m, size[1]) == before
        assert m.focus == "clusters"
        assert not m.engine.of(SetFilter)


async def test_what_is_typed_at_once_lands_in_the_bar() -> None:
    async with monitor() as m:
        await m.type_ahead("slash", "q", "b", "e")
        assert m.app.screen.query_one("#filter").value == "qbe"  # type: ignore[attr-defined]
        assert m.app.screen is m.app.screen_stack[0]


async def test_enter_applies_and_the_header_says_so_until_it_is_there() -> None:
    async with monitor(size=(80, 24)) as m:
        await typed(m, "tag:ai")
        await m.press("enter")
        assert m.engine.of(SetFilter) == [SetFilter("tag:ai")]
        assert "filter ▶ tag:ai" in m.header
        assert m.focus == "clusters"
        await m.hear(fakes.shown(filtered()))
        assert "filter tag:ai  12% of 2,618" in m.header
        await m.press("/")
        assert m.app.screen.query_one("#filter").value == "tag:ai"  # type: ignore[attr-defined]


async def test_a_second_escape_on_the_overview_clears_the_filter() -> None:
    async with monitor(fakes.shown(filtered())) as m:
        await m.press("/", "escape")
        assert not m.engine.of(SetFilter)
        await m.press("j", "escape")
        assert not m.engine.of(SetFilter)
        await m.press("escape")
        assert m.engine.of(SetFilter) == [SetFilter("")]
        assert "filter ▶ none" in m.header
        await m.hear(fakes.shown())
        assert "filter" not in m.header
        await m.press("escape")
        assert len(m.engine.of(SetFilter)) == 1


async def test_an_empty_expression_clears_the_filter() -> None:
    async with monitor(fakes.shown(filtered())) as m:
        await m.press("/", "ctrl+u", "enter")
        assert m.engine.of(SetFilter) == [SetFilter("")]


async def test_tab_and_right_complete_fields_and_then_values_of_the_feed() -> None:
    async with monitor(size=(100, 32)) as m:
        tag = fakes.busy().hashtags[0].tag
        await typed(m, "ta")
        assert hint(m).startswith(" tag:")
        await m.press("tab")
        assert m.focus == "filter"
        assert f"tag:{tag}" in hint(m)
        await m.press("right")
        assert m.app.screen.query_one("#filter").value == f"tag:{tag} "  # type: ignore[attr-defined]
        await m.press(*"is:")
        await m.press("down", "tab")
        assert m.app.screen.query_one("#filter").value == f"tag:{tag} is:reply "  # type: ignore[attr-defined]


async def test_an_error_is_shown_under_its_place_and_is_not_applied() -> None:
    async with monitor(size=(80, 24)) as m:
        await typed(m, "lang:en sentt<1")
        assert hint(m) == f'{" " * 16}^ unknown field "sentt" at 8: did you mean sent?'
        await m.press("enter")
        assert not m.engine.of(SetFilter)
        assert m.focus == "filter"
        assert m.app.screen.query_one("#filter").cursor_position == 8  # type: ignore[attr-defined]


async def test_the_mark_follows_a_text_that_is_longer_than_the_line() -> None:
    async with monitor(size=(80, 24)) as m:
        await typed(m, "word " * 20 + "sentt<")
        await m.press("1", "2")
        line, below = m.text.splitlines()[-2:]
        assert line.index("sentt") == below.index("^")
        assert 'unknown field "sentt" at 100: did you mean sent?' in below


def test_the_mark_stays_in_its_column_wherever_there_is_room() -> None:
    for column in range(70):
        line = text_of(error_line("what is wrong", column, 70))
        assert len(line) <= 70
        assert line.index("^") == column
        assert "what is wrong" in line
    assert text_of(error_line("x" * 99, 30, 40)).startswith("^ xxx")


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
@pytest.mark.parametrize("state", ["catching up", "live"])
async def test_the_header_has_state_and_filter_at_every_width(width: int, state: str) -> None:
    from tui.view import View

    long = 'lang:en -is:reply "an exact phrase of some length" OR author:someone likes>100 views>1000'
    for paused in (False, True):
        frame = fakes.shown(filtered(long, 0.001), state=state, backlog=0.4).frame
        line = text_of(header_line(View("feed.jsonl", frame=frame, paused=paused, arrived=12840), width))
        assert len(line) <= width
        assert ("PAUSED +12,840 new" if paused else "CATCHING UP 60%" if state == "catching up" else "LIVE") in line
        assert "filter lang:en" in line
        assert "<1% of 2,618" in line


async def test_the_filter_is_reached_from_a_page_and_rows_still_open() -> None:
    async with monitor(fakes.shown(filtered())) as m:
        await m.press("c", "/")
        assert m.focus == "filter"
        await m.press("enter", "enter")
        assert len(m.app.screen_stack) == 3
        await m.press("escape", "o", "tab", "enter")
        assert len(m.app.screen_stack) == 3


@pytest.mark.parametrize("page", [(), ("c",)])
async def test_a_bar_that_lost_the_focus_is_found_again_and_left(page: tuple[str, ...]) -> None:
    async with monitor(size=(120, 36)) as m:
        await m.press(*page)
        await typed(m, "flood")
        await m.click("#clusters", (10, 3))
        assert m.focus == "clusters"
        await m.press("/")
        assert m.app.screen.query_one("#filter").value == "flood"  # type: ignore[attr-defined]
        await m.click("#clusters", (10, 4))
        await m.press("escape")
        assert not m.app.screen.has_class("-filtering")
        assert m.focus == "clusters"
        assert len(m.app.screen_stack) == 1 + len(page)


async def test_a_terminal_too_small_shows_no_bar() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("/")
        await m.resize(50, 12)
        assert "filter" not in m.text
        await m.resize(80, 24)
        assert m.text.splitlines()[-2].startswith(" filter ")


async def test_in_the_composer_a_slash_is_a_slash() -> None:
    async with monitor() as m:
        await m.press("t", "a", "/")
        assert m.focus == "draft"
        assert m.app.screen.query_one("#draft").value == "a/"  # type: ignore[attr-defined]


async def test_while_paused_a_filter_waits_and_says_so() -> None:
    async with monitor() as m:
        await m.press("space")
        await typed(m, "tag:ai")
        await m.press("enter")
        assert "the filter is applied when you go on" in m.events
        await m.hear(fakes.shown(filtered()))
        assert "filter ▶ tag:ai" in m.header
        await m.press("space")
        assert "filter tag:ai  12%" in m.header


async def test_a_restarted_engine_is_told_of_the_filter() -> None:
    async with monitor() as m:
        await typed(m, "tag:ai")
        await m.press("enter")
        await m.hear(EngineDied("killed"))
        assert m.engine.of(SetFilter) == [SetFilter("tag:ai")] * 2


async def test_names_from_the_feed_are_painted_and_never_read_as_markup() -> None:
    authors = [msgspec.structs.replace(fakes.authors()[0], name="[bold red]x[/]")]
    async with monitor(fakes.shown(fakes.busy(authors=authors))) as m:
        await typed(m, "author:[b")
        assert 'author:"[bold red]x[/]"' in hint(m)


async def test_bursts_that_a_cleared_filter_brings_back_are_no_news() -> None:
    async with monitor(fakes.shown(msgspec.structs.replace(filtered(), bursts=[]))) as m:
        await m.hear(fakes.shown())
        assert "now rising" not in m.events


@pytest.mark.parametrize("size", SIZES)
async def test_a_panel_that_the_filter_has_emptied_says_so_and_gives_no_other_reason(size: tuple[int, int]) -> None:
    nothing = fakes.empty(filter="zzzz", share=0.0, posts_unfiltered=2_618)
    async with monitor(fakes.shown(nothing), size=size) as m:
        for words in (
            "no posts match the filter",
            "no clusters: no posts of any match",
            "no predictions match the filter",
        ):
            assert words in m.text
        assert "of all posts · " in m.text_of("#predictions")
        assert not re.search("no [a-z]+ yet|in this window", m.text)
        await m.press("c")
        assert "no stories: no posts of any match the filter" in m.text
        for _ in range(3):
            await m.press("v")
            assert "no posts match the filter" in m.text
        await m.press("escape", "o")
        assert "no post that matches the filter has twice what is normal" in m.text
        assert "no authors of posts that match the filter" in m.text
        await m.press("escape", "b")
        assert "nothing that rises or rose matches the filter" in m.text
        await m.hear(fakes.shown(fakes.empty()))
        assert "nothing has risen against its own past" in m.text


def test_why_a_table_is_empty_is_never_cut() -> None:
    found = [Table]
    for table in found:
        found += table.__subclasses__()
        assert cell_len(f"  {table.EMPTY}") <= LEAST_WIDTH
        assert cell_len(f"  {table.UNMATCHED}") <= LEAST_WIDTH
    assert len(found) > 15
