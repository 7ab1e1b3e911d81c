"""The posts that wait for their forecast, with what was known of each at its arrival."""

from typing import NamedTuple

from engine.analysis import Analysis
from engine.arrival import known_of, tell_stories
from engine.events import Post
from engine.labels import UNSAMPLED, Labels
from engine.ledger import Entry
from engine.rising import Rising
from engine.view import View
from engine.volumes import Rises, Volumes
from models.checksums import of_words
from models.engagement import EngagementModel, Known

# What has come due is learnt after so many posts, or when event time enters the next span of a grid: never by how the
# input was cut. Topics have batches of their own: each costs the same few milliseconds, however few its posts.
BATCH_POSTS = 1_024


class _Waiting(NamedTuple):
    """A post that is not predicted yet, with what was known of it at its arrival."""

    entry: Entry
    known: Known
    rises: Rises  # what rose then
    graded: bool


class Forecasting:
    """Forecasts posts many at a time, before anything is learnt: when makes no difference."""

    def __init__(self, model: EngagementModel, labels: Labels, rising: Rising, volumes: Volumes, view: View) -> None:
        self._model, self._labels, self._rising, self._volumes, self._view = model, labels, rising, volumes, view
        self._batch: dict[str, _Waiting] = {}
        self._untold: dict[str, _Waiting] = {}  # those of the batch whose likely stories were not looked for yet
        self._unlearnt = 0  # posts that came since something was learnt

    def __len__(self) -> int:
        return len(self._batch)

    def __contains__(self, key: str) -> bool:
        return key in self._batch

    def arrived(self, post: Post, entry: Entry, at: int) -> Known:
        """What is known of a post as it arrives, but for its story. Nothing here may depend on what happens after."""
        analysis, author = entry.analysis, entry.author
        of_tags = self._volumes.of_tags(analysis.tags, at)
        return known_of(post, analysis, at, author, of_words(analysis.terms), of_tags, self._model.arrived(author, at))

    def known(self, post: Post, analysis: Analysis, at: int, author: str) -> Known:
        """What would be known of a post if it arrived now."""
        words = of_words(analysis.terms)
        of_tags = self._volumes.of_tags(analysis.tags, at)
        known = known_of(post, analysis, at, author, words, of_tags, self._model.before(author))
        tell_stories([known], [self._rising.rises], self._volumes)
        return known

    def add(self, entry: Entry, known: Known, now: int) -> None:
        """A post is to be forecast."""
        key = entry.key
        waiting = _Waiting(entry, known, self._rising.rises, self._labels.sampled(key))
        self._batch[key] = self._untold[key] = waiting
        if len(self._batch) >= BATCH_POSTS:
            self.forecast()
        self._unlearnt += 1
        if self._unlearnt >= BATCH_POSTS:
            self.learn(now)

    def drop(self, key: str, reason: str) -> None:
        """A post is gone."""
        self._untold.pop(key, None)
        if (waiting := self._batch.pop(key, None)) is not None:
            self._labels.turn_away(reason if waiting.graded else UNSAMPLED)

    def tell(self) -> None:
        """Look for the likely stories of the posts that wait, before anything is learnt of stories."""
        if self._untold:
            _, known, rises, _ = zip(*self._untold.values(), strict=True)
            tell_stories(known, rises, self._volumes)
            self._untold = {}

    def forecast(self) -> None:
        """Forecast the posts that wait."""
        if not self._batch:
            return
        self.tell()
        batch, self._batch = [*self._batch.values()], {}
        entries, known, _, graded = zip(*batch, strict=True)
        self._labels.track(entries, self._model.forecast(known, graded), graded)
        self._view.predicted(entries)

    def turn(self, now: int) -> None:
        """Forecast the posts that wait if the label of one of them may be due soon."""
        if self._batch and self._labels.is_due(next(iter(self._batch.values())).entry.time, now):
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
