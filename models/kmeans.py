"""Spherical k-means on sparse unit rows, whose steps go on from centroids that may fade, be added and be taken away.

A step is that of scikit-learn's MiniBatchKMeans. That cannot be used on a stream as it is: it keeps the seeds that
chance gave it and moves them less with each batch, and ends with centroids of what is long over. It can be restarted
from centroids with weights, which gives what is found here, but takes five times as long (test_kmeans).
"""

import numpy as np
from scipy.sparse import csr_array

from models.vectors import Bools, Floats, Ints


def unit(rows: Floats) -> tuple[Floats, Floats]:
    """Make dense rows of length one, in place, and say which length each had. Rows of zeros stay zeros."""
    lengths: Floats = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    rows /= np.where(lengths > 0, lengths, 1.0)[:, None]
    return rows, lengths


def farthest(cosines: Floats, mass: Floats) -> int:
    """The row to seed a cluster with: heavy, and unlike every centroid; `cosines` are those with the nearest."""
    return int((mass * (1.0 - np.clip(cosines, 0.0, 1.0))).argmax())


def joined(centroids: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The centroids with the two most alike made one."""
    cosines = np.tril(centroids @ centroids.T, -1) + np.triu(np.full((len(centroids),) * 2, -1.0))
    younger, older = np.unravel_index(int(cosines.argmax()), cosines.shape)
    sums = centroids * weights[:, None]
    sums[older] += sums[younger]
    return unit(np.delete(sums, younger, axis=0))


def step(rows: csr_array, mass: Floats, home: Ints, centroids: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """One step of mini-batch k-means (Sculley 2010) from `centroids`, shape (k, columns), that carry `weights`.

    `home` is the nearest centroid of each row. Returns the new ones. A centroid stands for the sum of its rows, of
    which it has the direction and `weights` the length: so the mean is that of spherical k-means.
    """
    sums = _sums(rows, mass, home, len(centroids))
    sums += centroids * weights[:, None]
    return unit(sums)


def cosines(rows: csr_array, centroids: Floats) -> Floats:
    """Cosine of each row with each centroid, shape (rows, k)."""
    found: Floats = rows @ centroids.T
    return found


def homes(cosines: Floats, near: float) -> tuple[Ints, Bools]:
    """The nearest centroid of each row, and whether that is `near` enough to belong."""
    home = cosines.argmax(axis=1) if cosines.shape[1] else np.zeros(len(cosines), np.int64)
    return home, cosines.max(axis=1, initial=0.0) >= near


def settled(rows: csr_array, mass: Floats, centroids: Floats, near: float) -> Floats:
    """Spherical k-means on all rows at once: what mini-batches would come to in the end, near enough."""
    for _ in range(2):
        home, belongs = homes(cosines(rows, centroids), near)
        sums, lengths = unit(_sums(rows, np.where(belongs, mass, 0.0), home, len(centroids)))
        empty = lengths == 0
        sums[empty] = centroids[empty]
        centroids = sums
    return centroids


def tried(
    rows: csr_array, mass: Floats, centroids: Floats, weights: Floats, numbers: range, near: float
) -> dict[int, Floats]:
    """Centroids for each of the numbers: joined or seeded step by step from the present ones, then settled."""
    found = {}
    fewer = centroids
    for k in range(len(centroids), numbers[0] - 1, -1):
        if k < len(fewer):
            fewer, weights = joined(fewer, weights)
        if k in numbers:
            found[k] = settled(rows, mass, fewer, near)
    more = centroids
    while len(more) < numbers[-1]:
        seed = farthest(cosines(rows, more).max(axis=1, initial=0.0), mass)
        more = np.hstack([more.T, rows[[seed]].toarray().T]).T  # by column, as products want them
        if len(more) in numbers:
            found[len(more)] = settled(rows, mass, more, near)
    return found


def _sums(rows: csr_array, mass: Floats, home: Ints, k: int) -> Floats:
    """The rows of each of k centroids added up, each times its mass, shape (k, columns)."""
    sizes = np.diff(rows.indptr)
    cells = rows.indices * np.int64(k) + home.repeat(sizes)
    sums = np.bincount(cells, rows.data * mass.repeat(sizes), rows.shape[1] * k).astype(np.float64, copy=False)
    return sums.reshape(-1, k).T
