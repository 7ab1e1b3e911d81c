"""What a snapshot says of predictions: those that wait, what came of the others, how good each model was."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from engine.carried import Carried, engagement_now
from engine.config import SECOND
from engine.labels import MATURED, UNSAMPLED, WAITING, Tracked
from engine.pipeline import Engine
from engine.snapshot import (
    Labels,
    Prediction,
    Score,
)
from engine.units import moment, to_count
from models.engagement import LEARNING

RECENT = 50  # times as many as are shown: posts that the foremost are chosen from


def labels(engine: Engine) -> list[Labels]:
    queue = engine.labels
    rows = []
    for index, horizon in enumerate(queue.horizons):
        due = None if queue.matured[index] else queue.due(index)
        rows.append(
            Labels(
                horizon=horizon // SECOND,
                waiting=queue.waiting[index],
                matured=queue.matured[index],
                censored=dict(sorted(queue.censored[index].items())),
                first_due=None if due is None else moment(due),
                learning=queue.model.learnt(index) < LEARNING,
            )
        )
    return rows


def predictions(engine: Engine, carried: Carried, limit: int | None) -> list[Prediction]:
    tracked = engine.labels.tracked
    horizons = range(len(engine.labels.horizons))
    if limit is None:
        kept = [(key, told) for key, told in tracked.items() if key in engine.ledger.posts and engine.matches(key)]
        return [row for key, told in kept for row in _predicted(engine, carried, key, told, horizons)]
    told: Iterable[Tracked] = reversed(tracked.values())
    if engine.filtered is not None:
        told = filter(lambda one: engine.matches(one.key), told)
    newest = [one for one in islice(told, RECENT * limit) if one.key in engine.ledger.posts]
    return [
        row
        for index in horizons
        for key in _worth_showing(engine, index, limit, newest)
        for row in _predicted(engine, carried, key, tracked[key], (index,))
    ]


def predictions_of(engine: Engine, carried: Carried, key: str) -> list[Prediction]:
    """What was predicted of one retained post, at every horizon."""
    tracked = engine.labels.tracked.get(key)
    if tracked is None:
        return []
    return [*_predicted(engine, carried, key, tracked, range(len(engine.labels.horizons)))]


def _worth_showing(engine: Engine, index: int, limit: int, newest: Sequence[Tracked]) -> list[str]:
    """Of the recent posts, those that are to travel furthest, and the last that matured."""
    queue, posts = engine.labels, engine.ledger.posts
    recent = [
        told
        for told in newest
        if (outcome := told.outcomes[index]) == WAITING or _to_come(engine, told, index, outcome)
    ]
    expected = queue.model.freezer.predicted([tracked.told for tracked in recent], index)
    furthest = np.argsort(-np.nan_to_num(expected, nan=-1.0), kind="stable")[:limit].tolist()
    matured = islice((key for key in reversed(queue.recent[index]) if key in posts and engine.matches(key)), limit // 2)
    return [*(recent[position].key for position in furthest), *matured]


def _predicted(
    engine: Engine, carried: Carried, key: str, tracked: Tracked, horizons: Iterable[int]
) -> Iterator[Prediction]:
    """What was said of a post, by horizon, and what came of it; nothing where nothing was said and nothing waits."""
    entry = engine.ledger.posts[key]
    author, created = entry.author.partition(":")[2], moment(entry.time)
    now = engagement_now(entry, carried)
    forecasts = engine.labels.forecasts(tracked)
    for index in horizons:
        forecast = forecasts[index]
        state = tracked.state(index)
        censored = state != MATURED and not _to_come(engine, tracked, index, tracked.outcomes[index])
        if censored and forecast.predicted is None:
            continue
        horizon = engine.labels.horizons[index]
        usual = to_count(forecast.usual)
        yield Prediction(
            uid=entry.uid,
            platform=entry.platform,
            author=author,
            name=entry.name,
            text=entry.text,
            created=created,
            horizon=horizon // SECOND,
            predicted=to_count(forecast.predicted),
            low=forecast.low,
            high=forecast.high,
            usual=usual,
            model=forecast.model,
            state=MATURED if state == MATURED else "censored" if censored else WAITING,  # type: ignore[arg-type]
            actual=tracked.actual(index),
            now=now,
            times=None if now is None or usual is None else (1 + now) / (1 + usual),
            censored=state if state not in (WAITING, MATURED) else "",
            due=moment(entry.time + horizon),
            reasons=list(forecast.reasons),
        )


def _to_come(engine: Engine, tracked: Tracked, index: int, outcome: int | str) -> bool:
    """Whether a post has its horizon before it; one that is not in the sample too, though nobody grades it then."""
    if outcome != UNSAMPLED or engine.now is None:
        return outcome == WAITING
    return tracked.born + engine.labels.horizons[index] >= engine.now


def scoreboard(engine: Engine) -> list[Score]:
    rows = []
    for index, horizon in enumerate(engine.labels.horizons):
        for score in engine.model.scores(index):
            rows.append(
                Score(
                    horizon=horizon // SECOND,
                    model=score.model,
                    champion=score.champion,
                    n=score.n,
                    mae_log=score.mae_log,
                    mse_log=score.mse_log,
                    mae=score.mae,
                    mse=score.mse,
                    skill=score.skill,
                    spearman=score.spearman,
                    coverage80=score.coverage80,
                    width80=score.width80,
                    version=score.version,
                )
            )
    return rows
