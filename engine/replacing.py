"""Puts a whole new file in the place of an old one: a full disk or a kill leaves the old one as it was."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

OWNER, EVERYBODY = 0o600, 0o644  # who may read


def replace_file(path: Path, parts: Iterable[bytes], mode: int = OWNER) -> None:
    """Write `parts` beside `path`, in a folder that is there, and only then put them in its place. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
