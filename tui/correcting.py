"""Marking posts with a mood: which rows are posts, and what is said of the marks and of what was learnt from them.

Uses no Textual: the command line says it too.
"""

from typing import TypeVar

import msgspec

from engine.snapshot import Personal, PostRow, Snapshot
from models.moods import PERSONAL_FROM
from tui.facts import fact, heading, long_fact
from tui.format import count, mood, ratio
from tui.keymap import key as key_for
from tui.lines import Line, Span, width_of, wrap
from tui.messages import CorrectionMade

Item = TypeVar("Item")
SIGNS = {"positive": "+", "neutral": "=", "negative": "-", "not-scorable": "0"}


def choose() -> str:
    """That there is no post to mark, and how to come to one."""
    return f"choose a post first: tab leads to the feed, {key_for('down')} and {key_for('up')} to a post"


def marked(item: Item, key: str, mood: str) -> Item:
    """A row as it is once the post of that key has that mark."""
    if isinstance(item, PostRow) and f"{item.platform}:{item.uid}" == key:
        return msgspec.structs.replace(item, corrected=mood)
    return item


def answered(made: CorrectionMade) -> str:
    """What has come of a mark, in a line."""
    if made.error:
        return made.error
    done = f"marked {_words(made.mood)}" if made.mood else "mark taken back"
    return f"{done} · {few(made.corrections) or f'{count(made.corrections)} corrections'}"


def few(corrections: int) -> str:
    """That there are too few for a personal layer; "" if there are not."""
    if corrections >= PERSONAL_FROM:
        return ""
    many = "1 correction" if corrections == 1 else f"{count(corrections)} corrections"
    return f"{many}; from {PERSONAL_FROM} a personal layer answers beside VADER"


def record(personal_f1: float | None, vader_f1: float | None, corrections: int) -> str:
    """How good the personal layer has been against VADER."""
    return f"F1 {ratio(personal_f1)} against {ratio(vader_f1)} on {count(corrections)} corrections"


def beside(vader: str, personal: Personal) -> Line:
    """What VADER says of a text, what the personal layer says, and how good that has been."""
    good = record(personal.f1, personal.vader_f1, personal.corrections)
    own = (f"yours {_words(personal.mood)}", _role(personal.mood))
    return ((f"VADER {vader}", _role(vader)), (" · ", "muted"), own, (f" ({good})", "muted"))


def yours(personal: Personal) -> Line:
    """What the personal layer says of a text, where there is little room."""
    good = f" (F1 {ratio(personal.f1)}, VADER {ratio(personal.vader_f1)}, n={count(personal.corrections)})"
    return ((f"yours {_words(personal.mood)}", _role(personal.mood)), (good, "muted"))


def mark_facts(post: PostRow, personal: Personal | None, corrections: int, width: int) -> list[Line]:
    """What a post is marked as, and what the personal layer says of it."""
    lines = []
    if post.corrected:
        lines.append(fact("marked", (_words(post.corrected), _role(post.corrected)), ("  by you", "muted")))
    if personal is not None:
        line = beside("not scored" if post.compound is None else mood(post.compound), personal)
        fits = width_of(fact("", *line)) <= width
        lines += [fact("personal", *line)] if fits else [fact("personal", *line[:-1]), fact("", line[-1])]
    elif corrections and (told := few(corrections)):
        lines += long_fact("personal", told, width)
    return lines


def mark_cell(mood: str) -> Span:
    """A mark on a row: its sign."""
    return (f"✓{SIGNS.get(mood, '')}", _role(mood))


def mood_lines(snapshot: Snapshot, width: int) -> list[Line]:
    """How many posts are marked, and what the personal layer that learns from them is worth."""
    told = few(snapshot.corrections)
    if not told and snapshot.personal_f1 is None:
        return [*heading("Your corrections"), ((f"{count(snapshot.corrections)} corrections are being learnt", ""),)]
    if told:
        rest = ["+ = - 0 on a post mark it positive, neutral, negative, not scorable"]
    else:
        told = f"yours against VADER: {record(snapshot.personal_f1, snapshot.vader_f1, snapshot.corrections)}"
        rest = [
            "each told before it was learnt, on what you marked, which is no sample of the feed",
            "everything else on screen and in exports is VADER's",
        ]
    below: list[Line] = [((line, "muted"),) for text in rest for line in wrap(text, width)]
    return [*heading("Your corrections"), ((told, ""),), *below]


def _words(mood: str) -> str:
    return mood.replace("-", " ")


def _role(mood: str) -> str:
    return mood if mood in ("positive", "neutral", "negative") else "unknown"
