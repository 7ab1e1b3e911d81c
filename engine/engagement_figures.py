"""How right frozen predictions of engagement were: by model, of what was shown, and of its 80 % interval.

Figures are taken on posts that were forecast after the first LEARNING labels of their horizon had been learnt, and that
matured. Errors are of log(1 + engagements), or of engagements where the name has no "log".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.units import moment
from models import metrics
from models.race import LEARNING
from models.voices import REFERENCE

Floats = NDArray[np.float64]

SETTLED = 200  # labels after which the interval is judged
DECILES = 10
DIGITS = 6
FIXED = 8  # columns of a table of grades before those of the models


class Refit(NamedTuple):
    """One refit: when it fell due in event time, and the seconds of the clock that it took beside the feed."""

    due: int
    seconds: float


class Graded(NamedTuple):
    """Matured predictions, n of them. Numbers of engagements are log(1 + engagements), times microseconds."""

    names: tuple[str, ...]  # of the models
    actual: Floats  # (n,)
    created: Floats
    due: Floats
    before: Floats  # labels of the horizon that had been learnt when it was made
    leader: Floats  # which model was shown; -1 for none
    predicted: Floats  # what was shown; NaN for nothing, here and below
    low: Floats
    high: Floats
    rivals: Floats  # (n, models)

    @classmethod
    def of(cls, table: Floats, names: tuple[str, ...]) -> "Graded":
        """From rows of the fields above, one after the other."""
        actual, created, due, before, leader, predicted, low, high = table[:, :FIXED].T
        return cls(names, actual, created, due, before, leader, predicted, low, high, table[:, FIXED:])

    def where(self, chosen: NDArray[np.bool_]) -> "Graded":
        """Those of the predictions that are `chosen` (n,)."""
        return Graded(self.names, *(column[chosen] for column in self[1:]))

    def scored(self) -> "Graded":
        """Those that figures are taken on."""
        return self.where((self.before >= LEARNING) & ~np.isnan(self.predicted))


class ModelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How right one model was on the `n` scored posts that it had predicted. None is "not known"."""

    n: int
    mae_log: float | None
    mse_log: float | None
    mae: float | None
    mse: float | None
    spearman: float | None
    skill: float | None  # 1 - mae_log / that of the author baseline on the same posts


class Seconds(msgspec.Struct, frozen=True, kw_only=True):
    """What refits took, beside the feed."""

    total: float
    mean: float
    max: float


class RefitFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The refits of one model. `at` is event time."""

    n: int
    seconds: Seconds
    at: list[datetime]


class Decile(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the scored posts by what was predicted for them: means of log(1 + engagements)."""

    n: int
    predicted: float
    actual: float


class Queue(NamedTuple):
    """What became of all posts at one horizon."""

    matured: int
    waiting: int
    censored: Mapping[str, int]
    champion: str  # the model that leads at the end


class EngagementFigures(ModelFigures, frozen=True, kw_only=True):
    """Of one horizon. The model's figures are those of what was shown, whichever model led at that moment.

    All but the seconds are the same in every run over the same feed with the same options.
    """

    horizon: int  # seconds
    n_scored: int
    matured: int
    waiting: int
    censored: dict[str, int]
    note: str  # why there are no figures, or none of some kind; else empty
    champion: str
    shown_by: dict[str, int]  # how many of the scored predictions were by which model
    coverage80: float | None
    width80: float | None  # in log(1 + engagements)
    n_covered: int  # scored posts that the two above are taken on
    models: dict[str, ModelFigures]
    calibration: list[Decile]
    refits: dict[str, RefitFigures]


def figures(horizon: int, graded: Graded, queue: Queue, refits: Mapping[str, Sequence[Refit]]) -> EngagementFigures:
    """What a replay has come to at a horizon (seconds)."""
    scored = graded.scored()
    held = scored.where((scored.before >= SETTLED) & ~np.isnan(scored.low))
    shown = Counter(scored.names[int(index)] for index in scored.leader if index >= 0)
    reference = scored.rivals[:, REFERENCE]
    return EngagementFigures(
        **msgspec.structs.asdict(of_model(scored.actual, scored.predicted, reference)),
        horizon=horizon,
        n_scored=len(scored.actual),
        matured=queue.matured,
        waiting=queue.waiting,
        censored=dict(sorted(queue.censored.items())),
        note=_note(queue, len(scored.actual), len(held.actual)),
        champion=queue.champion,
        shown_by=dict(sorted(shown.items())),
        coverage80=_round(metrics.coverage(held.actual, held.low, held.high)),
        width80=_round(metrics.width(held.low, held.high)),
        n_covered=len(held.actual),
        models={
            name: of_model(scored.actual, scored.rivals[:, index], reference) for index, name in enumerate(scored.names)
        },
        calibration=calibration(scored),
        refits={name: _refits(found) for name, found in sorted(refits.items())},
    )


def of_model(actual: Floats, predicted: Floats, reference: Floats) -> ModelFigures:
    """Figures of log predictions (n,), NaN for none, against log labels (n,) and the author baseline's predictions."""
    told = ~np.isnan(predicted)
    actual, predicted, reference = actual[told], predicted[told], reference[told]
    error = metrics.mae(actual, predicted)
    counts, guesses = np.expm1(actual), np.expm1(predicted)
    return ModelFigures(
        n=len(actual),
        mae_log=_round(error),
        mse_log=_round(metrics.mse(actual, predicted)),
        mae=_round(metrics.mae(counts, guesses)),
        mse=_round(metrics.mse(counts, guesses)),
        spearman=_round(metrics.spearman(actual, predicted)),
        skill=_round(metrics.skill(error, metrics.mae(actual, reference))),
    )


def calibration(scored: Graded) -> list[Decile]:
    """Means of what was predicted and of what came, by tenths of the predictions; none of fewer than ten posts."""
    order = np.argsort(scored.predicted, kind="stable")
    if len(order) < DECILES:
        return []
    return [
        Decile(
            n=len(part),
            predicted=round(float(np.mean(scored.predicted[part])), DIGITS),
            actual=round(float(np.mean(scored.actual[part])), DIGITS),
        )
        for part in np.array_split(order, DECILES)
    ]


def errors_over_time(scored: Graded, spans: int) -> tuple[list[int], dict[str, list[float | None]]]:
    """Mean log error by model over `spans` equal shares of the scored posts (n >= 1), oldest first.

    With it, when each share began (microseconds).
    """
    order = np.argsort(scored.created, kind="stable")
    parts = [part for part in np.array_split(order, spans) if len(part)]
    begins = [int(scored.created[part[0]]) for part in parts]
    told = {**dict(zip(scored.names, scored.rivals.T, strict=True)), "shown": scored.predicted}
    errors: dict[str, list[float | None]] = {}
    for name, predicted in told.items():
        off = np.abs(predicted - scored.actual)
        errors[name] = [None if np.isnan(off[part]).all() else float(np.nanmean(off[part])) for part in parts]
    return begins, errors


def _note(queue: Queue, scored: int, held: int) -> str:
    if not queue.matured:
        return "no label has matured: the feed ends before the horizon, or every label was censored"
    if not scored:
        return (
            f"nothing is scored: only posts that were forecast after {LEARNING} labels had matured are, and "
            f"{queue.matured} have in all"
        )
    if not held:
        return f"no interval is judged: only those shown after {SETTLED} labels had matured are"
    return ""


def _refits(found: Sequence[Refit]) -> RefitFigures:
    seconds = [refit.seconds for refit in found]
    total = sum(seconds)
    return RefitFigures(
        n=len(found),
        seconds=Seconds(
            total=round(total, DIGITS), mean=round(total / len(found), DIGITS), max=round(max(seconds), DIGITS)
        ),
        at=[moment(refit.due) for refit in found],
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
