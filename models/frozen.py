"""What was said of a post at its arrival: fixed there, worked out with that of others, packed into few bytes.

A great many posts wait for their labels, and of most nobody ever asks what was said.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import isnan
from typing import Any, NamedTuple
from weakref import ReferenceType, ref

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.decay import DAY
from models.features import COMMON, MEDIA, OWN, TRUST, Keys, Rows, joined, packed_keys
from models.race import FIRST
from models.reasons import MOST, Facts, reasons
from models.voices import NAMES, REFERENCE, Said, Shown, Voices, say

Floats = NDArray[np.float64]
Records = NDArray[np.void]

MOST_ROWS = 1_024  # of graded posts that wait to be worked out
MOST_BATCHES = 1_000  # of other posts: each keeps the models as they stood

_NO_ROWS: Rows = np.zeros((0, 0), np.float32)
_NO_ENDS: NDArray[np.int64] = np.zeros(0, np.int64)


class Made(msgspec.Struct, frozen=True, gc=False):
    """What the forecasts of a batch have in common, by horizon."""

    leaders: tuple[str, ...]  # the leader's name and version; "" while nothing was learnt
    leading: tuple[int, ...]  # its place among NAMES
    matured: tuple[int, ...]  # labels that there were


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


class Batch:
    """Posts of which something was said at the same moment: their rows until that is worked out, then their records.

    What is said is fixed by the rows, the models as they stood and the reach of their intervals.
    """

    __slots__ = (
        "__weakref__",
        "buckets",
        "common",
        "ends",
        "every",
        "keys",
        "made",
        "numbers",
        "own",
        "radii",
        "size",
        "voices",
    )

    def __init__(self, made: Made, said: Sequence[tuple[Voices | None, float | None]], keys: Keys | None) -> None:
        self.made = made
        self.voices = [voices for voices, _ in said]  # by horizon
        self.radii = [radius for _, radius in said]
        self.every = keys is not None  # whether every model has its say, or only the leader
        self.own: Rows = _NO_ROWS  # (n, horizons, OWN)
        self.common: Rows = _NO_ROWS  # (n, len(COMMON))
        self.keys = keys  # what their outcomes are to be learnt by; None where none will be
        self.numbers = b""  # the records of all posts, once they are worked out
        self.size = 0  # of one of them
        self.buckets = b""  # `keys`, packed, and where those of each post end
        self.ends = _NO_ENDS

    def numbers_of(self, place: int) -> bytes:
        """The record of one of the posts."""
        if not self.numbers:
            settle([self])
        return self.numbers[place * self.size : (place + 1) * self.size]

    def buckets_of(self, place: int) -> bytes:
        """The packed keys of one of the posts; none where no outcome will be learnt."""
        if not self.numbers:
            settle([self])
        return self.buckets[self.ends[place - 1] if place else 0 : self.ends[place]] if self.every else b""


class Told(msgspec.Struct, eq=False, gc=False):
    """What was said of one post, at all horizons."""

    made: Made
    kept: Batch | bytes
    place: int = 0  # in the batch

    @property
    def record(self) -> bytes:
        """The numbers, and behind them the buckets of its tags and words."""
        kept, place = self.kept, self.place
        return kept if isinstance(kept, bytes) else kept.numbers_of(place) + kept.buckets_of(place)

    def part(self) -> None:
        """Keep nothing of the batch but what was said of this post."""
        self.kept = self.record


def settle(batches: Sequence[Batch]) -> None:
    """Work out what was said of batches, together, unless it is known."""
    for every in (True, False):
        open_ = [batch for batch in batches if batch.every is every and not batch.numbers]
        if open_:
            _settle(open_, every)


def _settle(batches: Sequence[Batch], every: bool) -> None:
    own, common = (np.concatenate(rows) for rows in zip(*((batch.own, batch.common) for batch in batches), strict=True))
    shown = []
    for horizon in range(own.shape[1]):
        moments = [Said(len(batch.own), batch.voices[horizon], batch.radii[horizon]) for batch in batches]
        learnt = any(said.voices is not None for said in moments)
        shown.append(say(moments, joined(own[:, horizon], common), every) if learnt else None)
    records = packed(own, common, shown)
    buckets, ends = (
        packed_keys([batch.keys for batch in batches if batch.keys is not None]) if every else (b"", _NO_ENDS)
    )
    start = begun = 0
    for batch in batches:
        end = start + len(batch.own)
        batch.numbers, batch.size = records[start:end].tobytes(), records.itemsize
        if every:
            batch.buckets, batch.ends = buckets[begun : ends[end - 1]], ends[start:end] - begun
            begun = int(ends[end - 1])
        batch.own = batch.common = _NO_ROWS
        batch.voices, batch.keys = [], None
        start = end


def packed(own: Rows, common: Rows, shown: Sequence[Shown | None]) -> Records:
    """Records (n,): `own` (n, horizons, OWN), `common` (n, len(COMMON)), `shown` by horizon."""
    records = np.zeros(len(own), layout(own.shape[1]))
    records["common"], records["own"] = common, own
    for name in ("rivals", "low", "high"):
        records[name] = np.nan
    for horizon, said in enumerate(shown):
        if said is not None:
            records["rivals"][:, horizon] = said.rivals
            records["low"][:, horizon], records["high"][:, horizon] = said.low, said.high
            most = np.argsort(-np.abs(said.parts), axis=1, kind="stable")[:, :MOST]
            most[np.isnan(said.rivals[:, REFERENCE])] = 0  # where nothing was said: as above
            records["groups"][:, horizon] = most
            records["parts"][:, horizon] = np.take_along_axis(said.parts, most, axis=1)
    return records


class Freezer:
    """Keeps what is said of posts, to be worked out when somebody asks, and reads it."""

    def __init__(self, horizons: int) -> None:
        self._layout = layout(horizons)
        self._graded: list[Batch] = []  # those that are to be worked out sooner or later
        self._rows = 0  # in these
        self._others: list[ReferenceType[Batch]] = []  # those that may be gone before anybody asks

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_others": [batch for each in self._others if (batch := each()) is not None]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._others = [ref(batch) for batch in state["_others"]]

    def freeze(self, batch: Batch, own: Rows, common: Rows) -> list[Told]:
        """What is said of posts with rows `own` (n, horizons, OWN) and `common` (n, len(COMMON))."""
        batch.own, batch.common = own, common
        if batch.every:
            self._graded.append(batch)
            self._rows += len(own)
            if self._rows >= MOST_ROWS:
                self._work_off()
        else:
            self._others.append(ref(batch))
            if len(self._others) >= MOST_BATCHES:
                settle([alive for each in self._others if (alive := each()) is not None])
                self._others = []
        return [Told(batch.made, batch, place) for place in range(len(own))]

    def _settle(self, told: Sequence[Told]) -> None:
        """Work out what was said of these posts, and with them of all others that will be asked about."""
        wanted = dict.fromkeys(one.kept for one in told if isinstance(one.kept, Batch) and not one.kept.numbers)
        if any(batch.every for batch in wanted):
            self._work_off()
        settle([*wanted])

    def _work_off(self) -> None:
        settle(self._graded)
        self._graded, self._rows = [], 0

    def thaw(self, told: Sequence[Told]) -> Records:
        """Records (n,) as they were."""
        self._settle(told)
        size = self._layout.itemsize
        pairs = [(one.kept, one.place) for one in told]
        records = [kept[:size] if isinstance(kept, bytes) else kept.numbers_of(place) for kept, place in pairs]
        return np.frombuffer(b"".join(records), self._layout)

    def keys(self, told: Sequence[Told]) -> list[bytes]:
        """The buckets, as they were packed."""
        size, pairs = self._layout.itemsize, [(one.kept, one.place) for one in told]
        return [kept[size:] if isinstance(kept, bytes) else kept.buckets_of(place) for kept, place in pairs]

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
        return self.predicted_at_all(told)[:, horizon]

    def predicted_at_all(self, told: Sequence[Told]) -> Floats:
        """The same at all horizons: (n, horizons)."""
        self._settle(told)
        together: defaultdict[Batch | Made, list[int]] = defaultdict(list)
        for at, one in enumerate(told):
            together[one.made if isinstance(one.kept, bytes) else one.kept].append(at)
        horizons = self._layout["rivals"].shape[0]
        shown = np.empty((len(told), horizons))
        for whole, places in together.items():
            part = [told[at] for at in places]
            if isinstance(whole, Batch):  # cut out of its records at once
                rivals = np.frombuffer(whole.numbers, self._layout)["rivals"][[one.place for one in part]]
            else:
                rivals = self.thaw(part)["rivals"]
            leading = np.array(_leading(part[0].made), np.intp)
            shown[places] = np.where(leading >= 0, rivals[:, np.arange(horizons), leading], np.nan)
        return shown

    def forecasts(self, told: Told, at: int) -> list[Forecast]:
        """What was said at each horizon of a post made at event time `at`, in microseconds."""
        horizons = range(len(told.made.leaders))
        return self.forecasts_at([(told, at)] * len(horizons), horizons)

    def forecasts_at(self, posts: Sequence[tuple[Told, int]], horizons: Sequence[int]) -> list[Forecast]:
        """What was said of posts made at event times, of each at one horizon."""
        records = self.thaw([told for told, _ in posts])
        pairs = np.arange(len(posts)), np.array(horizons, np.intp)
        trust = records["own"][:, :, TRUST][pairs].tolist()
        rivals, low, high, groups, parts = (
            records[name][pairs].tolist() for name in ("rivals", "low", "high", "groups", "parts")
        )
        rows = zip(posts, horizons, records["common"].tolist(), trust, rivals, low, high, groups, parts, strict=True)
        return [
            _forecast(told.made, horizon, (common, own > 0, at), said, (least, most), [*zip(moved, by, strict=True)])
            for (told, at), horizon, common, own, said, least, most, moved, by in rows
        ]


def _leading(made: Made) -> list[int]:
    """The place of the leader among NAMES by horizon; -1 where nothing was learnt."""
    return [place if leader else -1 for leader, place in zip(made.leaders, made.leading, strict=True)]


def _forecast(
    made: Made,
    horizon: int,
    known: tuple[Sequence[float], bool, int],
    said: Sequence[float],
    bounds: tuple[float, float],
    moved: Sequence[tuple[int, float]],
) -> Forecast:
    """What was said of a post at a horizon, read out of its record. `known`: what the words of the reasons rest on."""
    leader, matured = made.leaders[horizon], made.matured[horizon]
    rivals = tuple([None if isnan(value) else value for value in said])
    predicted, usual = rivals[made.leading[horizon]], rivals[REFERENCE]
    if not leader or predicted is None or usual is None:
        return Forecast(None, None, None, None, "", rivals, (), matured)
    low, high = (None if isnan(end) else end for end in bounds)
    why = reasons(_facts(*known), usual, predicted, moved)
    return Forecast(predicted, low, high, usual, leader, rivals, why, matured)


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
