"""Our own pair of themes. Mood is told by sign as well as by colour, and the colours keep apart for most eyes."""

from textual.theme import Theme

DARK = Theme(
    name="trendtop-dark",
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
    dark=True,
)

LIGHT = Theme(
    name="trendtop-light",
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
    dark=False,
)
