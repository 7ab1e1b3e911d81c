"""Model files: a joblib file with a card and a seal behind it. Nothing in it is unpickled before the seal is proven.

    joblib's bytes | the card, JSON | length of each (2 * 8 bytes) | seal (32) | schema (4) | MAGIC (8)

The seal is HMAC-SHA256, with a key that only this user can read, over all the other bytes. A pickle runs code as it is
read, so who has no key must not be able to make one that is read: docs/models.md.
"""

import hashlib
import hmac
import io
import os
import stat
import struct
from dataclasses import replace
from pathlib import Path

import msgspec

from engine.config import EngineConfig
from engine.modelcard import SCHEMA, Card, mismatch
from engine.replacing import replace_file
from engine.userkey import KeyUnusableError, make_key, read_key
from models.trained import Trained

MAGIC = b"TRENDTOP"
MOST = 1 << 30  # bytes
_LENGTHS = struct.Struct(">QQ")
_SCHEMA = struct.Struct(">I")
_SEAL = hashlib.sha256().digest_size
_FOOT = _LENGTHS.size + _SEAL + _SCHEMA.size + len(MAGIC)

AGAIN = "make it again with trendtop train"


class ModelFileError(ValueError):
    """The file cannot be used; one line says why and what to do."""


def write_model(trained: Trained, card: Card, target: str) -> list[str]:
    """Write `target` (.joblib) and its card as .json beside it, both whole and for this user alone.

    Returns the paths written. Raises ModelFileError.
    """
    import joblib  # noqa: PLC0415 - heavy

    path = Path(target)
    check_target(target)
    told = msgspec.json.encode(card)
    body = io.BytesIO()
    joblib.dump(trained, body)
    try:
        sealed = _sealed(body.getvalue(), told, make_key())
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(_beside(path), [readable(card)])
        replace_file(path, [sealed])
    except KeyUnusableError as error:
        raise ModelFileError(str(error)) from None
    except OSError as error:
        raise ModelFileError(f"cannot write {error.filename or target}: {error.strerror}") from None
    return [str(path), str(_beside(path))]


def check_target(target: str) -> None:
    """Raise ModelFileError if no model should be written there: better before minutes of training than after."""
    path = Path(target)
    if path.suffix != ".joblib" or path.is_dir():
        raise ModelFileError(f"cannot write a model to {target}: end it in .joblib")
    beside = _beside(path)
    if os.path.lexists(beside) and not _is_card(beside):
        raise ModelFileError(f"{beside} is there and is not the card of a model: choose another name than {target}")


def salt() -> bytes:
    """What authors are hashed with, in files of this user. Makes the key if there is none; raises ModelFileError."""
    try:
        return _salt(make_key())
    except KeyUnusableError as error:
        raise ModelFileError(str(error)) from None


def check_model(target: str, config: EngineConfig | None = None) -> Card:
    """The card of a file that is proven to be this user's and to fit this trendtop and `config`. Unpickles nothing.

    Raises ModelFileError.
    """
    return _proven(target, config)[0]


def trained_model(target: str | None, config: EngineConfig) -> Trained | None:
    """What to start an engine from: None for no file. Raises ModelFileError."""
    return load_model(target, config) if target else None


def load_model(target: str, config: EngineConfig | None = None) -> Trained:
    """What a proven file holds. Raises ModelFileError, before anything in the file is run, if it is not proven."""
    _, body, key = _proven(target, config)
    import joblib  # noqa: PLC0415 - heavy

    try:
        trained = joblib.load(io.BytesIO(body))
    except Exception as error:  # ours, whole, of the same versions, and yet: whatever it raises
        raise ModelFileError(f"{target} cannot be read ({type(error).__name__}: {error}): {AGAIN}") from error
    if not isinstance(trained, Trained):
        raise ModelFileError(f"{target} holds no model: {AGAIN}")
    return replace(trained, salt=_salt(key))


def readable(card: Card) -> bytes:
    """The card as the file beside the model has it."""
    return msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n"


def _proven(target: str, config: EngineConfig | None) -> tuple[Card, bytes, bytes]:
    """Card, joblib's bytes, and the key that proved them."""
    data = _read(target)
    if len(data) < _FOOT or not data.endswith(MAGIC):
        raise ModelFileError(f"{target} was not written by trendtop train, or is cut short: {AGAIN}")
    at = len(data) - len(MAGIC) - _SCHEMA.size
    (schema,) = _SCHEMA.unpack_from(data, at)
    if schema != SCHEMA:
        raise ModelFileError(f"{target} is a model of schema {schema}, and this trendtop reads {SCHEMA}: {AGAIN}")
    try:
        key = read_key()
    except KeyUnusableError as error:
        raise ModelFileError(f"{target} cannot be proven to be yours: {error}") from None
    foot = len(data) - _FOOT
    seal = data[at - _SEAL : at]
    body_size, card_size = _LENGTHS.unpack_from(data, foot)
    if not hmac.compare_digest(seal, _seal(key, data[:foot], data[foot : at - _SEAL], schema)):
        raise ModelFileError(f"{target} was not written by your trendtop, or was changed since: {AGAIN}")
    if body_size + card_size != foot:
        raise ModelFileError(f"{target} is damaged: {AGAIN}")
    try:
        card = msgspec.json.decode(data[body_size:foot], type=Card)
    except msgspec.MsgspecError as error:
        raise ModelFileError(f"{target} has a card that cannot be read ({error}): {AGAIN}") from None
    if wrong := mismatch(card, config):
        raise ModelFileError(f"{target} {wrong}, or {AGAIN}")
    _check_beside(Path(target), card)
    return card, data[:body_size], key


def _check_beside(path: Path, card: Card) -> None:
    """What people read beside the model must be what was sealed; it may also be gone."""
    beside = _beside(path)
    if beside.is_file() and beside.read_bytes() != readable(card):
        raise ModelFileError(f"{beside} is not the card of {path}, or was changed since: remove it, or train again")


def _read(target: str) -> bytes:
    try:
        handle = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ModelFileError(f"cannot read {target}: {error.strerror}") from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise ModelFileError(f"{target} is no file: --model takes what trendtop train wrote")
        if about.st_size > MOST:
            raise ModelFileError(f"{target} is too large for a model ({about.st_size:,} bytes)")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(MOST)
    except OSError as error:
        raise ModelFileError(f"cannot read {target}: {error.strerror}") from None
    finally:
        os.close(handle)


def _sealed(body: bytes, card: bytes, key: bytes) -> bytes:
    lengths = _LENGTHS.pack(len(body), len(card))
    seal = _seal(key, body + card, lengths, SCHEMA)
    return b"".join((body, card, lengths, seal, _SCHEMA.pack(SCHEMA), MAGIC))


def _seal(key: bytes, content: bytes, lengths: bytes, schema: int) -> bytes:
    made = hmac.new(key, MAGIC + _SCHEMA.pack(schema) + lengths, hashlib.sha256)
    made.update(content)
    return made.digest()


def _salt(key: bytes) -> bytes:
    return hmac.new(key, b"authors", hashlib.sha256).digest()


def _is_card(path: Path) -> bool:
    try:
        msgspec.json.decode(path.read_bytes(), type=Card)
    except (OSError, msgspec.MsgspecError):
        return False
    return True


def _beside(path: Path) -> Path:
    return path.with_suffix(".json")
