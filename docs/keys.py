"""Writes the table of keys into screen.md from the one table of actions: python docs/keys.py"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tui.actions import ACTIONS, Action  # noqa: E402
from tui.screens.help import GROUPS, keys_of  # noqa: E402

PAGE = HERE / "screen.md"
BETWEEN = re.compile(r"(?<=<!-- keys: written by docs/keys.py -->\n).*?(?=<!-- end of keys -->)", re.DOTALL)
WHERE = {
    "app": "anywhere",
    "overview": "overview",
    "page": "pages",
    "view": "overview, pages",
    "horizons": "overview, model",
    "plots": "topics, model",
    "list": "lists and pages",
    "gauge": "gauges",
    "post": "posts",
    "composer": "typing a post",
    "saved": "saved filters",
    "alerts": "alerts",
}


def table() -> str:
    """The keys as a Markdown table."""
    rows = [_row(action) for group in GROUPS for action in ACTIONS if action.group == group]
    return "\n".join(["| key | what it does | where | id |", "|---|---|---|---|", *rows, ""])


def written(page: str) -> str:
    """`page` with the table of keys as it should be."""
    return BETWEEN.sub(lambda _: table(), page)


def _row(action: Action) -> str:
    keys = " ".join(f"`{key}`" for key in keys_of(action).split(", "))
    return f"| {keys} | {action.help} | {WHERE[action.scope]} | {action.id} |"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
