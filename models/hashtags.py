"""Hashtags: found in text, and brought to the one form they are counted by."""

import re
import unicodedata
from collections.abc import Iterable

from models.characters import INVISIBLE, LINK, MARKS, MAX_TEXT, WORD, fold

MAX_TAG = 100  # characters
MAX_TAGS = 64  # per post

_SIGNS = "#\uff03\ufe5f"
# What may stand between the letters of a tag (Unicode UAX 31, hashtag identifiers): the joiners of Indic and Persian
# words, the middle dots of Catalan and Japanese, Hebrew and Tibetan word marks.
_MEDIAL = "\u200c\u200d\u00b7\u30fb\u05f3\u05f4\u0f0b"
BODY = rf"\w{WORD}*(?:[{_MEDIAL}]{WORD}+)*"
HASHTAG = re.compile(rf"{LINK}|(?<![\w&/{MARKS}])[{_SIGNS}]({BODY})")
_TRIMMED = frozenset("`<>=|~^")


def has_sign(text: str) -> bool:
    """Whether there is any number sign: most posts have none, and need no search."""
    return "#" in text or "\uff03" in text or "\ufe5f" in text


def normalise(tag: str) -> str:
    """The form a tag is counted by, "" if nothing is left: NFKC, casefolded, no '#', no invisible characters.

    Punctuation around it is trimmed, as platforms' byte offsets can be off by a few ("milosz,"). At most `MAX_TAG`
    characters are kept.
    """
    tag = tag[: MAX_TAG * 10]
    if tag.isascii() and tag.isalnum():
        return tag[:MAX_TAG].lower()
    folded = _trim(" ".join(fold(INVISIBLE.sub("", tag)).split()))
    return _trim(folded[:MAX_TAG])


def distinct(tags: Iterable[str]) -> tuple[str, ...]:
    """Of normalised tags each once, in order, at most `MAX_TAGS`; "" is none."""
    found: dict[str, None] = {}
    for tag in tags:
        if tag:
            found[tag] = None
            if len(found) == MAX_TAGS:
                break
    return tuple(found)


def find(text: str) -> tuple[str, ...]:
    """The hashtags of a text, normalised, each once, in order, at most `MAX_TAGS`.

    A hashtag is a number sign that follows no word character, '&' or '/', is in no link, and is followed by letters,
    marks, digits and underscores of any script, at least one letter among them.
    """
    if not has_sign(text):
        return ()
    return distinct(map(normalise_body, bodies(text[:MAX_TEXT])))


def bodies(text: str) -> list[str]:
    """What follows the sign of each hashtag, and of each number."""
    return [body for body in HASHTAG.findall(text) if body] if has_sign(text) else []


def normalise_body(body: str) -> str:
    """`normalise` of the body of a hashtag; "" if it holds no letter."""
    return normalise(body) if any(map(str.isalpha, fold(body[:MAX_TAG]))) else ""


def _trim(tag: str) -> str:
    start, end = 0, len(tag)
    while start < end and _trims(tag[start]):
        start += 1
    while end > start and _trims(tag[end - 1]):
        end -= 1
    return tag[start:end]


def _trims(character: str) -> bool:
    if character == "_" or character.isalnum():
        return False
    return character in _TRIMMED or unicodedata.category(character)[0] in "PZC"
