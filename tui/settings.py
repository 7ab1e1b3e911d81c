"""The monitor's settings: from the command line, else from TRENDTOP_*, else from the user's file, else the defaults.

Read before anything is on screen, so it imports little; and only by the commands that open the monitor, so that what
others compute depends on their command line alone.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tui import options
from tui.palette import OURS

ALIKE = 0.9  # how much a variable must look like one of ours to be taken for a slip of the hand
KEYS = "keys"  # the table of keys by the id of the action
PREFIX = "TRENDTOP_"
FILE = f"{PREFIX}CONFIG"  # names another file than the user's
TOLD = f"{PREFIX}ALERT"  # what a command that is run for an alert is given


class SettingsError(Exception):
    """A setting that cannot be; the message is one line that says where and what is allowed."""


class Setting(NamedTuple):
    """One that can be set. `parse` takes it as it is written on the command line, and raises ArgumentTypeError.

    `option` is its name there, if it is another. Of `several` texts each stands in a line of its own; in the
    environment they are apart by semicolons.
    """

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str
    option: str = ""
    several: bool = False

    @property
    def attribute(self) -> str:
        """Its name among the parsed arguments."""
        return self.option or self.name


class Found(NamedTuple):
    """What a setting is, as written, as understood, and where that came from."""

    written: str
    value: Any
    origin: str


def yes_or_no(text: str) -> bool:
    """true or false."""
    written = text.strip().lower()
    if written not in ("true", "false", "1", "0", "yes", "no"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return written in ("true", "1", "yes")


def whole_number(text: str) -> int:
    """Any whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def frames(text: str) -> float:
    """How often the screen is drawn, in a second."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 30:
        raise argparse.ArgumentTypeError(f"{text!r} is no rate: give frames per second from 0.1 to 30, like 4")
    return value


def theme(text: str) -> str:
    """The name of one of our themes, or of Textual's."""
    if text in OURS:
        return OURS[text].name
    if text in {palette.name for palette in OURS.values()}:
        return text
    from textual.theme import BUILTIN_THEMES  # noqa: PLC0415 - ours are known without Textual

    if text not in BUILTIN_THEMES:
        near = _near(text, [*OURS, *BUILTIN_THEMES])
        rather = f": did you mean {near[0]}?" if near else f": there are {', '.join([*OURS, *BUILTIN_THEMES])}"
        raise argparse.ArgumentTypeError(f"{text!r} is no theme{rather}")
    return text


def alerts(text: str) -> tuple[str, ...]:
    """Alerts, each in a line."""
    return tuple(options.alert(line) for line in text.splitlines() if line.strip())


def alert_command(text: str) -> str:
    """A command whose program there is; empty for none."""
    if text:
        from engine.alerts.rules import AlertError  # noqa: PLC0415 - most have none
        from engine.alerts.telling import read_command  # noqa: PLC0415

        try:
            read_command(text)
        except AlertError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None
    return text


SETTINGS = (
    Setting("window", "15m", options.span, "what is shown: 5m, 15m, 1h, ... or all"),
    Setting("retention", "48h", options.span, "how long posts are kept, or all"),
    Setting("horizons", "15m,1h,6h,24h", options.horizons, "of predictions, apart by commas"),
    Setting("seed", "0", whole_number, "of all that is random"),
    Setting("no_text", "false", yes_or_no, "keep no text of any post: read it as it comes in, and drop it"),
    Setting("hash_authors", "false", yes_or_no, "digests of your key in place of accounts and of the ids of posts"),
    Setting("rate", "4", frames, "frames per second, 0.1 to 30"),
    Setting("theme", "dark", theme, f"{', '.join(OURS)}, or one of Textual's"),
    Setting("ascii", "false", yes_or_no, "draw with ASCII only"),
    Setting("no_mouse", "false", yes_or_no, "leave the mouse to the terminal"),
    Setting("bell", "false", yes_or_no, "ring the terminal's bell at each alert, and when something begins to rise"),
    Setting("alerts", "", alerts, 'a list, like ["tag:rain mean<-0.3 for 60s", "silence 5m"]', "alert", several=True),
    Setting("alert_log", "", os.path.expanduser, "a file that each alert is added to as a JSON line"),
    Setting("alert_command", "", alert_command, "a program that is run for each alert of a live feed"),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


class Settings(NamedTuple):
    """All settings, the keys that the user's file gives to actions, and the file, if there is one."""

    found: dict[str, Found]
    keys: dict[str, str]
    file: Path | None

    def __getitem__(self, name: Any) -> Any:
        """The value of a setting."""
        return self.found[name].value


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's file, whether or not it is there."""
    if named := environment.get(FILE):
        return Path(named).expanduser()
    return _config_folder() / "config.toml"


def _config_folder() -> Path:
    """The user's folder of settings, on Linux without platformdirs, which takes as long to load as all the rest."""
    if sys.platform == "linux":
        if os.path.isabs(named := os.environ.get("XDG_CONFIG_HOME", "")):
            return Path(named) / "trendtop"
        if os.path.isabs(home := os.environ.get("HOME", "")):
            return Path(home) / ".config" / "trendtop"
    import platformdirs  # noqa: PLC0415 - see above

    return platformdirs.user_config_path("trendtop")


def read_settings(given: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Settings:
    """Every setting by its precedence. `given` are options of the command line; None: not given.

    Raises SettingsError.
    """
    path = config_path(environment)
    written, keys = _file(path)
    found = {
        setting.name: _found(setting, given.get(setting.attribute), environment, written, path) for setting in SETTINGS
    }
    for name in (each for each in environment if each != TOLD):
        known = [PREFIX + setting.name.upper() for setting in SETTINGS]
        if name.startswith(PREFIX) and name not in (FILE, *known) and _near(name, known, ALIKE):
            raise SettingsError(f"environment: {_unknown(name, known)}")
    return Settings(found, keys, path if written is not None else None)


def _found(
    setting: Setting, given: Any, environment: Mapping[str, str], written: dict[str, str] | None, path: Path
) -> Found:
    if given is not None:
        flag = f"--{setting.attribute.replace('_', '-')}"
        given = "\n".join(given) if setting.several else given
        value = _parsed(setting, given, f"argument {flag}") if isinstance(given, str) else given
        return Found(str(given), value, flag)
    variable = PREFIX + setting.name.upper()
    if variable in environment:
        text = environment[variable]
        text = "\n".join(part.strip() for part in text.split(";")) if setting.several else text
        return Found(text, _parsed(setting, text, f"environment: {variable}={environment[variable]}"), variable)
    if written is not None and setting.name in written:
        text = written[setting.name]
        for line in text.splitlines() if setting.several else ():
            _parsed(setting, line, f"{place(path, setting.name, line)}: {setting.name}")
        where = f"{place(path, setting.name)}: {setting.name}"
        return Found(text, _parsed(setting, text, where), str(path))
    return Found(setting.default, setting.parse(setting.default), "default")


def _parsed(setting: Setting, text: str, where: str) -> Any:
    try:
        return setting.parse(text)
    except argparse.ArgumentTypeError as wrong:
        raise SettingsError(f"{where}: {wrong}") from None


# -- the file --------------------------------------------------------------------------------------------------


def _file(path: Path) -> tuple[dict[str, str] | None, dict[str, str]]:
    """What the file says, each value as one would write it on the command line, and its keys; None if there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None, {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8'}") from None
    import tomllib  # noqa: PLC0415 - only for those who have a file

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: no TOML: {error}") from None
    keys = data.pop(KEYS, {})
    if not isinstance(keys, dict):
        raise SettingsError(f'{place(path, KEYS)}: write keys as a table: [keys], and below it pause = "space"')
    for name in data:
        if name not in BY_NAME:
            raise SettingsError(f"{place(path, name)}: {_unknown(name, [*BY_NAME, KEYS])}")
    written = {name: _text(path, name, value) for name, value in data.items()}
    return written, {name: _text(path, name, value) for name, value in keys.items()}


def _text(path: Path, name: str, value: object) -> str:
    """A value of TOML as it would stand on the command line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ("\n" if name in BY_NAME and BY_NAME[name].several else ",").join(value)
    if not isinstance(value, str | int | float):
        raise SettingsError(f"{place(path, name)}: {name} takes a text, a number, true or false")
    return str(value)


def place(path: Path, name: str, part: str = "") -> str:
    """The file, and the line in it that sets `name`, or holds a part of what it is set to."""
    begins = re.compile(rf"""\s*\[?\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next((number for number, line in enumerate(lines, 1) if begins.match(line)), None)
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    for number, line in enumerate(lines[at - 1 :] if at and part else (), at or 0):
        if part in line or escaped in line:
            at = number
            break
    return f"{path}{f' line {at}' if at else ''}"


def _unknown(name: str, known: list[str]) -> str:
    near = _near(name, known)
    rather = f": did you mean {near[0]}?" if near else f" (there are {', '.join(known)})"
    return f"{name} is no setting{rather}"


def _near(name: str, known: list[str], alike: float = 0.6) -> list[str]:
    """The known name that is most like a wrong one, if one is."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for slips of the hand

    return get_close_matches(name, known, 1, alike)
