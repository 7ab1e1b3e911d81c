"""Figures as the engine would give them for plots: made up, fixed, and at home in the feed of tui_fakes."""

from datetime import timedelta
from math import sin

from engine.gradesheet import Correlations, GradeSheet, Group, Residuals, Split, Stretch, Tenth, Weight
from engine.protocol import OpenGrades, OpenTopics
from engine.topicsheet import Apart, TopicSheet, Word
from tests import tui_fakes as fakes

KNOWN = ("author's usual", "followers", "hour (UTC)", "length", "hashtags", "tag volume", "mood", "reply")
HORIZONS = (900, 3_600, 21_600, 86_400)


def sheet(command: OpenGrades | OpenTopics) -> GradeSheet | TopicSheet | None:
    """The answer to a question."""
    return grades(command.horizon) if isinstance(command, OpenGrades) else topics(command.cluster)


def grades(horizon: int) -> GradeSheet | None:
    """One horizon graded, one with few outcomes, two without any."""
    if horizon == 900:
        return full()
    return bare(horizon, 24 if horizon == 3_600 else 0) if horizon in HORIZONS else None


def bare(horizon: int, n: int) -> GradeSheet:
    """Nothing that could be drawn yet."""
    few = [Group(name="to 3", n=n, error=0.6, baseline=0.6, bias=0.0)] if n else []
    return GradeSheet(
        horizon=horizon,
        as_of=fakes.NOW,
        champion="author",
        graded=n,
        n=n,
        stretches=[],
        splits=[Split(name="predicted", groups=few)] if few else [],
        horizons=overall(),
        tenths=[],
        residuals=None,
        weights=[],
        correlations=None,
    )


def overall() -> list[Group]:
    counts = ((2_000, 0.41, 0.5), (24, 0.75, 0.72), (0, None, None), (0, None, None))
    return [
        Group(name=str(horizon), n=n, error=error, baseline=baseline, bias=None if error is None else 0.04)
        for horizon, (n, error, baseline) in zip(HORIZONS, counts, strict=True)
    ]


def full() -> GradeSheet:
    """A champion that is better than the author's usual, and sees large posts too small."""
    size = len(KNOWN) + len(HORIZONS)
    values = [[_correlation(a, b) for b in range(size)] for a in range(size)]
    return GradeSheet(
        horizon=900,
        as_of=fakes.NOW,
        champion="linear-16",
        graded=2_000,
        n=2_000,
        stretches=[
            Stretch(
                start=fakes.NOW - timedelta(minutes=12 * (24 - at)),
                n=83,
                error=0.41 + 0.05 * sin(at / 2),
                baseline=0.5 + 0.04 * sin(at / 3 + 1),
                covered=None if at < 3 else 0.8 + 0.08 * sin(at),
            )
            for at in range(24)
        ],
        splits=[
            Split(
                name="predicted",
                groups=[
                    Group(name=name, n=n, error=error, baseline=error + 0.1, bias=bias)
                    for name, n, error, bias in (
                        ("up to 1", 1_156, 0.31, 0.14),
                        ("to 3", 543, 0.52, 0.0),
                        ("to 10", 290, 0.59, -0.09),
                        ("to 30", 11, 0.81, -0.4),
                        ("more", 0, 0.0, 0.0),
                    )
                ],
            ),
            Split(name="followers", groups=[Group(name="not told", n=2_000, error=0.41, baseline=0.5, bias=0.07)]),
        ],
        horizons=overall(),
        tenths=[
            Tenth(n=200, predicted=0.3 * at, actual=0.28 * at + 0.1, low=-0.2 - 0.05 * at, high=0.5 + 0.06 * at)
            for at in range(10)
        ],
        residuals=Residuals(
            low=-2.5,
            step=0.2,
            counts=[max(240 - 22 * abs(at - 12), 1) + 7 * (at % 3) for at in range(25)],
            mean=0.07,
            deviation=0.57,
        ),
        weights=[
            Weight(name="reply", size=0.32, effect=-0.12),
            Weight(name="feed lately", size=0.2, effect=0.18),
            Weight(name="time of day", size=0.04, effect=0.001),
        ],
        correlations=Correlations(names=[*KNOWN, *map(str, HORIZONS)], outcomes=4, values=values, n=2_000),
    )


def _correlation(a: int, b: int) -> float | None:
    if 1 in (a, b) or max(a, b) >= len(KNOWN) + 2:
        return None
    return 1.0 if a == b else round(sin(a * b + a + b), 4)


def topics(cluster: int | None) -> TopicSheet:
    """Words of many scripts and lengths; a cluster has its own tag first."""
    known = {one.id: one for one in fakes.clusters()}
    if cluster is not None and cluster not in known:
        return TopicSheet(cluster=cluster, label="", as_of=fakes.NOW, words=[], apart=[], sizes=[])
    first = [] if cluster is None else [f"#{known[cluster].tags[0]}"]
    said = [*first, "goal", "#final", "penalty", "音楽", "referee", "var", "the-longest-word-that-is-ever-said-here"]
    said += [f"{'#' if at % 3 == 0 else ''}word{at}" for at in range(60)]
    return TopicSheet(
        cluster=cluster,
        label="" if cluster is None else known[cluster].label,
        as_of=fakes.NOW,
        words=[Word(text=text, posts=900 // (at + 1), weight=1 / (1 + at / 3)) for at, text in enumerate(said)],
        apart=[Apart(cluster=one, silhouette=0.5 - 0.04 * one, n=60 - one) for one in list(known)[:-1]],
        sizes=[4_000 // rank for rank in range(1, 200)],
    )
