"""What one white-space separated token tells of the language of its text: letters, function words, pictures."""

import re
from dataclasses import dataclass
from functools import cache

from models.function_words import ENGLISH, OTHERS, SHARED
from models.vader_lexicon import emoji_names, lexicon

MAX_REMEMBERED = 20  # characters of a token worth remembering

_LATIN = "A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿ"
_WORD = re.compile(f"[{_LATIN}]+(?:['’][{_LATIN}]+)*")
_LINK = re.compile(r"[\w-]+(?:\.[\w-]+)+/")


@dataclass(frozen=True, slots=True)
class Clue:
    """Evidence from a token."""

    letters: int = 0  # Latin ones, outside links and mentions
    words: int = 0
    english: int = 0  # words that are function words of English, and of no language like it
    shared: int = 0  # words that are function words of English and of some other
    others: tuple[str, ...] = ()  # words that are function words of other languages
    accented: bool = False  # holds a Latin letter that English does not use
    picture: bool = False  # an emoji or emoticon that sentiment can read
    skipped: bool = False  # a link, a mention or a repost mark: no part of what the author says


_SKIPPED = Clue(skipped=True)


@cache
def _emoticons() -> frozenset[str]:
    """Emoticons of the lexicon, ':d' among them; not words with a sign in them, such as "can't stand"."""
    return frozenset(word for word in lexicon() if not word.isalnum() and sum(char.isalpha() for char in word) <= 1)


def read_clue(raw: str) -> Clue:
    """The clue in `raw`."""
    if raw.lower() in _emoticons():
        return Clue(picture=True)
    if "@" in raw or "://" in raw or raw.startswith("www.") or raw in ("RT", "RT:") or _LINK.match(raw):
        return _SKIPPED
    words = [word.lower().replace("’", "'") for word in _WORD.findall(raw)]
    ascii_only = raw.isascii()
    emoji = emoji_names()
    return Clue(
        letters=sum(map(len, words)),
        words=len(words),
        english=sum(word in ENGLISH for word in words),
        shared=sum(word in SHARED for word in words),
        others=tuple(word for word in words if word in OTHERS),
        accented=not ascii_only and not all(map(str.isascii, words)),
        picture=not ascii_only and any(char in emoji for char in raw),
    )


class Clues(dict[str, Clue]):
    """Memo of `read_clue`: `clues[raw]`. Holds at most `cap`; when full it starts anew."""

    def __init__(self, cap: int = 50_000) -> None:
        super().__init__()
        self.cap = cap

    def __missing__(self, raw: str) -> Clue:
        clue = read_clue(raw)
        if len(raw) <= MAX_REMEMBERED:
            if len(self) >= self.cap:
                self.clear()
            self[raw] = clue
        return clue
