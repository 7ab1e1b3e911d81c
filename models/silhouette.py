"""Silhouettes of clusters of sparse unit rows, by cosine."""

import numpy as np
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.metrics import silhouette_samples, silhouette_score

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
    with config_context(assume_finite=True, skip_parameter_validation=True):
        score = silhouette_score(apart[np.ix_(sample, sample)], labels[sample], metric="precomputed")
    return float(score), len(sample)


def silhouettes(apart: Floats, labels: Ints) -> dict[int, tuple[float, int]]:
    """By label from 0 on, the mean silhouette of its rows and how many they are; empty where none is defined."""
    sample = np.flatnonzero(labels >= 0)
    if not 2 <= len(np.unique(labels[sample])) < len(sample):
        return {}
    of = labels[sample]
    with config_context(assume_finite=True, skip_parameter_validation=True):
        scores = silhouette_samples(apart[np.ix_(sample, sample)], of, metric="precomputed")
    return {int(label): (float(scores[of == label].mean()), int((of == label).sum())) for label in np.unique(of)}
