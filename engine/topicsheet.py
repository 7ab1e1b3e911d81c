"""The topics of the window from near: what the plots of the topics page draw. Worked out only when it is asked for."""

from datetime import datetime

from engine.snapshot import Frozen


class Word(Frozen, frozen=True, kw_only=True):
    """A word or hashtag ("#tag") that is said."""

    text: str
    posts: int  # of the window, with repeats
    weight: float  # 0 to 1: of the window its posts, of a cluster also how few others say it, against the foremost


class Apart(Frozen, frozen=True, kw_only=True):
    """How well one cluster keeps apart from the others."""

    cluster: int
    silhouette: float  # mean over its posts of a recent sample
    n: int


class TopicSheet(Frozen, frozen=True, kw_only=True):
    """Of one cluster, or of the whole window, and how posts spread over clusters and stories."""

    cluster: int | None
    label: str
    as_of: datetime | None
    words: list[Word]  # the heaviest first
    apart: list[Apart]
    sizes: list[int]  # posts of the largest stories, the largest first
