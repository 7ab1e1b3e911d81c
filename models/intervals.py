"""Prediction intervals by conformal prediction on matured residuals, adapted online as their coverage drifts."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from models.rolling import Rolling

Floats = NDArray[np.float64]

MIN_RESIDUALS = 20
CEILING = float(np.log1p(2.0**53))  # no count is larger, and its exponential is still a number
_LEAST, _MOST = 0.001, 0.999


class AdaptiveInterval:
    """Symmetric intervals that hold a `coverage` share of outcomes in the long run, whatever the model or the drift.

    Split conformal prediction on the newest `window` normalised residuals |y - p| / (1 + p), with the level adapted
    after each outcome: a(t+1) = a(t) + rate * (1 - coverage - missed(t)) (Gibbs and Candes 2021, "Adaptive Conformal
    Inference Under Distribution Shift", equation 2). Labels come a horizon late, so missed(t) is judged by the level
    as it is when the label comes, not as it was when the interval was shown: the loop would overshoot by a horizon.
    """

    def __init__(self, coverage: float = 0.8, window: int = 500, rate: float = 0.02) -> None:
        self._target = 1.0 - coverage
        self._miss_rate = self._target
        self._rate = rate
        self._residuals = Rolling(window, 1)
        self._sorted: list[float] = []

    def bounds(self, predicted: Floats) -> tuple[Floats, Floats] | None:
        """Low (never under 0) and high for log predictions (n,) from 0; None until there are residuals enough."""
        if len(self._sorted) < MIN_RESIDUALS:
            return None
        reach = self._radius() * (1.0 + predicted)
        return np.maximum(predicted - reach, 0.0), np.minimum(predicted + reach, CEILING)

    def learn(self, predicted: Floats, actual: Floats) -> None:
        """Adapt to matured outcomes of log predictions (n,), oldest first, then keep their residuals."""
        if not len(predicted):
            return
        residuals = np.abs(actual - predicted) / (1.0 + predicted)
        if len(self._sorted) >= MIN_RESIDUALS:
            for residual in residuals.tolist():
                moved = self._miss_rate + self._rate * (self._target - (residual > self._radius()))
                self._miss_rate = min(max(moved, _LEAST), _MOST)
        self._residuals.extend(residuals[:, None])
        self._sorted = np.sort(self._residuals.rows()[:, 0]).tolist()

    def _radius(self) -> float:
        """The ceil((n + 1)(1 - a))-th smallest of n residuals, or the largest where there are too few for that."""
        count = len(self._sorted)
        rank = ceil((count + 1) * (1.0 - self._miss_rate))
        return self._sorted[min(rank, count) - 1]
