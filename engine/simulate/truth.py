"""What a simulated feed holds: the truth that a monitor can be held to. recorder.py writes it down as the feed is made.

Times are microseconds since 1970-01-01T00:00:00Z, line numbers count from 1, `uid` is the id that the platform's own
convention gives (at:// URI, ActivityPub URI, post id, fullname). `SCHEMA` goes up when a name goes or changes meaning.
"""

import msgspec

SCHEMA = 1

METERS = (
    "read",
    "posts",
    "reactions",
    "observations",
    "edits",
    "deletes",
    "duplicates",
    "late",
    "rejected",
    "ignored",
)


class PostTruth(msgspec.Struct, frozen=True, kw_only=True):
    """A post of the feed as it was first written."""

    uid: str
    line: int
    topic: str
    lang: str  # that it is written in; "" for emoji and hostile texts
    lang_claimed: str
    sentiment: str  # as intended: "positive", "neutral", "negative"; "" where there is none to read
    created: int  # event time
    author: str
    kind: str  # "post", "reply", "quote"
    reply_to: str
    quote_of: str
    tags: list[str]  # lower case; the forum on platforms that have forums in place of tags
    media: str
    burst: bool  # written because of a burst
    hostile: bool
    withheld: bool  # its author asks not to be indexed
    expected: float  # engagements to expect in the end, before luck
    # True engagement by age and kind, taken-back likes left out, also past the end of the feed; None where the
    # platform has no such kind. What is not in `carried` shows in no line of its own.
    counts: dict[str, dict[str, int | None]]


class BurstTruth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A topic's rate was multiplied by `factor`. `posts` by `authors` were written because of it.

    With a `rate`, in posts per minute, it was planted on a topic that no other post speaks of, and `factor` is 0; most
    of its posts have some of its `tags`, others have none.
    """

    topic: str
    start: int
    end: int
    factor: float
    posts: int
    authors: int
    rate: float | None = None
    tags: list[str] = []  # lower case


class Mood(msgspec.Struct, frozen=True, kw_only=True):
    """How a topic is spoken of in English: the share of positive less that of negative among posts with a mood."""

    topic: str
    at: int
    mood: float


class Planted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line that is something else than a first delivery on time."""

    line: int
    uid: str = ""  # of the post, reaction or account it is about
    what: str = ""  # kind of the late or doubled record; what was deleted; why it is rejected or ignored
    at: int | None = None  # event time, where the line has one of its own
    of: int | None = None  # line that a duplicate repeats
    behind: int | None = None  # of a late line: how far its event time is behind the newest read
    sentiment: str = ""  # of an edit's new text
    tags: tuple[str, ...] = ()  # of an edit's new text


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """All that was planted in a feed, and the meters of a monitor that makes no mistake."""

    schema: int
    shape: str
    seed: int
    hours: float
    rate: float
    start: int
    end: int
    carried: list[str]  # kinds of engagement of which the feed holds each instance as a line
    posts: list[PostTruth]
    bursts: list[BurstTruth]
    moods: list[Mood]
    duplicates: list[Planted]
    late: list[Planted]
    unbelievable: list[Planted]  # posts whose claimed time is not to be believed
    observations: list[Planted]
    edits: list[Planted]
    deletes: list[Planted]  # of posts and of likes
    purges: list[Planted]
    broken: list[Planted]
    ignored: list[Planted]
    expected: dict[str, int]  # by METERS: each line counts once, by what it first is
