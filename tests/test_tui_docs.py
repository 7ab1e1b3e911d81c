"""The pages and pictures of the screen are in step with it."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from tui.actions import ACTIONS

DOCS = Path(__file__).parent.parent / "docs"
PICTURES = {  # and a word on each
    "overview-160x48": "Predicted",
    "overview-80x24": "Predicted",
    "composer-120x36": "Predicted",
    "model-120x36": "Scoreboard",
}


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_keys_in_the_docs_are_those_of_the_screen() -> None:
    page = (DOCS / "screen.md").read_text(encoding="utf-8")
    assert script("keys").written(page) == page, "run: python docs/keys.py"
    for action in ACTIONS:
        assert f"| {action.help} |" in page


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_small_and_fetch_nothing(name: str) -> None:
    picture = (DOCS / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    assert len(picture.encode()) < 300_000
    assert "url(http" not in picture
    assert re.findall(r'(?:href|src)="(?!#)', picture) == []
    assert PICTURES[name] in picture
