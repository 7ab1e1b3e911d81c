"""Writes snapshots: CSV by pandas (RFC 4180, UTF-8), JSON by the snapshot's own names. Files are replaced whole."""

import os
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.clean import clean
from engine.replacing import EVERYBODY, replace_file
from engine.snapshot import (
    AlertRow,
    Author,
    Burst,
    Cluster,
    Frozen,
    Hashtag,
    Moment,
    Overperformer,
    PostRow,
    Prediction,
    Snapshot,
    Story,
)
from engine.tables import TABLES, Row

if TYPE_CHECKING:
    import pandas as pd

# The columns of each table stand in the snapshot's own records, so that an empty table still has its header.
_ROWS: dict[str, type[Frozen]] = {
    "posts": PostRow,
    "hashtags": Hashtag,
    "clusters": Cluster,
    "stories": Story,
    "bursts": Burst,
    "alerts": AlertRow,
    "authors": Author,
    "overperformers": Overperformer,
    "predictions": Prediction,
    "timeline": Moment,
}
PART = 5_000  # rows made into text at once
METRIC_COLUMNS = ("group", "name", "value")

# A cell that begins like this is run by a spreadsheet, also behind white space (OWASP, "CSV Injection").
_FORMULA = re.compile(r"^[\s\x00]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")


class ExportError(Exception):
    """The export cannot be written; one line says why and what to do."""


def columns(table: str) -> tuple[str, ...]:
    """The columns of a table, in order."""
    return METRIC_COLUMNS if table == "metrics" else _ROWS[table].__struct_fields__


def frame(rows: list[Row], names: Sequence[str]) -> "pd.DataFrame":
    """Rows as pandas writes them: cells as text, so that a missing count stays missing and a whole one stays whole."""
    import pandas as pd  # noqa: PLC0415 - heavy, and only exports need it

    return pd.DataFrame({name: pd.array([_cell(row[name]) for row in rows], dtype="object") for name in names})


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return guarded(value) if isinstance(value, str) else value


def guarded(text: str) -> str:
    """Text that no spreadsheet runs as a formula and no terminal as a command."""
    text = clean(text, limit=100_000)
    return "'" + text if _FORMULA.match(text) else text


def csv_parts(snapshot: Snapshot, table: str) -> Iterator[str]:
    """A table as CSV, in parts of bounded size: header, CRLF line ends, quotes where needed."""
    names = columns(table)
    rows = TABLES[table](snapshot)
    header = True
    while header or (part := list(islice(rows, PART))):
        part = [] if header else part
        yield str(frame(part, names).to_csv(index=False, header=header, lineterminator="\r\n"))
        header = False


def json_parts(snapshot: Snapshot) -> Iterator[str]:
    """The whole snapshot as one JSON object, a row of a table a line; times in ISO 8601 UTC, null for not known."""
    encode = msgspec.json.encode
    for number, name in enumerate(snapshot.__struct_fields__):
        yield f'{"," if number else "{"}\n"{name}": '
        value = getattr(snapshot, name)
        if isinstance(value, list) and value:
            for index, row in enumerate(value):
                yield f"{',' if index else '['}\n  {encode(row).decode()}"
            yield "\n]"
        else:
            yield encode(value).decode()
    yield "\n}\n"


def check_target(target: str) -> None:
    """Raise ExportError if `target` names nothing that can be written: better before hours of reading than after."""
    if not _is_folder(target) and Path(target).suffix not in (".csv", ".json"):
        raise ExportError(f"cannot tell what to write to {target}: end it in .csv, .json or / (a folder of all tables)")


def _is_folder(target: str) -> bool:
    return target.endswith(("/", os.sep)) or Path(target).is_dir()


def write(snapshot: Snapshot, target: str, table: str = "posts") -> list[str]:
    """Write `target`: a .csv (one table), a .json (everything), or a folder (all tables and snapshot.json).

    Returns the paths written. Raises ExportError if it cannot.
    """
    path = Path(target)
    check_target(target)
    if _is_folder(target):
        files = {path / f"{name}.csv": csv_parts(snapshot, name) for name in TABLES}
        files[path / "snapshot.json"] = json_parts(snapshot)
    elif path.suffix == ".json":
        files = {path: json_parts(snapshot)}
    else:
        files = {path: csv_parts(snapshot, table)}
    try:
        for file, parts in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(file, (part.encode() for part in parts), EVERYBODY)
    except OSError as error:
        raise ExportError(f"cannot write {error.filename or target}: {error.strerror}") from error
    return [str(file) for file in files]
