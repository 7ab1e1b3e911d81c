"""The page of the feed's health: languages and lag as bars, gaps in sum, rejections by share."""

from datetime import timedelta

import pytest
from rich.cells import cell_len

from engine.health import LAG_STEP, LAG_STEPS, Lags
from engine.snapshot import Frame, GapRow, Snapshot, Source
from tests import tui_fakes as fakes
from tests.tui_driver import monitor
from tui.lines import text_of
from tui.widgets.events import FRAMES_SHOWN
from tui.widgets.health import health_lines


def page(snapshot: Snapshot | None = None, width: int = 72, **health: object) -> list[str]:
    frame = Frame(snapshot=snapshot or fakes.busy(), health=fakes.healthy(**health))
    return [text_of(line).rstrip() for line in health_lines(frame, width)]


def section(lines: list[str], name: str) -> list[str]:
    start = next(at for at, line in enumerate(lines) if line.startswith(name))
    end = next((at for at in range(start, len(lines)) if not lines[at]), len(lines))
    return lines[start + 1 : end]


def test_languages_are_bars_and_the_rare_ones_one_bar() -> None:
    rows = section(page(), "Languages")
    assert [row.split()[:3] for row in rows[:2]] == [["en", "24,100", "63.2%"], ["ja", "6,120", "16.1%"]]
    assert rows[0].count("█") > 3 * rows[1].count("█") > 0
    many = {f"l{at:02}": 100 - at for at in range(20)} | {"": 30}
    rows = section(page(fakes.busy(languages=many)), "Languages")
    assert len(rows) == 13
    assert rows[-1].split()[:2] == ["9", "others"]
    assert section(page(fakes.empty()), "Languages") == ["no posts"]


def test_the_lag_of_the_last_minutes() -> None:
    lines = page(lags=[None, 0.5, 4.0, 1.0], lag=1.0)
    assert "Lag, the last 40s" in lines
    rows = section(lines, "Lag")
    assert [row[8:].rstrip() for row in rows[:4]] == ["    ██", "    ██", "    ██", "  ▄▄████"]
    assert rows[0].startswith("   4.0s│")
    assert "now 1.0s" in rows[-1]
    assert section(page(lag=None), "Lag") == ["only of a feed that comes in as it happens"]


@pytest.mark.parametrize("width", [54, 72, 108])
def test_a_long_lag_keeps_to_the_width(width: int) -> None:
    rows = section(page(width=width, lags=[86_400.0 * 365] * LAG_STEPS), "Lag")
    assert len(rows) == 5
    assert all(cell_len(row) <= width for row in rows)
    assert all(cell_len(row) <= width for row in section(page(width=width), "Languages"))


def test_gaps_add_up() -> None:
    gaps = [
        GapRow(start=fakes.NOW - timedelta(minutes=at), end=fakes.NOW - timedelta(minutes=at - 1), reason="no lines")
        for at in (30, 20, 10)
    ]
    assert section(page(fakes.busy(gaps=gaps)), "Gaps")[-1] == "3 gaps, 3m in all, the longest 1m"
    assert len(section(page(), "Gaps")) == 1


def test_reasons_have_their_share() -> None:
    rows = section(page(), "Rejected")
    assert rows[0] == "      121  not JSON  87.7% of these"
    assert rows[1].strip() == '{"did":"did:plc:abc","time_us":17723'


async def test_the_page_at_80_columns() -> None:
    async with monitor(fakes.shown(lags=[0.2, 0.4]), size=(80, 24)) as m:
        await m.press("x", "G")
        assert "Languages in the window" in m.text
        assert "63.2%" in m.text
        assert "Lag, the last 20s" in m.text


def test_the_highest_lag_of_each_step_is_kept() -> None:
    lags = Lags()
    assert lags.note(0.0, None) == []
    assert lags.note(1.0, 0.5) == [0.5]
    assert lags.note(2.0, 0.2) == [0.5]
    assert lags.note(LAG_STEP, 0.1) == [0.5, 0.1]
    assert lags.note(4 * LAG_STEP, 0.0) == [0.5, 0.1, None, None, 0.0]
    assert lags.note(4 * LAG_STEP + 1, -0.5) == [0.5, 0.1, None, None, 0.0]
    for at in range(5, 5 + LAG_STEPS):
        known = lags.note(at * LAG_STEP, float(at))
    assert len(known) == LAG_STEPS
    assert lags.note(10_000 * LAG_STEP, None) == []


@pytest.mark.parametrize("width", [54, 69, 108])
def test_a_long_path_leaves_room_for_what_is_said_of_the_source(width: int) -> None:
    long = Source(
        name="/home/someone/feeds/" + "漢字/" * 20 + "jetstream.jsonl",
        state="waiting",
        lines=480,
        detail="gone, waiting for it to come back",
    )
    (row,) = section(page(width=width, sources=[long]), "Sources")
    assert row.startswith("waiting   …")
    assert "jsonl  480 lines gone, waiting for" in row
    assert width < 69 or row.endswith("come back")
    assert cell_len(row) <= width


NOT_SAVED = "the state was not saved to /feeds/state: no space left on device"
WENT_ON = "went on from the state saved after 2,000 lines; /feeds/state/engine.state is damaged: gone on from another"


async def test_what_could_not_be_saved_is_told_until_it_is() -> None:
    async with monitor(fakes.shown(fakes.busy(bursts=[]), notes=[NOT_SAVED]), size=(80, 24)) as m:
        assert f"! {NOT_SAVED}" in m.events
        await m.hear(fakes.shown(fakes.busy(bursts=[])))
        assert "not saved" not in m.events
    told = page(notes=[NOT_SAVED])
    assert told[0] == "What to know before trusting the numbers"
    assert told[1] == NOT_SAVED


async def test_what_a_run_went_on_from_is_told_once_and_stays_on_the_page() -> None:
    async with monitor(fakes.shown(went_on=WENT_ON), size=(80, 24)) as m:
        assert "went on from the state saved after 2,000 lines" in m.events
        for _ in range(FRAMES_SHOWN):
            await m.hear(fakes.shown(went_on=WENT_ON))
        assert "went on" not in m.events
    assert " ".join(section(page(went_on=WENT_ON), "Engine")).endswith(WENT_ON)
