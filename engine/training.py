"""From a replayed feed to a trained model: collects what matured, tunes the trees on it, and writes down how well."""

from array import array
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.config import SECOND
from engine.modelcard import SCHEMA, Card, HorizonCard, ModelCard, ScoreCard, versions
from engine.pipeline import Engine
from engine.units import moment
from models import metrics
from models.engagement import Matured
from models.features import AUTHOR, COLUMNS, label
from models.trained import Judged, Trained, TrainedHorizon, TrainedModel, digest

if TYPE_CHECKING:
    from models.tuning import Tuned

Floats = NDArray[np.float64]

LEAST = 200  # labels of a horizon
DIGITS = 6

TOO_FEW = "{n} labels, and it takes " + str(LEAST)
TOO_SHORT = "{n} labels, but none of them had matured long enough before others: the feed is too short for the horizon"


class Lessons:
    """What matured in an engine, with its features as they were at arrival: attach it before the first line.

    Memory: 4 * len(COLUMNS) + 24 bytes a label, beside the author.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows = [bytearray() for _ in engine.config.horizons]
        self._numbers = [array("d") for _ in engine.config.horizons]
        self._authors: list[list[str]] = [[] for _ in engine.config.horizons]
        engine.labels.observer = self._note

    def _note(self, horizon: int, outcomes: Sequence[Matured]) -> None:
        for outcome in outcomes:
            self._rows[horizon] += outcome.forecast.row
            self._numbers[horizon].extend((label(outcome.actual), outcome.known.at, outcome.at))
            self._authors[horizon].append(outcome.known.author)

    def lesson(self, horizon: int) -> "Lesson":
        """All labels at the horizon of that index, oldest post first; none of accounts that asked to be forgotten."""
        rows = np.frombuffer(bytes(self._rows[horizon]), np.float32).reshape(-1, len(COLUMNS)).astype(np.float64)
        numbers = np.array(self._numbers[horizon]).reshape(-1, 3)
        purged = self._engine.ledger.purged
        kept = [
            not author or not purged(author, int(created))
            for author, created in zip(self._authors[horizon], numbers[:, 1], strict=True)
        ]
        rows, numbers = rows[np.array(kept, bool)], numbers[np.array(kept, bool)]
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
    """Tune and fit every kind of trees at one horizon; `ticks` as in `models.tuning.tune`."""
    from models import tuning  # noqa: PLC0415

    rows, labels = one.lesson.rows, one.lesson.labels
    tested = np.concatenate([test for _, test in one.folds])
    author = float(np.mean([metrics.mae(labels[test], rows[test, AUTHOR]) for _, test in one.folds]))
    models: dict[str, TrainedModel] = {}
    cards: dict[str, ModelCard] = {}
    told = {"author": rows[tested, AUTHOR]}
    for name in tuning.MAKERS:
        tuned = tuning.tune(name, grid, rows, labels, one.folds, ticks, jobs)
        models[name] = TrainedModel(tuned.pipeline, tuned.params)
        told[name] = tuned.told
        cards[name] = _card(tuned, author)
    trained = TrainedHorizon(
        horizon=one.horizon,
        models=models,
        n=len(labels),
        lowest=float(labels.min()),
        highest=float(labels.max()),
        judged=Judged(labels[tested], told),
    )
    card = HorizonCard(
        horizon=one.horizon // SECOND,
        n=len(labels),
        folds=len(one.folds),
        author_mae_log=round(author, DIGITS),
        models=cards,
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
    authors, keys = engine.model.pasts(partial(digest, salt=salt))
    times = [entry.time for entry in engine.ledger.posts.values()]
    since, until = min(times), engine.now or max(times)
    config = engine.config
    trained = Trained(since, until, config.horizons, tuple(one for one, _ in done), authors, keys)
    card = Card(
        schema=SCHEMA,
        **versions(),
        columns=COLUMNS,
        window=config.window // SECOND,
        feeds=list(feeds),
        since=moment(since),
        until=moment(until),
        posts=engine.meters["posts"],
        horizons=[card for _, card in done],
        left_out=left_out,
    )
    return trained, card


def _card(tuned: "Tuned", author: float) -> ModelCard:
    best = tuned.tried[0]
    skill = metrics.skill(best.mae, author)
    return ModelCard(
        params=dict(tuned.params),
        mae_log=round(best.mae, DIGITS),
        std=round(best.std, DIGITS),
        skill=None if skill is None else round(skill, DIGITS),
        tried=[
            ScoreCard(rank=rank, params=dict(one.params), mae_log=round(one.mae, DIGITS), std=round(one.std, DIGITS))
            for rank, one in enumerate(tuned.tried, 1)
        ],
    )
