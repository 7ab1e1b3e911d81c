"""`trendtop config`: what the monitor's settings are, where they are kept, and a file to begin with."""

import argparse
import os
import sys
from collections.abc import Callable

from tui.keymap import KeymapError, keymap
from tui.settings import BY_NAME, KEYS, SETTINGS, Settings, SettingsError, config_path, place, read_settings
from tui.toml_text import listed, quoted

USAGE = 2
PRECEDENCE = "command line, then TRENDTOP_* of the environment, then the file, then the default"

Fail = Callable[[str], int]


def show(arguments: argparse.Namespace) -> int:
    """`trendtop config show`: every setting with its origin, then the keys that are not the usual ones."""
    try:
        settings = read_settings(vars(arguments))
        keys = keymap(settings.keys)
    except SettingsError as wrong:
        return _wrong(str(wrong))
    except KeymapError as wrong:
        return _wrong(f"{place(config_path(), wrong.action)}: {wrong}")
    print(f"# {PRECEDENCE}")
    print(f"# file: {config_path()}{'' if settings.file else ' (not there: trendtop config init writes one)'}")
    lines = [(_toml(name, found.written), found.origin) for name, found in settings.found.items()]
    width = max(len(line) for line, _ in lines)
    print("\n".join(f"{line:{width}}  # {origin}" for line, origin in lines))
    if settings.keys:
        print(f"\n[{KEYS}]")
        print("\n".join(f"{action} = {quoted(written)}" for action, written in settings.keys.items()))
        print("".join(f"# {line}\n" for line in keys.told), end="")
    return 0


def path() -> int:
    """`trendtop config path`."""
    print(config_path())
    return 0


def init(fail: Fail) -> int:
    """`trendtop config init`: write a file, unless there is one."""
    target = config_path()
    try:
        settings = read_settings({})
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(template(settings))
    except SettingsError as wrong:
        return _wrong(str(wrong))
    except FileExistsError:
        return fail(f"{target} is there already: edit it, or take it away first")
    except OSError as error:
        return fail(f"cannot write {target}: {os.strerror(error.errno or 0)}")
    print(target)
    return 0


def template(settings: Settings) -> str:
    """A file in which every setting stands with its meaning, as a comment until it is wanted."""
    parts = ["# Settings of trendtop watch and demo. Take the # away from what is to be other than the default."]
    for setting in SETTINGS:
        found = settings.found[setting.name]
        sign = "# " if found.origin == "default" else ""
        parts.append(f"# {setting.help}\n{sign}{_toml(setting.name, found.written)}")
    parts.append("# Keys by the id of the action. In the monitor ? lists the keys; docs/screen.md has the ids.")
    return "\n\n".join(parts) + f'\n[{KEYS}]\n# pause = "space"\n'


def _toml(name: str, written: str) -> str:
    """A setting as a line of TOML."""
    if BY_NAME[name].several:
        return f"{name} = {listed(written.splitlines())}"
    plain = written in ("true", "false") or written.replace(".", "", 1).removeprefix("-").isdigit()
    return f"{name} = {written if plain else quoted(written)}"


def _wrong(message: str) -> int:
    print(f"trendtop: {message}", file=sys.stderr)
    return USAGE
