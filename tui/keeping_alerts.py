"""The alerts that the user keeps, as a list in the settings file."""

import re
from collections.abc import Sequence
from pathlib import Path

from engine.replacing import EVERYBODY, replace_file
from tui.toml_text import listed, quoted

_BEGINS = re.compile(r"""\s*["']?alerts["']?\s*=""")
_REMARK = re.compile(r"\s*#\s*alerts\s*=")


def keep_alerts(path: Path, texts: Sequence[str]) -> None:
    """Have the user's file list these alerts where it lists some already, and leave all else in it as it is.

    A file that cannot be written stays as it was. Raises OSError, and ValueError if it is no UTF-8.
    """
    path = path.resolve()  # a link goes on leading to the file
    there = path.exists()
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if there else []
    end = next((at for at, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    at = next((at for sign in (_BEGINS, _REMARK) for at in range(end) if sign.match(lines[at])), None)
    if at is None:
        lines.insert(0, _written(texts))
    else:
        lines[at : _after(lines, at)] = [_written(texts)]
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, [line.encode() for line in lines], path.stat().st_mode & 0o777 if there else EVERYBODY)


def _written(texts: Sequence[str]) -> str:
    """The setting; several alerts stand in as many lines."""
    if len(texts) < 2:
        return f"alerts = {listed(texts)}\n"
    return "".join(["alerts = [\n", *(f"    {quoted(text)},\n" for text in texts), "]\n"])


def _after(lines: list[str], start: int) -> int:
    """The line after the setting that begins at `start`, which may be written over several."""
    import tomllib  # noqa: PLC0415 - only for who keeps alerts

    for end in range(start + 1, len(lines) + 1):
        try:
            tomllib.loads("".join(lines[start:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return start + 1
