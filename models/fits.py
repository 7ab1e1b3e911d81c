"""One refit: every model that learns from a window of matured rows, fitted at once. Meant to run in the background."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.decay import DAY
from models.features import AUTHOR_HOUR, COLUMNS
from models.scorer import Average, Fitted, Scorer, fitted

Floats = NDArray[np.float64]

NAMES = ("linear", "boosted", "forest", "extra", "blend")
BLENDED = ("linear", "extra")  # the smooth one and the jagged one that err most differently
SEASONS = {"hour_sin": 2, "hour_cos": 2, "weekday_sin": 14, "weekday_cos": 14}  # days without which it is only a trend
FOLDS = {"linear": 5, "boosted": 2}

Params = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Fits:
    """What came of a refit: models by name, and how long each took, in seconds of the wall clock."""

    models: Mapping[str, Fitted]
    online: Any  # an `online.Online` that has learnt the rows
    seconds: Mapping[str, float]


def fit_all(
    rows: Floats, labels: Floats, created: Floats, seed: int, params: Params, names: Collection[str] = NAMES
) -> Fits:
    """Fit the models of these `names`, those that are blended among them.

    To rows (n, len(COLUMNS)), labels (n,) in log(1 + engagements) and times of posting (n,) in microseconds.

    `params` stand in for the defaults of the tree models, by name. The same arguments give the same models to the bit.
    """
    # scikit-learn takes seconds to import, and the screen must not wait
    from models.online import Online  # noqa: PLC0415
    from models.threads import one_thread  # noqa: PLC0415

    rows = _usable(rows, created)
    models: dict[str, Fitted] = {}
    held: dict[str, Floats] = {}
    seconds: dict[str, float] = {}
    with one_thread():
        fitters = _fitters(seed, params)
        for name in (name for name in fitters if name in names):
            began = time.perf_counter()
            scorer, held[name] = fitters[name](rows, labels)
            models[name] = fitted(scorer, rows, labels, held[name])
            seconds[name] = time.perf_counter() - began
        blended = Average(tuple(models[name].scorer for name in BLENDED))
        models["blend"] = fitted(blended, rows, labels, np.mean([held[name] for name in BLENDED], axis=0))
        began = time.perf_counter()
        online = Online(seed)
        online.learn(rows, labels)
        seconds["sgd"] = time.perf_counter() - began
    return Fits(models, online, seconds)


def _fitters(seed: int, params: Params) -> dict[str, Callable[[Floats, Floats], tuple[Scorer, Floats]]]:
    """Functions that fit a model and also give its scores of each row by fits without the row's label."""
    from models import regression, trees  # noqa: PLC0415

    def linear(rows: Floats, labels: Floats) -> tuple[Scorer, Floats]:
        pipeline = regression.build().fit(rows, labels)
        held = regression.held_out(pipeline, rows, labels, _blocks(rows, FOLDS["linear"]))
        return regression.additive(pipeline), held

    def boosted(rows: Floats, labels: Floats) -> tuple[Scorer, Floats]:
        pipeline = trees.boosted(params.get("boosted", {}), seed)
        held = trees.held_out(pipeline, rows, labels, _blocks(rows, FOLDS["boosted"]))
        return trees.Boosted(pipeline), held

    def of_bags(name: str, build: Callable[..., Any]) -> Callable[[Floats, Floats], tuple[Scorer, Floats]]:
        def fit(rows: Floats, labels: Floats) -> tuple[Scorer, Floats]:
            pipeline = build(params.get(name, {}), seed).fit(rows, labels)
            return trees.bagged_leaves(pipeline), trees.out_of_bag(pipeline, rows)

        return fit

    return {
        "linear": linear,
        "boosted": boosted,
        "forest": of_bags("forest", trees.bagged),
        "extra": of_bags("extra", trees.extra),
    }


def _blocks(rows: Floats, folds: int) -> list[NDArray[np.intp]]:
    """Blocks of time to hold out in turn: neighbours share an author, a topic and an hour."""
    return np.array_split(np.arange(len(rows)), folds)


def _usable(rows: Floats, created: Floats) -> Floats:
    """Rows without what misleads: the season's columns while the posts span too little time to tell it from a trend."""
    span = float(np.ptp(created)) / DAY
    rows = rows.copy()
    rows[:, AUTHOR_HOUR] = 0.0  # a few posts each: it is a baseline of its own, and misleads the others
    for name, days in SEASONS.items():
        if span < days:
            rows[:, COLUMNS.index(name)] = 0.0
    return rows
