"""scikit-learn in a loop, post by post: partial_fit is called for each, so that every figure is always up to date."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDRegressor
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

CLUSTERS = 12
FEATURES = 2**14
TAG = re.compile(r"#(\w+)")


class PerPost:
    """VADER, HashingVectorizer, MiniBatchKMeans and SGDRegressor on one post at a time."""

    def __init__(self) -> None:
        self.vader = SentimentIntensityAnalyzer()
        self.words = HashingVectorizer(n_features=FEATURES, stop_words="english")
        self.clusters = MiniBatchKMeans(n_clusters=CLUSTERS, random_state=0, n_init=1)
        self.likes = SGDRegressor(random_state=0)
        self.tags: Counter[str] = Counter()
        self.mood_of: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.mood_at: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.first: list[str] = []

    def feed(self, lines: Sequence[bytes]) -> None:
        """Take posts in, one by one."""
        for line in lines:
            self._post(json.loads(line))

    def _post(self, post: dict) -> None:
        text = post["text"]
        mood = self.vader.polarity_scores(text)["compound"]
        self.tags.update(TAG.findall(text.lower()))
        known = np.array([[mood, len(text) / 100, np.log1p(post["followers"] or 0), text.count("#")]])
        self.likes.partial_fit(known, [np.log1p(post["likes"] or 0)])
        self.predicted = self.likes.predict(known)[0]
        if len(self.first) < CLUSTERS:  # it takes as many posts as there are clusters to begin with
            self.first.append(text)
            if len(self.first) == CLUSTERS:
                self.clusters.partial_fit(self.words.transform(self.first))
            return
        row = self.words.transform([text])
        self.clusters.partial_fit(row)
        for sums in (self.mood_of[int(self.clusters.predict(row)[0])], self.mood_at[post["created_at"][:18]]):
            sums[0] += 1
            sums[1] += mood
