"""Replays a labelled feed through the topics alone, and keeps what each post was given on arrival, never revised.

Lines go the engine's way up to the terms of a post (decoder, order by event time, cleaning); sentiment, ledger and
forecasts are left out. Of a post that was placed only its label, story and theme are kept; of a sample, its terms.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

from engine.analysis import read_terms
from engine.arrivals import Arrivals, key_of
from engine.clock import Stamped
from engine.config import EngineConfig
from engine.events import Delete, Post, Purge
from engine.placer import Placement, Placer
from engine.platforms.decode import Decoder
from models.clustering_metrics import EMPTY, Table, joined, tabulate
from models.reservoir import Reservoir

AT_ONCE = 512  # records between two looks at the processor's clock
TABULATED = 1 << 16  # placed posts that wait for the tables
SAMPLE = 2_000  # placed posts that the silhouette of the stories is taken on
UNLABELLED = -1


class Text(NamedTuple):
    """A post as far as it may still have to be forgotten: while it waits, or in the sample."""

    key: str
    alias: str
    author: str
    terms: tuple[str, ...]
    label: int


class Grouping:
    """Which posts of which label were put together. A post put nowhere is a group of its own."""

    def __init__(self) -> None:
        self._table = EMPTY
        self._labels: list[int] = []
        self._groups: list[int] = []
        self._alone = 0

    def add(self, label: int, group: int) -> None:
        """Take the label and the group of one post, each -1 for none."""
        if group < 0:
            self._alone += 1
            group = -self._alone
        self._labels.append(label)
        self._groups.append(group)
        if len(self._labels) >= TABULATED:
            self.table()

    def table(self) -> Table:
        """All posts so far."""
        self._table = joined(self._table, tabulate(self._labels, self._groups))
        self._labels, self._groups = [], []
        return self._table


class Replay(Arrivals):
    """What lines are fed to in place of an Engine. Posts go to `placer`, as the engine hands them on.

    Edits and counts change nothing. A post deleted while it waits is not placed; of one placed before, nothing is left
    to read. `seconds` are of the processor's time: of reading terms, and of the placer.
    """

    def __init__(self, config: EngineConfig, decoder: Decoder, placer: Placer) -> None:
        super().__init__(config, decoder)
        self.placer = placer
        self.labels: dict[str, int] = {}
        self.stories, self.themes = Grouping(), Grouping()
        self.sample: Reservoir[tuple[Text, int]] = Reservoir(SAMPLE, config.seed)
        self.unlabelled = self.deleted = 0
        self.seconds = (0.0, 0.0)
        self._ready: list[tuple[int, Post | None]] = []
        self._waiting: dict[str, Text] = {}

    @property
    def labelled(self) -> int:
        """Posts placed that have a label."""
        return self.posts - self.deleted - self.unlabelled

    def arrived(self, record: Stamped, post: Post | None) -> None:
        """Put a post among those to place, and forget what is taken back."""
        self._ready.append((record.order, post))
        event = record.events[0]
        if isinstance(event, Delete | Purge):
            self._place()
            self._forget(event)
        elif len(self._ready) >= AT_ONCE:
            self._place()

    def finish(self) -> None:
        """The feed is over: place whatever waits."""
        super().finish()
        self._place()
        began = time.process_time()
        placed = self.placer.finish()
        self._spend(0.0, time.process_time() - began)
        self._note(placed)

    def _place(self) -> None:
        """Hand on what is ready."""
        ready, self._ready = self._ready, []
        began = time.process_time()
        docs = [() if post is None else read_terms(post, not self.config.respect_noindex) for _, post in ready]
        self._spend(time.process_time() - began, 0.0)
        texts = [None if post is None else self._text(post, doc) for (_, post), doc in zip(ready, docs, strict=True)]
        self._waiting.update((text.key, text) for text in texts if text is not None)
        placed: list[Placement] = []
        began = time.process_time()
        for (order, _), text in zip(ready, texts, strict=True):
            placed += self.placer.turn(order)
            if text is not None:
                placed += self.placer.add(text.key, text.terms, order)
        self._spend(0.0, time.process_time() - began)
        self._note(placed)

    def _text(self, post: Post, terms: tuple[str, ...]) -> Text:
        label = self.labels.setdefault(post.label, len(self.labels)) if post.label else UNLABELLED
        alias, author = (f"{post.platform}:{name}" if name else "" for name in (post.alias, post.author))
        return Text(key_of(post), alias, author, terms, label)

    def _note(self, placed: Sequence[Placement]) -> None:
        for placement in placed:
            text = self._waiting.pop(placement.key, None)
            if text is None:  # told again: its story has become one that counts
                continue
            self.unlabelled += text.label == UNLABELLED
            self.stories.add(text.label, placement.story)
            self.themes.add(text.label, placement.theme)
            if placement.story >= 0:
                self.sample.add((text, placement.story))

    def _forget(self, event: Delete | Purge) -> None:
        def meant(text: Text) -> bool:
            if isinstance(event, Purge):
                return text.author == f"{event.platform}:{event.author}"
            return f"{event.platform}:{event.uid}" in (text.key, text.alias)

        for key in [key for key, text in self._waiting.items() if meant(text)]:
            self.placer.drop(key)
            del self._waiting[key]
            self.deleted += 1
        self.sample.drop(lambda sampled: meant(sampled[0]))

    def _spend(self, reading: float, placing: float) -> None:
        self.seconds = (self.seconds[0] + reading, self.seconds[1] + placing)
