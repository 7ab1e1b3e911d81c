"""The folder that checkpoints are in: locked by one run at a time, and with the one before the newest."""

import fcntl
import hmac
import os
import stat
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from engine.config import EngineConfig, SourceConfig
from engine.state import graph
from engine.state.checkpoint import Body, Head, Restored, mismatch
from engine.state.names import BEFORE, LOCK, NEWEST
from engine.state.sealed import DamagedError, OtherSchemaError, SealedWriter, read_sealed, write_sealed
from engine.userkey import KeyUnusableError, make_key

PATIENCE = 5.0  # seconds: a run that was killed may have left a process behind that still writes its last checkpoint
OTHERWISE = "use another --state, or remove it to begin anew"


class StateError(Exception):
    """The state cannot be used; one line says why and what to do."""


class StateFolder:
    """Checkpoints in `path`, which is made if need be. Raises StateError: it is not usable, or in use."""

    def __init__(self, path: str, patience: float = PATIENCE) -> None:
        self.path = Path(path)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StateError(f"cannot use the state folder {path}: {(error.strerror or str(error)).lower()}") from None
        try:
            if not stat.S_ISREG(os.fstat(self._lock).st_mode):
                raise StateError(f"cannot use the state folder {path}: its {LOCK} is no file")
            self._take(patience)
            self._key = hmac.digest(make_key(), b"state", "sha256")
        except KeyUnusableError as error:
            self.close()
            raise StateError(str(error)) from None
        except BaseException:
            self.close()
            raise
        for left in self.path.glob(".engine.*"):  # by a run that was killed as it wrote
            with suppress(OSError):
                left.unlink()

    def close(self) -> None:
        """Leave it to others."""
        os.close(self._lock)

    def write(self, head: Head, body: Body, forget: bool) -> None:
        """Put a checkpoint in the place of the newest, which becomes the one before, or with `forget` none does.

        Raises OSError; the checkpoints that were there then stay.
        """

        def write_body(file: SealedWriter) -> None:
            graph.dump(body, file)

        fresh = write_sealed(self.path, self._key, msgspec.json.encode(head), write_body)
        newest, before = self.path / NEWEST, self.path / BEFORE
        try:
            if forget:
                before.unlink(missing_ok=True)
            elif newest.exists():
                os.replace(newest, before)
            os.replace(fresh, newest)
            self._sync()
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise

    def read(self, engine: EngineConfig, source: SourceConfig, model: str) -> Restored | None:
        """The newest checkpoint that is whole; None if there is none at all.

        Raises StateError if a run with these options cannot go on from it.
        """
        damaged = ""
        for path in (self.path / NEWEST, self.path / BEFORE):
            try:
                told, content = read_sealed(path, self._key)
                head = msgspec.json.decode(told, type=Head)
                if why := mismatch(head, engine, source, model):
                    raise StateError(f"{path} {why}: {OTHERWISE}")
                body = _loaded(path, content)
            except FileNotFoundError:
                continue
            except OtherSchemaError as error:
                raise StateError(f"{path} is of another trendtop (schema {error.args[0]}): {OTHERWISE}") from None
            except msgspec.ValidationError as error:
                raise StateError(f"{path} is of another trendtop ({error}): {OTHERWISE}") from None
            except OSError as error:
                raise StateError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
            except DamagedError:
                damaged = f"{path} is damaged, or not of this user"
                continue
            if damaged:  # it is not to take the place of the one that is whole
                with suppress(OSError):
                    os.unlink(self.path / NEWEST)
            said = f"{NEWEST} is damaged, or not of this user: gone on from the one before it"  # short: for one line
            return Restored(head, body, said if damaged else "")
        if damaged:
            raise StateError(f"{damaged}, and there is none before it: {OTHERWISE}")
        return None

    def _take(self, patience: float) -> None:
        end = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise StateError(self._in_use()) from None
                time.sleep(0.05)
            else:
                os.ftruncate(self._lock, 0)
                os.pwrite(self._lock, str(os.getpid()).encode(), 0)
                return

    def _in_use(self) -> str:
        owner = os.pread(self._lock, 20, 0).decode("ascii", "replace")
        whose = f" (process {owner})" if owner.isdigit() else ""
        return f"another trendtop{whose} uses the state folder {self.path}: give this one another --state"

    def _sync(self) -> None:
        with suppress(OSError):  # not every file system can
            folder = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _loaded(path: Path, content: memoryview) -> Body:
    try:
        body = graph.load(content)
    except Exception as error:  # ours, whole, of the same versions, and yet: whatever it raises
        raise StateError(f"{path} cannot be read ({type(error).__name__}: {error}): {OTHERWISE}") from error
    if not isinstance(body, Body):
        raise StateError(f"{path} holds no state: {OTHERWISE}")
    return body
