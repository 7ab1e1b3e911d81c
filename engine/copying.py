"""Which posts are copies, and how much each counts for where its story stands."""

from collections.abc import Sequence
from typing import NamedTuple

from models.copies import Copies

COPY_WEIGHT = 0.5  # what is said a thousand times does not drown what is said once


class Mark(NamedTuple):
    """What a post repeats."""

    group: int  # of near-copies, for ever; -1 if it has too few terms to tell
    copy: bool  # whether its group was there before it

    @property
    def weight(self) -> float:
        """The share of a post that it counts for in the centroid of its story."""
        return COPY_WEIGHT if self.copy else 1.0


def mark(copies: Copies, docs: Sequence[Sequence[str]], at: int) -> list[Mark]:
    """Mark a batch of posts, given their terms in order, at event time `at` (microseconds)."""
    following = copies.groups
    marks: list[Mark] = []
    for group in copies.find(docs, at):
        marks.append(Mark(group, 0 <= group < following))
        following = max(following, group + 1)
    return marks
