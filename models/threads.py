"""Numerical libraries held to one thread: the same rows give the same to the bit, and the feed keeps its core."""

import os
from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def start_with_one_thread() -> None:
    """For this process and its children, unless the user says otherwise. To be called before NumPy is imported.

    Many small batches, each for several threads that wait for one another, cost several times the processor.
    """
    for name in _VARIABLES:
        os.environ.setdefault(name, "1")


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
def _controller() -> "ThreadpoolController":
    """Looking the libraries up takes a while."""
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415

    return ThreadpoolController()
