"""Tuning of the trees by grid search on splits in the order of time, in which no label comes from the future.

Importing this module imports scikit-learn, which takes seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from models import trees
from models.baselines import AuthorHour, AuthorMean, GlobalMedian, Model
from models.fits import Params, fit_all
from models.threads import one_thread

Floats = NDArray[np.float64]
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
Grid = Mapping[str, Sequence[object]]

FOLDS = 4
LEAST = 60  # labels that must have matured before the first post of a fold

MAKERS: Mapping[str, Callable[[Mapping[str, Any], int], Pipeline]] = {
    "boosted": trees.boosted,
    "forest": trees.bagged,
    "extra": trees.extra,
}
# The loss is not among them. Where most posts get nothing, trees of the absolute error say 0 of all: the least error,
# and no rank at all.
GRIDS: Mapping[str, Mapping[str, Grid]] = {
    "small": {
        "boosted": {"max_iter": (40, 100), "max_leaf_nodes": (4, 8, 16)},
        "forest": {"min_samples_leaf": (5, 10, 30), "max_features": (0.33, 0.8)},
        "extra": {"min_samples_leaf": (3, 5, 15), "max_features": (0.33, 0.8)},
    },
    "full": {
        "boosted": {
            "learning_rate": (0.03, 0.06, 0.12),
            "max_iter": (40, 100, 250),
            "max_leaf_nodes": (4, 8, 16, 31),
            "min_samples_leaf": (10, 20, 40),
        },
        "forest": {
            "min_samples_leaf": (3, 5, 10, 20, 40),
            "max_features": (0.2, 0.33, 0.6, 1.0),
            "n_estimators": (50, 200),
        },
        "extra": {
            "min_samples_leaf": (2, 5, 10, 20),
            "max_features": (0.2, 0.33, 0.6, 1.0),
            "n_estimators": (60, 200),
        },
    },
}


@dataclass(frozen=True)
class Tried:
    """One set of parameters on the folds."""

    params: Mapping[str, Any]  # those that were varied
    mae: float  # mean over the folds of the mean absolute error in log(1 + engagements)
    std: float


@dataclass(frozen=True)
class Ticker:
    """Log error as scikit-learn asks for it, the greater the better. Each call leaves a byte in the file `path`,
    which is how other processes tell how far the search is.
    """

    path: str

    def __call__(self, pipeline: Pipeline, rows: Floats, labels: Floats) -> float:
        error = float(np.mean(np.abs(pipeline.predict(rows) - labels)))
        tick(self.path)
        return -error


def tick(path: str) -> None:
    """Note that a fit is done."""
    with open(path, "ab", buffering=0) as ticks:
        ticks.write(b".")


def folds(created: Floats, due: Floats, count: int = FOLDS) -> list[Fold]:
    """Splits of rows in the order of `created` by scikit-learn's TimeSeriesSplit: later posts are tested on.

    Of the earlier ones only those are trained on whose label had matured (`due`) before the first post tested on was
    made: at a horizon of a day a split without that gap trains on what was not known yet. Folds with fewer than LEAST
    of these are left out.
    """
    if len(created) <= count:
        return []
    found = []
    for train, test in TimeSeriesSplit(n_splits=count).split(created):
        known = train[due[train] < created[test[0]]]
        if len(known) >= LEAST:
            found.append((known, test))
    return found


def fits(grid: str, splits: int) -> int:
    """How many fits one horizon takes: those of the search, one of everything on each fold, and one on all rows."""
    tried = sum(int(np.prod([len(values) for values in varied.values()])) for varied in GRIDS[grid].values())
    return splits * (tried + 1) + 1


def search(
    name: str, grid: str, rows: Floats, labels: Floats, splits: Sequence[Fold], ticks: str, jobs: int
) -> list[Tried]:
    """The grid of one kind of trees on the folds, best first; the same on any number of processes.

    `rows` (n, len(COLUMNS)) and `labels` (n,) are in the order of time; `ticks` as in Ticker.
    """
    pipeline = MAKERS[name]({}, 0)
    varied = {f"trees__{param}": list(values) for param, values in GRIDS[grid][name].items()}
    searched = GridSearchCV(pipeline, varied, scoring=Ticker(ticks), cv=list(splits), refit=False, error_score="raise")
    with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1), one_thread():
        searched.fit(rows, labels)
    found = searched.cv_results_
    return [
        Tried(
            {param.removeprefix("trees__"): value for param, value in found["params"][index].items()},
            float(-found["mean_test_score"][index]),
            float(found["std_test_score"][index]),
        )
        for index in np.argsort(-found["mean_test_score"], kind="stable")
    ]


def judge(
    rows: Floats, labels: Floats, created: Floats, splits: Sequence[Fold], params: Params, ticks: str, jobs: int
) -> dict[str, Floats]:
    """The log error of every model on each fold, (folds,), as the monitor uses it: calibrated, bounded, shrunk."""
    with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        errors = joblib.Parallel()(
            joblib.delayed(_judged)(rows[train], labels[train], created[train], rows[test], labels[test], params, ticks)
            for train, test in splits
        )
    return {name: np.array([of_fold[name] for of_fold in errors]) for name in errors[0]}


def _judged(
    rows: Floats, labels: Floats, created: Floats, asked: Floats, actual: Floats, params: Params, ticks: str
) -> dict[str, float]:
    fitted = fit_all(rows, labels, created, 0, params)
    median = GlobalMedian()
    median.learn(labels)
    models: dict[str, Model] = {"median": median, "author": AuthorMean(), "hour": AuthorHour(), "sgd": fitted.online}
    errors = {
        name: float(np.mean(np.abs(model.predict(asked) - actual)))
        for name, model in {**models, **fitted.models}.items()
    }
    tick(ticks)
    return errors
