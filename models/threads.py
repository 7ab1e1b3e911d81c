"""Numerical libraries held to one thread: the same rows give the same to the bit, and the feed keeps its core."""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """While it is entered, OpenMP uses one thread in the thread that entered it; BLAS does from now on, in all.

    BLAS has one setting for the whole process: who restored it would do so for others that still compute.
    """
    _hold_blas()
    limited: AbstractContextManager[object] = _controller().select(user_api="openmp").limit(limits=1)
    return limited


@cache
def _hold_blas() -> None:
    _controller().select(user_api="blas").limit(limits=1)


@cache
def _controller() -> ThreadpoolController:
    """Looking the libraries up takes a while."""
    return ThreadpoolController()
