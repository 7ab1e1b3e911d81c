"""Numerical libraries held to one thread: the same rows give the same to the bit, and the feed keeps its core."""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """While it is entered, BLAS and OpenMP use one thread."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1)
    return limited


@cache
def _controller() -> ThreadpoolController:
    """Looking the libraries up takes a while."""
    return ThreadpoolController()
