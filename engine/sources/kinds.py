"""What stands at a path, and whether it can be a feed."""

import os
import stat

from engine.clean import clean_line
from engine.sources.base import Kind, SourceError, UnavailableError
from engine.sources.codecs import SUFFIXES, codec_of

_WAIT = "use --follow-missing to wait for it"


def kind_of(path: str) -> Kind:
    """How `path` is to be read. "pipe" is an end of a pipe under /dev/fd, which nobody can open again.

    Raises UnavailableError for a path that is missing, empty or unreadable, SourceError for one that can be no feed.
    """
    name = clean_line(path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        raise UnavailableError(f"{name}: no such file; check the name, or {_WAIT}") from None
    except PermissionError:
        raise UnavailableError(_unreadable(name)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise SourceError(f"{name}: {_reason(error)}; check the name") from None
    if stat.S_ISDIR(mode):
        raise SourceError(f"{name}: is a folder; name the files in it, for instance '{name.rstrip('/')}/*.jsonl'")
    if stat.S_ISFIFO(mode):
        return "pipe" if _is_open_end(path) else "fifo"
    if not stat.S_ISREG(mode):
        raise SourceError(f"{name}: is neither a file nor a pipe; give a file, a named pipe, or - for standard input")
    return _kind_of_file(path, name)


def _kind_of_file(path: str, name: str) -> Kind:
    try:
        with open(path, "rb", buffering=0) as file:
            start = file.read(4)
    except FileNotFoundError:
        raise UnavailableError(f"{name}: no such file; check the name, or {_WAIT}") from None
    except PermissionError:
        raise UnavailableError(_unreadable(name)) from None
    except OSError as error:
        raise SourceError(f"{name}: {_reason(error)}; check that it can be read") from None
    if not start:
        raise UnavailableError(f"{name}: is empty; check that something writes to it, or {_WAIT}")
    codec = codec_of(start)
    named = SUFFIXES.get(os.path.splitext(path)[1].lower())
    if codec is None and named is not None:
        raise SourceError(f"{name}: is not {named} data, though its name says so; rename it if it is plain text")
    return codec or "plain"


def _is_open_end(path: str) -> bool:
    return os.path.basename(os.path.realpath(path)).startswith("pipe:[")


def _unreadable(name: str) -> str:
    return f"{name}: permission denied; make it readable (chmod +r), or {_WAIT}"


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
