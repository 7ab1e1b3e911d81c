"""What must be true of any picture, whatever the feed held."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import msgspec

from engine.export import csv_parts
from engine.snapshot import Snapshot
from engine.tables import TABLES
from tests.worker_harness import as_json


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(key)
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def check_harmless(picture: Snapshot) -> None:
    """No control or direction character anywhere, no formula in a table, and everything can be written and read."""
    for said in strings(msgspec.to_builtins(picture)):
        assert all(c.isprintable() or c in "\n\u200d" for c in said), ascii(said[:200])
    json.loads(as_json(picture))
    for table in TABLES:
        text = "".join(csv_parts(picture, table))
        text.encode()
        assert all(c.isprintable() or c in "\r\n\u200d" for c in text), table
        for row in csv.reader(io.StringIO(text, newline="")):
            assert not any(cell.startswith(("=", "+", "@", "|", "%")) for cell in row), row


def check_sum(picture: Snapshot) -> None:
    meters = msgspec.structs.asdict(picture.meters)
    lines, read, _ = meters.pop("lines"), meters.pop("read"), meters.pop("embedded")
    assert lines <= read == sum(meters.values())
    assert picture.meters.rejected == sum(reason.count for reason in picture.rejections)
    assert picture.meters.ignored == sum(reason.count for reason in picture.ignored)
