"""The two kinds of trees, as unfitted pipelines: rows (n, len(COLUMNS)) with NaN for missing, to log(1 + engagements).

Importing this module imports scikit-learn, which takes seconds: do it when the first model is due.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from models.regression import CATEGORY_INDEX, NUMBER_INDEX, RARE

Floats = NDArray[np.float64]

BOOSTED: Mapping[str, object] = {
    "loss": "squared_error",
    "learning_rate": 0.06,
    "max_iter": 100,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
    "early_stopping": False,
    "random_state": 0,
}
FOREST: Mapping[str, object] = {
    "n_estimators": 100,
    "min_samples_leaf": 10,
    "max_features": 0.33,
    "random_state": 0,
}


class Blanks(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Puts 0 into the columns that were missing in every row of the fit: a histogram of nothing cannot be made."""

    def fit(self, X: Floats, y: Floats | None = None) -> "Blanks":  # noqa: N803 - scikit-learn's names
        self.blank_ = np.isnan(X).all(axis=0)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Floats) -> Floats:  # noqa: N803
        return np.where(self.blank_, 0.0, X)


def boosted(params: Mapping[str, object] = BOOSTED) -> Pipeline:
    """Gradient boosting over histograms, which takes missing values and categories as they are."""
    trees = HistGradientBoostingRegressor(**{"categorical_features": CATEGORY_INDEX, **params})
    return Pipeline([("blanks", Blanks()), ("trees", trees)])


def forest(params: Mapping[str, object] = FOREST) -> Pipeline:
    """A random forest, on one column for each category that is not rare."""
    encode = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=RARE, sparse_output=False)
    columns = ColumnTransformer([("numbers", "passthrough", NUMBER_INDEX), ("categories", encode, CATEGORY_INDEX)])
    return Pipeline([("blanks", Blanks()), ("columns", columns), ("trees", RandomForestRegressor(**params))])
