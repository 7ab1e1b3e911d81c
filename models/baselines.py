"""What a model is, and the two simple ones that any other has to beat."""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.features import AUTHOR, GROUPS
from models.rolling import Rolling
from models.trained import TrainedHorizon

Floats = NDArray[np.float64]

FEED = GROUPS.index("feed")
MEDIAN_WINDOW = 2_000
MEDIAN_STALE = 0.02  # share of new labels at which the median is taken anew


class Prediction(NamedTuple):
    """Log predictions (n,), and parts (n, len(GROUPS)) that add up to each from the author's mean."""

    values: Floats
    parts: Floats


class Competitor(Protocol):
    """One model of one horizon. Sees only rows (n, len(COLUMNS)) as they were frozen at arrival, and matured labels.

    A prediction must be finite and must depend on its own row alone, to the bit, whatever rows are beside it.
    """

    name: str
    ranks: bool  # whether it tells posts apart; one that does not is a yardstick and never leads

    @property
    def version(self) -> int:
        """Goes up with each refit; 0 for a model that is never refitted."""
        ...

    def predict(self, rows: Floats) -> Prediction | None:
        """Predictions in log(1 + engagements), or None while nothing is learnt."""
        ...

    def learn(self, rows: Floats, labels: Floats, created: Floats, due: int) -> None:
        """Learn the labels (n,) of `rows`, posted at `created` (n,), the newest of which came due at `due`.

        Times are microseconds.
        """
        ...


@runtime_checkable
class Adopting(Protocol):
    """A model that can start from what was trained before."""

    def adopt(self, trained: TrainedHorizon) -> None:
        """Take over what is its own. Before any label only."""
        ...


class GlobalMedian:
    """The running median of the newest labels, the same for every post."""

    name = "median"
    ranks = False
    version = 0

    def __init__(self, window: int = MEDIAN_WINDOW) -> None:
        self._labels = Rolling(window, 1)
        self._median = 0.0
        self._new = 0

    def predict(self, rows: Floats) -> Prediction | None:
        if not len(self._labels):
            return None
        values = np.full(len(rows), self._median)
        return Prediction(values, _feed_part(values - rows[:, AUTHOR]))

    def learn(self, rows: Floats, labels: Floats, created: Floats, due: int) -> None:
        self._labels.extend(labels[:, None])
        self._new += len(labels)
        if self._new >= MEDIAN_STALE * len(self._labels):
            self._median, self._new = float(np.median(self._labels.rows())), 0


class AuthorMean:
    """The author's shrunken, decayed mean, which every row holds as it was at the post's arrival."""

    name = "author"
    ranks = True
    version = 0

    def __init__(self) -> None:
        self._learnt = False

    def predict(self, rows: Floats) -> Prediction | None:
        return Prediction(rows[:, AUTHOR], np.zeros((len(rows), len(GROUPS)))) if self._learnt else None

    def learn(self, rows: Floats, labels: Floats, created: Floats, due: int) -> None:
        self._learnt = self._learnt or len(labels) > 0

    def adopt(self, trained: TrainedHorizon) -> None:
        self._learnt = self._learnt or trained.n > 0


def _feed_part(difference: Floats) -> Floats:
    parts = np.zeros((len(difference), len(GROUPS)))
    parts[:, FEED] = difference
    return parts
