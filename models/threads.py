"""Numerical libraries held to one thread: the same rows give the same to the bit, and the feed keeps its core."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """While it is entered, by whatever thread, BLAS uses one thread; OpenMP does so for the thread that entered."""
    with _controller().select(user_api="openmp").limit(limits=1):
        _blas.enter()
        try:
            yield
        finally:
            _blas.leave()


class _Blas:
    """BLAS has one setting for the whole process: the first that enters lowers it, the last that leaves restores it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0

    def enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._limited = _controller().select(user_api="blas").limit(limits=1)
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limited.restore_original_limits()


_blas = _Blas()


@cache
def _controller() -> ThreadpoolController:
    """Looking the libraries up takes a while."""
    return ThreadpoolController()
