"""Which posts are copies, and how much each counts for where its story stands."""

from collections.abc import Sequence

import numpy as np

from models.copies import Copies
from models.vocabulary import Said

COPY_WEIGHT = 0.5  # what is said a thousand times does not drown what is said once


def repeats(copies: Copies, docs: Said | Sequence[Sequence[str]], at: int) -> list[bool]:
    """Whether each post of a batch repeats an earlier one, given their terms, at event time `at` (microseconds).

    Groups of near-copies are numbered as they are founded: so one founds its group if none before it had that number.
    """
    following = copies.groups
    groups = np.array([following - 1, *copies.find(docs, at)], np.int64)
    highest = np.maximum.accumulate(groups)[:-1]
    copy: list[bool] = ((groups[1:] >= 0) & (groups[1:] <= highest)).tolist()
    return copy
