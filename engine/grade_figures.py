"""Graded predictions cut up and compared: pure functions of what was said, what came and what was known."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.gradesheet import Correlations, Group, Residuals, Stretch, Tenth
from engine.units import moment
from models import metrics

Floats = NDArray[np.float64]
Chosen = NDArray[np.bool_]

STRETCHES = 24
TENTHS = 10
BARS = 25  # of the histogram: one of them about 0
LEAST = 10  # posts that a stretch or a tenth is made of
FEW_PAIRS = 30  # posts under which a correlation is not told
DIGITS = 4


class Said(NamedTuple):
    """Posts in the order of time: n of each, in log(1 + engagements)."""

    actual: Floats
    predicted: Floats
    baseline: Floats
    low: Floats  # NaN where no range was shown
    high: Floats
    created: Floats  # event time, microseconds

    def at(self, places: NDArray[np.intp]) -> "Said":
        """Some of them."""
        return Said(*(column[places] for column in self))


def stretches(said: Said) -> list[Stretch]:
    """Equal shares of the posts by the time when they were made, of LEAST posts or more each."""
    order = np.argsort(said.created, kind="stable")
    parts = np.array_split(order, min(STRETCHES, len(order) // LEAST)) if len(order) >= LEAST else []
    return [_stretch(said.at(part)) for part in parts]


def _stretch(said: Said) -> Stretch:
    shown = ~np.isnan(said.low)
    return Stretch(
        start=moment(int(said.created[0])),
        n=len(said.actual),
        error=_round(metrics.mae(said.actual, said.predicted)),
        baseline=_round(metrics.mae(said.actual, said.baseline)),
        covered=_round(metrics.coverage(said.actual[shown], said.low[shown], said.high[shown])),
    )


def groups(said: Said, chosen: Mapping[str, Chosen]) -> list[Group]:
    """Errors by name of those that are chosen (n,)."""
    return [group(name, said.at(np.flatnonzero(mask))) for name, mask in chosen.items()]


def group(name: str, said: Said) -> Group:
    """Errors of posts taken together."""
    return Group(
        name=name,
        n=len(said.actual),
        error=_round(metrics.mae(said.actual, said.predicted)),
        baseline=_round(metrics.mae(said.actual, said.baseline)),
        bias=_round(float(np.mean(said.actual - said.predicted))) if len(said.actual) else None,
    )


def between(values: Floats, bounds: Sequence[tuple[str, float]], unknown: str) -> dict[str, Chosen]:
    """Which values are up to the first bound, up to the next, and so on; NaN is `unknown`, and left out if nowhere."""
    chosen: dict[str, Chosen] = {}
    before = -np.inf
    for name, bound in bounds:
        chosen[name] = (values > before) & (values <= bound)
        before = bound
    missing = np.isnan(values)
    return {unknown: missing, **chosen} if missing.any() else chosen


def tenths(said: Said) -> list[Tenth]:
    """The posts by what was predicted for them, the smallest first; none of fewer than TENTHS * LEAST posts."""
    order = np.argsort(said.predicted, kind="stable")
    if len(order) < TENTHS * LEAST:
        return []
    return [_tenth(said.at(part)) for part in np.array_split(order, TENTHS)]


def _tenth(said: Said) -> Tenth:
    low, high = np.quantile(said.actual - said.predicted, (0.1, 0.9)).tolist()
    return Tenth(
        n=len(said.actual),
        predicted=round(float(np.mean(said.predicted)), DIGITS),
        actual=round(float(np.mean(said.actual)), DIGITS),
        low=round(low, DIGITS),
        high=round(high, DIGITS),
    )


def residuals(said: Said) -> Residuals | None:
    """How outcomes lie about predictions: bars of equal width about 0 that hold 99 of 100 between them."""
    off = said.actual - said.predicted
    if len(off) < LEAST:
        return None
    reach = max(float(np.ceil(np.quantile(np.abs(off), 0.99) * 2)) / 2, 0.5)
    counts, _ = np.histogram(np.clip(off, -reach, reach), BARS, (-reach, reach))
    return Residuals(
        low=-reach,
        step=round(2 * reach / BARS, 6),
        counts=counts.tolist(),
        mean=round(float(np.mean(off)), DIGITS),
        deviation=round(float(np.std(off)), DIGITS),
    )


def correlations(columns: Mapping[str, Floats], outcomes: int) -> Correlations | None:
    """Spearman's, over the posts for which both sides are known; the last `outcomes` columns are outcomes.

    A column is ranked among all that is known of it, not anew for every other.
    """
    n = len(next(iter(columns.values()), ()))
    if n < FEW_PAIRS:
        return None
    known = ~np.isnan(np.column_stack(list(columns.values())))
    ranked = np.column_stack([_ranked(column) for column in columns.values()])
    ones = known.astype(np.float64)
    pairs = ones.T @ ones
    sums, squares = ranked.T @ ones, (ranked * ranked).T @ ones
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / pairs
        spread = np.maximum(squares / pairs - mean * mean, 0.0)
        together = (ranked.T @ ranked) / pairs - mean * mean.T
        found = np.clip(together / np.sqrt(spread * spread.T), -1.0, 1.0)
    told = (pairs >= FEW_PAIRS) & (np.minimum(spread, spread.T) > 1e-12)
    return Correlations(
        names=list(columns),
        outcomes=outcomes,
        values=[
            [round(value, DIGITS) if is_told else None for value, is_told in zip(row, told_row, strict=True)]
            for row, told_row in zip(found.tolist(), told.tolist(), strict=True)
        ],
        n=n,
    )


def _ranked(column: Floats) -> Floats:
    """Ranks of what is known, from -1 to 1; 0 for the rest, where they count for nothing."""
    known = ~np.isnan(column)
    ranked = np.zeros(len(column))
    ranks = metrics.ranks(column[known])
    ranked[known] = 2 * ranks / (len(ranks) + 1) - 1
    return ranked


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
