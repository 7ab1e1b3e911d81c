"""Spherical k-means on sparse unit rows, and scikit-learn's mini-batch k-means made to go on from given centroids.

Left to itself MiniBatchKMeans keeps the seeds that chance gave it and moves them less with each batch: on a stream it
ends with centroids of what is long over. Its public interface can restart it from centroids with weights of our own
choosing, which is how they can fade, be added, and be taken away.
"""

from functools import cache

import numpy as np
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.cluster import MiniBatchKMeans
from threadpoolctl import ThreadpoolController

from models.vectors import Floats


def unit(rows: Floats) -> tuple[Floats, Floats]:
    """Dense rows of length one, and the length that each had. Rows of zeros stay zeros."""
    lengths: Floats = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return rows / np.where(lengths > 0, lengths, 1.0)[:, None], lengths


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


def step(rows: csr_array, mass: Floats, centroids: Floats, weights: Floats, seed: int) -> tuple[Floats, Floats]:
    """One step of mini-batch k-means (Sculley 2010) from `centroids`, shape (k, columns), that carry `weights`.

    Returns the new ones. A centroid stands for the sum of its rows, of which it has the direction and `weights` the
    length: so the mean that MiniBatchKMeans forms is that of spherical k-means.
    """
    kmeans = MiniBatchKMeans(
        n_clusters=len(centroids),
        init=centroids,
        n_init=1,
        reassignment_ratio=0,
        compute_labels=False,
        random_state=seed,
    )
    # Two threads take turns over a step this small ten times as long as one takes.
    with (
        config_context(assume_finite=True, skip_parameter_validation=True),
        _threads().limit(limits=1, user_api="openmp"),
    ):
        kmeans.partial_fit(centroids, sample_weight=weights)
        home = kmeans.predict(rows)
        kmeans.partial_fit(rows, sample_weight=mass)
    total = weights + np.bincount(home, mass, minlength=len(centroids))
    return unit(kmeans.cluster_centers_ * total[:, None])


def cosines(rows: csr_array, centroids: Floats) -> Floats:
    """Cosine of each row with each centroid, shape (rows, k)."""
    found: Floats = rows @ centroids.T
    return found


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()
