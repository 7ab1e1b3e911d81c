"""The first frame: the boxes of the overview as bare escape sequences, on screen before anything heavy is imported.

Textual takes a third of a second to come. What is drawn here is where and how it will draw the same, so that its first
paint changes nothing but what is in the boxes. Imports nothing that takes time.
"""

import os
import termios
from collections.abc import Sequence

from tui.palette import Palette

KEYBOARD, SCREEN = 0, 2  # descriptors
LOCAL = 3  # where termios keeps the flags of echo and lines
ENTER = "\x1b[?1049h\x1b[?25l"
LEAVE = "\x1b[?1049l\x1b[?25h"
LEAST_WIDTH, LEAST_HEIGHT = 60, 16  # below, one line says so in place of the boxes; Textual draws it
BOXED_FROM = 32  # lines
BROAD, WIDE = 120, 150  # columns
MOST_SENTIMENT = 62

Box = tuple[int, int, int, int]  # left, top, width, height

ROUND, HEAVY, PLAIN = "╭─╮│╰╯", "┏━┓┃┗┛", "+-+|++"  # a rule without a box takes the second
STATE = "● STARTING"


BLAND = Palette("", True, *[""] * 10)  # no colours but the terminal's own


def boxes(width: int, height: int) -> list[Box]:
    """The panels of the overview, the one that has the focus third."""
    low, broad, wide = height < BOXED_FROM, width >= BROAD, width >= WIDE
    top = 6 if low else 11 if wide else 10 if width >= 100 else 7
    rows = _divided(height - 3 - top, (5, 6, 4) if low else (1, 1, 1))
    left, right = _divided(width - low, (1, 1) if width < 100 else (2, 3))
    if width >= 100 and left > MOST_SENTIMENT:
        left, right = MOST_SENTIMENT, width - low - MOST_SENTIMENT
    panels = [(0, 1, left, top), (left + low, 1, right, top)]
    y = 1 + top
    for index, high in enumerate(rows):
        shares = (2, 1) if wide else (3, 2) if broad and index == 0 else (1,)
        beside = low and len(shares) > 1
        left, *others = _divided(width - beside, shares)
        panels += [(0, y, left, high), *((left + beside, y, right, high) for right in others)]
        y += high
    return panels


def _divided(total: int, shares: tuple[int, ...]) -> list[int]:
    """Cells by share, each end rounded down, as the screen's layout does it."""
    ends = [total * sum(shares[: at + 1]) // sum(shares) for at in range(len(shares))]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def picture(width: int, height: int, title: str, palette: Palette, ascii_only: bool = False, deep: bool = True) -> str:
    """The whole first frame; `deep` if the terminal has 24-bit colours, else it has 256."""
    ink, ground = _colour(palette.foreground, deep, 38), _colour(palette.background, deep, 48)
    out = [f"\x1b[0m{ground}{ink}\x1b[2J\x1b[H"]
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return "".join(out)
    state = STATE.replace("●", "*") if ascii_only else STATE
    out.append(f" \x1b[1m{_colour(palette.warning, deep, 38)}{state}\x1b[22m{ink}")
    out.append(f"  \x1b[1m{title[: width - len(state) - 4]}\x1b[22m")
    for index, (x, y, wide, high) in enumerate(boxes(width, height)):
        focused = index == 2
        signs = PLAIN if ascii_only else HEAVY if focused and not palette.background else ROUND
        out.append(_colour(palette.primary if focused else palette.panel, deep, 38))
        out.append(_rule(x, y, wide, signs) if height < BOXED_FROM else _box(x, y, wide, high, signs))
    return "".join([*out, "\x1b[0m"])


def _rule(x: int, y: int, width: int, signs: str) -> str:
    return f"{_at(x, y)}{signs[1] * width}"


def _box(x: int, y: int, width: int, height: int, signs: str) -> str:
    inner = "".join(
        f"{_at(x, row)}{signs[3]}{_at(x + width - 1, row)}{signs[3]}" for row in range(y + 1, y + height - 1)
    )
    top = f"{_at(x, y)}{signs[0]}{signs[1] * (width - 2)}{signs[2]}"
    return f"{top}{inner}{_at(x, y + height - 1)}{signs[4]}{signs[1] * (width - 2)}{signs[5]}"


def _at(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"


def _colour(colour: str, deep: bool, layer: int) -> str:
    """The sequence for a colour as ink (38) or ground (48); "" for none."""
    if not colour:
        return ""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    if deep:
        return f"\x1b[{layer};2;{red};{green};{blue}m"
    return f"\x1b[{layer};5;{_of_256(red, green, blue)}m"


def _of_256(red: int, green: int, blue: int) -> int:
    """The nearest of the 216 colours of the cube, or of the 24 greys."""
    if max(red, green, blue) - min(red, green, blue) < 12:
        return 232 + min(max(round((red - 8) / 10), 0), 23)
    return 16 + sum(factor * _step(value) for factor, value in ((36, red), (6, green), (1, blue)))


def _step(value: int) -> int:
    return 0 if value < 48 else 1 if value < 115 else (value - 35) // 40


class FirstFrame:
    """The first frame on the terminal behind stderr, where Textual will paint, and the keyboard kept from echoing."""

    def __init__(self) -> None:
        self._before = termios.tcgetattr(KEYBOARD)
        self._ours = False

    def draw(self, title: str, palette: Palette, ascii_only: bool) -> None:
        """Put it there; keys pressed from now on wait to be read."""
        quiet = termios.tcgetattr(KEYBOARD)
        quiet[LOCAL] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(KEYBOARD, termios.TCSANOW, quiet)
        width, height = os.get_terminal_size(SCREEN)
        deep = os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")
        if not deep and "256color" not in os.environ.get("TERM", ""):
            palette = BLAND
        safe = "".join(character for character in title if character.isprintable())
        if ascii_only:
            safe = safe.encode("ascii", "replace").decode()
        self._ours = True
        _write(ENTER + picture(width, height, safe, palette, ascii_only, deep))

    def hand_over(self) -> None:
        """Textual paints over it now, and leaves the screen itself."""
        self._ours = False

    def erase(self) -> None:
        """Leave the screen as it was before, if it is still ours, and let keys echo again."""
        if self._ours:
            self._ours = False
            _write(LEAVE)
        termios.tcsetattr(KEYBOARD, termios.TCSANOW, self._before)


def _write(text: str) -> None:
    data = text.encode("utf-8", "replace")
    while data:
        data = data[os.write(SCREEN, data) :]


def feed_name(paths: Sequence[str], demo: bool) -> str:
    """What a feed is called in the header."""
    if demo:
        return "demo"
    names = [os.path.basename(path.rstrip("/")) or path for path in paths]
    named = "stdin" if names[:1] == ["-"] else names[0] if names else ""
    return f"{named} +{len(names) - 1}" if len(names) > 1 else named
