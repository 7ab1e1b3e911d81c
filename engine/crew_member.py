"""What goes on in a worker process. It loads what reading lines takes, and none of the learners."""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

from engine.platforms.decode import Decoder
from engine.preparing import Reader, pack
from models import detector

BEHIND = 5  # how much less urgent than the engine's process
LOOK = 1.0  # seconds between two looks at whether the engine is still there

_readers: list[Reader] = []


def begin(decoder: Decoder, keep_withheld: bool, engine: int) -> None:
    """Make this process a worker of the process `engine`, with which it ends, however that does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, it is for the engine
    if sys.platform != "win32":
        os.nice(BEHIND)
    threading.Thread(target=_end_with, args=(engine,), daemon=True).start()
    _readers[:] = [Reader(decoder, keep_withheld)]


def warm_up() -> None:
    """Load what the first text in doubt would have to wait for."""
    detector.guess("")


def work(lines: Sequence[bytes]) -> bytes:
    """Read lines and send back what is in them; b"" for what cannot be sent."""
    (reader,) = _readers
    try:
        return pack(reader.read(lines))
    except (TypeError, ValueError):
        return b""


def _end_with(engine: int) -> None:
    while os.getppid() == engine:
        time.sleep(LOOK)
    os._exit(1)
