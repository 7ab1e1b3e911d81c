"""Alerts asked for over the pipe of the engine's process, while the feed runs."""

from pathlib import Path

from engine.protocol import Asked, SetAlerts
from tests.feeds import START
from tests.test_alerts import BAD, GOOD, talk
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
