"""Transformers side by side, each of its own columns of an array.

scikit-learn's ColumnTransformer and SimpleImputer do more, and load pandas: 30 MB, and half a second in which the feed
waits, as it must not be loaded beside it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin, clone

Floats = NDArray[np.float64]


class Columns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """`parts`: name, transformer and its columns; their results stand side by side in this order."""

    def __init__(self, parts: Sequence[tuple[str, Any, Sequence[int]]]) -> None:
        self.parts = parts

    def fit(self, X: Floats, y: Floats | None = None) -> "Columns":  # noqa: N803 - scikit-learn's names
        self.fitted_ = {name: clone(part).fit(X[:, columns], y) for name, part, columns in self.parts}
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Floats) -> Floats:  # noqa: N803
        return np.hstack([self.fitted_[name].transform(X[:, columns]) for name, _, columns in self.parts])


class Imputer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Puts the median of its column where a value is missing, and behind them flags for columns that miss some."""

    def fit(self, X: Floats, y: Floats | None = None) -> "Imputer":  # noqa: N803
        missing = np.isnan(X)
        known = [column[~gaps] for column, gaps in zip(X.T, missing.T, strict=True)]
        self.fill_ = np.array([np.median(values) if len(values) else 0.0 for values in known])
        self.flagged_ = np.flatnonzero(missing.any(axis=0))
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Floats) -> Floats:  # noqa: N803
        missing = np.isnan(X)
        return np.hstack([np.where(missing, self.fill_, X), missing[:, self.flagged_]])
