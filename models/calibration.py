"""From a score to the median of what came of posts with such a score: what an absolute error asks of a prediction."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 20
MIN_BIN = 20
TILT = 0.2  # share of the score itself that is kept, so that posts with the same median keep their order


@dataclass(frozen=True)
class MedianByScore:
    """A strictly rising, piecewise linear map of scores to (1 - TILT) * median + TILT * score.

    Counts are heavy at zero, so a mean is a poor guess by absolute error; but the mean ranks posts best. This keeps
    the ranks of the one and nearly the error of the other.
    """

    scores: Floats
    medians: Floats

    def __call__(self, scores: Floats) -> Floats:
        """Calibrated values of `scores` (any shape), each from its own score alone."""
        values: Floats = (1.0 - TILT) * np.interp(scores, self.scores, self.medians) + TILT * scores
        return values


def calibrate(scores: Floats, labels: Floats) -> MedianByScore:
    """Fit to scores and labels (n >= 1): medians over overlapping bins of equal count, made to rise with the score."""
    order = np.argsort(scores, kind="stable")
    scores, labels = scores[order], labels[order]
    count = len(scores)
    edges = np.linspace(0, count, max(2, min(BINS, count // MIN_BIN)) + 1).astype(int) if count > 1 else [0, 1]
    centres, medians = [], []
    for start, end in pairwise(edges):
        margin = (end - start) // 2
        centres.append(float(np.mean(scores[start:end])))
        medians.append(float(np.median(labels[max(0, start - margin) : end + margin])))
    return MedianByScore(np.array(centres), np.maximum.accumulate(medians))
