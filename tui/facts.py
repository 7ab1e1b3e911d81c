"""What the pages of details are made of: facts, headings."""

from tui.format import count
from tui.lines import BLANK, Line, Span, cells, fold, pad, wrap

LABEL = 14


def fact(name: str, *spans: Span) -> Line:
    """A name and what is known of it."""
    return ((pad(name, LABEL), "muted"), *spans)


def long_fact(name: str, text: str, width: int) -> list[Line]:
    """A name and a text that may need several lines."""
    parts = wrap(text, width - LABEL) or [""]
    return [fact(name if index == 0 else "", (part, "")) for index, part in enumerate(parts)]


def wide_fact(name: str, width: int, *spans: Span) -> list[Line]:
    """A name and what is known of it, none of it cut: what has no room goes on in the next line."""
    room = max(width - LABEL, 2)
    lines, used = [fact(name)], 0
    for text, role in spans:
        if used and used + cells(text) > room:
            lines, used = [*lines, fact("")], 0
        pieces = fold(text if used else text.lstrip(), room)
        for at, piece in enumerate(pieces):
            if at:
                lines = [*lines, fact("")]
            lines[-1] = (*lines[-1], (piece, role))
        used = (0 if len(pieces) > 1 else used) + cells(pieces[-1])
    return lines


def by_authors(authors: int) -> str:
    """ " by 31 authors"; where the feed names none, that it does not."""
    return f" by {count(authors)} authors" if authors else ", authors not told"


def heading(text: str) -> list[Line]:
    """A heading after a blank line."""
    return [BLANK, ((text, "head"),)]


def wrap_lines(text: str, width: int) -> list[Line]:
    """A text over as many lines as it needs."""
    return [((part, ""),) for part in wrap(text, width)]
