"""The engine's process seen from the screen: commands down its stdin, reports up its stdout, and never a wait.

Uses no Textual, so that the process can be started before Textual is imported. Inside a running Textual app the three
standard descriptors are not what they were: all of the child's are given explicitly.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

import msgspec

from engine.protocol import (
    UNSAVED,
    Command,
    Corrected,
    CountFilters,
    DraftScored,
    Exported,
    Failed,
    FiltersCounted,
    FindPosts,
    Framed,
    GradesOpened,
    OpenGrades,
    OpenPost,
    OpenTopics,
    Pin,
    PostOpened,
    PostsFound,
    Report,
    ScoreDraft,
    SetAlerts,
    SetFilter,
    SetWindow,
    Start,
    Stop,
    TopicsOpened,
    Unpacker,
    pack,
    report_decoder,
)
from tui.messages import (
    CorrectionMade,
    DraftWasScored,
    EngineDied,
    EngineFailed,
    EngineSaid,
    ExportFinished,
    FiltersWereCounted,
    FrameArrived,
    PostsWereFound,
    PostWasOpened,
    SheetWasOpened,
)
from tui.pacing import Pacer
from tui.session_state import distrust


class _Kind(msgspec.Struct):
    """A report of which only the kind is read."""

    type: str


_kind_decoder = msgspec.msgpack.Decoder(_Kind)
FRAME = Framed.__struct_config__.tag

Listener = Callable[[EngineSaid], None]

NEWEST_ONLY = (
    ScoreDraft,
    FindPosts,
    OpenPost,
    OpenGrades,
    OpenTopics,
    Pin,
    SetWindow,
    SetFilter,
    SetAlerts,
    CountFilters,
)
MAX_WAITING = 64  # commands kept for an engine that does not read
READ_SIZE = 1 << 18
READS_AT_ONCE = 16  # reads of one look, so that a flood does not hold up the keyboard
NICE = 10
SAVING = 10.0  # seconds
WORKER = (sys.executable, "-m", "engine.worker")
# More BLAS threads than one cost latency and throughput on few cores; they must be set before numpy loads.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Client(Protocol):
    """What the app needs of an engine, wherever it runs."""

    def attach(self, listener: Listener) -> None:
        """Deliver reports to `listener` from the running event loop, from now on."""

    def send(self, command: Command) -> bool:
        """Queue a command without waiting; False if the engine takes none any more."""

    def pace(self, seconds: float) -> None:
        """Deliver frames at most once in so many seconds, 0 for each as it comes."""

    def restart(self) -> None:
        """Start the engine anew, with the same Start, after it has ended."""

    def close(self) -> None:
        """End the engine."""


class EngineProcess:
    """An engine in a process of its own, at lower priority, with its errors in a log file.

    Args:
        start: the first command.
        log: file for the child's stderr; its folder is made if it is missing.
        feed_fd: descriptor of a piped feed, handed on under the same number.
        argv: command line of the worker.

    Raises:
        OSError: the log file cannot be written, or the process cannot be started.
    """

    def __init__(self, start: Start, log: Path, feed_fd: int | None = None, argv: Sequence[str] = WORKER) -> None:
        if feed_fd is not None:
            start = msgspec.structs.replace(start, source=msgspec.structs.replace(start.source, stdin_fd=feed_fd))
        self.log = log
        self.unsaved = False  # whether the last state of a run that is kept could not be saved: known once it is closed
        self._start = start
        self._feed_fd = feed_fd
        self._argv = list(argv)
        self._listener: Listener | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[tuple[type[Command], bytes]] = deque()
        self._frames = Pacer(self._deliver)
        self._launch()

    def attach(self, listener: Listener) -> None:
        """Deliver reports to `listener` from the running event loop, from now on."""
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._output, self._read)
        self._flush()

    def send(self, command: Command) -> bool:
        """Queue a command without waiting; False if the engine has ended or takes none any more."""
        if self._ended:
            return False
        kind = type(command)
        if kind in NEWEST_ONLY:
            self._waiting = deque(item for item in self._waiting if item[0] is not kind)
        if len(self._waiting) >= MAX_WAITING:
            return False
        self._waiting.append((kind, pack(command)))
        self._flush()
        return not self._ended

    def pace(self, seconds: float) -> None:
        """Deliver frames at most once in so many seconds, 0 for each as it comes; the newest wins."""
        self._frames.pace(seconds)

    def restart(self) -> None:
        """Start the engine anew, with the same Start, after it has ended or failed; a live one is left alone."""
        if not (self._ended or self._failed):
            return
        if self._failed and not self._start.lasting:
            distrust(self._start.kept)
        if not self._ended:  # it has said its last word, and takes its time to go
            self._process.kill()
            self._process.wait()
        self._close_pipes()
        self._launch()
        if self._listener is not None:
            self.attach(self._listener)

    def close(self, patience: float = 2.0) -> None:
        """End the engine: ask it, then after `patience` seconds, or those that saving its state may take, make it."""
        if self._start.kept and self._start.lasting:
            patience = max(patience, SAVING)
        self._stop_listening()
        self._loop = self._listener = None
        self.send(Stop())
        self._ended = True
        self._close_pipes()
        for step in (self._process.terminate, self._process.kill):
            try:
                self.unsaved = self._process.wait(patience) == UNSAVED
                return
            except subprocess.TimeoutExpired:
                step()
        self._process.wait()

    def _launch(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as errors:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **ONE_THREAD},
                pass_fds=() if self._feed_fd is None else (self._feed_fd,),
                start_new_session=True,  # a ctrl+c of the terminal is ours to answer
            )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        self._input, self._output = _descriptor(self._process.stdin), _descriptor(self._process.stdout)
        os.set_blocking(self._input, False)
        os.set_blocking(self._output, False)
        self._unpacker = Unpacker()
        self._waiting.clear()
        self._writing = memoryview(b"")
        self._failed = False
        self._ended = False
        self.send(self._start)

    # -- writing ------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Write what the pipe takes; the rest when it takes more."""
        try:
            while self._writing or self._waiting:
                if not self._writing:
                    self._writing = memoryview(self._waiting.popleft()[1])
                self._writing = self._writing[os.write(self._input, self._writing) :]
        except BlockingIOError:
            if self._loop is not None:
                self._loop.add_writer(self._input, self._flush)
            return
        except OSError:  # a broken pipe: reading tells how the engine ended
            self._waiting.clear()
            self._writing = memoryview(b"")
        if self._loop is not None:
            self._loop.remove_writer(self._input)

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Take what is there: every answer, but of the frames only the newest."""
        newest, at_end = b"", False
        try:
            for _ in range(READS_AT_ONCE):
                data = os.read(self._output, READ_SIZE)
                if not data:
                    at_end = True
                    break
                for body in self._unpacker.feed(data):
                    if _kind_decoder.decode(body).type == FRAME:
                        newest = body
                    else:
                        self._tell(self._past_tense(report_decoder.decode(body)))
        except BlockingIOError:
            pass
        except msgspec.DecodeError as error:
            self._babbled(error)
            return
        if newest:
            self._frames.offer(newest)
        if at_end:
            self._frames.release()
            self._stop_listening()
            self._reap(self._process)

    def _deliver(self, body: bytes) -> None:
        try:
            self._tell(self._past_tense(report_decoder.decode(body)))
        except msgspec.DecodeError as error:
            self._babbled(error)

    def _babbled(self, error: msgspec.DecodeError) -> None:
        self._process.kill()
        self._process.wait()
        self._finish(EngineDied(f"it sent what is no report: {error}"))

    def _past_tense(self, report: Report) -> EngineSaid:
        match report:
            case Framed(frame=frame):
                return FrameArrived(frame)
            case DraftScored(id=number, score=score, beside=beside):
                return DraftWasScored(number, score, beside)
            case PostsFound(id=number, posts=posts, total=total):
                return PostsWereFound(number, posts, total)
            case PostOpened(id=number, detail=detail):
                return PostWasOpened(number, detail)
            case GradesOpened(id=number, sheet=sheet) | TopicsOpened(id=number, sheet=sheet):
                return SheetWasOpened(number, sheet)
            case FiltersCounted(id=number, voices=voices):
                return FiltersWereCounted(number, voices)
            case Exported(id=number, paths=paths, error=error):
                return ExportFinished(number, paths, error)
            case Corrected(key=key, mood=mood, corrections=number, error=error):
                return CorrectionMade(key, mood, number, error)
            case Failed(message=message):
                self._failed = True
                return EngineFailed(message, str(self.log))

    def _tell(self, said: EngineSaid) -> None:
        if self._listener is not None:
            self._listener(said)

    def _reap(self, process: subprocess.Popen[bytes], looks: int = 40) -> None:
        """The engine has closed its output: learn how it ended, looking a few times for it may be about to."""
        if process is not self._process:
            return  # another has been started meanwhile
        status = process.poll()
        if status is None and looks and self._loop is not None:
            self._loop.call_later(0.05, self._reap, process, looks - 1)
            return
        if status is None:
            process.kill()
            status = process.wait()
        self._finish(EngineDied(f"{_how(status)}; its log is {self.log}", _cause(status)))

    def _finish(self, said: EngineDied) -> None:
        self._stop_listening()
        if not self._ended:
            self._ended = True
            if not self._failed:
                self._tell(said)

    def _stop_listening(self) -> None:
        self._frames.cancel()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._output)
            self._loop.remove_writer(self._input)

    def _close_pipes(self) -> None:
        self._stop_listening()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _descriptor(pipe: IO[bytes] | None) -> int:
    assert pipe is not None
    return pipe.fileno()


def _how(status: int) -> str:
    return f"it {'ended with' if status >= 0 else 'was ended by'} {_cause(status)}"


def _cause(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
