"""Alerts asked for over the pipe of the engine's process, while the feed runs."""

import os
import signal
from pathlib import Path

from engine.protocol import Asked, SetAlerts
from engine.snapshot import Snapshot
from tests.feeds import START
from tests.test_alerts import BAD, GOOD, talk
from tests.test_tui_revival import until
from tests.test_tui_revival import watching as monitoring
from tests.worker_harness import watching


def test_an_alert_asked_for_in_mid_feed_is_watched_for_from_there_on(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join([*talk(GOOD, 0, 100), *talk(BAD, 100, 200)]) + "\n")
    with watching(feed, follow=True) as worker:
        worker.lines(100)
        worker.send(SetAlerts((Asked("negative>10% over 1m"), Asked("men<3"))))
        shown = worker.until(lambda frame: bool(frame.snapshot.watched)).snapshot
        (rule,) = shown.watched
        assert rule.since == shown.as_of
        assert shown.alerts == []
        with feed.open("a") as more:
            more.write("\n".join(talk(BAD, 200, 230)) + "\n")
        shown = worker.until(lambda frame: bool(frame.snapshot.alerts)).snapshot
        assert shown.alerts[0].start >= rule.since
        assert shown.alerts[0].start.timestamp() < START / 1e6 + 210
        worker.send(SetAlerts(()))
        shown = worker.until(lambda frame: not frame.snapshot.watched).snapshot
        assert shown.alerts[0].end is not None


async def test_an_alert_typed_on_the_screen_is_raised_and_outlives_the_engine(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join(talk(GOOD, 0, 200)) + "\n")
    async with monitoring(feed, tmp_path / "log") as (m, client):

        def now() -> Snapshot | None:
            return m.app._latest.snapshot if m.app._latest else None

        await until(m, lambda: (shown := now()) is not None and shown.meters.lines == 100)
        await m.press("a", "n")
        await m.paste("negative>20% over 1m for 10s")
        await m.press("enter")
        await until(m, lambda: (shown := now()) is not None and bool(shown.watched))
        with feed.open("a") as more:
            more.write("\n".join([*talk(BAD, 200, 300), *talk(GOOD, 300, 400)]) + "\n")
        await until(m, lambda: (shown := now()) is not None and bool(shown.alerts) and shown.alerts[0].end is not None)
        assert "ALERT negative>20%" in m.text
        before = now()
        first = client._process.pid
        os.kill(first, signal.SIGKILL)
        await until(m, lambda: "up to date again" in m.text)
        await until(m, lambda: (shown := now()) is not None and shown.meters.lines == 200)
        after = now()
        assert before is not None
        assert after is not None
        assert client._process.pid != first
        assert after.watched == before.watched
        assert after.alerts == before.alerts
