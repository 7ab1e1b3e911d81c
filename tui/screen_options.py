"""How the screen is to be: plain data, so that the command line can say it before Textual is imported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.palette import DARK

if TYPE_CHECKING:
    from tui.keymap import Keymap


@dataclass(frozen=True)
class Chosen:
    """What the user has chosen of the screen: `keys` by the id of the action, as they stand in the file `keys_from`."""

    ascii: bool = False
    theme: str = DARK.name
    mouse: bool = True
    bell: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    keys_from: str = ""


@dataclass(frozen=True)
class Options:
    """Options of the screen; none of them changes what is computed.

    `window` is the one shown at first, in seconds. `debounce` is how many seconds the typing must rest before a draft
    is scored; 0 scores at each key. `filters` is the file of saved filters, if not the one in the user's config folder.
    `again` is what a new engine does about the feed after one has died.
    """

    title: str = ""
    window: int = 900
    colourless: bool = False
    ascii: bool = False
    theme: str = DARK.name
    bell: bool = False
    keymap: "Keymap | None" = None
    debounce: float = 0.12
    again: str = "reading the feed again"
    filters: Path | None = None
