"""What `trendtop train` learnt: fitted models with the rows that they were last fitted to, and the pasts of authors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.fits import Fits, Params
from models.pasts import AuthorPasts, KeyPasts

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TrainedHorizon:
    """All that was learnt at one horizon. `rows` (n, len(COLUMNS)), `labels` and `created` (n,) are the newest."""

    horizon: int  # microseconds
    n: int  # labels in all
    params: Params  # of the trees, by model
    fits: Fits  # to all labels that there were
    rows: NDArray[np.float32]
    labels: Floats  # log(1 + engagements)
    created: Floats  # microseconds


@dataclass(frozen=True)
class Trained:
    """A whole trained model. Arrays over horizons are in the order of `all_horizons`."""

    since: int  # event time of the first post and of the last record, microseconds
    until: int
    all_horizons: tuple[int, ...]
    horizons: tuple[TrainedHorizon, ...]  # those that had labels enough
    authors: AuthorPasts
    keys: KeyPasts  # of tags and words
    hours: KeyPasts  # of authors by hour of the day
    salt: bytes = b""  # known to the user's trendtop alone: filled in when the file is opened
