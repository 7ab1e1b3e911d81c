"""How far a long computation is, on stderr: a line that is written over on a terminal, one at each tenth elsewhere."""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

EVERY = 0.25  # seconds between two looks


class Progress:
    """While it is entered, tells every now and then how many of `total` are done and how long the rest may take.

    `done` is asked from another thread.
    """

    def __init__(self, what: str, total: int, done: Callable[[], int], stream: TextIO | None = None) -> None:
        self._what = what
        self._total = total
        self._done = done
        self._stream = sys.stderr if stream is None else stream
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._began = 0.0
        self._tenth = 0

    def __enter__(self) -> "Progress":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        if kind is None:
            self._tell(last=True)
        elif self._stream.isatty():
            print(file=self._stream)

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            self._tell()

    def _tell(self, last: bool = False) -> None:
        done = self._done()
        line = told(self._what, done, self._total, time.monotonic() - self._began)
        if self._stream.isatty():
            print(f"\r{line}\x1b[K", end="\n" if last else "", file=self._stream, flush=True)
        elif last or done * 10 // self._total > self._tenth:
            self._tenth = done * 10 // self._total
            print(line, file=self._stream, flush=True)


def told(what: str, done: int, total: int, seconds: float) -> str:
    """One line: how many are done, and the time that is left if the rest takes as long."""
    if done >= total:
        return f"{what}: {done:,}/{total:,} in {_clock(seconds)}"
    left = f", {_clock(seconds * (total - done) / done)} left" if done else ""
    return f"{what}: {done:,}/{total:,}{left}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
