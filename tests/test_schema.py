"""docs/schema.md names every column and key there is, in order, and no other: scripts depend on them."""

import json
import re
from pathlib import Path

import pytest

from engine.export import columns, json_parts
from engine.snapshot import DraftScore, Meters, Range, Snapshot
from engine.tables import TABLES
from tests.feeds import START, picture, post

DOC = Path(__file__).parents[1] / "docs" / "schema.md"


def documented(section: str) -> list[str]:
    body = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", DOC.read_text(), re.M | re.S)
    assert body is not None
    names = re.findall(r"^\| (\w+) \|", body[1], re.M)
    return [name for name in names if name not in ("column", "key")]


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_column_is_documented(table: str) -> None:
    assert documented(table) == list(columns(table))


@pytest.mark.parametrize(("section", "kind"), [("score", DraftScore), ("ranges", Range)])
def test_every_key_of_a_score_is_documented(section: str, kind: type[DraftScore | Range]) -> None:
    assert documented(section) == list(kind.__struct_fields__)


def test_every_key_of_the_json_is_documented() -> None:
    assert documented("snapshot.json") == list(Snapshot.__struct_fields__)
    assert documented("meters") == list(Meters.__struct_fields__)
    written = json.loads("".join(json_parts(picture([post("1", START, "Hello there, my good friends #hi")]))))
    assert list(written) == documented("snapshot.json")
