"""What a post is told by at its arrival, as numbers: one row per post and horizon, with nothing of its own outcome."""

from array import array
from collections.abc import Callable, Sequence
from itertools import islice
from math import cos, log1p, nan, pi, sin
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.authors import AuthorHistory, Past
from models.decay import DAY, HashedMeans, shrunk
from models.trained import AuthorPasts, KeyPasts, Trained

HOUR = DAY // 24
MINUTE = HOUR // 60

MEDIA = ("", "image", "video", "link", "poll")
LANGUAGE_CODES = 64
KEY_BITS = 16  # as many as an unsigned short holds
KEY_STRENGTH = 5.0  # labels that a tag or word needs before its own past outweighs the feed's
TRUST_STRENGTH = 4.0
MAX_COUNT = 2**53  # what is past this, or under 0, no platform counts
MAX_KEYS = 64  # tags or words of one post that count


class Known(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All that is known of a post when it arrives. None is "not known", and so is what cannot be."""

    author: str  # "" if hidden
    at: int  # event time, microseconds UTC
    followers: int | None = None
    author_age: float | None = None  # days
    length: int = 0  # characters
    words: int = 0
    tags: tuple[str, ...] = ()
    mentions: int = 0
    links: int = 0
    media: str = ""
    reply: bool = False
    quote: bool = False
    lang: str = ""
    compound: float | None = None  # None where the text was not scored
    theme: int = 0  # 0 for none
    theme_posts: int = 0  # posts of the theme in the window
    tag_posts: int = 0  # posts with the post's busiest tag in the window
    addressed: bool = False  # the text opens with a mention
    question: bool = False  # the text holds a question mark
    terms: tuple[str, ...] = ()  # as of `models.terms.terms`; tags among them are passed over


# Columns of a row in the order in which reasons are told, each with the group that it is told under.
_COMMON: tuple[tuple[str, str], ...] = (
    ("posts_before", "pace"),
    ("since_last", "pace"),
    ("followers", "followers"),
    ("author_age", "account"),
    ("hour_sin", "hour"),
    ("hour_cos", "hour"),
    ("weekday_sin", "weekday"),
    ("weekday_cos", "weekday"),
    ("length", "length"),
    ("words", "length"),
    ("tags", "tags"),
    ("tag_posts", "tag volume"),
    ("theme_posts", "theme volume"),
    ("mentions", "mentions"),
    ("addressed", "mentions"),
    ("links", "links"),
    ("reply", "reply"),
    ("quote", "quote"),
    ("question", "question"),
    ("compound", "mood"),
    ("media", "media"),
    ("language", "language"),
)
_OWN: tuple[tuple[str, str], ...] = (
    ("author", "feed"),  # the author's shrunken mean: the base that all reasons start from
    ("level", "feed"),
    ("trust", "feed"),
    ("tag_past", "tags"),
    ("word_past", "wording"),
)
COLUMNS = tuple(name for name, _ in _OWN + _COMMON)
GROUP_OF = dict(_OWN + _COMMON)
GROUPS = tuple(dict.fromkeys(group for _, group in _OWN + _COMMON))
AUTHOR = COLUMNS.index("author")
TRUST = COLUMNS.index("trust")
CATEGORIES = ("media", "language")


def label(engagements: int) -> float:
    """The target: log(1 + engagements)."""
    return log1p(min(max(0, engagements), MAX_COUNT))


class Keys(NamedTuple):
    """Buckets of a post's tags and words, and both together as unsigned shorts to be kept until a label comes."""

    tags: list[int]
    words: list[int]
    packed: bytes


class Features:
    """Makes rows from posts, and learns from matured labels how authors, tags and words have fared."""

    def __init__(self, horizons: int) -> None:
        self.authors = AuthorHistory(horizons)
        self._keys = HashedMeans(KEY_BITS, horizons)
        self._horizons = range(horizons)

    def keys(self, post: Known) -> Keys:
        """Where the post's tags and words have their past."""
        tags = [self._keys.bucket("#" + tag) for tag in post.tags[:MAX_KEYS]]
        terms = dict.fromkeys(term for term in post.terms if not term.startswith("#"))
        words = [self._keys.bucket(term) for term in islice(terms, MAX_KEYS)]
        return Keys(tags, words, array("H", tags + words).tobytes())

    def rows(self, posts: Sequence[Known], keys: Sequence[Keys]) -> NDArray[np.float32]:
        """Rows (posts, horizons, columns); NaN where a thing is not known. A row depends on its own post alone."""
        made = np.empty((len(posts), len(self._horizons), len(COLUMNS)), dtype=np.float32)
        for index, (post, own) in enumerate(zip(posts, keys, strict=True)):
            past = self.authors.past(post.author)
            made[index, :, len(_OWN) :] = _common(post, past)
            made[index, :, : len(_OWN)] = self._own(post, own, past)
        return made

    def learn(self, author: str, keys: bytes, horizon: int, outcome: float, at: int) -> None:
        """Learn the label of a post with packed `keys` that came due at `at` (microseconds)."""
        self.authors.learn(author, horizon, outcome, at)
        self._keys.add(horizon, array("H", keys), outcome, at)

    def pasts(self, hashed: Callable[[str], bytes]) -> tuple[AuthorPasts, KeyPasts]:
        """What was learnt of authors, by their hashes, and of tags and words."""
        return self.authors.pasts(hashed), self._keys.pasts()

    def adopt(self, trained: Trained, places: Sequence[int | None]) -> None:
        """Go on from what was learnt before; `places` says where it has each horizon. Before any label only."""
        self.authors.adopt(trained.authors, places, trained.salt)
        self._keys.adopt(trained.keys, places)

    def _own(self, post: Known, keys: Keys, past: Past | None) -> list[tuple[float, ...]]:
        levels = [self.authors.level(horizon) for horizon in self._horizons]
        tags = self._keys.lift(keys.tags, levels, post.at, KEY_STRENGTH)
        words = self._keys.lift(keys.words, levels, post.at, KEY_STRENGTH)
        own: list[tuple[float, ...]] = []
        for horizon in self._horizons:
            typical, weight = self.authors.typical(past, horizon, post.at)
            trust = shrunk(weight, 1.0, 0.0, TRUST_STRENGTH)
            own.append((typical, levels[horizon], trust, tags[horizon], words[horizon]))
        return own


def _common(post: Known, past: Past | None) -> tuple[float, ...]:
    hour = 2 * pi * (post.at % DAY) / DAY
    weekday = 2 * pi * (post.at % (7 * DAY)) / (7 * DAY)
    posts = past.posts if past else 0
    return (
        log1p(posts),
        log1p(max(0, post.at - past.last) / MINUTE) if past and posts else nan,
        _log(post.followers),
        _log(post.author_age),
        sin(hour),
        cos(hour),
        sin(weekday),
        cos(weekday),
        _log(post.length),
        _log(post.words),
        min(len(post.tags), 6),
        _log(post.tag_posts),
        _log(post.theme_posts),
        min(post.mentions, 6),
        post.addressed,
        min(post.links, 3),
        post.reply,
        post.quote,
        post.question,
        post.compound if post.compound is not None and -1 <= post.compound <= 1 else nan,
        MEDIA.index(post.media) if post.media in MEDIA else len(MEDIA),
        _language(post.lang),
    )


def _log(value: float | None) -> float:
    return log1p(value) if value is not None and 0 <= value <= MAX_COUNT else nan


def _language(tag: str) -> int:
    """A code for the primary subtag of a BCP-47 tag; 0 for none. Rare languages may share a code."""
    code = 0
    for character in tag.partition("-")[0].lower()[:3]:
        code = (code * 27 + ord(character)) % (LANGUAGE_CODES - 1)
    return code + 1 if tag else 0
