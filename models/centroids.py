"""Micro-clusters: scikit-learn's mini-batch k-means with centroids that are founded, fade, join and die.

Left to itself MiniBatchKMeans keeps the seeds that chance gave it and moves them less with each batch: on a stream
it ends with centroids of what is long over. Here each step restarts it through its public interface from the live
centroids with their faded weights. A document far from all of them founds one. Vectors are unit TF-IDF, so the
nearest is the most similar by cosine. A centroid is kept as the sum of its documents, and the length of the sum is
its weight in k-means: that makes the mean that MiniBatchKMeans forms the one of spherical k-means.
"""

from functools import cache

import numpy as np
from scipy.sparse import csr_array, vstack
from sklearn.cluster import MiniBatchKMeans
from threadpoolctl import ThreadpoolController

from models.vectors import SIZE, Floats, Idf, Ints, Spread, build, lengths, owners, products

NEAR = 0.14  # cosine from which a document belongs to a centroid
SAME = 0.45  # cosine from which two centroids are one
MAX_LIVE = 750  # centroids of two documents or more
MAX_ALONE = 250  # centroids of one document: a new topic is not kept out by the weight of the old ones
MAX_TERMS = 128  # heaviest features kept of a centroid
FAINT = 0.2  # documents' worth of weight under which a centroid dies
SMALL = 16  # documents in a step under which it is taken by hand: a call of k-means takes a millisecond, however few
SCRATCH = 1e-9  # weight of a founder before it has counted as a document: k-means wants more than nothing


class Centroids:
    """The live micro-clusters. Rows of all arrays are in order of founding; `serial` names them for ever."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.sums = csr_array((0, SIZE), dtype=np.float64)  # faded sums of their documents, before idf
        self.mass: Floats = np.zeros(0)  # faded number of documents
        self.joined: Ints = np.zeros(0, np.int64)  # documents ever
        self.serial: Ints = np.zeros(0, np.int64)
        self._next = 0
        self._spread = Spread()

    def fade(self, halvings: float) -> None:
        """Let weights decay by 2^-halvings; what a long silence has made too faint is retired at once."""
        self.sums.data *= 2.0**-halvings
        self.mass *= 2.0**-halvings
        self._spread.fade(halvings)
        self._retire()

    def idf(self) -> Idf:
        """Weights of features by how many live centroids have them."""
        return Idf(self.sums, self._spread)

    def nearest(self, rows: csr_array, among: Ints) -> tuple[Ints, Floats]:
        """For each count row the serial of the most similar centroid and the cosine. Of equals the oldest, -1: none."""
        idf = self.idf()
        chosen = np.flatnonzero(np.isin(self.serial, among))
        similar = products(idf.unit(rows)[0], idf.unit(self.sums[chosen])[0])
        best, cosine = _best(similar)
        return np.where(cosine > 0, self.serial[chosen][best] if len(chosen) else -1, -1), cosine

    def learn(self, rows: csr_array) -> Ints:
        """Place each count row and learn from it. Returns serials, -1 for rows without terms."""
        placed = np.full(rows.shape[0], -1, np.int64)
        filled = np.flatnonzero(lengths(rows))
        if not len(filled):
            return placed
        self._spread.add(rows[filled])
        idf = self.idf()
        docs, _ = idf.unit(rows[filled])
        live, weights = idf.unit(self.sums)
        founders = _founders(docs, _best(products(docs, live))[1])
        live = vstack([live, docs[founders]], format="csr")
        weights = np.concatenate([weights, np.full(len(founders), SCRATCH)])
        self._found(len(founders))
        touched, home = np.unique(_best(products(docs, live))[0], return_inverse=True)
        if len(filled) < SMALL:
            sums = _small_step(docs, live[touched], weights[touched], home, idf)
        else:
            home, sums = _step(docs, live[touched], weights[touched], idf, self.seed)
        arrived = np.bincount(home, minlength=len(touched))
        self.mass[touched] += arrived
        self.joined[touched] += arrived
        placed[filled] = self.serial[touched[home]]
        self._replace(touched, sums)
        self._retire()
        return placed

    def merge(self) -> list[tuple[int, int]]:
        """Join centroids of two or more documents that have become one topic. Returns serials: (gone, into)."""
        grown = np.flatnonzero(self.joined >= 2)
        if len(grown) < 2:
            return []
        unit, _ = self.idf().unit(self.sums[grown])
        pairs = products(unit, unit).tocoo()
        alike = (pairs.row < pairs.col) & (pairs.data >= SAME)
        into = np.arange(len(self.serial))
        done: set[int] = set()
        for cosine, older, younger in sorted(
            zip(-pairs.data[alike], grown[pairs.row[alike]], grown[pairs.col[alike]], strict=True)
        ):
            if cosine and not done & {int(older), int(younger)}:
                into[younger] = older
                done |= {int(older), int(younger)}
        gone = np.flatnonzero(into != np.arange(len(into)))
        merged = [(int(self.serial[row]), int(self.serial[into[row]])) for row in gone]
        if merged:
            self._join(into)
        return merged

    def _join(self, into: Ints) -> None:
        size = len(into)
        joint = csr_array((np.ones(size), (into, np.arange(size))), shape=(size, size))
        sums = csr_array(joint @ self.sums)
        sums.sort_indices()
        self.sums = _heaviest(sums)
        self.mass = np.bincount(into, self.mass, minlength=size).astype(np.float64)
        self.joined = np.bincount(into, self.joined, minlength=size).astype(np.int64)
        self._keep(np.flatnonzero(into == np.arange(size)))

    def _found(self, count: int) -> None:
        self.sums = vstack([self.sums, csr_array((count, SIZE))], format="csr")
        self.mass = np.concatenate([self.mass, np.zeros(count)])
        self.joined = np.concatenate([self.joined, np.zeros(count, np.int64)])
        self.serial = np.concatenate([self.serial, np.arange(self._next, self._next + count)])
        self._next += count

    def _replace(self, places: Ints, sums: csr_array) -> None:
        others = np.setdiff1d(np.arange(len(self.serial)), places)
        order = np.argsort(np.concatenate([others, places]))
        self.sums = vstack([self.sums[others], sums], format="csr")[order]

    def _retire(self) -> None:
        alive = self.mass >= FAINT
        alone = self.joined < 2
        by_mass = np.lexsort((-self.serial, -self.mass))
        alive[by_mass[~alone[by_mass]][MAX_LIVE:]] = False
        alive[np.flatnonzero(alone & alive)[:-MAX_ALONE]] = False
        if not alive.all():
            self._keep(np.flatnonzero(alive))

    def _keep(self, rows: Ints) -> None:
        self.sums, self.mass = self.sums[rows], self.mass[rows]
        self.joined, self.serial = self.joined[rows], self.serial[rows]


def _step(docs: csr_array, centres: csr_array, weights: Floats, idf: Idf, seed: int) -> tuple[Ints, csr_array]:
    """One step of mini-batch k-means: each document's centre, and the new sums of the centres, before idf."""
    columns, places = np.unique(np.concatenate([centres.indices, docs.indices]), return_inverse=True)
    split = len(centres.indices)
    near = build(centres.data, places[:split], centres.indptr, len(columns))
    batch = build(docs.data, places[split:], docs.indptr, len(columns))
    kmeans = MiniBatchKMeans(
        n_clusters=near.shape[0],
        init=near.toarray(),
        n_init=1,
        reassignment_ratio=0,
        compute_labels=False,
        random_state=seed,
    )
    # Two threads take turns over a step this small ten times as long as one takes.
    with _threads().limit(limits=1, user_api="openmp"):
        kmeans.partial_fit(near, sample_weight=weights)
        home = kmeans.predict(batch).astype(np.int64)
        kmeans.partial_fit(batch)
    total = weights + np.bincount(home, minlength=len(weights))
    sums = csr_array(kmeans.cluster_centers_ * total[:, None])
    sums = build(sums.data, columns[sums.indices], sums.indptr)
    sums.data /= idf.of(sums.indices)
    return home, _heaviest(sums)


def _small_step(docs: csr_array, centres: csr_array, weights: Floats, home: Ints, idf: Idf) -> csr_array:
    """The same step for few documents whose centres are known: the sum of each centre and its documents."""
    of = owners(centres)
    cells = np.concatenate([of * SIZE + centres.indices, home[owners(docs)] * SIZE + docs.indices])
    values = np.concatenate([centres.data * weights[of], docs.data])
    cells, places = np.unique(cells, return_inverse=True)
    columns = cells % SIZE
    ends = np.concatenate([[0], np.cumsum(np.bincount(cells // SIZE, minlength=len(weights)))])
    return _heaviest(build(np.bincount(places, values) / idf.of(columns), columns, ends))


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _best(cosines: csr_array) -> tuple[Ints, Floats]:
    """Of each row the column of the greatest value, the first of equals, and the value; 0 and 0.0 if there are none."""
    if not cosines.shape[1]:
        return np.zeros(cosines.shape[0], np.int64), np.zeros(cosines.shape[0])
    dense = cosines.toarray()
    return dense.argmax(axis=1), dense.max(axis=1)


def _founders(docs: csr_array, cosine: Floats) -> Ints:
    """Documents near no centroid and near no founder before them."""
    new = np.flatnonzero(cosine < NEAR)
    if len(new) < 2:
        return new
    between = products(docs[new], docs[new])
    founders: list[int] = []
    near: set[int] = set()
    for place in range(len(new)):
        if place not in near:
            founders.append(place)
            row = slice(between.indptr[place], between.indptr[place + 1])
            near.update(between.indices[row][between.data[row] >= NEAR].tolist())
    return new[founders]


def _heaviest(sums: csr_array) -> csr_array:
    """`sums` with the MAX_TERMS greatest values of each row."""
    if lengths(sums).max(initial=0) <= MAX_TERMS:
        return sums
    rows = owners(sums)
    order = np.lexsort((sums.indices, -sums.data, rows))
    rank = np.arange(len(order)) - np.repeat(sums.indptr[:-1], lengths(sums))
    kept = np.sort(order[rank < MAX_TERMS])
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=sums.shape[0]))])
    return build(sums.data[kept], sums.indices[kept], ends)
