"""One string for all that are equal, for as long as any of them is in use."""

import sys
from collections.abc import Callable

# Python 3.12 kept what it had interned for ever, until 3.12.6 (python/cpython#113993): deleted words would stay.
_KEEPS = (3, 12) <= sys.version_info < (3, 12, 6)

share: Callable[[str], str] = str if _KEEPS else sys.intern
