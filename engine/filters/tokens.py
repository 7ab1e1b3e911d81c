"""Cuts a filter expression into tokens, each with its place, so that an error can point at it."""

import re
from dataclasses import dataclass
from typing import Literal

from engine.filters.fields import NUMBERS

MAX_LENGTH = 1_000  # characters

Kind = Literal["open", "close", "not", "or", "and", "word", "phrase", "field", "compare", "end"]

_SPACE = re.compile(r"\s*")
_COMPARE = re.compile(rf"({'|'.join(NUMBERS)})\s*(<=|>=|<|>|=)", re.I)
_ODD_COMPARE = re.compile(r"([A-Za-z_]+)\s*(<=|>=|<|>|=)")
_FIELD = re.compile(r"([A-Za-z_]+):")
_WORD = re.compile(r'[^\s()"<>=]+')


class FilterError(ValueError):
    """An expression that cannot be read: what is wrong, from which column (0-based) on, and what was expected."""

    def __init__(self, what: str, column: int, expected: str, length: int = 1) -> None:
        super().__init__(f"{what} at {column}: {expected}")
        self.column, self.length = column, max(length, 1)


@dataclass(frozen=True)
class Token:
    """A piece of an expression; of a field or comparison `name` is the field, `sign` how it is compared."""

    kind: Kind
    text: str
    start: int
    end: int
    name: str = ""
    sign: str = ""
    value_at: int = 0  # where the value begins


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, an end mark last. Raises FilterError."""
    if len(text) > MAX_LENGTH:
        raise FilterError(
            f"{len(text):,} characters", MAX_LENGTH, f"an expression has at most {MAX_LENGTH:,}", len(text) - MAX_LENGTH
        )
    found: list[Token] = []
    at = _skip(text, 0)
    while at < len(text):
        token = _next(text, at)
        found.append(token)
        at = _skip(text, token.end)
    return [*found, Token("end", "", len(text), len(text))]


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _next(text: str, at: int) -> Token:
    character = text[at]
    if character in "()":
        return Token("open" if character == "(" else "close", character, at, at + 1)
    if character == '"':
        content, end = _quoted(text, at)
        return Token("phrase", content, at, end, value_at=at)
    if character == "-":
        if at + 1 >= len(text) or text[at + 1].isspace():
            raise FilterError("lone -", at, "expected a term right after it, as in -tag:ai")
        return Token("not", "-", at, at + 1)
    return _compare(text, at) or _field(text, at) or _word(text, at)


def _compare(text: str, at: int) -> Token | None:
    if match := _COMPARE.match(text, at):
        value = _skip(text, match.end())
        end = _end_of_word(text, value)
        return Token("compare", text[value:end], at, end, match[1].lower(), match[2], value)
    if odd := _ODD_COMPARE.match(text, at):
        return Token("compare", "", at, odd.end(), odd[1], odd[2], odd.end())
    return None


def _field(text: str, at: int) -> Token | None:
    match = _FIELD.match(text, at)
    if match is None:
        return None
    value = match.end()
    if value < len(text) and text[value] == '"':
        content, end = _quoted(text, value)
    else:
        end = _end_of_word(text, value)
        content = text[value:end]
    return Token("field", content, at, end, match[1], ":", value)


def _word(text: str, at: int) -> Token:
    end = _end_of_word(text, at)
    if end == at:
        raise FilterError(f'"{text[at]}"', at, "expected a field before it, as in likes>10")
    word = text[at:end]
    kinds: dict[str, Kind] = {"NOT": "not", "OR": "or", "AND": "and"}
    return Token(kinds.get(word, "word"), word, at, end, value_at=at)


def _quoted(text: str, at: int) -> tuple[str, int]:
    end = text.find('"', at + 1)
    if end < 0:
        raise FilterError("open quote", at, 'expected a closing "', len(text) - at)
    return text[at + 1 : end], end + 1


def _end_of_word(text: str, at: int) -> int:
    match = _WORD.match(text, at)
    return match.end() if match else at
