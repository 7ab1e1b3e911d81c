"""What the user keeps of the screen: a picture of it in a file, and the theme in the settings."""

import re
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from engine.replacing import EVERYBODY, replace_file

FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)  # fonts of another machine, which a viewer would fetch
VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#]+)"""  # of a setting, on one line


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


def keep_setting(path: Path, name: str, value: str) -> None:
    """Have the user's file set `name` to a text, in the place where it stands already, if only as a comment.

    What is said beside it stays. A file that cannot be written stays as it was. Raises OSError.
    """
    path = path.resolve()  # a link goes on leading to the file
    there = path.exists()
    lines = path.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True) if there else []
    end = next((at for at, text in enumerate(lines) if text.lstrip().startswith("[")), len(lines))
    for sign in ("", r"#\s*"):
        said = re.compile(rf"""\s*{sign}["']?{name}["']?\s*=\s*{VALUE}(?P<remark>\s*(?:#.*\s*)?)\Z""")
        places = [(at, found) for at in range(end) if (found := said.match(lines[at]))]
        if places:
            at, found = places[0]
            lines[at] = f'{name} = "{value}"{found["remark"]}'
            break
    else:
        lines.insert(0, f'{name} = "{value}"\n')
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(path.stat().st_mode) if there else EVERYBODY
    replace_file(path, [line.encode("utf-8", "surrogateescape") for line in lines], mode)
