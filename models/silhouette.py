"""Silhouettes of clusters of sparse unit rows, by cosine."""

import numpy as np
from scipy.sparse import csr_array

from models.vectors import Floats, Ints


def distances(rows: csr_array) -> Floats:
    """1 - cosine between unit rows, shape (n, n)."""
    apart: Floats = np.clip(1.0 - (rows @ rows.T).toarray(), 0.0, 2.0)
    np.fill_diagonal(apart, 0.0)
    return apart


def silhouette(apart: Floats, labels: Ints) -> tuple[float | None, int]:
    """Mean silhouette (Rousseeuw 1987) and sample size of the rows with a label from 0 on; None if none is defined.

    It is defined where there are at least two labels and fewer labels than rows.
    """
    sample = np.flatnonzero(labels >= 0)
    if not 2 <= len(np.unique(labels[sample])) < len(sample):
        return None, len(sample)
    score = _samples(apart[np.ix_(sample, sample)], labels[sample]).mean()
    return float(score), len(sample)


def silhouettes(apart: Floats, labels: Ints) -> dict[int, tuple[float, int]]:
    """By label from 0 on, the mean silhouette of its rows and how many they are; empty where none is defined."""
    sample = np.flatnonzero(labels >= 0)
    if not 2 <= len(np.unique(labels[sample])) < len(sample):
        return {}
    of = labels[sample]
    scores = _samples(apart[np.ix_(sample, sample)], of)
    return {int(label): (float(scores[of == label].mean()), int((of == label).sum())) for label in np.unique(of)}


def _samples(apart: Floats, labels: Ints) -> Floats:
    """The silhouette of each row, as `sklearn.metrics.silhouette_samples` has it, in one pass and not row by row."""
    names, of = np.unique(labels, return_inverse=True)
    places = np.arange(len(of))
    cells = (places * len(names))[:, None] + of
    sums: Floats = np.bincount(cells.ravel(), apart.ravel(), len(of) * len(names)).astype(np.float64, copy=False)
    sums = sums.reshape(len(of), len(names))
    sizes = np.bincount(of)
    own: Floats = sums[places, of]
    sums[places, of] = np.inf
    other = (sums / sizes).min(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = own / (sizes[of] - 1)
        found: Floats = (other - own) / np.maximum(own, other)
    return np.nan_to_num(found)  # of one row that is alone in its cluster, 0
