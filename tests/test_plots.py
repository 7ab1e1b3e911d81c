"""Plots as text: what is drawn stands where it should, in the width there is, plain where colour is not wanted."""

import io
import os
import re
import subprocess
import sys

import pytest

from tui.cli import main
from tui.plots import LEAST_WIDTH, Canvas, bars, calibration, canvas, heat_map, over_time

PLAIN = Canvas(60)
ERRORS = {"sgd": [(1.0, 0.5), (2.0, 0.4), (3.0, 0.3)], "author mean": [(1.0, 0.5), (3.0, 0.6)]}
COUNTS = {"yes": {"yes": 90, "no": 10}, "no": {"yes": 25, "no": 75}}
NAUGHTY = "a\x1b[31m\n\u202eb"


def every_plot(on: Canvas) -> list[str]:
    return [
        over_time("error", ERRORS, on, x="hours", level=("target", 0.45)),
        calibration("calibration", [(1.0, 1.1), (2.0, 1.9), (3.0, 3.2)], on),
        bars("skill", {"sgd": 0.12, "trees": -0.03, "mean": 0.0, "none": None}, on),
        heat_map("confusion", COUNTS, on, columns="said"),
    ]


# --- what is drawn -----------------------------------------------------------------------------------------------


def test_lines_have_signs_and_a_legend() -> None:
    lines = over_time("error", ERRORS, PLAIN, x="hours", level=("target", 0.45)).splitlines()
    assert lines[0] == "error"
    assert lines[-1] == ". target   o sgd   x author mean"
    assert "hours" in lines[-2]
    drawing = [line.partition("│")[2] or line.partition("┤")[2] for line in lines[2:-3]]
    first, last = ([row for row, line in enumerate(drawing) if sign in line] for sign in "ox")
    assert max(first) > max(last)  # one falls, the other rises
    assert any("...." in line for line in drawing)


def test_bars_are_as_long_as_their_values() -> None:
    lines = bars("skill", {"a": 0.5, "b": 0.25, "none": None, "nought": 0.0}, PLAIN, most=1.0).splitlines()
    assert lines[0] == "skill"
    lengths = [line.count("█") for line in lines[2:6]]
    room = lines[1].count("─")
    assert lengths == [pytest.approx(room / 2, abs=1), pytest.approx(room / 4, abs=1), 0, 0]
    assert [line.partition("┤")[0].split() for line in lines[2:6]] == [
        ["a", "0.500"],
        ["b", "0.250"],
        ["none", "–"],
        ["nought", "0.000"],
    ]


def test_bars_below_nought_go_to_the_left() -> None:
    up, down = (line.partition("┤")[2] for line in bars("skill", {"a": 0.5, "b": -0.5}, PLAIN).splitlines()[2:4])
    assert down.index("█") == 0
    assert up.index("█") == pytest.approx(down.rindex("█"), abs=1)


def test_points_on_the_line_are_as_predicted() -> None:
    on_it = calibration("deciles", [(float(n), float(n)) for n in range(20)], PLAIN)
    off_it = calibration("deciles", [(0.0, 0.0), (5.0, 9.0), (9.0, 5.0)], PLAIN)
    assert on_it.count("o") > 10
    assert ".o" not in on_it.splitlines()[1].replace(" ", "")
    assert off_it.splitlines()[-1] == "o actual   . as predicted"
    assert re.search(r"o +\.", off_it)  # above the line
    assert re.search(r"\. +o", off_it)  # below it


def test_cells_have_counts_shares_and_shades() -> None:
    plot = heat_map("confusion", COUNTS, PLAIN, columns="said")
    assert [re.findall(r"\d+ \d+%", line) for line in plot.splitlines() if "%" in line][:2] == [
        ["90 90%", "10 10%"],
        ["25 25%", "75 75%"],
    ]
    rows = plot.splitlines()
    assert "█ 90 90% █" in rows[3]
    assert "░" in rows[6]
    assert "▓" in rows[6]
    assert rows[-1] == "of the row, from ░ 20% ▒ 40% ▓ 60% █ 80%"


def test_in_a_narrow_cell_the_share_is_left() -> None:
    wide = {str(row): {f"column {n}": 1000 for n in range(6)} for row in range(2)}
    plot = heat_map("t", wide, Canvas(LEAST_WIDTH))
    assert "1,000" not in plot
    assert max(map(len, plot.splitlines())) <= LEAST_WIDTH


# --- what there may be -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_what_is_no_finite_number_is_left_out(odd: float) -> None:
    """plotext ends the whole process for a NaN."""
    assert over_time("t", {"a": [(odd, 1.0), (1.0, odd)]}, PLAIN) == "t: nothing to draw"
    assert over_time("t", {"a": [(0.0, odd), (1.0, 2.0)]}, PLAIN, level=("l", odd)).count("o") >= 1
    assert calibration("t", [(odd, odd)], PLAIN) == "t: nothing to draw"
    assert "–" in bars("t", {"a": odd, "b": 1.0}, PLAIN)


def test_nothing_is_said_to_be_nothing() -> None:
    assert over_time("t", {"a": []}, PLAIN) == "t: nothing to draw"
    assert calibration("t", [], PLAIN) == "t: nothing to draw"
    assert bars("t", {}, PLAIN) == "t: nothing to draw"
    assert heat_map("t", {}, PLAIN) == "t: nothing to draw"


@pytest.mark.parametrize("value", [0.0, 1e-12, 1e12, -1e12, 7.0])
def test_one_value_and_values_all_alike(value: float) -> None:
    for plot in (
        over_time("t", {"a": [(1.0, value), (2.0, value)]}, PLAIN),
        calibration("t", [(value, value)], PLAIN),
        bars("t", {"a": value}, PLAIN),
    ):
        assert max(map(len, plot.splitlines())) <= 60


def test_counts_of_nothing_have_no_shade() -> None:
    assert "0 0%" in heat_map("t", {"a": {"a": 0, "b": 0}}, PLAIN)


def test_names_from_a_feed_can_do_no_harm() -> None:
    long = "very long name " * 30
    plots = [
        over_time(NAUGHTY, {NAUGHTY: [(1.0, 1.0)], long: [(2.0, 1.0)]}, PLAIN, x=NAUGHTY),
        bars(NAUGHTY, {NAUGHTY: 1.0, long: 0.5}, PLAIN),
        heat_map(NAUGHTY, {NAUGHTY: {long: 1, NAUGHTY: 2}, long: {long: 1, NAUGHTY: 2}}, PLAIN, columns=NAUGHTY),
    ]
    for plot in plots:
        assert plot.replace("\n", "").isprintable()
        assert max(map(len, plot.splitlines())) <= 60


def test_one_plot_leaves_nothing_to_the_next() -> None:
    before = every_plot(PLAIN)
    assert every_plot(PLAIN) == before == every_plot(PLAIN)[:4]


# --- what it is drawn on -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 57, 80, 200])
def test_plots_are_as_wide_as_there_is_room(width: int) -> None:
    for plot in every_plot(Canvas(width)):
        assert width - 12 <= max(map(len, plot.splitlines())) <= width


def test_without_colour_there_are_no_control_characters() -> None:
    for plot in every_plot(PLAIN):
        assert plot.replace("\n", "").isprintable()


def test_colour_is_all_that_colour_adds() -> None:
    def bare(plot: str) -> list[str]:
        return [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", plot).splitlines()]

    for plain, coloured in zip(every_plot(PLAIN), every_plot(PLAIN._replace(colour=True)), strict=True):
        assert "\x1b[38;5;" in coloured
        assert "\x1b[48" not in coloured  # the terminal's own background
        assert bare(coloured) == plain.splitlines()


def test_where_only_ascii_can_be_written_it_is() -> None:
    for plot in every_plot(Canvas(60, unicode=False)):
        assert plot.isascii()
        assert "?" not in plot


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("tty", "env", "colour"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch, tty: bool, env: dict[str, str], colour: bool) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    kind = Terminal if tty else io.TextIOWrapper
    assert canvas(kind(io.BytesIO(), encoding="utf-8")).colour is colour


@pytest.mark.parametrize(("encoding", "unicode"), [("utf-8", True), ("ascii", False), ("latin-1", False)])
def test_what_the_encoding_cannot_say_is_not_drawn(encoding: str, unicode: bool) -> None:
    assert canvas(io.TextIOWrapper(io.BytesIO(), encoding=encoding)).unicode is unicode


@pytest.mark.parametrize(("columns", "width"), [("132", 132), ("10", LEAST_WIDTH)])
def test_the_width_is_the_terminals(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert canvas(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")).width == width


def test_clusters_are_drawn(tmp_path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    words = {"storm": "hurricane flood warning coast", "match": "goal penalty referee striker"}
    feed = tmp_path / "feed.jsonl"
    feed.write_text("".join(f'{{"text": "{text}", "label": "{label}"}}\n' for label, text in words.items()) * 20)
    assert main(["evaluate", "clusters", str(feed), "--plot"]) == 0
    plot = capsys.readouterr().out.partition("posts a second")[2].partition("\n\n")[2]
    assert plot.replace("\n", "").isprintable()
    assert max(map(len, plot.splitlines())) == 72
    assert len(re.findall(r"story \d+, 20 posts: (?:storm|match) +1\.000┤█", plot)) == 2
    assert len(re.findall(r"^20 posts: (?:storm|match) +1\.000┤█", plot, re.M)) == 2


def test_plotext_is_loaded_only_to_draw(tmp_path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"text": "I love this wonderful day with all of my friends", "label": "positive"}\n')
    code = "import sys; from tui.cli import main; main(sys.argv[1:]); sys.exit('plotext' in sys.modules)"
    command = [sys.executable, "-c", code, "evaluate", "sentiment", str(feed)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    drawn = subprocess.run([*command, "--plot"], capture_output=True, check=False, env={**os.environ, "COLUMNS": "60"})
    assert drawn.returncode == 1
    assert b"\x1b" not in drawn.stdout
