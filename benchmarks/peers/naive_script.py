"""The script of a notebook: read the whole file, score, cluster, fit, group."""

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

CLUSTERS = 12


class NaiveScript:
    """read_json, VADER by apply, TfidfVectorizer, KMeans with ten starts, a forest of 100 trees, groupby."""

    def feed(self, lines: Sequence[bytes]) -> None:
        """Run it on a file of these lines."""
        posts = pd.read_json(io.BytesIO(b"\n".join(lines)), lines=True, dtype={"id": str, "author_id": str})
        vader = SentimentIntensityAnalyzer()
        posts["mood"] = posts["text"].apply(lambda text: vader.polarity_scores(text)["compound"])
        posts["tags"] = posts["text"].str.lower().str.findall(r"#(\w+)")
        rows = TfidfVectorizer(stop_words="english").fit_transform(posts["text"])
        posts["cluster"] = KMeans(n_clusters=CLUSTERS, n_init=10, random_state=0).fit_predict(rows)
        known = pd.DataFrame(
            {
                "mood": posts["mood"],
                "length": posts["text"].str.len(),
                "followers": posts["followers"].fillna(0),
                "tags": posts["tags"].str.len(),
                "hour": pd.to_datetime(posts["created_at"]).dt.hour,
            }
        )
        forest = RandomForestRegressor(n_estimators=100, random_state=0)
        forest.fit(known, np.log1p(posts["likes"].fillna(0)))
        posts["predicted"] = forest.predict(known)
        self.by_cluster = posts.groupby("cluster")["mood"].agg(["size", "mean"])
        self.by_tag = posts.explode("tags").groupby("tags")["mood"].agg(["size", "mean"])
        self.by_time = posts.set_index(pd.to_datetime(posts["created_at"]))["mood"].resample("1min").mean()
