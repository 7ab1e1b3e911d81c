"""Alerts outside the screen: a file, a command. Nothing that a post says becomes part of a command line."""

import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from engine.alerts.rules import AlertError
from engine.alerts.telling import MOST_AT_ONCE, Teller
from engine.snapshot import AlertRow

NOW = datetime(2026, 7, 4, 12, tzinfo=UTC)
ALERT = AlertRow(
    id=1,
    rule="tag:x mean<-0.3 for 60s",
    kind="threshold",
    start=NOW,
    raised=NOW,
    end=None,
    metric="mean",
    value=-0.4,
    worst=-0.5,
    posts=12,
    times=1,
    what="$(touch owned) `touch owned` ; touch owned",
)


def finish(teller: Teller) -> None:
    for process in teller._running:
        process.wait(30)


def test_each_alert_is_a_line_of_a_private_file(tmp_path: Path) -> None:
    log = tmp_path / "alerts.jsonl"
    teller = Teller(str(log))
    assert teller.tell([ALERT]) == ""
    assert teller.tell([]) == ""
    assert teller.tell([msgspec.structs.replace(ALERT, id=2)], live=False) == ""
    rows = [msgspec.json.decode(line, type=AlertRow) for line in log.read_bytes().splitlines()]
    assert [row.id for row in rows] == [1, 2]
    assert rows[0] == ALERT
    assert stat.S_IMODE(os.stat(log).st_mode) == 0o600


def test_the_command_gets_the_alert_on_its_input_and_runs_without_a_shell(tmp_path: Path) -> None:
    out = tmp_path / "told"
    code = f"import os,sys; open({str(out)!r}, 'w').write(os.environ['TRENDTOP_ALERT'] + sys.stdin.read())"
    teller = Teller(command=f'{sys.executable} -c "{code}"')
    assert teller.tell([ALERT]) == ""
    finish(teller)
    told = out.read_text()
    assert told.startswith(ALERT.rule)
    assert msgspec.json.decode(told.removeprefix(ALERT.rule), type=AlertRow) == ALERT
    assert sorted(os.listdir(tmp_path)) == ["told"]


def test_no_command_is_run_for_what_a_file_says_of_yesterday(tmp_path: Path) -> None:
    teller = Teller(command=f"{sys.executable} -c 0")
    teller.tell([ALERT], live=False)
    assert teller._running == []


def test_a_command_that_never_ends_is_not_started_without_end(tmp_path: Path) -> None:
    teller = Teller(command=f'{sys.executable} -c "import time; time.sleep(60)"')
    trouble = teller.tell([ALERT] * (MOST_AT_ONCE + 2))
    assert "still run" in trouble
    assert len(teller._running) == MOST_AT_ONCE
    for process in teller._running:
        process.kill()
    finish(teller)


@pytest.mark.parametrize(
    ("log", "command", "says"),
    [
        ("no/such/folder/alerts", "", "cannot write alerts to"),
        ("", "no-such-program-at-all", "there is no program"),
        ("", "unclosed 'quote", "cannot read the alert command"),
        ("", "   ", "there is no program"),
    ],
)
def test_what_cannot_be_told_is_said_before_anything_is_read(tmp_path: Path, log: str, command: str, says: str) -> None:
    with pytest.raises(AlertError, match=says):
        Teller(str(tmp_path / log) if log else "", command)
