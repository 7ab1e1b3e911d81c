"""Writes snapshots: CSV by pandas (RFC 4180, UTF-8), JSON by the snapshot's own names. Files are replaced whole."""

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.clean import clean
from engine.snapshot import (
    Author,
    Cluster,
    Frozen,
    Hashtag,
    Moment,
    PostRow,
    Prediction,
    Snapshot,
)
from engine.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

# The columns of each table stand in the snapshot's own records, so that an empty table still has its header.
_ROWS: dict[str, type[Frozen]] = {
    "posts": PostRow,
    "hashtags": Hashtag,
    "clusters": Cluster,
    "authors": Author,
    "predictions": Prediction,
    "timeline": Moment,
}
METRIC_COLUMNS = ("group", "name", "value")

# A cell that begins like this is run by a spreadsheet, also behind white space (OWASP, "CSV Injection").
_FORMULA = re.compile(r"^[\s\x00]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")


class ExportError(Exception):
    """The export cannot be written; one line says why and what to do."""


def columns(table: str) -> tuple[str, ...]:
    """The columns of a table, in order."""
    return METRIC_COLUMNS if table == "metrics" else _ROWS[table].__struct_fields__


def frame(snapshot: Snapshot, table: str) -> "pd.DataFrame":
    """A table as pandas sees it: nullable types, so that a missing count stays missing and a count stays whole."""
    import pandas as pd  # noqa: PLC0415 - heavy, and only exports need it

    rows = TABLES[table](snapshot)
    data = {name: [_cell(row[name]) for row in rows] for name in columns(table)}
    return pd.DataFrame({name: pd.array(values, dtype="object") for name, values in data.items()})


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


def csv_text(snapshot: Snapshot, table: str) -> str:
    """A table as CSV: header, CRLF line ends, quotes where needed."""
    return str(frame(snapshot, table).to_csv(index=False, lineterminator="\r\n"))


def json_text(snapshot: Snapshot) -> str:
    """The whole snapshot as one JSON object; times in ISO 8601 UTC, null for not known."""
    return msgspec.json.format(msgspec.json.encode(snapshot), indent=1).decode() + "\n"


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
        files = {path / f"{name}.csv": csv_text(snapshot, name) for name in TABLES}
        files[path / "snapshot.json"] = json_text(snapshot)
    elif path.suffix == ".json":
        files = {path: json_text(snapshot)}
    else:
        files = {path: csv_text(snapshot, table)}
    try:
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            _replace(file, text)
    except OSError as error:
        raise ExportError(f"cannot write {error.filename or target}: {error.strerror}") from error
    return [str(file) for file in files]


def _replace(path: Path, text: str) -> None:
    """Put a whole new file in the place of the old one: a full disk leaves the old one as it was."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
