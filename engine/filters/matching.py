"""Makes a test of posts out of an expression."""

import operator
import re
from collections.abc import Callable
from typing import Protocol

from engine.filters.fields import UNDECIDED
from engine.filters.parse import All, Any, Compared, Expression, Has, Not, Said
from engine.ledger import Entry
from models.characters import UNSPACED, fold
from models.hashtags import normalise

Test = Callable[[Entry], bool]
Number = Callable[[Entry], float | None]

_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_RUN_ON = re.compile(f"[{UNSPACED}]")
_LINK = re.compile("https?://", re.I)
_RETOLD = re.compile(r"RT @\w")


class Facts(Protocol):
    """What is known of a post and does not stand in it. None is not known."""

    def count(self, entry: Entry, kind: int) -> int | None:
        """Reactions of a kind (engine.ledger.KINDS) so far."""
        ...

    def engagement(self, entry: Entry) -> int | None:
        """Reactions of all kinds so far."""
        ...

    def predicted(self, entry: Entry) -> float | None:
        """Engagements predicted at the first horizon."""
        ...

    def times(self, entry: Entry) -> float | None:
        """How many times normal its engagements are."""
        ...

    def story(self, entry: Entry) -> int | None:
        """The story it is in."""
        ...

    def cluster(self, entry: Entry) -> int | None:
        """The hashtag cluster it is in."""
        ...


def matcher(expression: Expression, facts: Facts) -> Test:
    """The test that an expression is."""
    match expression:
        case Not(inner):
            inverse = matcher(inner, facts)
            return lambda entry: not inverse(entry)
        case All(parts):
            return _all([matcher(part, facts) for part in _cheapest_first(parts)])
        case Any(parts):
            return _any([matcher(part, facts) for part in _cheapest_first(parts)])
        case Said(text, exact):
            return _phrase(text) if exact else _word(text)
        case Compared(field, sign, number):
            return _compared(field, sign, number, facts)
        case Has(field, value):
            return _has(field, value, facts)


def _cheapest_first(parts: tuple[Expression, ...]) -> list[Expression]:
    """Texts are read last: where something else decides, they need not be read."""
    return sorted(parts, key=lambda part: 0 if isinstance(part, Has) else 2 if isinstance(part, Said) else 1)


def _all(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda entry: first(entry) and second(entry)
    return lambda entry: all(test(entry) for test in tests)


def _any(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda entry: first(entry) or second(entry)
    return lambda entry: any(test(entry) for test in tests)


# -- texts -------------------------------------------------------------------------------------------------------


def _said(entry: Entry) -> str:
    """What a post says; its words alone where the text is not kept."""
    return fold(entry.text or " ".join(term for term in entry.analysis.terms if term[0] != "#"))


def _phrase(text: str) -> Test:
    wanted = fold(text)
    return lambda entry: wanted in _said(entry)


def _word(text: str) -> Test:
    """A whole word; what is written without spaces between words, anywhere."""
    wanted = fold(text)
    if _RUN_ON.search(wanted):
        return lambda entry: wanted in _said(entry)
    whole = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")

    def test(entry: Entry) -> bool:
        said = _said(entry)
        return wanted in said and whole.search(said) is not None

    return test


# -- fields ------------------------------------------------------------------------------------------------------


def _has(field: str, value: str, facts: Facts) -> Test:
    match field:
        case "lang":
            lang = "" if value.lower() == UNDECIDED else value.lower()
            return lambda entry: entry.lang == lang
        case "tag":
            tag = normalise(value)
            return lambda entry: tag in entry.analysis.tags
        case "author":
            return _author(value)
        case "platform":
            platform = value.lower()
            return lambda entry: entry.platform == platform
        case "cluster":
            theme = int(value)
            return lambda entry: facts.cluster(entry) == theme
        case "story":
            story = int(value)
            return lambda entry: facts.story(entry) == story
        case "has":
            return _attached(value)
        case _:
            return _is(value)


def _author(value: str) -> Test:
    """By the id of the account, with or without the platform before it, or by its name, with or without @."""
    wanted = value.strip().casefold()
    name = wanted.removeprefix("@")

    def test(entry: Entry) -> bool:
        account = entry.author.casefold()
        if account and wanted in (account, account.partition(":")[2]):
            return True
        return bool(name) and entry.name.casefold().strip().removeprefix("@") == name

    return test


def _is(value: str) -> Test:
    match value:
        case "reply":
            return lambda entry: bool(entry.reply_to)
        case "quote":
            return lambda entry: bool(entry.quote_of)
        case "post":
            return lambda entry: not entry.reply_to and not entry.quote_of
        case "repost":
            return lambda entry: _RETOLD.match(entry.text) is not None
        case "late":
            return lambda entry: entry.late
        case "edited":
            return lambda entry: entry.edits > 0
        case "copy":
            return lambda entry: bool(entry.copy)
        case _:
            return lambda entry: entry.analysis.polarity is not None


def _attached(value: str) -> Test:
    match value:
        case "media":
            return lambda entry: entry.media in ("image", "video")
        case "link":
            return lambda entry: entry.media == "link" or _LINK.search(entry.text) is not None
        case _:
            return lambda entry: entry.media == value


def _compared(field: str, sign: str, number: float, facts: Facts) -> Test:
    compare, value = _SIGNS[sign], _number(field, facts)

    def test(entry: Entry) -> bool:
        known = value(entry)
        return known is not None and compare(known, number)

    if field == "times" and sign in (">", ">=") and number > 1:
        # What nobody has reacted to has no more than normal, and need not be compared: that is most posts.
        return lambda entry: bool(entry.history or any(entry.seen)) and test(entry)
    return test


def _number(field: str, facts: Facts) -> Number:
    match field:
        case "sent":
            return lambda entry: None if (polarity := entry.analysis.polarity) is None else polarity.compound
        case "likes" | "reposts" | "replies" | "quotes":
            kind = ("likes", "reposts", "replies", "quotes").index(field)
            return lambda entry: facts.count(entry, kind)
        case "views":
            return lambda entry: None if entry.counts is None else entry.counts.view
        case "engagement":
            return facts.engagement
        case "followers":
            return lambda entry: entry.followers
        case "pred":
            return facts.predicted
        case _:
            return facts.times
