"""What stories and themes are called: names that stay unless they are clearly beaten, and go with a deleted post."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.ranking import foremost
from engine.storysums import StorySums
from models.ctfidf import Label, labels

TERMS = 100  # most frequent terms of a story that can name it
STORIES = 64  # largest stories of the window that have a name to keep
STORIES_OF_THEME = 8  # largest stories of a theme that it is named by


class Names:
    """Labels by id. Those that are held change only when a batch of posts has been placed, never by being looked at."""

    def __init__(self) -> None:
        self.themes: dict[int, Label] = {}
        self.stories: dict[int, Label] = {}

    def update(self, sums: StorySums, live: Collection[int]) -> None:
        """Name anew what has posts in the window. The names of what has none are forgotten, but for `live` themes."""
        self.themes = {theme: label for theme, label in self.themes.items() if theme in sums.themes or theme in live}
        self.themes |= self.of_themes(sums, sums.themes)
        self.stories = {story: label for story, label in self.stories.items() if story in sums.stories}
        self.stories |= self.of_stories(sums, foremost(sums.sizes(), STORIES))

    def of_themes(self, sums: StorySums, themes: Iterable[int]) -> dict[int, Label]:
        """Labels of themes, from what the posts of their largest stories say."""
        stories = sums.by_theme()
        said = {theme: _said(sums, foremost(stories.get(theme, {}), STORIES_OF_THEME)) for theme in themes}
        return labels(said, self.themes)

    def of_stories(self, sums: StorySums, stories: Iterable[int]) -> dict[int, Label]:
        """Labels of stories, from what their posts in the window say."""
        return labels({story: _said(sums, [story]) for story in stories}, self.stories)

    def forget(self, sums: StorySums, terms: Collection[str]) -> None:
        """A post with these terms was deleted: no name holds on to a word that no post there says any more."""
        gone = set(terms)
        told = [theme for theme, label in self.themes.items() if gone.intersection(_words(label))]
        stories = sums.by_theme() if told else {}
        for theme in told:
            if not _all_said(sums, gone.intersection(_words(self.themes[theme])), stories.get(theme, {})):
                del self.themes[theme]
        for story in [story for story, label in self.stories.items() if gone.intersection(_words(label))]:
            if not _all_said(sums, gone.intersection(_words(self.stories[story])), [story]):
                del self.stories[story]

    def merge(self, gone: int, into: int) -> None:
        """Story `gone` has become part of `into`."""
        label = self.stories.pop(gone, None)
        if label is not None:
            self.stories.setdefault(into, label)

    def state(self) -> dict[str, Any]:
        """All that a later `restored` needs: plain data."""
        return {"themes": [*self.themes.items()], "stories": [*self.stories.items()]}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> "Names":
        """The names that were saved."""
        names = cls()
        names.themes = {each: _label(parts) for each, parts in state["themes"]}
        names.stories = {each: _label(parts) for each, parts in state["stories"]}
        return names


def _said(sums: StorySums, stories: Iterable[int]) -> dict[str, int]:
    said: Counter[str] = Counter()
    for story in stories:
        terms: Mapping[str, int] = sums.terms.get(story, {})
        said.update({term: terms[term] for term in foremost(terms, TERMS)})
    return said


def _words(label: Label) -> set[str]:
    return {*label.parts, *(f"#{tag}" for tag in label.tags), *label.terms}


def _all_said(sums: StorySums, words: set[str], stories: Iterable[int]) -> bool:
    """Whether posts of these stories say each of the words."""
    return all(any(word in sums.terms.get(story, {}) for story in stories) for word in words)


def _label(parts: Iterable[Any]) -> Label:
    label, chosen, tags, terms = parts
    return Label(label, tuple(chosen), tuple(tags), tuple(terms))
