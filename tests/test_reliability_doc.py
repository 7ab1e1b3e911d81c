"""docs/reliability.md names tests that exist: a file, and words of the name of a test in it."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
DOC = TESTS.parent / "docs" / "reliability.md"


def claims() -> list[tuple[str, str]]:
    """File and words, for each test that is named: "`test_tail`, `test_runner`: what a source lost"."""
    found: list[tuple[str, str]] = []
    for file, words in re.findall(r"`(test_\w+)`(?:: ([^|`();.]*[^|`();., ]))?", DOC.read_text()):
        parts = [part.strip() for part in words.split(",")] if words else [""]
        found += [(file, part) for part in parts]
    return found


def names_in(file: str) -> list[str]:
    """The names of all tests of a file, as words."""
    tree = ast.parse((TESTS / f"{file}.py").read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [node.name.replace("_", " ") for node in functions if node.name.startswith("test_")]


def test_the_names_are_found_in_the_document() -> None:
    assert len(claims()) > 80


@pytest.mark.parametrize(("file", "words"), sorted(set(claims())))
def test_each_named_test_exists(file: str, words: str) -> None:
    assert any(all(word in name.split() for word in words.lower().split()) for name in names_in(file)), names_in(file)
