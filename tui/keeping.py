"""What the user keeps of the screen: a picture of it in a file, and the theme in the settings."""

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)  # fonts of another machine, which a viewer would fetch


def save_picture(svg: str, as_of: datetime | None, folder: Path | None = None) -> Path:
    """Write a picture of the screen into a file that is not there yet, named by its event time.

    Raises OSError.
    """
    folder = folder or Path.cwd()
    stamp = f"-{as_of:%Y%m%dT%H%M%SZ}" if as_of else ""
    for name in _names(f"trendtop{stamp}"):
        path = folder / name
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(FONT_FACE.sub("", svg))
        except FileExistsError:
            continue
        return path
    raise AssertionError("names never end")


def _names(stem: str) -> Iterator[str]:
    yield f"{stem}.svg"
    number = 2
    while True:
        yield f"{stem}-{number}.svg"
        number += 1


def keep_setting(path: Path, name: str, value: str | list[str]) -> None:
    """Have the user's file set `name` to a text or a list, in the place where it stands already, if only as a comment.

    Raises OSError.
    """
    new = f"{name} = {toml(value)}".split("\n")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    end = next((at for at, text in enumerate(lines) if text.lstrip().startswith("[")), len(lines))
    for sign in ("", r"#\s*"):
        places = [at for at in range(end) if re.match(rf"\s*{sign}{name}\s*=", lines[at])]
        if places:
            lines[places[0] : _after(lines, places[0])] = new
            break
    else:
        lines[:0] = new
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def toml(value: str | list[str]) -> str:
    """A text or a list of them as TOML writes it; a list of several over as many lines."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if len(value) < 2:
        return f"[{', '.join(map(toml, value))}]"
    return "".join(["[\n", *(f"    {toml(each)},\n" for each in value), "]"])


def _after(lines: list[str], start: int) -> int:
    """The line after the setting that begins at `start`, which may be written over several."""
    for end in range(start + 1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[start:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return start + 1
