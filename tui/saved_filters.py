"""The user's named filters: a small file in the config folder that nobody else can read, replaced whole."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import platformdirs

from engine.replacing import replace_file

MOST = 100  # filters kept
NAME = 60  # characters of a name


class SavedFiltersError(Exception):
    """The file cannot be read or written; one line says why and what to do."""


class _Named(msgspec.Struct):
    name: str
    expression: str


class _File(msgspec.Struct):
    filters: list[_Named]


def default_path() -> Path:
    """Where the filters are: in the user's config folder."""
    return platformdirs.user_config_path("trendtop") / "filters.json"


def read_filters(path: Path) -> dict[str, str]:
    """Expressions by name, in the order they were saved; none where there is no file. Raises SavedFiltersError."""
    try:
        read = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SavedFiltersError(f"cannot read {path}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise SavedFiltersError(f"{path} is damaged ({error}): mend or remove it") from None
    return {named.name: named.expression for named in read.filters[:MOST]}


def write_filters(path: Path, filters: Mapping[str, str]) -> None:
    """Replace the file by these. Raises SavedFiltersError, and what was there stays."""
    body = msgspec.json.encode(_File([_Named(name, expression) for name, expression in filters.items()]))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(path, [msgspec.json.format(body), b"\n"])
    except OSError as error:
        raise SavedFiltersError(f"cannot write {path}: {error.strerror}") from None
