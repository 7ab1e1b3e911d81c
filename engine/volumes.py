"""How much a post's tags and its story are spoken of, and whether they rise: the same whatever window is looked at.

Holds no text: tags and words are known by checksums.
"""

from array import array
from collections.abc import Mapping, Sequence
from math import ldexp
from typing import NamedTuple

import numpy as np

from engine.config import HOUR
from engine.risen import Member
from models.wordsums import WordSums, together

HALF_LIFE = HOUR
REBASE = 256  # half-lives after which counts are scaled down
TAG_BITS = 16
WORD_BITS = 16
MAX_STORIES = 4_096
NO_STORY = -1

Rises = Mapping[Member, float]  # authors against what is usual, of what rises


class Lately(NamedTuple):
    """What was spoken of something of each of n posts: 0 where there was nothing."""

    posts: list[float]  # decayed by the hour
    rises: list[float]


class Volumes:
    """Counts posts by tag and by story. A post that has just come is in no story yet: its words tell the likeliest."""

    def __init__(self) -> None:
        self._tags = array("d", bytes(8 << TAG_BITS))
        self._stories: dict[int, float] = {}
        self._story_of = np.full(1 << WORD_BITS, NO_STORY)  # by word: the story that last had it
        self._origin = 0
        self._weighed: int | None = None  # the last time
        self._weighs = 0.0  # what a post of that time weighs

    def of_tags(self, tags: Sequence[int], time: int, rises: Rises) -> tuple[float, float]:
        """Posts and rise of the tags of a post that comes at `time` and is not counted yet, given their checksums."""
        if not tags:
            return 0.0, 0.0
        weight = self._weight(time)  # which may scale the counts down
        posts = max([self._tags[each & _TAGS] for each in tags])
        return posts / weight, max([rises.get(Member("tag", each), 0.0) for each in tags]) if rises else 0.0

    def tagged(self, tags: Sequence[int], time: int, rises: Rises) -> tuple[float, float]:
        """A post has come with these tags: gives what was known of them before."""
        before, weight = self.of_tags(tags, time, rises), self._weight(time)
        for each in tags:
            self._tags[each & _TAGS] += weight
        return before

    def of_stories(self, words: WordSums, times: Sequence[int], rises: Sequence[Rises]) -> Lately:
        """The stories that posts are most like, given the words of each and what rose as it came."""
        found = Lately([0.0] * len(times), [0.0] * len(times))
        if self._stories:
            stories = self._story_of[words.each & _WORDS]
            named = np.where(stories == NO_STORY, NO_STORY - np.arange(len(stories)), stories).tolist()
            end = 0
            for place, count in enumerate(words.counts):
                start, end = end, end + count
                if (story := _likeliest(named[start:end])) != NO_STORY:
                    weight = self._weight(times[place])  # which may scale the counts down
                    found.posts[place] = self._stories.get(story, 0.0) / weight
                    if rises[place]:
                        found.rises[place] = rises[place].get(Member("story", story), 0.0)
        return found

    def placed(self, stories: Sequence[int], words: Sequence[Sequence[int]], times: Sequence[int]) -> None:
        """The stories of posts are known, of each with its words; -1 if one is in none."""
        for story, time in zip(stories, times, strict=True):
            if story >= 0:
                weight = self._weight(time)  # which may scale the counts down
                self._stories[story] = self._stories.get(story, 0.0) + weight
                if len(self._stories) > MAX_STORIES:
                    kept = sorted(self._stories, key=lambda each: (-self._stories[each], each))[: MAX_STORIES // 2]
                    self._stories = {each: self._stories[each] for each in sorted(kept)}
        spoken = together([own for story, own in zip(stories, words, strict=True) if story >= 0])
        named = np.repeat([story for story in stories if story >= 0], spoken.counts)
        self._story_of[spoken.each & _WORDS] = named  # in order

    def merge(self, gone: int, into: int) -> None:
        """A story has become part of another."""
        if (weight := self._stories.pop(gone, 0.0)) > 0:
            self._stories[into] = self._stories.get(into, 0.0) + weight
        self._story_of[self._story_of == gone] = into

    def _weight(self, time: int) -> float:
        """What a post of that time weighs in the counts: scaling them changes no bit of it but the power of two."""
        if time == self._weighed:
            return self._weighs
        if not self._origin:
            self._origin = time
        elapsed, part = divmod(time - self._origin, HALF_LIFE)
        if elapsed > REBASE:
            tags = np.frombuffer(self._tags)
            held = np.flatnonzero(tags)  # few, where posts are so far apart
            tags[held] = np.ldexp(tags[held], -elapsed)
            self._stories = {story: float(np.ldexp(each, -elapsed)) for story, each in self._stories.items()}
            self._origin += elapsed * HALF_LIFE
            elapsed = 0
        self._weighed, self._weighs = time, ldexp(2.0 ** (part / HALF_LIFE), elapsed if elapsed > -1000 else -1000)
        return self._weighs


_TAGS = (1 << TAG_BITS) - 1
_WORDS = (1 << WORD_BITS) - 1


def _likeliest(named: Sequence[int]) -> int:
    """The story that most words spoke of last, two at least; of equals the one named first. NO_STORY if there is none.

    Given the stories that the words of a post spoke of last: of those that spoke of none each another number below 0.
    """
    different = dict.fromkeys(named)
    return NO_STORY if len(different) == len(named) else max(different, key=named.count)
