"""What the user keeps of the screen: a picture of it in a file, and the theme in the settings."""

import re
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from engine.replacing import EVERYBODY, replace_file

FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)  # fonts of another machine, which a viewer would fetch
TEXT_OR_REMARK = re.compile(
    r""""{3}(?:\\.|[^\\])*?"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""", re.DOTALL
)  # in TOML: a sign of a remark within a text is none


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

    No remark is lost: one beside the setting stays there, those within a list come before it. A file that cannot be
    written stays as it was. Raises OSError.
    """
    path = path.resolve()  # a link goes on leading to the file
    there = path.exists()
    lines = path.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True) if there else []
    start, end = _place(lines, name)
    within, beside = _remarks("".join(lines[start:end]).lstrip("# \t"))
    lines[start:end] = [*within, f"{name} = {toml(value)}{beside}"]
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(path.stat().st_mode) if there else EVERYBODY
    replace_file(path, [line.encode("utf-8", "surrogateescape") for line in lines], mode)


def toml(value: str | list[str]) -> str:
    """A text or a list of them as TOML writes it; a list of several over as many lines."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if len(value) < 2:
        return f"[{', '.join(map(toml, value))}]"
    return "".join(["[\n", *(f"    {toml(each)},\n" for each in value), "]"])


def _place(lines: list[str], name: str) -> tuple[int, int]:
    """The lines that set `name` before any table, else the comment that would; the start of the file if there is none.

    A comment that says more than that is none.
    """
    top = next((at for at, text in enumerate(lines) if text.lstrip().startswith("[")), len(lines))
    for sign in ("", r"#[ \t]*"):
        begins = re.compile(rf"""[ \t]*{sign}(?=["']?{name}["']?\s*=)""")
        for start in range(top):
            if found := begins.match(lines[start]):
                first = lines[start][found.end() :]
                rest = [] if sign else lines[start + 1 :]
                for more in range(len(rest) + 1):
                    if _is_whole("".join([first, *rest[:more]])):
                        return start, start + 1 + more
    return 0, 0


def _is_whole(text: str) -> bool:
    import tomllib  # noqa: PLC0415 - hardly ever needed

    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _remarks(text: str) -> tuple[list[str], str]:
    """The remarks within a setting, each as a line, and what stands after its value, the end of the line with it."""
    comments = [found for found in TEXT_OR_REMARK.finditer(text) if found[0].startswith("#")]
    end = len(text.rstrip())
    if comments and comments[-1].end() >= end:
        end = len(text[: comments.pop().start()].rstrip())
    return [f"{found[0].rstrip()}\n" for found in comments], text[end:] or "\n"
