"""What the models of a horizon said at a moment, worked out later and of many posts at once.

Whatever a forecast depends on is fixed when its post arrives: its row, and the models as they stood. Fitted models
change at refits only, so the rows of many batches go through them together; of one that learns with each label a copy
is kept. A row's numbers depend on nothing beside it, so it does not matter when they are worked out, nor with which.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.baselines import Model
from models.features import GROUPS
from models.fits import NAMES as FITTED
from models.intervals import bounds
from models.standing import Standing, together

Floats = NDArray[np.float64]

NAMES = ("median", "author", "hour", "sgd", *FITTED)
REFERENCE = NAMES.index("author")
MEDIAN = NAMES.index("median")
CHUNK = 2_048  # rows that go through the models at once


class Shown(NamedTuple):
    """What is said of n rows."""

    rivals: Floats  # (n, models): every model's log prediction, NaN for one that has learnt nothing or was not asked
    low: Floats  # (n,): engagements, NaN while there is no interval
    high: Floats
    parts: Floats  # (n, len(GROUPS)) of the leader


class Voices(NamedTuple):
    """The models of a horizon as they stood at a moment: none of these learns any more."""

    leader: int  # its place among NAMES
    fixed: Mapping[str, Model]  # those that change at refits only: the same ones for all moments between two
    median: float
    online: Standing | None  # None before the first fit


class Said(NamedTuple):
    """How much there is to be said at a moment, and by whom."""

    posts: int
    voices: Voices | None  # None while nothing was learnt
    radius: float | None  # of the interval


def say(moments: Sequence[Said], rows: Floats, every: bool) -> Shown:
    """What was said of rows (n, columns), those of one moment after the other: by each model, or by the leader alone.

    The reference always has its say.
    """
    n = len(rows)
    shown = Shown(np.full((n, len(NAMES)), np.nan), np.full(n, np.nan), np.full(n, np.nan), np.zeros((n, len(GROUPS))))
    end = 0
    for fixed, run in groupby(moments, lambda said: None if said.voices is None else id(said.voices.fixed)):
        of_run = [*run]
        while of_run:
            part = _chunk(of_run)
            del of_run[: len(part)]
            start, end = end, end + sum(said.posts for said in part)
            if fixed is not None:
                _ask(part, rows[start:end], every, Shown(*(values[start:end] for values in shown)))
    return shown


def _chunk(moments: Sequence[Said]) -> Sequence[Said]:
    """As many of the first moments as go through the models at once, one at least."""
    posts = np.cumsum([said.posts for said in moments])
    return moments[: max(1, int(np.searchsorted(posts, CHUNK, "right")))]


def _ask(moments: Sequence[Said], rows: Floats, every: bool, shown: Shown) -> None:
    """Fill in what was said of rows (n, columns) at moments that have their fixed models in common."""
    posts = [said.posts for said in moments]
    voices = [said.voices for said in moments if said.voices is not None]
    leads = np.repeat([each.leader for each in voices], posts)
    models: dict[str, Model] = dict(voices[0].fixed)
    if voices[0].online is not None:
        models["sgd"] = together([each.online for each in voices if each.online is not None], posts)
    if every:
        shown.rivals[:, MEDIAN] = np.repeat([each.median for each in voices], posts)
    for name, model in models.items():
        index = NAMES.index(name)
        leading = leads == index
        if every or index == REFERENCE:
            shown.rivals[:, index] = model.predict(rows)
        if leading.any():
            shown.rivals[leading, index] = model.predict(rows)[leading]
            shown.parts[leading] = model.explain(rows)[leading]
    radius = np.repeat([np.nan if said.radius is None else said.radius for said in moments], posts)
    shown.low[:], shown.high[:] = bounds(shown.rivals[np.arange(len(rows)), leads], radius)
