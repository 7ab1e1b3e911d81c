"""What every screen that shows the feed has: the header, the event line, the keys, and tables that sort and open."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from engine.filters.completion import values_in
from engine.snapshot import Frame, Snapshot
from models.moods import Mood
from tui.actions import Scope, bindings
from tui.asking import CorrectionWanted, PinWanted
from tui.correcting import choose
from tui.format import count
from tui.keymap import key
from tui.lines import Line, cells, cut
from tui.post_actions import address_of, browse, can_browse, key_of, text_of_row
from tui.view import View
from tui.widgets.events import EventLine
from tui.widgets.filter_bar import FilterBar
from tui.widgets.footer import KeyLine
from tui.widgets.ground import Ground
from tui.widgets.header import Header
from tui.widgets.line_input import LineInput
from tui.widgets.paint import Panel
from tui.widgets.table import Opened, Table

# The table of an export that goes with a panel.
TABLES = {
    "clusters": "clusters",
    "stories": "stories",
    "rising": "bursts",
    "bursts": "bursts",
    "alerts": "alerts",
    "hashtags": "hashtags",
    "predictions": "predictions",
    "timeline": "timeline",
    "horizons": "metrics",
    "scoreboard": "metrics",
    "overperformers": "overperformers",
    "authors": "authors",
}
LEAST_WIDTH, LEAST_HEIGHT = 60, 16


class Resumed(Message):
    """A screen is on top again, and has to be shown what has come meanwhile."""

    def __init__(self, screen: "ViewScreen") -> None:
        super().__init__()
        self.screen = screen


class PageWanted(Message):
    """All that is known of a thing is to be shown."""

    def __init__(self, source: Screen[None], item: object, snapshot: Snapshot) -> None:
        super().__init__()
        self.source, self.item, self.snapshot = source, item, snapshot


class TooSmall(Panel):
    """Stands in for everything when the terminal is too small to show it."""

    def __init__(self) -> None:
        super().__init__("toosmall")
        self._posts = 0

    def show(self, posts: int) -> None:
        """Count on."""
        self._posts = posts
        self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """One line, or several short ones where it does not fit."""
        need, posts = f"need {LEAST_WIDTH}x{LEAST_HEIGHT}", f"{count(self._posts)} posts"
        whole = f"terminal too small ({need}), still counting"
        if len(whole) + 2 + len(posts) <= width:
            return [((f"{whole}: ", "warning"), (posts, "muted"))]
        parts = [("terminal too small", "warning"), (need, "warning"), ("still counting:", "muted"), (posts, "muted")]
        return [((text[:width], role),) for text, role in parts[:height]]


class ViewScreen(Screen[None], Ground):
    """A screen that draws a View: subclasses say what stands between its header and its event line."""

    SCOPES: ClassVar[tuple[Scope, ...]] = ()  # of the actions that this screen has besides those of every such screen
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("view", "post"),
        Binding("tab", "app.focus_next", "next panel", show=False),
        Binding("shift+tab", "app.focus_previous", "panel before", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-too-narrow"),
        (LEAST_WIDTH, "-narrow"),
        (100, "-middle"),
        (120, "-broad"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-too-low"),
        (LEAST_HEIGHT, "-low"),
        (32, "-high"),
        (42, "-tall"),
    ]

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.snapshot: Snapshot | None = None
        self._header, self._events, self._too_small = Header(), EventLine(), TooSmall()
        self._filter_bar = FilterBar()
        self._filter_before: Widget | None = None  # what had the focus

    def compose(self) -> ComposeResult:
        """The frame of the screen around its body."""
        yield self._too_small
        yield self._header
        yield from self.body()
        yield self._filter_bar
        yield self._events
        yield KeyLine()

    # -- what subclasses say --------------------------------------------------------------------------------------

    def body(self) -> ComposeResult:
        """What stands between the header and the event line."""
        raise NotImplementedError

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        raise NotImplementedError

    @property
    def lists_bursts(self) -> bool:
        """Whether a table of what is rising is in sight; else the event line names the foremost burst."""
        return False

    # -- what is shown --------------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Draw a view: only what changed is painted."""
        self.set_class(view.stale, "-stale")
        self._header.show(view)
        self._events.name_burst(not self.lists_bursts)
        self._events.show(view)
        if view.frame is not None and view.frame.snapshot is not self.snapshot:
            self.snapshot = view.frame.snapshot
            self._too_small.show(self.snapshot.meters.posts)
            self.draw(view.frame)
            if self.has_class("-filtering"):
                self._filter_bar.know(values_in(self.snapshot))

    def say(self, text: str, role: str = "", lasting: bool = False) -> None:
        """Show a message on the event line."""
        self._events.say(text, role, lasting)

    def announce(self, text: str) -> None:
        """Show a piece of news on the event line, beside any message."""
        self._events.announce(text)

    def hush(self) -> None:
        """Say no more of what was said: it will be old when this screen is seen again."""
        self._events.hush()

    def on_screen_resume(self) -> None:
        """Ask for what has come meanwhile."""
        self.post_message(Resumed(self))

    def table_in_focus(self) -> str:
        """The table of an export that goes with the panel in focus."""
        return TABLES.get(self.focused.id or "", "posts") if self.focused else "posts"

    # -- what the keys do ------------------------------------------------------------------------------------------

    def action_sort(self) -> None:
        """Sort the focused table by its next column."""
        if not (isinstance(self.focused, Table) and self.focused.sort_by_next()):
            self.say("nothing to sort here: tab leads to a table")

    def action_reverse(self) -> None:
        """Turn the focused table's order round."""
        if not (isinstance(self.focused, Table) and self.focused.reverse_sort()):
            self.say("nothing to sort here: tab leads to a table")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where one types, a letter is a letter."""
        return (
            not isinstance(self.focused, LineInput) if action == "filter" else super().check_action(action, parameters)
        )

    def action_filter(self) -> None:
        """Open the filter bar with the filter that is on, or go back to it."""
        if self.has_class("-filtering"):
            self.set_focus(self._filter_bar.input)
            return
        self._filter_before = self.focused
        self.add_class("-filtering")
        self.set_focus(self._filter_bar.input)  # focus() would do so only after the keys that wait
        snapshot = self.snapshot
        self._filter_bar.open(snapshot.filter if snapshot else "", values_in(snapshot) if snapshot else {})

    @on(FilterBar.Closed)
    def filter_bar_closed(self) -> None:
        """Give its lines back."""
        self.leave_filter_bar()

    def leave_filter_bar(self) -> bool:
        """Close the filter bar, wherever the focus is; False if it was not open."""
        if not self.has_class("-filtering"):
            return False
        self.remove_class("-filtering")
        if self.focused is None or self.focused is self._filter_bar.input:
            self.set_focus(self._filter_before)
        return True

    def action_correct(self, mood: Mood) -> None:
        """Mark the post that was chosen in the focused table."""
        post = key_of(self.item_chosen())
        if post:
            self.post_message(CorrectionWanted(post, mood))
        else:
            self.say(choose())

    def mark(self, key: str, mood: str) -> None:
        """Show in every table what a post has been marked as."""
        for table in self.query(Table):
            table.mark(key, mood)

    @on(Opened)
    def opened(self, event: Opened) -> None:
        """A row was asked for in full."""
        if self.snapshot is not None:
            self.open_item(event.item, self.snapshot)

    def open_item(self, item: object, snapshot: Snapshot) -> None:
        """All that is known of one thing: the posts behind it, or the post itself."""
        self.hush()
        self.post_message(PageWanted(self, item, snapshot))

    def item_chosen(self) -> object:
        """The row that has been chosen; None where rows still move under the cursor."""
        return self.focused.chosen if isinstance(self.focused, Table) else None

    def item_in_focus(self) -> object:
        """The row that a key is meant for; None if there is none."""
        return self.focused.selected if isinstance(self.focused, Table) else None

    def action_copy(self) -> None:
        """Copy the row's text to the clipboard."""
        text = text_of_row(self.item_in_focus())
        if not text:
            self.say("nothing to copy here: tab leads to a table")
            return
        self.app.copy_to_clipboard(text)
        self.say(f"copied, if the terminal lets us: {cut(text, 60)}", "good")

    def action_browse(self) -> None:
        """Open the post's page in the browser, or show its address where there is none."""
        item = self.item_in_focus()
        address = address_of(item)
        if not address:
            self.say("no address can be made of this post's id" if key_of(item) else "no post is chosen here")
        elif can_browse():
            self.say(f"opening {address}", "good")
            browse(address, lambda: self.app.call_from_thread(self.say, f"no browser opens: {address}", "warning"))
        else:
            told = f"no browser here: {address}"
            whole = cells(told) <= self.size.width - 2
            self.say(
                f"{told}  ({key('copy')} copies it with the text)"
                if whole
                else f"no browser here: the post's page has the address, {key('copy')} copies it"
            )

    def action_pin(self) -> None:
        """Pin the post, or unpin it."""
        post = key_of(self.item_in_focus())
        if post:
            self.post_message(PinWanted(post))
        else:
            self.say("no post is chosen here")
