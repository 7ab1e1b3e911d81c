"""Predicted engagement that grades itself: frozen at arrival, scored and learnt from only when a label matures.

The target is y = log(1 + likes + reposts + replies + quotes within the horizon). Everything here runs on event time:
the same calls give the same forecasts to the bit, and a forecast depends on its own post and on what matured before.
"""

from collections.abc import Callable, Sequence
from math import expm1, isnan, nan

import msgspec
import numpy as np
from numpy.typing import NDArray

from models import metrics
from models.baselines import Competitor
from models.features import TRUST, Features, Keys, Known, label
from models.race import LEARNING, Race
from models.reasons import reasons
from models.trained import AuthorPasts, KeyPasts, Trained

__all__ = ["LEARNING", "EngagementModel", "Forecast", "Known", "Matured", "ModelScore"]

Floats = NDArray[np.float64]


class Forecast(msgspec.Struct, frozen=True, gc=False):
    """What was said of a post at its arrival, at one horizon, in log(1 + engagements). None while nothing is learnt."""

    predicted: float | None
    low: float | None  # 80 % interval; None until 20 forecasts have matured
    high: float | None
    usual: float | None  # the author baseline
    model: str  # the leader's name and version; "" while nothing is learnt
    rivals: tuple[float | None, ...]  # what each model said, in the order of `EngagementModel.names`
    reasons: tuple[str, ...]
    row: bytes  # the features as they were: float32, in the order of `features.COLUMNS`
    keys: bytes  # buckets of its tags and words


class Matured(msgspec.Struct, frozen=True, gc=False):
    """A post whose horizon has passed, with its outcome."""

    known: Known
    forecast: Forecast
    actual: int  # engagements within the horizon
    at: int  # when the label came due, microseconds
    before: int = 0  # labels of this horizon that had been learnt when it was forecast


class ModelScore(msgspec.Struct, frozen=True, kw_only=True):
    """How one model did on the newest matured posts. None is "not known yet"."""

    model: str
    champion: bool
    n: int
    mae_log: float | None
    mse_log: float | None
    mae: float | None
    mse: float | None
    skill: float | None  # 1 - mae_log / that of the author baseline on the same posts
    spearman: float | None
    coverage80: float | None  # of the intervals that were shown; only on the champion
    width80: float | None
    version: int = 0  # refits so far


class EngagementModel:
    """Learns, per horizon, how posts of this feed fare. Not thread-safe. `horizons` are microseconds."""

    def __init__(self, horizons: tuple[int, ...], seed: int = 0) -> None:
        del seed  # nothing here draws lots yet: models that do take it
        self._horizons = horizons
        self._features = Features(len(horizons))
        self._races = tuple(Race() for _ in horizons)
        self.names = self._races[0].names if horizons else ()
        self._now = 0  # newest event time seen
        self._scores: dict[int, list[ModelScore]] = {}

    def forecast(self, posts: Sequence[Known]) -> list[tuple[Forecast, ...]]:
        """A forecast per post and horizon: [post][horizon]. Learns nothing, so it also serves a post only typed."""
        if not posts:
            return []
        keys = [self._features.keys(post) for post in posts]
        rows = self._features.rows(posts, keys)
        columns = [self._freeze(posts, keys, rows[:, index], race) for index, race in enumerate(self._races)]
        return list(zip(*columns, strict=True))

    def arrived(self, posts: Sequence[Known]) -> None:
        """Note that these posts were made: later forecasts know how many an author posted and when the last."""
        for post in posts:
            self._features.authors.arrived(post.author, post.at)
            self._now = max(self._now, post.at)

    def mature(self, horizon: int, outcomes: Sequence[Matured]) -> None:
        """Score the frozen forecasts of `outcomes`, in order of `at`, for every model; then learn from them."""
        if not outcomes:
            return
        race = self._races[horizon]
        labels = np.array([label(outcome.actual) for outcome in outcomes])
        told = np.array([_numbers(outcome.forecast, len(self.names)) for outcome in outcomes])
        scored = ~np.isnan(told[:, 2 + race.reference])
        race.score(labels[scored], told[scored, :2], told[scored, 2:])
        rows = np.array([np.frombuffer(one.forecast.row, np.float32) for one in outcomes], np.float64)
        race.learn(rows, labels, np.array([one.known.at for one in outcomes], np.float64), outcomes[-1].at)
        for outcome, value in zip(outcomes, labels.tolist(), strict=True):
            self._features.learn(outcome.known.author, outcome.forecast.keys, horizon, value, outcome.at)
        self._now = max(self._now, outcomes[-1].at)
        self._scores.pop(horizon, None)

    def usual(self, author: str, horizon: int) -> float | None:
        """The author's typical engagements at a horizon, shrunk to the feed's; None before any label."""
        race = self._races[horizon]
        if not race.matured and not race.adopted:
            return None
        authors = self._features.authors
        return expm1(authors.typical(authors.past(author), horizon, self._now)[0])

    def pasts(self, hashed: Callable[[str], bytes]) -> tuple[AuthorPasts, KeyPasts]:
        """What was learnt of authors, by their hashes, and of tags and words."""
        return self._features.pasts(hashed)

    def adopt(self, trained: Trained) -> None:
        """Start from what was trained before, at the horizons that both have. Before the first post only."""
        where = {horizon: place for place, horizon in enumerate(trained.all_horizons)}
        self._features.adopt(trained, [where.get(horizon) for horizon in self._horizons])
        known = {one.horizon: one for one in trained.horizons}
        for horizon, race in zip(self._horizons, self._races, strict=True):
            if horizon in known:
                race.adopt(known[horizon])

    def wrap(self, around: Callable[[int, Competitor], Competitor]) -> None:
        """Put `around(horizon, model)` in the place of every model: a way to measure them from outside."""
        for index, race in enumerate(self._races):
            race.models = tuple(around(index, model) for model in race.models)

    def forget(self, author: str) -> None:
        """Drop an author's past, as a purge asks for."""
        self._features.authors.forget(author)

    def matured(self, horizon: int) -> int:
        """How many labels were learnt at a horizon."""
        return self._races[horizon].matured

    def scores(self, horizon: int) -> list[ModelScore]:
        """How each model did on the newest matured posts, in the order of `names`."""
        if horizon not in self._scores:
            race = self._races[horizon]
            self._scores[horizon] = [_score(index, race) for index in range(len(self.names))]
        return self._scores[horizon]

    def _freeze(
        self, posts: Sequence[Known], keys: Sequence[Keys], rows: NDArray[np.float32], race: Race
    ) -> list[Forecast]:
        shown = race.predict(rows.astype(np.float64))
        frozen = [key.packed for key in keys]
        if shown is None:
            return [
                Forecast(None, None, None, None, "", (), (), row.tobytes(), packed)
                for row, packed in zip(rows, frozen, strict=True)
            ]
        model = race.names[shown.leader] + (f"-{shown.version}" if shown.version else "")
        nothing = [None] * len(posts)
        lows: Sequence[float | None] = nothing if shown.low is None else shown.low.tolist()
        highs: Sequence[float | None] = nothing if shown.high is None else shown.high.tolist()
        forecasts = []
        for post, row, packed, rivals, parts, low, high in zip(
            posts, rows, frozen, shown.rivals.tolist(), shown.parts.tolist(), lows, highs, strict=True
        ):
            told = tuple(None if isnan(value) else value for value in rivals)
            usual = rivals[race.reference]
            why = reasons(post, usual, bool(row[TRUST] > 0), parts)
            forecasts.append(Forecast(told[shown.leader], low, high, usual, model, told, why, row.tobytes(), packed))
        return forecasts


def _numbers(forecast: Forecast, models: int) -> list[float]:
    """Low, high and each model's prediction, NaN for None."""
    rivals = forecast.rivals or (None,) * models
    return [nan if value is None else value for value in (forecast.low, forecast.high, *rivals)]


def _score(model: int, race: Race) -> ModelScore:
    history = race.history()
    judged = history[~np.isnan(history[:, 3 + model])]
    actual, predicted, reference = judged[:, 0], judged[:, 3 + model], judged[:, 3 + race.reference]
    champion = model == race.leader
    bounded = judged[~np.isnan(judged[:, 1])] if champion else judged[:0]
    error = metrics.mae(actual, predicted)
    counts, guesses = np.expm1(actual), np.expm1(predicted)
    return ModelScore(
        model=race.names[model],
        champion=champion,
        n=len(judged),
        mae_log=error,
        mse_log=metrics.mse(actual, predicted),
        mae=metrics.mae(counts, guesses),
        mse=metrics.mse(counts, guesses),
        skill=metrics.skill(error, metrics.mae(actual, reference)),
        spearman=metrics.spearman(actual, predicted),
        coverage80=metrics.coverage(bounded[:, 0], bounded[:, 1], bounded[:, 2]),
        width80=metrics.width(bounded[:, 1], bounded[:, 2]),
        version=race.models[model].version,
    )
