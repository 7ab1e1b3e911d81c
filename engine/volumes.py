"""How much a post's tags and its story are spoken of, and whether they rise: the same whatever window is looked at.

Holds no text: tags and words are known by checksums.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.config import HOUR
from engine.places import Places
from engine.risen import Member
from engine.rising import Rising
from models.checksums import checksums
from models.stories import followed

HALF_LIFE = HOUR
REBASE = 256  # half-lives after which counts are scaled down
TAG_BITS = 16
WORD_BITS = 16
MAX_WORDS = 32  # of one post that are looked at
MAX_STORIES = 4_096
NO_STORY = -1


class Volume(NamedTuple):
    """What is known at a moment. Posts are decayed by the hour; a rise is authors against what is usual, or 0."""

    tag_posts: float = 0.0
    tag_rise: float = 0.0
    story_posts: float = 0.0
    story_rise: float = 0.0


NOTHING = Volume()


class Volumes:
    """Counts posts by tag and by story. A post that has just come is in no story yet: its words tell the likeliest."""

    def __init__(self, rising: Rising, places: Places) -> None:
        self._rising, self._places = rising, places
        self._tags = np.zeros(1 << TAG_BITS)
        self._stories: dict[int, float] = {}
        self._story_of = [NO_STORY] * (1 << WORD_BITS)  # by word: the story that last had it
        self._origin = 0
        self._weighed: int | None = None  # the last time
        self._weighs = 0.0  # what a post of that time weighs

    def of(self, tags: Sequence[str], words: Sequence[int], time: int) -> Volume:
        """What is known of a post with these tags and words that comes at `time`, before it is counted itself.

        Words are given by their checksums (`models.checksums.of_words`).
        """
        story = self._story(words)
        if story is None and not tags:
            return NOTHING
        weight = self._weight(time)
        posts = rise = 0.0
        if tags:
            sums = checksums(tags)
            posts = max([float(self._tags[each & _TAGS]) for each in sums])
            rise = self._rising.times([Member("tag", each) for each in sums])
        if story is None:
            return Volume(posts / weight, rise)
        lately = self._stories.get(story, 0.0) / weight
        return Volume(posts / weight, rise, lately, self._rising.times([Member("story", story)]))

    def post(self, tags: Sequence[str], time: int) -> None:
        """A post has come."""
        if tags:
            weight = self._weight(time)
            for each in checksums(tags):
                self._tags[each & _TAGS] += weight

    def placed(self, story: int | None, words: Sequence[int], time: int) -> None:
        """The story of a post is known; None or -1 if it is in none."""
        if story is None or story < 0:
            return
        self._stories[story] = self._stories.get(story, 0.0) + self._weight(time)
        for word in words[:MAX_WORDS]:
            self._story_of[word & _WORDS] = story
        if len(self._stories) > MAX_STORIES:
            kept = sorted(self._stories, key=lambda each: (-self._stories[each], each))[: MAX_STORIES // 2]
            self._stories = {each: self._stories[each] for each in sorted(kept)}

    def merge(self, gone: int, into: int) -> None:
        """A story has become part of another."""
        if (weight := self._stories.pop(gone, 0.0)) > 0:
            self._stories[into] = self._stories.get(into, 0.0) + weight

    def settle(self) -> None:
        """Write merges into the words, so that they can be forgotten."""
        self._story_of = [followed(self._places.merged, story) for story in self._story_of]

    def _story(self, words: Sequence[int]) -> int | None:
        """The story that most of the words spoke of last, two at least; of equals the one named first."""
        if not self._stories:
            return None
        story_of, merged = self._story_of, self._places.merged
        named = [story for word in words[:MAX_WORDS] if (story := story_of[word & _WORDS]) != NO_STORY]
        if merged:
            named = [followed(merged, story) if story in merged else story for story in named]
        if len(named) < 2:
            return None
        voices: dict[int, int] = {}
        for story in named:
            voices[story] = voices.get(story, 0) + 1
        if len(voices) == len(named):
            return None  # no two speak for one
        return max(voices, key=voices.__getitem__)

    def _weight(self, time: int) -> float:
        """What a post of that time weighs in the counts."""
        if time == self._weighed:
            return self._weighs
        if not self._origin:
            self._origin = time
        elapsed = (time - self._origin) // HALF_LIFE
        if elapsed > REBASE:
            self._tags = np.ldexp(self._tags, -elapsed)
            self._stories = {story: float(np.ldexp(each, -elapsed)) for story, each in self._stories.items()}
            self._origin += elapsed * HALF_LIFE
        self._weighed, self._weighs = time, float(2.0 ** max(-1000.0, (time - self._origin) / HALF_LIFE))
        return self._weighs


_TAGS = (1 << TAG_BITS) - 1
_WORDS = (1 << WORD_BITS) - 1
