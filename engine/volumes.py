"""How much a post's tags and its story are spoken of, and whether they rise: the same whatever window is looked at.

Holds no text: tags and words are known by checksums.
"""

from array import array
from collections.abc import Mapping, Sequence

import numpy as np

from engine.config import HOUR
from engine.risen import Member
from engine.rising import Rising
from models.wordsums import together

HALF_LIFE = HOUR
REBASE = 256  # half-lives after which counts are scaled down
TAG_BITS = 16
WORD_BITS = 16
MAX_STORIES = 4_096
MAX_SPOKEN = 1_024
NO_STORY = -1


Rises = Mapping[Member, float]
Lately = tuple[float, float]  # posts, decayed by the hour, and the rise: authors against what is usual, or 0
NONE: Lately = (0.0, 0.0)


class Volumes:
    """Counts posts by tag and by story. A post that has just come is in no story yet: its words tell the likeliest."""

    def __init__(self, rising: Rising) -> None:
        self._rising = rising
        self._tags = array("d", bytes(8 << TAG_BITS))
        self._stories: dict[int, float] = {}
        self._story_of = np.full(1 << WORD_BITS, NO_STORY)  # by word: the story that last had it ...
        self._spoken: list[tuple[int, Sequence[int]]] = []  # ... but for these stories and their words
        self._origin = 0
        self._weighed: int | None = None  # the last time
        self._weighs = 0.0  # what a post of that time weighs

    def of_tags(self, tags: Sequence[int], time: int) -> Lately:
        """Posts and rise of a post's tags, given their checksums: it comes at `time` and is not counted yet."""
        if not tags:
            return NONE
        weight = self._weight(time)  # which may scale the counts down
        posts = max([self._tags[each & _TAGS] for each in tags])
        return posts / weight, self._rising.times(Member("tag", each) for each in tags)

    def of_stories(self, words: Sequence[Sequence[int]], times: Sequence[int], rises: Rises) -> list[Lately]:
        """Posts and rise of the stories that posts are most like, given the checksums of their words and what rises."""
        found = [NONE] * len(words)
        if not self._stories:
            return found
        self._write()
        sums = together(words)
        named = self._story_of[sums.each & _WORDS].tolist()
        end = 0
        for place, count in enumerate(sums.counts):
            start, end = end, end + count
            if (story := _likeliest(named[start:end])) is not None:
                rise = rises.get(Member("story", story), 0.0) if rises else 0.0
                weight = self._weight(times[place])
                found[place] = self._stories.get(story, 0.0) / weight, rise
        return found

    def post(self, tags: Sequence[int], time: int) -> None:
        """A post has come with tags of these checksums."""
        if tags:
            weight = self._weight(time)
            for each in tags:
                self._tags[each & _TAGS] += weight

    def placed(self, story: int | None, words: Sequence[int], time: int) -> None:
        """The story of a post is known; None or -1 if it is in none."""
        if story is None or story < 0:
            return
        self._stories[story] = self._stories.get(story, 0.0) + self._weight(time)
        self._spoken.append((story, words))
        if len(self._spoken) >= MAX_SPOKEN:
            self._write()
        if len(self._stories) > MAX_STORIES:
            kept = sorted(self._stories, key=lambda each: (-self._stories[each], each))[: MAX_STORIES // 2]
            self._stories = {each: self._stories[each] for each in sorted(kept)}

    def merge(self, gone: int, into: int) -> None:
        """A story has become part of another."""
        if (weight := self._stories.pop(gone, 0.0)) > 0:
            self._stories[into] = self._stories.get(into, 0.0) + weight
        self._write()
        self._story_of[self._story_of == gone] = into

    def _write(self) -> None:
        """Write down which story had each word last."""
        if not self._spoken:
            return
        words = together([own for _, own in self._spoken])
        self._story_of[words.each & _WORDS] = np.repeat([story for story, _ in self._spoken], words.counts)  # in order
        self._spoken = []

    def _weight(self, time: int) -> float:
        """What a post of that time weighs in the counts."""
        if time == self._weighed:
            return self._weighs
        if not self._origin:
            self._origin = time
        elapsed = (time - self._origin) // HALF_LIFE
        if elapsed > REBASE:
            tags = np.frombuffer(self._tags)
            held = np.flatnonzero(tags)  # few, where posts are so far apart
            tags[held] = np.ldexp(tags[held], -elapsed)
            self._stories = {story: float(np.ldexp(each, -elapsed)) for story, each in self._stories.items()}
            self._origin += elapsed * HALF_LIFE
        self._weighed, self._weighs = time, float(2.0 ** max(-1000.0, (time - self._origin) / HALF_LIFE))
        return self._weighs


_TAGS = (1 << TAG_BITS) - 1
_WORDS = (1 << WORD_BITS) - 1


def _likeliest(named: Sequence[int]) -> int | None:
    """The story that most words spoke of last, two at least; of equals the one named first."""
    different = dict.fromkeys(named)
    if len(different) == len(named):
        return None  # no two speak for one, and at most one for none
    of_any = [story for story in named if story != NO_STORY]
    different.pop(NO_STORY, None)
    return None if len(different) == len(of_any) else max(different, key=of_any.count)
