"""A linear model that learns each label once, as it matures: stochastic gradient descent with a robust loss.

Importing this module imports scikit-learn, which takes seconds: do it in the background, when the first fit is due.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import SGDRegressor

from models.standing import NUMBERS, Standing, encoded, standing

Floats = NDArray[np.float64]

_EPSILON = np.finfo(np.float64).eps
STEP = 16  # labels that are learnt together, at least: a step costs the same half a millisecond, however few


class Scaler:
    """Mean and spread of each column so far, NaN left out: scikit-learn's StandardScaler without what it checks.

    Batches are put together as by Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance".
    """

    def __init__(self, columns: int) -> None:
        self.count, self.mean, self.variance = np.zeros((3, columns))
        self.scale = np.ones(columns)

    def learn(self, rows: Floats) -> None:
        """Take rows (n, columns) in."""
        absent = np.isnan(rows)
        count, added = len(rows) - np.add.reduce(absent, axis=0), np.add.reduce(np.where(absent, 0.0, rows), axis=0)
        before, known, total = self.count, self.count + count, self.mean * self.count
        empty = count == 0  # columns without a value stay as they are: scikit-learn's are not a number from then on
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.where(absent, 0.0, rows - added / count)
            squares = np.add.reduce(apart**2, axis=0) - np.add.reduce(apart, axis=0) ** 2 / count
            ratio = before / count
            moved = ratio / known * (total / ratio - added) ** 2
            squares = np.where(before == 0, squares, self.variance * before + squares + moved)
            mean, variance = (total + added) / known, squares / known
        self.count = known
        self.mean, self.variance = np.where(empty, self.mean, mean), np.where(empty, self.variance, variance)
        # What varies by rounding only would be scaled up to look like the rest.
        least = known * _EPSILON * self.variance + (known * self.mean * _EPSILON) ** 2
        self.scale = np.where(self.variance <= least, 1.0, np.sqrt(self.variance))


class Online:
    """Huber loss (Huber 1964) over scaled numbers, indicators of missing ones, and categories one by one."""

    def __init__(self, seed: int = 0) -> None:
        self._scaler = Scaler(len(NUMBERS))
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
        self._waiting: list[tuple[Floats, Floats]] = []  # rows and labels that are not learnt yet
        self._count = 0
        self._lowest, self._highest = np.inf, -np.inf

    def learn(self, rows: Floats, labels: Floats) -> None:
        """Learn the labels (n,) of `rows` (n, len(COLUMNS)), oldest first, once there are enough; the first at once."""
        self._waiting.append((rows, labels))
        if self._count and sum(len(each) for _, each in self._waiting) < STEP:
            return
        rows, labels = (np.concatenate(each) for each in zip(*self._waiting, strict=True))
        self._waiting = []
        self._scaler.learn(rows[:, NUMBERS])
        self._model.partial_fit(encoded(rows, self._scaler.mean, self._scaler.scale), labels)
        self._count += len(rows)
        self._lowest = min(self._lowest, float(labels.min()))
        self._highest = max(self._highest, float(labels.max()))

    @property
    def standing(self) -> Standing:
        """A copy of it as it is now."""
        scaler, model = self._scaler, self._model
        return standing(
            scaler.mean,
            scaler.scale,
            model.coef_,
            float(model.intercept_[0]),
            self._count,
            self._lowest,
            self._highest,
        )

    def predict(self, rows: Floats) -> Floats:
        """Predictions in log(1 + engagements): shape (n,)."""
        return self.standing.predict(rows)

    def explain(self, rows: Floats) -> Floats:
        """What each group of features adds to the author's mean: shape (n, len(GROUPS))."""
        return self.standing.explain(rows)
