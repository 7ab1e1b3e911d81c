"""A worker that does what its role says, with the true protocol on its pipes: python -m tests.tui_worker ROLE."""

import os
import sys
import time
from collections.abc import Iterator

from engine.protocol import (
    HEADER,
    Command,
    DraftScored,
    Export,
    Exported,
    Failed,
    Framed,
    Report,
    ScoreDraft,
    Start,
    Stop,
    Unpacker,
    command_decoder,
    pack,
)
from engine.snapshot import Frame
from tests import tui_fakes as fakes

unpacker = Unpacker()


def commands() -> Iterator[Command]:
    while data := os.read(0, 65536):
        yield from map(command_decoder.decode, unpacker.feed(data))


def say(*reports: Report) -> None:
    data = b"".join(map(pack, reports))
    while data:
        data = data[os.write(1, data) :]


def frame(posts: int) -> Framed:
    return Framed(Frame(snapshot=fakes.empty(posts_in_window=posts), health=fakes.healthy()))


def obliging() -> None:
    """Answers everything, and sends many frames at once."""
    for command in commands():
        if isinstance(command, Start):
            sys.stderr.write("a word for the log\n")
            sys.stderr.flush()
            say(*map(frame, range(1, 200)))
        elif isinstance(command, ScoreDraft):
            say(DraftScored(command.id, fakes.scored(command)))
        elif isinstance(command, Export):
            say(Exported(command.id, [command.path]))
        elif isinstance(command, Stop):
            return


def environment() -> None:
    """Says what it was given: priority, threads, and what can be read from the feed."""
    start = next(commands())
    assert isinstance(start, Start)
    said = [os.environ[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")]
    feed = os.read(start.source.stdin_fd, 99).decode() if start.source.stdin_fd is not None else ""
    say(Exported(os.getpriority(os.PRIO_PROCESS, 0), [*said, feed]))
    next(commands(), None)


def failing() -> None:
    """Cannot go on, and says why."""
    say(Failed("no such file: feed.jsonl"))
    sys.exit(1)


def lingering() -> None:
    """Fails by an error of its own, and takes its time to go."""
    say(frame(1), Failed("the engine stopped: KeyError: 'x'; details are in its log"))
    os.close(1)
    time.sleep(600)


def babbling() -> None:
    """Sends what is no report."""
    os.write(1, HEADER.pack(3) + b"abc")
    list(commands())


def deaf() -> None:
    """Reads no command."""
    say(frame(1))
    time.sleep(600)


def dying() -> None:
    """Is killed."""
    say(frame(1))
    os.kill(os.getpid(), 9)


if __name__ == "__main__":
    {role.__name__: role for role in (obliging, environment, failing, lingering, babbling, deaf, dying)}[sys.argv[1]]()
