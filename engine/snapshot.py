"""The frozen picture of the feed that every view draws from: the screen, the CSV tables and the JSON.

Plain data, so that it crosses a process boundary and can be compared. The JSON export has exactly these names
(docs/schema.md); `SCHEMA` goes up when one is removed or changes its meaning. None is "not known", never zero.
Times are UTC datetimes. A sentiment is VADER's compound, -1 to 1; a share is 0 to 1.
"""

from datetime import datetime
from typing import Literal

import msgspec

SCHEMA = 1


class Frozen(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of all parts: immutable, compared by value."""


class Meters(Frozen, frozen=True, kw_only=True):
    """What became of every record read. read = all the others but `lines` and `embedded`, added up.

    A record is a line, or one post of a line that holds a page of them. Each record counts once, by what it first is.
    """

    lines: int = 0
    read: int = 0
    posts: int = 0
    reactions: int = 0
    observations: int = 0
    edits: int = 0
    deletes: int = 0  # deletes of posts and reactions, and purges of accounts
    duplicates: int = 0
    late: int = 0  # applied to their true time, after the watermark had passed it
    rejected: int = 0
    ignored: int = 0
    embedded: int = 0  # posts and counts found inside other records, besides what the record itself was


class Reason(Frozen, frozen=True, kw_only=True):
    """A reason with its count and the first line it befell (made safe and cut)."""

    reason: str
    count: int
    example: str = ""


class Format(Frozen, frozen=True, kw_only=True):
    """A native shape found in the feed. mapped / lines is the mapped share."""

    name: str
    platform: str
    lines: int
    mapped: int


class Sentiment(Frozen, frozen=True, kw_only=True):
    """Mood of the scored posts in the window. Posts that cannot be scored are counted by reason, never as neutral."""

    mean: float | None = None
    band: float | None = None  # half width of the 95 % interval of the mean
    change: float | None = None  # mean less the mean of the window before
    positive: int = 0
    neutral: int = 0
    negative: int = 0
    scored: int = 0
    not_scored: dict[str, int] = {}  # reason -> posts
    coverage: float | None = None  # scored / posts


class Moment(Frozen, frozen=True, kw_only=True):
    """One time bucket of the window."""

    start: datetime
    posts: int
    reactions: int | None  # None under a filter: not known, which of them are on posts that match
    scored: int
    positive: int
    neutral: int
    negative: int
    mean: float | None


class Hashtag(Frozen, frozen=True, kw_only=True):
    """A tag in the window."""

    tag: str
    posts: int
    authors: int
    share: float
    sentiment: float | None
    scored: int
    trend: list[int]  # posts by time bucket of the window, oldest first
    together: list[str]  # tags it most often stands with
    change: int | None = None  # posts less those of the window before; None while there is no such window


class Cluster(Frozen, frozen=True, kw_only=True):
    """A hashtag cluster (theme) in the window. `id` stays with it for its life."""

    id: int
    label: str
    tags: list[str]
    terms: list[str]
    posts: int
    authors: int
    share: float
    change: int | None  # posts less those of the window before; None while there is no such window
    sentiment: float | None
    scored: int
    coverage: float | None
    trend: list[int]
    example: str  # text of the post nearest the centre
    stories: int = 0  # stories with posts in the window that it is made of
    copies: float | None = None  # share of its posts that nearly repeat an earlier one


class Story(Frozen, frozen=True, kw_only=True):
    """Posts about one thing, found by what they say. `id` stays with it for its life."""

    id: int
    label: str
    tags: list[str]
    terms: list[str]
    cluster: int | None  # the hashtag cluster it is part of; None while it is in none
    posts: int
    authors: int
    copies: float | None  # share of its posts that nearly repeat an earlier one
    share: float
    change: int | None  # posts less those of the window before; None while there is no such window
    sentiment: float | None
    scored: int
    coverage: float | None
    born: datetime  # when its first post came
    trend: list[int]
    example: str  # text of the post nearest the centre


class Burst(Frozen, frozen=True, kw_only=True):
    """Something rising against its own past: a tag, a story or a word that more people speak of than usual."""

    id: int
    kind: Literal["tag", "story", "word"]
    name: str  # "#tag", the story's label, or the word
    story: int | None  # the story behind it
    start: datetime
    end: datetime | None  # None while it goes on
    window: int = 60  # seconds that authors are counted in: a minute, or longer where it rises slowly
    authors: int  # distinct, in the window when it rose highest
    expected: float  # distinct authors that its past let expect in that window
    times: float  # authors / expected
    score: float  # -log10 of the chance to see as many or more by its past alone
    posts: int  # since the start
    tags: list[str]
    terms: list[str]  # what its posts say and the rest of the feed does not
    by: list[str]  # who posted most of it
    example: str  # text of the post nearest its centre


class AlertRow(Frozen, frozen=True, kw_only=True):
    """An alert that was raised: a threshold, a burst, or a silence of the feed (docs/alerts.md)."""

    id: int
    rule: str  # as it was written
    kind: Literal["threshold", "burst", "silence"]
    start: datetime  # since when it was true
    raised: datetime  # when it had been for long enough
    end: datetime | None  # None while it is
    metric: str  # what is watched: "mean", "posts", ..., the "score" of a burst, or "" of a silence
    value: float | None  # as it is, or was last
    worst: float | None  # farthest past the threshold
    posts: int  # that it is about, at the worst
    times: int  # how often it was true again so soon that it is the same alert
    what: str  # the name of the burst


class AlertRule(Frozen, frozen=True, kw_only=True):
    """An alert that is watched for, raised or not."""

    rule: str  # as it was written
    kind: Literal["threshold", "burst", "silence"]
    since: datetime | None  # event time from which on it is watched; None: from the beginning of the feed
    metric: str  # as of AlertRow
    value: float | None  # the figure as it was last looked at; None where there is too little to tell
    on: int  # alerts of it that are on
    raised: int  # alerts of it in all, as far back as they are kept


class Author(Frozen, frozen=True, kw_only=True):
    """An account in the window."""

    author: str
    name: str
    posts: int
    followers: int | None
    sentiment: float | None
    scored: int
    reactions: int | None  # likes, reposts, replies and quotes on its posts of the window; None if not known
    typical: float | None  # its shrunken usual engagement per post at the first horizon; None before any label
    times: float | None = None  # geometric mean of how many times normal its newest posts have; None if not known
    platform: str = ""


class Overperformer(Frozen, frozen=True, kw_only=True):
    """A post that runs above what is normal for its author at its age."""

    uid: str
    platform: str
    author: str
    name: str
    text: str
    created: datetime
    age: int  # seconds, at which `now` was true
    now: int  # engagements
    normal: float  # engagements that its author's posts have at that age, shrunk to the feed's
    times: float  # (1 + now) / (1 + normal)
    score: float  # how far above normal, few engagements weighing less; the rows are in its order
    author_posts: int  # of the author, that the normal rests on at that age: with 0 it is the feed's
    story: int | None


class Prediction(Frozen, frozen=True, kw_only=True):
    """What was predicted of a post at its arrival, frozen, and what came of it."""

    uid: str
    platform: str
    author: str
    name: str
    text: str
    created: datetime
    horizon: int  # seconds
    predicted: float | None  # engagements at the horizon; None while nothing has been learnt
    low: float | None  # 80 % interval
    high: float | None
    usual: float | None  # the author's baseline that the model has to beat
    model: str  # name and version of the model that made it
    state: Literal["waiting", "matured", "censored"]
    actual: int | None  # engagements at the horizon, once matured
    now: int | None  # engagements so far; None if not known
    times: float | None  # (1 + now) / (1 + usual at the horizon)
    censored: str  # reason, if censored
    due: datetime
    reasons: list[str]  # what moved the prediction, in plain words


class Score(Frozen, frozen=True, kw_only=True):
    """How one model did on the posts that matured, at one horizon."""

    horizon: int  # seconds
    model: str
    champion: bool
    n: int
    mae_log: float | None  # mean absolute error of log(1 + engagements)
    mse_log: float | None  # mean squared error of the same
    mae: float | None  # in engagements, as is the next
    mse: float | None
    skill: float | None  # 1 - mae_log / that of the author baseline
    spearman: float | None
    coverage80: float | None  # share of outcomes inside the 80 % interval
    width80: float | None  # mean width of the interval in log(1 + engagements)
    version: int = 0  # refits so far; 0 for a model that is never refitted


class Labels(Frozen, frozen=True, kw_only=True):
    """How far the grading has come, at one horizon."""

    horizon: int  # seconds
    waiting: int
    matured: int
    censored: dict[str, int]  # reason -> posts
    first_due: datetime | None  # when the first label is due, while none has matured
    learning: bool = True  # whether fewer labels have matured than a model is trusted after: a baseline leads


class PostRow(Frozen, frozen=True, kw_only=True):
    """A post in full."""

    uid: str
    platform: str
    created: datetime  # event time
    author: str
    name: str
    text: str
    lang: str  # detected; "" if not decided
    lang_claimed: str
    tags: list[str]
    cluster: int | None
    story: int | None = None
    compound: float | None
    positive: float | None
    neutral: float | None
    negative: float | None
    not_scored: str  # reason, "" if scored
    kind: str  # "post", "reply", "quote"
    reply_to: str
    quote_of: str
    media: str
    followers: int | None
    likes: int | None
    reposts: int | None
    replies: int | None
    quotes: int | None
    views: int | None
    edits: int
    late: bool
    corrected: str = ""  # the mood its reader has marked it with: positive, neutral, negative, not-scorable; "" if none


class Source(Frozen, frozen=True, kw_only=True):
    """A source of lines and how it stands."""

    name: str
    state: str  # "reading", "live", "waiting", "ended", "failed"
    lines: int
    detail: str = ""


class GapRow(Frozen, frozen=True, kw_only=True):
    """A time the feed was blind."""

    start: datetime
    end: datetime
    reason: str


class Snapshot(Frozen, frozen=True, kw_only=True):
    """Everything a view can show, true at `as_of` (event time). With `window` 0 the window is all that is retained."""

    schema: int
    as_of: datetime | None  # newest event time applied; None before any
    window: int  # seconds; 0 for all
    formats: list[Format]
    platforms: dict[str, int]  # platform -> posts ever applied
    meters: Meters
    rejections: list[Reason]
    ignored: list[Reason]
    posts_in_window: int
    authors_in_window: int
    sentiment: Sentiment
    languages: dict[str, int]  # detected language ("" undecided) -> posts in the window
    timeline: list[Moment]
    hashtags: list[Hashtag]
    hashtags_in_window: int  # distinct tags of the window; past the cap on them the least there can be
    hashtags_error: int  # posts that a tag left out of the count can be in; 0 while every tag is counted
    bursts: list[Burst]  # those going on first, then the newest
    stories: list[Story]
    stories_in_window: (
        int | None
    )  # stories of two posts or more with posts in the window, of which `stories` are the largest
    stories_live: int | None  # stories that a post can join now, those of one post too
    clusters: list[Cluster]
    clusters_in_window: int | None  # clusters with posts in the window, of which `clusters` are the largest
    unclustered: int | None  # posts of the window in no cluster at all
    topics_one_in: int = 1  # of so many posts one is asked for its story now: more than one while the feed is too fast
    topics_left_out: int = 0  # posts so far that were not asked
    silhouette: float | None
    silhouette_n: int | None
    authors: list[Author]
    overperformers: list[Overperformer]  # the posts of the window furthest above normal first
    labels: list[Labels]
    predictions: list[Prediction]
    scoreboard: list[Score]
    posts: list[PostRow]
    pinned: list[PostRow] = []  # posts that the user pinned, as they are now
    gaps: list[GapRow]
    alerts: list[AlertRow] = []  # those that are on first, then the newest
    watched: list[AlertRule] = []  # the alerts that are watched for, in the order they were asked for
    retained: int
    notices: list[str]  # caps that bit, and other things the reader must know to trust a number
    filter: str = ""  # the expression that the posts of the window shown match; docs/filter.md says what obeys it
    share: float | None = None  # posts_in_window of posts_unfiltered; None without a filter
    posts_unfiltered: int = 0  # posts of the window, whether they match or not
    corrections: int = 0  # posts that the reader has marked
    personal_f1: float | None = None  # macro F1 of the personal layer on these, each told before it was learnt
    vader_f1: float | None = None  # VADER's on the same; both None while there are too few
    topics: bool = True  # False where they are off: then no story or cluster is known, nor how many there are


class Voice(Frozen, frozen=True, kw_only=True):
    """What one filter matches of the window, to be compared with others."""

    expression: str
    error: str = ""  # why it cannot be read
    posts: int = 0
    share: float | None = None  # of all posts of the window
    authors: int = 0
    mean: float | None = None
    band: float | None = None  # half width of the 95 % interval of the mean
    scored: int = 0
    coverage: float | None = None  # scored / posts


class WordScore(Frozen, frozen=True, kw_only=True):
    """What one word adds to a text's sentiment. The valences of all words add up to what the compound is made of."""

    word: str
    valence: float
    note: str = ""  # which rule changed it: "negated", "after but", "boosted", ...


class Range(Frozen, frozen=True, kw_only=True):
    """A predicted outcome with its 80 % interval, in engagements."""

    horizon: int  # seconds
    predicted: float | None
    low: float | None
    high: float | None
    usual: float | None
    model: str
    reasons: list[str]
    n: int  # matured posts behind the interval
    graded: int = 0  # newest of them that the next two are of: how good such predictions have been
    skill: float | None = None  # 1 - the model's error / the author baseline's
    coverage80: float | None = None  # share of outcomes that fell in the interval


class Personal(Frozen, frozen=True, kw_only=True):
    """What the personal layer says of a text, beside VADER, and how good it has been: macro F1 on all corrections."""

    mood: str  # positive, neutral, negative, not-scorable
    f1: float | None
    vader_f1: float | None
    corrections: int


class DraftScore(Frozen, frozen=True, kw_only=True):
    """A typed post, scored."""

    text: str
    compound: float | None
    positive: float | None
    neutral: float | None
    negative: float | None
    sentiment: str  # "positive", "neutral", "negative", "not scored"
    not_scored: str  # reason
    lang: str
    words: list[WordScore]
    tags: list[str]
    cluster: int | None
    cluster_label: str
    cluster_similarity: float | None  # cosine with the nearest story
    story: int | None = None  # the story that it would join
    story_label: str = ""
    ranges: list[Range]
    author: str = ""  # "platform:id" of who is taken to post it; "" for nobody in particular
    as_of: datetime | None = None  # event time at which it is taken to be posted
    personal: Personal | None = None  # None while there are too few corrections
    topics: bool = True  # False where they are off: then no story or cluster is known


class Health(Frozen, frozen=True, kw_only=True):
    """How the engine's process is doing: wall-clock facts, which are no part of the snapshot."""

    state: str  # "starting", "catching up", "live", "waiting", "ended"
    rate: float  # records per second, over the last seconds
    lag: float | None  # seconds of wall clock between now and the newest event; None if the feed is not live
    backlog: float | None  # share of the known input still unread, 0 to 1; None if not known
    cpu: float  # share of one core
    memory: int  # bytes resident
    silent: list[str] = []  # alerts of silence that are on, by this machine's clock
    notes: list[str] = []  # what goes wrong beside the feed: a state that is not saved, a worker that died
    went_on: str = ""  # what this run went on from, "" for a new one
    sources: list[Source]
    remaining: float | None = None  # seconds until what is stored has been read; None if not known or nothing is left
    lags: list[float | None] = []  # the highest lag of each step of the last minutes, oldest first; None: not known
    lag_step: int = 10  # seconds of wall clock


class Frame(Frozen, frozen=True, kw_only=True):
    """What the engine sends the screen, a few times a second. The newest wins."""

    snapshot: Snapshot
    health: Health
