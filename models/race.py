"""The models of one horizon in competition: who leads, how far off each was, and what is shown."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.baselines import AuthorMean, Competitor, GlobalMedian
from models.features import GROUPS
from models.intervals import AdaptiveInterval
from models.linear import Linear

Floats = NDArray[np.float64]

LEARNING = 100  # matured posts before which a baseline leads
MARGIN = 0.02  # skill by which a challenger must be better than the leader ...
MIN_RECORD = 30.0  # ... on this many recent matured posts at least
HALF_LIFE = 300.0  # matured posts after which an error counts half

_REFERENCE = AuthorMean.name


class Shown(NamedTuple):
    """What a batch of n rows is told by."""

    rivals: Floats  # (n, models): every model's log prediction, NaN for one that has learnt nothing
    leader: int
    version: int
    low: Floats | None  # (n,)
    high: Floats | None
    parts: Floats  # (n, len(GROUPS)) of the leader


class Record:
    """Decayed errors of one model and of the reference on the same matured posts."""

    __slots__ = ("_error", "_reference", "weight")

    def __init__(self) -> None:
        self.weight = 0.0
        self._error = 0.0
        self._reference = 0.0

    def add(self, error: float, reference: float) -> None:
        """Take note of the absolute errors of the model and of the reference on one post."""
        fade = _FADE
        self.weight = self.weight * fade + 1.0
        self._error = self._error * fade + error
        self._reference = self._reference * fade + reference

    @property
    def skill(self) -> float:
        """1 - error / the reference's error; 0 where the reference made none."""
        return 1.0 - self._error / self._reference if self._reference > 0 else 0.0


_FADE = 0.5 ** (1.0 / HALF_LIFE)


class Race:
    """All models of one horizon. The leader changes only for one clearly better on recent matured posts."""

    def __init__(self) -> None:
        self.models: tuple[Competitor, ...] = (GlobalMedian(), AuthorMean(), Linear())
        self.names = tuple(model.name for model in self.models)
        self.leader = self.reference = self.names.index(_REFERENCE)
        self.matured = 0
        self._records = [Record() for _ in self.models]
        self._intervals = [AdaptiveInterval() for _ in self.models]

    def predict(self, rows: Floats) -> Shown | None:
        """What each model says of rows (n, columns); None while nothing is learnt. Learns nothing itself."""
        told = [model.predict(rows) for model in self.models]
        leading = told[self.leader]
        if leading is None:
            return None
        nothing = np.full(len(rows), np.nan)
        rivals = np.column_stack([nothing if one is None else one.values for one in told])
        low, high = self._intervals[self.leader].bounds(leading.values) or (None, None)
        return Shown(rivals, self.leader, self.models[self.leader].version, low, high, leading.parts)

    def learn(self, rows: Floats, labels: Floats, created: Floats, due: int) -> None:
        """Let every model learn matured rows, oldest first; see `Competitor.learn`."""
        self.matured += len(rows)
        for model in self.models:
            model.learn(rows, labels, created, due)

    def score(self, rivals: Floats, labels: Floats, missed: int, shown: int) -> None:
        """Judge frozen predictions (n, models) by their labels (n,); `missed` of `shown` intervals did not hold theirs."""
        for interval, predicted in zip(self._intervals, rivals.T, strict=True):
            known = ~np.isnan(predicted)
            interval.learn(predicted[known], labels[known])
        self._intervals[self.leader].adapt(missed, shown)
        for errors in np.abs(rivals - labels[:, None]).tolist():
            self._note(errors)
        self._elect()

    def _note(self, errors: Sequence[float]) -> None:
        for record, error in zip(self._records, errors, strict=True):
            if error == error:  # not NaN
                record.add(error, errors[self.reference])

    def _elect(self) -> None:
        if self.matured < LEARNING:
            return
        best = self.leader
        for index, record in enumerate(self._records):
            bar = self._records[best].skill + (MARGIN if best == self.leader else 0.0)
            if record.weight >= MIN_RECORD and record.skill > bar:
                best = index
        self.leader = best
