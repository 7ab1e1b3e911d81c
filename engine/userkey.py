"""The key that tells this user's model files from all others: random bytes that nobody else can read."""

import os
import secrets
import stat
import tempfile
from pathlib import Path

import platformdirs

SIZE = 32


class KeyUnusableError(ValueError):
    """There is no key that proves anything; one line says why and what to do."""


def key_path() -> Path:
    """Where the key is: in the user's state folder."""
    return platformdirs.user_state_path("trendtop") / "model.key"


def read_key() -> bytes:
    """The key. Raises KeyUnusableError if there is none, or one that others could have read or put there."""
    path = key_path()
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyUnusableError(f"there is no key of yours at {path}: trendtop train makes one") from None
    except OSError as error:
        what = "is a link" if path.is_symlink() else f"cannot be read ({error.strerror})"
        raise KeyUnusableError(f"the key {path} {what}: remove it and train again") from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid():
            raise KeyUnusableError(f"the key {path} is not a file of yours: remove it and train again")
        if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyUnusableError(f"the key {path} is open to others and proves nothing: remove it and train again")
        key = os.read(handle, SIZE + 1)
    finally:
        os.close(handle)
    if len(key) != SIZE:
        raise KeyUnusableError(f"the key {path} is damaged: remove it and train again")
    return key


def make_key() -> bytes:
    """The key, made if there is none. Raises KeyUnusableError."""
    path = key_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.path.lexists(path):
            _put(path, secrets.token_bytes(SIZE))
    except OSError as error:
        raise KeyUnusableError(f"cannot write the key {path}: {error.strerror}") from None
    return read_key()


def _put(path: Path, key: bytes) -> None:
    """A whole new file at `path`, for its owner alone; one that is there by now stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".model.key.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        os.unlink(temporary)
