"""A folder for the state of one session, from which a dead engine is brought back: for its owner alone, gone with it.

It lies where the system keeps what belongs to a login, mostly in memory; else among the temporary files.
"""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from engine.state.names import BEFORE, LOCK, NEWEST

PREFIX = "trendtop-session-"
DAY = 86_400.0  # seconds


def make_session_folder() -> str:
    """A new folder. Raises OSError."""
    path = _place() / f"{PREFIX}{os.getpid()}-{time.time_ns()}"
    path.mkdir(mode=0o700)
    return str(path)


def leave_session_folder(path: str) -> None:
    """Remove a folder, if there is one, and those of sessions that were killed."""
    if not path:
        return
    import shutil  # noqa: PLC0415 - loads a good deal, and nobody waits for it here

    shutil.rmtree(path, ignore_errors=True)
    for other in _place().glob(f"{PREFIX}*"):
        with suppress(OSError):
            if other.lstat().st_uid == os.geteuid() and not other.is_symlink() and _is_deserted(other):
                shutil.rmtree(other, ignore_errors=True)


def distrust(path: str) -> None:
    """Have the next engine read the feed anew: one went wrong with what is there."""
    for name in (NEWEST, BEFORE):
        with suppress(OSError):
            os.unlink(os.path.join(path, name))


def _place() -> Path:
    return Path(os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("TMPDIR") or "/tmp")


def _is_deserted(folder: Path) -> bool:
    """Whether no engine holds its lock; one that has none yet may be about to."""
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime > DAY
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
