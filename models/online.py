"""A linear model that learns each batch once, as it matures: stochastic gradient descent with a robust loss.

Importing this module imports scikit-learn, which takes seconds: do it in the background, when the first fit is due.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import SGDRegressor
from sklearn.preprocessing import StandardScaler

from models.features import AUTHOR, CATEGORIES, COLUMNS, MEDIA
from models.scorer import SHRINK, by_group

Floats = NDArray[np.float64]

REACH = 4.0  # standard deviations past which a value counts as so many: a feed's future lies outside its past

_KINDS = [COLUMNS.index(name) for name in CATEGORIES]
_CODES = (len(MEDIA) + 1, 16)  # languages share places
_NUMBERS = [index for index in range(len(COLUMNS)) if index not in _KINDS]
_WIDTH = len(_NUMBERS)


class Online:
    """Huber loss (Huber 1964) over scaled numbers, indicators of missing ones, and categories one by one."""

    def __init__(self, seed: int = 0) -> None:
        self._scaler = StandardScaler()
        self._model = SGDRegressor(
            loss="huber",
            epsilon=0.3,
            penalty="l2",
            alpha=1e-3,
            eta0=0.003,
            power_t=0.2,
            average=True,
            random_state=seed,
        )
        self._count = 0
        self._lowest, self._highest = np.inf, -np.inf

    def learn(self, rows: Floats, labels: Floats) -> None:
        """Learn the labels (n,) of `rows` (n, len(COLUMNS)), oldest first."""
        with np.errstate(invalid="ignore"):  # of columns without a value so far
            self._scaler.partial_fit(rows[:, _NUMBERS])
        self._model.partial_fit(self._encoded(rows), labels)
        self._count += len(rows)
        self._lowest = min(self._lowest, float(labels.min()))
        self._highest = max(self._highest, float(labels.max()))

    def predict(self, rows: Floats) -> Floats:
        """Predictions in log(1 + engagements): shape (n,)."""
        return self._bounded(rows[:, AUTHOR], np.sum(self.parts(rows), axis=1))

    def explain(self, rows: Floats) -> Floats:
        """What each group of features adds to the author's mean: shape (n, len(GROUPS))."""
        author = rows[:, AUTHOR]
        path = self._bounded(author[:, None], np.add.accumulate(self.parts(rows), axis=1))
        return np.diff(path, axis=1, prepend=author[:, None])

    def parts(self, rows: Floats) -> Floats:
        """What each group of columns adds to the unbounded prediction, the intercept in the first."""
        effects = self._encoded(rows) * self._model.coef_
        columns = np.empty((len(rows), len(COLUMNS)))
        columns[:, _NUMBERS] = effects[:, :_WIDTH] + effects[:, _WIDTH : 2 * _WIDTH]
        start = 2 * _WIDTH
        for index, codes in zip(_KINDS, _CODES, strict=True):
            columns[:, index] = np.sum(effects[:, start : start + codes], axis=1)
            start += codes
        return by_group(columns, float(self._model.intercept_[0]))

    def _bounded(self, author: Floats, scores: Floats) -> Floats:
        trust = self._count / (self._count + SHRINK)
        values: Floats = np.clip(author + trust * (scores - author), self._lowest, self._highest)
        return values

    def _encoded(self, rows: Floats) -> Floats:
        scaled = (rows[:, _NUMBERS] - self._scaler.mean_) / self._scaler.scale_
        numbers = np.clip(scaled, -REACH, REACH)
        absent = np.isnan(numbers)
        kinds = [_one_hot(rows[:, index], codes) for index, codes in zip(_KINDS, _CODES, strict=True)]
        return np.concatenate([np.where(absent, 0.0, numbers), absent, *kinds], axis=1, dtype=np.float64)


def _one_hot(codes: Floats, count: int) -> Floats:
    encoded = np.zeros((len(codes), count))
    encoded[np.arange(len(codes)), codes.astype(np.intp) % count] = 1.0
    return encoded
