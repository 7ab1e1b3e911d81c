"""Silhouettes of clusters of sparse unit rows, by cosine.

The distances of a row to all rows of a cluster add up to their number less its product with their sum: no row is held
against any other.
"""

import numpy as np
from scipy.sparse import csr_array

from models.vectors import Floats, Ints


def silhouette(rows: csr_array, labels: Ints) -> tuple[float | None, int]:
    """Mean silhouette (Rousseeuw 1987) and sample size of the rows with a label from 0 on; None if none is defined.

    It is defined where there are at least two labels and fewer labels than rows.
    """
    sample = np.flatnonzero(labels >= 0)
    names, of = np.unique(labels[sample], return_inverse=True)
    if not 2 <= len(names) < len(sample):
        return None, len(sample)
    return float(_samples(rows, sample, of).mean()), len(sample)


def silhouettes(rows: csr_array, labels: Ints) -> dict[int, tuple[float, int]]:
    """By label from 0 on, the mean silhouette of its rows and how many they are; empty where none is defined."""
    sample = np.flatnonzero(labels >= 0)
    names, of, sizes = np.unique(labels[sample], return_inverse=True, return_counts=True)
    if not 2 <= len(names) < len(sample):
        return {}
    sums = np.bincount(of, _samples(rows, sample, of))
    return dict(zip(names.tolist(), zip((sums / sizes).tolist(), sizes.tolist(), strict=True), strict=True))


def _samples(rows: csr_array, sample: Ints, of: Ints) -> Floats:
    """The silhouette of each of some rows, as `sklearn.metrics.silhouette_samples` has it."""
    places, sizes = np.arange(len(of)), np.bincount(of)
    share = np.zeros((rows.shape[0], len(sizes)))
    share[sample, of] = 1.0
    apart: Floats = sizes - (rows @ (rows.T @ share))[sample]
    own: Floats = np.maximum(apart[places, of], 0.0)  # nought of a row and itself
    apart[places, of] = np.inf
    other = np.maximum((apart / sizes).min(axis=1), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = own / (sizes[of] - 1)
        found: Floats = (other - own) / np.maximum(own, other)
    return np.nan_to_num(found)  # of one row that is alone in its cluster, 0
