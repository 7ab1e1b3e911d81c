"""Which script a text is written in, other than Latin, and which language that tells."""

import re
from bisect import bisect_right

from models.memo import Memo

# First code point, last code point, script, language it is taken for, languages a claim may name instead.
_BLOCKS: tuple[tuple[int, int, str, str, str], ...] = (
    (0x0370, 0x03FF, "greek", "el", ""),
    (0x0400, 0x052F, "cyrillic", "", "ru uk be bg sr mk bs kk ky mn tg tt uz ba"),
    (0x0530, 0x058F, "armenian", "hy", ""),
    (0x0590, 0x05FF, "hebrew", "he", "yi"),
    (0x0600, 0x07BF, "arabic", "ar", "fa ur ps ku ug sd"),
    (0x08A0, 0x08FF, "arabic", "ar", ""),
    (0x0900, 0x097F, "devanagari", "hi", "mr ne sa"),
    (0x0980, 0x09FF, "bengali", "bn", "as"),
    (0x0A00, 0x0A7F, "gurmukhi", "pa", ""),
    (0x0A80, 0x0AFF, "gujarati", "gu", ""),
    (0x0B00, 0x0B7F, "oriya", "or", ""),
    (0x0B80, 0x0BFF, "tamil", "ta", ""),
    (0x0C00, 0x0C7F, "telugu", "te", ""),
    (0x0C80, 0x0CFF, "kannada", "kn", ""),
    (0x0D00, 0x0D7F, "malayalam", "ml", ""),
    (0x0D80, 0x0DFF, "sinhala", "si", ""),
    (0x0E00, 0x0E7F, "thai", "th", ""),
    (0x0E80, 0x0EFF, "lao", "lo", ""),
    (0x0F00, 0x0FFF, "tibetan", "bo", "dz"),
    (0x1000, 0x109F, "burmese", "my", ""),
    (0x10A0, 0x10FF, "georgian", "ka", ""),
    (0x1100, 0x11FF, "hangul", "ko", ""),
    (0x1200, 0x139F, "ethiopic", "am", "ti"),
    (0x1780, 0x17FF, "khmer", "km", ""),
    (0x1800, 0x18AF, "mongolian", "mn", ""),
    (0x1F00, 0x1FFF, "greek", "el", ""),
    (0x3041, 0x30FF, "kana", "ja", ""),
    (0x3130, 0x318F, "hangul", "ko", ""),
    (0x31F0, 0x31FF, "kana", "ja", ""),
    (0x3400, 0x4DBF, "han", "zh", "ja"),
    (0x4E00, 0x9FFF, "han", "zh", "ja"),
    (0xAC00, 0xD7AF, "hangul", "ko", ""),
    (0xF900, 0xFAFF, "han", "zh", "ja"),
    (0xFB50, 0xFDFF, "arabic", "ar", ""),
    (0xFE70, 0xFEFC, "arabic", "ar", ""),
    (0xFF66, 0xFF9F, "kana", "ja", ""),
    (0x20000, 0x3FFFF, "han", "zh", "ja"),
)
_STARTS = [block[0] for block in _BLOCKS]
_LANGUAGE = {script: language for _, _, script, language, _ in _BLOCKS}
_CLAIMABLE = {script: frozenset(claims.split()) for _, _, script, _, claims in reversed(_BLOCKS)}

# Letters that only some languages of a script write, the surest first; "" where they leave it open.
_TELLING = {
    "cyrillic": (("ғқңұһөүҗ", ""), ("ў", "be"), ("їєґі", "uk"), ("ђћџ", "sr"), ("ѓќѕ", "mk"), ("ыэё", "ru")),
    "arabic": (("ەڕێۆۇې", ""), ("ٹڈڑںے", "ur"), ("پچگژ", "fa")),
    "devanagari": (("ळ", "mr"),),
}

NOT_LATIN = re.compile("[" + "".join(f"{chr(low)}-{chr(high)}" for low, high, *_ in _BLOCKS) + "]")
_RUN = re.compile(f"{NOT_LATIN.pattern}+")
_SYLLABIC = frozenset({"kana", "hangul", "han"})  # a character holds more than a letter does
_SAMPLE = 200  # characters looked at


def foreign_script(text: str) -> tuple[str, int]:
    """The script other than Latin that most of `text` is in, and how many Latin letters that much text would have."""
    found = "".join(_RUN.findall(text))
    if not found:
        return "", 0
    scripts = [*map(_scripts.__getitem__, found[:_SAMPLE])]
    script = max(dict.fromkeys(scripts), key=scripts.count)
    weight = 1
    if script in _SYLLABIC:
        weight = 3
        if script == "han" and scripts.count("kana") * 8 >= scripts.count("han"):
            script = "kana"  # Japanese is Chinese characters among kana
    return script, len(found) * weight


def language_of(script: str, text: str, claimed: str) -> str:
    """ISO 639-1 code of the language that `text`, in `script`, is in; "" if script, letters and claim leave it open.

    The author's claim is believed where it names a language written in that script.
    """
    if claimed in _CLAIMABLE[script]:
        return claimed
    if script in _TELLING:
        letters = frozenset(text.lower())
        for telling, language in _TELLING[script]:
            if not letters.isdisjoint(telling):
                return language
    return _LANGUAGE[script]


def _script(char: str) -> str:
    return _BLOCKS[bisect_right(_STARTS, ord(char)) - 1][2]


_scripts = Memo(_script, 20_000)
