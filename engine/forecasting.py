"""The posts that have just come: told to what counts them, many at a time, and forecast by what was known then."""

from collections.abc import Sequence
from itertools import compress
from typing import TypeAlias

import msgspec

from engine.analysis import Analysis
from engine.arrival import Arrived, Came, joined, known_of
from engine.discretion import form_given, form_of
from engine.events import Post
from engine.labels import NOTHING, UNSAMPLED, Labels
from engine.ledger import Entry, entry_of
from engine.rising import Rising
from engine.view import View
from engine.volumes import Rises, Volumes
from models.checksums import checksums, of_all_words, of_words
from models.engagement import EngagementModel, Told
from models.known import KnownPosts, of_tags
from models.wordsums import together

# What has come due is learnt after so many posts, or when event time enters the next span of a grid: never by how the
# input was cut. Topics have batches of their own: each costs the same few milliseconds, however few its posts.
BATCH_POSTS = 1_024
_NONE: Sequence[int] = ()


# A post of which what rises was told, its author and time, checksums of its words and, as `of_tags`, of its tags, posts
# and rise of its tags, and what rose as it came.
_Told: TypeAlias = tuple[Came, str, int, Sequence[int], Sequence[int], float, float, Rises]


class Forecasting:
    """What rises and what is spoken of is told of posts, and they are forecast, once they are many or somebody asks.

    What is known of a post is what was known as it came: when it is told makes no difference, as long as that is before
    anything else changes what rises, what is spoken of or what was learnt.
    """

    def __init__(self, model: EngagementModel, labels: Labels, rising: Rising, volumes: Volumes, view: View) -> None:
        self._model, self._labels, self._rising, self._volumes, self._view = model, labels, rising, volumes, view
        self._waiting: dict[str, Came] = {}
        self._new: list[Came] = []  # that nothing was told of
        self._told: list[_Told] = []  # that only what rises was told of
        self._known: list[tuple[Sequence[Came], Arrived]] = []  # of which all is known that they are forecast by
        self._untracked: list[Came] = []  # that no label waits of
        self._came = 0  # since the last forecast
        self._unlearnt = 0  # posts that came since something was learnt

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def room(self) -> int:
        """So many posts can be added together: with the last of them a batch is full."""
        return BATCH_POSTS - max(self._came, self._unlearnt)

    def add(self, entries: Sequence[Entry], posts: Sequence[Post]) -> None:
        """Posts have come, no more than there is room for. One that is late counts as others, and is not forecast."""
        waiting, sampled = self._waiting, self._labels.sampled
        for entry, post in zip(entries, posts, strict=True):
            form = None if post.read is None else form_given(post)
            waiting[entry.key] = came = Came(entry, post.author_created, form, sampled(entry.key))
            self._new.append(came)
            if not entry.late:
                self._untracked.append(came)
        self._came += len(entries)
        if times := [entry.time for entry in entries if not entry.late]:
            self._unlearnt += len(times)
            if self._unlearnt >= BATCH_POSTS:
                self.learn(times[-1])
        if self._came >= BATCH_POSTS:
            self.forecast()

    def keep(self, key: str) -> None:
        """A post is about to change: it is told of, and will be forecast, as it came."""
        self.tell()
        came = self._waiting.get(key)
        if came is not None and came.entry is not None:
            analysis = came.entry.analysis
            came.form = came.form or form_of(analysis)
            bare = analysis._replace(text="", tags=(), terms=())
            came.entry = msgspec.structs.replace(came.entry, text="", analysis=bare)

    def settle(self, key: str) -> None:
        """A post is past retention: it is forecast."""
        if key in self._waiting:
            self.forecast()

    def drop(self, key: str, reason: str) -> None:
        """A post is gone."""
        if (came := self._waiting.pop(key, None)) is not None:
            if not came.told:
                self.tell()
            if came.said is None and came.entry is not None and not came.entry.late:
                self._labels.turn_away(reason if came.graded else UNSAMPLED)
            came.entry = None

    def disown(self, author: str) -> None:
        """An account is about to be forgotten, of which no post waits: those that are gone count for it before."""
        if any(row[1] == author for row in self._told):
            self.know()

    def tell(self) -> None:
        """Tell what rises of the posts that have come, in order."""
        if not self._new:
            return
        new, self._new = self._new, []
        rises, tagged = self._rising.rises, self._volumes.tagged
        entries, words, tags = [], [], []
        sums = of_all_words([came.entry.analysis.terms if came.entry else () for came in new])
        for came, own in zip(new, sums, strict=True):
            came.told = True
            entry = came.entry
            assert entry is not None  # it is told of before it is gone
            analysis, time = entry.analysis, entry.time
            named, past, posts, rise = _NONE, _NONE, 0.0, 0.0
            if analysis.tags:
                named, past = checksums(analysis.tags), of_tags(analysis.tags)
                posts, rise = tagged(named, time, rises)
            entries.append(entry)
            words.append(own)
            tags.append(named)
            if not entry.late:
                self._told.append((came, entry.author, time, own, past, posts, rise, rises))
        self._rising.posts(entries, words, tags)

    def know(self) -> None:
        """Note what is known of each post that has come: to be called before stories have posts more, or become one."""
        self.tell()
        if not self._told:
            return
        came, authors, times, spoken, named, posts, rise, rises = zip(*self._told, strict=True)
        self._told = []
        before, tags, words = self._model.arrived(authors, times), together(named), together(spoken)
        stories = self._volumes.of_stories(words, times, rises)
        self._known.append((came, Arrived(posts, rise, *stories, *before, tags, words)))

    def known(self, post: Post, analysis: Analysis, at: int, author: str) -> KnownPosts:
        """What would be known of a post if it arrived now."""
        self.know()
        entry = entry_of("", author, post, analysis, at, False)
        words, rises = together([of_words(analysis.terms)]), self._rising.rises
        tagged = self._volumes.of_tags(checksums(analysis.tags), at, rises)
        stories, before = self._volumes.of_stories(words, [at], [rises]), self._model.before(author)
        lately = [[each] for each in (*tagged, *stories.posts, *stories.rises, *before)]
        came = Came(entry, post.author_created, form_given(post), False)
        return known_of([came], Arrived._make([*lately, together([of_tags(analysis.tags)]), words]))

    def forecast(self) -> None:
        """Forecast the posts that wait."""
        self.know()
        self._track()
        self._came, self._waiting = 0, {}
        if not self._known:
            return
        parts, known = zip(*self._known, strict=True)
        self._known = []
        came, arrived = [each for part in parts for each in part], joined(known)
        kept = [each.entry is not None for each in came]
        if not all(kept):
            came, arrived = [*compress(came, kept)], arrived.those(kept)
        if came:
            said = self._model.forecast(known_of(came, arrived), [each.graded for each in came])
            for each, told in zip(came, said, strict=True):
                if each.said is not None:
                    each.said.made, each.said.kept, each.said.place = told.made, told.kept, told.place
            self._view.predicted([each.entry for each in came if each.entry is not None])

    def turn(self, now: int) -> None:
        """Have the labels of posts waited for if one of them may be due soon."""
        first = next((each.entry for each in self._untracked if each.entry is not None), None)
        if first is not None and self._labels.is_due(first.time, now):
            self._track()

    def _track(self) -> None:
        """Have the labels of posts waited for; what is said of them follows."""
        came, self._untracked = [each for each in self._untracked if each.entry is not None], []
        if came:
            for each in came:
                each.said = Told(NOTHING.made, NOTHING.kept)
            entries = [each.entry for each in came if each.entry is not None]
            said = [each.said for each in came if each.said is not None]
            self._labels.track(entries, said, [each.graded for each in came])

    def learn(self, now: int) -> None:
        """Learn from labels that came due; before that, forecast the posts that wait, in order.

        So every forecast is made with the models as they were when its post came, and a feed cut off anywhere gives
        the posts before the cut the same forecasts.
        """
        self._unlearnt = 0
        if lessons := self._labels.lessons(now):
            self.forecast()
            self._labels.teach(lessons)
