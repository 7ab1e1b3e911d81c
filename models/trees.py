"""The tree models as scikit-learn pipelines, and as what they become once fitted.

Importing this module imports scikit-learn, which takes seconds: do it in the background, when the first fit is due.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from models.columns import Columns
from models.features import CATEGORIES
from models.leaves import KINDS, NUMBERS, Forest, Recoder, Tree, Walker, filled, recoder

Floats = NDArray[np.float64]

BOOSTED: Mapping[str, Any] = {
    "learning_rate": 0.08,
    "max_iter": 40,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 20,
    "l2_regularization": 10.0,
}
FOREST: Mapping[str, Any] = {"n_estimators": 24, "min_samples_leaf": 10, "max_features": 0.33}
EXTRA: Mapping[str, Any] = {"n_estimators": 40, "min_samples_leaf": 5, "max_features": 0.33}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {"boosted": BOOSTED, "forest": FOREST, "extra": EXTRA}


def boosted(params: Mapping[str, Any], seed: int = 0) -> Pipeline:
    """Gradient boosted trees over histograms (Friedman 2001; Ke et al. 2017), unfitted.

    Rows (n, len(COLUMNS)) with NaN for missing, to log(1 + engagements). `params` stand in for those of BOOSTED.
    """
    trees = HistGradientBoostingRegressor(**{**BOOSTED, **params}, early_stopping=False, random_state=seed)
    return _pipeline(trees)


def bagged(params: Mapping[str, Any], seed: int = 0) -> Pipeline:
    """A random forest (Breiman 2001), unfitted. As `boosted`."""
    return _pipeline(RandomForestRegressor(**{**FOREST, **params}, bootstrap=True, random_state=seed))


def extra(params: Mapping[str, Any], seed: int = 0) -> Pipeline:
    """Extremely randomised trees (Geurts, Ernst and Wehenkel 2006), each on a bootstrap sample, unfitted."""
    return _pipeline(ExtraTreesRegressor(**{**EXTRA, **params}, bootstrap=True, random_state=seed))


def _pipeline(trees: BaseEstimator) -> Pipeline:
    kinds = [
        (name, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), [index])
        for name, index in zip(CATEGORIES, KINDS, strict=True)
    ]
    return Pipeline(
        [("columns", Columns([("numbers", FunctionTransformer(filled), NUMBERS), *kinds])), ("trees", trees)]
    )


def bagged_leaves(pipeline: Pipeline) -> Forest:
    """A fitted `bagged` or `extra` pipeline as tables of its leaves."""
    estimators = pipeline.named_steps["trees"].estimators_
    trees = [
        Tree(
            tree.children_left,
            tree.children_right,
            tree.feature,
            tree.threshold,
            tree.value[:, 0, 0],
        )
        for tree in (estimator.tree_ for estimator in estimators)
    ]
    apply = [Grown(estimator.tree_) for estimator in estimators]
    return Forest(_recoder(pipeline), trees, apply, 0.0, len(trees))


class Grown:
    """A grown tree as the function of rows that gives their leaves: plain data, unlike a bound method."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree

    def __call__(self, rows: NDArray[np.float32]) -> NDArray[np.intp]:
        leaves: NDArray[np.intp] = self._tree.apply(rows)
        return leaves


class Boosted:
    """A fitted `boosted` pipeline: predicted by scikit-learn, explained by tables of its leaves."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._recode = _recoder(pipeline)
        self._trees = pipeline.named_steps["trees"]
        trees = [_boosted_tree(predictor.nodes) for (predictor,) in self._trees._predictors]
        base = float(self._trees._baseline_prediction.item())
        self._leaves = Forest(self._recode, trees, [Walker(tree) for tree in trees], base, 1)

    def scores(self, rows: Floats) -> Floats:
        """As a Scorer."""
        scores: Floats = self._trees.predict(self._recode(rows))
        return scores

    def parts(self, rows: Floats) -> Floats:
        """As a Scorer."""
        return self._leaves.parts(rows)


def held_out(pipeline: Pipeline, rows: Floats, labels: Floats, blocks: Sequence[NDArray[np.intp]]) -> Floats:
    """Fit a pipeline; gives scores (n,) of the rows of each block by a fit without their labels.

    The columns are those of the pipeline: fitted anew for each block, they take a fifth of the time.
    """
    columns, trees = pipeline.named_steps["columns"], pipeline.named_steps["trees"]
    encoded = columns.fit_transform(rows)
    held = np.empty(len(rows))
    for block in blocks:
        others = np.ones(len(rows), bool)
        others[block] = False
        held[block] = trees.fit(encoded[others], labels[others]).predict(encoded[block])
    trees.fit(encoded, labels)
    return held


def out_of_bag(pipeline: Pipeline, rows: Floats) -> Floats:
    """Predictions (n,) of the rows that a `bagged` or `extra` pipeline was fitted to, by the trees without them.

    A row that is in every tree's sample, as can be with few trees, is predicted by all.
    """
    forest, recoded = pipeline.named_steps["trees"], _recoder(pipeline)(rows)
    left_out, everywhere, times = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
    for estimator, drawn in zip(forest.estimators_, forest.estimators_samples_, strict=True):
        says = estimator.tree_.value[estimator.tree_.apply(recoded), 0, 0]
        unseen = np.bincount(drawn, minlength=len(rows)) == 0
        left_out += unseen * says
        everywhere += says
        times += unseen
    held: Floats = np.where(times > 0, left_out / np.maximum(times, 1), everywhere / len(forest.estimators_))
    return held


def _boosted_tree(nodes: NDArray[Any]) -> Tree:
    """scikit-learn keeps values of leaves only: a node above them is worth the mean of its rows."""
    leaf = nodes["is_leaf"].astype(bool)
    left = np.where(leaf, -1, nodes["left"].astype(np.intp))
    right = np.where(leaf, -1, nodes["right"].astype(np.intp))
    count, value = nodes["count"].astype(np.float64), nodes["value"].astype(np.float64).copy()
    for node in range(len(nodes) - 1, -1, -1):
        if not leaf[node]:
            below = [left[node], right[node]]
            value[node] = np.sum(count[below] * value[below]) / np.sum(count[below])
    return Tree(left, right, nodes["feature_idx"].astype(np.intp), nodes["num_threshold"].astype(np.float64), value)


def _recoder(pipeline: Pipeline) -> Recoder:
    return recoder([pipeline.named_steps["columns"].fitted_[name] for name in CATEGORIES])
