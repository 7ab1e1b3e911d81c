"""What the screens look like. After a change that is meant: pytest tests/test_tui_snapshots.py --snapshot-update, then
look at the pictures in tests/__snapshots__.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from textual.app import App

from tests import plot_fakes
from tests import tui_fakes as fakes
from tests.test_tui_alerts import RULE, alert, over, rule, watched
from tests.tui_driver import Monitor, settle
from tui import plots
from tui.app import TrendtopApp
from tui.messages import EngineDied, EngineSaid
from tui.palette import CONTRAST_DARK, CONTRAST_LIGHT, LIGHT
from tui.screen_options import Options

plots.load()

SIZES = {"80x24": (80, 24), "120x36": (120, 36), "160x48": (160, 48)}
LATER = fakes.shown(fakes.busy(meters=msgspec.structs.replace(fakes.METERS, read=fakes.METERS.read + 1_284)))
FILTERED = fakes.busy(filter="tag:ai", share=0.12, posts_unfiltered=317_600)
ALERTS = watched(rule(RULE, on=1, raised=2, value=-0.41), rule("@rain posts>30", value=None), alerts=[alert(), over(2)])
DIED = EngineDied("it was ended by SIGKILL; its log is /home/u/engine.log", "SIGKILL")

PAGES = {
    "overview": (),
    "rising": ("b",),
    "topics": ("c",),
    "model": ("m",),
    "posts": ("p",),
    "authors": ("o",),
    "health": ("x",),
    "help": ("question_mark",),
}
LOOKS: dict[str, dict[str, Any]] = {
    "dark": {},
    "light": {"theme": LIGHT.name},
    "colourless": {"colourless": True},
}

Case = tuple[str, tuple[EngineSaid, ...], tuple[EngineSaid | str, ...], dict[str, Any]]

CASES: dict[str, Case] = {
    "starting": ("80x24", (), (), {}),
    "empty": ("80x24", (fakes.shown(fakes.empty(), state="waiting", lag=None, rate=0.0),), (), {}),
    "learning": ("120x36", (fakes.shown(fakes.learning()),), (), {}),
    "not_scored": ("120x36", (fakes.shown(fakes.foreign()),), (), {}),
    "catching_up": ("80x24", (fakes.shown(state="catching up", backlog=0.18, lag=None, remaining=41.0),), (), {}),
    "ended": ("120x36", (fakes.shown(state="ended", lag=None, rate=0.0),), (), {}),
    "paused": ("80x24", (fakes.shown(),), ("space", LATER, "j", "j"), {}),
    "died": ("80x24", (fakes.shown(), DIED, DIED, DIED, DIED, DIED), (), {}),
    "stale": ("80x24", (fakes.shown(), DIED), (), {}),
    "zoomed": ("80x24", (fakes.shown(),), ("z",), {}),
    "composing": ("80x24", (fakes.shown(),), ("t", *"I love this"), {}),
    "composing_wide": ("160x48", (fakes.shown(),), ("t", *"I love this"), {}),
    "filtering": ("80x24", (fakes.shown(FILTERED),), ("/", *" is:re"), {}),
    "filter_wrong": ("80x24", (fakes.shown(FILTERED),), ("/", *" sentt<1"), {}),
    "rising": ("80x24", (fakes.shown(),), ("b",), {}),
    "why": ("120x36", (fakes.shown(),), ("tab", "j", "j", "enter"), {}),
    "topics": ("120x36", (fakes.shown(),), ("c",), {}),
    "topics_small": ("80x24", (fakes.shown(),), ("c", "tab", "j"), {}),
    "cluster": ("120x36", (fakes.shown(),), ("enter",), {}),
    "story": ("120x36", (fakes.shown(),), ("c", "tab", "j", "j", "j", "j", "enter"), {}),
    "models": ("80x24", (fakes.shown(fakes.racing()),), ("m", "h"), {}),
    "models_broad": ("120x36", (fakes.shown(fakes.racing()),), ("m", "j"), {}),
    "models_wide": ("160x48", (fakes.shown(fakes.racing()),), ("m",), {}),
    "model": ("120x36", (fakes.shown(fakes.racing()),), ("m", "enter"), {}),
    "horizon": ("120x36", (fakes.shown(fakes.racing()),), ("m", "shift+tab", "enter"), {}),
    **{
        f"plot_{name}": ("120x36", (fakes.shown(fakes.racing()),), ("m", *["v"] * turns), {})
        for turns, name in enumerate(("error", "groups", "calibration", "residuals", "weights", "correlations"), 1)
    },
    "plot_correlations_colourless": ("80x24", (fakes.shown(fakes.racing()),), ("m", *["v"] * 6), {"colourless": True}),
    "plot_cloud": ("120x36", (fakes.shown(),), ("c", "v"), {}),
    "plot_cloud_ascii": ("80x24", (fakes.shown(),), ("c", "v", "j"), {"ascii": True}),
    "plot_clusters": ("120x36", (fakes.shown(),), ("c", "v", "v"), {}),
    "plot_sizes": ("120x36", (fakes.shown(),), ("c", "v", "v", "v"), {}),
    "reasons": ("80x24", (fakes.shown(fakes.racing()),), ("tab", "j"), {}),
    "authors": ("120x36", (fakes.shown(),), ("o", "j"), {}),
    "authors_small": ("80x24", (fakes.shown(),), ("o", "tab", "j"), {}),
    "overperformer": ("120x36", (fakes.shown(),), ("o", "enter"), {}),
    "alerts": ("120x36", (ALERTS,), ("a",), {}),
    "alert_wrong": ("80x24", (ALERTS,), ("a", "n", *"tag:x men<1"), {}),
    "announced": ("80x24", (fakes.shown(fakes.busy(bursts=[])),), (fakes.shown(),), {}),
    "post": ("120x36", (fakes.shown(),), ("tab", "tab", "tab", "j", "j", "enter"), {}),
    "behind": ("80x24", (fakes.shown(),), ("enter", "j"), {}),
    "mood": ("80x24", (fakes.shown(),), ("shift+tab", "shift+tab", "enter", "j"), {}),
    "posts": ("120x36", (fakes.shown(fakes.busy(pinned=fakes.posts()[3:5])),), ("p", "j", "j"), {}),
    "post_small": ("80x24", (fakes.shown(),), ("p", "enter"), {}),
    "health": ("120x36", (fakes.shown(),), ("x",), {}),
    "health_end": ("120x36", (fakes.shown(lags=[None, *(0.2 * (at % 9) for at in range(59))]),), ("x", "G"), {}),
    "help": ("80x24", (fakes.shown(),), ("question_mark",), {}),
    "export": ("80x24", (fakes.shown(),), ("e",), {}),
    "colourless": ("80x24", (fakes.shown(),), ("j",), {"colourless": True}),
    "contrast": ("120x36", (fakes.shown(),), ("j",), {"theme": CONTRAST_DARK.name}),
    "contrast_light": ("120x36", (fakes.shown(),), ("j",), {"theme": CONTRAST_LIGHT.name}),
    "panels": ("80x24", (fakes.shown(),), ("5", "H", "j"), {}),
    "ascii": ("80x24", (fakes.shown(),), (), {"ascii": True}),
    "too_small": ("59x20", (fakes.shown(),), (), {}),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", PAGES)
async def test_page(snap_compare: Callable[..., bool], page: str, size: str, look: str) -> None:
    assert await looks_as_before(snap_compare, (size, (fakes.shown(fakes.racing()),), PAGES[page], LOOKS[look]))


@pytest.mark.parametrize("case", CASES)
async def test_screen(snap_compare: Callable[..., bool], case: str) -> None:
    assert await looks_as_before(snap_compare, CASES[case])


class Picture(App[str]):
    """A picture that has been taken: the plugin would take its own only after pauses, half of all the time here."""

    def __init__(self, svg: str) -> None:
        super().__init__()
        self._svg = svg

    def run(self, **_: Any) -> str:
        """What the plugin compares."""
        return self._svg


async def looks_as_before(snap_compare: Callable[..., bool], case: Case) -> bool:
    size, said, steps, options = case
    engine = fakes.FakeEngine(*said, score=fakes.scored, find=fakes.behind, sheet=plot_fakes.sheet)
    app = TrendtopApp(engine, Options(title="jetstream.jsonl", debounce=0, **options))
    width, height = map(int, size.split("x"))
    async with app.run_test(size=(width, height)) as pilot:
        screen = Monitor(app, engine, pilot)
        await settle(app)
        for step in steps:
            await (screen.press(step) if isinstance(step, str) else screen.hear(step))
        svg = app.export_screenshot(simplify=True)
    return snap_compare(Picture(svg))
