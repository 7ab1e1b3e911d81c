"""Where posts stand among topics: stories that have become part of others, and the theme that each story is in."""

from models.stories import followed

ROOM = 1_000  # stories remembered, besides twice as many as there were posts of when they were looked through


class Places:
    """Shared by all that looks a post's story up: what was placed once is read through here ever after.

    What is known of a story does not depend on the window that is looked at.
    """

    def __init__(self) -> None:
        self.merged: dict[int, int] = {}  # stories that are no more, until that is written into the posts
        self.theme_of: dict[int, int] = {}
        self.born: dict[int, int] = {}  # when the first post of each story came, in microseconds
        self._room = ROOM

    def story(self, story: int | None) -> int | None:
        """The story that a story is by now: a chain of merges is followed to its end."""
        return None if story is None else followed(self.merged, story)

    def theme(self, story: int | None) -> int | None:
        """The theme of a story that is no part of another; None if it has none."""
        return None if story is None else self.theme_of.get(story)

    def place(self, story: int, time: int) -> None:
        """A post of that time has come to a story."""
        if time < self.born.get(story, time + 1):
            self.born[story] = time

    def merge(self, gone: int, into: int) -> None:
        """Story `gone` has become part of `into`."""
        self.merged[gone] = into
        self.theme_of.pop(gone, None)
        if (born := self.born.pop(gone, None)) is not None:
            self.place(into, born)

    def move(self, story: int, theme: int) -> None:
        """A story is in another theme now; -1 is none."""
        if theme < 0:
            self.theme_of.pop(story, None)
        else:
            self.theme_of[story] = theme

    @property
    def crowded(self) -> bool:
        """Whether there are so many stories that those without posts should be forgotten."""
        return max(len(self.theme_of), len(self.born)) > self._room

    def forget(self, kept: set[int]) -> None:
        """Remember these stories only."""
        self.theme_of = {story: theme for story, theme in self.theme_of.items() if story in kept}
        self.born = {story: time for story, time in self.born.items() if story in kept}
        self._room = 2 * len(kept) + ROOM
