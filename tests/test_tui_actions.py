"""Each action of the one table does what it says, with each of its keys: none is left out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.screen import Screen

from engine.protocol import Correct, Pin, SetAlerts, SetFilter, SetWindow
from engine.snapshot import Snapshot
from tests import tui_fakes as fakes
from tests.test_tui_alerts import RULE, rule
from tests.test_tui_filter import filtered
from tests.tui_driver import Monitor, monitor
from tui.actions import ACTIONS
from tui.app import TrendtopApp
from tui.messages import EngineDied, EngineSaid
from tui.saved_filters import write_filters
from tui.screens.alerts import AlertsScreen
from tui.screens.filters import NameScreen
from tui.screens.page import LivePageScreen, PageScreen
from tui.screens.tables import RisingScreen
from tui.widgets.table import Table

SIZE = (160, 48)  # every panel is there


class Case(NamedTuple):
    """How to come to where the keys work, and what is seen once one was pressed."""

    seen: Callable[[Monitor], bool]
    before: tuple[str | EngineSaid, ...] = ()
    said: Snapshot | None = None


def says(*words: str) -> Callable[[Monitor], bool]:
    return lambda m: all(word in m.text for word in words)


def tells(words: str) -> Callable[[Monitor], bool]:
    return lambda m: words in m.app.screen.query_one("#events").render_line(0).text


def is_on(page: type[Screen[Any]]) -> Callable[[Monitor], bool]:
    return lambda m: isinstance(m.app.screen, page)


def sends(*commands: object) -> Callable[[Monitor], bool]:
    return lambda m: m.engine.sent[-len(commands) :] == [*commands]


def stands_at(row: int) -> Callable[[Monitor], bool]:
    def seen(m: Monitor) -> bool:
        table = m.app.focused
        assert isinstance(table, Table)
        return table.selected is table.items[row]

    return seen


def hides(panel: str) -> Case:
    return Case(lambda m: not m.shows(f"#{panel}"))


def marks(mood: str) -> Case:
    post = f"bluesky:{fakes.posts()[1].uid}"
    return Case(sends(Correct(post, mood)), ("p", "j"))  # type: ignore[arg-type]


LAST = len(fakes.clusters()) - 1
RULED = fakes.busy(watched=[rule(RULE)])
DIED = EngineDied("it was ended by SIGKILL")

CASES = {
    "pause": Case(lambda m: "PAUSED" in m.header),
    "window_shorter": Case(sends(SetWindow(300_000_000))),
    "window_longer": Case(sends(SetWindow(3_600_000_000))),
    "filter": Case(lambda m: m.focus == "filter"),
    "filters": Case(says("Saved filters · 1")),
    "save_filter": Case(is_on(NameScreen), ("F",), filtered()),
    "delete_filter": Case(says("Saved filters · 0"), ("F", "d")),
    "add_alert": Case(lambda m: m.focus == "alert", ("a",), RULED),
    "delete_alert": Case(sends(SetAlerts(())), ("a", "tab", "d"), RULED),
    "keep_alerts": Case(tells("1 alert kept in"), ("a",), RULED),
    "sort": Case(says("sort: share ▼")),
    "reverse": Case(says("sort: posts ▲")),
    "horizon": Case(says("Predicted engagement after 1h"), said=fakes.racing()),
    "rising": Case(is_on(RisingScreen)),
    "topics": Case(says("Stories · ")),
    "model": Case(says("Scoreboard")),
    "authors": Case(says("Over-performers")),
    "alerts": Case(is_on(AlertsScreen)),
    "plots": Case(says("1 of 3 (v V)"), ("c",)),
    "plots_back": Case(says("3 of 3 (v V)"), ("c",)),
    "panels": Case(says("what is rising", "esc")),
    "posts": Case(lambda m: m.focus == "posts"),
    "zoom": Case(lambda m: m.shows("#clusters") and not m.shows("#feed")),
    "panel_1": hides("sentiment"),
    "panel_2": hides("timeline"),
    "panel_3": hides("clusters"),
    "panel_4": hides("predictions"),
    "panel_5": hides("feed"),
    "panel_6": hides("hashtags"),
    "panel_7": hides("rising"),
    "score": Case(lambda m: m.focus == "draft"),
    "pin_draft": Case(lambda m: m.app.screen.has_class("-comparing"), ("t", *"love")),
    "export": Case(says("trendtop-clusters-")),
    "health": Case(is_on(LivePageScreen)),
    "correct_positive": marks("positive"),
    "correct_neutral": marks("neutral"),
    "correct_negative": marks("negative"),
    "correct_not_scorable": marks("not-scorable"),
    "copy": Case(tells("copied, if the terminal lets us"), ("p", "j")),
    "browse": Case(tells("no browser here: https://bsky.app/"), ("p", "j")),
    "pin": Case(sends(Pin((f"bluesky:{fakes.posts()[1].uid}",))), ("p", "j")),
    "restart": Case(tells("the engine starts anew"), (DIED, DIED, DIED, DIED, DIED, DIED)),
    "open": Case(says("esc Close"), ("j",)),
    "open_mood": Case(says("What was scored, what was not, and why"), ("shift+tab",)),
    "down": Case(stands_at(1)),
    "up": Case(stands_at(1), ("j", "j")),
    "page_down": Case(stands_at(LAST - 1)),
    "page_up": Case(stands_at(1), ("G",)),
    "first": Case(stands_at(0), ("j", "j")),
    "last": Case(stands_at(LAST)),
    "back": Case(sends(SetFilter("")), (), filtered()),
    "close": Case(lambda m: m.app.screen is m.app.screen_stack[0], ("p",)),
    "theme": Case(lambda m: m.app.theme == "trendtop-light"),
    "picture": Case(lambda m: len([*Path().glob("trendtop-*.svg")]) == 1),
    "help": Case(is_on(PageScreen)),
    "suspend": Case(lambda m: m.app.title == "suspended"),
    "quit": Case(lambda m: m.app._exit),
}


def test_every_action_has_a_case() -> None:
    assert {*CASES} == {action.id for action in ACTIONS}


@pytest.mark.parametrize(
    ("name", "key"), [(action.id, key) for action in ACTIONS for key in action.keys.split(",")], ids=str
)
async def test_its_key_does_it(name: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRENDTOP_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SSH_CONNECTION", "here")  # no browser
    monkeypatch.setattr(TrendtopApp, "action_suspend_process", lambda app: setattr(app, "title", "suspended"))
    write_filters(tmp_path / "filters.json", {"ours": "tag:ai"})
    case = CASES[name]
    async with monitor(fakes.shown(case.said), size=SIZE, filters=tmp_path / "filters.json") as m:
        for step in case.before:
            await (m.press(step) if isinstance(step, str) else m.hear(step))
        assert not case.seen(m), "it is seen before the key was pressed"
        await m.press(key)
        assert case.seen(m), m.text
