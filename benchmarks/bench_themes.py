"""Clusters of a labelled stream against the truth: themes as given on arrival, and plain MiniBatchKMeans beside them.

    python benchmarks/bench_themes.py FEED.jsonl[.gz] [--text FIELD] [--label FIELD] [--keep FIELD=VALUE]

Posts go in as they stand in the file, one a second of event time. A post in no theme counts as a cluster of its own.
Prints one JSON object per method: n, nmi, homogeneity, completeness, purity_top10 (share of the commonest label in the
ten largest clusters), top10_share (of all posts that are in them), clusters, unclustered and posts_per_s (of clustering
alone, and with the terms).
"""

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.feature_extraction import FeatureHasher
from sklearn.metrics import homogeneity_completeness_v_measure
from sklearn.preprocessing import normalize

from models.terms import terms
from models.themes import Themes

SECOND = 1_000_000
Docs = Sequence[Sequence[str]]


def read(path: Path, text: str, label: str, keep: str) -> tuple[list[str], list[str]]:
    """Texts and labels of the lines that have both, and where `keep` is FIELD=VALUE that value."""
    opener = gzip.open if path.suffix == ".gz" else open
    field, _, value = keep.partition("=")
    with opener(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if text in row and label in row and (not keep or str(row.get(field)) == value)]
    return [str(row[text]) for row in rows], [str(row[label]) for row in rows]


def themes(docs: Docs, batch: int) -> list[int]:
    """Themes as given on arrival."""
    model = Themes()
    found: list[int] = []
    for start in range(0, len(docs), batch):
        part = docs[start : start + batch]
        found += model.update(part, (start + len(part)) * SECOND)
    return found


def plain(docs: Docs, batch: int, k: int = 100) -> list[int]:
    """MiniBatchKMeans.partial_fit from a cold start, on TF-IDF with the document frequencies so far."""
    hasher = FeatureHasher(2**14, input_type="string", alternate_sign=False)
    model = MiniBatchKMeans(n_clusters=k, random_state=0, n_init=1)
    seen, frequency = 0, np.zeros(2**14)
    found: list[int] = []
    for start in range(0, len(docs), batch):
        rows = hasher.transform(docs[start : start + batch])
        seen += rows.shape[0]
        frequency += np.bincount(rows.indices, minlength=2**14)
        rows.data *= np.log((1 + seen) / (1 + frequency[rows.indices])) + 1
        rows = normalize(rows)
        if start == 0:
            model.partial_fit(rows)
        found += model.predict(rows).tolist()
        model.partial_fit(rows)
    return found


def measure(
    method: Callable[[Docs, int], list[int]], texts: list[str], labels: list[str], batch: int
) -> dict[str, object]:
    """Figures of one method on one stream."""
    begin = time.perf_counter()
    docs = [terms(text) for text in texts]
    split = time.perf_counter()
    found = method(docs, batch)
    end = time.perf_counter()
    truth = np.unique(labels[: len(found)], return_inverse=True)[1]
    given = np.array(found)
    alone = given < 0
    clusters = np.where(alone, given.max() + 1 + np.arange(len(given)), given)
    top = [cluster for cluster, _ in Counter(clusters.tolist()).most_common(10)]
    sizes = [np.bincount(truth[clusters == cluster]) for cluster in top]
    homogeneity, completeness, nmi = homogeneity_completeness_v_measure(truth, clusters)
    shown = sum(int(size.sum()) for size in sizes)
    return {
        "method": method.__name__,
        "n": len(given),
        "nmi": round(float(nmi), 4),
        "homogeneity": round(float(homogeneity), 4),
        "completeness": round(float(completeness), 4),
        "purity_top10": round(sum(int(size.max()) for size in sizes) / shown, 4),
        "top10_share": round(shown / len(given), 4),
        "clusters": len(set(given[~alone].tolist())),
        "unclustered": int(alone.sum()),
        "posts_per_s": round(len(given) / (end - split)),
        "posts_per_s_with_terms": round(len(given) / (end - begin)),
    }


def main() -> None:
    """Measure both methods on the stream given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--text", default="textCleaned")
    parser.add_argument("--label", default="clusterNo")
    parser.add_argument("--keep", default="", metavar="FIELD=VALUE")
    parser.add_argument("--batch", type=int, default=256)
    options = parser.parse_args()
    texts, labels = read(options.feed, options.text, options.label, options.keep)
    for method in (themes, plain):
        print(json.dumps(measure(method, texts, labels, options.batch)))


if __name__ == "__main__":
    main()
