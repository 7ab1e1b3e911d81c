"""Lines of a screen as plain data: what the panels draw and the tests compare.

A line is a tuple of spans, a span a text and its role; the stylesheet says how a role looks. Nothing here is ever read
as markup. Widths are terminal cells, so that wide characters and emoji stay in their columns.
"""

import re

from rich.cells import cell_len, set_cell_size, split_graphemes

from engine.clean import clean

Span = tuple[str, str]
Line = tuple[Span, ...]

BLANK: Line = ()

_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001ffff"
_STRAY_JOINER = re.compile(f"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])")

# What we draw with, for a terminal or a font that has only ASCII: one character for one cell.
_OURS = "▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▶●★‖✗✓▲▼×±Δ…–—·│┈└─┌┐┘┬┴┤├┼▀▐\u2800"
_THEIRS = "__.-=+*#   ####>**|!+^vx~d~--.|.+-++++++++## "
_DOTS = "".join(map(chr, range(0x2801, 0x2900)))  # braille
ASCII = str.maketrans(_OURS + _DOTS, _THEIRS + "*" * len(_DOTS))


def plain(text: str) -> str:
    """`text` with nothing in it that a terminal would act on: printable characters on one line.

    The engine cleans on entry; this holds should anything get past it.
    """
    if text.isprintable():
        return text
    return _STRAY_JOINER.sub("", clean(text, len(text))).replace("\n", " ")


def cells(text: str) -> int:
    """How many cells a plain text takes; of most texts that is quickly told."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """`text`, made plain, in at most `width` cells, its end shown as cut off."""
    if width <= 0:
        return ""
    text = plain(text)
    if cells(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def pad(text: str, width: int, right: bool = False) -> str:
    """`text` in exactly `width` cells; `right` puts it at the right."""
    if text.isascii() and len(text) <= width and text.isprintable():  # most cells of a table
        return text.rjust(width) if right else text.ljust(width)
    text = cut(text, width)
    space = " " * max(width - cells(text), 0)
    return space + text if right else text + space


def wrap(text: str, width: int) -> list[str]:
    """`text` broken between words, or within a word longer than a line, in lines of at most `width` cells."""
    width = max(width, 2)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in plain(paragraph).split():
            for piece in _pieces(word, width):
                if line and cell_len(line) + 1 + cell_len(piece) <= width:
                    line = f"{line} {piece}"
                else:
                    if line:
                        lines.append(line)
                    line = piece
        lines.append(line)
    return lines


def fold(text: str, width: int) -> list[str]:
    """`text`, one line of it, with all its spaces, in as many lines of at most `width` cells as it takes."""
    return _pieces(plain(text), max(width, 2))


def _pieces(word: str, width: int) -> list[str]:
    """`word` cut between graphemes into pieces of at most `width` cells."""
    if cell_len(word) <= width:
        return [word]
    pieces, piece, used = [], "", 0
    for start, end, cells in split_graphemes(word)[0]:
        if used + cells > width:
            pieces.append(piece)
            piece, used = "", 0
        piece += word[start:end]
        used += cells
    return [*pieces, piece]


def fit_text(parts: list[tuple[int, str]], width: int, gap: str = " · ") -> str:
    """Texts side by side as `fit` does it with lines: what matters least (the highest rank) goes first."""
    return text_of(fit([(rank, ((text, ""),)) for rank, text in parts if text], width, gap))


def width_of(line: Line) -> int:
    """Cells that `line` takes."""
    return sum([cells(text) for text, _ in line])


def within(line: Line, width: int) -> Line:
    """`line` in at most `width` cells, its end shown as cut off."""
    if width_of(line) <= width:
        return line
    spans: list[Span] = []
    for text, role in line:
        room = width - width_of(tuple(spans))
        if room <= 0:
            break
        spans.append((cut(text, room), role))
    return tuple(spans)


def text_of(line: Line) -> str:
    """The bare text of `line`."""
    return "".join(text for text, _ in line)


def fit(parts: list[tuple[int, Line]], width: int, gap: str = "  ") -> Line:
    """`parts` side by side in their order; while they are too wide, the part of the highest rank is left out.

    Args:
        parts: rank and line of each; a part of rank 0 is never left out, though it may be cut by the edge.
        width: cells there are.
        gap: what stands between two parts.
    """
    kept = [part for part in parts if part[1]]
    between = cells(gap)
    widths = [width_of(line) + between for _, line in kept]
    used = sum(widths) - between
    while kept and used > width:
        worst = max([rank for rank, _ in kept])
        if not worst:
            break
        last = max([index for index, part in enumerate(kept) if part[0] == worst])
        used -= widths.pop(last)
        del kept[last]
    spans: list[Span] = []
    for index, (_, line) in enumerate(kept):
        if index:
            spans.append((gap, ""))
        spans.extend(line)
    return tuple(spans)
