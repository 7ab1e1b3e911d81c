"""Ensembles of trees as tables of their leaves: what a row's leaf says, and what led to it.

Along the way to a leaf each split moves the mean of what is left; the move is put down to the feature it splits by
(Saabas 2014, "Interpreting random forests"). So a prediction is the mean at the root plus parts that add up, and as
they depend on the leaf alone, they are worked out once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.features import CATEGORIES, COLUMNS, GROUP_OF, GROUPS

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MISSING = -2.0  # stands in for what is not known; no feature is as low

NUMBERS = [index for index, name in enumerate(COLUMNS) if name not in CATEGORIES]
KINDS = [COLUMNS.index(name) for name in CATEGORIES]
GROUP_OF_FEATURE = np.array([GROUPS.index(GROUP_OF[COLUMNS[index]]) for index in NUMBERS + KINDS])
_CODES = 128  # category codes are whole numbers under this


@dataclass(frozen=True)
class Tree:
    """Nodes in an order that has parents before their children. -1 as a child: a leaf."""

    left: Ints
    right: Ints
    feature: Ints
    threshold: Floats
    value: Floats  # what is predicted at the node, were it a leaf


@dataclass(frozen=True)
class Recoder:
    """Rows (n, len(COLUMNS)) to what the trees were fitted to: numbers, missing ones filled, then categories."""

    codes: Floats  # (categories, codes)

    def __call__(self, rows: Floats) -> NDArray[np.float32]:
        numbers = rows[:, NUMBERS]
        kinds = [self.codes[position, rows[:, index].astype(np.intp)] for position, index in enumerate(KINDS)]
        return np.column_stack([np.where(np.isnan(numbers), MISSING, numbers), *kinds]).astype(np.float32)


def recoder(encoders: Sequence[Any]) -> Recoder:
    """What fitted encoders of the categories do, as a table."""
    column = np.arange(_CODES, dtype=np.float64)[:, None]
    return Recoder(np.array([encoder.transform(column)[:, 0] for encoder in encoders]))


@dataclass(frozen=True)
class Forest:
    """Trees whose predictions are added up and divided by `divisor`, upon `base`."""

    recode: Recoder
    apply: Sequence[Any]  # per tree: float32 rows -> leaf indices (n,)
    starts: Ints  # per tree: where its nodes are in the tables
    value: Floats  # (nodes,)
    gains: NDArray[np.float32]  # (nodes, len(GROUPS)): the parts of each node's value, the root's in the first
    base: float
    divisor: float

    def scores(self, rows: Floats) -> Floats:
        """The sum over the trees of their leaves' values: shape (n,)."""
        leaves = self._leaves(rows)
        total = np.zeros(len(rows))
        for tree in leaves:
            total += self.value[tree]
        scores: Floats = self.base + total / self.divisor
        return scores

    def parts(self, rows: Floats) -> Floats:
        """The sum over the trees of their leaves' parts: shape (n, len(GROUPS))."""
        total = np.zeros((len(rows), len(GROUPS)))
        for tree in self._leaves(rows):
            total += self.gains[tree]
        total /= self.divisor
        total[:, 0] += self.base
        return total

    def _leaves(self, rows: Floats) -> list[Ints]:
        recoded = self.recode(rows)
        return [apply(recoded) + start for apply, start in zip(self.apply, self.starts.tolist(), strict=True)]


def forest(recode: Recoder, trees: Sequence[Tree], apply: Sequence[Any], base: float, divisor: float) -> Forest:
    """Tables of the leaves of fitted trees."""
    sizes = [len(tree.value) for tree in trees]
    gains = np.concatenate([_gains(tree) for tree in trees])
    value = np.concatenate([tree.value for tree in trees])
    return Forest(recode, apply, np.cumsum([0, *sizes[:-1]]), value, gains, base, divisor)


@dataclass(frozen=True)
class Walker:
    """Finds the leaves of rows in a tree that cannot be asked for them."""

    tree: Tree

    def __call__(self, rows: NDArray[np.float32]) -> Ints:
        """Float32 rows to leaf indices (n,)."""
        tree = self.tree
        node = np.zeros(len(rows), np.intp)
        index = np.arange(len(rows))
        while (inner := tree.left[node] >= 0).any():
            lower = rows[index, tree.feature[node]] <= tree.threshold[node]
            node = np.where(inner, np.where(lower, tree.left[node], tree.right[node]), node)
        return node


def _gains(tree: Tree) -> NDArray[np.float32]:
    """What each group of features adds on the way to each node, level by level."""
    gains = np.zeros((len(tree.value), len(GROUPS)))
    gains[0, 0] = tree.value[0]
    level = np.array([0])
    while len(level := level[tree.left[level] >= 0]):
        for children in (tree.left[level], tree.right[level]):
            gains[children] = gains[level]
            groups = GROUP_OF_FEATURE[tree.feature[level]]
            gains[children, groups] += tree.value[children] - tree.value[level]
        level = np.concatenate([tree.left[level], tree.right[level]])
    return gains.astype(np.float32)
