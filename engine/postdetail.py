"""All that is known of one post, as the screen asks for it: plain data, like the parts of a snapshot."""

from datetime import datetime
from typing import Literal

import msgspec

from engine.snapshot import Frozen, Personal, PostRow, Prediction, WordScore

State = Literal["held", "deleted", "expired", "unknown"]


class CountsAt(Frozen, frozen=True, kw_only=True):
    """Counts of a post as they were reported once; None where nobody said."""

    at: datetime | None  # when they were true; None if the feed does not say
    age: float | None  # seconds
    likes: int | None
    reposts: int | None
    replies: int | None
    quotes: int | None
    views: int | None


class AgeReading(Frozen, frozen=True, kw_only=True):
    """Engagements that a post had at an age."""

    age: int  # seconds
    engagements: int | None  # None where that is not known


class AgainstNormal(Frozen, frozen=True, kw_only=True):
    """A post beside what is normal for its author at its age."""

    now: int  # engagements
    age: int  # seconds, at which they were true
    normal: float
    times: float
    author_posts: int  # that the normal rests on; with 0 it is the feed's


class PostDetail(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One post, true at `as_of`. If it is not held any more, `state` says so and nothing else is there."""

    key: str  # "platform:uid"
    state: State
    as_of: datetime | None = None
    post: PostRow | None = None
    claimed: datetime | None = None  # the time that the post claims
    seen: datetime | None = None  # when a server or collector first saw it; None if the feed does not say
    age: float | None = None  # seconds of event time since it was posted
    version: str = ""  # what the platform calls this version of it
    words: list[WordScore] = []
    cluster_label: str = ""
    story_label: str = ""
    copy: bool | None = None  # whether it nearly repeats an earlier post; None until it is placed
    topics: bool = True  # False where they are off: it is placed nowhere
    reported: list[CountsAt] = []  # in the order they came
    events: dict[str, int] = {}  # reactions that came as events of their own, by kind
    readings: list[AgeReading] = []
    standing: AgainstNormal | None = None
    predictions: list[Prediction] = []  # by horizon
    personal: Personal | None = None  # what the personal layer says of it
    corrections: int = 0  # that there are in all
    raw: str = ""  # the line it came in, made safe; "" if that is not kept
    raw_missing: str = ""  # why it is not
