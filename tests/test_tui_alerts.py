"""Alerts on the screen: the event line, the bell, the page."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.protocol import Asked, SetAlerts
from engine.snapshot import AlertRow, AlertRule
from tests import tui_fakes as fakes
from tests.test_tui_topics import rows_of
from tests.tui_driver import Monitor, monitor
from tui.messages import EngineDied
from tui.saved_filters import write_filters
from tui.widgets.line_input import LineInput

RULE = "tag:rain mean<-0.3 for 60s"


def alert(number: int = 1, **changes: Any) -> AlertRow:
    start = fakes.NOW - timedelta(minutes=4)
    row = AlertRow(
        id=number,
        rule=RULE,
        kind="threshold",
        start=start,
        raised=start + timedelta(seconds=60),
        end=None,
        metric="mean",
        value=-0.41,
        worst=-0.52,
        posts=37,
        times=1,
        what="",
    )
    return msgspec.structs.replace(row, **changes)


def over(number: int, **changes: Any) -> AlertRow:
    return alert(number, end=fakes.NOW - timedelta(minutes=1), **changes)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_an_alert_is_told_once_and_stays_on_the_event_line_while_it_is_on(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        assert "ALERT" not in m.events
        await m.hear(fakes.shown(fakes.busy(alerts=[alert()])))
        assert f"ALERT {RULE} · -0.52, 37 posts" in m.events
        for _ in range(45):
            await m.hear(fakes.shown(fakes.busy(alerts=[alert()])))
        assert m.events.count("ALERT") == 1
        await m.hear(fakes.shown(fakes.busy(alerts=[over(1)])))
        assert "ALERT" not in m.events


@pytest.mark.parametrize(("bell", "state", "rings"), [(True, "live", 1), (True, "catching up", 0), (False, "live", 0)])
async def test_the_bell_rings_if_asked_for_and_only_for_a_live_feed(
    monkeypatch: pytest.MonkeyPatch, bell: bool, state: str, rings: int
) -> None:
    rung = []
    async with monitor(bell=bell) as m:
        monkeypatch.setattr(m.app, "bell", lambda: rung.append(1))
        for _ in range(2):
            await m.hear(fakes.shown(fakes.busy(alerts=[alert()]), state=state))
        assert len(rung) == rings


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_the_page_lists_alerts_and_what_was_said(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        await m.hear(fakes.shown(fakes.busy(alerts=[alert(3), over(2, rule="silence 5m", metric="", value=None)])))
        await m.press("a")
        assert "1 on" in m.text
        assert RULE in m.text
        assert "silence 5m" in m.text
        assert f"ALERT {RULE}" in m.text
        await m.press("enter")
        assert "it still is" in m.text
        assert "-0.52" in m.text
        await m.press("escape", "escape")
        assert m.shows("#clusters")


async def test_without_alerts_the_page_says_how_to_ask_for_them() -> None:
    async with monitor() as m:
        await m.press("a")
        assert "--alert" in m.text
        assert "nothing so far" in m.text


async def test_a_silent_feed_is_told_once_and_shown_while_it_is_silent() -> None:
    async with monitor() as m:
        for _ in range(45):
            await m.hear(fakes.shown(fakes.busy(), state="waiting", silent=["silence 5m"]))
        assert "ALERT silence 5m: nothing since 21:04:31" in m.events
        await m.hear(fakes.shown(fakes.busy(), state="live"))
        assert "ALERT" not in m.events


# -- watching for others -----------------------------------------------------------------------------------------

SAVED = {"rain": "tag:rain", "two words": 'lang:en "big storm"', "viral": "likes>10"}


@pytest.fixture
def filters(tmp_path: Path) -> Path:
    write_filters(tmp_path / "filters.json", SAVED)
    return tmp_path / "filters.json"


def rule(text: str, **changes: Any) -> AlertRule:
    row = AlertRule(rule=text, kind="threshold", since=None, metric="mean", value=-0.12, on=0, raised=0)
    return msgspec.structs.replace(row, **changes)


def watched(*rules: AlertRule, **changes: Any) -> fakes.FrameArrived:
    return fakes.shown(fakes.busy(watched=list(rules), **changes))


def hint(m: Monitor) -> str:
    return m.text.split("\n")[-1].rstrip()


def typed(m: Monitor) -> str:
    return m.app.screen.query_one("#alert", LineInput).value


async def type_in(m: Monitor, text: str) -> None:
    """Open the line and type, not letter by letter."""
    await m.press("n")
    await m.paste(text)


@pytest.mark.parametrize("size", [(80, 24), (100, 32), (160, 48)])
async def test_the_page_lists_what_is_watched_for(size: tuple[int, int]) -> None:
    rules = (
        rule(RULE, on=1, raised=2, value=-0.41),
        rule("silence 5m", kind="silence", metric="", value=None, since=fakes.NOW),
    )
    async with monitor(watched(*rules, alerts=[alert()]), size=size) as m:
        await m.press("a")
        first, second = rows_of(m, "#rules")
        assert first.split()[:3] == ["yes", "-0.41", "2"]
        assert first.endswith(RULE)
        assert second.split()[:2] == ["no", "–"]
        assert "Watched for · 2" in m.text
        assert m.focus == "alerts"
        await m.tab_to("rules")
        await m.press("enter")
        assert "the beginning of the feed" in m.text
        assert "yes, 1 of it" in m.text


async def test_an_alert_is_typed_and_watched_for_from_then_on(filters: Path) -> None:
    async with monitor(watched(rule(RULE)), size=(80, 24), filters=filters) as m:
        await m.press("a")
        await m.type_ahead("n", "q", "d", "n")
        assert typed(m) == "qdn", "what is typed at once lands there"
        assert m.text.splitlines()[-2].startswith(" alert qdn")
        await m.press("ctrl+u")
        await m.paste("posts>300 for 60s")
        await m.press("enter")
        assert m.engine.of(SetAlerts) == [SetAlerts((Asked(RULE), Asked("posts>300 for 60s")))]
        assert "watched for from now on: posts>300 for 60s" in m.text
        assert m.focus == "alerts"
        await m.press("n")
        await m.paste("  posts>300   for 60s")
        await m.press("enter")
        assert "watched for already" in m.text
        await m.press("n")
        await m.paste("@rain mean<0")
        await m.press("enter")
        assert m.engine.of(SetAlerts)[-1].alerts[2] == Asked("@rain mean<0", None, {"rain": "tag:rain"})
        assert len(m.engine.of(SetAlerts)) == 2


async def test_an_alert_that_cannot_be_read_is_shown_where_and_is_not_sent(filters: Path) -> None:
    async with monitor(watched(), size=(80, 24), filters=filters) as m:
        await m.press("a")
        await type_in(m, "tag:rain men<0")
        assert hint(m) == f'{" " * 16}^ "men" cannot be watched: did you mean mean?'
        await m.press("enter")
        assert not m.engine.of(SetAlerts)
        assert m.app.screen.query_one("#alert", LineInput).cursor_position == 9
        await m.press("end", "ctrl+u", *"@viral", "space")
        await m.paste("posts>3")
        assert "the saved filter viral asks for likes" in hint(m)
        await m.press("ctrl+u")
        await m.paste("@nobody posts>3")
        assert 'no filter is saved as "nobody"' in hint(m)
        await m.press("escape")
        assert m.text.splitlines()[-2].strip() != "alert"
        await m.press("n")
        assert typed(m) == ""


async def test_what_can_follow_is_offered(filters: Path) -> None:
    async with monitor(watched(), size=(160, 34), filters=filters) as m:
        await m.press("a", "n")
        assert hint(m).startswith(" burst something rises")
        await m.press("@")
        assert "@rain tag:rain" in hint(m)
        assert '@"two words"' in hint(m)
        await m.press("down", "tab", *"ne")
        assert hint(m).startswith(" negative>")
        await m.press("tab")
        await m.paste("40% ")
        assert hint(m).startswith(" for how long it must hold")
        await m.press("tab", "tab")
        assert typed(m) == '@"two words" negative>40% for 60s '
        await m.press("enter")
        assert m.engine.of(SetAlerts)[0].alerts[0].text == '@"two words" negative>40% for 60s'


async def test_an_alert_is_taken_away_when_asked_twice() -> None:
    async with monitor(watched(rule(RULE), rule("posts>3")), size=(80, 24)) as m:
        await m.press("a")
        await m.tab_to("rules")
        await m.press("j", "d")
        assert "d again: no longer posts>3" in m.text
        await m.press("k", "d", "d")
        assert m.engine.of(SetAlerts) == [SetAlerts((Asked("posts>3"),))]
        assert f"no longer watched for: {RULE}" in m.text
        await m.hear(watched(rule("posts>3"), alerts=[over(1)]))
        await m.tab_to("alerts")
        await m.press("d")
        assert "not watched for any more" in m.text


async def test_with_nothing_watched_for_the_keys_say_so() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("a", "d")
        assert "nothing to delete" in m.text
        assert "n adds an alert like" in m.text


async def test_either_bar_takes_the_place_of_the_other() -> None:
    async with monitor(watched(rule(RULE)), size=(80, 24)) as m:
        await m.press("a", "n", "tab")
        m.app.screen.set_focus(m.app.screen.query_one("#rules"))
        await m.press("/")
        assert m.focus == "filter"
        assert m.app.screen.query_one("#alert-bar").region.area == 0
        m.app.screen.set_focus(m.app.screen.query_one("#rules"))
        await m.press("n")
        assert m.focus == "alert"
        assert m.app.screen.query_one("#filter-bar").region.area == 0
        await m.press("escape", "escape")
        assert m.app.screen is m.app.screen_stack[0]


async def test_an_engine_started_anew_watches_for_the_same_from_the_same_moment_on() -> None:
    later = fakes.NOW - timedelta(minutes=3)
    async with monitor(watched(rule(RULE)), size=(80, 24)) as m:
        await m.press("a")
        await type_in(m, "posts>3")
        await m.press("enter")
        await m.hear(watched(rule(RULE), rule("posts>3", since=later)))
        await m.hear(EngineDied("it was ended by SIGKILL", "SIGKILL"))
        assert m.engine.of(SetAlerts)[-1] == SetAlerts((Asked(RULE), Asked("posts>3", later)))
        await type_in(m, "rate>9")
        await m.press("enter")
        m.app._revival.forgive()
        await m.hear(EngineDied("it was ended by SIGKILL", "SIGKILL"))
        assert m.engine.of(SetAlerts)[-1].alerts[2] == Asked("rate>9", fakes.NOW), "no picture has said since when"


async def test_what_is_watched_for_is_kept_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("TRENDTOP_CONFIG", str(path))
    path.write_text('# mine\nalerts = [\n  "burst",  # an old one\n  "posts>1",\n]\nwindow = "5m"\n')
    async with monitor(watched(rule(RULE), rule('"big \\ storm" posts>3')), size=(160, 34)) as m:
        await m.press("a", "w")
        assert f"2 alerts kept in {path}" in m.text
    data = tomllib.loads(path.read_text())
    assert data == {"alerts": [RULE, '"big \\ storm" posts>3'], "window": "5m"}
    assert path.read_text().startswith("# mine\n")
