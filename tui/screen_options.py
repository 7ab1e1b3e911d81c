"""How the screen is to be: plain data, so that the command line can say it before Textual is imported."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Options of the screen; none of them changes what is computed.

    `window` is the one shown at first, in seconds. `debounce` is how many seconds the typing must rest before a draft
    is scored; 0 scores at each key. `again` is what a new engine does about the feed after one has died.
    """

    title: str = ""
    window: int = 900
    colourless: bool = False
    ascii: bool = False
    light: bool = False
    debounce: float = 0.12
    again: str = "reading the feed again"
