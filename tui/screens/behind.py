"""What is behind a number: a thing in short, and the posts it counts, which open."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.snapshot import Frame, PostRow, Prediction, Snapshot
from tui.asking import PostsWanted
from tui.deletions import Deletions
from tui.details import page_of, sentiment_lines
from tui.screens.tables import TablesScreen, numbered
from tui.subject import Subject, as_it_is, name_of
from tui.widgets.groups import Groups
from tui.widgets.pager import Pager
from tui.widgets.posts import AskAnew, PostsBehind


class BehindScreen(TablesScreen):
    """A thing and its posts, both as they were when the page was opened, or when they were asked for anew."""

    AUTO_FOCUS: ClassVar[str] = "#behind"

    def __init__(self, item: Subject, snapshot: Snapshot) -> None:
        super().__init__(numbered("behind-page"))
        self._item, self._picture = item, snapshot
        self._found: list[PostRow] | None = None
        self._deletions = Deletions()
        self._facts = Pager(lambda _: [], "facts")
        self._posts = PostsBehind(name_of(item))
        self.set_class(isinstance(item, Prediction), "-single")

    def body(self) -> ComposeResult:
        """Words, and the table."""
        yield Horizontal(self._facts, id="behind-facts", classes="row")
        yield Horizontal(self._posts, id="behind-posts", classes="row")

    def on_mount(self) -> None:
        """Ask for the posts."""
        self._ask()

    def draw(self, frame: Frame) -> None:
        """What is read here stands still, but for what is edited or taken back."""
        if self._deletions.due(frame.snapshot) and self._found:
            self.post_message(PostsWanted(self._item, self._picture.as_of, self._keep))

    @on(AskAnew)
    def ask_anew(self) -> None:
        """Show the thing as it is now, and ask for its posts again."""
        if self.snapshot is not None:
            self._picture, self._item = self.snapshot, as_it_is(self._item, self.snapshot)
        self._ask()

    def _ask(self) -> None:
        self._describe()
        self._posts.wait(self._picture.as_of)
        self.post_message(PostsWanted(self._item, self._picture.as_of, self._take))

    def _take(self, posts: list[PostRow], total: int) -> None:
        self._found = posts
        self._posts.show(posts, total)
        self._describe()

    def _keep(self, posts: list[PostRow], _total: int) -> None:
        self._posts.keep(posts)
        self._found = [*self._posts.items]

    def _describe(self) -> None:
        title, page = page_of(self._item, self._picture, self._found)
        self._facts.name_it(title)
        self._facts.turn_to(page)


class MoodScreen(TablesScreen):
    """The mood of the window, and all that the gauges count, row by row."""

    AUTO_FOCUS: ClassVar[str] = "#groups"

    def __init__(self) -> None:
        super().__init__("mood-page")
        self._facts, self._groups = Pager(lambda _: [], "facts"), Groups()

    def body(self) -> ComposeResult:
        """The gauges in words, and the table."""
        yield Horizontal(self._facts, id="behind-facts", classes="row")
        yield Horizontal(self._groups, id="behind-posts", classes="row")

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        snapshot = frame.snapshot
        self._facts.name_it("Sentiment")
        self._facts.turn_to(lambda width: sentiment_lines(snapshot, width))
        self._groups.show(snapshot)
