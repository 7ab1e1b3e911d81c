"""Stories and themes of a labelled stream against the truth, and plain MiniBatchKMeans beside them.

    python benchmarks/bench_topics.py FEED [--map text=FIELD,label=FIELD] [--keep FIELD=VALUE] [--k 100]

Both get the same posts in the same order, as `trendtop evaluate clusters` reads them. Prints one JSON object per method
with the figures of that command (docs/evaluation.md). Of plain MiniBatchKMeans the clusters stand for the stories; it
has no themes.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import NamedTuple

import msgspec
import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.feature_extraction import FeatureHasher
from sklearn.preprocessing import normalize

from engine.cluster_figures import figures
from engine.config import EngineConfig, SourceConfig
from engine.evaluation import Replay
from engine.placer import Placer
from engine.platforms.decode import Decoder
from engine.runner import Runner
from engine.sources.opening import open_sources
from engine.topics import Topics
from tui import options

BATCH = 256
SIZE = 2**14


class Placed(NamedTuple):
    """A post and its cluster."""

    key: str
    story: int
    theme: int = -1


class PlainKMeans:
    """MiniBatchKMeans.partial_fit from a cold start, on TF-IDF with the document frequencies so far."""

    def __init__(self, k: int) -> None:
        self.stories = SimpleNamespace(live=k)
        self._hasher = FeatureHasher(SIZE, input_type="string", alternate_sign=False)
        self._model = MiniBatchKMeans(n_clusters=k, random_state=0, n_init=1)
        self._k = k
        self._waiting: dict[str, Sequence[str]] = {}
        self._seen, self._frequency = 0, np.zeros(SIZE)

    def turn(self, _time: int) -> list[Placed]:
        """Nothing depends on time."""
        return []

    def add(self, key: str, terms: Sequence[str], _time: int) -> list[Placed]:
        """Take a post; the first batch holds at least as many as there are clusters."""
        self._waiting[key] = terms
        return self.finish() if len(self._waiting) >= max(BATCH, 0 if self._seen else self._k) else []

    def finish(self) -> list[Placed]:
        """Place what waits, and learn from it."""
        batch, self._waiting = self._waiting, {}
        if not batch or (not self._seen and len(batch) < self._k):
            return [Placed(key, -1) for key in batch]
        rows = self._hasher.transform(batch.values())
        cold = self._seen == 0
        self._seen += rows.shape[0]
        self._frequency += np.bincount(rows.indices, minlength=SIZE)
        rows.data *= np.log((1 + self._seen) / (1 + self._frequency[rows.indices])) + 1
        rows = normalize(rows)
        if cold:
            self._model.partial_fit(rows)
        found = self._model.predict(rows)
        self._model.partial_fit(rows)
        return [Placed(key, int(cluster)) for key, cluster in zip(batch, found, strict=True)]

    def drop(self, key: str) -> None:
        """Forget a post that waits."""
        self._waiting.pop(key, None)

    def silhouette(self) -> tuple[None, int]:
        """There are no themes."""
        return None, 0


def measure(placer: Placer, arguments: argparse.Namespace) -> dict[str, object]:
    """Figures of one method on the feed given."""
    replay = Replay(EngineConfig(), Decoder("auto", arguments.map, tuple(arguments.keep)), placer)
    sources = open_sources(SourceConfig(paths=tuple(arguments.feed), follow=False))
    Runner(replay, sources).run()
    sources.close()
    shown: dict[str, object] = msgspec.to_builtins(figures(replay))
    return shown


def main() -> None:
    """Measure both methods."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", nargs="+")
    parser.add_argument("--map", type=options.mapping, default=())
    parser.add_argument("--keep", type=options.condition, action="append", default=[])
    parser.add_argument("--k", type=int, default=100)
    arguments = parser.parse_args()
    methods: dict[str, Callable[[], Placer]] = {
        "topics": Topics,
        "plain MiniBatchKMeans": lambda: PlainKMeans(arguments.k),
    }
    for name, begin in methods.items():
        shown = measure(begin(), arguments)
        if name != "topics":
            del shown["themes"]
        print(json.dumps({"method": name, **shown}), flush=True)


if __name__ == "__main__":
    main()
