"""Memory of the engine: garbage is searched for less often, but cycles still go; large arrays stay off the heap."""

import ctypes
import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from engine.memory import THRESHOLDS, ease


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.mark.usefixtures("as_before")
def test_what_is_loaded_is_searched_no_more_and_new_cycles_still_go() -> None:
    ease()
    assert gc.get_freeze_count() > 1_000
    assert gc.isenabled()
    gone = weakref.ref(Ring())
    kept = [[] for _ in range(4 * THRESHOLDS[0])]
    assert gone() is None, "after so many new objects there has been a search"
    del kept


ARRAYS = """
import ctypes, sys
import numpy as np
from engine.memory import ease

class Heap(ctypes.Structure):  # struct mallinfo2 of malloc.h
    _fields_ = [(name, ctypes.c_size_t) for name in "arena small free mapped".split() + list("abcdef")]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Heap
if sys.argv[1] == "eased":
    ease()
np.ones(3 << 20)  # 24 MB, at once freed again
before = libc.mallinfo2().mapped
held = np.ones(1 << 20)
print(libc.mallinfo2().mapped - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="this C library does not tell of its heap")
def test_a_large_array_has_pages_of_its_own_even_after_larger_ones_have_gone() -> None:
    mapped = {
        how: int(subprocess.run([sys.executable, "-c", ARRAYS, how], capture_output=True, check=True).stdout)
        for how in ("eased", "as it is")
    }
    assert mapped["as it is"] == 0, "else there is nothing to mend"
    assert mapped["eased"] == 1


PAGES = """
import resource
import numpy as np
from engine.memory import ease

ease()
for turn in range(110):
    if turn == 10:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(1 << 17)  # 1 MB
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="this C library does not tell of its heap")
def test_arrays_that_come_and_go_are_given_the_same_pages_again() -> None:
    told = subprocess.run([sys.executable, "-c", PAGES], capture_output=True, check=True).stdout
    assert int(told) < 256, "else each of a hundred has asked for its 256 pages"
