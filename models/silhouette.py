"""Silhouettes of the first k clusters, for every k at once."""

import numpy as np

from models.vectors import Floats, Ints


def nested(distance: Floats, rank: Ints, most: int) -> list[tuple[float | None, int]]:
    """Mean silhouette and sample size with the first k clusters kept, for k = 0..`most` (Rousseeuw 1987).

    `distance` has shape (n, n); `rank` is each document's cluster, 0 for the first. Only documents of the first k count
    for k. None where fewer than two clusters have documents. A cluster of one document scores 0, as in scikit-learn.
    """
    own = rank < most
    order = np.flatnonzero(own)[np.argsort(rank[own], kind="stable")]
    rank = rank[order]
    scores: list[tuple[float | None, int]] = [(None, 0)] * (most + 1)
    present, starts = np.unique(rank, return_index=True)
    if not len(present):
        return scores
    sizes = np.diff(np.append(starts, len(rank)))
    sums = np.add.reduceat(distance[np.ix_(order, order)], starts, axis=1)
    cluster = np.searchsorted(present, rank)
    rows = np.arange(len(rank))
    inner = sums[rows, cluster] / np.maximum(sizes[cluster] - 1, 1)
    means = sums / sizes
    means[rows, cluster] = np.inf
    outer = np.minimum.accumulate(means, axis=1)
    for k in range(most + 1):
        clusters = int(np.searchsorted(present, k))
        n = int(sizes[:clusters].sum())
        if clusters < 2:
            scores[k] = (None, n)
            continue
        a, b = inner[:n], outer[:n, clusters - 1]
        widest = np.maximum(a, b)
        width = np.divide(b - a, widest, out=np.zeros(n), where=widest > 0)
        scores[k] = (float(np.where(sizes[cluster[:n]] > 1, width, 0.0).mean()), n)
    return scores
