"""The user's own keys: which action has which, and what a key did before it was taken for something else."""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from difflib import get_close_matches
from typing import NamedTuple

from textual.keys import Keys, _character_to_key, format_key

from tui.actions import ACTIONS, BY_ID, Action
from tui.format import UNKNOWN

# Scopes whose keys are never in use at the same time.
_APART = ({"overview", "page"}, {"list", "gauge"}, {"page", "gauge"}, {"saved", "alerts"})
NO_KEY = "unbound"  # stands for the keys of an action that has lost them all
_NAMES = {key.value for key in Keys} | {"space"}
_SHORT = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown", "spc": "space"}
_AS_NAMED = ("up", "down", "left", "right", "enter", "space", "backspace", "tab")
_SHOWN = {key: key for key in _AS_NAMED} | {"pageup": "pgup", "pagedown": "pgdn"}


class KeymapError(Exception):
    """The keys of an action cannot be; the message is one line."""

    def __init__(self, action: str, message: str) -> None:
        super().__init__(message)
        self.action = action


class Keymap(NamedTuple):
    """The keys of all actions whose keys are not the usual ones, as Textual names them, and what has to be told."""

    keys: dict[str, str]
    told: list[str]

    def of(self, action: Action) -> str:
        """The keys of an action, apart by commas; "" if it has none."""
        keys = self.keys.get(action.id, action.keys)
        return "" if keys == NO_KEY else keys


USUAL = Keymap({}, [])
_in_use: ContextVar[Keymap] = ContextVar("the user's keys", default=USUAL)


def use(keys: Keymap) -> None:
    """Have texts name these keys from now on, as far as this app goes."""
    _in_use.set(keys)


def key(action: str) -> str:
    """The first key of an action as the user has it, for texts that name it."""
    return shown(_in_use.get().of(BY_ID[action]).split(",")[0]) or UNKNOWN


def keymap(wanted: Mapping[str, str]) -> Keymap:
    """The keys when `wanted` (action id to keys as people write them) goes before the usual ones.

    A key that the user gives away is taken from whatever had it, which is told. Raises KeymapError.
    """
    ours = {name: _keys(name, written) for name, written in wanted.items()}
    for name, keys in ours.items():
        for other, others in ours.items():
            if name < other and _meet(BY_ID[name], BY_ID[other]) and (both := set(keys) & set(others)):
                raise KeymapError(other, f"{shown(min(both))} is given to both {name} and {other}")
    changed, told = dict(ours), []
    for action in ACTIONS:
        if action.id in ours:
            continue
        usual = action.keys.split(",")
        lost = {key: name for name, keys in ours.items() for key in keys if key in usual and _meet(action, BY_ID[name])}
        if lost:
            changed[action.id] = [key for key in usual if key not in lost]
            rest = "" if changed[action.id] else f", which has no key now (its id is {action.id})"
            told += [
                f"{shown(key)} is now {name}, no longer {action.footer or action.help}{rest}"
                for key, name in lost.items()
            ]
    return Keymap({name: ",".join(keys) or NO_KEY for name, keys in changed.items()}, told)


def shown(key: str) -> str:
    """A key as it is written on a keyboard."""
    return _SHOWN.get(key) or format_key(key)


def _keys(name: str, written: str) -> list[str]:
    """Keys as Textual names them, of an action that there is."""
    if name not in BY_ID:
        near = get_close_matches(name, BY_ID, 1)
        rather = f": did you mean {near[0]}?" if near else f" (there are {', '.join(BY_ID)})"
        raise KeymapError(name, f"{name} is no action{rather}")
    keys = [_key(name, part) for part in _parts(written)]
    if not keys:
        raise KeymapError(name, f"{name} has no key: give it one, or leave the line away")
    return keys


def _parts(written: str) -> Iterable[str]:
    """The keys in a list of them; a comma by itself is one."""
    return [part.strip() for part in written.split(",") if part.strip()] or ([","] if "," in written else [])


def _key(action: str, written: str) -> str:
    if len(written) == 1 and written.isprintable():
        return _character_to_key(written)
    key = _SHORT.get(written.lower(), written.lower())
    *held, last = key.split("+")
    known = last in _NAMES or key in _NAMES or (held and len(last) == 1)
    if known and set(held) <= {"ctrl", "shift", "alt"}:
        return key
    named = key if key.islower() and key.replace("_", "").isalpha() and _is_named(key) else ""
    if named:
        return named
    raise KeymapError(
        action, f'{action} = "{written}": no such key; write it like p, P, f5, space, ctrl+p or left_square_bracket'
    )


def _is_named(key: str) -> bool:
    """Whether it is how Textual names a character, like left_square_bracket."""
    import unicodedata  # noqa: PLC0415 - only for keys written so

    try:
        return len(unicodedata.lookup(key.replace("_", " "))) == 1
    except KeyError:
        return key in ("full_stop", "minus")


def _meet(one: Action, other: Action) -> bool:
    """Whether a key of both would have to choose."""
    return {one.scope, other.scope} not in _APART
