"""Where posts belong: what the topics found out of a batch goes to everything that counts by story."""

from collections.abc import Sequence

from engine.ledger import Entry, Ledger
from engine.naming import Names
from engine.places import Places
from engine.rising import Rising
from engine.topics import Placed, Topics
from engine.view import View
from engine.volumes import Volumes
from models.checksums import of_all_words

MERGES_KEPT = 1_000


class Placing:
    """Notes the stories of posts, and what else has changed among the topics."""

    def __init__(
        self,
        ledger: Ledger,
        topics: Topics,
        places: Places,
        names: Names,
        view: View,
        rising: Rising,
        volumes: Volumes,
    ) -> None:
        self._ledger, self._topics, self._places, self._names = ledger, topics, places, names
        self._view, self._rising, self._volumes = view, rising, volumes

    def note(self, placed: Sequence[Placed]) -> None:
        """Note where the posts of a finished batch belong."""
        find, place = self._ledger.posts.get, self._places.place
        counted: list[tuple[Entry, int]] = []
        for key, story, _, copy, counts in placed:
            entry = find(key)
            if entry is None:
                continue
            entry.copy = copy
            if counts:
                entry.story = story
                counted.append((entry, story))
                place(story, entry.time)
        self._view.placed([each.key for each in placed], [(one.key, story, bool(one.copy)) for one, story in counted])
        self._rising.placed(counted)
        words = of_all_words([entry.analysis.terms for entry, _ in counted])
        self._volumes.placed([story for _, story in counted], words, [entry.time for entry, _ in counted])
        self._follow()
        places = self._places
        if len(places.merged) >= MERGES_KEPT:
            self._settle()
        if places.crowded:
            held = {places.story(entry.story) for entry in self._ledger.posts.values()}
            places.forget({*self._topics.stories.ids(), *(story for story in held if story is not None)})

    def unname(self, terms: Sequence[str]) -> None:
        """A post is gone that had these terms: nothing is called by them that no other post says."""
        self._names.forget(terms, reversed(self._ledger.posts.values()), self._places)

    def _follow(self) -> None:
        """Stories have become one, have gone over to other themes, and are to be called anew."""
        topics = self._topics
        for gone, into in topics.merges:
            self._view.merge(gone, into)
            self._names.merge(gone, into)
            self._rising.merge(gone, into)
            self._volumes.merge(gone, into)
        for move in topics.moves:
            self._view.move(move.story, move.now)
        if topics.renaming:
            self._names.update(reversed(self._ledger.posts.values()), self._places, topics.themes.live)

    def _settle(self) -> None:
        """Write merges into the posts, so that their list does not grow for ever."""
        for entry in self._ledger.posts.values():
            entry.story = self._places.story(entry.story)
        self._view.settle()
        self._places.merged.clear()
