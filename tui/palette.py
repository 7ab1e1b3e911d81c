"""The colours of our own themes, as plain data: the first frame is drawn with them before Textual is imported.

Mood is told by sign as well as by colour, and the colours keep apart for most eyes.
"""

from typing import NamedTuple


class Palette(NamedTuple):
    """A theme's colours, each #rrggbb. `panel` is what boxes are drawn with, `primary` the one that has the focus."""

    name: str
    dark: bool
    primary: str
    secondary: str
    accent: str
    success: str
    warning: str
    error: str
    foreground: str
    background: str
    surface: str
    panel: str


DARK = Palette(
    name="trendtop-dark",
    dark=True,
    primary="#6cb2eb",
    secondary="#9aa7b8",
    accent="#5cc8c8",
    success="#58c08d",
    warning="#e3b341",
    error="#f2786d",
    foreground="#d5dce4",
    background="#10151b",
    surface="#171d25",
    panel="#33404e",
)
LIGHT = Palette(
    name="trendtop-light",
    dark=False,
    primary="#0b62b0",
    secondary="#5b6673",
    accent="#006670",
    success="#106a3f",
    warning="#7a5200",
    error="#b02426",
    foreground="#22282f",
    background="#fcfcfa",
    surface="#f1f3f4",
    panel="#c3cad2",
)
CONTRAST_DARK = Palette(
    name="trendtop-contrast-dark",
    dark=True,
    primary="#8fd0ff",
    secondary="#d8dee6",
    accent="#6ff0f0",
    success="#7dffb0",
    warning="#ffd84d",
    error="#ff9c94",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#b4bcc6",
)
CONTRAST_LIGHT = Palette(
    name="trendtop-contrast-light",
    dark=False,
    primary="#004fa3",
    secondary="#2b333b",
    accent="#003f46",
    success="#00401f",
    warning="#4d3100",
    error="#7a0008",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#4a525b",
)

# In the order that T goes through them, by the name that the command line takes.
OURS = {"dark": DARK, "light": LIGHT, "contrast-dark": CONTRAST_DARK, "contrast-light": CONTRAST_LIGHT}
