"""Ensembles of trees as tables of their leaves: what a row's leaf says, and what led to it.

Along the way to a leaf each split moves the mean of what is left; the move is put down to the feature it splits by
(Saabas 2014, "Interpreting random forests"). So a prediction is the mean at the root plus parts that add up, and as
they depend on the leaf alone, they are worked out once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.features import CATEGORIES, COLUMNS, GROUP_OF, GROUPS

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Apply = Callable[[NDArray[np.float32]], Ints]

MISSING = -2.0  # stands in for what is not known; nothing that can be missing is as low

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
        return np.column_stack([filled(numbers), *kinds]).astype(np.float32)


def filled(numbers: Floats) -> Floats:
    """Numbers with MISSING where one is not known."""
    return np.where(np.isnan(numbers), MISSING, numbers)


def recoder(encoders: Sequence[Any]) -> Recoder:
    """What fitted encoders of the categories do, as a table."""
    column = np.arange(_CODES, dtype=np.float64)[:, None]
    return Recoder(np.array([encoder.transform(column)[:, 0] for encoder in encoders]))


class Forest:
    """Trees whose predictions are added up and divided by `divisor`, upon `base`."""

    def __init__(
        self, recode: Recoder, trees: Sequence[Tree], apply: Sequence[Apply], base: float, divisor: float
    ) -> None:
        sizes = [len(tree.value) for tree in trees]
        self._recode = recode
        self._apply = tuple(apply)  # per tree: float32 rows -> leaves (n,)
        self._starts = np.cumsum([0, *sizes[:-1]])[:, None]  # per tree: where its nodes are in the tables
        self._value = np.concatenate([tree.value for tree in trees])
        self._gains = np.concatenate([_gains(tree) for tree in trees])  # (nodes, len(GROUPS))
        self._base, self._divisor = base, divisor
        self._last: tuple[Floats, Ints] | None = None

    def scores(self, rows: Floats) -> Floats:
        """The sum over the trees of their leaves' values: shape (n,)."""
        values = self._value.take(self._leaves(rows))
        # One tree after the other, as many rows are summed anyway: a single one would be in another order.
        total = np.add.reduce(values, axis=0) if len(rows) > 1 else np.add.accumulate(values, axis=0)[-1]
        scores: Floats = self._base + total / self._divisor
        return scores

    def parts(self, rows: Floats) -> Floats:
        """The sum over the trees of their leaves' parts: shape (n, len(GROUPS))."""
        gains = self._gains.take(self._leaves(rows), axis=0)  # (trees, n, len(GROUPS))
        total: Floats = np.add.reduce(gains, axis=0, dtype=np.float64) / self._divisor
        total[:, 0] += self._base
        return total

    def _leaves(self, rows: Floats) -> Ints:
        """Leaves of the rows in the tables: (trees, n). The same rows are asked about by several models in turn."""
        if self._last is None or self._last[0] is not rows:
            recoded = self._recode(rows)
            self._last = rows, np.array([apply(recoded) for apply in self._apply]) + self._starts
        return self._last[1]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_last": None}


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
