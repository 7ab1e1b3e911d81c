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
    """While it is entered, BLAS and OpenMP use one thread."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1)
    return limited


@cache
def _controller() -> "ThreadpoolController":
    """Looking the libraries up takes a while."""
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415

    return ThreadpoolController()
