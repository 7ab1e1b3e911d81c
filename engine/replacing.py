"""Puts a whole new file in the place of an old one: a full disk or a kill leaves the old one as it was."""

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

OWNER, EVERYBODY = 0o600, 0o644  # who may read


def replace_file(path: Path, parts: Iterable[bytes], mode: int = OWNER) -> None:
    """Write `parts` beside `path`, in a folder that is there, and only then put them in its place. Raises OSError."""
    temporary = whole_file(path.parent, f".{path.name}.", lambda file: file.writelines(parts))
    try:
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def whole_file(folder: Path, prefix: str, write: Callable[[BinaryIO], None]) -> Path:
    """A new file in `folder`, whole on the disk and for its owner alone, under a name of its own. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=prefix)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
    return Path(temporary)
