"""The rolling linear model as a competitor: refitted on the newest matured posts, bounded, calibrated, explained."""

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.baselines import Prediction
from models.calibration import MedianByScore, calibrate
from models.decay import DAY
from models.features import AUTHOR, COLUMNS, GROUP_OF, GROUPS
from models.rolling import Rolling

if TYPE_CHECKING:
    from models.regression import Additive

Floats = NDArray[np.float64]

WINDOW = 4_000  # matured posts that a fit sees
FIRST_FIT = 60
MIN_NEW = 20  # matured posts between two fits, at the least
GROWTH = 0.1  # a refit is due when this share more has matured ...
MAX_AGE = DAY // 24  # ... or when the newest fit is this old in event time
SHRINK = 50.0  # matured posts that the author's mean counts for against the model
SEASONS = {"hour_sin": 2, "hour_cos": 2, "weekday_sin": 14, "weekday_cos": 14}  # days without which it is only a trend

_GROUP = [GROUPS.index(GROUP_OF[name]) for name in COLUMNS]
_ORDER = [0, *(1 + column for column in sorted(range(len(COLUMNS)), key=_GROUP.__getitem__))]  # the intercept first
_ENDS = list(accumulate(_GROUP.count(group) for group in range(len(GROUPS))))


@dataclass(frozen=True)
class Fitted:
    """One fit: the model's function, how far to trust it against the author's mean, and the labels' range."""

    model: "Additive"
    trust: float
    lowest: float
    highest: float
    calibrated: MedianByScore | None = None

    def path(self, rows: Floats) -> Floats:
        """Predictions (n, len(GROUPS)) as one group of features after the other is taken into account."""
        author = rows[:, AUTHOR, None]
        sums = np.add.accumulate(self.model.parts(rows)[:, _ORDER], axis=1)[:, _ENDS]
        scores = author + self.trust * (sums - author)
        values = scores if self.calibrated is None else self.calibrated(scores)
        bounded: Floats = np.clip(values, self.lowest, self.highest)
        return bounded


class Linear:
    """Ridge regression on the newest matured rows, refitted when due by matured count or event time."""

    name = "linear"
    ranks = True

    def __init__(self, window: int = WINDOW) -> None:
        self.version = 0
        self._window = Rolling(window, len(COLUMNS) + 2)  # row, label, time posted
        self._fitted: Fitted | None = None
        self._matured = 0
        self._matured_at_fit = 0
        self._fitted_at = 0

    def predict(self, rows: Floats) -> Prediction | None:
        if self._fitted is None:
            return None
        path = self._fitted.path(rows)
        return Prediction(path[:, -1], np.diff(path, axis=1, prepend=rows[:, AUTHOR, None]))

    def learn(self, rows: Floats, labels: Floats, created: Floats, due: int) -> None:
        self._window.extend(np.column_stack([rows, labels, created]))
        self._matured += len(rows)
        new = self._matured - self._matured_at_fit
        if self._matured < FIRST_FIT or new < MIN_NEW:
            return
        if self._fitted is None or new >= GROWTH * self._matured or due - self._fitted_at >= MAX_AGE:
            self._refit(due)

    def _refit(self, due: int) -> None:
        held = self._window.rows()
        self._fitted = fit(held[:, :-2], held[:, -2], held[:, -1])
        self._matured_at_fit, self._fitted_at = self._matured, due
        self.version += 1


def fit(rows: Floats, labels: Floats, created: Floats) -> Fitted:
    """Fit to rows (n, len(COLUMNS)), labels (n,) in log(1 + engagements) and times of posting (n,) in microseconds."""
    from models import regression  # noqa: PLC0415 - scikit-learn takes seconds to import, and the screen must not wait

    span = float(np.ptp(created)) / DAY
    rows = rows.copy()
    for name, days in SEASONS.items():
        if span < days:
            rows[:, COLUMNS.index(name)] = 0.0
    model = regression.additive(regression.fit(rows, labels))
    trust = len(rows) / (len(rows) + SHRINK)
    raw = Fitted(model, trust, -np.inf, np.inf)
    return Fitted(model, trust, float(labels.min()), float(labels.max()), calibrate(raw.path(rows)[:, -1], labels))
