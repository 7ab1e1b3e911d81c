"""The engine's own process as the screen sees it: commands in, frames and answers out, every wait on these alone."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

import msgspec

from engine.config import EngineConfig, SourceConfig
from engine.export import json_parts
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.protocol import (
    Command,
    Corrected,
    DraftScored,
    Exported,
    Failed,
    Framed,
    GradesOpened,
    PostOpened,
    PostsFound,
    Report,
    Start,
    Stop,
    TopicsOpened,
    Unpacker,
    pack,
    report_decoder,
)
from engine.runner import Runner
from engine.snapshot import Frame, Snapshot
from engine.sources.opening import open_sources
from tests.feeds import ALL, PRESENT
from tests.worker_template import ROOT, Forked

Answer = DraftScored | PostsFound | PostOpened | GradesOpened | TopicsOpened | Exported | Corrected

PATIENCE = 90.0  # seconds until a wait counts as hopeless


def _started(argv: tuple[str, ...], fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, *(argv or ("-m", "engine.worker"))]
    pipe = subprocess.PIPE
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a background job, and a child would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT, env=env, pass_fds=fds)


class Watching:
    """A worker and what it said so far. Leaving the context ends it, whatever happened.

    It is forked from one that has loaded the learners already, unless it has to be `new` or is given more than that.
    """

    def __init__(self, *argv: str, fds: tuple[int, ...] = (), new: bool = False) -> None:
        self.process = _started(argv, fds) if argv or fds or new else Forked()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        self._unpacker = Unpacker()
        self._unread: list[Report] = []
        self.frames: list[Frame] = []

    def send(self, *commands: Command) -> None:
        """Write commands in one go."""
        self.write(b"".join(map(pack, commands)))

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.input, data) :]

    def report(self) -> Report | None:
        """The next report; None at the end of the output."""
        end = time.monotonic() + PATIENCE
        while not self._unread:
            ready, _, _ = select.select([self.output], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"nothing came; the last frame: {self.frames[-1:]}")
            data = os.read(self.output, 1 << 18)
            if not data:
                return None
            self._unread += map(report_decoder.decode, self._unpacker.feed(data))
        report = self._unread.pop(0)
        if isinstance(report, Framed):
            self.frames.append(report.frame)
        return report

    def until(self, fits: Callable[[Frame], bool]) -> Frame:
        """The first frame from now on that fits."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            report = self.report()
            assert not isinstance(report, Failed), report.message
            assert report is not None, self.errors()
            if isinstance(report, Framed) and fits(report.frame):
                return report.frame
        raise AssertionError(f"no frame fits; the last: {self.frames[-1:]}")

    def read(self, count: int) -> Frame:
        """The frame in which so many lines have been read and no source is behind; more is an error."""
        frame = self.until(lambda frame: frame.snapshot.meters.lines >= count and frame.health.state != "catching up")
        assert frame.snapshot.meters.lines == count
        return frame

    def lines(self, count: int) -> Frame:
        """The frame in which so many lines have been read and all of them applied; more is an error."""
        frame = self.until(lambda frame: frame.snapshot.meters.lines >= count and settled(frame.snapshot))
        assert frame.snapshot.meters.lines == count
        return frame

    def until_silent(self, seconds: float) -> None:
        """Wait until nothing has come for so long."""
        end = time.monotonic() + PATIENCE
        while self._unread or select.select([self.output], [], [], seconds)[0]:
            self.report()
            assert time.monotonic() < end, f"it goes on talking; the last: {self.frames[-1:]}"

    def answer(self, kind: type[Answer]) -> Report:
        """The next answer of a kind."""
        while True:
            report = self.report()
            assert report is not None, self.errors()
            if isinstance(report, kind):
                return report

    def end(self) -> tuple[int, list[Report]]:
        """Its exit status, and the reports it still sent."""
        said = []
        while (report := self.report()) is not None:
            said.append(report)
        return self.process.wait(PATIENCE), said

    def errors(self) -> str:
        """What it wrote to its log; waits for its end."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def stop(self) -> int:
        self.send(Stop())
        return self.end()[0]

    def __enter__(self) -> "Watching":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def watching(*paths: object, engine: EngineConfig = ALL, new: bool = False, **source: object) -> Watching:
    """A worker that was told to watch `paths`."""
    monitor = Watching(new=new)
    config = SourceConfig(paths=tuple(map(str, paths)), **source)  # type: ignore[arg-type]
    monitor.send(Start(engine=engine, source=config, rate=20.0))
    return monitor


def settled(picture: Snapshot) -> bool:
    """Whether every record found in the lines shows in the picture."""
    meters = msgspec.structs.asdict(picture.meters)
    lines, read = meters.pop("lines"), meters.pop("read")
    meters.pop("embedded")
    return lines <= read == sum(meters.values())


def headless(paths: Iterable[Path], engine: EngineConfig = ALL) -> Snapshot:
    """What `trendtop export` makes of the same files."""
    watched = Engine(engine)
    Runner(watched, open_sources(SourceConfig(paths=tuple(map(str, paths)), follow=False))).run()
    return snapshot(watched)


def fed_at_once(lines: list[bytes], engine: EngineConfig = ALL) -> Snapshot:
    """The picture of a feed that has fallen silent after `lines`, read in one go."""
    watched = Engine(engine)
    watched.feed(0, lines, PRESENT)
    watched.quiet(0)
    return snapshot(watched)


def as_json(picture: Snapshot) -> str:
    return "".join(json_parts(picture))
