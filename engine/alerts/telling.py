"""Tells of alerts outside the screen: lines in a file, a command that is run for each."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence

import msgspec

from engine.alerts.rules import AlertError
from engine.snapshot import AlertRow

MOST_AT_ONCE = 4  # commands that run beside each other; more are left out, and said to be
PRIVATE = 0o600


def check_log(path: str) -> None:
    """Raise AlertError if no line can be added to the file."""
    try:
        with open(path, "ab", opener=_private):
            pass
    except OSError as error:
        raise AlertError(f"cannot write alerts to {path}: {error.strerror}") from None


def read_command(text: str) -> list[str]:
    """The words of a command. Raises AlertError if it cannot be split, or there is no such program."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise AlertError(f"cannot read the alert command {text!r}: {error}") from None
    if not words or shutil.which(words[0]) is None:
        raise AlertError(f"there is no program {words[0] if words else ''!r} for alerts to run")
    return words


class Teller:
    """Adds a JSON line to `log` for each alert, and runs `command` with it; "" is neither.

    The command is run without a shell, with the alert as JSON on its standard input and its rule in TRENDTOP_ALERT:
    nothing that a post says becomes part of a command line. Nobody waits for it.
    """

    def __init__(self, log: str = "", command: str = "") -> None:
        if log:
            check_log(log)
        self._log = log
        self._command = read_command(command) if command else []
        self._running: list[subprocess.Popen[bytes]] = []

    def tell(self, alerts: Sequence[AlertRow], live: bool = True) -> str:
        """Tell of each, with the command only if `live`; gives "" or one line of what could not be told."""
        lines = [msgspec.json.encode(alert) + b"\n" for alert in alerts]
        trouble = ""
        if self._log and lines:
            try:
                with open(self._log, "ab", opener=_private) as file:
                    file.write(b"".join(lines))
            except OSError as error:
                trouble = f"alerts are not written to {self._log}: {error.strerror}"
        for alert, line in zip(alerts, lines, strict=True):
            if self._command and live:
                trouble = self._run(alert, line) or trouble
        return trouble

    def _run(self, alert: AlertRow, line: bytes) -> str:
        self._running = [process for process in self._running if process.poll() is None]
        if len(self._running) >= MOST_AT_ONCE:
            return f"the alert command was not run for {alert.rule!r}: {MOST_AT_ONCE} of it still run"
        reading, writing = os.pipe()
        try:
            os.set_blocking(writing, False)
            os.write(writing, line)  # a pipe holds more than an alert is long
            self._running.append(
                subprocess.Popen(
                    self._command,
                    stdin=reading,
                    stdout=sys.stderr,
                    stderr=sys.stderr,
                    env={**os.environ, "TRENDTOP_ALERT": alert.rule},
                    start_new_session=True,
                )
            )
        except OSError as error:
            return f"the alert command cannot be run: {error.strerror}"
        finally:
            os.close(reading)
            os.close(writing)
        return ""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)
