"""Alerts on the screen: the event line, the bell, the page."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from engine.snapshot import AlertRow
from tests import tui_fakes as fakes
from tests.tui_driver import monitor

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
