"""A fitted function of rows, and one made of it that guesses counts: shrunk, calibrated, bounded, explained."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.calibration import MedianByScore, calibrate
from models.features import AUTHOR, COLUMNS, GROUP_OF, GROUPS

Floats = NDArray[np.float64]

SHRINK = 50.0  # matured posts that the author's mean counts for against a model

_GROUP = [GROUPS.index(GROUP_OF[name]) for name in COLUMNS]
_ORDER = sorted(range(len(COLUMNS)), key=_GROUP.__getitem__)
_STARTS = [0, *accumulate(_GROUP.count(group) for group in range(len(GROUPS) - 1))]


class Scorer(Protocol):
    """A function of a row alone, to the bit, whatever is beside it. Rows are (n, len(COLUMNS)), NaN for missing."""

    def scores(self, rows: Floats) -> Floats:
        """Expected log(1 + engagements): shape (n,)."""
        ...

    def parts(self, rows: Floats) -> Floats:
        """What each group of columns adds to the score, a base in the first: shape (n, len(GROUPS))."""
        ...


def by_group(columns: Floats, base: float | Floats) -> Floats:
    """Sums by group (n, len(GROUPS)) of what each column adds (n, len(COLUMNS)), with a base in the first group."""
    parts: Floats = np.add.reduceat(columns[:, _ORDER], _STARTS, axis=1)
    parts[:, 0] += base
    return parts


@dataclass(frozen=True)
class Average:
    """The mean of several scorers."""

    members: tuple[Scorer, ...]

    def scores(self, rows: Floats) -> Floats:
        """As each of them."""
        return _mean([member.scores(rows) for member in self.members])

    def parts(self, rows: Floats) -> Floats:
        """As each of them."""
        return _mean([member.parts(rows) for member in self.members])


@dataclass(frozen=True)
class Fitted:
    """A scorer as a model of counts, with how well it did on labels that it had not seen.

    `trust` is how far to go from the author's mean to the score; `held` are predictions (n,) of the `labels` it was
    fitted to, by fits without them, and `skill` is how much smaller their error is than the author baseline's.
    """

    scorer: Scorer
    trust: float
    lowest: float
    highest: float
    calibrated: MedianByScore
    held: Floats
    labels: Floats
    skill: float

    def predict(self, rows: Floats) -> Floats:
        """Predictions in log(1 + engagements): shape (n,)."""
        return self._bounded(rows[:, AUTHOR], self.scorer.scores(rows))

    def explain(self, rows: Floats) -> Floats:
        """What each group of features adds to the author's mean, in the order of GROUPS: shape (n, len(GROUPS)).

        Taking one group after the other into account, so that the parts add up whatever the calibration does.
        """
        author = rows[:, AUTHOR]
        path = self._bounded(author[:, None], np.add.accumulate(self.scorer.parts(rows), axis=1))
        return np.diff(path, axis=1, prepend=author[:, None])

    def _bounded(self, author: Floats, scores: Floats) -> Floats:
        values: Floats = np.clip(self.calibrated(_trusted(author, scores, self.trust)), self.lowest, self.highest)
        return values


@dataclass(frozen=True)
class Recent:
    """The mean of the newest two fits of a model, which moves less from one refit to the next than either."""

    newest: Fitted
    before: Fitted

    def predict(self, rows: Floats) -> Floats:
        """As a Fitted."""
        return _mean([self.newest.predict(rows), self.before.predict(rows)])

    def explain(self, rows: Floats) -> Floats:
        """As a Fitted."""
        return _mean([self.newest.explain(rows), self.before.explain(rows)])


def fitted(scorer: Scorer, rows: Floats, labels: Floats, held: Floats) -> Fitted:
    """A model from a scorer fitted to rows and labels (n,); `held` (n,) are scores by fits without the row's label.

    Calibrated on these: on the scores of what it was fitted to, trees would seem surer than they are.
    """
    author = rows[:, AUTHOR]
    trust = len(rows) / (len(rows) + SHRINK)
    trusted = _trusted(author, held, trust)
    calibrated = calibrate(trusted, labels)
    lowest, highest = float(labels.min()), float(labels.max())
    guesses = np.clip(calibrated(trusted), lowest, highest)
    reference = float(np.mean(np.abs(labels - author)))
    skill = 1.0 - float(np.mean(np.abs(labels - guesses))) / reference if reference > 0 else 0.0
    return Fitted(scorer, trust, lowest, highest, calibrated, guesses, labels, skill)


def _trusted(author: Floats, scores: Floats, trust: float) -> Floats:
    values: Floats = author + trust * (scores - author)
    return values


def _mean(values: Sequence[Floats]) -> Floats:
    total = values[0]
    for other in values[1:]:
        total = total + other
    mean: Floats = total / len(values)
    return mean
