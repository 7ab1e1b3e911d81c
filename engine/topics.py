"""Topics of a feed: posts in batches that depend on the feed alone, the stories they join, and the themes of those."""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np

from engine.config import MINUTE, SECOND
from engine.copying import COPY_WEIGHT, repeats
from models.copies import MAX_TEXTS, Copies
from models.stories import Stories, followed
from models.themes import STORIES, Move, Themes
from models.vocabulary import Said, read

# A batch is full, or event time enters the next span of a grid: never is it cut by how the input was.
BATCH_POSTS = 256
MOST_POSTS = 1_024  # in a batch that is full sooner than in BATCH_TIME: what it costs hardly grows with its posts
BATCH_TIME = SECOND
BATCH_SPAN = 5 * SECOND
# So many posts wait, and a span of this grid is over.
CLOSE_WHEN = ((BATCH_POSTS, BATCH_SPAN), (32, MINUTE), (4, 5 * MINUTE))

# Between steps of the themes there are so many posts (at first: fewer), and so much event time: what a step costs is
# paid by the second and not by the post. Until then new stories go to the nearest theme.
LEARN_EVERY = 256
LEARN_TIME = 3_500_000
LEARN_SHARE = 32  # of a feed's time so far no more than this part need pass: in the beginning all is new
NAME_EVERY = 512  # the same between steps after which names are taken anew
NAME_TIME = 5_000_000
NAME_SHARE = 2
FAR = 2**63
FIRSTS = 64  # first posts that are held of stories which may be over, and twice as many as there are stories
LEARN_MOST = 65_536  # posts after which no time need pass, lest a feed whose clock stands still has no themes


class Placed(NamedTuple):
    """A post with its story and theme as given on arrival; -1 is none.

    `counted`: the story has two posts or more. The first post of a story is placed again, once it is.
    """

    key: str
    story: int
    theme: int
    copy: bool
    counted: bool


class _Waiting(NamedTuple):
    terms: Sequence[str]
    time: int
    copy: bool | None  # what is known of it already, where it was edited


class Topics:
    """Feed it posts in order of event time; it gives them back with their stories when their batch is closed.

    `merges` and `moves` tell what else the last batch changed: stories that became one (gone, into), and stories that
    went to another theme. `clusters` are the bounds of the number of themes.
    """

    def __init__(self, clusters: tuple[int, int] = (4, 16), seed: int = 0, max_texts: int = MAX_TEXTS) -> None:
        self.stories = Stories(seed)
        self.themes = Themes(clusters)
        self.merges: tuple[tuple[int, int], ...] = ()
        self.moves: list[Move] = []
        self.learnt = False  # whether the themes took a step with the last batch
        self.renaming = False  # and whether what they are called is to be looked at
        self._copies = Copies(max_texts)
        self.one_in = 1  # of so many posts one is asked for its story: more than one while the feed is too fast
        self.left_out = 0  # posts that were not asked
        self._waiting: dict[str, _Waiting] = {}
        self._alone: dict[int, tuple[str, bool]] = {}  # of stories of one post that post, and if it is a copy
        self._alone_in: dict[str, int] = {}  # the other way round
        self._grid = 0
        self._unlearnt, self._learnt = 0, 0  # posts that the themes have taken no step with, and those they have
        self._began, self._learnt_at = 0, 0  # event time of the first batch, and of the last step
        self._named, self._named_at = 0, 0  # posts and event time when names were last taken anew
        self._apart: tuple[float | None, int] | None = None  # the silhouette, until another batch is placed

    def turn(self, time: int) -> list[Placed]:
        """Event time has come to `time`, in microseconds: close the batch if that ends it."""
        grid = time // BATCH_SPAN
        if grid == self._grid:
            return []
        before, self._grid = self._grid * BATCH_SPAN, grid
        waiting = len(self._waiting)
        for posts, span in CLOSE_WHEN:
            if waiting >= posts and time // span != before // span:
                return self.finish()
        return []

    def add(self, key: str, terms: Sequence[str], time: int, copy: bool | None = None) -> list[Placed]:
        """Take a post in. One that was edited comes again, and says whether it was a `copy` before."""
        if copy is not None:
            self.drop(key)
        if self.one_in > 1 and crc32(key.encode("utf-8", "surrogatepass")) % self.one_in:
            self.left_out += 1
            return []
        waiting = self._waiting
        waiting[key] = _Waiting(terms, time, copy)
        if len(waiting) < BATCH_POSTS:
            return []
        oldest = next(iter(waiting.values())).time
        return self.finish() if time - oldest >= BATCH_TIME or len(waiting) >= MOST_POSTS else []

    def room(self) -> tuple[int, int]:
        """So many posts can be added together, and up to what time: no batch is closed before the last of them."""
        waiting = self._waiting
        if len(waiting) < BATCH_POSTS:
            return BATCH_POSTS - len(waiting), FAR
        return MOST_POSTS - len(waiting), next(iter(waiting.values())).time + BATCH_TIME

    def drop(self, key: str) -> None:
        """Forget a post that is gone."""
        self._waiting.pop(key, None)
        if (story := self._alone_in.pop(key, None)) is not None:
            del self._alone[story]

    def finish(self) -> list[Placed]:
        """Close the batch."""
        batch, self._waiting = self._waiting, {}
        self.merges, self.moves = (), []
        if not batch:
            return []
        self._apart = None
        at = max(post.time for post in batch.values())
        self._began = self._began or at
        said = read([post.terms for post in batch.values()], self.stories.seed)
        copies = self._repeats(list(batch.values()), said, at)
        stories = self.stories.update(said, at, np.where(copies, COPY_WEIGHT, 1.0))
        self.merges = self.stories.merges
        self._themes(stories, at)
        return self._placed(list(batch), stories, copies)

    def silhouette(self) -> tuple[float | None, int]:
        """Mean cosine silhouette of the themes on a sample of recent posts, and how many of them are in one."""
        if self._apart is None:
            self._apart = self.themes.silhouette(self.stories.sampled())
        return self._apart

    def silhouettes(self) -> dict[int, tuple[float, int]]:
        """The same by theme: the mean silhouette of its posts, and how many of them are in the sample."""
        return self.themes.silhouettes(self.stories.sampled())

    def nearest(self, terms: Sequence[str]) -> tuple[int, int, float] | None:
        """The story that a post would join, its theme (-1: none) and the cosine; None if it would found a story."""
        found = self.stories.nearest(terms)
        return None if found is None else (found[0], self.themes.of.get(found[0], -1), found[1])

    # -- the parts of a batch ------------------------------------------------------------------------------------

    def _repeats(self, posts: list[_Waiting], said: Said, at: int) -> list[bool]:
        """Whether each post is a copy. An edited one is not looked at again: it would repeat itself."""
        new = [post.terms for post in posts if post.copy is None]
        found = repeats(self._copies, said if len(new) == len(posts) else new, at)
        if len(new) == len(posts):
            return found
        each = iter(found)
        return [next(each) if post.copy is None else post.copy for post in posts]

    def _themes(self, stories: list[int], at: int) -> None:
        moves = [move for gone, into in self.merges if (move := self.themes.merge(gone, into)) is not None]
        self._unlearnt += len(stories)
        self.learnt = self._is_due(at)
        self.renaming = self.learnt and self._are_unnamed(self._learnt + self._unlearnt, at)
        if self.learnt:
            self._learnt, self._unlearnt, self._learnt_at = self._learnt + self._unlearnt, 0, at
            moves += self.themes.update(self.stories.largest(STORIES), self.stories.sampled, at)
            self.themes.forget(self.stories.ids())
        elif new := {story for story in stories if story >= 0 and story not in self.themes.of}:
            moves += self.themes.place(*self.stories.terms(new))
        self.moves = moves

    def _is_due(self, at: int) -> bool:
        """Whether the themes are to take a step."""
        if self._unlearnt < min(LEARN_EVERY, self._learnt):
            return False
        enough = min(LEARN_TIME, (at - self._began) // LEARN_SHARE)
        return at - self._learnt_at >= enough or self._unlearnt >= LEARN_MOST

    def _are_unnamed(self, posts: int, at: int) -> bool:
        """Whether names are to be taken anew after so many posts."""
        enough = min(NAME_TIME, (at - self._began) // NAME_SHARE)
        if posts - self._named < min(NAME_EVERY, self._named) or at - self._named_at < enough:
            return False
        self._named, self._named_at = posts, at
        return True

    def _placed(self, keys: list[str], stories: list[int], copies: list[bool]) -> list[Placed]:
        """The posts of a batch in order, then the first posts of stories that are of more than one only now."""
        of, first = self.themes.of, self._alone
        became = dict(self.merges)
        now = {story: followed(became, story) for story in dict.fromkeys(stories) if story >= 0}
        alone = self.stories.alone([*now.values(), *became.values()])
        told = {story: (of.get(into, -1), into not in alone) for story, into in now.items()}
        told[-1] = -1, False
        placed, grown = [], []
        for key, story, copy in zip(keys, stories, copies, strict=True):
            theme, counts = told[story]
            placed.append(Placed(key, story, theme, copy, counts))
            if not counts and story >= 0:
                if (before := self._alone_in.get(key)) is not None:  # it was past retention and has come again
                    del first[before]
                first[story], self._alone_in[key] = (key, copy), story
        for story in sorted({*now, *now.values(), *became, *became.values()} & first.keys()):
            if (into := followed(became, story)) not in alone:
                key, copy = first.pop(story)
                del self._alone_in[key]
                grown.append(Placed(key, story, of.get(into, -1), copy, True))
        if len(first) > FIRSTS + 2 * self.stories.live:
            live = self.stories.ids()
            self._alone = {story: each for story, each in first.items() if story in live}
            self._alone_in = {key: story for story, (key, _) in self._alone.items()}
        return placed + grown
