"""Agreement of clusters with labels: scikit-learn's figures, and those worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import homogeneity_completeness_v_measure, normalized_mutual_info_score, silhouette_score

from models.clustering_metrics import (
    EMPTY,
    Table,
    agreement,
    joined,
    labelled,
    purity_of_largest,
    silhouette,
    sums,
    tabulate,
)

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(-3, 5)), min_size=1, max_size=60)


def table(rows: list[tuple[int, int]]) -> Table:
    return tabulate([label for label, _ in rows], [cluster for _, cluster in rows])


def same(a: Table, b: Table) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@given(pairs)
def test_agreement_is_scikit_learns(rows: list[tuple[int, int]]) -> None:
    labels, clusters = zip(*rows, strict=True)
    found = agreement(table(rows))
    homogeneity, completeness, v = homogeneity_completeness_v_measure(labels, clusters)
    assert (found.homogeneity, found.completeness, found.nmi) == pytest.approx((homogeneity, completeness, v), abs=1e-9)
    assert found.nmi == pytest.approx(normalized_mutual_info_score(labels, clusters), abs=1e-9)
    assert all(0.0 <= value <= 1.0 for value in found)


def test_agreement_by_hand() -> None:
    # Two labels of two posts each. One cluster holds one label's two, the others are alone.
    found = agreement(tabulate([0, 0, 1, 1], [7, 7, 8, 9]))
    assert found.homogeneity == pytest.approx(1.0)
    assert found.completeness == pytest.approx(math.log(2) / (1.5 * math.log(2)))
    assert found.nmi == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("labels", "clusters", "nmi"),
    [([], [], 1.0), ([4, 4], [1, 1], 1.0), ([4, 4], [1, 2], 0.0), ([3, 4], [1, 1], 0.0), ([3, 4], [2, 1], 1.0)],
)
def test_the_limits_are_exact(labels: list[int], clusters: list[int], nmi: float) -> None:
    assert agreement(tabulate(labels, clusters)).nmi == pytest.approx(nmi, abs=1e-12)


@given(pairs, st.integers(0, 60))
def test_posts_in_two_parts_make_the_same_table(rows: list[tuple[int, int]], cut: int) -> None:
    assert same(joined(table(rows[:cut]), table(rows[cut:])), table(rows))
    assert same(joined(EMPTY, table(rows)), table(rows))
    assert int(table(rows).counts.sum()) == len(rows)


def test_what_has_no_label_is_left_out() -> None:
    assert same(labelled(tabulate([-1, 0, 0, -1], [1, 1, 2, 3])), tabulate([0, 0], [1, 2]))


def test_purity_is_that_of_the_largest_clusters_together() -> None:
    # Cluster 1: three of label 0, one of 1. Cluster 2: two of label 1. Cluster 3: one post.
    shown = tabulate([0, 0, 0, 1, 1, 1, 2], [1, 1, 1, 1, 2, 2, 3])
    assert purity_of_largest(shown) == pytest.approx(6 / 7)
    assert purity_of_largest(shown, top=1) == pytest.approx(3 / 4)
    assert purity_of_largest(shown, top=2) == pytest.approx(5 / 6)
    assert purity_of_largest(EMPTY) is None


@given(pairs)
def test_clusters_of_their_own_are_pure(rows: list[tuple[int, int]]) -> None:
    assert purity_of_largest(tabulate([label for label, _ in rows], range(len(rows)))) == 1.0


def test_sums_are_by_key() -> None:
    assert sums(np.array([5, 2, 5]), np.array([1, 10, 100])).tolist() == [10, 101]
    assert sums(EMPTY.labels, EMPTY.counts).tolist() == []


def test_a_silhouette_is_that_of_cosines_over_tfidf() -> None:
    docs = [["a", "b"], ["a", "c"], ["x", "y"], ["x", "z"], ["q"]]
    clusters = [0, 0, 1, 1, 2]
    # By hand: idf is ln(6 / (1 + df)) + 1; two posts of a cluster share one term of two, and none with others.
    twice, once = math.log(6 / 3) + 1, math.log(6 / 2) + 1
    inside = 1 - twice**2 / (twice**2 + once**2)
    assert silhouette(docs, clusters) == pytest.approx(4 * (1 - inside) / 5)


@pytest.mark.parametrize("clusters", [[0, 0, 0], [0, 1, 2]])
def test_no_silhouette_where_nothing_is_told_apart(clusters: list[int]) -> None:
    assert silhouette([["a"], ["b"], ["c"]], clusters) is None
    assert silhouette([], []) is None


def test_silhouettes_weigh_a_lone_post_as_scikit_learn_does() -> None:
    assert silhouette([["a"], ["a"], ["b"]], [0, 0, 1]) == pytest.approx(
        silhouette_score(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), [0, 0, 1], metric="cosine")
    )
