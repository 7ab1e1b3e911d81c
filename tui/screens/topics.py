"""The page of the topics: clusters and stories, or what they are made of, drawn."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.protocol import OpenTopics
from engine.snapshot import Frame
from engine.topicsheet import TopicSheet
from tui.format import clock
from tui.keymap import key
from tui.lines import Line
from tui.screens.plots import PlotsScreen, Question
from tui.topic_plots import NAMES, OFF, cloud_lines, size_lines, spread_lines
from tui.widgets.clusters import Clusters
from tui.widgets.gauges import no_posts
from tui.widgets.plots import Drawing, Stepped
from tui.widgets.stories import Stories
from tui.widgets.table import Moved

CLOUD, SPREAD, SIZES = 1, 2, 3


class TopicsScreen(PlotsScreen[TopicSheet]):
    """The clusters, and below them the stories; or a plot in their place."""

    AUTO_FOCUS = "#clusters"
    PLOTS = len(NAMES)
    PACE: ClassVar[float] = 2.0

    def __init__(self) -> None:
        super().__init__("topics-page")
        self._clusters, self._stories = Clusters(""), Stories()

    def body(self) -> ComposeResult:
        """Two tables, or a plot."""
        yield Horizontal(self._clusters, id="page-clusters", classes="row")
        yield Horizontal(self._stories, id="page-stories", classes="row")
        yield Horizontal(self.plots, id="page-plots", classes="row")

    @property
    def table(self) -> Clusters:
        """The clusters."""
        return self._clusters

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._clusters.show(frame.snapshot)
        self._stories.show(frame.snapshot)
        self.ask()

    @on(Moved)
    def chosen(self, event: Moved) -> None:
        """Another cluster is under the cursor."""
        event.stop()
        if self.shown:
            self.ask(at_once=True)
            self.plot()

    @on(Stepped)
    def stepped(self, event: Stepped) -> None:
        """Where nothing scrolls, the keys of a list choose whose words the cloud is made of."""
        event.stop()
        if self.shown != CLOUD:
            return
        if event.edge:
            self._clusters.action_edge(event.step)
        else:
            self._clusters.action_move(event.step if self._clusters.chosen else 0)

    def question(self) -> Question | None:
        """The words of the cluster chosen, once the window has moved on."""
        if self.snapshot is None:
            return None
        chosen = self._chosen
        return Question((chosen, self.snapshot.as_of, self.snapshot.window), lambda number: OpenTopics(number, chosen))

    @property
    def _chosen(self) -> int | None:
        """The cluster that was chosen; None for all of the window."""
        cluster = self._clusters.chosen
        return None if cluster is None else cluster.id

    def plot(self, anew: bool = False) -> None:
        """Draw the plot in sight."""
        sheet = self.sheet
        parts = self.titled(NAMES[self.shown - 1])
        if self.shown == CLOUD:
            cluster = self._clusters.chosen
            parts.append((1, f"{cluster.id} {cluster.label}" if cluster is not None else "all of the window"))
            parts.append((3, f"{key('down')} {key('up')}: cluster, {key('first')}: all"))
        if sheet is None or (self.shown == CLOUD and sheet.cluster != self._chosen):
            waiting: Line = ((" asking the engine", "muted"),)
            self.plots.show(parts, lambda width, height: [waiting], anew=anew)
            return
        parts.append((4, f"as of {clock(sheet.as_of)}"))
        self.plots.show(
            parts,
            self._drawing(sheet),
            anew=anew,
            axes=self.shown == SIZES and self._has_topics,
        )

    @property
    def _has_topics(self) -> bool:
        return self.snapshot is not None and self.snapshot.topics and bool(self.snapshot.posts_in_window)

    def _drawing(self, sheet: TopicSheet) -> Drawing:
        assert self.snapshot is not None
        snapshot = self.snapshot
        if not snapshot.topics:
            return lambda width, height: [OFF]
        if not snapshot.posts_in_window:
            return lambda width, height: [((no_posts(snapshot), "muted"),)]
        if self.shown == CLOUD:
            ascii_only = self.app.has_class("-ascii")
            return lambda width, height: cloud_lines(sheet, width, height, ascii_only)
        return partial(spread_lines if self.shown == SPREAD else size_lines, sheet, snapshot)
