"""How well numbers were predicted: plain functions of what was predicted and what came. All give None for no rows."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mae(actual: Floats, predicted: Floats) -> float | None:
    """Mean absolute error."""
    return float(np.mean(np.abs(actual - predicted))) if len(actual) else None


def mse(actual: Floats, predicted: Floats) -> float | None:
    """Mean squared error."""
    return float(np.mean(np.square(actual - predicted))) if len(actual) else None


def skill(error: float | None, reference: float | None) -> float | None:
    """1 - error / reference: 0 is no better than the reference, 1 is perfect. None where the reference is perfect."""
    if error is None or reference is None or reference == 0:
        return None
    return 1 - error / reference


def ranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing the mean of theirs."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean_rank: Floats = last - (counts - 1) / 2
    return mean_rank[group.reshape(-1)]


def spearman(actual: Floats, predicted: Floats) -> float | None:
    """Spearman's rank correlation, ties averaged. None where a side does not vary, for it has no ranks to compare."""
    if len(actual) < 2:
        return None
    a, b = ranks(actual), ranks(predicted)
    a -= a.mean()
    b -= b.mean()
    scale = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return max(-1.0, min(1.0, float(np.sum(a * b)) / scale)) if scale else None


def coverage(actual: Floats, low: Floats, high: Floats) -> float | None:
    """Share of outcomes inside their interval, bounds included."""
    return float(np.mean((low <= actual) & (actual <= high))) if len(actual) else None


def width(low: Floats, high: Floats) -> float | None:
    """Mean width of the intervals."""
    return float(np.mean(high - low)) if len(low) else None
