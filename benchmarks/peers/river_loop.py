"""river, the library of online learning, post by post as it is meant to be used. No dependency: pip install river."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log1p

from river import cluster, feature_extraction, forest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

TAG = re.compile(r"#(\w+)")


class RiverLoop:
    """VADER, TFIDF into TextClust, and an adaptive random forest of ten trees."""

    def __init__(self) -> None:
        self.vader = SentimentIntensityAnalyzer()
        self.words = feature_extraction.TFIDF(on="text")
        self.clusters = cluster.TextClust(real_time_fading=False)
        self.likes = forest.ARFRegressor(n_models=10, seed=0)
        self.tags: Counter[str] = Counter()
        self.mood_of: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def feed(self, lines: Sequence[bytes]) -> None:
        """Take posts in, one by one."""
        for line in lines:
            self._post(json.loads(line))

    def _post(self, post: dict) -> None:
        text = post["text"]
        mood = self.vader.polarity_scores(text)["compound"]
        self.tags.update(TAG.findall(text.lower()))
        known = {
            "mood": mood,
            "length": len(text),
            "followers": log1p(post["followers"] or 0),
            "tags": text.count("#"),
        }
        self.predicted = self.likes.predict_one(known)
        self.likes.learn_one(known, log1p(post["likes"] or 0))
        self.words.learn_one(post)
        row = self.words.transform_one(post)
        self.clusters.learn_one(row)
        sums = self.mood_of[self.clusters.predict_one(row)]
        sums[0] += 1
        sums[1] += mood
