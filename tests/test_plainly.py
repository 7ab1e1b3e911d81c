"""Watching where there is no terminal: lines for a pipe or a log."""

import io
import os
import resource
import subprocess
import sys
from pathlib import Path

import msgspec

from tests import tui_fakes as fakes
from tests.test_alerts import BAD, GOOD, talk
from tests.test_tui_alerts import alert, over
from tests.test_tui_terminal import Terminal
from tui.messages import EngineDied, EngineFailed
from tui.plainly import EVERY, Reporter

ROOT = Path(__file__).parent.parent


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def reporter(ascii_only: bool = False) -> tuple[Reporter, io.StringIO, Clock]:
    out, clock = io.StringIO(), Clock()
    return Reporter("feed.jsonl", out, ascii_only, clock), out, clock


def test_a_line_comes_with_each_state_and_then_every_ten_seconds() -> None:
    told, out, clock = reporter()
    told.hear(fakes.shown(fakes.empty(), state="starting"))
    told.hear(fakes.shown(fakes.busy(bursts=[]), state="catching up", backlog=0.5, remaining=9.0))
    told.hear(fakes.shown(fakes.busy(bursts=[])))
    told.hear(fakes.shown(fakes.busy(bursts=[])))
    clock.now += EVERY
    told.hear(fakes.shown(fakes.busy(bursts=[])))
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("21:04:31 CATCHING UP 50% · 1,204/s · 9 s left · feed.jsonl · 401,456 read")
    assert lines[1].startswith("21:04:31 LIVE · feed.jsonl · 1,204/s · ")
    assert "window 15m: 38,112 posts, mood +0.231 ±0.006 (61% scored) · #worldcup #goal" in lines[1]
    assert len(lines) == 3


def test_a_burst_is_told_once() -> None:
    told, out, _ = reporter()
    told.hear(fakes.shown())
    told.hear(fakes.shown())
    assert out.getvalue().count("now rising: ") == len([burst for burst in fakes.bursts() if burst.end is None])


def test_an_alert_is_told_once_with_its_times() -> None:
    told, out, _ = reporter()
    on, gone = alert(7), over(6, rule="silence 5m", metric="")
    told.hear(fakes.shown(fakes.busy(bursts=[], alerts=[on, gone])))
    told.hear(fakes.shown(fakes.busy(bursts=[], alerts=[over(7), gone, alert(9, rule="posts>\x1b[2J9")])))
    lines = [line for line in out.getvalue().splitlines() if "ALERT" in line]
    assert lines == [
        "21:01:31 ALERT silence 5m since 21:00:31 until 21:03:31",
        "21:01:31 ALERT tag:rain mean<-0.3 for 60s · -0.52, 37 posts since 21:00:31",
        "21:01:31 ALERT posts>[2J9 · -0.52, 37 posts since 21:00:31",
    ]


def test_a_feed_that_is_silent_now_is_told_of_once_each_time() -> None:
    told, out, _ = reporter()
    for silent in (["silence 5m"], ["silence 5m"], [], ["silence 5m"]):
        told.hear(fakes.shown(fakes.busy(bursts=[]), state="waiting", silent=silent))
    assert out.getvalue().count("21:04:31 ALERT silence 5m: nothing since 21:04:31") == 2


def test_what_it_went_on_from_and_what_is_not_saved_is_told_once_each_time() -> None:
    told, out, _ = reporter()
    told.hear(fakes.shown(fakes.empty(), state="starting", went_on="went on from the state saved after 7 lines"))
    for notes in (["not saved"], ["not saved"], [], ["not saved"]):
        told.hear(fakes.shown(went_on="went on from the state saved after 7 lines", notes=notes))
    lines = out.getvalue().splitlines()
    assert lines[0] == "went on from the state saved after 7 lines"
    assert (len([line for line in lines if "went on" in line]), lines.count("not saved")) == (1, 2)


def test_watch_prints_the_alerts_of_a_feed_without_a_terminal(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join([*talk(GOOD, 0, 60), *talk(BAD, 60, 200), *talk(GOOD, 700, 720, first=1)]) + "\n")
    rules = ("--alert", "mean<-0.3 over 1m for 30s", "--alert", "silence 5m")
    command = [sys.executable, "-m", "tui.cli", str(feed), "--no-follow", "--log", str(tmp_path / "log"), *rules]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    told = [line for line in result.stdout.splitlines() if "ALERT" in line]
    assert len(told) == 2
    assert " ALERT mean<-0.3 over 1m for 30s · -0." in told[0]
    assert told[1].endswith(" ALERT silence 5m since 12:03:18 until 12:11:40")


def test_a_last_state_that_is_not_saved_is_one_line_and_status_1(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join(talk(GOOD, 0, 60)) + "\n")
    command = [sys.executable, "-m", "tui.cli", "watch", str(feed), "--no-follow", "--state", str(tmp_path / "state")]
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "xdg")}

    def nearly_full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))

    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, preexec_fn=nearly_full
    )
    assert done.returncode == 1
    assert f"the state was not saved to {tmp_path / 'state'}: file too large" in done.stdout
    assert f"trendtop: the last state was not saved to {tmp_path / 'state'}: the next run" in done.stderr
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["engine.lock"]


def test_lines_hold_nothing_that_a_terminal_acts_on_and_ascii_is_ascii() -> None:
    told, out, _ = reporter(ascii_only=True)
    evil = msgspec.structs.replace(fakes.clusters()[0], label="\x1b[2Jx")
    told.hear(fakes.shown(fakes.busy(clusters=[evil], bursts=[])))
    assert out.getvalue().replace("\n", "").isprintable()
    assert out.getvalue().isascii()


def test_it_ends_with_the_feed_or_with_the_engine() -> None:
    for said, failure in (
        (fakes.shown(state="ended"), ""),
        (EngineFailed("no such file"), "no such file"),
        (EngineDied("it was ended by SIGKILL"), "the engine died: it was ended by SIGKILL"),
    ):
        told, _, _ = reporter()
        told.hear(said)
        assert told.over.is_set()
        assert told.failure == failure


def test_a_missing_feed_is_one_line_and_status_1(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui.cli", str(tmp_path / "none"), "--log", str(tmp_path / "log")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("trendtop: ")
    assert "Traceback" not in result.stderr


def test_a_dumb_terminal_gets_lines_too(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes((ROOT / "sample_feeds" / "x.jsonl").read_bytes()[:20_000].rpartition(b"\n")[0] + b"\n")
    command = (sys.executable, "-m", "tui.cli", str(feed), "--no-follow", "--log", str(tmp_path / "log"))
    terminal = Terminal(*command, TERM="dumb", TRENDTOP_CONFIG=str(tmp_path / "none.toml"))
    try:
        assert terminal.end() == 0
    finally:
        terminal.close()
    assert b"\x1b" not in terminal.written
    assert b"TERM=dumb" in terminal.written
    assert b" ENDED " in terminal.written
