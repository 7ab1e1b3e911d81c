"""What the pages of details are made of: facts, headings, lists of posts."""

from engine.snapshot import PostRow
from tui.format import clock, count
from tui.lines import BLANK, Line, Span, cut, pad, wrap
from tui.widgets.cells import author_cell, sentiment_cell, text_cell

LABEL = 14
POSTS_SHOWN = 30


def fact(name: str, *spans: Span) -> Line:
    """A name and what is known of it."""
    return ((pad(name, LABEL), "muted"), *spans)


def long_fact(name: str, text: str, width: int) -> list[Line]:
    """A name and a text that may need several lines."""
    parts = wrap(text, width - LABEL) or [""]
    return [fact(name if index == 0 else "", (part, "")) for index, part in enumerate(parts)]


def heading(text: str) -> list[Line]:
    """A heading after a blank line."""
    return [BLANK, ((text, "head"),)]


def wrap_lines(text: str, width: int) -> list[Line]:
    """A text over as many lines as it needs."""
    return [((part, ""),) for part in wrap(text, width)]


def post_list(posts: list[PostRow], name: str, width: int) -> list[Line]:
    """Posts at hand, the newest first."""
    newest = sorted(posts, key=lambda post: (post.created, post.uid), reverse=True)[:POSTS_SHOWN]
    lines = heading(f"{name}, newest first ({count(len(newest))} of the {count(len(posts))} at hand)")
    for post in newest:
        mean, role = sentiment_cell(post.compound)
        author, accent = author_cell(post.name, post.author)
        lines.append(
            (
                (f"{clock(post.created)} ", "muted"),
                (pad(mean, 6, True), role),
                (f" {pad(author, 16)} ", accent),
                (cut(text_cell(post.text)[0], max(width - 33, 8)), ""),
            )
        )
    return lines
