"""Which page a thing opens."""

from textual.screen import Screen

from engine.snapshot import Overperformer, PostRow, Snapshot
from tui.details import page_of
from tui.leads import Lead, PostKey
from tui.screens.behind import BehindScreen
from tui.screens.page import PageScreen
from tui.screens.posts import PostScreen
from tui.subject import Subject


def page_on(item: object, snapshot: Snapshot) -> Screen[None]:
    """The page of a post, of a thing with the posts behind it, or of a thing that has none."""
    if isinstance(item, Lead):
        item = item.item
    if isinstance(item, PostRow | Overperformer | PostKey):
        return PostScreen(item, snapshot)
    if isinstance(item, Subject):
        return BehindScreen(item, snapshot)
    return PageScreen(*page_of(item, snapshot))
