"""Feeds of posts with what they got, and a replay that forecasts them and learns their labels as these come due."""

from typing import NamedTuple

import msgspec
import numpy as np

from models.engagement import EngagementModel, Forecast, Known, Matured, ModelScore, Told
from models.features import COLUMNS
from models.fits import Params

MINUTE = 60_000_000
HOUR = 60 * MINUTE
START = 1_700_000_000_000_000  # a Tuesday, 22:13 UTC

LIGHT: Params = {"boosted": {"max_iter": 10}, "forest": {"n_estimators": 8}, "extra": {"n_estimators": 8}}

Posts = list[tuple[Known, int]]


class Replayed(NamedTuple):
    """What came of a replay."""

    model: EngagementModel
    told: list[Told]
    posts: list[Known]

    def forecasts(self, index: int = -1) -> list[Forecast]:
        """What was said of a post, by horizon."""
        return self.model.freezer.forecasts(self.told[index], self.posts[index].at)

    def score(self, name: str, horizon: int = 0) -> ModelScore:
        """How one model did."""
        return next(one for one in self.model.scores(horizon) if one.model == name)


def post(index: int, *, author: str = "", media: str = "", at: int | None = None) -> Known:
    """A post like any other, one a minute."""
    return Known(
        author=author or f"author {index % 7}",
        at=START + index * MINUTE if at is None else at,
        followers=None if index % 5 == 0 else 10 * (index % 11),
        author_age=float(index % 900),
        length=20 + index % 100,
        words=3 + index % 20,
        tags=("news",) if index % 3 else ("news", f"tag{index % 6}"),
        mentions=index % 2,
        media=media,
        lang=("en", "de", "")[index % 3],
        compound=None if index % 4 == 0 else (index % 9) / 9 - 0.4,
        terms=("#news", f"word{index % 13}", f"word{index % 29}"),
    )


def videos(count: int, seed: int = 5) -> Posts:
    """Videos do well, everything else is noise."""
    noise = np.random.default_rng(seed)
    made = []
    for index in range(count):
        video = bool(noise.random() < 0.4)
        made.append((post(index, media="video" if video else ""), int(noise.poisson(8 if video else 1))))
    return made


def noise(count: int, seed: int = 6) -> Posts:
    """What a post gets has nothing to do with anything that is known of it."""
    drawn = np.random.default_rng(seed)
    return [(post(index, media=("", "video")[index % 2]), int(drawn.exponential(6))) for index in range(count)]


def encoded(told: list[Told]) -> bytes:
    """All that was said, to the bit."""
    return msgspec.msgpack.encode([(one.made, one.record) for one in told])


def said(model: EngagementModel, one: Known) -> list[Forecast]:
    """What would be said of a post now, by horizon."""
    (told,) = model.forecast([one])
    return model.freezer.forecasts(told, one.at)


def replay(
    posts: Posts,
    horizons: tuple[int, ...] = (HOUR,),
    *,
    batch: int = 16,
    seed: int = 0,
    params: Params = LIGHT,
) -> Replayed:
    """Forecast in batches of posts; after each, learn the labels that have come due."""
    model = EngagementModel(horizons, seed, params)
    told: list[Told] = []
    learnt = [0] * len(horizons)
    for start in range(0, len(posts), batch):
        known = [one for one, _ in posts[start : start + batch]]
        told += model.forecast(known, [True] * len(known))
        for one in known:
            model.arrived([one.author], [one.at])
        for index, horizon in enumerate(horizons):
            outcomes = []
            while learnt[index] < len(told) and posts[learnt[index]][0].at + horizon < known[-1].at:
                (one, actual), what = posts[learnt[index]], told[learnt[index]]
                outcomes.append(Matured(one.author, one.at, what, actual, one.at + horizon))
                learnt[index] += 1
            model.mature(index, outcomes)
    return Replayed(model, told, [one for one, _ in posts])


def rows_with_gaps(count: int, seed: int = 8) -> np.ndarray:
    """Rows as features could be, in no order: values missing here and there, a column without any, a constant one."""
    drawn = np.random.default_rng(seed)
    rows = drawn.normal(1, 1, (count, len(COLUMNS)))
    rows[drawn.random(rows.shape) < 0.15] = np.nan
    rows[:, COLUMNS.index("author_age")] = np.nan
    rows[:, COLUMNS.index("reply")] = 1.0
    for name, kinds in (("media", 5), ("language", 60)):
        rows[:, COLUMNS.index(name)] = drawn.integers(0, kinds, count)
    for name in ("author", "level", "trust", "spread", "author_hour", "tag_past", "word_past"):
        rows[:, COLUMNS.index(name)] = drawn.random(count)
    return rows.astype(np.float32).astype(np.float64)  # as they are kept


def labels_of(rows: np.ndarray, seed: int = 9) -> np.ndarray:
    """Labels that depend on the kind of media, on a number and on whether another is missing."""
    drawn = np.random.default_rng(seed)
    labels = drawn.random(len(rows)) + 1.0 * (rows[:, COLUMNS.index("media")] == 2)
    labels += np.nan_to_num(np.clip(rows[:, COLUMNS.index("tag_posts")], 0, 2))
    return labels + 0.5 * np.isnan(rows[:, COLUMNS.index("followers")])
