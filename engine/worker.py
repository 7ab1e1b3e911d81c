"""The engine's own process: commands come in on stdin, reports go out on stdout, errors to the log on stderr."""

import os
import resource
import select
import sys
import time
from collections import deque

from engine.config import SECOND, SourceConfig
from engine.demo import DemoSource
from engine.draft import score_draft
from engine.export import ExportError, write
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.platforms.moment import line_time
from engine.protocol import (
    Command,
    DraftScored,
    Export,
    Exported,
    Failed,
    Framed,
    Report,
    ScoreDraft,
    SetWindow,
    Start,
    Stop,
    Unpacker,
    command_decoder,
    pack,
)
from engine.runner import FixedSources, Runner
from engine.snapshot import Frame, Health, Source
from engine.sources.base import SourceError
from engine.sources.opening import open_sources
from engine.sources.waiting import Waiter

ROWS = 60  # rows of each table that a frame carries
SLICE = 0.05  # seconds of feeding between two looks at the commands
RATE_SPAN = 5.0  # seconds over which the rate is measured


class Pipe:
    """The two ends of the talk with the screen. Writing never blocks: a screen that does not read misses frames."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.read_fd = read_fd
        self._write_fd = write_fd
        self._unpacker = Unpacker()
        self._out = bytearray()
        self.closed = False
        os.set_blocking(write_fd, False)

    def commands(self, timeout: float = 0.0) -> list[Command]:
        """Commands that have come, waiting at most `timeout` seconds for the first."""
        bodies: list[bytes] = []
        while not self.closed and select.select([self.read_fd], [], [], timeout)[0]:
            data = os.read(self.read_fd, 65536)
            self.closed = not data
            bodies += self._unpacker.feed(data)
            timeout = 0.0
        return [command_decoder.decode(body) for body in bodies]

    @property
    def clear(self) -> bool:
        """Whether everything sent has left."""
        self._flush()
        return not self._out

    def send(self, report: Report) -> None:
        """Queue a report and write what the pipe takes."""
        self._out += pack(report)
        self._flush()

    def drain(self, seconds: float) -> None:
        """Give the last reports a moment to leave."""
        end = time.monotonic() + seconds
        while not self.clear and time.monotonic() < end:
            select.select([], [self._write_fd], [], 0.1)

    def _flush(self) -> None:
        while self._out:
            try:
                del self._out[: os.write(self._write_fd, self._out)]
            except BlockingIOError:
                return
            except BrokenPipeError:
                self.closed = True
                self._out.clear()


class Worker:
    """One watched feed: reads, answers, reports."""

    def __init__(self, pipe: Pipe, start: Start, commands: list[Command]) -> None:
        self._pipe = pipe
        self._early = commands  # that came together with Start
        self._start = start
        self._decoder = Decoder(start.source.format, start.source.map)
        self.engine = Engine(start.engine, self._decoder)
        self._sources = (
            FixedSources([DemoSource(start.engine.seed)]) if start.demo else open_sources(start.source, line_time)
        )
        self._runner = Runner(self.engine, self._sources, None if start.demo else start.source.replay)
        self._waiter = Waiter(self._sources, extra_fds=(pipe.read_fd,))
        self._marks: deque[tuple[float, int]] = deque()
        self._cpu = (time.monotonic(), time.process_time())
        self._shown: tuple[object, ...] = ()
        self._finished = False

    def run(self) -> None:
        """Until told to stop or the screen is gone."""
        period = 1.0 / self._start.rate
        next_frame = 0.0
        while not self._pipe.closed:
            commands, self._early = self._early + self._pipe.commands(), []
            if not self._obey(commands):
                return
            fed = self._feed()
            now = time.monotonic()
            if now >= next_frame and self._pipe.clear:
                self._report(now)
                next_frame = now + period
            if not fed:
                self._waiter.wait(max(0.0, next_frame - time.monotonic()))

    def close(self) -> None:
        """Let go of the sources."""
        self._waiter.close()
        for source in self._sources:
            source.close()

    def _feed(self) -> int:
        fed, end = 0, time.monotonic() + SLICE
        while time.monotonic() < end:
            lines = self._runner.step()
            if not lines:
                break
            fed += lines
        if self._runner.finished and not self._finished:
            self.engine.finish()
            self._finished = True
        return fed

    # -- commands --------------------------------------------------------------------------------------------

    def _obey(self, commands: list[Command]) -> bool:
        """Carry out commands; False if one says stop. Of several drafts only the newest is scored."""
        drafts = [command for command in commands if isinstance(command, ScoreDraft)]
        for command in commands:
            match command:
                case Stop():
                    return False
                case SetWindow():
                    self.engine.show(command.window)
                    self._shown = ()
                case Export():
                    self._pipe.send(self._export(command))
                case ScoreDraft() if command is drafts[-1]:
                    self._pipe.send(DraftScored(command.id, score_draft(self.engine, command.text, command.author)))
                case _:
                    pass
        return True

    def _export(self, command: Export) -> Exported:
        try:
            return Exported(command.id, write(snapshot(self.engine), command.path, command.table))
        except ExportError as error:
            return Exported(command.id, [], str(error))

    # -- reports ---------------------------------------------------------------------------------------------

    def _report(self, now: float) -> None:
        health = self._health(now)
        state = (self.engine.lines, self.engine.now, self.engine.held, health.state, health.rate)
        if state == self._shown:
            return
        self._shown = state
        self._pipe.send(Framed(Frame(snapshot=snapshot(self.engine, ROWS), health=health)))

    def _health(self, now: float) -> Health:
        self._marks.append((now, self.engine.read))
        while len(self._marks) > 2 and self._marks[0][0] < now - RATE_SPAN:
            self._marks.popleft()
        (since, before), (until, after) = self._marks[0], self._marks[-1]
        rate = (after - before) / (until - since) if until > since else 0.0
        cpu_now = time.process_time()
        cpu = (cpu_now - self._cpu[1]) / max(1e-6, now - self._cpu[0])
        self._cpu = (now, cpu_now)
        return Health(
            state=self._state(),
            rate=round(rate, 1),
            lag=self._lag(),
            backlog=self._backlog(),
            cpu=round(cpu, 3),
            memory=_resident(),
            sources=[Source(name=s.name, state=s.state, lines=s.lines, detail=s.detail) for s in self._sources],
        )

    def _state(self) -> str:
        if self._finished:
            return "ended"
        if self._start.demo:
            return "live"
        states = {source.state for source in self._sources}
        if "reading" in states:
            return "live" if self._start.source.replay is not None else "catching up"
        return "waiting" if states <= {"waiting", "ended", "failed"} else "live"

    def _lag(self) -> float | None:
        """Seconds between now and the newest event, where that means anything: not in a replay or simulation."""
        source: SourceConfig = self._start.source
        if self._start.demo or source.replay is not None or self.engine.now is None or self._finished:
            return None
        return round(time.time() - self.engine.now / SECOND, 1)

    def _backlog(self) -> float | None:
        sizes = [size for source in self._sources if (size := source.backlog()) is not None]
        total = sum(size for _, size in sizes)
        return None if not total else max(0.0, 1.0 - sum(done for done, _ in sizes) / total)


def _resident() -> int:
    """Resident bytes of this process; its peak where the system does not tell the present."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def main() -> int:
    """Entry of `python -m engine.worker`."""
    pipe = Pipe(sys.stdin.fileno(), sys.stdout.fileno())
    first = pipe.commands(timeout=60.0)
    if not first or not isinstance(first[0], Start):
        return 2
    try:
        worker = Worker(pipe, first[0], first[1:])
    except (SourceError, ValueError) as error:
        pipe.send(Failed(str(error)))
        pipe.drain(2.0)
        return 1
    try:
        worker.run()
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        pipe.send(Failed(f"the engine stopped: {type(error).__name__}: {error}; details are in its log"))
        pipe.drain(2.0)
        raise
    finally:
        worker.close()
    pipe.drain(1.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
