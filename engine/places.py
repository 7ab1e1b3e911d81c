"""Where posts stand among topics: stories that have become part of others, and the theme that each story is in."""


class Places:
    """Shared by all that looks a post's story up: what was placed once is read through here ever after."""

    def __init__(self) -> None:
        self.merged: dict[int, int] = {}  # stories that are no more, until that is written into the posts
        self.theme_of: dict[int, int] = {}  # of live stories, and of those that have posts in the window

    def story(self, story: int | None) -> int | None:
        """The story that a story is by now: a chain of merges is followed to its end."""
        while story in self.merged:
            story = self.merged[story]
        return story

    def theme(self, story: int | None) -> int | None:
        """The theme of a story that is no part of another; None if it has none."""
        return None if story is None else self.theme_of.get(story)

    def merge(self, gone: int, into: int) -> None:
        """Story `gone` has become part of `into`."""
        self.merged[gone] = into
        self.theme_of.pop(gone, None)

    def move(self, story: int, theme: int) -> None:
        """A story is in another theme now; -1 is none."""
        if theme < 0:
            self.theme_of.pop(story, None)
        else:
            self.theme_of[story] = theme

    def forget(self, kept: set[int]) -> None:
        """Remember the themes of these stories only."""
        self.theme_of = {story: theme for story, theme in self.theme_of.items() if story in kept}
