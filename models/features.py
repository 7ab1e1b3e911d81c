"""What a post is told by at its arrival, as numbers: one row per post and horizon, with nothing of its own outcome."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import isnan, log1p, nan, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.authors import AuthorHistory, Past
from models.checksums import checksums
from models.decay import DAY, Cells, HashedMeans, halves, packed, united
from models.known import KnownPosts
from models.pasts import AuthorPasts, KeyPasts
from models.wordsums import chained

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.float32]

HOUR = DAY // 24
MINUTE = HOUR // 60

MEDIA = ("", "image", "video", "link", "poll")
LANGUAGE_CODES = 64
KEY_BITS = 16  # as many as an unsigned short holds
KEY_STRENGTH = 5.0  # labels that a tag or word needs before its own past outweighs the feed's
HOUR_BITS = 14
HOUR_STRENGTH = 8.0  # labels that an author needs at an hour of the day before they outweigh the author's other ones
TRUST_STRENGTH = 4.0
MAX_COUNT = 2**53  # what is past this, or under 0, no platform counts


# Columns of a row, each with the group that reasons are told under. Those of the author, the tags and the words have a
# value for each horizon; the others are the same for all.
_OWN: tuple[tuple[str, str], ...] = (
    ("author", "feed"),  # the author's shrunken mean: the base that all reasons start from
    ("level", "feed"),
    ("trust", "feed"),
    ("spread", "feed"),
    ("author_hour", "hour"),
    ("tag_past", "tags"),
    ("word_past", "wording"),
)
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
    ("tag_rise", "tag volume"),
    ("story_posts", "story volume"),
    ("story_rise", "story volume"),
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
OWN = len(_OWN)
COMMON = tuple(name for name, _ in _COMMON)
COLUMNS = tuple(name for name, _ in _OWN + _COMMON)
GROUP_OF = dict(_OWN + _COMMON)
GROUPS = tuple(dict.fromkeys(group for _, group in _OWN + _COMMON))
AUTHOR = COLUMNS.index("author")
AUTHOR_HOUR = COLUMNS.index("author_hour")
TRUST = COLUMNS.index("trust")
CATEGORIES = ("media", "language")


def counted(engagements: int) -> int:
    """Engagements as far as they can be."""
    return min(max(0, engagements), MAX_COUNT)


def label(engagements: int) -> float:
    """The target: log(1 + engagements)."""
    return log1p(counted(engagements))


_MEDIA = {kind: code for code, kind in enumerate(MEDIA)}


class Keys(NamedTuple):
    """Where the pasts of n posts are."""

    both: Cells  # of the tags of each, then of the words of each: 2n
    hour: Cells  # of their authors at this hour of the day

    def those(self, kept: NDArray[np.bool_]) -> "Keys":
        """Of the posts that are kept."""
        return Keys(self.both.those(np.tile(kept, 2)), self.hour.those(kept))


def packed_keys(keys: Sequence[Keys]) -> tuple[bytes, Ints]:
    """To be kept of posts until labels come, and where each ends: the hour first, as `Features.learn` has it."""
    kinds = [(each.hour, *halves(each.both)) for each in keys]
    return packed(*(united(kind) for kind in zip(*kinds, strict=True)))


class Features:
    """Makes rows from posts, and learns from matured labels how authors, tags and words have fared."""

    def __init__(self, horizons: int) -> None:
        self.authors = AuthorHistory(horizons)
        self._keys = HashedMeans(KEY_BITS, horizons)
        self._hours = HashedMeans(HOUR_BITS, horizons)
        self._horizons = range(horizons)

    def keys(self, posts: KnownPosts) -> Keys:
        """Where the pasts of the posts' tags, words and hours are."""
        made = zip(posts.author, posts.at, strict=True)
        hours = checksums([f"{author} {at % DAY // HOUR}" for author, at in made if author])
        both = chained([posts.tags, posts.terms])
        return Keys(
            self._keys.cells(*both),
            self._hours.cells(hours, [1 if author else 0 for author in posts.author]),
        )

    def rows(self, posts: KnownPosts, keys: Keys) -> tuple[Rows, Rows]:
        """What depends on the horizon, (posts, horizons, OWN), and what does not, (posts, len(COMMON)).

        NaN where a thing is not known. A row depends on its own post alone.
        """
        pasts = [*map(self.authors.past, posts.author)]
        at = np.array(posts.at, np.int64)
        return self._own(keys, pasts, at), _common(posts, pasts, at)

    def learn(
        self, horizon: int, authors: Sequence[str], keys: Sequence[bytes], labels: Floats, at: Sequence[int]
    ) -> None:
        """Learn the `labels` of posts with packed `keys`, which came due `at` (microseconds), oldest first."""
        learn = self.authors.learn
        told = zip(authors, labels.tolist(), at, strict=True)
        above = np.array([learn(author, horizon, outcome, due) for author, outcome, due in told])
        ends = [2 + 2 * own[0] for own in keys]  # the first short is how many are the hour's: none or one
        self._hours.add(horizon, [own[2:end] for own, end in zip(keys, ends, strict=True)], above, at)
        self._keys.add(horizon, [own[end:] for own, end in zip(keys, ends, strict=True)], labels, at)

    def pasts(self, hashed: Callable[[str], bytes]) -> tuple[AuthorPasts, KeyPasts, KeyPasts]:
        """What was learnt of authors, by their hashes, of tags and words, and of authors by hour of the day."""
        return self.authors.pasts(hashed), self._keys.pasts(), self._hours.pasts()

    def adopt(
        self, authors: AuthorPasts, keys: KeyPasts, hours: KeyPasts, places: Sequence[int | None], salt: bytes
    ) -> None:
        """Go on from pasts; `places` says where they have each horizon, None for nowhere. Before any label only."""
        self.authors.adopt(authors, places, salt)
        self._keys.adopt(keys, places)
        self._hours.adopt(hours, places)

    def _own(self, keys: Keys, pasts: Sequence[Past | None], at: Ints) -> Rows:
        n, levels = len(at), self.authors.levels()
        made = np.empty((n, len(levels), OWN), np.float32)
        made[:, :, 1] = levels
        made[:, :, 0], made[:, :, 3], weight = self.authors.typicals(pasts, at)
        made[:, :, 2] = weight / (weight + TRUST_STRENGTH)
        made[:, :, 4] = self._hours.lifts(keys.hour, np.zeros_like(levels), at, HOUR_STRENGTH)
        lifts = self._keys.lifts(keys.both, levels, np.concatenate([at, at]), KEY_STRENGTH)
        made[:, :, 5], made[:, :, 6] = lifts[:n], lifts[n:]
        return made


def joined(own: Rows, common: Rows) -> Floats:
    """Rows (n, len(COLUMNS)) of one horizon, from the (n, OWN) that are its own and the (n, len(COMMON)) of all."""
    return np.concatenate([own, common], axis=1, dtype=np.float64)


# What `_common` works on, in an order in which what is treated alike stands together.
_LOGS = (
    "posts_before",
    "followers",
    "author_age",
    "length",
    "words",
    "tag_posts",
    "tag_rise",
    "story_posts",
    "story_rise",
    "since_last",
)
_CAPS = {"tags": 6, "mentions": 6, "links": 3}
_WAVES = ("hour_sin", "weekday_sin", "hour_cos", "weekday_cos")
_OTHERS = ("compound", "addressed", "reply", "quote", "question", "media", "language")
_WORKED = (*_LOGS, *_CAPS, *_OTHERS, *_WAVES)
_ORDER = [_WORKED.index(name) for name in COMMON]
_CAPPED = slice(len(_LOGS), len(_LOGS) + len(_CAPS))
_MOOD = _WORKED.index("compound")
_PERIODS = np.array([[DAY], [7 * DAY]])


def _common(posts: KnownPosts, pasts: Sequence[Past | None], at: Ints) -> Rows:
    """The columns that are the same for all horizons: (posts, len(COMMON))."""
    told: tuple[Sequence[float], ...] = (
        posts.posts_before,
        posts.followers,
        posts.author_age,
        posts.length,
        posts.words,
        posts.tag_posts,
        posts.tag_rise,
        posts.story_posts,
        posts.story_rise,
        posts.last_post,
        posts.tags.counts,
        posts.mentions,
        posts.links,
        posts.compound,
        posts.addressed,
        posts.reply,
        posts.quote,
        posts.question,
        [_MEDIA.get(media, len(MEDIA)) for media in posts.media],
        [*map(_language, posts.lang)],
    )
    worked = np.empty((len(_WORKED), len(at)))
    for row, column in zip(worked, told, strict=False):
        row[:] = _numbers(column)
    logs, capped, mood = worked[: len(_LOGS)], worked[_CAPPED], worked[_MOOD]
    before, last = logs[0], logs[-1]
    for place in np.flatnonzero(np.isnan(before) | np.isnan(last)).tolist():  # as of now
        past = pasts[place]
        if isnan(before[place]):
            before[place] = 0 if past is None else past.posts
        if isnan(last[place]):
            last[place] = 0 if past is None else past.last
    last[:] = np.where(before != 0, np.maximum(at - last, 0.0) / MINUTE, nan)
    logs[:] = np.log1p(np.where((logs >= 0) & (logs <= MAX_COUNT), logs, nan))
    capped[:] = np.minimum(capped, np.array([*_CAPS.values()])[:, None])
    mood[np.abs(mood) > 1] = nan
    times = at % _PERIODS / _PERIODS * (2 * pi)
    worked[-4:-2], worked[-2:] = np.sin(times), np.cos(times)
    return worked.take(_ORDER, axis=0).T.astype(np.float32, order="C")


def _numbers(column: Sequence[float]) -> Sequence[float] | Floats:
    """NaN for what is more than a float can hold."""
    try:
        return np.array(column, np.float64)
    except OverflowError:  # a count of hundreds of digits
        return [value if abs(value) <= MAX_COUNT else nan for value in column]


@lru_cache(1_024)
def _language(tag: str) -> int:
    """A code for the primary subtag of a BCP-47 tag; 0 for none. Rare languages may share a code."""
    code = 0
    for character in tag.partition("-")[0].lower()[:3]:
        code = (code * 27 + ord(character)) % (LANGUAGE_CODES - 1)
    return code + 1 if tag else 0
