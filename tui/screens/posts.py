"""The posts page, and the page on one post."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.postdetail import PostDetail
from engine.snapshot import Frame, Overperformer, PostRow, Snapshot
from tui.asking import PostsWanted, PostWanted
from tui.author_details import standing_lines
from tui.deletions import Deletions
from tui.keymap import key
from tui.leads import leads
from tui.lines import BLANK, Line
from tui.post_actions import key_of
from tui.post_details import Known, detail_lines, waiting_lines
from tui.screens.tables import TablesScreen, numbered
from tui.subject import WINDOW
from tui.widgets.leads import Leads
from tui.widgets.pager import Pager
from tui.widgets.posts import AskAnew, LivePosts, PinnedPosts


class PostsScreen(TablesScreen):
    """The live feed at full size, and above it the posts that were pinned."""

    AUTO_FOCUS: ClassVar[str] = "#posts"

    def __init__(self) -> None:
        super().__init__("posts-page")
        self._pinned, self._posts = PinnedPosts(), LivePosts()
        self._deletions = Deletions()
        self._stood_still: datetime | None = None
        self._pins = Horizontal(self._pinned, id="page-pinned", classes="row")

    def body(self) -> ComposeResult:
        """Two tables; without pinned posts only one."""
        yield self._pins
        yield Horizontal(self._posts, classes="row")

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._pins.set_class(not frame.snapshot.pinned, "-hidden")
        if self.focused is self._pinned and not frame.snapshot.pinned:
            self.set_focus(self._posts)
        self._pinned.show(frame.snapshot)
        self._pinned.refresh(layout=True)
        self._posts.show(frame.snapshot)
        if self._deletions.due(frame.snapshot) and not self._posts.moves:
            self._ask(self._posts.keep)

    def on_stood_still(self) -> None:
        """Ask for the posts before those that a frame carries."""
        if self.snapshot is not None:
            self._stood_still = self.snapshot.as_of
            self._ask(self._posts.reach_back)

    def action_sort(self) -> None:
        """Sort the focused table, if it stands still."""
        if self._is_moving():
            return
        super().action_sort()

    def action_reverse(self) -> None:
        """Turn the focused table's order round, if it stands still."""
        if self._is_moving():
            return
        super().action_reverse()

    def _ask(self, take: Callable[[list[PostRow]], None]) -> None:
        self.post_message(PostsWanted(WINDOW, self._stood_still, lambda posts, _: take(posts)))

    def _is_moving(self) -> bool:
        moving = self.focused is self._posts and self._posts.moves
        if moving:
            self.say("the newest stand first while posts come in: move the cursor to make them stand still")
        return moving


class PostPager(Pager):
    """The page on a post; at its top it is asked for anew."""

    def action_edge(self, end: int) -> None:
        """To the top or the bottom."""
        super().action_edge(end)
        if end < 0:
            self.post_message(AskAnew())


class PostScreen(TablesScreen):
    """All that is known of a post, as it was when the page was opened, or asked for anew."""

    AUTO_FOCUS: ClassVar[str] = "#post"

    def __init__(self, item: Known, snapshot: Snapshot) -> None:
        super().__init__(numbered("post-page"))
        self._item, self._opened = item, snapshot
        self._deletions = Deletions()
        self._detail: PostDetail | None = None
        self._page, self._leads = PostPager(self._lines, "post"), Leads()
        self._ways = Horizontal(self._leads, id="page-leads", classes="row -hidden")

    def body(self) -> ComposeResult:
        """The page, and where it leads."""
        yield Horizontal(self._page, classes="row")
        yield self._ways

    def on_mount(self) -> None:
        """Ask for it."""
        self._page.name_it(f"Post · {key('first')}: as it is now")
        self.on_ask_anew()

    def on_ask_anew(self) -> None:
        """Ask for it as it is now."""
        self.post_message(PostWanted(key_of(self._item), self._take))

    def draw(self, frame: Frame) -> None:
        """What is read here stands still, until it is edited or taken back."""
        if self._deletions.due(frame.snapshot) and self._detail is not None and self._detail.post is not None:
            self.post_message(PostWanted(key_of(self._item), self._keep))

    def item_in_focus(self) -> object:
        """The post; nothing once it is gone."""
        if self._detail is None:
            return self._item
        return self._detail.post

    def item_chosen(self) -> object:
        """The post, wherever on its page one is."""
        return self.item_in_focus()

    def mark(self, key: str, mood: str) -> None:
        """What it has been marked as stands on its page."""
        super().mark(key, mood)
        if key == key_of(self._item):
            self.on_ask_anew()

    def _keep(self, detail: PostDetail) -> None:
        """Stand still, unless it reads otherwise now, or is gone."""
        before, now = self._detail, detail
        if before is None or before.post is None or now.post is None or before.post.text != now.post.text:
            self._take(now)

    def _take(self, detail: PostDetail) -> None:
        self._detail = detail
        self._leads.fill(leads(detail, self.snapshot or self._opened))
        self._ways.set_class(not self._leads.items, "-hidden")
        self._leads.refresh(layout=True)
        if self.focused is self._leads and not self._leads.items:
            self.set_focus(self._page)
        self._page.turn_to(self._lines)

    def _lines(self, width: int) -> list[Line]:
        if self._detail is None:
            lines = waiting_lines(self._item, width)
        else:
            lines = detail_lines(self._detail, width)
            if self._detail.post is None:
                return lines
        lead = standing_lines(self._item) if isinstance(self._item, Overperformer) else []
        return [*lead, BLANK, *lines] if lead else lines
