"""Stories and themes of the window: their posts, authors, mood, spread, words and copies, exact to the post."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from engine.newest import Newest
from engine.places import Places
from engine.tally import Contribution, Tally, bump, bump_all, tally_all

WAITING = 256  # posts of a story whose terms are counted when nobody asks


class Terms(Mapping[int, Counter[str]]):
    """By story in how many posts each term is, with repeats. Counted when asked for, or when many posts wait."""

    def __init__(self) -> None:
        self._counted: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._left: defaultdict[int, dict[str, Contribution]] = defaultdict(dict)  # not counted yet, by key
        self.leading: dict[int, Mapping[str, int]] = {}  # the most frequent, of stories that have not changed since

    def __getstate__(self) -> dict[str, Any]:
        """All but what only a picture asks for."""
        return {**self.__dict__, "leading": {}}

    def add(self, story: int, posts: Iterable[Contribution]) -> None:
        """Count the terms of posts."""
        if found := {item.key: item for item in posts if item.terms}:
            self.leading.pop(story, None)
            left = self._left[story]
            left.update(found)
            if len(left) >= WAITING:
                self._settle(story)

    def remove(self, story: int, posts: Iterable[Contribution]) -> None:
        """Take the terms of posts out; nothing of them stays."""
        self.leading.pop(story, None)
        if (left := self._left.get(story)) is not None:
            posts = [item for item in posts if left.pop(item.key, None) is None]
            if not left:
                del self._left[story]
        if gone := Counter(chain.from_iterable([item.terms for item in posts])):
            terms = self._counted[story]
            bump_all(terms, gone, -1)
            if not terms:
                del self._counted[story]

    def forget(self, story: int) -> None:
        """A story has no posts any more."""
        for held in (self.leading, self._counted, self._left):
            held.pop(story, None)

    def absorb(self, gone: int, into: int) -> None:
        """Story `gone` becomes part of `into`."""
        for story in (gone, into):
            self.leading.pop(story, None)
        if (terms := self._counted.pop(gone, None)) is not None:
            self._counted[into].update(terms)
        if (left := self._left.pop(gone, None)) is not None:
            self._left[into].update(left)

    def __getitem__(self, story: int) -> Counter[str]:
        self._settle(story)
        if story not in self._counted:
            raise KeyError(story)
        return self._counted[story]

    def __iter__(self) -> Iterator[int]:
        return iter([*self._counted, *(story for story in self._left if story not in self._counted)])

    def __len__(self) -> int:
        return len(self._counted.keys() | self._left.keys())

    def _settle(self, story: int) -> None:
        if (left := self._left.pop(story, None)) is not None:
            self._counted[story].update(chain.from_iterable([item.terms for item in left.values()]))


class StorySums:
    """Sums by story, and by theme those of its stories together."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.stories: defaultdict[int, Tally] = defaultdict(Tally)
        self.terms = Terms()
        self.posts: defaultdict[int, dict[str, None]] = defaultdict(dict)  # by story: keys
        self.copies: Counter[int] = Counter()  # by story: posts that nearly repeat an earlier one
        self.before: Counter[int] = Counter()  # by story: posts of the span before
        self.themes: defaultdict[int, Tally] = defaultdict(Tally)
        self._newest: dict[int, Newest] = {}  # of stories that this was asked of

    def __getstate__(self) -> dict[str, Any]:
        """All but what only a picture asks for."""
        return {**self.__dict__, "_newest": {}}

    def count(self, items: Iterable[Contribution], width: int, sign: int) -> None:
        """Add posts, with time buckets of `width`, or with sign -1 take them out: those of a story together."""
        by_story: defaultdict[int | None, list[Contribution]] = defaultdict(list)
        by_theme: defaultdict[int, list[Contribution]] = defaultdict(list)
        merged, theme_of = self.places.merged, self.places.theme_of
        for item in items:
            story = item.story
            by_story[story if story not in merged else self.places.story(story)].append(item)
        by_story.pop(None, None)
        for story, group in by_story.items():
            assert story is not None
            tally_all(self.stories, story, group, width, sign)
            if sign > 0:
                self.posts[story].update(dict.fromkeys([item.key for item in group]))
                self.terms.add(story, group)
            elif len(group) == len(posts := self.posts[story]):
                del self.posts[story]
                self.terms.forget(story)
            else:
                for item in group:
                    del posts[item.key]
                self.terms.remove(story, group)
            newest = self._newest.get(story)
            if newest is not None and not (newest.change(group, sign) and story in self.posts):
                del self._newest[story]
            if copies := sum([item.copy for item in group]):
                bump(self.copies, story, sign * copies)
            if (theme := theme_of.get(story)) is not None:
                by_theme[theme] += group
        for theme, group in by_theme.items():
            tally_all(self.themes, theme, group, width, sign)

    def fill(self, items: Sequence[Contribution], width: int, among: "StorySums") -> None:
        """Add many posts at once, where there are none yet; they are among those of other sums."""
        by_story: defaultdict[int, list[Contribution]] = defaultdict(list)
        by_theme: defaultdict[int, list[int]] = defaultdict(list)
        for item in items:
            if item.story is not None:
                by_story[item.story].append(item)
        for story in [story for story in by_story if story in self.places.merged]:
            if (now := self.places.story(story)) is not None:
                by_story[now] += by_story.pop(story)
        for story, group in by_story.items():
            self.stories[story] = Tally.of(group, width, among.stories.get(story))
            self.posts[story] = dict.fromkeys([item.key for item in group])
            self.terms.add(story, group)
            if copies := sum([item.copy for item in group]):
                self.copies[story] = copies
            if (theme := self.places.theme(story)) is not None:
                by_theme[theme].append(story)
        for theme, stories in by_theme.items():
            inside = list(chain.from_iterable([by_story[story] for story in stories]))
            parts = [self.stories[story] for story in stories]
            self.themes[theme] = Tally.over(parts, inside, width)

    def count_before(self, item: Contribution, sign: int) -> None:
        """Add a post of the span before, or take it out."""
        story = self.places.story(item.story)
        if story is not None:
            bump(self.before, story, sign)

    def merge(self, gone: int, into: int) -> None:
        """Story `gone` becomes part of `into`, with all its posts."""
        self.absorb(gone, into)
        self.places.merge(gone, into)

    def absorb(self, gone: int, into: int) -> None:
        """What is held of story `gone` goes over to `into`, before the places know of it."""
        self._shift(gone, self.places.theme(gone), self.places.theme(into))
        if (sums := self.stories.pop(gone, None)) is not None:
            self.stories[into].absorb(sums)
            self.posts[into].update(self.posts.pop(gone))
        self.terms.absorb(gone, into)
        for story in (gone, into):
            self._newest.pop(story, None)
        for counts in (self.copies, self.before):
            if posts := counts.pop(gone, 0):
                counts[into] += posts

    def move(self, story: int, theme: int) -> None:
        """A story goes over to another theme with all its posts; -1 is none."""
        self.shift(story, theme)
        self.places.move(story, theme)

    def shift(self, story: int, theme: int) -> None:
        """What is held of a story goes over to another theme, before the places know of it; -1 is none."""
        self._shift(story, self.places.theme(story), theme if theme >= 0 else None)

    def newest(self, story: int, items: Mapping[str, Contribution]) -> Newest:
        """The newest posts of a story; `items` are the posts of the window by key."""
        if (found := self._newest.get(story)) is None:
            found = self._newest[story] = Newest([items[key] for key in self.posts[story]])
        return found

    def sizes(self) -> dict[int, int]:
        """Posts by story."""
        return {story: sums.posts for story, sums in self.stories.items()}

    def by_theme(self) -> dict[int, dict[int, int]]:
        """Posts by story, of each theme."""
        found: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for story, sums in self.stories.items():
            if (theme := self.places.theme(story)) is not None:
                found[theme][story] = sums.posts
        return found

    def of_themes(self, counts: Mapping[int, int]) -> Counter[int]:
        """Counts by story, added up by theme."""
        found: Counter[int] = Counter()
        for story, posts in counts.items():
            if (theme := self.places.theme(story)) is not None:
                found[theme] += posts
        return found

    def tallies(self) -> Iterable[Tally]:
        """All there are."""
        return [*self.stories.values(), *self.themes.values()]

    def _shift(self, story: int, before: int | None, now: int | None) -> None:
        sums = self.stories.get(story)
        if sums is None or before == now:
            return
        if before is not None:
            self.themes[before].absorb(sums, -1)
            if not self.themes[before].posts:
                del self.themes[before]
        if now is not None:
            self.themes[now].absorb(sums)
