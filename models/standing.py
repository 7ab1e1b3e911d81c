"""The online model as it stood at a moment: plain numbers, for the rows of one moment or of many at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.features import AUTHOR, CATEGORIES, COLUMNS, MEDIA
from models.scorer import SHRINK, by_group

Floats = NDArray[np.float64]

REACH = 4.0  # standard deviations past which a value counts as so many: a feed's future lies outside its past

KINDS = [COLUMNS.index(name) for name in CATEGORIES]
CODES = (len(MEDIA) + 1, 16)  # languages share places
NUMBERS = [index for index in range(len(COLUMNS)) if index not in KINDS]
_WIDTH = len(NUMBERS)


class Standing(NamedTuple):
    """What it had learnt. Each is one for all rows, or has a first axis with one for each."""

    mean: Floats  # (numbers,)
    scale: Floats
    weights: Floats  # (encoded,)
    intercept: Floats  # ()
    trust: Floats  # how far to go from the author's mean to the score
    lowest: Floats
    highest: Floats

    def predict(self, rows: Floats) -> Floats:
        """Predictions in log(1 + engagements): shape (n,)."""
        return self._bounded(rows[:, AUTHOR], np.sum(self.parts(rows), axis=1))

    def explain(self, rows: Floats) -> Floats:
        """What each group of features adds to the author's mean: shape (n, len(GROUPS))."""
        author = rows[:, AUTHOR]
        path = self._bounded(author, np.add.accumulate(self.parts(rows), axis=1).T).T
        return np.diff(path, axis=1, prepend=author[:, None])

    def parts(self, rows: Floats) -> Floats:
        """What each group of columns adds to the unbounded prediction, the intercept in the first."""
        effects = encoded(rows, self.mean, self.scale) * self.weights
        columns = np.empty((len(rows), len(COLUMNS)))
        columns[:, NUMBERS] = effects[:, :_WIDTH] + effects[:, _WIDTH : 2 * _WIDTH]
        start = 2 * _WIDTH
        for index, codes in zip(KINDS, CODES, strict=True):
            columns[:, index] = np.sum(effects[:, start : start + codes], axis=1)
            start += codes
        return by_group(columns, self.intercept)

    def _bounded(self, author: Floats, scores: Floats) -> Floats:
        values: Floats = np.clip(author + self.trust * (scores - author), self.lowest, self.highest)
        return values


def together(standings: Sequence[Standing], rows: Sequence[int]) -> Standing:
    """Of so many rows each, one after the other."""
    return Standing(*(np.repeat(np.array(each), rows, axis=0) for each in zip(*standings, strict=True)))


def encoded(rows: Floats, mean: Floats, scale: Floats) -> Floats:
    """Rows as the model sees them: scaled numbers, indicators of missing ones, and categories one by one."""
    numbers = np.clip((rows[:, NUMBERS] - mean) / scale, -REACH, REACH)
    absent = np.isnan(numbers)
    kinds = [_one_hot(rows[:, index], codes) for index, codes in zip(KINDS, CODES, strict=True)]
    return np.concatenate([np.where(absent, 0.0, numbers), absent, *kinds], axis=1, dtype=np.float64)


def standing(
    mean: Floats, scale: Floats, weights: Floats, intercept: float, learnt: int, lowest: float, highest: float
) -> Standing:
    """A copy of what was learnt from `learnt` labels between `lowest` and `highest`."""
    trust = learnt / (learnt + SHRINK)
    ends = np.array(lowest), np.array(highest)
    return Standing(mean.copy(), scale.copy(), weights.copy(), np.array(intercept), np.array(trust), *ends)


def _one_hot(codes: Floats, count: int) -> Floats:
    one = np.zeros((len(codes), count))
    one[np.arange(len(codes)), codes.astype(np.intp) % count] = 1.0
    return one
