"""A streaming pipeline of stock parts, a micro-batch at a time: what a good engineer writes in an afternoon."""

import json
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.cluster import MiniBatchKMeans
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDRegressor
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

CLUSTERS = 12
FEATURES = 2**14
WINDOW = pd.Timedelta("15min")
TAG = re.compile(r"#(\w+)")


class MicroBatched:
    """json.loads, VADER, HashingVectorizer, MiniBatchKMeans, SGDRegressor, and a window in pandas."""

    def __init__(self) -> None:
        self.vader = SentimentIntensityAnalyzer()
        self.words = HashingVectorizer(n_features=FEATURES, stop_words="english")
        self.clusters = MiniBatchKMeans(n_clusters=CLUSTERS, random_state=0, n_init=1)
        self.likes = SGDRegressor(random_state=0)
        self.window = pd.DataFrame()
        self.tags: Counter[str] = Counter()
        self.begun = False

    def feed(self, lines: Sequence[bytes]) -> None:
        """Take a micro-batch in."""
        posts = [json.loads(line) for line in lines]
        texts = [post["text"] for post in posts]
        moods = [self.vader.polarity_scores(text)["compound"] for text in texts]
        for text in texts:
            self.tags.update(TAG.findall(text.lower()))
        rows = self.words.transform(texts)
        self.clusters.partial_fit(rows)
        cluster = self.clusters.predict(rows)
        known = np.column_stack(
            [
                moods,
                [len(text) / 100 for text in texts],
                [np.log1p(post["followers"] or 0) for post in posts],
                [text.count("#") for text in texts],
            ]
        )
        likes = np.log1p([post["likes"] or 0 for post in posts])
        predicted = self.likes.predict(known) if self.begun else np.zeros(len(posts))
        self.likes.partial_fit(known, likes)
        self.begun = True
        new = pd.DataFrame(
            {
                "time": pd.to_datetime([post["created_at"] for post in posts]),
                "mood": moods,
                "cluster": cluster,
                "predicted": predicted,
            }
        )
        self.window = pd.concat([self.window, new], ignore_index=True)
        self.window = self.window[self.window["time"] > self.window["time"].max() - WINDOW]
        self.by_cluster = self.window.groupby("cluster")["mood"].agg(["size", "mean"])
        self.by_time = self.window.set_index("time")["mood"].resample("10s").agg(["size", "mean"])
