"""Keeps what was said of every post that matured, by each model, and what each refit cost: the books of a replay."""

import time
from array import array
from collections.abc import Callable, Sequence
from functools import cache
from math import nan

import numpy as np

from engine.engagement_figures import FIXED, Graded, Refit
from engine.pipeline import Engine
from models.baselines import Competitor, Floats, Prediction
from models.engagement import Matured
from models.features import label

Clock = Callable[[], float]


class Timed:
    """A competitor that notes when it was refitted and how long the feed waited for that; else it is as it was."""

    def __init__(self, model: Competitor, clock: Clock) -> None:
        self.name, self.ranks = model.name, model.ranks
        self.refits: list[Refit] = []
        self._model = model
        self._clock = clock

    @property
    def version(self) -> int:
        """That of the model."""
        return self._model.version

    def predict(self, rows: Floats) -> Prediction | None:
        """What the model predicts."""
        return self._model.predict(rows)

    def learn(self, rows: Floats, labels: Floats, created: Floats, due: int) -> None:
        """Let the model learn."""
        version, began = self._model.version, self._clock()
        self._model.learn(rows, labels, created, due)
        if self._model.version != version:
            self.refits.append(Refit(due, self._clock() - began))


class Grades:
    """The books of one engine: attach it before the first line. `clock` gives seconds.

    Memory: 8 * (7 + models) bytes for each label that matures.
    """

    def __init__(self, engine: Engine, clock: Clock = time.perf_counter) -> None:
        self.names = engine.model.names
        self._columns = [array("d") for _ in engine.config.horizons]
        self._timed: dict[tuple[int, str], Timed] = {}
        self._clock = clock
        self._leader = cache(self._find)
        engine.labels.observer = self._note
        engine.model.wrap(self._time)

    def graded(self, horizon: int) -> Graded:
        """What matured at the horizon of that index, in the order in which it was learnt."""
        table = np.array(self._columns[horizon]).reshape(-1, FIXED + len(self.names))
        return Graded.of(table, self.names)

    def refits(self, horizon: int) -> dict[str, list[Refit]]:
        """Every refit at the horizon of that index, by model; models that are never refitted are left out."""
        found = {name: timed.refits for (index, name), timed in self._timed.items() if index == horizon}
        return {name: refits for name, refits in found.items() if refits}

    def _time(self, horizon: int, model: Competitor) -> Competitor:
        timed = self._timed[horizon, model.name] = Timed(model, self._clock)
        return timed

    def _note(self, horizon: int, outcomes: Sequence[Matured]) -> None:
        column = self._columns[horizon]
        for outcome in outcomes:
            told = outcome.forecast
            said = (told.predicted, told.low, told.high, *(told.rivals or (None,) * len(self.names)))
            column.extend((label(outcome.actual), outcome.known.at, outcome.at, outcome.before))
            column.append(self._leader(told.model))
            column.extend(nan if value is None else value for value in said)

    def _find(self, model: str) -> int:
        """Which model a forecast was by, from its name with the version behind it; -1 for none."""
        name, _, version = model.rpartition("-")
        name = name if version.isdigit() else model
        return self.names.index(name) if name in self.names else -1
