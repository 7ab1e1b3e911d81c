"""How the screen is to be: plain data, so that the command line can say it before Textual is imported."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Options of the screen; none of them changes what is computed.

    `window` is the one shown at first, in seconds. `debounce` is how many seconds the typing must rest before a draft
    is scored; 0 scores at each key. `filters` is the file of saved filters, if not the one in the user's config folder.
    """

    title: str = ""
    window: int = 900
    colourless: bool = False
    ascii: bool = False
    light: bool = False
    debounce: float = 0.12
    filters: Path | None = None
