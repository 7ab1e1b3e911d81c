"""What stories and themes are called: names that stay unless they are clearly beaten, and go with a deleted post.

They are taken from the newest posts, whatever window is looked at: so another window calls nothing by another name.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from engine.ledger import Entry
from engine.places import Places
from engine.ranking import foremost, leading
from models.ctfidf import Label, labels
from models.stories import followed

READ = 2_000  # newest posts that names are taken from
TERMS = 100  # most frequent terms of a story that can name it
STORIES = 64  # largest stories of those posts, named then and there
KEPT = 1_000  # names of stories that are kept
STORIES_OF_THEME = 8  # largest stories of a theme that it is named by


class Words:
    """What posts say: of each story how many there are, and in how many each term is, with repeats."""

    def __init__(
        self,
        sizes: Mapping[int, int],
        terms: Mapping[int, Mapping[str, int]],
        leading: dict[int, Mapping[str, int]] | None = None,
    ) -> None:
        """`leading`, if they are kept, are the most frequent terms of some stories; those of others join them."""
        self.sizes = sizes
        self.terms = terms
        self._leading = {} if leading is None else leading

    def of(self, stories: Iterable[int]) -> Mapping[str, int]:
        """The most frequent terms of some stories together."""
        parts = [self._leading_of(story) for story in stories if story in self.terms]
        if len(parts) == 1:
            return parts[0]
        said: Counter[str] = Counter()
        for part in parts:
            said.update(part)
        return said

    def _leading_of(self, story: int) -> Mapping[str, int]:
        found = self._leading.get(story)  # asked for by its theme, too
        if found is None:
            found = self._leading[story] = leading(self.terms[story], TERMS)
        return found


class _Said(dict[int, Counter[str]]):
    """By story in how many of its posts each term is, counted where it is asked for: most stories are not."""

    def __init__(self, by_story: Mapping[int, Sequence[Sequence[str]]]) -> None:
        self._by_story = by_story

    def __contains__(self, story: object) -> bool:
        return story in self._by_story

    def __missing__(self, story: int) -> Counter[str]:
        self[story] = terms = Counter(chain.from_iterable(self._by_story[story]))
        return terms


class Names:
    """The names that are held, by id: they change only when a batch of posts has been placed or a post is deleted."""

    def __init__(self) -> None:
        self.themes: dict[int, Label] = {}
        self.stories: dict[int, Label] = {}
        self._called: dict[str, list[int]] | None = None  # word -> stories; None if it is to be made anew

    def __getstate__(self) -> dict[str, Any]:
        """All but what can be found out again."""
        return {"themes": self.themes, "stories": self.stories}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _called=None)

    def update(self, posts: Iterable[Entry], places: Places, live: Collection[int]) -> None:
        """Name anew what the newest posts are about, given all of them, the newest first.

        Forgotten are the names of stories nothing is known of, and of themes that no story is in, but for `live` ones.
        """
        words = read(islice(posts, READ), places)
        in_use = {*live, *places.theme_of.values()}
        self.themes = {theme: label for theme, label in self.themes.items() if theme in in_use}
        self.themes |= _bare(_of_themes(words, places, self.themes))
        kept = [(story, label) for story, label in self.stories.items() if story in places.born]
        new = _bare(_of_stories(words, foremost(words.sizes, STORIES), self.stories))
        others = [(story, label) for story, label in kept if story not in new]
        self.stories = dict(others[max(0, len(others) + len(new) - KEPT) :]) | new
        self._called = None

    def of_themes(self, words: Words, places: Places) -> dict[int, Label]:
        """What themes are called, with the tags and terms that lead in `words`."""
        return _held(_of_themes(words, places, {}), self.themes)

    def of_stories(self, words: Words, stories: Iterable[int]) -> dict[int, Label]:
        """What stories are called, with the tags and terms that lead in `words`."""
        return _held(_of_stories(words, stories, {}), self.stories)

    def forget(self, terms: Collection[str], posts: Iterable[Entry], places: Places) -> None:
        """A post with these terms is gone: no name holds on to a word that no post there says any more.

        `posts` are all others, the newest first: they are read until each of the words has been found again.
        """
        gone = set(terms)
        themes = {theme: lost for theme, label in self.themes.items() if (lost := gone.intersection(label.parts))}
        stories = self._called_by(gone)
        unfound = len(themes) + len(stories)
        merged, theme_of = places.merged, places.theme_of
        for entry in islice(posts, READ):
            if not unfound:
                return
            story = entry.story
            if story is None:
                continue
            if story in merged:
                story = followed(merged, story)
            if words := stories.get(story):
                words.difference_update(entry.analysis.terms)
                unfound -= not words
            if themes and (words := themes.get(theme_of.get(story, -1))):
                words.difference_update(entry.analysis.terms)
                unfound -= not words
        if unfound:
            self.themes = {theme: label for theme, label in self.themes.items() if not themes.get(theme)}
            self.stories = {story: label for story, label in self.stories.items() if not stories.get(story)}
            self._called = None

    def merge(self, gone: int, into: int) -> None:
        """Story `gone` has become part of `into`."""
        label = self.stories.pop(gone, None)
        if label is not None:
            self.stories.setdefault(into, label)
            self._called = None

    def _called_by(self, words: Iterable[str]) -> dict[int, set[str]]:
        """The stories that are called by any of these words, and by which."""
        if self._called is None:
            self._called = {}
            for story, label in self.stories.items():
                for part in label.parts:
                    self._called.setdefault(part, []).append(story)
        found: defaultdict[int, set[str]] = defaultdict(set)
        for word in words:
            for story in self._called.get(word, ()):
                found[story].add(word)
        return found


def read(posts: Iterable[Entry], places: Places) -> Words:
    """What posts say, by the stories that they are in by now."""
    by_story: defaultdict[int, list[Sequence[str]]] = defaultdict(list)
    merged = places.merged
    for entry in posts:
        story = entry.story
        if story is not None:
            by_story[followed(merged, story) if story in merged else story].append(entry.analysis.terms)
    return Words({story: len(of) for story, of in by_story.items()}, _Said(by_story))


def _of_themes(words: Words, places: Places, held: Mapping[int, Label]) -> dict[int, Label]:
    stories: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for story, posts in words.sizes.items():
        if (theme := places.theme(story)) is not None:
            stories[theme][story] = posts
    return labels({theme: words.of(foremost(of, STORIES_OF_THEME)) for theme, of in stories.items()}, held)


def _of_stories(words: Words, stories: Iterable[int], held: Mapping[int, Label]) -> dict[int, Label]:
    return labels({story: words.of([story]) for story in stories}, held)


def _held(found: Mapping[int, Label], held: Mapping[int, Label]) -> dict[int, Label]:
    """Labels with the names that are held."""
    return {
        each: label._replace(label=held[each].label, parts=held[each].parts) if each in held else label
        for each, label in found.items()
    }


def _bare(found: Mapping[int, Label]) -> dict[int, Label]:
    """Labels with no words but those that they are made of."""
    return {each: label._replace(tags=(), terms=()) for each, label in found.items()}
