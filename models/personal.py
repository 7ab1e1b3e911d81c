"""A personal layer: from what one reader says of posts, which mood that reader would give another.

VADER's features and hashed TF-IDF of the terms, in an online classifier. It starts as VADER (a few made-up corrections
that agree with it) and learns each real one once, after having told what it would have said: by that it is judged.
Importing this module imports scikit-learn: do it when the first answer is due.
"""

from collections import Counter
from math import log, sqrt
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from sklearn.linear_model import SGDClassifier

from models.classification import scores
from models.moods import CLASSES, Mood
from models.personal_features import NUMBERS, SIZE, Features
from models.vectors import Floats, Ints

AGREEING = 16  # made-up corrections of each class that say what VADER says
STEP = 0.2  # how far one correction moves the weights
_DENSE = len(CLASSES) + len(NUMBERS)
_WIDTH = _DENSE + SIZE


class Record(NamedTuple):
    """How the layer and VADER did on the same `n` corrections, each told before it was learnt: macro F1."""

    n: int
    f1: float | None
    vader_f1: float | None


class Personal:
    """Learns corrections one by one: the same ones in the same order give the same answers."""

    def __init__(self) -> None:
        self._model = SGDClassifier(loss="log_loss", alpha=1e-4, learning_rate="constant", eta0=STEP, random_state=0)
        self._holding: Counter[int] = Counter()  # corrections that a column stands in
        self._own: Counter[tuple[str, str]] = Counter()  # what the reader says, what was told -> corrections
        self._vaders: Counter[tuple[str, str]] = Counter()
        self._record: Record | None = None
        classes = np.tile(np.arange(len(CLASSES)), AGREEING)
        agreeing = _sparse(np.ones(len(classes)), classes, np.arange(len(classes) + 1))
        self._model.partial_fit(agreeing, classes, classes=range(len(CLASSES)))

    def answer(self, features: Features) -> Mood:
        """The mood that the reader would give."""
        return CLASSES[int(np.argmax(self._model.decision_function(self._row(features))[0]))]

    def learn(self, features: Features, mood: Mood) -> None:
        """Tell first, be judged by it, then learn."""
        self._record = None
        self._own[mood, self.answer(features)] += 1
        self._vaders[mood, features.vader] += 1
        self._holding.update(column for column, _ in features.terms)
        self._model.partial_fit(self._row(features), [CLASSES.index(mood)])

    def record(self) -> Record:
        """How good the answers have been, beside VADER's."""
        if self._record is None:
            own, vaders = (scores(counts, CLASSES).macro_f1 for counts in (self._own, self._vaders))
            self._record = Record(self._own.total(), own, vaders)
        return self._record

    def _row(self, features: Features) -> csr_array:
        """What VADER says, its numbers, and TF-IDF of the terms, of length 1, by the corrections learnt so far."""
        dense = [*(float(features.vader == mood) for mood in CLASSES), *features.numbers]
        learnt = self._own.total()
        rare = [value * (1 + log((1 + learnt) / (1 + self._holding[column]))) for column, value in features.terms]
        length = sqrt(sum(value * value for value in rare)) or 1.0
        values = np.array([*dense, *(value / length for value in rare)])
        columns = np.array([*range(_DENSE), *(_DENSE + column for column, _ in features.terms)])
        return _sparse(values, columns, np.array([0, len(columns)]))


def _sparse(values: Floats, columns: Ints, ends: Ints) -> csr_array:
    """Rows with the 32-bit indices that scikit-learn asks for."""
    return csr_array((values, columns.astype(np.int32), ends.astype(np.int32)), shape=(len(ends) - 1, _WIDTH))
