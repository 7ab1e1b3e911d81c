"""The engine's own process: commands come in on stdin, reports go out on stdout, errors to the log on stderr.

Exit status: 0 when told to stop or when the screen has gone, 1 when the engine cannot go on, 2 when no Start came,
3 (UNSAVED) when the last state of a run that is kept could not be saved, 128 and the signal's number when ended by one.
"""

import os
import select
import signal
import sys
import time
from types import FrameType

from engine.absent import absent
from engine.demo import DemoSource
from engine.memory import ease
from engine.platforms.decode import Decoder
from engine.platforms.moment import line_time
from engine.protocol import UNSAVED, Command, Failed, Report, Start, Unpacker, command_decoder, pack
from engine.runner import FixedSources, SourceSet
from engine.sources.base import SourceError
from engine.sources.opening import open_sources
from models.threads import start_with_one_thread

PATIENCE = 60.0  # seconds until the first command must have come
READ_SIZE = 1 << 16


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
        """Commands that have come, waiting at most `timeout` seconds for the first bytes.

        Raises msgspec.DecodeError for what is no command.
        """
        bodies: list[bytes] = []
        while not self.closed and _ready(self.read_fd, select.POLLIN, timeout):
            data = os.read(self.read_fd, READ_SIZE)
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
            _ready(self._write_fd, select.POLLOUT, 0.1)

    def _flush(self) -> None:
        while self._out:
            try:
                del self._out[: os.write(self._write_fd, self._out)]
            except BlockingIOError:
                return
            except OSError:  # a broken pipe: the screen is gone
                self.closed = True
                self._out.clear()


def _ready(fd: int, event: int, timeout: float) -> bool:
    poller = select.poll()
    poller.register(fd, event)
    return bool(poller.poll(timeout * 1000))


def main() -> int:
    """Entry of `python -m engine.worker`."""
    start_with_one_thread()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    pipe = Pipe(sys.stdin.fileno(), _take_stdout())
    try:
        return _run(pipe)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        pipe.send(Failed(f"the engine stopped: {type(error).__name__}: {error}; details are in its log"))
        pipe.drain(2.0)
        raise


def _run(pipe: Pipe) -> int:
    commands = _first_commands(pipe)
    if not commands or not isinstance(commands[0], Start):
        return 2
    start = commands[0]
    # What is wrong with the feed is told before the learners are loaded, which takes a second.
    try:
        decoder = Decoder(start.source.format, start.source.map)
        sources = None if start.kept else _open(start)
    except (SourceError, ValueError) as error:
        return _failed(pipe, error)
    with absent("pandas"):  # scikit-learn imports it, which delays the first picture and takes 30 MB; exports need it
        from engine.alerts.rules import AlertError  # noqa: PLC0415
        from engine.modelfile import ModelFileError  # noqa: PLC0415
        from engine.session import Session, begin  # noqa: PLC0415 - heavy
        from engine.state.folder import StateError  # noqa: PLC0415
        from engine.userkey import KeyUnusableError  # noqa: PLC0415

        try:
            session = Session(pipe, start, begin(start, decoder, sources))
        except (AlertError, KeyUnusableError, ModelFileError, SourceError, StateError) as error:
            return _failed(pipe, error)
    ease()
    try:
        unsaved = session.run(commands[1:])
    finally:
        session.close()
    pipe.drain(1.0)
    if unsaved:
        print(unsaved, file=sys.stderr)
    return UNSAVED if unsaved else 0


def _failed(pipe: Pipe, error: Exception) -> int:
    pipe.send(Failed(str(error)))
    pipe.drain(2.0)
    return 1


def _first_commands(pipe: Pipe) -> list[Command]:
    """The commands that came with the first one, which may come in pieces."""
    commands: list[Command] = []
    end = time.monotonic() + PATIENCE
    while not commands and not pipe.closed and time.monotonic() < end:
        commands = pipe.commands(end - time.monotonic())
    return commands


def _open(start: Start) -> SourceSet:
    """Raises SourceError."""
    return FixedSources([DemoSource(start.engine.seed)]) if start.demo else open_sources(start.source, line_time)


def _take_stdout() -> int:
    """Keep stdout for reports alone: what a library prints goes to the log."""
    sys.stdout.flush()
    reports = os.dup(1)
    os.dup2(2, 1)
    return reports


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)  # and not at once, so that a half-written export is taken away


if __name__ == "__main__":
    sys.exit(main())
