"""Prediction intervals by conformal prediction on matured residuals, adapted online as their coverage drifts.

The ends are whole counts, as they are shown: the lower one rounded down, the upper one to the nearest. A residual is
how wide an interval would have had to be for its rounded ends to hold the outcome, so what is scored is what is shown.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from models.features import MAX_COUNT
from models.rolling import Rolling

Floats = NDArray[np.float64]

MIN_RESIDUALS = 20
_NEVER_ABOVE = -9.0  # an outcome of 0 lies above no interval
_LEAST, _MOST = 0.001, 0.999


class AdaptiveInterval:
    """Intervals around log predictions that hold a `coverage` share of outcomes in the long run, whatever the drift.

    Split conformal prediction on the newest `window` normalised residuals, with the level adapted after each outcome:
    a(t+1) = a(t) + rate * (1 - coverage - missed(t)) (Gibbs and Candes 2021, "Adaptive Conformal Inference Under
    Distribution Shift", equation 2). Labels come a horizon late, so missed(t) is judged by the level as it is when the
    label comes, not as it was when the interval was shown: the loop would overshoot by a horizon.

    `least` is a radius under which none is believed: that of a shorter horizon, whose labels are fresher. What a post
    gets in a day is hardly surer than what it gets in an hour; it gives way as labels show that it is too wide.
    """

    def __init__(self, coverage: float = 0.8, window: int = 500, rate: float = 0.02) -> None:
        self._target = 1.0 - coverage
        self._miss_rate = self._target
        self._rate = rate
        self._residuals = Rolling(window, 1)
        self._sorted: list[float] = []

    @property
    def radius(self) -> float | None:
        """Half the width of an interval in log(1 + engagements), for a prediction of 0; None while too few matured.

        The ceil((n + 1)(1 - a))-th smallest of n residuals, or the largest where there are too few for that.
        """
        count = len(self._sorted)
        if count < MIN_RESIDUALS:
            return None
        rank = ceil((count + 1) * (1.0 - self._miss_rate))
        return max(0.0, self._sorted[min(max(rank, 1), count) - 1])

    def at_least(self, least: float) -> float | None:
        """The radius, but not much under `least`."""
        radius = self.radius
        if radius is None:
            return None
        ease = min(1.0, (1.0 - self._miss_rate) / (1.0 - self._target))
        return max(radius, least * (1.0 + ease) / 2.0)

    def learn(self, predicted: Floats, actual: Floats, least: float = 0.0) -> None:
        """Adapt to outcomes (n,), in engagements, of log predictions (n,), oldest first; then keep their residuals."""
        if not len(predicted):
            return
        residuals = needed(predicted, actual)
        for residual in residuals.tolist():
            if (radius := self.at_least(least)) is None:
                break
            moved = self._miss_rate + self._rate * (self._target - (residual > radius))
            self._miss_rate = min(max(moved, _LEAST), _MOST)
        self._residuals.extend(residuals[:, None])
        self._sorted = np.sort(self._residuals.rows()[:, 0]).tolist()


def bounds(predicted: Floats, radius: float | Floats) -> tuple[Floats, Floats]:
    """Low and high (n,), whole numbers of engagements from 0, around log predictions (n,); NaN for a radius of NaN."""
    reach = radius * (1.0 + predicted)
    low = np.expm1(np.maximum(predicted - reach, 0.0))
    high = np.expm1(np.minimum(predicted + reach, np.log1p(MAX_COUNT)))
    return np.floor(low), np.maximum(np.floor(low), np.floor(high + 0.5))


def needed(predicted: Floats, actual: Floats) -> Floats:
    """The least radius (n,), below 0 where any would do, with which `bounds` hold outcomes (n,) in engagements.

    From high >= y exactly if expm1(p + r) >= y - 1/2, and low <= y exactly if expm1(p - r) < y + 1.
    """
    above = np.where(actual > 0, np.log(actual + 0.5) - predicted, _NEVER_ABOVE)
    below = predicted - np.log(actual + 2.0)
    residuals: Floats = np.maximum(above, below) / (1.0 + predicted)
    return residuals
