"""Prediction intervals by conformal prediction on matured residuals, adapted online as their coverage drifts."""

import numpy as np
from numpy.typing import NDArray

from models.rolling import Rolling

Floats = NDArray[np.float64]

MIN_RESIDUALS = 20
CEILING = float(np.log1p(2.0**53))  # no count is larger, and its exponential is still a number


class AdaptiveInterval:
    """Symmetric intervals that hold `coverage` of outcomes in the long run, whatever the model or the drift.

    Split conformal prediction on the newest `window` normalised residuals |y - p| / (1 + p), with the level adapted
    after each outcome: a(t+1) = a(t) + rate * (1 - coverage - missed(t)) (Gibbs and Candes 2021, "Adaptive Conformal
    Inference Under Distribution Shift", equation 2). Labels come late here, so the guarantee holds only roughly.
    """

    def __init__(self, coverage: float = 0.8, window: int = 1_000, rate: float = 0.01) -> None:
        self._target = 1.0 - coverage
        self._miss_rate = self._target
        self._rate = rate
        self._scores = Rolling(window, 1)
        self._radius: float | None = None

    def bounds(self, predicted: Floats) -> tuple[Floats, Floats] | None:
        """Low (never under 0) and high for log predictions (n,); None until there are residuals enough."""
        if len(self._scores) < MIN_RESIDUALS:
            return None
        reach = self._reach() * (1.0 + predicted)
        return np.maximum(predicted - reach, 0.0), np.minimum(predicted + reach, CEILING)

    def learn(self, predicted: Floats, actual: Floats) -> None:
        """Adapt to matured residuals of log predictions (n,), oldest first, then add them to the window."""
        if not len(predicted):
            return
        scores = np.abs(actual - predicted) / (1.0 + predicted)
        if len(self._scores) >= MIN_RESIDUALS:
            missed = float(np.mean(scores > self._reach()))
            moved = self._miss_rate + self._rate * len(scores) * (self._target - missed)
            self._miss_rate = min(max(moved, 0.001), 0.999)
        self._scores.extend(scores[:, None])
        self._radius = None

    def _reach(self) -> float:
        if self._radius is None:
            self._radius = self._quantile()
        return self._radius

    def _quantile(self) -> float:
        scores = self._scores.rows()[:, 0]
        rank = np.ceil((len(scores) + 1) * (1.0 - self._miss_rate))
        return float(np.sort(scores)[min(max(int(rank), 1), len(scores)) - 1])
