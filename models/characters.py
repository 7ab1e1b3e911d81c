"""Classes of characters that reading tags and terms needs and `re` has no name for."""

import re
import unicodedata

MAX_TEXT = 10_000  # characters of a post that are read


def _marks() -> str:
    """Combining marks (Mn, Mc) as the inside of a regular expression's class, less the variation selectors.

    Vowel signs of Indic scripts are marks: without them `\\w+` cuts their words to pieces. Past U+1FFFF there are none
    but variation selectors.
    """
    selectors = {*range(0xFE00, 0xFE10), *range(0x180B, 0x1810)}
    ranges: list[tuple[int, int]] = []
    for point in range(0x300, 0x20000):
        if unicodedata.category(chr(point)) in ("Mn", "Mc") and point not in selectors:
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1] = (ranges[-1][0], point)
            else:
                ranges.append((point, point))
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


MARKS = _marks()
WORD = rf"[\w{MARKS}]"

# Scripts written without spaces between words: Han, kana, Thai, Lao, Myanmar, Khmer (letters and marks, no digits).
HIRAGANA = "\u3041-\u3096\u309d\u309e"
UNSPACED = (
    f"{HIRAGANA}\u3005-\u3007\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u1780-\u17d3"
)

# A link with its scheme, or a bare host with a path. Each can only start where a word starts: time stays linear.
LINK = r"(?i:(?<![a-z0-9])(?:https?://|www\.)[!-~]*)|(?<![\w.-])\w[\w-]*(?:\.[\w-]+)+/[!-~]*"

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_STACKED = re.compile(rf"([{MARKS}]{{8}})[{MARKS}]+")
_MAY_STACK = re.compile(r"\W{9}")  # no mark is a word's character, and to look for those takes a tenth of the time


def fold(text: str) -> str:
    """`text` as it is compared: NFKC and casefolded, so that full-width, ligatured and capital letters are plain ones.

    Marks stacked more than 8 high are cut, as normalising them takes time that grows with the square of their number.
    The dot that casefolding leaves over an i from a Turkish capital is dropped.
    """
    if text.isascii():
        return text.lower()
    for _ in range(2):  # casefolding can undo the normal form, and normalising can bring out capitals
        if _MAY_STACK.search(text):
            text = _STACKED.sub(r"\1", text)
        text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text).replace("i\u0307", "i")
