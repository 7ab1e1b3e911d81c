"""Predicted engagement that grades itself: frozen at arrival, scored and learnt from only when a label matures.

The target is y = log(1 + likes + reposts + replies + quotes within the horizon). Everything here runs on event time:
the same calls give the same forecasts to the bit, and a forecast depends on its own post and on what matured before.
"""

from collections.abc import Callable, Sequence
from math import expm1

import msgspec
import numpy as np
from numpy.typing import NDArray

from models import metrics
from models.features import Features, counted, label
from models.fits import Params
from models.frozen import Batch, Forecast, Freezer, Made, Records, Told
from models.known import Known, KnownPosts, by_column
from models.pasts import AuthorPasts, KeyPasts
from models.race import ACTUAL, FIRST, HIGH, LEARNING, LOW, Newest, Race
from models.refits import Refit
from models.trained import Trained
from models.voices import NAMES, REFERENCE, Voices

__all__ = ["LEARNING", "NAMES", "EngagementModel", "Forecast", "Known", "Matured", "ModelScore", "Newest", "Told"]

Floats = NDArray[np.float64]


class Matured(msgspec.Struct, frozen=True, gc=False):
    """A post whose horizon has passed, with its outcome."""

    author: str
    at: int  # when it was made, microseconds
    told: Told
    actual: int  # engagements within the horizon
    due: int  # when the label came due, microseconds


class ModelScore(msgspec.Struct, frozen=True, kw_only=True):
    """How one model did on the newest matured posts. None is "not known yet"."""

    model: str
    champion: bool
    version: int  # refits so far
    n: int
    mae_log: float | None
    mse_log: float | None
    mae: float | None
    mse: float | None
    skill: float | None  # 1 - mae_log / that of the author baseline on the same posts
    spearman: float | None
    coverage80: float | None  # of the intervals that were shown; only on the champion
    width80: float | None


class EngagementModel:
    """Learns, per horizon, how posts of this feed fare. `horizons` are microseconds, shortest first."""

    def __init__(self, horizons: tuple[int, ...], seed: int = 0, params: Params | None = None) -> None:
        self.freezer = Freezer(len(horizons))
        self._horizons = horizons
        self._features = Features(len(horizons))
        self._races = tuple(Race(seed % 2**31, params) for _ in horizons)
        self._now = 0  # newest event time seen
        self._scores: dict[int, list[ModelScore]] = {}

    def forecast(self, posts: KnownPosts | Sequence[Known], graded: Sequence[bool] = ()) -> list[Told]:
        """What is said of each post, at all horizons. Learns nothing, so it also serves a post only typed.

        Only of posts that are to be `graded` every model has its say; of the others the leader.
        """
        if not posts:
            return []
        if not isinstance(posts, KnownPosts):
            posts = by_column(posts)
        keys = self._features.keys(posts)
        own, common = self._features.rows(posts, keys)
        made, said = self._made(), self._said()
        if not any(graded):
            return self.freezer.freeze(Batch(made, said, None), own, common)
        if all(graded):
            return self.freezer.freeze(Batch(made, said, keys), own, common)
        every = np.array(graded)
        some = iter(self.freezer.freeze(Batch(made, said, keys.those(every)), own[every], common[every]))
        others = iter(self.freezer.freeze(Batch(made, said, None), own[~every], common[~every]))
        return [next(some if each else others) for each in graded]

    def before(self, author: str) -> tuple[int, int]:
        """How many posts of an author are known of, and when the newest was made (0 before any)."""
        past = self._features.authors.past(author)
        return (0, 0) if past is None else (past.posts, past.last)

    def arrived(self, authors: Sequence[str], at: Sequence[int]) -> tuple[list[int], list[int]]:
        """Note that authors posted, each at its time; gives what was known of each `before`, by column."""
        self._now = max(self._now, *at)
        return self._features.authors.arrived(authors, at)

    def mature(self, horizon: int, outcomes: Sequence[Matured]) -> None:
        """Score the frozen forecasts of `outcomes`, in order of `due`, for every model; then learn from them."""
        if not outcomes:
            return
        race = self._races[horizon]
        records = self.freezer.thaw([outcome.told for outcome in outcomes])
        actual = np.array([counted(outcome.actual) for outcome in outcomes], np.float64)
        judged = self.freezer.judged(records, horizon, actual)
        least = max((shorter.radius for shorter in self._races[:horizon]), default=0.0)
        race.score(judged, least)
        self._learn(horizon, outcomes, records)
        self._now = max(self._now, outcomes[-1].due)
        self._scores.pop(horizon, None)

    def pasts(self, hashed: Callable[[str], bytes]) -> tuple[AuthorPasts, KeyPasts, KeyPasts]:
        """What was learnt of authors, by their hashes, of tags and words, and of authors by hour of the day."""
        return self._features.pasts(hashed)

    def adopt(self, trained: Trained) -> None:
        """Start from what was trained before, at the horizons that both have. Before the first post only."""
        where = {horizon: place for place, horizon in enumerate(trained.all_horizons)}
        places = [where.get(horizon) for horizon in self._horizons]
        self._features.adopt(trained.authors, trained.keys, trained.hours, places, trained.salt)
        known = {one.horizon: one for one in trained.horizons}
        for horizon, race in zip(self._horizons, self._races, strict=True):
            if horizon in known:
                race.adopt(known[horizon])

    def learn_pasts_only(self) -> None:
        """Fit no models from now on, for whoever only wants the features that posts arrive with."""
        for race in self._races:
            race.refits.stop()

    def usual(self, author: str, horizon: int) -> float | None:
        """The author's typical engagements at a horizon, shrunk to the feed's; None before any label."""
        if not self._races[horizon].ready:
            return None
        authors = self._features.authors
        return expm1(authors.typical(authors.past(author), horizon, self._now).mean)

    def forget(self, author: str) -> None:
        """Drop an author's past, as a purge asks for."""
        self._features.authors.forget(author)

    def matured(self, horizon: int) -> int:
        """How many labels were learnt at a horizon."""
        return self._races[horizon].matured

    def learnt(self, horizon: int) -> int:
        """How many labels the models at a horizon rest on: those learnt, and those they were trained on before."""
        return self._races[horizon].trained + self._races[horizon].matured

    def knows(self, author: str) -> bool:
        """Whether anything is known of an author."""
        return self._features.authors.past(author) is not None

    def refits(self, horizon: int) -> list[Refit]:
        """Refits taken over at a horizon, oldest first."""
        return self._races[horizon].refits.taken

    def champion(self, horizon: int) -> str:
        """The model that leads at a horizon."""
        return NAMES[self._races[horizon].leader]

    def newest(self, horizon: int) -> Newest:
        """What was said of the newest matured posts, what came of them, and what was known of each at its arrival."""
        return self._races[horizon].newest()

    def explain(self, horizon: int, rows: Floats) -> Floats:
        """What each group of features adds in the champion's predictions of rows: shape (n, len(GROUPS))."""
        return self._races[horizon].explain(rows)

    def version(self, horizon: int) -> int:
        """How often the champion was refitted; 0 for one that never is."""
        race = self._races[horizon]
        return race.version(race.leader)

    def scores(self, horizon: int) -> list[ModelScore]:
        """How each model did on the newest matured posts, in the order of NAMES."""
        if horizon not in self._scores:
            race = self._races[horizon]
            self._scores[horizon] = [_score(index, race) for index in range(len(NAMES))]
        return self._scores[horizon]

    def _learn(self, horizon: int, outcomes: Sequence[Matured], records: Records) -> None:
        labels = np.array([label(outcome.actual) for outcome in outcomes])
        created = np.array([outcome.at for outcome in outcomes], np.float64)
        self._races[horizon].learn(self.freezer.rows(records, horizon), labels, created, outcomes[-1].due)
        self._features.learn(
            horizon,
            [outcome.author for outcome in outcomes],
            self.freezer.keys([outcome.told for outcome in outcomes]),
            labels,
            [outcome.due for outcome in outcomes],
        )

    def _made(self) -> Made:
        """What forecasts made now have in common."""
        leading = tuple(race.leader for race in self._races)
        leaders = tuple(_versioned(race) if race.ready else "" for race in self._races)
        return Made(leaders, leading, tuple(race.matured for race in self._races))

    def _said(self) -> list[tuple[Voices | None, float | None]]:
        """The models as they stand, and the reach of their intervals, by horizon."""
        said: list[tuple[Voices | None, float | None]] = []
        least = 0.0
        for race in self._races:
            said.append((race.voices(), race.reach(least)) if race.ready else (None, None))
            least = max(least, race.radius)
        return said


def _versioned(race: Race) -> str:
    version = race.version(race.leader)
    return NAMES[race.leader] + (f"-{version}" if version else "")


def _score(model: int, race: Race) -> ModelScore:
    history = race.history()
    judged = history[~np.isnan(history[:, FIRST + model])]
    counts, predicted, reference = judged[:, ACTUAL], judged[:, FIRST + model], judged[:, FIRST + REFERENCE]
    champion = model == race.leader
    bounded = judged[~np.isnan(judged[:, LOW])] if champion else judged[:0]
    actual, guesses = np.log1p(counts), np.expm1(predicted)
    error = metrics.mae(actual, predicted)
    return ModelScore(
        model=NAMES[model],
        champion=champion,
        version=race.version(model),
        n=len(judged),
        mae_log=error,
        mse_log=metrics.mse(actual, predicted),
        mae=metrics.mae(counts, guesses),
        mse=metrics.mse(counts, guesses),
        skill=metrics.skill(error, metrics.mae(actual, reference)),
        spearman=metrics.spearman(actual, predicted),
        coverage80=metrics.coverage(bounded[:, ACTUAL], bounded[:, LOW], bounded[:, HIGH]),
        width80=metrics.width(np.log1p(bounded[:, LOW]), np.log1p(bounded[:, HIGH])),
    )
