"""What a model is, and the three simple ones that any other has to beat."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.features import AUTHOR, AUTHOR_HOUR, GROUPS
from models.rolling import Rolling

Floats = NDArray[np.float64]

FEED, HOUR = GROUPS.index("feed"), GROUPS.index("hour")
MEDIAN_WINDOW = 2_000
MEDIAN_STALE = 0.02  # share of new labels at which the median is taken anew


class Model(Protocol):
    """One model of one horizon. Sees only rows (n, len(COLUMNS)) as they were frozen at arrival, and matured labels.

    A prediction must be finite and must depend on its own row alone, to the bit, whatever rows are beside it.
    """

    def predict(self, rows: Floats) -> Floats:
        """Predictions in log(1 + engagements): shape (n,)."""
        ...

    def explain(self, rows: Floats) -> Floats:
        """What each group of features adds to the author's mean, up to the prediction: shape (n, len(GROUPS))."""
        ...


class GlobalMedian:
    """The running median of the newest labels, the same for every post."""

    def __init__(self, window: int = MEDIAN_WINDOW) -> None:
        self._labels = Rolling(window, 1)
        self.median = 0.0
        self._new = 0

    def learn(self, labels: Floats) -> None:
        """Take labels (n,) in."""
        self._labels.extend(labels[:, None])
        self._new += len(labels)
        if self._new >= MEDIAN_STALE * len(self._labels):
            self.median, self._new = float(np.median(self._labels.rows())), 0

    def predict(self, rows: Floats) -> Floats:
        """As a Model."""
        return np.full(len(rows), self.median)

    def explain(self, rows: Floats) -> Floats:
        """As a Model."""
        return _part(FEED, self.predict(rows) - rows[:, AUTHOR])


class AuthorMean:
    """The author's shrunken, decayed mean, which every row holds as it was at the post's arrival."""

    def predict(self, rows: Floats) -> Floats:
        """As a Model."""
        return rows[:, AUTHOR]

    def explain(self, rows: Floats) -> Floats:
        """As a Model."""
        return np.zeros((len(rows), len(GROUPS)))


class AuthorHour:
    """The author's mean, and how far the author's posts at this hour of the day lie above it."""

    def predict(self, rows: Floats) -> Floats:
        """As a Model."""
        values: Floats = np.maximum(rows[:, AUTHOR] + rows[:, AUTHOR_HOUR], 0.0)
        return values

    def explain(self, rows: Floats) -> Floats:
        """As a Model."""
        return _part(HOUR, self.predict(rows) - rows[:, AUTHOR])


def _part(group: int, difference: Floats) -> Floats:
    parts = np.zeros((len(difference), len(GROUPS)))
    parts[:, group] = difference
    return parts
