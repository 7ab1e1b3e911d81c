"""Themes: the hashtag clusters on screen, learnt from the stream without keeping a word of it."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array, vstack

from models.centroids import Centroids
from models.ctfidf import ThemeLabel, labels
from models.silhouette import nested
from models.vectors import SIZE, Ints, count, products

__all__ = ["ThemeLabel", "Themes", "labels"]

MINUTE = 60_000_000  # microseconds

# Weights halve with event time, but no faster than posts come, so that a slow feed remembers its topics too.
HALF_LIFE = 5 * MINUTE
HALF_LIFE_POSTS = 256
LONGEST_HALF_LIFE = 360 * MINUTE

STEP = 64  # documents per step of k-means: those of one step do not see each other's effect on the centroids
SUPPORT = 2  # documents that make a theme: one alone is "unclustered"
TIDY_EVERY = 64  # documents between looks for centroids that have become one; more where there are many centroids
REVIEW_EVERY = 512  # documents between reviews of how many themes are shown
SAMPLE = 500  # clustered documents that silhouettes are taken on
SAMPLE_CHANCE = 0.05  # of a document to get into the sample, which so reaches back some 10,000

TOLERANCE = 0.05  # silhouette given up for showing more themes
MARGIN = 0.02  # silhouette a shown number must fall behind by before it is given up at once
PATIENCE = 3  # reviews in a row that must propose a better number otherwise


class Themes:
    """Clusters of posts by TF-IDF of their words and tags. Same batches, bounds and seed: same themes.

    `bounds` are the least and greatest number of themes shown by `live`, where there are as many.
    """

    def __init__(self, bounds: tuple[int, int] = (4, 16), seed: int = 0) -> None:
        """Raises ValueError unless 1 <= bounds[0] <= bounds[1]."""
        if not 1 <= bounds[0] <= bounds[1]:
            raise ValueError("the bounds of the number of clusters must be 1 <= least <= most")
        self.bounds = bounds
        self.seed = seed % 2**32
        self.merges: tuple[tuple[int, int], ...] = ()  # themes the last update joined: (gone, into)
        self._centroids = Centroids(self.seed)
        self._names: dict[int, int] = {}  # serial of a live centroid -> theme, once it has support
        self._next = 0
        self._at: int | None = None
        self._seen = 0
        self._untidy = 0
        self._shown = bounds[1]
        self._proposals = 0
        self._random = np.random.default_rng(self.seed)
        self._sample = csr_array((0, SIZE), dtype=np.float64)
        self._sample_themes: Ints = np.zeros(0, np.int64)
        self._scores: list[tuple[float | None, int]] | None = None  # silhouettes since the last update

    def update(self, docs: Sequence[Sequence[str]], at: int) -> list[int]:
        """Learn from a batch of documents' terms, `at` the event time of its end in microseconds.

        Returns each document's theme; -1 if it has no terms, or is like nothing live and not yet joined by another.
        """
        rows = count(docs, self.seed)
        self._scores = None
        elapsed = 0 if self._at is None else max(0, at - self._at)
        self._at = at if self._at is None else max(at, self._at)
        serials = np.full(len(docs), -1, np.int64)
        for start in range(0, len(docs), STEP):
            part = rows[start : start + STEP]
            self._centroids.fade(_halvings(elapsed * part.shape[0] / len(docs), part.shape[0]))
            serials[start : start + STEP] = self._centroids.learn(part)
        before, self._seen = self._seen, self._seen + len(docs)
        self._untidy += len(docs)
        self.merges = ()
        if self._untidy >= max(TIDY_EVERY, len(self._centroids.serial) // 2):
            serials, self._untidy = self._tidy(serials), 0
        self._name()
        themes = np.array([self._names.get(int(serial), -1) for serial in serials], np.int64)
        self._remember(rows, themes)
        if before // REVIEW_EVERY != self._seen // REVIEW_EVERY:
            self._review()
        return [int(theme) for theme in themes]

    def nearest(self, terms: Sequence[str]) -> tuple[int, float] | None:
        """The theme most like a document and their cosine; None if it shares no term with any. Learns nothing."""
        among = np.array(list(self._names), np.int64)
        serial, cosine = self._centroids.nearest(count([terms], self.seed), among)
        return None if serial[0] < 0 else (self._names[int(serial[0])], float(cosine[0]))

    def live(self) -> list[int]:
        """The themes to show, the heaviest first: as many within the bounds as are well apart."""
        return self._ranked()[: self._shown]

    def silhouette(self) -> tuple[float | None, int]:
        """Mean cosine silhouette of the shown themes on recent documents, and how many; None if under two themes."""
        return self._silhouettes()[min(self._shown, self.bounds[1])]

    def _ranked(self) -> list[int]:
        """Themes that are alive, by faded weight."""
        mass = dict(zip(self._centroids.serial.tolist(), self._centroids.mass.tolist(), strict=True))
        return [theme for _, theme in sorted((-mass[serial], theme) for serial, theme in self._names.items())]

    def _tidy(self, serials: Ints) -> Ints:
        merged = []
        for gone, into in self._centroids.merge():
            serials = np.where(serials == gone, into, serials)
            theme = self._names.pop(gone, None)
            if theme is not None and self._names.setdefault(into, theme) != theme:
                merged.append((theme, self._names[into]))
        self.merges = tuple(merged)
        for theme, into in merged:
            self._sample_themes[self._sample_themes == theme] = into
        return serials

    def _name(self) -> None:
        """Give an id to each centroid that has found support, and let go of those of the dead."""
        names = {}
        for serial, joined in zip(self._centroids.serial.tolist(), self._centroids.joined.tolist(), strict=True):
            if serial in self._names:
                names[serial] = self._names[serial]
            elif joined >= SUPPORT:
                names[serial] = self._next
                self._next += 1
        self._names = names

    def _remember(self, rows: csr_array, themes: Ints) -> None:
        """Reservoir sampling that forgets (Aggarwal 2006): once full, a few new documents take random places."""
        chance = max(SAMPLE_CHANCE, SAMPLE / max(1, self._seen))
        drawn = self._random.random(len(themes)) < chance
        new = np.flatnonzero((themes >= 0) & drawn)[-SAMPLE:]
        if not len(new):
            return
        held = len(self._sample_themes)
        excess = max(0, held + len(new) - SAMPLE)
        old = np.sort(self._random.permutation(held)[excess:])
        self._sample = vstack([self._sample[old], rows[new]], format="csr")
        self._sample_themes = np.concatenate([self._sample_themes[old], themes[new]])

    def _review(self) -> None:
        """Settle how many themes are shown: the most whose silhouette is near the best, with hysteresis."""
        least, most = self.bounds
        scores = [score for score, _ in self._silhouettes()]
        known = {k: score for k in range(least, most + 1) if (score := scores[k]) is not None}
        if not known:
            return
        best = max(known.values())
        proposal = max(k for k, score in known.items() if score >= best - TOLERANCE)
        if proposal == self._shown:
            self._proposals = 0
            return
        self._proposals += 1
        failing = known.get(self._shown, -1.0) < best - TOLERANCE - MARGIN
        if failing or self._proposals >= PATIENCE:
            self._shown, self._proposals = proposal, 0

    def _silhouettes(self) -> list[tuple[float | None, int]]:
        if self._scores is None:
            most = self.bounds[1]
            rank = {theme: place for place, theme in enumerate(self._ranked())}
            ranks = np.array([rank.get(theme, most) for theme in self._sample_themes.tolist()], np.int64)
            unit, _ = self._centroids.idf().unit(self._sample)
            distance = np.clip(1.0 - products(unit, unit).toarray(), 0.0, 2.0)
            np.fill_diagonal(distance, 0.0)
            self._scores = nested(distance, ranks, most)
        return self._scores


def _halvings(elapsed: float, posts: int) -> float:
    """How often weights halve while `posts` came in `elapsed` microseconds."""
    return max(elapsed / LONGEST_HALF_LIFE, min(elapsed / HALF_LIFE, posts / HALF_LIFE_POSTS))
