"""A page over the overview: help, feed health, or all that is known of one thing."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen

from engine.snapshot import Frame
from models.moods import Mood
from tui.actions import bindings
from tui.lines import Line
from tui.widgets.pager import Page, Pager
from tui.widgets.paint import title_of

LivePage = Callable[[Frame | None, int], list[Line]]


class CorrectionWanted(Message):
    """A post is to be marked with a mood."""

    def __init__(self, key: str, mood: Mood) -> None:
        super().__init__()
        self.key, self.mood = key, mood


class PageScreen(ModalScreen[None]):
    """Lines that scroll, under a title. Esc, q or enter closes it.

    `post` is the key of the post that it is on, which can be marked here; "" if it is on none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("post"),
        Binding("escape,q", "dismiss", "Close", key_display="esc"),
        *bindings("app"),
    ]

    def __init__(self, title: str, page: Page, post: str = "") -> None:
        super().__init__()
        self._title = title
        self.post = post
        self.pager = Pager(page)

    def compose(self) -> ComposeResult:
        """The page, and how to leave it."""
        yield self.pager

    def on_mount(self) -> None:
        """Title the page."""
        self.say("esc closes")

    def say(self, text: str) -> None:
        """Show a message beside the title."""
        self.pager.border_title = title_of(self.pager, f"{self._title}  ({text})")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a post can be marked."""
        return bool(self.post) if action == "correct" else super().check_action(action, parameters)

    def action_correct(self, mood: Mood) -> None:
        """Mark the post."""
        self.post_message(CorrectionWanted(self.post, mood))


class LivePageScreen(PageScreen):
    """A page that is drawn anew with each frame."""

    def __init__(self, title: str, page: LivePage, frame: Frame | None) -> None:
        self._live = page
        super().__init__(title, lambda width: page(frame, width))

    def show(self, frame: Frame) -> None:
        """Draw another frame."""
        self.pager.turn_to(lambda width: self._live(frame, width))
