"""What a snapshot says of predictions: those that wait, what came of the others, how good each model was."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

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
from models.engagement import LEARNING, Forecast

READ = 1_024  # forecasts that are read together
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
        kept = [told for key, told in tracked.items() if key in engine.ledger.posts and engine.matches(key)]
        return [*_predicted(engine, carried, [(told, index) for told in kept for index in horizons])]
    told: Iterable[Tracked] = reversed(tracked.values())
    if engine.filtered is not None:
        told = filter(lambda one: engine.matches(one.key), told)
    newest = [one for one in islice(told, RECENT * limit) if one.key in engine.ledger.posts]
    expected = engine.model.freezer.predicted_at_all([one.told for one in newest])
    shown = [
        (tracked[key], index)
        for index in horizons
        for key in _worth_showing(engine, index, limit, newest, expected[:, index])
    ]
    return [*_predicted(engine, carried, shown)]


def predictions_of(engine: Engine, carried: Carried, key: str) -> list[Prediction]:
    """What was predicted of one retained post, at every horizon."""
    tracked = engine.labels.tracked.get(key)
    if tracked is None:
        return []
    return [*_predicted(engine, carried, [(tracked, index) for index in range(len(engine.labels.horizons))])]


def _worth_showing(
    engine: Engine, index: int, limit: int, newest: Sequence[Tracked], expected: NDArray[np.float64]
) -> list[str]:
    """Of the recent posts, those that are to travel furthest, and the last that matured."""
    queue, posts = engine.labels, engine.ledger.posts
    order = np.argsort(-np.nan_to_num(expected, nan=-1.0), kind="stable").tolist()
    furthest = (told.key for place in order if _to_come(engine, told := newest[place], index))
    matured = islice((key for key in reversed(queue.recent[index]) if key in posts and engine.matches(key)), limit // 2)
    return [*islice(furthest, limit), *matured]


def _predicted(engine: Engine, carried: Carried, asked: Sequence[tuple[Tracked, int]]) -> Iterator[Prediction]:
    """What was said of each post at a horizon, and what came of it; nothing where nothing was said and none waits."""
    freezer = engine.model.freezer
    for start in range(0, len(asked), READ):
        part = asked[start : start + READ]
        said = freezer.forecasts_at([(one.told, one.born) for one, _ in part], [index for _, index in part])
        for (tracked, index), forecast in zip(part, said, strict=True):
            state = tracked.state(index)
            censored = state != MATURED and not _to_come(engine, tracked, index)
            if not censored or forecast.predicted is not None:
                yield _prediction(engine, carried, tracked, index, forecast, censored)


def _prediction(
    engine: Engine, carried: Carried, tracked: Tracked, index: int, forecast: Forecast, censored: bool
) -> Prediction:
    entry = engine.ledger.posts[tracked.key]
    state, now = tracked.state(index), engagement_now(entry, carried)
    horizon, usual = engine.labels.horizons[index], to_count(forecast.usual)
    return Prediction(
        uid=entry.uid,
        platform=entry.platform,
        author=entry.author.partition(":")[2],
        name=entry.name,
        text=entry.text,
        created=moment(entry.time),
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


def _to_come(engine: Engine, tracked: Tracked, index: int) -> bool:
    """Whether a post has its horizon before it; one that is not in the sample too, though nobody grades it then."""
    outcome = tracked.outcomes[index]
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
