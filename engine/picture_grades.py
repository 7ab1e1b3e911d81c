"""Draws a GradeSheet of an Engine: reads, never changes. It costs some 20 ms, so only on demand."""

from math import log1p

import numpy as np
from numpy.typing import NDArray

from engine import grade_figures as figures
from engine.config import HOUR, SECOND
from engine.grade_figures import Floats, Said
from engine.gradesheet import Correlations, GradeSheet, Split, Weight
from engine.pipeline import Engine
from engine.units import moment
from models.engagement import NAMES, Newest
from models.features import COLUMNS, COMMON, GROUPS
from models.race import ACTUAL, FIRST, HIGH, LOW
from models.reasons import kind
from models.voices import REFERENCE

WEIGHED = 500  # newest posts that the features are weighed on
DAY = 24 * HOUR

AUTHOR_KNOWN = (("new author", 0), ("1-3 posts", 3), ("4-10 posts", 10), ("11-50 posts", 50), ("more", np.inf))
FOLLOWERS = (("up to 100", 100), ("to 1k", 1_000), ("to 10k", 10_000), ("to 100k", 100_000), ("more", np.inf))
PREDICTED = (("up to 1", 1), ("to 3", 3), ("to 10", 10), ("to 30", 30), ("to 100", 100), ("more", np.inf))
SINCE = (("within 10m", 10), ("1h", 60), ("6h", 360), ("a day", 1_440), ("longer ago", np.inf))  # minutes

HOUR_OF_DAY = "hour (UTC)"
# What is set against everything else: how it is called, and the column of the rows.
_FEATURES = (
    ("author's usual", "author"),
    ("author's posts", "posts_before"),
    ("since last", "since_last"),
    ("followers", "followers"),
    ("account age", "author_age"),
    (HOUR_OF_DAY, ""),
    ("length", "length"),
    ("hashtags", "tags"),
    ("tag volume", "tag_posts"),
    ("tags' past", "tag_past"),
    ("words' past", "word_past"),
    ("story volume", "story_posts"),
    ("mentions", "mentions"),
    ("links", "links"),
    ("media", "media"),
    ("reply", "reply"),
    ("mood", "compound"),
)


def grade_sheet(engine: Engine, horizon: int) -> GradeSheet | None:
    """Of one horizon, in seconds; None for one that nothing is predicted at."""
    horizons = [length // SECOND for length in engine.labels.horizons]
    if horizon not in horizons:
        return None
    index, model = horizons.index(horizon), engine.model
    newest = [model.newest(each) for each in range(len(horizons))]
    champion, version = model.champion(index), model.version(index)
    said, rows = _said(newest[index], champion)
    return GradeSheet(
        horizon=horizon,
        as_of=None if engine.now is None else moment(engine.now),
        champion=f"{champion}-{version}" if version else champion,
        graded=len(newest[index].judged),
        n=len(said.actual),
        stretches=figures.stretches(said),
        splits=_splits(said, rows),
        horizons=[
            figures.group(str(length), _said(newest[each], model.champion(each))[0])
            for each, length in enumerate(horizons)
        ],
        tenths=figures.tenths(said),
        residuals=figures.residuals(said),
        weights=_weights(engine, index, newest[index].rows[-WEIGHED:]),
        correlations=_correlations(newest, horizons, index),
    )


def _said(newest: Newest, champion: str) -> tuple[Said, Floats]:
    """What the champion had predicted, at least, with the rows of those posts."""
    predicted = newest.judged[:, FIRST + NAMES.index(champion)]
    told = np.flatnonzero(~np.isnan(predicted))
    judged = newest.judged[told]
    said = Said(
        actual=np.log1p(judged[:, ACTUAL]),
        predicted=predicted[told],
        baseline=judged[:, FIRST + REFERENCE],
        low=np.log1p(judged[:, LOW]),
        high=np.log1p(judged[:, HIGH]),
        created=newest.created[told],
    )
    return said, newest.rows[told]


def _column(rows: Floats, name: str) -> Floats:
    column: Floats = rows[:, COLUMNS.index(name)]
    return column


def _splits(said: Said, rows: Floats) -> list[Split]:
    """By what was known of the author, and by what was predicted."""
    by = (
        ("author's posts", _column(rows, "posts_before"), AUTHOR_KNOWN, "not known"),
        ("predicted", said.predicted, PREDICTED, "none"),
        ("followers", _column(rows, "followers"), FOLLOWERS, "not told"),
        ("last post", _column(rows, "since_last"), SINCE, "none seen"),
    )
    return [
        Split(name=name, groups=figures.groups(said, figures.between(values, _logs(bounds), unknown)))
        for name, values, bounds, unknown in by
    ]


def _logs(bounds: tuple[tuple[str, float], ...]) -> list[tuple[str, float]]:
    """Bounds as rows hold what they bound: in log(1 + x), with a little room for how that is rounded."""
    return [(name, log1p(bound) + 1e-6) for name, bound in bounds]


def _weights(engine: Engine, index: int, rows: Floats) -> list[Weight]:
    if not len(rows):
        return []
    parts = engine.model.explain(index, rows)
    sizes, effects = np.abs(parts).mean(axis=0), parts.mean(axis=0)
    order = np.argsort(-sizes, kind="stable").tolist()
    return [
        Weight(name=kind(GROUPS[at]), size=round(float(sizes[at]), 4), effect=round(float(effects[at]), 4))
        for at in order
        if sizes[at] > 0
    ]


def _correlations(newest: list[Newest], horizons: list[int], index: int) -> Correlations | None:
    """Of the newest posts at one horizon; an outcome at another stands beside what was known of its own newest posts.

    For those of a day ago are others than those of a quarter of an hour ago. Two outcomes are of the same posts.
    """
    wanted = _posts(newest[index])
    outcomes = {str(length): _outcomes(newest[each], wanted) for each, length in enumerate(horizons)}
    found = figures.correlations({**_known(newest[index]), **outcomes}, len(horizons))
    if found is None:
        return None
    for each, length in enumerate(horizons):
        own = figures.correlations({**_known(newest[each]), str(length): np.log1p(newest[each].judged[:, ACTUAL])}, 1)
        outcome = len(_FEATURES) + each
        for feature in (*range(len(_FEATURES)), outcome):
            value = None if own is None else own.values[min(feature, len(_FEATURES))][-1]
            found.values[feature][outcome] = found.values[outcome][feature] = value
    return found


def _known(newest: Newest) -> dict[str, Floats]:
    """What was known of posts, as numbers."""
    rows = newest.rows
    known = {name: _column(rows, column) for name, column in _FEATURES if column}
    known["media"] = (known["media"] > 0).astype(np.float64)
    return {name: newest.created % DAY // HOUR if name == HOUR_OF_DAY else known[name] for name, _ in _FEATURES}


def _posts(newest: Newest) -> list[bytes]:
    """What tells one post from another, at any horizon: when it was made, and what was known of it."""
    common = newest.rows[:, [COLUMNS.index(name) for name in COMMON]]
    whole = np.ascontiguousarray(np.column_stack([newest.created, common]))
    return [row.tobytes() for row in whole]


def _outcomes(newest: Newest, wanted: list[bytes]) -> NDArray[np.float64]:
    """log(1 + engagements) of the wanted posts; NaN for those that have no outcome there, or cannot be told apart."""
    posts, outcomes = _posts(newest), np.log1p(newest.judged[:, ACTUAL]).tolist()
    found: dict[bytes, float] = {}
    for post, outcome in zip(posts, outcomes, strict=True):
        found[post] = outcome if post not in found else np.nan
    return np.array([found.get(post, np.nan) for post in wanted], np.float64)
