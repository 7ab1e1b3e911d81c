"""A burst of one subject, the grid it is looked for on, and how unlikely it is by chance."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.special import betainc

from models.burst_changes import Floats, Ints

_LEAST = np.finfo(np.float64).tiny


class Scale(NamedTuple):
    """A grid of steps in microseconds, and how many of them make the window that authors are counted in."""

    step: int
    width: int

    @property
    def window(self) -> int:
        return self.step * self.width


@dataclass(slots=True)
class Rise:
    """A burst of one subject. `end` is None while it goes on; the figures are those of its highest window."""

    subject: Hashable
    window: int  # microseconds
    start: int
    end: int | None
    authors: int
    expected: float
    score: float  # -log10 of the chance to see as many or more
    usual: float = field(repr=False)  # what is expected, slowly following
    shape: float = field(repr=False)  # of the negative binomial that chance was measured by as it began
    new: bool = field(repr=False)  # whether it was measured by what newcomers reach, too
    last: int = field(repr=False)  # when it was last above what is expected


def log_chance(authors: Ints, expected: Floats, shape: Floats) -> Floats:
    """Natural logarithm of the chance of so many authors or more: the tail of a negative binomial."""
    tail = betainc(authors, shape, expected / (expected + shape))
    chance: Floats = np.log(np.maximum(tail, _LEAST))
    return chance
