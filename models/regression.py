"""The linear model: a scikit-learn pipeline fitted on matured rows, then read out as plain arithmetic.

Importing this module imports scikit-learn, which takes seconds: do it in the background, when the first fit is due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from models.columns import Columns, Imputer
from models.features import CATEGORIES, COLUMNS
from models.scorer import by_group

Floats = NDArray[np.float64]

PENALTY = 100.0
RARE = 10  # rows under which a category is told together with the other rare ones
TAIL = 0.01  # share of rows at either end whose values are clipped: a feed's future lies outside its past
LEAST_SPAN = 1e-6  # of a column that tells anything
_CODES = 128  # category codes are whole numbers under this

CATEGORY_INDEX = [COLUMNS.index(name) for name in CATEGORIES]
NUMBER_INDEX = [index for index in range(len(COLUMNS)) if index not in CATEGORY_INDEX]


class Winsoriser(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Clips each column to the span between its `tail` and 1 - `tail` quantiles, as fitted."""

    def __init__(self, tail: float = TAIL) -> None:
        self.tail = tail

    def fit(self, X: Floats, y: Floats | None = None) -> "Winsoriser":  # noqa: N803 - scikit-learn's names
        self.low_, self.high_ = np.quantile(X, [self.tail, 1 - self.tail], axis=0)
        # What varies by rounding only would be scaled up to look like the rest.
        self.high_ = np.where(self.high_ - self.low_ < LEAST_SPAN, self.low_, self.high_)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Floats) -> Floats:  # noqa: N803
        clipped: Floats = np.clip(X, self.low_, self.high_)
        return clipped


@dataclass(frozen=True)
class Additive:
    """A fitted pipeline as a sum of one function per column, each row computed in the same order of additions.

    BLAS may round a row differently by how many rows are beside it; this does not. It is also what can be explained,
    and a batch of one costs microseconds where the pipeline takes milliseconds.
    """

    fill: Floats  # per number: what stands in for a missing value
    low: Floats
    high: Floats
    centre: Floats
    slope: Floats
    missing: Floats  # per number: what is added where the value was missing
    categories: Floats  # (categories, codes): what each code adds
    intercept: float

    def scores(self, rows: Floats) -> Floats:
        """Predictions of rows (n, len(COLUMNS)): shape (n,)."""
        sums: Floats = np.sum(self.parts(rows), axis=1)
        return sums

    def parts(self, rows: Floats) -> Floats:
        """What each group of columns adds, the intercept in the first: shape (n, len(GROUPS)), not to be written to.

        The same rows are asked about by several models in turn.
        """
        last: tuple[Floats, Floats] | None = self.__dict__.get("_last")
        if last is None or last[0] is not rows:
            last = self.__dict__["_last"] = rows, self._parts(rows)
        return last[1]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_last"}

    def _parts(self, rows: Floats) -> Floats:
        numbers = rows[:, NUMBER_INDEX]
        absent = np.isnan(numbers)
        filled = np.clip(np.where(absent, self.fill, numbers), self.low, self.high)
        columns = np.empty((len(rows), len(COLUMNS)))
        columns[:, NUMBER_INDEX] = (filled - self.centre) * self.slope + absent * self.missing
        for position, index in enumerate(CATEGORY_INDEX):
            columns[:, index] = self.categories[position, rows[:, index].astype(np.intp)]
        return by_group(columns, self.intercept)


def build() -> Pipeline:
    """The unfitted pipeline: rows (n, len(COLUMNS)) with NaN for missing, to log(1 + engagements)."""
    numbers = Pipeline(
        [
            ("impute", Imputer()),
            ("clip", Winsoriser()),
            ("scale", StandardScaler()),
        ]
    )
    kinds = [
        (name, OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=RARE, sparse_output=False), [index])
        for name, index in zip(CATEGORIES, CATEGORY_INDEX, strict=True)
    ]
    return Pipeline(
        [("columns", Columns([("numbers", numbers, NUMBER_INDEX), *kinds])), ("ridge", Ridge(alpha=PENALTY))]
    )


def held_out(pipeline: Pipeline, rows: Floats, labels: Floats, blocks: Sequence[NDArray[np.intp]]) -> Floats:
    """Scores (n,) of the rows that a pipeline was fitted to, those of each block by a fit without their labels.

    The columns are those of the pipeline: fitted anew for each block, they cost ten times as much as the fit itself.
    """
    columns, alpha = pipeline.named_steps["columns"].transform(rows), pipeline.named_steps["ridge"].alpha
    held = np.empty(len(rows))
    for block in blocks:
        others = np.ones(len(rows), bool)
        others[block] = False
        centre, level = np.mean(columns[others], axis=0), np.mean(labels[others])
        seen = columns[others] - centre
        weights = np.linalg.solve(seen.T @ seen + alpha * np.eye(seen.shape[1]), seen.T @ (labels[others] - level))
        held[block] = (columns[block] - centre) @ weights + level
    return held


def additive(pipeline: Pipeline) -> Additive:
    """The fitted pipeline's own function, read out of its steps."""
    columns, ridge = pipeline.named_steps["columns"], pipeline.named_steps["ridge"]
    steps = columns.fitted_["numbers"].named_steps
    impute, clip, scale = steps["impute"], steps["clip"], steps["scale"]
    count, width = len(NUMBER_INDEX), len(scale.scale_)
    slopes = ridge.coef_[:width] / scale.scale_
    # A missing value's indicator is clipped and scaled like any number: it moves from its low bound to its high one.
    flagged = impute.flagged_
    missing = np.zeros(count)
    missing[flagged] = slopes[count:] * (clip.high_[count:] - clip.low_[count:])
    none_missing = np.sum(slopes[count:] * (clip.low_[count:] - scale.mean_[count:]))
    categories = []
    for name in CATEGORIES:
        encoded = columns.fitted_[name].transform(np.arange(_CODES, dtype=float)[:, None])
        categories.append(encoded @ ridge.coef_[width : width + encoded.shape[1]])
        width += encoded.shape[1]
    return Additive(
        fill=impute.fill_,
        low=clip.low_[:count],
        high=clip.high_[:count],
        centre=scale.mean_[:count],
        slope=slopes[:count],
        missing=missing,
        categories=np.array(categories),
        intercept=float(ridge.intercept_ + none_missing),
    )
