"""The models of one horizon in competition: how far off each was, and who leads."""

from collections.abc import Mapping
from copy import deepcopy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.baselines import AuthorHour, AuthorMean, GlobalMedian, Model
from models.features import AUTHOR, COLUMNS
from models.fits import NAMES as FITTED
from models.fits import Fits, Params
from models.intervals import AdaptiveInterval
from models.refits import Refits
from models.rolling import Rolling
from models.scorer import Fitted, Recent
from models.trained import TrainedHorizon
from models.voices import NAMES, REFERENCE, Voices

Floats = NDArray[np.float64]

# From rich to plain. The median tells no posts apart: a yardstick that never leads.
CHALLENGERS = tuple(index for index in reversed(range(len(NAMES))) if NAMES[index] != "median")

LEARNING = 100  # matured posts before which a baseline leads
OWN = 300  # labels of a feed from which those that a model was trained on before are left out of its fits
WINDOW = 4_000  # newest matured posts that a fit sees
SCORED = 2_000  # newest matured posts that scores are computed on
JUDGED = 1_000  # newest matured posts that decide who leads
MIN_RECORD = 200  # of them that another must have predicted while the reference leads; a fit that has not is judged
LONG_RECORD = 500  # by what it held out. The same where a model leads: a drift can favour another for a while
ELECTION = 0.02  # share of posts newly judged at which it is asked again who leads
MARGIN = 0.05  # skill by which another must be better than the leader
FIRST_MARGIN = 0.02  # the same for a fit without a record while the reference leads
STRETCHES = 4  # of them in time, in each of which it must have been better: a drift favours one for a while

ACTUAL, LOW, HIGH, FIRST = 0, 1, 2, 3  # columns of the history: engagements, the bounds shown, then each model's


class Newest(NamedTuple):
    """The newest posts that predictions were judged on, oldest first."""

    judged: Floats  # (n, 3 + models): as of the history
    rows: Floats  # (n, columns): what was known of each at its arrival
    created: Floats  # (n,): event time, microseconds


class Race:
    """All models of one horizon. A baseline leads at first, later the best, but only if clearly better.

    Models are judged on predictions frozen at arrival, once matured. One whose first predictions still wait (a day, at
    a horizon of a day) is judged by how well its fit predicts labels held out of it.
    """

    def __init__(self, seed: int = 0, params: Params | None = None) -> None:
        self.leader = REFERENCE
        self.matured = 0
        self.trained = 0  # labels that it started from
        self.refits = Refits(seed, params or {})
        self._median = GlobalMedian()
        self._fixed: Mapping[str, Model] = {"author": AuthorMean(), "hour": AuthorHour()}  # replaced, never changed
        self._fits: Fits | None = None
        self._voices: Voices | None = None  # as they are now, once somebody has asked
        self._interval = AdaptiveInterval()
        self._judged = 0  # posts since it was asked who leads
        self._history = Rolling(SCORED, FIRST + len(NAMES))
        self._numbers = Rolling(SCORED, 1)  # which label each of the history is, counted from the first
        self._window = Rolling(WINDOW, len(COLUMNS) + 2)  # row, label, time of posting

    @property
    def radius(self) -> float:
        """Half the width of the interval around a prediction of 0, in log(1 + engagements); 0 while there is none."""
        return self._interval.radius or 0.0

    @property
    def ready(self) -> bool:
        """Whether anything has been learnt, here or before."""
        return self.matured > 0 or self._fits is not None

    def version(self, model: int) -> int:
        """How often a model was refitted; 0 for one that never is."""
        return self.refits.of(NAMES[model]) if NAMES[model] in FITTED else 0

    def adopt(self, trained: TrainedHorizon) -> None:
        """Start from what was trained before: the best by what was held out leads. Before any label only."""
        self._window.extend(np.column_stack([trained.rows, trained.labels, trained.created]))
        self.trained = trained.n
        self._median.learn(trained.labels)
        self._interval.learn(trained.rows[:, AUTHOR].astype(np.float64), np.expm1(trained.labels))
        online = deepcopy(trained.fits.online)  # it goes on learning
        self._fits = Fits(trained.fits.models, online, {})
        self._fixed = {**self._fixed, **trained.fits.models}
        self.refits.adopt(trained.params)
        self._elect()

    def voices(self) -> Voices:
        """The models as they stand: what is learnt from now on changes nothing of it."""
        if self._voices is None or self._voices.leader != self.leader:
            online = None if self._fits is None else self._fits.online.standing
            self._voices = Voices(self.leader, self._fixed, self._median.median, online)
        return self._voices

    def reach(self, least: float) -> float | None:
        """Half the width of an interval, None while there is none; `least`: see AdaptiveInterval."""
        return self._interval.at_least(least)

    def score(self, judged: Floats, least: float = 0.0) -> None:
        """Judge what was frozen, oldest first: (n, 3 + models) as of the history. NaN for what was not said.

        Those of which nothing was said are passed over. To be called before the same posts are learnt.
        """
        said = np.flatnonzero(~np.isnan(judged[:, FIRST + REFERENCE]))
        judged = judged[said]
        self._history.extend(judged)
        self._judged += len(judged)
        self._numbers.extend((self.matured + said)[:, None].astype(np.float64))
        self._fit_interval(judged, least)

    def history(self) -> Floats:
        """The newest judged posts, oldest first: engagements, low, high, then each model's log prediction."""
        return self._history.rows()

    def newest(self) -> Newest:
        """The newest judged posts, each beside its row."""
        places = self._numbers.rows()[:, 0].astype(np.intp) - self.matured + len(self._window)
        held = places >= 0
        window = self._window.rows()[places[held]]
        return Newest(self._history.rows()[held], window[:, :-2], window[:, -1])

    def explain(self, rows: Floats) -> Floats:
        """What each group of features adds in the leader's predictions of rows, as they would be made now."""
        name = NAMES[self.leader]
        model = self._fits.online if name == "sgd" and self._fits is not None else self._fixed[name]
        return model.explain(rows)

    def learn(self, rows: Floats, labels: Floats, created: Floats, due: int) -> None:
        """Learn the labels (n,) of `rows` posted at `created`, the newest due at event time `due`; see who leads."""
        self.matured += len(rows)
        self._window.extend(np.column_stack([rows, labels, created]))
        if self.trained and self.matured >= OWN:
            self._drop_trained()
        self._median.learn(labels)
        if self._fits is not None:
            self._fits.online.learn(rows, labels)
        if (finished := self.refits.finished(due)) is not None:
            self._take_over(*finished)
        self.refits.submit(self.matured, due, self._rows)
        if self.matured >= LEARNING and (finished or self._judged >= ELECTION * len(self._history)):
            self._elect()
        self._voices = None

    def _drop_trained(self) -> None:
        """Fit to this feed alone from now on: what was learnt of another misleads once there is enough of its own."""
        own = self._window.rows()[-self.matured :].copy()
        self._window = Rolling(WINDOW, own.shape[1])
        self._window.extend(own)
        self.trained = 0

    def _rows(self) -> tuple[Floats, Floats, Floats]:
        held = self._window.rows()
        return held[:, :-2], held[:, -2], held[:, -1]

    def _take_over(self, matured: int, fits: Fits) -> None:
        """Put refitted models in the place of the old ones. The online one only starts with a fit and then goes on."""
        online = fits.online if self._fits is None else self._fits.online
        if self._fits is None and matured < self.matured:
            rows, labels, _ = self._rows()
            online.learn(rows[matured - self.matured :], labels[matured - self.matured :])
        before, self._fits = self._fits, Fits(fits.models, online, fits.seconds)
        blend = fits.models["blend"]
        newest = {**fits.models, "blend": blend if before is None else Recent(blend, before.models["blend"])}
        self._fixed = {**self._fixed, **newest}

    def _elect(self) -> None:
        """Let those challenge the leader one after the other, the richest first, that are clearly better."""
        before, self._judged = self.leader, 0
        judged = self._history.rows()[-JUDGED:]
        errors = np.abs(judged[:, FIRST:] - np.log1p(judged[:, ACTUAL, None]))
        for model in CHALLENGERS:
            if model != self.leader and self._is_better(model, errors):
                self.leader = model
        if self.leader != before:
            self._interval = AdaptiveInterval()
            self._start_interval()

    def _is_better(self, model: int, errors: Floats) -> bool:
        """Whether a model is clearly better than the leader, by `errors` (n, models) on the newest matured posts.

        Of these those count that both have predicted.
        """
        better = errors[:, self.leader] - errors[:, model]
        better = better[~np.isnan(better)]
        record = MIN_RECORD if self.leader == REFERENCE else LONG_RECORD
        if len(better) < record:
            fit = self._fitted(model)
            return self.leader == REFERENCE and fit is not None and fit.skill > FIRST_MARGIN
        if np.mean(better) <= MARGIN * float(np.nanmean(errors[:, REFERENCE])):
            return False
        return all(np.mean(stretch) > 0 for stretch in np.array_split(better, STRETCHES))

    def _fitted(self, model: int) -> Fitted | None:
        """The newest fit of a model that is refitted."""
        return None if self._fits is None else self._fits.models.get(NAMES[model])

    def _start_interval(self) -> None:
        """Learn a new leader's errors: as far as it had predicted what matured, before that as it was fitted."""
        judged = self._history.rows()
        said = ~np.isnan(judged[:, FIRST + self.leader])
        fit = self._fitted(self.leader)
        if fit is not None:
            self._interval.learn(fit.held, np.expm1(fit.labels))
        self._fit_interval(judged[said], 0.0)

    def _fit_interval(self, judged: Floats, least: float) -> None:
        """Learn the leader's errors; where it had said nothing yet, those of the reference must do."""
        said = judged[:, FIRST + self.leader]
        said = np.where(np.isnan(said), judged[:, FIRST + REFERENCE], said)
        self._interval.learn(said, judged[:, ACTUAL], least)
