"""What the pages of details are made of: facts, headings, lists of posts."""

from engine.snapshot import PostRow
from tui.format import clock, count, day_and_clock
from tui.lines import BLANK, Line, Span, cut, pad, wrap
from tui.widgets.cells import author_cell, sentiment_cell, text_cell

LABEL = 14


def fact(name: str, *spans: Span) -> Line:
    """A name and what is known of it."""
    return ((pad(name, LABEL), "muted"), *spans)


def long_fact(name: str, text: str, width: int) -> list[Line]:
    """A name and a text that may need several lines."""
    parts = wrap(text, width - LABEL) or [""]
    return [fact(name if index == 0 else "", (part, "")) for index, part in enumerate(parts)]


def by_authors(authors: int) -> str:
    """ " by 31 authors"; where the feed names none, that it does not."""
    return f" by {count(authors)} authors" if authors else ", authors not told"


def heading(text: str) -> list[Line]:
    """A heading after a blank line."""
    return [BLANK, ((text, "head"),)]


def wrap_lines(text: str, width: int) -> list[Line]:
    """A text over as many lines as it needs."""
    return [((part, ""),) for part in wrap(text, width)]


def post_list(posts: list[PostRow] | None, total: int, name: str, width: int) -> list[Line]:
    """The newest of `total` posts, the newest first; None while the engine has not been heard on them."""
    if posts is None:
        return [*heading(f"{name}, newest first"), (("the engine is asked for them", "muted"),)]
    lines = heading(f"{name}, newest first ({count(len(posts))} of {count(max(total, len(posts)))})")
    when = clock if len({post.created.date() for post in posts}) < 2 else day_and_clock
    for post in posts:
        at = f"{when(post.created)} "
        mean, role = sentiment_cell(post.compound)
        author, accent = author_cell(post.name, post.author)
        lines.append(
            (
                (at, "muted"),
                (pad(mean, 6, True), role),
                (f" {pad(author, 16)} ", accent),
                (cut(text_cell(post.text)[0], max(width - len(at) - 24, 8)), ""),
            )
        )
    return lines
