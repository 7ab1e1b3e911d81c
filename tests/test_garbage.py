"""The search for garbage: less often, but cycles still go."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from engine.garbage import THRESHOLDS, ease


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
