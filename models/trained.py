"""What `trendtop train` learnt, as plain data: fitted trees, what they were judged by, pasts of authors and words.

No id stands here in the clear: an author is known by a keyed hash of the id, a tag or word by the bucket it shares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DIGEST = 16  # bytes of an author's hash


def digest(author: str, salt: bytes) -> bytes:
    """The hash that an author's past is found by: BLAKE2b keyed with `salt` (at most 64 bytes), which no file holds."""
    return blake2b(author.encode("utf-8", "surrogatepass"), digest_size=DIGEST, key=salt).digest()


@dataclass(frozen=True)
class AuthorPasts:
    """The pasts of n authors and of the feed, at each of h horizons. Times are microseconds."""

    digests: bytes  # n * DIGEST bytes
    posts: Ints  # (n,)
    last: Ints  # (n,), the time of the newest post
    weights: Floats  # (n, h), as decayed means have them at `at`
    means: Floats  # (n, h)
    at: Ints  # (n, h)
    feed_weights: Floats  # (h,)
    feed_means: Floats
    feed_at: Ints


@dataclass(frozen=True)
class KeyPasts:
    """The buckets of tags and words that hold anything: sums of labels on the table's own scale."""

    bits: int
    buckets: Ints  # (m,)
    weights: Floats  # (m, h)
    sums: Floats
    origin: int | None  # the time at which a label weighs 1 on that scale
    newest: int


@dataclass(frozen=True)
class TrainedModel:
    """A pipeline fitted to every label of the horizon, and its parameters as `models.trees` takes them."""

    pipeline: Any
    params: Mapping[str, object]


@dataclass(frozen=True)
class Judged:
    """Labels (m,) in order of time, and what each model said of them when fitted to what had matured before."""

    actual: Floats
    told: Mapping[str, Floats]  # by model, the author baseline too


@dataclass(frozen=True)
class TrainedHorizon:
    """All that was learnt at one horizon."""

    horizon: int  # microseconds
    models: Mapping[str, TrainedModel]
    n: int  # labels
    lowest: float  # of the labels
    highest: float
    judged: Judged


@dataclass(frozen=True)
class Trained:
    """A whole trained model. `places` of arrays over horizons are those of `all_horizons`."""

    since: int  # event time of the first post and of the last record, microseconds
    until: int
    all_horizons: tuple[int, ...]
    horizons: tuple[TrainedHorizon, ...]  # those that had labels enough
    authors: AuthorPasts
    keys: KeyPasts
    salt: bytes = b""  # known to the user's trendtop alone: filled in when the file is opened
