"""The page of the models, the states of predictions on the overview, and that no figure is wider than its place."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from rich.cells import cell_len

from engine import labels as engine_labels
from engine.protocol import Export, OpenPost
from engine.snapshot import Labels, Prediction, Range, Score, Snapshot
from models.race import LEARNING
from models.voices import NAMES
from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, monitor
from tui.contenders import CENSORED, FIGURES, MODELS, meaning, name_of
from tui.details import prediction_lines
from tui.lines import Line, text_of
from tui.model_details import horizon_lines, model_lines
from tui.post_details import detail_lines
from tui.screens.help import help_lines
from tui.screens.model import ModelScreen
from tui.screens.page import PageScreen
from tui.widgets.composer import verdict_lines
from tui.widgets.horizons import Horizons
from tui.widgets.legend import legend_lines
from tui.widgets.predictions import Predictions, held, verdict
from tui.widgets.record import learning
from tui.widgets.scoreboard import Scoreboard, score_table
from tui.widgets.table import Table

SIZES = ((80, 24), (120, 36), (160, 48))
VAST = 2.0**53  # the highest count that is believed


def rows_of(m: Monitor, selector: str) -> list[list[str]]:
    """The words of each row of a table on the screen on top."""
    table = m.app.screen.query_one(selector, Table)
    lines = [table.render_line(y).text.replace("▶", " ") for y in range(1, table.size.height)]
    return [line.split() for line in lines if line.strip()]


def page(lines: Sequence[Line]) -> str:
    return "\n".join(text_of(line) for line in lines)


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_m_shows_every_model_with_all_its_figures(size: tuple[int, int]) -> None:
    async with monitor(fakes.shown(fakes.racing()), size=size) as m:
        await m.press("m")
        assert isinstance(m.app.screen, ModelScreen)
        assert "Scoreboard after 15m · 9 models" in m.text
        for title, _, _ in FIGURES:
            assert title in m.text
        rows = rows_of(m, "#scoreboard")
        assert rows[0][:10] == ["★linear-32", "2,000", "0.41", "0.29", "3.1", "537", "+18%", ".49", "81%", "1.40"]
        names = [row[0].partition("-")[0].lstrip("★") for row in rows]
        assert sorted(names) == sorted(MODELS)
        assert "sort: skill ▼" in m.text
        skills = [int(row[6].rstrip("%")) for row in rows]
        assert skills == sorted(skills, reverse=True)


@pytest.mark.parametrize("size", SIZES)
async def test_each_horizon_says_how_far_its_grading_has_come(size: tuple[int, int]) -> None:
    async with monitor(fakes.shown(fakes.racing()), size=size) as m:
        await m.press("m")
        rows = [" ".join(row) for row in rows_of(m, "#horizons")]
        assert rows[0].startswith("15m 3,120 18,204 624 linear-32")
        assert "late 403, gap 212, deleted 9" in rows[0]
        assert rows[1].startswith("1h 12,410 24 212 author")
        assert "learning: 24 matured" in rows[1]
        assert rows[2].startswith("6h 31,007 140 0 author")
        assert rows[2].endswith("none graded yet")
        assert rows[3].startswith("24h 31,219 0 0 author")
        assert rows[3].endswith("learning: labels at 03-02 11:04")


async def test_before_any_label_the_page_says_when_the_first_is_due() -> None:
    async with monitor(fakes.shown(fakes.learning()), size=(80, 24)) as m:
        await m.press("m")
        assert "learning: first labels at 21:15" in m.text
        assert "no model is at work at this horizon" in m.text


async def test_h_goes_through_the_horizons_and_a_model_keeps_the_cursor() -> None:
    async with monitor(fakes.shown(fakes.racing())) as m:
        await m.press("m", "j")
        board = m.app.screen.query_one(Scoreboard)
        chosen = board.selected
        assert chosen is not None
        for after in ("1h", "6h", "24h", "15m"):
            await m.press("h")
            assert f"Scoreboard after {after}" in m.text
            assert board.selected is not None
            assert board.selected.model == chosen.model
        await m.press("shift+tab", "j", "j")
        assert "Scoreboard after 6h" in m.text
        await m.hear(fakes.shown(fakes.racing()))
        assert "Scoreboard after 6h" in m.text


async def test_the_page_opens_at_the_horizon_of_the_overview() -> None:
    async with monitor(fakes.shown(fakes.racing())) as m:
        await m.press("h", "m")
        assert "Scoreboard after 1h" in m.text
        await m.press("h", "escape")
        assert "4 Predicted engagement after 1h" in m.text


async def test_one_horizon_is_told_to_be_the_only_one() -> None:
    async with monitor() as m:
        await m.press("m", "h")
        assert "there is no other horizon" in m.text


async def test_figures_on_few_posts_are_grey_and_what_is_not_known_is_a_dash() -> None:
    async with monitor(fakes.shown(fakes.racing()), size=(80, 24)) as m:
        await m.press("m", "h")
        board = m.app.screen.query_one(Scoreboard)
        lines = board.lines(*board.size)
        graded = next(line for line in lines if "author" in text_of(line))
        assert {role for text, role in graded[2:] if text.strip()} == {"muted"}
        unknown = next(row for row in rows_of(m, "#scoreboard") if row[0] == "linear")
        assert unknown == ["linear", "0", *["–"] * 8]


async def test_enter_on_a_model_opens_what_it_is_and_how_it_does_everywhere() -> None:
    async with monitor(fakes.shown(fakes.racing()), size=(120, 40)) as m:
        await m.press("m", "enter")
        assert isinstance(m.app.screen, PageScreen)
        for wanted in ("linear-32  ★ champion", MODELS["linear"].full, "refits        32", "At every horizon"):
            assert wanted in m.text
        for wanted in ("0.410", "0.286", "+18%", "81%  share of outcomes inside the range shown"):
            assert wanted in m.text
        await m.press("escape", "shift+tab", "j", "enter")
        for wanted in ("12,410  predicted, and not due yet", "212  gap: the feed was blind", "learning: 24 matured"):
            assert wanted in m.text
        assert "a baseline leads" in m.text


async def test_a_model_that_is_not_described_goes_by_its_name() -> None:
    stranger = msgspec.structs.replace(fakes.busy().scoreboard[0], model="oracle", version=7)
    async with monitor(fakes.shown(fakes.busy(scoreboard=[stranger])), size=(120, 36)) as m:
        await m.press("m")
        assert "★oracle-7" in m.text
        await m.press("enter")
        assert "not described here" in m.text


async def test_the_legend_says_as_much_as_there_is_room_for() -> None:
    async with monitor(fakes.shown(fakes.racing()), size=(160, 48)) as m:
        await m.press("m")
        assert all(model.full.split(".")[0][:60] in m.text for model in MODELS.values())
        assert all(means.split(":")[0] in m.text for _, _, means in FIGURES)
        await m.resize(80, 24)
        assert "Ridge regression on the newest matured posts, refitted as they" in m.text
        await m.press("j")
        assert "A linear model that takes a step" in m.text
        assert "Ridge regression" not in m.text


async def test_the_page_follows_the_feed_sorts_and_exports_the_metrics() -> None:
    async with monitor(fakes.shown(fakes.racing())) as m:
        await m.press("m", "s")
        assert "sort: Spearman" in m.text
        scores = [msgspec.structs.replace(score, n=2_001) for score in fakes.racing().scoreboard]
        await m.hear(fakes.shown(fakes.racing(scoreboard=scores)))
        assert rows_of(m, "#scoreboard")[0][1] == "2,001"
        await m.press("e", "enter")
        assert m.engine.of(Export)[0].table == "metrics"
        await m.press("c")
        assert not isinstance(m.app.screen, ModelScreen)
        await m.press("m", "m", "q")
        assert m.app.screen is m.app.screen_stack[0]


async def test_eight_horizons_fit_the_smallest_screen() -> None:
    known, spans = fakes.racing(), [900 * at for at in range(1, 9)]
    labels = [msgspec.structs.replace(known.labels[0], horizon=span) for span in spans]
    scores = [msgspec.structs.replace(score, horizon=span) for span in spans for score in known.scoreboard[:9]]
    async with monitor(fakes.shown(fakes.racing(labels=labels, scoreboard=scores)), size=(80, 24)) as m:
        await m.press("m")
        assert rows_of(m, "#horizons")[0][0] == "15m"
        assert len(rows_of(m, "#scoreboard")) >= 7
        await m.press(*["h"] * 7)
        assert rows_of(m, "#horizons")[-1][0] == "2h"
        await m.resize(60, 16)
        assert len(rows_of(m, "#scoreboard")) >= 3
        await m.resize(20, 5)
        assert "terminal too small" in m.text


def test_every_model_and_every_reason_is_described() -> None:
    assert set(NAMES) == set(MODELS)
    names = ["LATE", "DELETED", "GAP", "UNSAMPLED", "BIRTH_UNSEEN", "NOT_REPORTED", "NOT_NEAR", "UNDATED"]
    assert {getattr(engine_labels, name) for name in names} == set(CENSORED)
    assert {field for _, field, _ in FIGURES} <= set(Score.__struct_fields__)
    assert f"fewer than {LEARNING} outcomes" in page(help_lines(150))
    assert meaning("oracle").full == ""
    assert name_of(msgspec.structs.replace(fakes.racing().scoreboard[0], version=0)) == "median"


# -- the overview ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_overview_counts_what_waits_has_matured_and_is_censored(size: tuple[int, int]) -> None:
    async with monitor(fakes.shown(fakes.racing()), size=size) as m:
        assert "3,120 waiting · 18,204 matured · 624 censored · late 403, gap 212" in m.text_of("#predictions")
        await m.press("h")
        assert "after 1h · learning: 24 matured · author" in m.text
        assert "12,410 waiting · 24 matured · 212 censored" in m.text_of("#predictions")
        await m.press("h")
        assert "after 6h · none graded yet: the first predictions still wait" in m.text
        await m.press("h")
        assert "after 24h · learning: labels at 03-02 11:04 UTC" in m.text


@pytest.mark.parametrize("size", SIZES)
async def test_the_row_under_the_cursor_says_why_it_was_predicted_so(size: tuple[int, int]) -> None:
    async with monitor(fakes.shown(fakes.racing()), size=size) as m:
        because = "author usually 458, tag volume x4.1, image x1.6, night x0.8, all else x1.7"
        assert (f"maria_k.bsky.so…: {because}" in m.text_of("#predictions")) == (size == (160, 48))
        await m.tab_to("predictions")
        assert f"  {because}" in m.text_of("#predictions")
        assert (f"{because}: 4.1k (1.3k to 14k)" in m.text) == (size != (80, 24))
        assert ("3,120 waiting" in m.text_of("#predictions")) == (size == (160, 48))


def test_the_state_of_a_horizon_in_words() -> None:
    due = fakes.NOW + timedelta(minutes=11)
    first = Labels(horizon=900, waiting=3, matured=0, censored={}, first_due=due)
    assert learning(first, fakes.NOW) == "learning: first labels at 21:15 UTC"
    tomorrow = msgspec.structs.replace(first, first_due=due + timedelta(days=1))
    assert learning(tomorrow, fakes.NOW) == "learning: labels at 03-02 21:15 UTC"
    nothing = msgspec.structs.replace(first, first_due=None)
    assert learning(nothing, fakes.NOW) == "learning: no post waits yet"
    assert learning(msgspec.structs.replace(first, matured=99), fakes.NOW) == "learning: 99 matured"
    assert learning(msgspec.structs.replace(first, matured=100, learning=False), fakes.NOW) == ""


@pytest.mark.parametrize(
    ("low", "high", "actual", "says"),
    [
        (0.02, 3.4, 0, "✓ in range"),
        (0.02, 3.4, 4, "✓ in range"),
        (0.02, 3.4, 5, "✗ above"),
        (2.0, 4.0, 2, "✓ in range"),
        (2.0, 4.0, 1, "✗ below"),
        (None, None, 1, "no range"),
    ],
)
def test_an_outcome_is_judged_by_the_range_as_it_is_shown(
    low: float | None, high: float | None, actual: int, says: str
) -> None:
    row = msgspec.structs.replace(fakes.predictions()[1], low=low, high=high, actual=actual)
    assert verdict(row)[0] == says
    assert held(row) is (None if low is None else says == "✓ in range")


# -- figures beyond all measure --------------------------------------------------------------------------------------


def extreme(**value: Any) -> Snapshot:
    """The feed with figures and counts changed on every score, prediction and post. Counts are `count`."""
    figures = {name: value["figure"] for name in Score.__struct_fields__ if name in {field for _, field, _ in FIGURES}}
    bounded = None if value["figure"] is None else min(max(value["figure"], -1.0), 1.0)
    figures |= {"spearman": bounded, "coverage80": bounded and abs(bounded)}
    figures |= {"n": value["count"] or 0, "version": value["count"] or 0}
    counts = dict.fromkeys(("actual", "now"), value["count"])
    expected = None if value["figure"] is None else max(value["figure"], 0.0)
    ranges = dict.fromkeys(("predicted", "low", "high", "usual", "times"), expected)
    said = dict.fromkeys(("likes", "reposts", "replies", "quotes", "views", "followers"), value["count"])
    number = value["count"] or 0
    return fakes.racing(
        scoreboard=[msgspec.structs.replace(score, **figures) for score in fakes.racing().scoreboard],
        labels=[
            msgspec.structs.replace(label, waiting=number, matured=number, censored={"gap": number, "late": number})
            for label in fakes.racing().labels
        ],
        predictions=[msgspec.structs.replace(item, **ranges, **counts) for item in fakes.predictions()],
        posts=[msgspec.structs.replace(post, **said) for post in fakes.posts()],
    )


EXTREMES = {
    "huge": extreme(figure=VAST, count=10**9),
    "vaster": extreme(figure=VAST * VAST, count=int(VAST)),
    "small": extreme(figure=1e-9, count=1),
    "zero": extreme(figure=0.0, count=0),
    "below": extreme(figure=-12_345.678, count=30),
    "unknown": extreme(figure=None, count=None),
}


@pytest.mark.parametrize("name", EXTREMES)
async def test_no_figure_is_wider_than_its_column(name: str) -> None:
    async with monitor(fakes.shown(EXTREMES[name])) as m:
        await m.press("m")
        tables: list[Table[Any]] = [m.app.screen.query_one(Scoreboard), m.app.screen.query_one(Horizons)]
        for table in (*tables, m.app.screen_stack[0].query_one(Predictions)):
            for item in table.items:
                for column in table._columns:
                    if column.width and column.title not in ("model", "champion", "author"):
                        text = column.cell(item)[0]
                        assert cell_len(text) <= column.width, (column.title, text)


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("size", SIZES)
async def test_all_that_is_extreme_can_be_looked_at(name: str, size: tuple[int, int]) -> None:
    async with monitor(fakes.shown(EXTREMES[name]), size=size) as m:
        for keys in ((), ("m",), ("enter",), ("escape", "shift+tab", "enter"), ("escape", "escape", "t", "a")):
            await m.press(*keys)
            assert len(m.text.split("\n")) == size[1]
            assert "nan" not in m.text_of("#predictions")
        await m.press("escape")
        await m.tab_to("predictions")
        await m.press("enter")
        assert "because" in m.text or name == "unknown"


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("width", [54, 74, 110, 150])
def test_pages_keep_to_their_width(name: str, width: int) -> None:
    snapshot = EXTREMES[name]
    post = msgspec.structs.replace(snapshot.posts[0], uid="1", author="2", name="a")
    item = msgspec.structs.replace(snapshot.predictions[0], uid="1", author="2", name="a")
    mine = msgspec.structs.replace(snapshot, predictions=[item])
    told = fakes.told(OpenPost(1, f"bluesky:{fakes.posts()[0].uid}"))
    draft = msgspec.structs.replace(fakes.scored(fakes.ScoreDraft(1, "a")), ranges=ranges(item))
    pages = [
        *(model_lines(score, snapshot, width) for score in snapshot.scoreboard),
        *(horizon_lines(label, snapshot, width) for label in snapshot.labels),
        prediction_lines(item, mine, width),
        detail_lines(msgspec.structs.replace(told, post=post, predictions=[item]), width),
        score_table(snapshot.scoreboard[:9], width),
        *(verdict_lines(draft, width, height) for height in (1, 2, 3, 4, 6)),
        *(legend_lines(snapshot.scoreboard[:9], snapshot.scoreboard[0], width, height) for height in (2, 12, 40)),
    ]
    for lines in pages:
        for line in lines:
            assert cell_len(text_of(line)) <= width, text_of(line)


def ranges(item: Prediction) -> list[Range]:
    """A draft's ranges at four horizons, like a prediction."""
    return [
        Range(
            horizon=horizon,
            predicted=item.predicted,
            low=item.low,
            high=item.high,
            usual=item.usual,
            model="linear-3",
            reasons=item.reasons,
            n=item.now or 0,
            graded=2_000,
            skill=item.times,
            coverage80=0.8,
        )
        for horizon in (900, 3_600, 21_600, 86_400)
    ]


def test_in_the_composer_every_horizon_with_a_line_says_why() -> None:
    draft = msgspec.structs.replace(
        fakes.scored(fakes.ScoreDraft(1, "a")),
        ranges=ranges(msgspec.structs.replace(fakes.predictions()[0], times=0.1)),
    )
    six = page(verdict_lines(draft, 150, 6)).split("\n")
    assert [line.split()[:2] for line in six[2:]] == [["in", "15m"], ["in", "1h"], ["in", "6h"], ["in", "24h"]]
    assert all(line.count("author usually 458, tag volume x4.1") == 1 for line in six[2:])
    assert six[2].endswith("4.1k (1.3k to 14k) · skill +10% · in range 80% · n=2,000")
    four = page(verdict_lines(draft, 150, 4)).split("\n")
    assert "author usually 458" in four[2]
    assert four[3].startswith(" in 1h 4.1k (1.3k–14k) · usual 458")
    three = page(verdict_lines(draft, 80, 3)).split("\n")
    assert three[2].startswith(" in 15m 4.1k (1.3k to 14k): author usually 458, tag volume x4.1")
