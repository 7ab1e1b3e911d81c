"""How well predicted classes agree with the true ones: scikit-learn's figures, taken on a table of counts."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.metrics import accuracy_score, precision_recall_fscore_support


class ClassScores(NamedTuple):
    """Of one class. Each from 0 to 1; None where it is 0 of 0: no post predicted, no post true, or neither."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int  # posts that truly are of the class


class Scores(NamedTuple):
    """Of all classes. The macro figures are means over the classes that have posts, each counting the same.

    `macro_recall` is the official measure of SemEval-2017 task 4 A (Rosenthal, Farra and Nakov 2017), there over three
    classes that all have posts. None where there are no posts.
    """

    n: int
    accuracy: float | None
    macro_f1: float | None
    macro_recall: float | None
    classes: dict[str, ClassScores]
    confusion: dict[str, dict[str, int]]  # true class -> predicted class -> posts


def scores(counts: Mapping[tuple[str, str], int], classes: Sequence[str]) -> Scores:
    """The figures of posts counted by (true class, predicted class), all of `classes`."""
    confusion = {true: {said: counts.get((true, said), 0) for said in classes} for true in classes}
    cells = [(true, said, posts) for true, row in confusion.items() for said, posts in row.items() if posts]
    if not cells:
        return Scores(0, None, None, None, {name: ClassScores(None, None, None, 0) for name in classes}, confusion)
    true, said, posts = zip(*cells, strict=True)
    precision, recall, f1, support = precision_recall_fscore_support(
        true, said, labels=list(classes), sample_weight=posts, zero_division=np.nan
    )
    there = support > 0
    return Scores(
        n=sum(posts),
        accuracy=float(accuracy_score(true, said, sample_weight=posts)),
        macro_f1=float(f1[there].mean()),
        macro_recall=float(recall[there].mean()),
        classes={
            name: ClassScores(_known(precision[i]), _known(recall[i]), _known(f1[i]), int(support[i]))
            for i, name in enumerate(classes)
        },
        confusion=confusion,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
