"""The page of saved filters: share of voice, saving, choosing, deleting."""

from pathlib import Path
from typing import Any

import pytest

from engine.protocol import CountFilters, SetFilter
from engine.snapshot import Voice
from tests import tui_fakes as fakes
from tests.test_tui_filter import filtered
from tests.test_tui_topics import rows_of
from tests.tui_driver import monitor
from tui.messages import FiltersWereCounted
from tui.saved_filters import read_filters, write_filters
from tui.screens.filters import FiltersScreen, NameScreen

FILTERS = {"ours": "tag:ai", "theirs": 'tag:rain "two words"', "wrong": "lnag:en"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_filters(tmp_path / "filters.json", FILTERS)
    return tmp_path / "filters.json"


def counted(number: int) -> FiltersWereCounted:
    figures: dict[str, Any] = {"scored": 90, "coverage": 0.75}
    return FiltersWereCounted(
        number,
        [
            Voice(expression="tag:ai", posts=120, share=0.12, mean=0.31, band=0.04, authors=80, **figures),
            Voice(expression='tag:rain "two words"', posts=400, share=0.4, mean=-0.2, band=0.02, authors=90, **figures),
            Voice(expression="lnag:en", error='unknown field "lnag" at 0: did you mean lang?'),
        ],
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 48)])
async def test_saved_filters_stand_side_by_side(path: Path, size: tuple[int, int]) -> None:
    async with monitor(fakes.shown(filtered()), size=size, filters=path) as m:
        await m.press("F")
        assert isinstance(m.app.screen, FiltersScreen)
        (asked,) = m.engine.of(CountFilters)
        assert asked.expressions == [*FILTERS.values()]
        assert "Saved filters · 3 · shares of 2,618 posts" in m.text
        assert "–" in rows_of(m, "#saved")[0]
        await m.hear(counted(asked.id))
        rows = rows_of(m, "#saved")
        assert rows[0].split()[1:5] == ["theirs", "400", "40.0%", "-0.20"]
        assert rows[1].split()[:4] == ["ours", "120", "12.0%", "+0.31"]
        assert "±0.04" in rows[1]
        assert "unknown field" in rows[2]
        await m.press("escape")
        assert m.app.screen is m.app.screen_stack[0]


async def test_they_are_not_counted_at_every_frame(path: Path) -> None:
    async with monitor(filters=path) as m:
        await m.press("F")
        for number in range(5):
            await m.hear(fakes.shown(fakes.busy(posts_unfiltered=number)))
        assert len(m.engine.of(CountFilters)) == 1


async def test_the_next_count_follows_the_answer_if_there_is_more_to_count(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.filters.PACE", 0.0)
    monkeypatch.setattr("tui.screens.filters.REST", 0.0)
    async with monitor(filters=path) as m:
        await m.press("F")
        first = m.engine.of(CountFilters)[-1].id
        await m.hear(fakes.shown(fakes.busy(posts_unfiltered=1)))
        assert m.engine.of(CountFilters)[-1].id == first
        await m.hear(counted(first))
        second = m.engine.of(CountFilters)[-1].id
        assert second != first
        await m.hear(counted(second))
        assert m.engine.of(CountFilters)[-1].id == second


async def test_enter_applies_the_filter_under_the_cursor(path: Path) -> None:
    async with monitor(filters=path) as m:
        await m.press("F")
        await m.hear(counted(m.engine.of(CountFilters)[0].id))
        await m.press("j", "enter")
        assert m.engine.of(SetFilter) == [SetFilter("tag:ai")]
        assert m.app.screen is m.app.screen_stack[0]


async def test_the_filter_that_is_on_is_saved_under_a_name(path: Path) -> None:
    async with monitor(fakes.shown(filtered("likes>10")), filters=path) as m:
        await m.press("F", "n")
        assert isinstance(m.app.screen, NameScreen)
        assert "likes>10" in m.text
        await m.press("enter")
        assert "no name given" in m.text
        await m.press(*"ours", "enter")
        assert "that name is taken" in m.text
        assert read_filters(path)["ours"] == "tag:ai"
        await m.press("2", "enter")
        assert read_filters(path)["ours2"] == "likes>10"
        assert "saved as ours2" in m.text
        await m.press("n", *"ours", "enter", "enter")
        assert read_filters(path)["ours"] == "likes>10"


async def test_without_a_filter_there_is_nothing_to_save(tmp_path: Path) -> None:
    async with monitor(filters=tmp_path / "none.json") as m:
        await m.press("F", "n")
        assert "no filter is on: set one with /" in m.text
        assert "no filter is saved yet" in m.text
        await m.press("d", "enter")
        assert not m.engine.of(CountFilters)
        assert isinstance(m.app.screen, FiltersScreen)


async def test_a_filter_is_deleted_when_asked_twice(path: Path) -> None:
    async with monitor(filters=path) as m:
        await m.press("F", "d")
        assert "d again deletes ours" in m.text
        assert len(read_filters(path)) == 3
        await m.press("j", "d")
        assert "d again deletes theirs" in m.text
        await m.press("d")
        assert [*read_filters(path)] == ["ours", "wrong"]


async def test_a_file_that_cannot_be_read_or_written_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "filters.json").write_text("{")
    async with monitor(fakes.shown(filtered()), filters=tmp_path / "filters.json") as m:
        await m.press("F")
        assert "is damaged" in m.text
    (tmp_path / "file").write_text("")
    async with monitor(fakes.shown(filtered()), filters=tmp_path / "file" / "filters.json") as m:
        await m.press("F", "n", "a", "enter")
        assert "cannot" in m.text


async def test_before_the_first_frame_enter_does_nothing(path: Path) -> None:
    async with monitor(fakes.FrameArrived(fakes.shown().frame), filters=path) as m:
        await m.press("F")
        m.app.screen.snapshot = None  # type: ignore[attr-defined]
        await m.press("enter")
        assert not m.engine.of(SetFilter)


async def test_names_and_expressions_are_never_markup(tmp_path: Path) -> None:
    write_filters(tmp_path / "filters.json", {"[bold]x[/]": '"[red]y[/]"'})
    async with monitor(filters=tmp_path / "filters.json") as m:
        await m.press("F")
        assert "[bold]x[/]" in m.text
        assert '"[red]y[/]"' in m.text
