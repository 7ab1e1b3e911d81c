"""A file that only this user can have written: a head of plain data, a body, and a seal over both.

    MAGIC (8) | schema (4) | length of the head (8) | head, JSON | body | seal (32)

The seal is HMAC-SHA256 with a key that only this user can read. What is not proven by it is not looked into.
"""

import hashlib
import hmac
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from engine.replacing import whole_file

MAGIC = b"TRENDST\n"
SCHEMA = 5  # of the head and of how the body is made
_START = struct.Struct(">IQ")
_SEAL = hashlib.sha256().digest_size


class DamagedError(Exception):
    """The file is cut short, changed, or another user's."""


class OtherSchemaError(Exception):
    """The file is of a schema that this trendtop does not know; the argument is that schema."""


class SealedWriter:
    """A binary file that sums what is written."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        self._sum = hmac.new(key, digestmod=hashlib.sha256)
        self.size = 0

    def write(self, data: bytes) -> int:
        """As of any file."""
        self._sum.update(data)
        self.size += memoryview(data).nbytes
        return self._file.write(data)

    def seal(self) -> None:
        """Write the seal."""
        self._file.write(self._sum.digest())


def write_sealed(folder: Path, key: bytes, head: bytes, body: Callable[[SealedWriter], None]) -> Path:
    """A whole sealed file on the disk, for its owner alone, under a name of its own in `folder`. Raises OSError."""

    def write(file: BinaryIO) -> None:
        sealed = SealedWriter(file, key)
        sealed.write(MAGIC + _START.pack(SCHEMA, len(head)) + head)
        body(sealed)
        sealed.seal()

    return whole_file(folder, ".engine.", write)


def read_sealed(path: Path, key: bytes) -> tuple[bytes, memoryview]:
    """Head and body of a proven file. Raises OSError, DamagedError, OtherSchemaError."""
    data = memoryview(_content(path))
    start = len(MAGIC) + _START.size
    if len(data) < start + _SEAL or data[: len(MAGIC)] != MAGIC:
        raise DamagedError
    schema, length = _START.unpack(data[len(MAGIC) : start])
    if not hmac.compare_digest(hmac.digest(key, data[:-_SEAL], "sha256"), bytes(data[-_SEAL:])):
        raise DamagedError
    if schema != SCHEMA:
        raise OtherSchemaError(schema)
    if start + length > len(data) - _SEAL:
        raise DamagedError
    return bytes(data[start : start + length]), data[start + length : -_SEAL]


def _content(path: Path) -> bytes:
    """What is in a file. A pipe in its place would be waited for without end, and a device be read so."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise DamagedError
        return file.read()
