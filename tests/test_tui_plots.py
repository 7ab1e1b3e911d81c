"""The plots of the model page and of the topics: what they say, that they fit, and when the engine is asked."""

import threading
from datetime import timedelta

import msgspec
import pytest
from rich.cells import cell_len

from engine.gradesheet import Residuals, Weight
from engine.protocol import OpenGrades, OpenTopics
from engine.topicsheet import Word
from tests import plot_fakes
from tests import tui_fakes as fakes
from tests.tui_driver import monitor, settle
from tui import grade_plots, plots, topic_plots
from tui.actions import BY_ID
from tui.correlation_map import correlation_lines, heat
from tui.letters import can_spell, large, width_in_letters
from tui.lines import ASCII, Line, text_of, width_of
from tui.messages import SheetWasOpened
from tui.screens.model import ModelScreen
from tui.word_cloud import cloud

SIZES = [(80, 24), (120, 36), (160, 48)]
NAMES = [name for name, _ in grade_plots.VIEWS]
RACING = fakes.shown(fakes.racing())

plots.load()


def page(lines: list[Line]) -> str:
    return "\n".join(text_of(line).rstrip() for line in lines)


# -- the model page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_v_turns_through_the_plots_and_back_to_the_tables(size: tuple[int, int]) -> None:
    async with monitor(RACING, size=size) as m:
        await m.press("m")
        assert m.focus == "scoreboard"
        for at, name in enumerate(NAMES, 1):
            await m.press("v")
            assert f"{name} · {at} of 6 (v V) · after 15m" in m.text
            assert m.focus == "plots"
            assert "Scoreboard" not in m.text
            assert len(m.text.split("\n")) == size[1]
        await m.press("v")
        assert "Scoreboard after 15m" in m.text
        assert m.focus == "scoreboard"
        assert len(m.engine.of(OpenGrades)) == 1


async def test_the_palette_has_the_plots_where_there_are_any() -> None:
    async with monitor(RACING, size=(80, 24)) as m:
        assert BY_ID["plots"].help not in {command.title for command in m.app.get_system_commands(m.app.screen)}
        await m.press("c")
        commands = {command.title: command for command in m.app.get_system_commands(m.app.screen)}
        await commands[BY_ID["plots"].help].callback()
        await settle(m.app)
        assert "Word cloud · 1 of 3" in m.text


async def test_what_a_plot_says() -> None:
    async with monitor(RACING, size=(120, 36)) as m:
        await m.press("m", "v")
        assert "o linear-16   x author's usual" in m.text
        assert "as of 21:04:31" in m.text
        assert "16:16" in m.text
        await m.press("v")
        assert "after 15m      2,000  0.41  0.50   +18%  +0.04" in m.text
        assert "to 30             11" in m.text
        assert "more" not in m.text  # there were none
        await m.press("v")
        assert "Outcomes in the 80% range, over time" in m.text
        await m.press("v")
        assert "mean +0.07   deviation 0.57   n 2,000" in m.text
        await m.press("v")
        assert "reply               x1.38" in m.text
        assert "x0.89" in m.text
        await m.press("v")
        assert "= after 15m" in m.text
        assert "+.99" in m.text


async def test_keys_are_answered_while_the_first_plot_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = threading.Event()
    monkeypatch.setattr(plots, "is_loaded", loaded.is_set)
    monkeypatch.setattr(plots, "load", lambda: loaded.wait(20))
    async with monitor(RACING, size=(100, 32)) as m:
        await m.press("m", "v")
        assert "the first plot takes a moment" in m.text
        await m.press("v")
        assert "champion's MAE(log)" in m.text
        await m.press("v")
        assert "the first plot takes a moment" in m.text
        loaded.set()
        await m.app.workers.wait_for_complete()
        await settle(m.app)
        assert "Outcomes in the 80% range" in m.text


async def test_h_asks_for_the_next_horizon_and_what_is_late_is_not_drawn() -> None:
    async with monitor(RACING, size=(100, 32), sheet=None) as m:
        await m.press("m", "v")
        (first,) = m.engine.of(OpenGrades)
        assert first.horizon == 900
        assert "asking the engine" in m.text
        await m.press("h")
        second = m.engine.of(OpenGrades)[1]
        assert second.horizon == 3_600
        await m.hear(SheetWasOpened(first.id, plot_fakes.full()))
        assert "asking the engine" in m.text
        await m.hear(SheetWasOpened(second.id, plot_fakes.grades(3_600)))
        assert "too few to draw: 24 graded at this horizon" in m.text
        await m.press("h")
        await m.hear(SheetWasOpened(m.engine.of(OpenGrades)[2].id, plot_fakes.grades(21_600)))
        assert "nothing has been graded at this horizon yet" in m.text


async def test_a_champion_that_has_predicted_nothing_yet_is_not_judged() -> None:
    new = msgspec.structs.replace(plot_fakes.bare(900, 0), champion="blend-1", graded=640)
    async with monitor(RACING, size=(80, 24), sheet=lambda command: new) as m:
        await m.press("m", "v")
        assert "blend-1 has just come to lead: none it predicted matured yet" in m.text


def test_what_there_is_nothing_to_say_of_is_said() -> None:
    said = {name: page(view(plot_fakes.bare(900, 0), 78, 19)) for name, view in grade_plots.VIEWS}
    assert said.pop("Error by group").startswith(" █ champion's")  # there are other horizons
    assert set(said.values()) == {grade_plots.NOTHING}
    few = page(grade_plots.weights(plot_fakes.bare(900, 24), 78, 19))
    assert few == " author says the author's usual and nothing else"


async def test_the_engine_is_asked_again_only_once_more_posts_have_matured() -> None:
    async with monitor(RACING, size=(100, 32)) as m:
        await m.press("m", "v")
        await m.hear(fakes.shown(fakes.racing()), fakes.shown(fakes.racing(retained=7)))
        assert len(m.engine.of(OpenGrades)) == 1
        labels = fakes.racing().labels
        more = [msgspec.structs.replace(labels[0], matured=18_205), *labels[1:]]
        await m.hear(fakes.shown(fakes.racing(labels=more)))
        assert len(m.engine.of(OpenGrades)) == 1  # too soon
        assert isinstance(m.app.screen, ModelScreen)
        m.app.screen._next = 0.0
        await m.hear(fakes.shown(fakes.racing(labels=more, retained=8)))
        assert len(m.engine.of(OpenGrades)) == 2
        await m.press(*["v"] * 6)
        await m.hear(fakes.shown(fakes.racing()))
        assert len(m.engine.of(OpenGrades)) == 2  # nothing is asked for tables


async def test_where_room_is_short_a_plot_scrolls() -> None:
    async with monitor(RACING, size=(80, 24)) as m:
        await m.press("m", "v", "v")
        assert "j k: 1-" not in m.text
        await m.resize(80, 16)
        assert "j k: 1-12 of" in m.text
        await m.press("j", "j")
        assert "j k: 3-14 of" in m.text
        await m.press("g")
        assert "j k: 1-12 of" in m.text
        await m.press("enter")
        assert "Error by group" in m.text


async def test_without_a_feed_there_is_nothing_to_plot() -> None:
    async with monitor(fakes.shown(fakes.empty(labels=[])), size=(80, 24)) as m:
        await m.press("m", "v")
        assert "nothing is predicted" in m.text
        assert m.engine.of(OpenGrades) == []
        await m.press("escape", "c", "v")
        assert "Word cloud" in m.text


def test_every_plot_keeps_to_its_width() -> None:
    sheets = [plot_fakes.full(), plot_fakes.bare(3_600, 24), plot_fakes.bare(900, 0)]
    for sheet in sheets:
        for _, view in grade_plots.VIEWS:
            for width, height in ((54, 12), (78, 19), (118, 32), (158, 44)):
                for line in view(sheet, width, height):
                    assert width_of(line) <= width, (view, text_of(line))


@pytest.mark.parametrize("value", [0.0, 1e-9, 1.0, 36.7])
def test_figures_that_are_all_alike_or_beyond_measure_can_be_drawn(value: float) -> None:
    sheet = plot_fakes.full()
    zero = Residuals(low=-max(value, 0.5), step=0.04, counts=[0] * 12 + [2_000] + [0] * 12, mean=0.0, deviation=0.0)
    alike = msgspec.structs.replace(
        sheet,
        stretches=[
            msgspec.structs.replace(one, error=value, baseline=value, covered=min(value, 1.0), start=fakes.NOW)
            for one in sheet.stretches
        ],
        tenths=[
            msgspec.structs.replace(one, predicted=value, actual=value, low=-value, high=value) for one in sheet.tenths
        ],
        residuals=zero,
        weights=[Weight(name="feed lately", size=value, effect=-value)],
    )
    for _, view in grade_plots.VIEWS:
        for width, height in ((54, 12), (158, 44)):
            for line in view(alike, width, height):
                assert width_of(line) <= width, text_of(line)


def test_plots_fill_the_room_and_no_more() -> None:
    for width, height in ((80, 20), (118, 32), (158, 44)):
        for name, view in grade_plots.VIEWS[:4:2]:
            assert len(view(plot_fakes.full(), width, height)) == height, name


# -- correlations ----------------------------------------------------------------------------------------------------


def test_every_cell_says_sign_and_size_without_colour() -> None:
    found = plot_fakes.full().correlations
    assert found is not None
    lines = [text_of(line) for line in correlation_lines(found, 158)]
    row = next(line for line in lines if "= after 15m" in line)
    assert (
        row.split()[4:] == ["+.99", "·", "-.50", "+.99", "+.81", "+.99", "+.22", "-.26", "1.00", "+.84", "·", "·"]
        or row
    )
    small = [text_of(line) for line in correlation_lines(found, 54)]
    assert any("+3: +0.3" in line for line in small)
    assert all(cell_len(line) <= 54 for line in small)
    assert [heat(value) for value in (0.05, 0.1, 0.31, 0.9, -0.2, -0.5)] == [
        "muted",
        "warm-1",
        "warm-2",
        "warm-3",
        "cold-1",
        "cold-3",
    ]


# -- the topics ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_topics_as_plots(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        await m.press("c", "v")
        assert "Word cloud · 1 of 3 (v V) · all of the window" in m.text
        assert "size and weight: how often it is said" in m.text
        await m.press("v")
        assert "in no cluster" in m.text
        assert "4,310  11.3%" in m.text
        assert "smaller ones" in m.text
        await m.press("v")
        assert "412 stories; half of their posts are in" in m.text
        await m.press("v")
        assert m.focus == "clusters"


async def test_the_cloud_goes_with_the_cluster() -> None:
    async with monitor(size=(120, 36)) as m:
        await m.press("c", "v", "j")
        assert "1 #worldcup #goal" in m.text
        await m.press("j")
        assert "4 #ai #python" in m.text
        assert [command.cluster for command in m.engine.of(OpenTopics)] == [None, 1, 4]
        await m.press("g")
        assert "all of the window" in m.text
        assert "#word0" in m.text
        await m.press("escape", "c", "j", "v")
        assert "4 #ai #python" in m.text  # chosen in the table


async def test_words_of_a_cluster_that_is_gone() -> None:
    async with monitor(size=(80, 24), sheet=lambda command: plot_fakes.topics(4_711)) as m:
        await m.press("c", "v")
        assert "asking the engine" in m.text
        await m.press("v")
        assert "in no cluster" in m.text
        await m.press("v")
        assert "fewer than two stories" in m.text


def cells_of(lines: list[Line]) -> list[str]:
    return [text_of(line) for line in lines]


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("size", [(20, 4), (60, 12), (78, 19), (158, 44)])
def test_no_word_stands_on_another(size: tuple[int, int], ascii_only: bool) -> None:
    sheet = plot_fakes.topics(1)
    lines = cloud(sheet.words, *size, ascii_only)
    assert len(lines) == size[1]
    assert all(width_of(line) <= size[0] for line in lines)
    shown = " ".join(cells_of(lines)).split()
    known = {word.text for word in sheet.words}
    small = [text for text in shown if not set(text) & set("▀▄█") and set(text) != {"#"}]
    assert set(small) <= known
    assert len(small) == len(set(small))
    if size[1] >= 12:
        assert len(small) > 30
    assert lines == cloud(sheet.words, *size, ascii_only)
    if ascii_only:
        assert "\n".join(cells_of(lines)).translate(ASCII) == "\n".join(cells_of(lines))


def test_letters_are_made_of_dots() -> None:
    assert large("hi", False) == ["█ █ ▀█▀", "█▀█  █ ", "▀ ▀ ▀▀▀"]
    assert large("hi", True) == ["# # ###", "# #  # ", "###  # ", "# #  # ", "# # ###"]
    assert width_in_letters("hi") == 7
    assert can_spell("#top10-news_it's")
    assert not can_spell("音楽")
    assert not can_spell("santé")
    assert not can_spell("")


@pytest.mark.parametrize("width", [54, 78, 118, 158])
def test_plots_of_topics_keep_to_their_width(width: int) -> None:
    snapshot, sheet = fakes.busy(), plot_fakes.topics(None)
    for lines in (
        topic_plots.cloud_lines(sheet, width, 20, False),
        topic_plots.spread_lines(sheet, snapshot, width, 20),
        topic_plots.size_lines(sheet, snapshot, width, 20),
    ):
        for line in lines:
            assert width_of(line) <= width, text_of(line)


async def test_a_hostile_word_stays_text() -> None:
    hostile = [
        Word(text="a\x1b[31mb\u202ec", posts=9, weight=1.0),
        Word(text="[red]x[/]", posts=2, weight=0.2),
    ]
    bad = msgspec.structs.replace(plot_fakes.topics(None), words=hostile)
    async with monitor(size=(80, 24), sheet=lambda command: bad) as m:
        await m.press("c", "v")
        assert "\x1b" not in m.text
        assert "\u202e" not in m.text
        assert "[red]x[/]" in m.text


async def test_capital_v_turns_the_plots_back() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("c", "V")
        assert "3 of 3 (v V)" in m.text
        await m.press("V")
        assert "2 of 3 (v V)" in m.text
        await m.press("v", "V", "V", "V")
        assert "(v V)" not in m.text
        assert m.focus == "clusters"
        assert "vV Plots" in m.text.splitlines()[-1]


def test_times_below_a_plot_of_minutes_are_told_apart() -> None:
    whole = plot_fakes.full()
    brief = [
        msgspec.structs.replace(stretch, start=fakes.NOW + timedelta(seconds=20 * at))
        for at, stretch in enumerate(whole.stretches)
    ]
    told = page(grade_plots.error_over_time(msgspec.structs.replace(whole, stretches=brief), 150, 24)).splitlines()[-1]
    assert "21:04:31" in told
    assert len(set(told.split())) == len(told.split()) > 4
