"""What was said of a post at its arrival, packed into few bytes: a great many posts wait for their labels."""

from collections.abc import Sequence
from math import isnan
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.decay import DAY
from models.features import COMMON, MEDIA, OWN, TRUST, Rows, joined
from models.race import FIRST, NAMES, REFERENCE, Shown
from models.reasons import MOST, Facts, reasons

Floats = NDArray[np.float64]
Records = NDArray[np.void]


class Made(msgspec.Struct, frozen=True, gc=False):
    """What the forecasts of a batch have in common, by horizon."""

    leaders: tuple[str, ...]  # the leader's name and version; "" while nothing was learnt
    leading: tuple[int, ...]  # its place among NAMES
    matured: tuple[int, ...]  # labels that there were


class Told(msgspec.Struct, frozen=True, gc=False):
    """What was said of one post, at all horizons: a record, and behind it the buckets of its tags and words."""

    made: Made
    record: bytes


class Forecast(NamedTuple):
    """What was said of a post at one horizon, in log(1 + engagements) but for the bounds, which are engagements."""

    predicted: float | None  # None while nothing was learnt
    low: float | None  # 80 % interval; None until enough had matured
    high: float | None
    usual: float | None  # the author baseline
    model: str
    rivals: tuple[float | None, ...]  # what each model said, in the order of NAMES
    reasons: tuple[str, ...]
    matured: int  # labels of this horizon that there were


def layout(horizons: int) -> np.dtype[Any]:
    """One post's record."""
    return np.dtype(
        [
            ("common", np.float32, len(COMMON)),
            ("own", np.float32, (horizons, OWN)),
            ("rivals", np.float32, (horizons, len(NAMES))),
            ("low", np.float32, horizons),
            ("high", np.float32, horizons),
            ("groups", np.uint8, (horizons, MOST)),  # what moved the prediction most, and how much
            ("parts", np.float16, (horizons, MOST)),
        ]
    )


class Freezer:
    """Packs and unpacks forecasts at a number of horizons."""

    def __init__(self, horizons: int) -> None:
        self._layout = layout(horizons)

    def freeze(
        self, own: Rows, common: Rows, shown: Sequence[Shown | None], keys: Sequence[bytes], made: Made
    ) -> list[Told]:
        """Records of a batch: `own` (n, horizons, OWN), `common` (n, len(COMMON)), `shown` by horizon."""
        records = np.zeros(len(own), self._layout)
        records["common"], records["own"] = common, own
        for name in ("rivals", "low", "high"):
            records[name] = np.nan
        for horizon, said in enumerate(shown):
            if said is not None:
                records["rivals"][:, horizon] = said.rivals
                records["low"][:, horizon], records["high"][:, horizon] = said.low, said.high
                most = np.argsort(-np.abs(said.parts), axis=1, kind="stable")[:, :MOST]
                records["groups"][:, horizon] = most
                records["parts"][:, horizon] = np.take_along_axis(said.parts, most, axis=1)
        size, whole = self._layout.itemsize, records.tobytes()
        return [Told(made, whole[index * size : (index + 1) * size] + key) for index, key in enumerate(keys)]

    def thaw(self, told: Sequence[Told]) -> Records:
        """Records (n,) as they were."""
        size = self._layout.itemsize
        return np.frombuffer(b"".join([one.record[:size] for one in told]), self._layout)

    def keys(self, told: Sequence[Told]) -> list[bytes]:
        """The buckets, as they were packed."""
        return [one.record[self._layout.itemsize :] for one in told]

    def rows(self, records: Records, horizon: int) -> Floats:
        """Rows (n, len(COLUMNS)) as they were at arrival."""
        return joined(records["own"][:, horizon], records["common"])

    def judged(self, records: Records, horizon: int, actual: Floats) -> Floats:
        """Rows of a race's history: outcomes (n,) in engagements beside what was said."""
        rows = np.empty((len(records), FIRST + len(NAMES)))
        rows[:, 0] = actual
        rows[:, 1], rows[:, 2] = records["low"][:, horizon], records["high"][:, horizon]
        rows[:, FIRST:] = records["rivals"][:, horizon]
        return rows

    def predicted(self, told: Sequence[Told], horizon: int) -> Floats:
        """What was shown of each post at a horizon, in log(1 + engagements): (n,), NaN where nothing was learnt."""
        rivals = self.thaw(told)["rivals"][:, horizon]
        leading = np.array([one.made.leading[horizon] for one in told], np.intp)
        learnt = np.array([bool(one.made.leaders[horizon]) for one in told])
        return np.where(learnt, rivals[np.arange(len(told)), leading], np.nan)

    def forecasts(self, told: Told, at: int) -> list[Forecast]:
        """What was said at each horizon of a post made at event time `at`, in microseconds."""
        (record,) = self.thaw([told])
        common, trust, said, lows, highs, groups, parts = (
            values.tolist()
            for values in (
                record["common"],
                record["own"][:, TRUST],
                record["rivals"],
                *(record[name] for name in ("low", "high", "groups", "parts")),
            )
        )
        made, forecasts = told.made, []
        by_horizon = zip(made.leaders, made.leading, made.matured, strict=True)
        for horizon, (leader, leading, matured) in enumerate(by_horizon):
            rivals = tuple(None if isnan(value) else value for value in said[horizon])
            predicted, usual = rivals[leading], rivals[REFERENCE]
            if not leader or predicted is None or usual is None:
                forecasts.append(Forecast(None, None, None, None, "", rivals, (), matured))
                continue
            low, high = (None if isnan(end) else end for end in (lows[horizon], highs[horizon]))
            moved = list(zip(groups[horizon], parts[horizon], strict=True))
            why = reasons(_facts(common, trust[horizon] > 0, at), usual, predicted, moved)
            forecasts.append(Forecast(predicted, low, high, usual, leader, rivals, why, matured))
        return forecasts


def _facts(common: Sequence[float], own_past: bool, at: int) -> Facts:
    """What the words of the reasons depend on."""
    known = dict(zip(COMMON, common, strict=True))
    media = int(known["media"])
    return Facts(
        day=at // DAY,
        hour=at % DAY // (DAY // 24),
        own_past=own_past,
        followers=not isnan(known["followers"]),
        media=MEDIA[media] if media < len(MEDIA) else "media",
        flags=frozenset(name for name in ("links", "reply", "quote", "question", "tags") if known[name] > 0),
        rising=frozenset(name for name in ("tag", "story") if known[f"{name}_rise"] > 0),
    )
