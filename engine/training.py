"""From a replayed feed to a trained model: collects what matured, tunes the trees on it, and writes down how well."""

from array import array
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.config import SECOND
from engine.modelcard import SCHEMA, Card, FoldsCard, GridCard, HorizonCard, ScoreCard, versions
from engine.pipeline import Engine
from engine.units import moment
from models import metrics
from models.engagement import Matured
from models.features import COLUMNS, label
from models.fits import fit_all
from models.pasts import digest
from models.race import WINDOW
from models.trained import Trained, TrainedHorizon
from models.voices import NAMES, REFERENCE

if TYPE_CHECKING:
    from models.tuning import Tried

Floats = NDArray[np.float64]

LEAST = 200  # labels of a horizon
DIGITS = 6

TOO_FEW = "{n} labels, and it takes " + str(LEAST)
TOO_SHORT = "{n} labels, but none of them had matured long enough before others: the feed is too short for the horizon"


class Lessons:
    """What matured in an engine, with its features as they were at arrival: attach it before the first line.

    Memory: 8 * len(COLUMNS) + 24 bytes a label, beside the author.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows: list[list[Floats]] = [[] for _ in engine.config.horizons]
        self._numbers = [array("d") for _ in engine.config.horizons]
        self._authors: list[list[str]] = [[] for _ in engine.config.horizons]
        engine.labels.observer = self._note
        engine.model.learn_pasts_only()

    def _note(self, horizon: int, outcomes: Sequence[Matured]) -> None:
        freezer = self._engine.model.freezer
        self._rows[horizon].append(freezer.rows(freezer.thaw([outcome.told for outcome in outcomes]), horizon))
        for outcome in outcomes:
            self._numbers[horizon].extend((label(outcome.actual), outcome.at, outcome.due))
            self._authors[horizon].append(outcome.author)

    def lesson(self, horizon: int) -> "Lesson":
        """All labels at the horizon of that index, oldest post first; none of accounts that asked to be forgotten."""
        rows = np.concatenate([np.empty((0, len(COLUMNS))), *self._rows[horizon]])
        numbers = np.array(self._numbers[horizon]).reshape(-1, 3)
        purged = self._engine.ledger.purged
        kept = np.array(
            [
                not author or not purged(author, int(created))
                for author, created in zip(self._authors[horizon], numbers[:, 1], strict=True)
            ],
            bool,
        )
        rows, numbers = rows[kept], numbers[kept]
        order = np.argsort(numbers[:, 1], kind="stable")
        return Lesson(rows[order], *numbers[order].T)


class Lesson(NamedTuple):
    """n labels of one horizon."""

    rows: Floats  # (n, len(COLUMNS)), NaN for missing
    labels: Floats  # (n,), log(1 + engagements)
    created: Floats  # microseconds
    due: Floats


class Plan(NamedTuple):
    """One horizon to train: its lesson and the splits to tune on."""

    horizon: int  # microseconds
    lesson: Lesson
    folds: list[tuple[NDArray[np.intp], NDArray[np.intp]]]


def plan(engine: Engine, lessons: Lessons) -> tuple[list[Plan], dict[str, str]]:
    """What can be trained, and for each horizon (seconds) that cannot be, why not."""
    from models import tuning  # noqa: PLC0415 - heavy

    plans: list[Plan] = []
    left_out: dict[str, str] = {}
    for index, horizon in enumerate(engine.config.horizons):
        lesson = lessons.lesson(index)
        count = len(lesson.labels)
        folds = tuning.folds(lesson.created, lesson.due)
        if count < LEAST or not folds:
            left_out[str(horizon // SECOND)] = (TOO_FEW if count < LEAST else TOO_SHORT).format(n=count)
        else:
            plans.append(Plan(horizon, lesson, folds))
    return plans, left_out


def fits(plans: Sequence[Plan], grid: str) -> int:
    """How many fits it takes to train `plans`."""
    from models import tuning  # noqa: PLC0415

    return sum(tuning.fits(grid, len(one.folds)) for one in plans)


def train_horizon(one: Plan, grid: str, ticks: str, jobs: int) -> tuple[TrainedHorizon, HorizonCard]:
    """Tune every kind of trees at one horizon, then fit all models; `ticks` as in `models.tuning.search`."""
    from models import tuning  # noqa: PLC0415

    rows, labels, created, _ = one.lesson
    grids = {
        name: _grid(tuning.search(name, grid, rows, labels, one.folds, ticks, jobs)) for name in tuning.GRIDS[grid]
    }
    params = {name: card.params for name, card in grids.items()}
    errors = tuning.judge(rows, labels, created, one.folds, params, ticks, jobs)
    fits = fit_all(rows, labels, created, 0, params)
    tuning.tick(ticks)
    newest = slice(-WINDOW, None)
    trained = TrainedHorizon(
        horizon=one.horizon,
        n=len(labels),
        params=params,
        fits=fits,
        rows=rows[newest].astype(np.float32),
        labels=labels[newest],
        created=created[newest],
    )
    reference = float(np.mean(errors[NAMES[REFERENCE]]))
    card = HorizonCard(
        horizon=one.horizon // SECOND,
        n=len(labels),
        folds=len(one.folds),
        models={name: _folds(errors[name], reference) for name in NAMES},
        grid=grids,
    )
    return trained, card


def assemble(
    engine: Engine,
    feeds: Sequence[str],
    done: Sequence[tuple[TrainedHorizon, HorizonCard]],
    left_out: dict[str, str],
    salt: bytes,
) -> tuple[Trained, Card]:
    """The whole model, with the pasts of authors (hashed with `salt`) and words as they are at the end of the feed."""
    authors, keys, hours = engine.model.pasts(partial(digest, salt=salt))
    times = [entry.time for entry in engine.ledger.posts.values()]
    since, until = min(times), engine.now or max(times)
    trained = Trained(since, until, engine.config.horizons, tuple(one for one, _ in done), authors, keys, hours)
    card = Card(
        schema=SCHEMA,
        **versions(),
        columns=COLUMNS,
        feeds=list(feeds),
        since=moment(since),
        until=moment(until),
        posts=engine.meters["posts"],
        horizons=[card for _, card in done],
        left_out=left_out,
    )
    return trained, card


def _grid(tried: Sequence["Tried"]) -> GridCard:
    return GridCard(
        params=dict(tried[0].params),
        tried=[
            ScoreCard(rank=rank, params=dict(one.params), mae_log=round(one.mae, DIGITS), std=round(one.std, DIGITS))
            for rank, one in enumerate(tried, 1)
        ],
    )


def _folds(errors: Floats, reference: float) -> FoldsCard:
    error = float(np.mean(errors))
    skill = metrics.skill(error, reference)
    return FoldsCard(
        mae_log=round(error, DIGITS),
        std=round(float(np.std(errors)), DIGITS),
        skill=None if skill is None else round(skill, DIGITS),
    )
