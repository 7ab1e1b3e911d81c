"""How well clusters agree with the truth, and hold together: pure functions of labels and clusters.

Homogeneity, completeness and their harmonic mean are those of Rosenberg and Hirschberg (2007); that mean is the mutual
information normalised by the arithmetic mean of the entropies (NMI), as scikit-learn's. The limiting cases are
scikit-learn's too: one label only is homogeneous by any clusters, and NMI is then 1 for one cluster and 0 for more.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics import silhouette_score

Ints = NDArray[np.int64]


class Table(NamedTuple):
    """How many posts have both a label and a cluster: arrays of one length, pairs each once, sorted by cluster."""

    labels: Ints
    clusters: Ints
    counts: Ints


class Agreement(NamedTuple):
    """Each from 0 to 1."""

    nmi: float
    homogeneity: float  # a cluster has one label
    completeness: float  # a label has one cluster


class Largest(NamedTuple):
    """A large cluster: its posts, the label that most of them have, and how many have it."""

    cluster: int
    posts: int
    label: int
    agreeing: int


EMPTY = Table(*(np.zeros(0, np.int64) for _ in range(3)))


def tabulate(labels: Sequence[int] | Ints, clusters: Sequence[int] | Ints) -> Table:
    """The table of posts given one by one."""
    ones = np.ones(len(labels), np.int64)
    return joined(Table(np.asarray(labels, np.int64), np.asarray(clusters, np.int64), ones))


def joined(*tables: Table) -> Table:
    """One table of the posts of all."""
    labels, clusters, counts = (np.concatenate(parts) for parts in zip(EMPTY, *tables, strict=True))
    order = np.lexsort((labels, clusters))
    labels, clusters, counts = labels[order], clusters[order], counts[order]
    if not len(order):
        return EMPTY
    first = np.append(True, (np.diff(labels) != 0) | (np.diff(clusters) != 0))
    starts = np.flatnonzero(first)
    return Table(labels[starts], clusters[starts], np.add.reduceat(counts, starts))


def labelled(table: Table) -> Table:
    """The part of a table whose labels are known: those from 0."""
    known = table.labels >= 0
    return Table(*(part[known] for part in table))


def agreement(table: Table) -> Agreement:
    """How labels and clusters agree. All 1 for no posts, as in scikit-learn."""
    n = int(table.counts.sum())
    of_label, of_cluster = sums(table.labels, table.counts), sums(table.clusters, table.counts)
    if n == 0:
        return Agreement(1.0, 1.0, 1.0)
    label_entropy, cluster_entropy = _entropy(of_label), _entropy(of_cluster)
    joint = _entropy(table.counts)
    information = max(0.0, label_entropy + cluster_entropy - joint)
    if len(of_label) == 1 or len(of_cluster) == 1:
        information = 0.0  # and not what rounding leaves of it
    homogeneity = min(1.0, information / label_entropy) if label_entropy else 1.0
    completeness = min(1.0, information / cluster_entropy) if cluster_entropy else 1.0
    both = homogeneity + completeness
    return Agreement(2 * homogeneity * completeness / both if both else 0.0, homogeneity, completeness)


def largest(table: Table, top: int = 10) -> list[Largest]:
    """The `top` largest clusters, the largest first; of one size the first by id. Of labels as common, the first."""
    starts = np.flatnonzero(np.append(True, np.diff(table.clusters) != 0)) if len(table.counts) else np.zeros(0, int)
    sizes = np.add.reduceat(table.counts, starts) if len(starts) else table.counts
    ends = np.append(starts[1:], len(table.counts))
    found = []
    for i in np.argsort(-sizes, kind="stable")[:top]:
        commonest = starts[i] + int(np.argmax(table.counts[starts[i] : ends[i]]))
        row = (table.clusters[commonest], sizes[i], table.labels[commonest], table.counts[commonest])
        found.append(Largest(*map(int, row)))
    return found


def purity_of_largest(table: Table, top: int = 10) -> float | None:
    """Share of the commonest label in the `top` largest clusters, posts of all of them together; None for no posts."""
    found = largest(table, top)
    return sum(cluster.agreeing for cluster in found) / sum(cluster.posts for cluster in found) if found else None


def sums(keys: Ints, counts: Ints) -> Ints:
    """Total count of each key, in the order of the keys."""
    _, place = np.unique(keys, return_inverse=True)
    totals: Ints = np.bincount(place.reshape(-1), counts).astype(np.int64)
    return totals


def _entropy(counts: Ints) -> float:
    """Entropy in nats of shares that are proportional to `counts`; exactly 0 for one."""
    if len(counts) == 1:
        return 0.0
    n = int(counts.sum())
    return float(np.log(n) - np.sum(counts * np.log(counts)) / n)


def silhouette(docs: Sequence[Sequence[str]], clusters: Sequence[int]) -> float | None:
    """Mean silhouette of documents' terms by cosine over TF-IDF (Rousseeuw 1987), its document frequencies their own.

    A cluster of one document scores 0. None for fewer than two clusters, and where every document is one of its own.
    Needs memory and time by the square of the number of documents.
    """
    if not 2 <= len(set(clusters)) < len(docs):
        return None
    rows = FeatureHasher(2**20, input_type="string", alternate_sign=False).transform(docs)
    rows = TfidfTransformer().fit_transform(rows)
    return float(silhouette_score(rows, np.asarray(clusters), metric="cosine"))
