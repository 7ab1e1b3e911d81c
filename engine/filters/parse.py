"""Reads a filter expression: recursive descent over its tokens. The grammar stands in docs/filter.md."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from engine.filters.fields import FIELDS, FLAGS, IDS, MEANS, NAMES, NUMBERS
from engine.filters.tokens import FilterError, Token, tokens

MAX_DEPTH = 40  # of parentheses and negations in each other

_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))([kKmM]?)")
_SCALES = {"": 1.0, "k": 1e3, "m": 1e6}


@dataclass(frozen=True)
class Said:
    """A text says something: a whole word, or with `exact` a phrase anywhere in it."""

    text: str
    exact: bool = False


@dataclass(frozen=True)
class Has:
    """A field is a value: a name, a flag of `is` or `has`, or a number of a cluster or story."""

    field: str
    value: str


@dataclass(frozen=True)
class Compared:
    """A number of a post against one that is given; false where the post's is not known."""

    field: str
    sign: str
    number: float


@dataclass(frozen=True)
class Not:
    """Everything else."""

    inner: "Expression"


@dataclass(frozen=True)
class All:
    """All of these."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Any:
    """One of these at least."""

    parts: "tuple[Expression, ...]"


Expression = Said | Has | Compared | Not | All | Any


Named = Callable[[str, int], Expression]  # what a name after an @ stands for; the second is the column


def parse(text: str, named: Named | None = None) -> Expression | None:
    """The expression that a text writes; None if it is empty, and everything matches. Raises FilterError.

    With `named`, @name and @"two words" stand for what it gives; without, @name is a word.
    """
    reader = _Reader(tokens(text), named)
    return None if reader.token.kind == "end" else reader.whole()


def fields_of(expression: Expression) -> Iterator[str]:
    """The fields that an expression asks for; of `is` and `has` with the flag, as "is:copy"."""
    match expression:
        case Not(inner):
            yield from fields_of(inner)
        case All(parts) | Any(parts):
            for part in parts:
                yield from fields_of(part)
        case Has(field, value) if field in FLAGS:
            yield f"{field}:{value}"
        case Has(field) | Compared(field):
            yield field
        case Said():
            yield "text"


class _Reader:
    """Takes one token after the other."""

    def __init__(self, found: list[Token], named: Named | None) -> None:
        self._tokens = found
        self._named = named
        self._at = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self.token
        self._at += 1
        return token

    def whole(self) -> Expression:
        read = self._any()
        if (left := self.token).kind != "end":
            raise FilterError('")" too many', left.start, "there is no ( that it closes")
        return read

    def _any(self) -> Expression:
        parts = [self._all()]
        while self.token.kind == "or":
            self._take()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self) -> Expression:
        parts = [self._one()]
        while self.token.kind not in ("or", "close", "end"):
            if self.token.kind == "and":
                self._take()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Expression:
        token = self._take()
        match token.kind:
            case "not":
                return Not(self._inside(token, self._one))
            case "open":
                inner = self._inside(token, self._any)
                if self.token.kind != "close":
                    raise FilterError('open "("', token.start, "expected a ) that closes it")
                self._take()
                return inner
            case "word" if self._named is not None and token.text[0] == "@":
                return self._named(self._name(token), token.start)
            case "word":
                return _word(token)
            case "phrase":
                return _phrase(token)
            case "field":
                return _field(token)
            case "compare":
                return _compare(token)
            case _:
                return self._missing(token)

    def _name(self, token: Token) -> str:
        """The name after an @, which may be in quotes."""
        if token.text == "@" and self.token.kind == "phrase" and self.token.start == token.end:
            return self._take().text
        if token.text == "@":
            raise FilterError('lone "@"', token.start, 'expected a name right after it, as in @rain or @"two words"')
        return token.text[1:]

    def _inside(self, token: Token, read: Callable[[], Expression]) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError("nested too deep", token.start, f"at most {MAX_DEPTH} ( and - stand in each other")
        inner = read()
        self._depth -= 1
        return inner

    def _missing(self, token: Token) -> Expression:
        before = self._tokens[self._at - 2] if self._at > 1 else None
        what = f'"{token.text}"' if token.text else "the end"
        after = f" after {before.text}" if before is not None and before.kind in ("or", "and", "not", "open") else ""
        raise FilterError(what, token.start, f"expected a term{after}, as in tag:ai", len(token.text))


def _word(token: Token) -> Expression:
    if token.text[0] in "#\uff03" and len(token.text) > 1:
        return Has("tag", token.text)
    return Said(token.text)


def _phrase(token: Token) -> Expression:
    if not token.text.strip():
        raise FilterError("empty quotes", token.start, "expected the words to look for", token.end - token.start)
    return Said(token.text, exact=True)


def _field(token: Token) -> Expression:
    name, value = token.name.lower(), token.text.strip()
    if name in NUMBERS:
        raise FilterError(
            f'"{name}:"', token.start, f"{name} is a number: write {name}>{value or 10}", token.end - token.start
        )
    if name not in FIELDS:
        raise _unknown(token.name, token)
    if not value:
        raise FilterError(f'nothing after "{name}:"', token.value_at, f"expected the {MEANS[name]}")
    if name in FLAGS:
        if value.lower() not in FLAGS[name]:
            near = _nearest(value.lower(), FLAGS[name])
            known = f"did you mean {near}?" if near else f"expected one of {', '.join(FLAGS[name])}"
            raise FilterError(f'unknown {name}:"{value}"', token.value_at, known, len(token.text))
        return Has(name, value.lower())
    if name in IDS:
        number = value.removeprefix("#")
        if not (number.isascii() and number.isdigit()):
            raise FilterError(f'"{value}"', token.value_at, f"expected the {MEANS[name]}, as in {name}:8", len(value))
        return Has(name, str(int(number)))
    return Has(name, value)


def _compare(token: Token) -> Expression:
    name = token.name.lower()
    if name in NAMES or name in FLAGS or name in IDS:
        raise FilterError(
            f'"{name}{token.sign}"', token.start, f"{name} is no number: write {name}:…", token.end - token.start
        )
    if name not in NUMBERS:
        raise _unknown(token.name, token)
    match = _NUMBER.fullmatch(token.text)
    if match is None:
        what = f'"{token.text}"' if token.text else f'nothing after "{name}{token.sign}"'
        example = -0.3 if name == "sent" else 10
        raise FilterError(
            what, token.value_at, f"expected a number, as in {name}{token.sign}{example}", len(token.text)
        )
    return Compared(name, token.sign, float(match[1]) * _SCALES[match[2].lower()])


def _unknown(name: str, token: Token) -> FilterError:
    near = _nearest(name.lower(), FIELDS)
    hint = f"did you mean {near}?" if near else 'a text with a sign in it goes in quotes, as in "a:b"'
    return FilterError(f'unknown field "{name}"', token.start, hint, len(name))


def _nearest(name: str, known: tuple[str, ...]) -> str:
    return next(iter(get_close_matches(name, known, 1, 0.6)), "")
