"""The posts that have just come: told to what counts them, many at a time, and forecast by what was known then."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from engine.analysis import Analysis
from engine.arrival import Arrived, known_of
from engine.discretion import Form, form_given
from engine.events import Post
from engine.labels import FAR, UNSAMPLED, Labels
from engine.ledger import Entry, entry_of
from engine.rising import Rising
from engine.view import View
from engine.volumes import NONE, Lately, Volumes
from models.checksums import checksums, of_words
from models.engagement import EngagementModel
from models.known import KnownPosts

# What has come due is learnt after so many posts, or when event time enters the next span of a grid: never by how the
# input was cut. Topics have batches of their own: each costs the same few milliseconds, however few its posts.
BATCH_POSTS = 1_024

# A post, when its author's account was made, its form where the text is not kept, and whether it is graded.
_New: TypeAlias = tuple[Entry, int | None, Form | None, bool]


class _Told(NamedTuple):
    """A post, and what was known as it came: for the first field and the last see `_New`, for the others `Arrived`."""

    entry: Entry
    created: int | None
    form: Form | None
    words: Sequence[int]
    tags: Lately
    before: tuple[int, int]
    story: Lately
    graded: bool


class Forecasting:
    """What rises and what is spoken of is told of posts, and they are forecast, once they are many or somebody asks.

    What is known of a post is what was known as it came: when it is told makes no difference, as long as that is before
    anything else changes what rises, what is spoken of or what was learnt.
    """

    def __init__(self, model: EngagementModel, labels: Labels, rising: Rising, volumes: Volumes, view: View) -> None:
        self._model, self._labels, self._rising, self._volumes, self._view = model, labels, rising, volumes, view
        self._new: dict[str, _New] = {}  # that nothing was told of
        self._batch: dict[str, _Told] = {}  # not forecast
        self._since = FAR  # time of the first of them
        self._unlearnt = 0  # posts that came since something was learnt

    def __len__(self) -> int:
        return len(self._new) + len(self._batch)

    @property
    def room(self) -> int:
        """So many posts can be added together: with the last of them a batch is full."""
        return BATCH_POSTS - max(len(self._new) + len(self._batch), self._unlearnt)

    def add(self, entries: Sequence[Entry], posts: Sequence[Post]) -> None:
        """Posts have come, no more than there is room for. One that is late counts as others, and is not forecast."""
        new, sampled = self._new, self._labels.sampled
        for entry, post in zip(entries, posts, strict=True):
            form = None if post.read is None else form_given(post)
            new[entry.key] = (entry, post.author_created, form, sampled(entry.key))
            if not entry.late:
                self._unlearnt += 1
                self._since = min(self._since, entry.time)
        if self._unlearnt >= BATCH_POSTS:
            self.learn(entries[-1].time)
        if len(self._new) + len(self._batch) >= BATCH_POSTS:
            self.forecast()

    def settle(self, key: str) -> None:
        """A post is about to change, or past retention: it is forecast as it came."""
        if key in self._new or key in self._batch:
            self.forecast()

    def drop(self, key: str, reason: str) -> None:
        """A post is gone."""
        if key in self._new:
            self.tell()
        if (waiting := self._batch.pop(key, None)) is not None:
            self._labels.turn_away(reason if waiting.graded else UNSAMPLED)

    def tell(self) -> None:
        """Tell of the posts that have come, in order, and note what is known of each."""
        if not self._new:
            return
        entries, created, forms, graded = zip(*self._new.values(), strict=True)
        self._new = {}
        words: Sequence[Sequence[int]] = [of_words(entry.analysis.terms) for entry in entries]
        tags = [checksums(entry.analysis.tags) if entry.analysis.tags else [] for entry in entries]
        of_tags: Sequence[Lately] = self._count_tags(entries, tags)
        self._rising.posts(entries, words, tags)
        if any(entry.late for entry in entries):
            columns = (entries, created, forms, graded, words, of_tags)
            punctual = [each for each in zip(*columns, strict=True) if not each[0].late]
            if not punctual:
                return
            entries, created, forms, graded, words, of_tags = zip(*punctual, strict=True)
        times = [entry.time for entry in entries]
        before = self._model.arrived([entry.author for entry in entries], times)
        stories = self._volumes.of_stories(words, times, self._rising.rises)
        told = map(_Told, entries, created, forms, words, of_tags, before, stories, graded)
        self._batch.update(zip([entry.key for entry in entries], told, strict=True))

    def known(self, post: Post, analysis: Analysis, at: int, author: str) -> KnownPosts:
        """What would be known of a post if it arrived now."""
        self.tell()
        entry = entry_of("", author, post, analysis, at, False)
        of_tags = self._volumes.of_tags(checksums(analysis.tags), at)
        words, before = of_words(analysis.terms), self._model.before(author)
        arrived = Arrived([post.author_created], [form_given(post)], [words], [of_tags], [before])
        return known_of([entry], arrived, self._volumes.of_stories([words], [at], self._rising.rises))

    def forecast(self) -> None:
        """Forecast the posts that wait."""
        self.tell()
        self._since = FAR
        if self._batch:
            entries, created, forms, words, tags, before, stories, graded = zip(*self._batch.values(), strict=True)
            self._batch = {}
            known = known_of(entries, Arrived(created, forms, words, tags, before), stories)
            self._labels.track(entries, self._model.forecast(known, graded), graded)
            self._view.predicted(entries)

    def turn(self, now: int) -> None:
        """Forecast the posts that wait if the label of one of them may be due soon."""
        if self._labels.is_due(self._since, now):
            self.forecast()

    def learn(self, now: int) -> None:
        """Learn from labels that came due; before that, forecast the posts that wait, in order.

        So every forecast is made with the models as they were when its post came, and a feed cut off anywhere gives
        the posts before the cut the same forecasts.
        """
        self._unlearnt = 0
        if lessons := self._labels.lessons(now):
            self.forecast()
            self._labels.teach(lessons)

    def _count_tags(self, entries: Sequence[Entry], tags: Sequence[Sequence[int]]) -> list[Lately]:
        """How much the tags of each post were spoken of as it came; then it counts itself."""
        found = [NONE] * len(entries)
        for place in [place for place, own in enumerate(tags) if own]:
            at = entries[place].time
            found[place] = self._volumes.of_tags(tags[place], at)
            self._volumes.post(tags[place], at)
        return found
