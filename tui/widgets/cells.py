"""Cells that several tables share."""

from collections.abc import Sequence

from engine.clean import clean_line
from tui.draw import spark
from tui.format import UNKNOWN, count, mood, sentiment, short, signed, whole_percent
from tui.lines import Span

TREND = 10  # cells of a sparkline
MANY_COPIES = 0.5  # share of copies from which it is marked: most of what is said was said before


def sentiment_cell(value: float | None, scored: int = 1) -> Span:
    """A sentiment in its sign and colour; unknown where nothing was scored."""
    known = value if scored else None
    return (sentiment(known), mood(known))


def change_cell(change: int | None) -> Span:
    """Posts more or fewer than in the window before."""
    return (signed(change), "good" if change is not None and change > 0 else "muted")


def trend_cell(trend: Sequence[int]) -> Span:
    """Posts by time, the newest at the right."""
    return (spark(trend, TREND), "accent")


def tags_cell(tags: Sequence[str]) -> Span:
    """Tags with their signs."""
    return (" ".join(f"#{clean_line(tag)}" for tag in tags), "")


def author_cell(name: str, author: str) -> Span:
    """Who wrote it: the handle if the feed gives one, else the end of the account's id."""
    shown = clean_line(name) or clean_line(author)[-12:]
    return (shown or "(hidden)", "accent")


def authors_cell(authors: int) -> Span:
    """How many there are; not known where the feed names none."""
    return (count(authors or None), "")


def text_cell(text: str) -> Span:
    """A post on one line."""
    return (clean_line(text, 400), "")


def copies_cell(copies: float | None) -> Span:
    """The share of posts that nearly repeat an earlier one."""
    return (whole_percent(copies), "warning" if (copies or 0.0) >= MANY_COPIES else "")


def times_cell(value: float) -> Span:
    """How many times what was expected."""
    return (f"{value:.1f}" if value < 9.95 else short(value), "strong")


def ratio_cell(value: float | None) -> Span:
    """How many times what is normal, if that is known; small ones in full: 0.08."""
    if value is None:
        return (UNKNOWN, "muted")
    return (f"{value:.2f}", "") if value < 0.995 else times_cell(value)


def label_cell(label: str, terms: Sequence[str]) -> Span:
    """What names a topic."""
    return (clean_line(label) or clean_line(" ".join(terms)), "")
