"""Only what changed is painted again, and what is painted is what Textual would paint."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.strip import Strip
from textual.widget import Widget

from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, monitor
from tui.lines import Line, cut, pad, text_of
from tui.palette import CONTRAST_LIGHT
from tui.widgets.ground import Row
from tui.widgets.paint import Panel, end_of_change

WIDTH = 30
lines: st.SearchStrategy[Line] = st.lists(
    st.tuples(st.sampled_from(["a", "bb", "漢字", "", "1,204/s", "x" * 40]), st.sampled_from(["", "muted"])), max_size=6
).map(tuple)


@given(lines, lines)
def test_cells_after_the_changed_part_are_the_same(before: Line, after: Line) -> None:
    end = end_of_change(before, after, WIDTH)
    assert 0 <= end <= WIDTH
    old, new = (cells(line) for line in (before, after))
    assert old[end:] == new[end:]


def test_a_number_that_changes_leaves_what_follows_it_alone() -> None:
    before = (("● LIVE ", "live"), ("17", ""), (" read", "muted"))
    after = (("● LIVE ", "live"), ("18", ""), (" read", "muted"))
    assert end_of_change(before, after, WIDTH) == 9


def cells(line: Line) -> list[tuple[str, str]]:
    """Each cell with its role; a wide character fills two."""
    filled = [(character, role) for text, role in line for character in text for _ in pad_of(character)]
    blank = [(" ", "plain")] * (WIDTH - len(filled))
    return (filled + blank)[:WIDTH]


def pad_of(character: str) -> str:
    return "ww" if cut(character, 1) != character else pad(text_of(((character, ""),)), 1)


# -- panels --------------------------------------------------------------------------------------------------------

LOOKS: dict[str, dict[str, Any]] = {"": {}, "colourless": {"colourless": True}, "ascii": {"ascii": True}}


def painted(strips: list[Strip]) -> list[list[tuple[str, str]]]:
    """Each character with its style."""
    return [[(character, str(style)) for text, style, _ in strip for character in text] for strip in strips]


def by_textual(panel: Widget) -> list[Strip]:
    """The panel as Textual paints a widget that only says what its lines are."""
    panel._styles_cache.clear()
    return Widget.render_lines(panel, panel.outer_size.region)


def panels_in_sight(m: Monitor) -> list[Panel]:
    found = [panel for panel in m.app.screen.query(Panel) if panel.region and panel.display]
    assert found
    return found


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", [(60, 16), (160, 48)])
@pytest.mark.parametrize("keys", [("j",), ("p", "j"), ("x",), ("enter",)])
async def test_a_panel_looks_as_textual_would_paint_it(keys: tuple[str, ...], size: tuple[int, int], look: str) -> None:
    async with monitor(size=size, **LOOKS[look]) as m:
        await m.press(*keys)
        for panel in panels_in_sight(m):
            assert painted(panel.render_lines(panel.outer_size.region)) == painted(by_textual(panel)), panel


async def test_another_theme_is_seen_at_once() -> None:
    async with monitor() as m:
        before = [painted(panel.render_lines(panel.outer_size.region)) for panel in panels_in_sight(m)]
        m.app.theme = CONTRAST_LIGHT.name
        await m.hear(fakes.shown())
        for panel, was in zip(panels_in_sight(m), before, strict=True):
            now = painted(panel.render_lines(panel.outer_size.region))
            assert now == painted(by_textual(panel))
            assert now != was
        for ground in (m.app.screen, *m.app.screen.query(Row)):
            kept = painted(ground.render_lines(ground.outer_size.region))
            assert kept == painted(by_textual(ground))


async def test_a_title_that_changes_has_no_line_painted_again() -> None:
    async with monitor() as m:
        clusters = m.app.screen.query_one("#clusters", Panel)
        (line,) = clusters.render_lines(clusters.outer_size.region)[1:2]
        await m.hear(fakes.shown(fakes.busy(clusters_in_window=4_711)))
        assert "4,711" in m.text
        assert clusters.render_lines(clusters.outer_size.region)[1] is line


async def test_a_row_is_laid_out_anew_when_only_the_moment_is_another() -> None:
    async with monitor() as m:
        before = m.text_of("#predictions")
        snapshot = fakes.busy()
        assert snapshot.as_of is not None
        later = msgspec.structs.replace(snapshot, as_of=snapshot.as_of + timedelta(minutes=3))
        await m.hear(fakes.shown(later))
        assert m.text_of("#predictions") != before
