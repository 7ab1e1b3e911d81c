"""Our own themes for Textual."""

from textual.theme import Theme

from tui.palette import OURS, Palette


def theme_of(palette: Palette) -> Theme:
    """A theme of these colours."""
    return Theme(**palette._asdict())


THEMES = [theme_of(palette) for palette in OURS.values()]
