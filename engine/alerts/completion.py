"""What can stand where the cursor is in an alert: fields and figures, then for how long."""

import re
from collections.abc import Mapping

from engine.alerts.rules import AT_ARRIVAL, METRICS, POST_FLAGS
from engine.filters.completion import Completion, Option, Values
from engine.filters.completion import complete as complete_filter

_CONDITION = re.compile(rf"(?:^|\s)({'|'.join(METRICS)})\s*(?:<=|>=|<|>)\s*[+-]?[\d.]+%?(?:\s|$)", re.I)
_SPANS = tuple(Option(text) for text in ("60s", "5m", "15m", "1h"))
_AFTER = (Option("for", "how long it must hold"), Option("over", "what the figure is taken over"))
_ALONE = (
    Option("burst", "something rises against its own past"),
    Option("burst score>10", "by that score or more"),
    Option("silence 5m", "nothing came for that long"),
)
_FIGURES = tuple(Option(f"{name}{'<' if name == 'mean' else '>'}", what) for name, what in METRICS.items())


def complete(text: str, cursor: int, values: Values, saved: Mapping[str, str]) -> Completion:
    """What can stand at `cursor`; `saved` are the saved filters by name."""
    before = text[:cursor]
    if name := re.search(r'@("[^"]*|[^\s"()<>=]*)$', before):
        typed = name[1].removeprefix('"')
        return Completion(name.start(), _beginning(typed, tuple(_saved(each, saved[each]) for each in saved), '@"'))
    word = before[len(before) - len(re.split(r"\s", before)[-1]) :]
    start = cursor - len(word)
    led = before[:start].split()
    if led and led[-1].lower() in ("for", "over", "silence"):
        return Completion(start, _beginning(word, _SPANS))
    if _CONDITION.search(before[:start]):
        said = {piece.lower() for piece in led}
        return Completion(start, _beginning(word, tuple(each for each in _AFTER if each.text not in said)))
    if led and led[0].lower() in ("burst", "silence"):
        return Completion(cursor)
    found = complete_filter(text, cursor, values)
    fields = tuple(option for option in found.options if _at_arrival(option.text))
    if found.start != start or ":" in word:
        return Completion(found.start, fields)
    alone = () if led else _beginning(word, _ALONE)
    return Completion(start, (*alone, *_beginning(word, _FIGURES), *fields))


def _beginning(typed: str, options: tuple[Option, ...], sign: str = "") -> tuple[Option, ...]:
    """Those that begin as typed, and are more than that; what they begin with by themselves is not typed."""
    wanted = typed.casefold()
    return tuple(
        option
        for option in options
        if option.text.lstrip(sign).casefold().startswith(wanted) and option.text.casefold() != wanted
    )


def _saved(name: str, expression: str) -> Option:
    quoted = f'@"{name}"' if re.search(r'[\s"()<>=]', name) else f"@{name}"
    return Option(quoted, expression)


def _at_arrival(option: str) -> bool:
    """Whether a field, or one of its values, is known when a post comes."""
    field, value = re.fullmatch(r"(\w*)[:>]?(.*)", option, re.S).groups()  # type: ignore[union-attr]
    return (
        option.startswith("#")
        or field in AT_ARRIVAL
        or field == "has"
        or (field == "is" and value in ("", *POST_FLAGS))
    )
