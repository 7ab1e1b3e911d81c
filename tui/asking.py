"""What a page asks of the engine. The app numbers the questions and hands the answers back."""

from collections.abc import Callable
from datetime import datetime

from textual.message import Message

from engine.postdetail import PostDetail
from engine.protocol import FindPosts, OpenPost
from engine.snapshot import PostRow
from models.moods import Mood
from tui.subject import Subject, reference


class PostsWanted(Message):
    """A page is to list the posts behind a thing, none that came after the picture shown."""

    def __init__(self, item: Subject, until: datetime | None, take: Callable[[list[PostRow], int], None]) -> None:
        super().__init__()
        self._item, self._until = item, until
        self.take = take

    def question(self, number: int) -> FindPosts:
        """What to ask."""
        return FindPosts(number, *reference(self._item), self._until)


class PostWanted(Message):
    """A page is to tell all that is known of a post."""

    def __init__(self, key: str, take: Callable[[PostDetail], None]) -> None:
        super().__init__()
        self._key = key
        self.take = take

    def question(self, number: int) -> OpenPost:
        """What to ask."""
        return OpenPost(number, self._key)


class CorrectionWanted(Message):
    """A post is to be marked with a mood."""

    def __init__(self, key: str, mood: Mood) -> None:
        super().__init__()
        self.key, self.mood = key, mood


class PinWanted(Message):
    """A post is to be pinned, or unpinned if it is already."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
