"""How right the predictions at one horizon have been, looked at from all sides: what the plots of the models draw.

Plain data, as a Snapshot is, but worked out only when it is asked for. Errors and residuals are in
log(1 + engagements); the baseline is the author's usual. None is "not known".
"""

from datetime import datetime

from engine.snapshot import Frozen


class Stretch(Frozen, frozen=True, kw_only=True):
    """An equal share of the newest graded posts, in the order of time."""

    start: datetime  # when the first of them was made
    n: int
    error: float | None  # mean absolute error of the champion
    baseline: float | None  # of the author baseline, on the same posts
    covered: float | None  # share of outcomes inside the 80 % range that was shown


class Group(Frozen, frozen=True, kw_only=True):
    """Graded posts that have something in common."""

    name: str
    n: int
    error: float | None = None
    baseline: float | None = None
    bias: float | None = None  # mean of outcome less prediction: above 0 they were predicted too low


class Split(Frozen, frozen=True, kw_only=True):
    """The graded posts by one thing that was known when they were made."""

    name: str
    groups: list[Group]


class Tenth(Frozen, frozen=True, kw_only=True):
    """A tenth of the graded posts by what was predicted for them: means, and where the middle 80 % of residuals lie."""

    n: int
    predicted: float
    actual: float
    low: float  # residual: outcome less prediction
    high: float


class Residuals(Frozen, frozen=True, kw_only=True):
    """A histogram of outcome less prediction; what lies beyond its ends is counted in the last bars."""

    low: float
    step: float
    counts: list[int]
    mean: float
    deviation: float


class Weight(Frozen, frozen=True, kw_only=True):
    """How much a group of features moves the champion's predictions away from the author's usual."""

    name: str
    size: float  # mean absolute part, in logs
    effect: float  # mean part: above 0 it raises predictions on the whole


class Correlations(Frozen, frozen=True, kw_only=True):
    """Spearman's rank correlation of everything with everything; None where one side does not vary or is not known."""

    names: list[str]  # what was known at posting, then the outcomes: the horizons in seconds
    outcomes: int  # how many of them are outcomes
    values: list[list[float | None]]
    n: int


class GradeSheet(Frozen, frozen=True, kw_only=True):
    """Of one horizon, on the newest posts that matured."""

    horizon: int  # seconds
    as_of: datetime | None
    champion: str  # name and version
    graded: int  # posts
    n: int  # of them those of which the champion had made a prediction: none if it leads by its fit as yet
    stretches: list[Stretch]
    splits: list[Split]
    horizons: list[Group]  # every horizon by itself; the name is its length in seconds
    tenths: list[Tenth]
    residuals: Residuals | None
    weights: list[Weight]  # the largest first
    correlations: Correlations | None
