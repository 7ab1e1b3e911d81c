"""What the user keeps of the screen: a picture of it in a file, and the theme in the settings."""

import re
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


def keep_setting(path: Path, name: str, value: str) -> None:
    """Have the user's file set `name` to a text, in the place where it stands already, if only as a comment.

    Raises OSError.
    """
    line = f'{name} = "{value}"'
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    end = next((at for at, text in enumerate(lines) if text.lstrip().startswith("[")), len(lines))
    for sign in ("", r"#\s*"):
        places = [at for at in range(end) if re.match(rf"\s*{sign}{name}\s*=", lines[at])]
        if places:
            lines[places[0]] = line
            break
    else:
        lines.insert(0, line)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
