"""What is looked at: the window over all posts, and the one over those that match a filter, if there is one."""

from collections.abc import Iterable, Sequence
from typing import Any

from engine.config import EngineConfig
from engine.filtering import Filtered
from engine.ledger import Entry
from engine.places import Places
from engine.tally import Contribution
from engine.windows import Assigned, Reactions, Window


class View:
    """Tell it what becomes of posts; nothing that is learnt depends on what is looked at."""

    def __init__(self, config: EngineConfig, places: Places) -> None:
        self.whole = Window(config.window, places, config.retention)
        self.filtered: Filtered | None = None
        self._places, self._keep = places, config.retention

    def __getstate__(self) -> dict[str, Any]:
        """All but the filter, which is for whoever looks."""
        return {**self.__dict__, "filtered": None}

    @property
    def window(self) -> Window:
        """The posts of the window that match the filter, if there is one."""
        return self.whole if self.filtered is None else self.filtered.window

    def open(self, span: int, entries: Iterable[Entry], reactions: Reactions) -> None:
        """Look at a window of another length, over all posts that there are."""
        fresh = Window(span, self._places, self._keep)
        fresh.follow(self.whole)
        fresh.fill(map(contribution, entries), self.whole)
        for second, count in reactions.counts.items():
            fresh.react([second * reactions.width], count)
        self.whole = fresh

    # -- posts -----------------------------------------------------------------------------------------------

    def add(self, entries: Sequence[Entry]) -> None:
        """Posts have come."""
        self.whole.add_all([*map(contribution, entries)])
        if self.filtered is not None:
            for entry in entries:
                self.filtered.note(entry.key)

    def replace(self, entry: Entry) -> None:
        """A post has another text: nothing of what it was stays."""
        self.whole.remove(entry.key)
        if self.filtered is not None:
            self.filtered.renew(entry.key)
        self.whole.add(contribution(entry))

    def predicted(self, entries: Iterable[Entry]) -> None:
        """Posts have their predictions."""
        if self.filtered is not None:
            for entry in entries:
                self.filtered.predicted(entry.key)

    def expire(self, key: str) -> None:
        """A post is past retention."""
        self.whole.expire(key)
        if self.filtered is not None:
            self.filtered.forget(key)

    def remove(self, key: str) -> None:
        """A post is taken back: nothing of it stays."""
        self.whole.remove(key)
        if self.filtered is not None:
            self.filtered.forget(key)

    def disown(self, account: str) -> None:
        """Nothing stays of an account's posts that are past retention."""
        self.whole.disown(account)

    # -- topics ----------------------------------------------------------------------------------------------

    def placed(self, keys: Iterable[str], assigned: Sequence[Assigned]) -> None:
        """It is known where posts belong; of some only whether they are copies."""
        if self.filtered is not None:
            for key in keys:
                self.filtered.renew(key)
        self.whole.assign(assigned)

    def merge(self, gone: int, into: int) -> None:
        """A story becomes part of another."""
        if self.filtered is not None:
            self.filtered.merge(gone, into)
        self.whole.topics.merge(gone, into)

    def move(self, story: int, theme: int) -> None:
        """A story goes over to another theme; -1 is none."""
        if self.filtered is not None:
            self.filtered.move(story, theme)
        self.whole.topics.move(story, theme)

    def settle(self) -> None:
        """Write merges into the posts, so that they can be forgotten."""
        self.whole.settle()
        if self.filtered is not None:
            self.filtered.window.settle()


def contribution(entry: Entry) -> Contribution:
    """What a post adds to a window."""
    analysis = entry.analysis
    return Contribution(  # in their order: so it is made twice as fast
        entry.time,
        entry.key,
        entry.author,
        analysis.lang,
        analysis.compound,
        analysis.reason,
        analysis.tags,
        analysis.terms,
        entry.story,
        bool(entry.copy),
    )
