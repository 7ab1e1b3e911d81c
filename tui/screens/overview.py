"""The overview: all panels, arranged to the size of the terminal."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from engine.snapshot import DraftScore, Frame
from tui.actions import bindings
from tui.keymap import key
from tui.screens.base import ViewScreen
from tui.screens.behind import MoodScreen
from tui.screens.panels import PanelsScreen, Place
from tui.widgets.brush import ROLE_CLASSES
from tui.widgets.clusters import Clusters
from tui.widgets.composer import Composer, DraftChanged
from tui.widgets.feed import Feed
from tui.widgets.filter_bar import FilterWanted
from tui.widgets.gauges import Gauges
from tui.widgets.ground import Row
from tui.widgets.hashtags import Hashtags
from tui.widgets.health import FeedHealth
from tui.widgets.paint import Panel
from tui.widgets.predictions import Predictions
from tui.widgets.rising import Rising
from tui.widgets.table import Table
from tui.widgets.timeline import Timeline

Score = Callable[[str, Callable[[DraftScore], None]], None]


# By the key that toggles them, and what they are called.
PANELS = ("sentiment", "timeline", "clusters", "predictions", "feed", "hashtags", "rising")
NAMES = ("sentiment", "timeline", "hashtag clusters", "predictions", "feed", "hashtags", "what is rising")


class Overview(ViewScreen):
    """Header, gauges and timeline, clusters and what is rising, predictions and hashtags, feed and health, composer."""

    SCOPES = ("overview", "horizons")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*SCOPES)
    COMPONENT_CLASSES: ClassVar[set[str]] = ROLE_CLASSES
    AUTO_FOCUS = "#clusters"
    restyled = 0  # how often the roles' styles have been worked out

    def __init__(self, debounce: float, score: Score) -> None:
        super().__init__("overview")
        self._score = score
        self._gauges, self._timeline = Gauges(), Timeline()
        self._clusters, self._rising = Clusters("panel_3"), Rising()
        self._predictions, self._hashtags = Predictions(), Hashtags()
        self._feed, self._health = Feed(), FeedHealth()
        self._composer = Composer(debounce)
        self._focused_before: Widget | None = None

    def body(self) -> ComposeResult:
        """All panels; the stylesheet says which are there at which size."""
        yield Row(self._gauges, self._timeline, id="top", classes="row")
        yield Row(self._clusters, self._rising, id="middle", classes="row")
        yield Row(self._predictions, self._hashtags, id="lower", classes="row")
        yield Row(self._feed, self._health, id="bottom", classes="row")
        yield self._composer

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        snapshot = frame.snapshot
        self._gauges.show(snapshot)
        self._timeline.show(snapshot)
        self._clusters.show(snapshot)
        self._rising.show(snapshot)
        self._predictions.show(snapshot)
        self._hashtags.show(snapshot)
        self._feed.show(snapshot)
        self._health.show(frame)

    def notify_style_update(self) -> None:
        """Count it: on this screen the roles are styled."""
        super().notify_style_update()
        self.restyled += 1

    @property
    def lists_bursts(self) -> bool:
        """Only where there is room for a panel of them."""
        return self._rising.display

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the composer a letter is a letter."""
        typing = self.focused is self._composer.input
        return not typing if action == "compose" else super().check_action(action, parameters)

    @property
    def horizon(self) -> int | None:
        """The horizon of the predictions shown, in seconds."""
        return self._predictions.horizon

    # -- what the keys do ------------------------------------------------------------------------------------------

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
        self.call_after_refresh(self._settle)

    def action_panels(self) -> None:
        """A list of the panels, to hide and show them."""
        self._leave_zoom()
        self.app.push_screen(PanelsScreen(self._places, self.action_panel))

    def _places(self) -> list[Place]:
        return [
            Place(number, name, self.query_one(f"#{panel}").display)
            for number, (panel, name) in enumerate(zip(PANELS, NAMES, strict=True), 1)
        ]

    def action_compose(self) -> None:
        """Open the composer."""
        self._leave_zoom()
        self._focused_before = self.focused
        self.add_class("-composing")
        self.set_focus(self._composer.input)  # focus() would do so only after the keys that wait

    def action_back(self) -> None:
        """One step back: out of the composer, out of the zoom, let the focused table's cursor go, or the filter."""
        if self.leave_filter_bar():
            pass
        elif self.has_class("-composing"):
            self.remove_class("-composing")
            self.set_focus(self._focused_before or self._clusters)
        elif self._leave_zoom() or (isinstance(self.focused, Table) and self.focused.release()):
            pass
        elif self.snapshot is not None and self.snapshot.filter:
            self.post_message(FilterWanted(""))

    def action_open_mood(self) -> None:
        """The sentiment has a page too."""
        if self.snapshot is not None:
            self.hush()
            self.app.push_screen(MoodScreen())

    @on(DraftChanged)
    def draft_changed(self, event: DraftChanged) -> None:
        """Have the draft scored."""
        self._score(event.text, self._composer.show)

    def _leave_zoom(self) -> bool:
        zoomed = self.has_class("-zoom")
        self.remove_class("-zoom")
        self.query(".-zoomed").remove_class("-zoomed")
        return zoomed

    def _settle(self) -> None:
        """Close the rows that have become empty, and let the event line take over from a panel that is gone."""
        for row in self.query(".row"):
            row.set_class(not any(child.display for child in row.children), "-hidden")
        self._events.name_burst(not self.lists_bursts)
        hidden = [at for at, panel in enumerate(PANELS) if self._hides(panel)]
        self._events.name_hidden([f"{key(f'panel_{at + 1}')} {NAMES[at]}" for at in hidden])

    def _hides(self, panel: str) -> bool:
        """Whether the user has hidden a panel."""
        return self.query_one(f"#{panel}").has_class("-hidden")

    def on_resize(self) -> None:
        """Another size may show other panels."""
        self.call_after_refresh(self._settle)
