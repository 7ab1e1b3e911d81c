"""Memory of a process full of posts that stay: how often garbage is searched for, and where large arrays are put.

Posts and counts are let go of as they fall out of use, without any search. What the searches are for is rare, and each
looks through new objects by the thousand, nearly all of which are to stay.

Large arrays come and go for as long as a watch lasts. The C library of Linux gives each pages of its own at first,
which go back with it; but with each that is freed it raises the size from which it does so, up to 32 MB (mallopt(3),
M_MMAP_THRESHOLD). After some million posts they all lie on the heap among small things that stay, with gaps between.
Once that size is fixed, the library gives the end of the heap back whenever more than 128 KB of it are free
(M_TRIM_THRESHOLD): smaller arrays, made and freed a thousand times a second, would each have to ask for it again.
"""

import ctypes
import gc

THRESHOLDS = (20_000, 20, 20)
LARGE = 1 << 21  # bytes: from here on pages of its own
SPARE = 1 << 24  # bytes that may be free at the end of the heap
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of malloc.h


def ease() -> None:
    """Leave out of all searches what is loaded by now, and search less often. To be called once, before the feed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    _keep_large_arrays_apart()


def _keep_large_arrays_apart() -> None:
    """Fix the size from which memory has pages of its own, where the C library has such an option."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, LARGE)
        mallopt(_M_TRIM_THRESHOLD, SPARE)
    except (AttributeError, OSError, TypeError):
        return
