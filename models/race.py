"""The models of one horizon in competition: what each says, how far off it was, and who leads."""

from collections.abc import Callable, Sequence
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.baselines import Adopting, AuthorMean, Competitor, GlobalMedian
from models.features import COLUMNS
from models.intervals import AdaptiveInterval
from models.linear import Linear
from models.rolling import Rolling
from models.trained import TrainedHorizon

Floats = NDArray[np.float64]

# From plain to rich: of models equally good, the richest leads. A further model is one more class here.
COMPETITORS: tuple[Callable[[], Competitor], ...] = (GlobalMedian, AuthorMean, Linear)
REFERENCE = AuthorMean.name

LEARNING = 100  # matured posts before which a baseline leads
SCORED = 2_000  # newest matured posts that are kept to compute scores on
MARGIN = 0.02  # skill by which another must be better than the leader
MIN_RECORD = 50.0  # recent matured posts that a model is judged by; with fewer, by a trial
HALF_LIFE = 300.0  # matured posts after which an error counts half
TRIAL_WINDOW = 900  # newest matured posts of a trial
TRIAL_GROWTH = 1.2  # a trial is repeated when so many times more has matured
_FADE = 0.5 ** (1.0 / HALF_LIFE)


class Shown(NamedTuple):
    """What is said of a batch of n rows."""

    rivals: Floats  # (n, models): every model's log prediction, NaN for one that has learnt nothing
    leader: int
    version: int
    low: Floats | None  # (n,)
    high: Floats | None
    parts: Floats  # (n, len(GROUPS)) of the leader


class Record:
    """Decayed errors of a model, and those of the reference on the same matured posts."""

    __slots__ = ("_error", "_reference", "weight")

    def __init__(self) -> None:
        self.weight = 0.0
        self._error = 0.0
        self._reference = 0.0

    def add(self, error: float, reference: float) -> None:
        """Take note of the absolute errors of the model and of the reference on one post."""
        self.weight = self.weight * _FADE + 1.0
        self._error = self._error * _FADE + error
        self._reference = self._reference * _FADE + reference

    @property
    def skill(self) -> float:
        """1 - error / the reference's error; 0 where the reference made none."""
        return 1.0 - self._error / self._reference if self._reference > 0 else 0.0


class Race:
    """All models of one horizon. A baseline leads at first, later the best, but only if clearly better.

    Models are judged on predictions frozen at arrival, once matured. A model whose first predictions still wait (a day,
    at a horizon of a day) is judged by a trial till then: a fresh one learns the older two thirds of the newest matured
    rows, which are as frozen at arrival, and predicts the rest.
    """

    def __init__(self) -> None:
        self.models = tuple(make() for make in COMPETITORS)
        self.names = tuple(model.name for model in self.models)
        self.leader = self.reference = self.names.index(REFERENCE)
        self.matured = 0
        self.adopted = False  # whether it started from what was trained before
        self._records = [Record() for _ in self.models]
        self._trials = [Record() for _ in self.models]
        self._interval = AdaptiveInterval()
        self._history = Rolling(SCORED, 3 + len(self.models))
        self._newest = Rolling(TRIAL_WINDOW, len(COLUMNS) + 2)
        self._next_trial = float(LEARNING)

    def adopt(self, trained: TrainedHorizon) -> None:
        """Start from what was trained before: every model that can, and an interval by what the leader had said."""
        for model in self.models:
            if isinstance(model, Adopting):
                model.adopt(trained)
        self.adopted = True
        told = trained.judged.told.get(self.names[self.leader])
        if told is not None:
            self._interval.learn(told, trained.judged.actual)

    def predict(self, rows: Floats) -> Shown | None:
        """What each model says of rows (n, columns); None while nothing is learnt."""
        told = [model.predict(rows) for model in self.models]
        leading = told[self.leader]
        if leading is None:
            return None
        nothing = np.full(len(rows), np.nan)
        rivals = np.column_stack([nothing if one is None else one.values for one in told])
        low, high = self._interval.bounds(leading.values) or (None, None)
        return Shown(rivals, self.leader, self.models[self.leader].version, low, high, leading.parts)

    def score(self, labels: Floats, bounds: Floats, rivals: Floats) -> None:
        """Judge frozen bounds (n, 2) and predictions (n, models), NaN for none, by labels (n,), oldest first."""
        judged = np.column_stack([labels, bounds, rivals])
        self._history.extend(judged)
        self._fit_interval(judged)
        _note(self._records, np.abs(rivals - labels[:, None]), self.reference)

    def history(self) -> Floats:
        """The newest judged posts, oldest first: label, low, high, then each model's prediction."""
        return self._history.rows()

    def learn(self, rows: Floats, labels: Floats, created: Floats, due: int) -> None:
        """Let every model learn matured rows, oldest first (see `Competitor.learn`), then see who leads."""
        self.matured += len(rows)
        for model in self.models:
            model.learn(rows, labels, created, due)
        if self._untried():
            self._newest.extend(np.column_stack([rows, labels, created]))
            if self.matured >= self._next_trial:
                self._next_trial = TRIAL_GROWTH * self.matured
                self._try(due)
        if self.matured >= LEARNING:
            self._elect()

    def _untried(self) -> bool:
        return any(record.weight < MIN_RECORD for record in self._records)

    def _try(self, due: int) -> None:
        rows, labels, created = np.split(self._newest.rows(), [len(COLUMNS), len(COLUMNS) + 1], axis=1)
        cut = 2 * len(rows) // 3
        told = []
        for make in COMPETITORS:
            model = make()
            model.learn(rows[:cut], labels[:cut, 0], created[:cut, 0], due)
            said = model.predict(rows[cut:])
            told.append(np.full(len(rows) - cut, np.nan) if said is None else said.values)
        self._trials = [Record() for _ in self.models]
        _note(self._trials, np.abs(np.column_stack(told) - labels[cut:]), self.reference)

    def _elect(self) -> None:
        records = [
            record if record.weight >= MIN_RECORD else trial
            for record, trial in zip(self._records, self._trials, strict=True)
        ]
        able = [index for index, model in enumerate(self.models) if model.ranks and records[index].weight > 0]
        best = max(able, key=lambda index: records[index].skill, default=self.leader)
        if records[best].skill > records[self.leader].skill + MARGIN:
            self.leader = best
            self._interval = AdaptiveInterval()
            self._fit_interval(self._history.rows())

    def _fit_interval(self, judged: Floats) -> None:
        """Learn the leader's errors; where it had said nothing yet, those of the reference must do."""
        said = judged[:, 3 + self.leader]
        said = np.where(np.isnan(said), judged[:, 3 + self.reference], said)
        self._interval.learn(said, judged[:, 0])


def _note(records: Sequence[Record], errors: Floats, reference: int) -> None:
    for row in errors.tolist():
        for record, error in zip(records, row, strict=True):
            if not isnan(error):
                record.add(error, row[reference])
