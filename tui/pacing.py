"""Frames at the pace they are wanted: the newest wins, and one that is passed over is not even decoded."""

import asyncio
from collections.abc import Callable


class Pacer:
    """Hands on the newest of what it is offered, at most once in some seconds.

    Args:
        deliver: takes what is handed on.
    """

    def __init__(self, deliver: Callable[[bytes], None]) -> None:
        self._deliver = deliver
        self._seconds = 0.0
        self._held = b""
        self._timer: asyncio.TimerHandle | None = None

    def pace(self, seconds: float) -> None:
        """Hand on at most once in `seconds` from now on, 0 for at once; what is held goes out."""
        self._seconds = seconds
        self.release()

    def offer(self, body: bytes) -> None:
        """Take a newer one; it is handed on at once, or when it is time."""
        self._held = body
        if self._timer is None:
            self.release()

    def release(self) -> None:
        """Hand on what is held, and let the time run anew."""
        self.cancel()
        body, self._held = self._held, b""
        if body:
            self._deliver(body)
        if body and self._seconds:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._due)

    def cancel(self) -> None:
        """Stop the time; nothing is lost of what is held."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        if self._held:
            self.release()
