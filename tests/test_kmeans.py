"""A step of k-means that can be taken from any centroids; silhouettes as scikit-learn has them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import silhouette_samples, silhouette_score

from models import kmeans
from models.silhouette import silhouette, silhouettes
from models.vectors import Floats


def units(seed: int, rows: int, columns: int) -> Floats:
    found: Floats = kmeans.unit(np.abs(np.random.default_rng(seed).normal(size=(rows, columns))) ** 3)[0]
    return found


def sparse(rows: Floats) -> csr_array:
    found = csr_array(rows)
    found.indices, found.indptr = found.indices.astype(np.int32), found.indptr.astype(np.int32)
    return found


@given(st.integers(0, 1_000), st.integers(1, 6), st.integers(1, 30))
def test_a_step_adds_each_row_to_its_nearest_centroid(seed: int, k: int, n: int) -> None:
    """Mini-batch k-means by hand: a centroid is the direction of the sum of all its rows, its weight the length."""
    rng = np.random.default_rng(seed)
    centroids, rows = units(seed, k, 8), units(seed + 1, n, 8)
    weights, mass = rng.uniform(0.1, 50, k), rng.uniform(0.1, 5, n)
    new, lengths = kmeans.step(sparse(rows), mass, (rows @ centroids.T).argmax(axis=1), centroids, weights)
    sums = centroids * weights[:, None]
    for row, home, one in zip(rows, (rows @ centroids.T).argmax(axis=1), mass, strict=True):
        sums[home] += one * row
    expected, long = kmeans.unit(sums)
    np.testing.assert_allclose(new, expected, atol=1e-9)
    np.testing.assert_allclose(lengths, long, rtol=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1_000), st.integers(1, 6), st.integers(1, 30))
def test_a_step_is_that_of_mini_batch_k_means_restarted_from_the_centroids(seed: int, k: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    centroids, rows = units(seed, k, 8), units(seed + 1, n, 8)
    weights, mass = rng.uniform(0.1, 50, k), rng.uniform(0.1, 5, n)
    home = (rows @ centroids.T).argmax(axis=1)
    new, lengths = kmeans.step(sparse(rows), mass, home, centroids, weights)
    model = MiniBatchKMeans(k, init=centroids, n_init=1, reassignment_ratio=0, compute_labels=False, random_state=0)
    model.partial_fit(np.vstack([centroids, rows]), sample_weight=np.concatenate([weights, mass]))
    total = weights + np.bincount(home, mass, minlength=k)
    np.testing.assert_allclose(new * lengths[:, None], model.cluster_centers_ * total[:, None], atol=1e-9)


def test_a_step_changes_nothing_of_what_it_is_given_and_is_the_same_each_time() -> None:
    centroids, rows, mass, weights = units(1, 4, 8), sparse(units(2, 20, 8)), np.ones(20), np.ones(4)
    kept = [centroids.copy(), rows.toarray(), mass.copy(), weights.copy()]
    first, again = (
        kmeans.step(rows, mass, kmeans.cosines(rows, centroids).argmax(axis=1), centroids, weights) for _ in range(2)
    )
    for one, other in zip(first, again, strict=True):
        assert one.tobytes() == other.tobytes()
    for before, now in zip(kept, [centroids, rows.toarray(), mass, weights], strict=True):
        np.testing.assert_array_equal(before, now)


def test_the_two_most_alike_are_joined_by_their_weights() -> None:
    centroids = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0.8, 0.6]])
    joined, weights = kmeans.joined(centroids, np.array([5.0, 3.0, 1.0]))
    assert len(joined) == 2
    np.testing.assert_allclose(joined, kmeans.unit(np.array([[5.0, 0, 0], [0, 3.8, 0.6]]))[0])
    np.testing.assert_allclose(weights, [5, np.hypot(3.8, 0.6)])


def test_the_seed_is_heavy_and_far_from_all() -> None:
    assert kmeans.farthest(np.array([1.0, 0.9, 0.2, 0.0]), np.array([100, 10, 5, 1])) == 2
    assert kmeans.farthest(np.array([0.0, 0.0]), np.array([1, 2])) == 1


def test_rows_of_zeros_stay_zeros() -> None:
    rows, lengths = kmeans.unit(np.array([[0.0, 0.0], [3.0, 4.0]]))
    assert (rows.tolist(), lengths.tolist()) == ([[0, 0], [0.6, 0.8]], [0, 5])


@given(st.integers(0, 100), st.lists(st.integers(-1, 4), min_size=3, max_size=40))
def test_the_silhouette_is_scikit_learns_over_what_has_a_label(seed: int, labels: list[int]) -> None:
    rows, given_labels = units(seed, len(labels), 6), np.array(labels)
    score, size = silhouette(csr_array(rows), given_labels)
    inside = given_labels >= 0
    assert size == inside.sum()
    if not 2 <= len(set(given_labels[inside])) < size:
        assert score is None
    else:
        assert score == pytest.approx(silhouette_score(rows[inside], given_labels[inside], metric="cosine"), abs=1e-9)


def test_by_label_they_are_the_means_of_its_rows() -> None:
    rows, labels = units(3, 40, 5), np.arange(40) % 4 - 1
    found = silhouettes(csr_array(rows), labels)
    inside = labels >= 0
    scores = silhouette_samples(rows[inside], labels[inside], metric="cosine")
    assert found == {label: (pytest.approx(scores[labels[inside] == label].mean(), abs=1e-9), 10) for label in range(3)}
