"""Watching without a screen: a line of plain text every few seconds, for pipes, logs and terminals without one."""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import TextIO

from engine.snapshot import Frame, Snapshot
from tui.client import Client
from tui.format import clock, count, percent, rate, whole_percent, window
from tui.lines import ASCII, plain, text_of
from tui.messages import EngineDied, EngineFailed, EngineSaid, FrameArrived
from tui.view import View
from tui.widgets.alerts import in_a_line as alert_line
from tui.widgets.alerts import silence_in_a_line
from tui.widgets.cells import label_cell
from tui.widgets.header import state
from tui.widgets.rising import going_on, in_a_line

EVERY = 10.0  # seconds between two lines in which nothing but numbers has changed


class Reporter:
    """Writes what the engine says as lines, until it has ended."""

    def __init__(self, title: str, out: TextIO, ascii_only: bool, now: Callable[[], float] = time.monotonic) -> None:
        self._title, self._out, self._ascii, self._now = title, out, ascii_only, now
        self._written = -EVERY
        self._state = ""
        self._known: set[int] = set()
        self._told = 0  # the newest alert that has a line
        self._silent: list[str] = []
        self._notes: list[str] = []
        self.failure = ""
        self.unheard = False  # nobody reads what is written
        self.over = asyncio.Event()

    def hear(self, said: EngineSaid) -> None:
        """Take what the engine says."""
        match said:
            case FrameArrived(frame=frame):
                try:
                    self._take(frame)
                except BrokenPipeError:
                    self.unheard = True
                    self.over.set()
            case EngineFailed(message=reason):
                self.failure = reason
                self.over.set()
            case EngineDied(reason=reason):
                self.failure = f"the engine died: {reason}"
                self.over.set()

    def _take(self, frame: Frame) -> None:
        snapshot, now = frame.snapshot, self._now()
        for alert in sorted(snapshot.alerts, key=lambda alert: alert.id):
            if alert.id > self._told:
                self._told = alert.id
                over = "" if alert.end is None else f" until {clock(alert.end)}"
                self._write(f"{clock(alert.raised)} {alert_line(alert)}{over}")
        for rule in frame.health.silent:
            if rule not in self._silent:
                self._write(f"{clock(snapshot.as_of)} {silence_in_a_line(rule, snapshot)}")
        self._silent = frame.health.silent
        notes = [note for note in (frame.health.went_on, *frame.health.notes) if note]
        for note in notes:
            if note not in self._notes:
                self._write(note)
        self._notes = notes
        for burst in going_on(snapshot.bursts):
            if burst.id not in self._known:
                self._write(f"{clock(snapshot.as_of)} now rising: {in_a_line(burst)}")
            self._known.add(burst.id)
        if frame.health.state == "starting":
            return
        if frame.health.state != self._state or now - self._written >= EVERY:
            self._state, self._written = frame.health.state, now
            self._write(line_of(self._title, frame))
        if frame.health.state == "ended":
            self.over.set()

    def _write(self, line: str) -> None:
        line = plain(line)
        print(line.translate(ASCII) if self._ascii else line, file=self._out, flush=True)


def line_of(title: str, frame: Frame) -> str:
    """The feed at a moment, in one line."""
    snapshot, meters = frame.snapshot, frame.snapshot.meters
    told = text_of(state(View(title, frame))).strip().removeprefix("● ")
    parts = [f"{clock(snapshot.as_of)} {told}", title]
    if frame.health.state != "catching up":  # there the state tells the rate
        parts.append(rate(frame.health.rate))
    parts.append(f"{count(meters.read)} read, {count(meters.rejected)} rejected")
    parts.append(f"window {window(snapshot.window)}: {count(snapshot.posts_in_window)} posts, mood {_mood(snapshot)}")
    if snapshot.clusters:
        largest = snapshot.clusters[0]
        parts.append(f"{label_cell(largest.label, largest.terms)[0]} {percent(largest.share)}")
    return " · ".join(parts)


def _mood(snapshot: Snapshot) -> str:
    mood = snapshot.sentiment
    if mood.mean is None:
        return "not scored"
    band = "" if mood.band is None else f" ±{mood.band:.3f}"
    return f"{mood.mean:+.3f}{band} ({whole_percent(mood.coverage)} scored)"


def watch_plainly(client: Client, title: str, ascii_only: bool) -> int:
    """Write lines on stdout until the feed is over; the exit status."""
    reporter = asyncio.run(_listen(client, title, ascii_only))
    if reporter.unheard:
        raise BrokenPipeError
    if reporter.failure:
        print(f"trendtop: {plain(reporter.failure)}", file=sys.stderr)
    return 1 if reporter.failure else 0


async def _listen(client: Client, title: str, ascii_only: bool) -> Reporter:
    reporter = Reporter(title, sys.stdout, ascii_only)
    client.attach(reporter.hear)
    await reporter.over.wait()
    return reporter
