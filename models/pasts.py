"""The pasts of authors, tags and words as plain data, to be written down and gone on from.

No id stands here in the clear: an author is known by a keyed hash of the id, a tag or word by the bucket it shares.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DIGEST = 16  # bytes of an author's hash


def digest(author: str, salt: bytes) -> bytes:
    """The hash that an author's past is found by: BLAKE2b keyed with `salt` (at most 64 bytes), which no file holds."""
    return blake2b(author.encode("utf-8", "surrogatepass"), digest_size=DIGEST, key=salt).digest()


@dataclass(frozen=True)
class MeanStates:
    """Decayed means of any shape: weight, mean and variance, and the time (microseconds) that the weight is of."""

    weights: Floats
    means: Floats
    variances: Floats
    at: Ints


@dataclass(frozen=True)
class AuthorPasts:
    """The pasts of n authors and of the feed, at each of h horizons. Times are microseconds."""

    digests: bytes  # n * DIGEST bytes
    posts: Ints  # (n,)
    last: Ints  # (n,), the time of the newest post
    outcomes: MeanStates  # (n, h)
    feed: MeanStates  # (h,)


@dataclass(frozen=True)
class KeyPasts:
    """The buckets that hold anything, of a table of `size`: sums of labels on the table's own scale."""

    size: int
    buckets: Ints  # (m,)
    weights: Floats  # (m, h)
    sums: Floats
    origin: int | None  # the time at which a label weighs 1 on that scale
    newest: int
