"""Keeps what was said of every post that matured, by each model: the books of a replay."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.engagement_figures import FIXED, Graded, Refit
from engine.pipeline import Engine
from models.engagement import NAMES, Matured
from models.race import FIRST, HIGH, LOW

Floats = NDArray[np.float64]


class Grades:
    """The books of one engine: attach them before the first line.

    Memory: 8 * (8 + models) bytes for each label that matures.
    """

    def __init__(self, engine: Engine) -> None:
        self._model = engine.model
        self._tables: list[list[Floats]] = [[] for _ in engine.config.horizons]
        engine.labels.observer = self._note

    def graded(self, horizon: int) -> Graded:
        """What matured at the horizon of that index, in the order in which it was learnt."""
        return Graded.of(np.concatenate([np.empty((0, FIXED + len(NAMES))), *self._tables[horizon]]), NAMES)

    def refits(self, horizon: int) -> dict[str, list[Refit]]:
        """Every refit that was taken over at the horizon of that index, by model."""
        found: dict[str, list[Refit]] = {}
        for refit in self._model.refits(horizon):
            for name, seconds in refit.seconds.items():
                found.setdefault(name, []).append(Refit(refit.due, seconds))
        return found

    def _note(self, horizon: int, outcomes: Sequence[Matured]) -> None:
        told = [outcome.told for outcome in outcomes]
        freezer = self._model.freezer
        judged = freezer.judged(freezer.thaw(told), horizon, np.array([float(outcome.actual) for outcome in outcomes]))
        made = [one.made for one in told]
        self._tables[horizon].append(
            np.column_stack(
                [
                    np.log1p(judged[:, 0]),
                    [outcome.at for outcome in outcomes],
                    [outcome.due for outcome in outcomes],
                    [one.matured[horizon] for one in made],
                    [one.leading[horizon] if one.leaders[horizon] else -1 for one in made],
                    freezer.predicted(told, horizon),
                    np.log1p(judged[:, [LOW, HIGH]]),
                    judged[:, FIRST:],
                ]
            )
        )
