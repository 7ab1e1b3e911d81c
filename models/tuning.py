"""Tuning of the trees by grid search on splits in the order of time, in which no label comes from the future.

Importing this module imports scikit-learn, which takes seconds.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from models import trees

Floats = NDArray[np.float64]
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
Grid = Mapping[str, Sequence[object]]

FOLDS = 4
LEAST = 60  # labels that must have matured before the first post of a fold

MAKERS: Mapping[str, tuple[Callable[[Mapping[str, object]], Pipeline], Mapping[str, object]]] = {
    "boosted": (trees.boosted, trees.BOOSTED),
    "forest": (trees.forest, trees.FOREST),
}
# The loss is not among them. Where most posts get nothing, trees of the absolute error say 0 of all: the least error,
# and no rank at all.
GRIDS: Mapping[str, Mapping[str, Grid]] = {
    "small": {
        "boosted": {
            "max_leaf_nodes": (4, 12),
            "max_iter": (60, 150),
            "min_samples_leaf": (10, 40),
        },
        "forest": {"min_samples_leaf": (5, 15, 40), "max_features": (0.33, 1.0)},
    },
    "full": {
        "boosted": {
            "learning_rate": (0.03, 0.1),
            "max_leaf_nodes": (4, 8, 16, 31),
            "max_iter": (60, 150, 300),
            "min_samples_leaf": (10, 40),
        },
        "forest": {
            "min_samples_leaf": (3, 8, 20, 50),
            "max_features": (0.2, 0.33, 0.6, 1.0),
            "n_estimators": (100, 300),
        },
    },
}


@dataclass(frozen=True)
class Tried:
    """One set of parameters on the folds."""

    params: Mapping[str, object]  # those that were varied
    mae: float  # mean over the folds of the mean absolute error in log(1 + engagements)
    std: float


@dataclass(frozen=True)
class Tuned:
    """What a search came to."""

    params: Mapping[str, object]  # all of the best
    tried: tuple[Tried, ...]  # best first
    pipeline: Pipeline  # the best, fitted to all rows
    told: Floats  # what the best said of the test rows of all folds, one fold after the other


@dataclass(frozen=True)
class Ticker:
    """Log error as scikit-learn asks for it, the greater the better; each call leaves a byte in a file.

    The file is how other processes tell how far the search is.
    """

    path: str

    def __call__(self, pipeline: Pipeline, rows: Floats, labels: Floats) -> float:
        error = float(np.mean(np.abs(pipeline.predict(rows) - labels)))
        with open(self.path, "ab", buffering=0) as ticks:
            ticks.write(b".")
        return -error


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
    """How many fits the searches of one horizon take."""
    return splits * sum(_size(varied) for varied in GRIDS[grid].values())


def tune(name: str, grid: str, rows: Floats, labels: Floats, splits: Sequence[Fold], ticks: str, jobs: int) -> Tuned:
    """Search the grid of one kind of trees, on `jobs` processes; the same whatever their number.

    `rows` (n, len(COLUMNS)) and `labels` (n,) are in the order of time; `ticks` is a file that grows by a byte a fit.
    """
    make, base = MAKERS[name]
    pipeline = make(base)
    step = pipeline.steps[-1][0]
    varied = {f"{step}__{param}": list(values) for param, values in GRIDS[grid][name].items()}
    search = GridSearchCV(pipeline, varied, scoring=Ticker(ticks), cv=list(splits), refit=False, error_score="raise")
    with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1), threadpool_limits(1):
        search.fit(rows, labels)
    results = search.cv_results_
    order = np.argsort(-results["mean_test_score"], kind="stable")
    tried = tuple(
        Tried(
            {param.removeprefix(f"{step}__"): value for param, value in results["params"][index].items()},
            float(-results["mean_test_score"][index]),
            float(results["std_test_score"][index]),
        )
        for index in order
    )
    params = {**base, **tried[0].params}
    with threadpool_limits(1):
        best = make(params)
        told = [clone(best).fit(rows[train], labels[train]).predict(rows[test]) for train, test in splits]
        return Tuned(params, tried, best.fit(rows, labels), np.concatenate(told))


def done(ticks: str) -> int:
    """How many fits there were since the file was made."""
    return os.stat(ticks).st_size


def _size(grid: Grid) -> int:
    return int(np.prod([len(values) for values in grid.values()], dtype=int))
