"""Packages that others import just in case, kept out of a process that has no use for them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(*modules: str) -> Iterator[None]:
    """Have imports of these fail meanwhile, as where they are not installed; what is loaded already stays."""
    hidden = [module for module in modules if module not in sys.modules]
    for module in hidden:
        sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for module in hidden:
            del sys.modules[module]
