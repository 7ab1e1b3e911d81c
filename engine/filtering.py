"""The posts that match a filter, and the window over them, kept in step with the window over all posts.

What the engine learns never comes here: it is told of what changes, and reads when a picture is drawn.
"""

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from math import isnan
from typing import TYPE_CHECKING

from engine.carried import Carried, carried_by, engagement_now
from engine.clean import clean
from engine.filters.fields import COUNTS, PLACED
from engine.filters.matching import matcher
from engine.filters.parse import Expression, fields_of
from engine.filters.tokens import MAX_LENGTH
from engine.ledger import Entry
from engine.units import to_count
from engine.windows import Window
from models.normal import times

if TYPE_CHECKING:
    from engine.pipeline import Engine

READ = 10_000  # predictions that are read at once


class EngineFacts:
    """What an engine knows of a post and does not stand in it: engine.filters.matching.Facts."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self.carried: Carried = {}
        self.predictions: dict[str, float | None] = {}  # frozen when they were made: read once
        self.refresh()

    def refresh(self) -> bool:
        """Look anew which reactions the feed brings as events; True if that has changed, and with it counts."""
        engine, before = self._engine, self.carried
        self.carried = carried_by(engine.platforms, engine.ledger, engine.intake.decoder)
        return self.carried != before

    def read_predictions(self, keys: Iterable[str]) -> None:
        """Read what was predicted of some posts, many at a time."""
        labels = self._engine.labels
        if not labels.horizons:
            return
        left: Iterator[str] = (key for key in keys if key in labels.tracked and key not in self.predictions)
        while part := list(islice(left, READ)):
            logs = labels.model.freezer.predicted([labels.tracked[key].told for key in part], 0).tolist()
            self.predictions.update(
                (key, None if isnan(log) else to_count(log)) for key, log in zip(part, logs, strict=True)
            )

    def count(self, entry: Entry, kind: int) -> int | None:
        """Reactions of a kind so far."""
        return entry.count(kind, self.carried[entry.platform][kind])

    def engagement(self, entry: Entry) -> int | None:
        """Reactions of all kinds so far."""
        return engagement_now(entry, self.carried)

    def predicted(self, entry: Entry) -> float | None:
        """Engagements predicted at the first horizon, if that has been read."""
        return self.predictions.get(entry.key)

    def times(self, entry: Entry) -> float | None:
        """How many times normal its engagements are."""
        engine = self._engine
        standing = engine.overperforming.standing(entry, engine.now or 0)
        return None if standing is None else times(standing.now, round(standing.normal.engagements, 2))

    def story(self, entry: Entry) -> int | None:
        """The story it is in by now."""
        return self._engine.places.story(entry.story)

    def cluster(self, entry: Entry) -> int | None:
        """The hashtag cluster it is in by now."""
        places = self._engine.places
        return places.theme(places.story(entry.story))


class Filtered:
    """The window over the posts that match `expression`, which was written as `text`.

    Posts that come or change are noted, and tested when `catch_up` is called: as long as nobody looks, nothing is done.
    """

    def __init__(self, engine: "Engine", text: str, expression: Expression) -> None:
        self.text = clean(text, MAX_LENGTH).replace("\n", " ").strip()
        self.expression = expression
        self.matched: set[str] = set()  # keys of the retained posts that match, inside the window or not
        self.window = self._empty(engine)
        self._facts = EngineFacts(engine)
        self._test = matcher(expression, self._facts)
        self._noted: set[str] = set()
        self._all = True  # whether every post is to be tested, and the window made anew
        self._moved = False  # whether stories have gone elsewhere
        needs = set(fields_of(expression))
        self._by_count = bool(needs & COUNTS)
        self._by_place = bool(needs & PLACED)
        self._by_prediction = "pred" in needs
        self._by_times = "times" in needs

    # -- what the engine tells -------------------------------------------------------------------------------

    def note(self, key: str) -> None:
        """A post has come."""
        if not self._all:
            self._noted.add(key)

    def renew(self, key: str) -> None:
        """A post says something else, or stands elsewhere: nothing of what it was stays."""
        self.window.remove(key)
        self.note(key)

    def predicted(self, key: str) -> None:
        """A post has its prediction."""
        if self._by_prediction:
            self.note(key)

    def forget(self, key: str) -> None:
        """A post is gone."""
        self.window.remove(key)
        self.matched.discard(key)
        self._noted.discard(key)
        self._facts.predictions.pop(key, None)

    def merge(self, gone: int, into: int) -> None:
        """A story is about to become part of another."""
        self.window.topics.absorb(gone, into)
        self._moved = True

    def move(self, story: int, theme: int) -> None:
        """A story is about to go over to another theme; -1 is none."""
        self.window.topics.shift(story, theme)
        self._moved = True

    # -- what is looked at -----------------------------------------------------------------------------------

    def catch_up(self, engine: "Engine", counted_anew: Collection[str]) -> None:
        """Test what has changed since the last time, and let the window end where the one over all posts does.

        `counted_anew` are the posts whose counts have changed.
        """
        carried_anew = self._facts.refresh()
        self.window.people.counted_anew(counted_anew)
        if self._by_count and not self._all:
            self._noted.update(counted_anew)
        if self._all:
            with _uncollected():
                self._build(engine)
        else:
            self.window.follow(engine.whole)
            anew = self._by_times or (self._by_place and self._moved) or (self._by_count and carried_anew)
            for key in self._changed(engine) if anew else self._tested(engine):
                self._replace(key, engine.whole)
        self._noted.clear()
        self._moved = False

    def _build(self, engine: "Engine") -> None:
        self.matched = self._match(engine)
        self.window = self._empty(engine)
        whole = engine.whole
        posts = chain(whole.items.items(), whole.items_before.items())
        self.window.fill([item for key, item in posts if key in self.matched], whole)
        self._all = False

    def _match(self, engine: "Engine") -> set[str]:
        posts, test = engine.ledger.posts, self._test
        if self._by_prediction:
            self._facts.read_predictions(posts)
        return {key for key, entry in posts.items() if test(entry)}

    def _changed(self, engine: "Engine") -> set[str]:
        """Every post is tested: those that are not what they were."""
        before, self.matched = self.matched, self._match(engine)
        return (before ^ self.matched) | self._noted

    def _tested(self, engine: "Engine") -> set[str]:
        """Only those noted are tested."""
        if self._by_prediction:
            self._facts.read_predictions(self._noted)
        for key in self._noted:
            entry = engine.ledger.posts.get(key)
            if entry is not None and self._test(entry):
                self.matched.add(key)
            else:
                self.matched.discard(key)
        return self._noted

    def _replace(self, key: str, whole: Window) -> None:
        """Let the window hold of a post what that over all posts does, if it matches."""
        item = whole.find(key) if key in self.matched else None
        held = self.window.find(key)
        if item is held:
            return
        if held is not None:
            self.window.remove(key)
        if item is not None:
            self.window.add(item)

    def _empty(self, engine: "Engine") -> Window:
        whole = engine.whole
        fresh = Window(whole.span, engine.places, engine.config.retention)
        fresh.follow(whole)
        return fresh


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage meanwhile: among so many new containers, all of them kept, it would take half the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
