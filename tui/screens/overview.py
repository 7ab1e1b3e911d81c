"""The overview: all panels, arranged to the size of the terminal."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget

from engine.snapshot import Cluster, DraftScore, Frame, Hashtag, PostRow, Prediction, Snapshot
from tui import details
from tui.actions import bindings
from tui.format import count
from tui.lines import Line, fit
from tui.screens.page import PageScreen
from tui.view import View
from tui.widgets.clusters import Clusters
from tui.widgets.composer import Composer, DraftChanged
from tui.widgets.events import EventLine
from tui.widgets.feed import Feed
from tui.widgets.footer import KeyLine
from tui.widgets.gauges import Gauges
from tui.widgets.hashtags import Hashtags
from tui.widgets.header import Header
from tui.widgets.health import FeedHealth
from tui.widgets.pager import Page
from tui.widgets.paint import ROLE_CLASSES, Panel
from tui.widgets.predictions import Predictions
from tui.widgets.table import Opened, Table
from tui.widgets.timeline import Timeline

Score = Callable[[str, str, Callable[[DraftScore], None]], None]  # text, author, who takes the answer

PANELS = ("sentiment", "timeline", "clusters", "predictions", "feed", "hashtags")  # by the key that toggles them
TABLES = {"clusters": "clusters", "hashtags": "hashtags", "predictions": "predictions", "timeline": "timeline"}
LEAST_WIDTH, LEAST_HEIGHT = 60, 16


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
        """The one line."""
        need = f"terminal too small (need {LEAST_WIDTH}x{LEAST_HEIGHT})"
        counting: Line = ((f"{count(self._posts)} posts", "muted"),)
        return [fit([(0, ((f"{need}, still counting", "warning"),)), (1, counting)], width, ": ")]


class Overview(Screen[None]):
    """Header, gauges and timeline, clusters and hashtags, predictions, feed and its health, composer, events, keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("overview"),
        Binding("tab", "app.focus_next", "next panel", show=False),
        Binding("shift+tab", "app.focus_previous", "panel before", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = ROLE_CLASSES
    AUTO_FOCUS = "#clusters"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-too-narrow"),
        (LEAST_WIDTH, "-narrow"),
        (100, "-middle"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-too-low"),
        (LEAST_HEIGHT, "-low"),
        (32, "-high"),
        (42, "-tall"),
    ]

    def __init__(self, debounce: float, score: Score) -> None:
        super().__init__(id="overview")
        self._snapshot: Snapshot | None = None
        self._score = score
        self._header, self._events, self._too_small = Header(), EventLine(), TooSmall()
        self._gauges, self._timeline = Gauges(), Timeline()
        self._clusters, self._hashtags, self._predictions = Clusters(), Hashtags(), Predictions()
        self._feed, self._health = Feed(), FeedHealth()
        self._composer = Composer(debounce)
        self._focused_before: Widget | None = None

    def compose(self) -> ComposeResult:
        """All panels; the stylesheet says which are there at which size."""
        yield self._too_small
        yield self._header
        yield Horizontal(self._gauges, self._timeline, id="top", classes="row")
        yield Horizontal(self._clusters, self._hashtags, id="middle", classes="row")
        yield Horizontal(self._predictions, id="lower", classes="row")
        yield Horizontal(self._feed, self._health, id="bottom", classes="row")
        yield self._composer
        yield self._events
        yield KeyLine()

    def show(self, view: View) -> None:
        """Draw a view: only what changed is painted."""
        self._header.show(view)
        self._events.show(view)
        if view.frame is not None and view.frame.snapshot is not self._snapshot:
            self._show_frame(view.frame)

    def _show_frame(self, frame: Frame) -> None:
        snapshot = self._snapshot = frame.snapshot
        self._gauges.show(snapshot)
        self._timeline.show(snapshot)
        self._clusters.show(snapshot)
        self._hashtags.show(snapshot)
        self._predictions.show(snapshot)
        self._feed.show(snapshot)
        self._health.show(frame)
        self._too_small.show(snapshot.meters.posts)

    def say(self, text: str, role: str = "", lasting: bool = False) -> None:
        """Show a message on the event line."""
        self._events.say(text, role, lasting)

    def table_in_focus(self) -> str:
        """The table of an export that goes with the panel in focus."""
        return TABLES.get(self.focused.id or "", "posts") if self.focused else "posts"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the composer a letter is a letter."""
        typing = self.focused is self._composer.input
        return not typing if action == "compose" else super().check_action(action, parameters)

    # -- what the keys do ------------------------------------------------------------------------------------------

    def action_sort(self) -> None:
        """Sort the focused table by its next column."""
        if not (isinstance(self.focused, Table) and self.focused.sort_by_next()):
            self.say("nothing to sort here: tab leads to a table")

    def action_reverse(self) -> None:
        """Turn the focused table's order round."""
        if not (isinstance(self.focused, Table) and self.focused.reverse_sort()):
            self.say("nothing to sort here: tab leads to a table")

    def action_horizon(self) -> None:
        """Show the predictions at the next horizon."""
        if not self._predictions.next_horizon():
            self.say("there are no predictions at another horizon")

    def action_zoom(self) -> None:
        """Show the focused panel alone, or all again."""
        if self._leave_zoom() or self.focused is None or not self.focused.has_class("panel"):
            return
        for node in self.focused.ancestors_with_self:
            if isinstance(node, Panel | Horizontal):
                node.add_class("-zoomed")
        self.add_class("-zoom")

    def action_panel(self, number: int) -> None:
        """Show or hide a panel; one that is on screen is hidden, any other is shown."""
        self._leave_zoom()
        panel = self.query_one(f"#{PANELS[number - 1]}")
        shown = panel.display
        panel.set_class(not shown, "-shown")
        panel.set_class(shown, "-hidden")
        self.call_after_refresh(self._close_empty_rows)

    def action_compose(self) -> None:
        """Open the composer."""
        self._leave_zoom()
        self._focused_before = self.focused
        self.add_class("-composing")
        self.set_focus(self._composer.input)  # focus() would do so only after the keys that wait

    def action_back(self) -> None:
        """One step back: out of the composer, out of the zoom, or let the focused table's cursor go."""
        if self.has_class("-composing"):
            self.remove_class("-composing")
            self.set_focus(self._focused_before or self._clusters)
        elif not self._leave_zoom() and isinstance(self.focused, Table):
            self.focused.release()

    def action_open_mood(self) -> None:
        """The sentiment has a page too."""
        snapshot = self._snapshot
        if snapshot is not None:
            self._page("Sentiment", lambda width: details.sentiment_lines(snapshot, width))

    @on(Opened)
    def opened(self, event: Opened) -> None:
        """All that is known of a row."""
        snapshot = self._snapshot
        assert snapshot is not None
        match event.item:
            case Cluster() as cluster:
                self._page("Cluster", lambda width: details.cluster_lines(cluster, snapshot, width))
            case Hashtag() as tag:
                self._page("Hashtag", lambda width: details.hashtag_lines(tag, snapshot, width))
            case Prediction() as item:
                self._page("Prediction", lambda width: details.prediction_lines(item, snapshot, width))
            case PostRow() as post:
                self._page("Post", lambda width: details.post_lines(post, snapshot, width))
                if post.compound is not None:
                    self._score(post.text, f"{post.platform}:{post.author}", self._words_of(post, snapshot))

    @on(DraftChanged)
    def draft_changed(self, event: DraftChanged) -> None:
        """Have the draft scored."""
        self._score(event.text, "", self._composer.show)

    def _words_of(self, post: PostRow, snapshot: Snapshot) -> Callable[[DraftScore], None]:
        """What puts a post's sentiment, word by word, on its page, should that still be open."""
        page = self.app.screen

        def show(score: DraftScore) -> None:
            if isinstance(page, PageScreen) and page.is_current:
                page.pager.turn_to(lambda width: details.post_lines(post, snapshot, width, score))

        return show

    def _page(self, title: str, page: Page) -> None:
        self.app.push_screen(PageScreen(title, page))

    def _leave_zoom(self) -> bool:
        zoomed = self.has_class("-zoom")
        self.remove_class("-zoom")
        self.query(".-zoomed").remove_class("-zoomed")
        return zoomed

    def _close_empty_rows(self) -> None:
        for row in self.query(".row"):
            row.set_class(not any(child.display for child in row.children), "-hidden")

    def on_resize(self) -> None:
        """Another size may show other panels."""
        self.call_after_refresh(self._close_empty_rows)
