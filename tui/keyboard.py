"""The keyboard of a screen at rest: Textual looks for keys ten times a second, most of what its process then takes.

Between two looks its reading thread asks whether it is to end. Here the answer waits for a key while none come, and is
yes once the terminal is gone: Textual would look for its keys for ever, without a pause.
"""

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

LOOK = 0.1  # seconds that Textual waits for keys at a time
BRISK = 1.0  # seconds after a key in which time may tell that an escape was a key of its own
LONGEST = 10.0  # seconds without a look


class Leaving(threading.Event):
    """Set when the keyboard is to be left. Asked by another than the main thread it answers once that may matter.

    Args:
        keyboard: its descriptor.
        hang_up: called once if it is at its end: nobody will press a key again.
    """

    def __init__(self, keyboard: int, hang_up: Callable[[], None]) -> None:
        super().__init__()
        self._keyboard, self._hang_up = keyboard, hang_up
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        self._asked = self._busy = time.monotonic()

    def is_set(self) -> bool:
        """Whether it is, after a wait if no key has come for a while."""
        if not super().is_set() and threading.current_thread() is not threading.main_thread():
            now = time.monotonic()
            if now - self._asked < LOOK:
                self._busy = now
                if _is_at_its_end(self._keyboard):
                    self.set()
                    self._hang_up()
            elif now - self._busy >= BRISK:
                select.select([self._keyboard, self._woken], [], [], LONGEST)
            self._asked = time.monotonic()
        return super().is_set()

    def set(self) -> None:
        """End the wait."""
        super().set()
        os.write(self._wake, b"\0")

    def clear(self) -> None:
        """For the next time."""
        super().clear()
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 1 << 10)


def _is_at_its_end(keyboard: int) -> bool:
    poller = select.poll()
    poller.register(keyboard, 0)
    return any(event & select.POLLHUP for _, event in poller.poll(0))


def _end() -> None:
    """As when the terminal says that it goes: it need not have, where it is not the one that controls this process."""
    os.kill(os.getpid(), signal.SIGHUP)


class PatientDriver(LinuxDriver):
    """Textual's driver, which waits for keys while none come."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.exit_event = Leaving(self.fileno, _end)
