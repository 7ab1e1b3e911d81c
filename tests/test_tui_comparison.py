"""Two drafts side by side: what each is predicted to earn, and what the ranges say of the difference."""

from collections.abc import Sequence

import msgspec
import pytest

from engine.protocol import ScoreDraft
from engine.snapshot import DraftScore
from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, monitor
from tui.lines import text_of, width_of
from tui.messages import DraftWasScored
from tui.widgets.comparison import comparison_lines, which_earns_more
from tui.widgets.composer import Composer

Told = tuple[float | None, float | None, float | None]
HORIZONS = (900, 3_600, 21_600, 86_400)
LOW: tuple[Told, ...] = ((37.0, 9.0, 151.0), (90.0, 20.0, 300.0), (210.0, 40.0, 900.0), (412.0, 80.0, 2_000.0))
HIGH: tuple[Told, ...] = (
    (52.0, 12.0, 180.0),
    (131.0, 30.0, 400.0),
    (300.0, 60.0, 1_200.0),
    (9_000.0, 2_100.0, 40_000.0),
)


_scored = fakes.scored


def draft(told: Sequence[Told], text: str = "I love this match", compound: float = -0.1154) -> DraftScore:
    template = _scored(ScoreDraft(1, text)).ranges[0]
    ranges = [
        msgspec.structs.replace(template, horizon=horizon, predicted=predicted, low=low, high=high)
        for horizon, (predicted, low, high) in zip(HORIZONS, told, strict=False)
    ]
    mood = "positive" if compound > 0 else "negative"
    return msgspec.structs.replace(_scored(ScoreDraft(1, text)), ranges=ranges, compound=compound, sentiment=mood)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (LOW[:1], HIGH[:1], "B would earn more after 15m (37 and 52): ranges overlap, no telling"),
        (HIGH[:2], LOW[:2], "A would earn more at every horizon: ranges overlap, no telling"),
        (LOW, HIGH, "B would earn more at every horizon: the ranges lie apart only after 24h"),
        (LOW[:1], [(900.0, 152.0, 4_000.0)], "B would earn more after 15m (37 and 900): the ranges lie apart"),
        (LOW[:1], [(900.0, 150.5, 4_000.0)], "B would earn more after 15m (37 and 900): ranges overlap, no telling"),
        (LOW, LOW, "both would earn the same at every horizon"),
        (
            [LOW[0], HIGH[1], LOW[2], LOW[3]],
            [HIGH[0], LOW[1], HIGH[2], LOW[3]],
            "B would earn more after 15m and 6h, A would earn more after 1h, the same after 24h: "
            "ranges overlap, no telling",
        ),
        ([(5.0, None, None)], [(7.0, None, None)], "B would earn more after 15m (5 and 7): no ranges yet, no telling"),
        ([(0.6, 0.0, 2.0)], [(1.4, 0.0, 3.0)], "both would earn the same after 15m (1)"),
        ([(0.4, 0.0, 2.0)], [(0.6, 0.0, 3.0)], "B would earn more after 15m (0 and 1): ranges overlap, no telling"),
        ([(None, None, None)], HIGH[:1], "no prediction yet: nothing to compare"),
        ([], [], "no prediction yet: nothing to compare"),
    ],
)
def test_the_sentence_says_who_is_ahead_and_whether_that_tells_anything(
    first: Sequence[Told], second: Sequence[Told], says: str
) -> None:
    assert which_earns_more(draft(first), draft(second)) == says


@pytest.mark.parametrize(("width", "height"), [(78, 7), (98, 7), (98, 8), (100, 7), (118, 8), (158, 8), (60, 7)])
@pytest.mark.parametrize("text", ["I love this match", "新しいアルバム最高！毎日聴いています 🎧 " * 9])
def test_it_fits_in_the_room_there_is(width: int, height: int, text: str) -> None:
    lines = comparison_lines(draft(LOW, text), draft(HIGH, text, 0.64), width, height)
    assert len(lines) <= height
    assert all(width_of(line) <= width for line in lines)
    assert "B would earn more" in text_of(lines[-1])


@pytest.mark.parametrize(("width", "height"), [(78, 7), (98, 8), (100, 7), (158, 8)])
def test_every_horizon_has_its_difference_and_its_ranges_marked(width: int, height: int) -> None:
    shown = "\n".join(map(text_of, comparison_lines(draft(LOW), draft(HIGH, compound=0.64), width, height)))
    assert "negative -0.12" in shown
    assert "positive +0.64  (+0.76)" in shown
    for wanted in (
        "in 15m 37 (9–151)",
        "in 15m 52 (12–180) +15 overlap",
        "in 1h 131 (30–400) +41 overlap",
        "in 6h 300 (60–1.2k) +90 overlap",
        "in 24h 9.0k (2.1k–40k) +8.6k apart",
    ):
        assert wanted in shown


def test_what_is_not_known_is_not_compared() -> None:
    none: Told = (None, None, None)
    unscored = msgspec.structs.replace(draft([none]), compound=None, sentiment="not scored", not_scored="too short")
    lines = list(map(text_of, comparison_lines(draft(LOW[:1]), unscored, 120, 8)))
    assert any("not scored" in line and "too short" in line for line in lines)
    assert any("no prediction yet" in line for line in lines)
    assert "(+" not in "".join(lines)


# -- in the composer ---------------------------------------------------------------------------------------------------


def telling(command: ScoreDraft) -> DraftScore:
    """More to a longer text."""
    return draft(HIGH if len(command.text) > 4 else LOW, command.text, 0.64 if len(command.text) > 4 else -0.1154)


@pytest.fixture(autouse=True)
def _told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("asyncio"):
        monkeypatch.setattr(fakes, "scored", telling)


def value(m: Monitor) -> str:
    return m.app.screen.query_one(Composer).input.value


@pytest.mark.parametrize("key", ["f2", "ctrl+n"])
@pytest.mark.parametrize("size", [(80, 24), (99, 40), (100, 40), (100, 24), (120, 36), (160, 48)])
async def test_a_key_pins_a_draft_and_another_is_typed_beside_it(size: tuple[int, int], key: str) -> None:
    async with monitor(size=size) as m:
        await m.press("t", *"good", key)
        assert value(m) == "good"
        await m.press(*" day")
        assert m.engine.of(ScoreDraft)[-1] == ScoreDraft(m.engine.of(ScoreDraft)[-1].id, "good day", beside="good")
        shown = m.text_of("#verdict")
        for wanted in ("negative -0.12", "positive +0.64  (+0.76)", "in 24h 9.0k (2.1k–40k) +8.6k apart"):
            assert wanted in shown
        assert "B would earn more at every horizon: the ranges lie apart only after 24h" in shown
        beside = any("in 15m 37" in line and "in 15m 52" in line for line in shown.splitlines())
        assert beside is (size[0] >= 100)
        await m.press(key)
        assert m.engine.of(ScoreDraft)[-1].beside == ""
        assert "would earn" not in m.text_of("#verdict")


async def test_while_b_is_empty_a_stands_alone() -> None:
    async with monitor(size=(120, 36)) as m:
        await m.press("t", *"good", "f2", *["backspace"] * 4)
        assert "B: type another text" in m.text_of("#verdict")
        assert "in 15m 37" in m.text_of("#verdict")


async def test_an_answer_that_comes_after_the_pin_is_passed_over() -> None:
    async with monitor(size=(120, 36)) as m:
        await m.press("t", *"good")
        (*_, last) = m.engine.of(ScoreDraft)
        await m.press("f2")
        await m.hear(DraftWasScored(last.id, telling(last)))
        assert "same at every horizon" in m.text_of("#verdict")
        (*_, both) = m.engine.of(ScoreDraft)
        await m.press("f2")
        await m.hear(DraftWasScored(both.id, telling(both), telling(both)))
        assert "same at every horizon" not in m.text_of("#verdict")


async def test_a_pinned_draft_can_be_walked_back_to_and_stays_over_a_visit_to_the_panels() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("t", *"good", "f2", *" day", "escape")
        assert not m.shows("#composer")
        assert m.shows("#predictions")
        await m.press("t", "up")
        assert value(m) == "good"
        await m.press("down")
        assert value(m) == "good day"
        assert "would earn" in m.text_of("#verdict")


async def test_pinning_nothing_does_nothing() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("t", "f2", *"good")
        assert m.engine.of(ScoreDraft)[-1].beside == ""


async def test_history_gives_back_what_was_being_typed() -> None:
    async with monitor() as m:
        await m.press("t", *"one", "enter", *" and half", "up", "down")
        assert value(m) == "one and half"


@pytest.mark.parametrize("size", [(120, 36), (160, 48)])
async def test_a_draft_has_its_story_as_well_as_its_cluster(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home = {"story": 40_117, "story_label": "#worldcup #final"}
    monkeypatch.setattr(fakes, "scored", lambda command: msgspec.structs.replace(_scored(command), **at_home))
    async with monitor(size=size) as m:
        await m.press("t", *"good")
        assert "cluster 1 #worldcup #goal 0.71 · story 40117 #worldcup #final" in m.text_of("#verdict")


def test_horizons_without_a_prediction_share_a_line() -> None:
    bare: tuple[Told, ...] = (LOW[0], *[(None, None, None)] * 3)
    lines = [text_of(line) for line in comparison_lines(draft(bare), draft(bare), 78, 9)]
    assert sum("in 1h, 6h, 24h no prediction yet" in line for line in lines) == 2
    assert "both would earn the same after 15m (37)" in lines[-1]
