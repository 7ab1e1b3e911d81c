"""Terms: what TF-IDF counts in a post. Words, hashtags, and pairs of characters of scripts without spaces."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from models.characters import HIRAGANA, LINK, MARKS, MAX_TEXT, UNSPACED, fold
from models.hashtags import HASHTAG, bodies, find, has_sign
from models.memo import Memo
from models.sharing import share
from models.stopwords import STOPWORDS

MAX_TERMS = 128  # per post
MAX_WORD = 40  # characters; what is longer is no word

_HANDLE = r"(?<![\w.+@-])[\w.+-]*@[\w.@-]+"  # @name, @name@host and addresses of mail
_MARKUP = r"</?[A-Za-z][^<>]{0,200}>|&#?\w{1,10};"
AROUND = ".,:;!?\"'()"  # may stand around a word or a handle
_OPENING = re.compile("</?[A-Za-z]")
_NOISE = re.compile(f"{LINK}|{_HANDLE}|{_MARKUP}")
_NOISY = re.compile("[@/<&]")
_CASE_CHANGE = re.compile(
    "(?<=[a-zß-öø-ÿα-ωа-яё])(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ])|(?<=[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ])(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ][a-zß-öø-ÿα-ωа-яё])"
)
_ASCII_WORD = re.compile("[a-z0-9]{2,}")
_WORD = re.compile(rf"[^\W_][\w{MARKS}]+")
_RUN = re.compile(f"[{UNSPACED}]+")
_ALONE = f"(?<![{UNSPACED}])(?![{HIRAGANA}])[{UNSPACED}](?![{UNSPACED}])"
_PAIR = re.compile(f"(?=((?![{HIRAGANA}]{{2}})[{UNSPACED}]{{2}}|{_ALONE}))")  # each pair in a run, or all of a run


def terms(text: str, tags: Sequence[str] = ()) -> tuple[str, ...]:
    """The terms of a post, in order and with repeats, at most `MAX_TERMS`.

    First every hashtag as "#tag", then the casefolded words of the text and of tags that it does not spell out
    (#ClimateAction counts as "climate" and "action"). Stop words, links, handles, addresses, markup and bare numbers
    are left out. Han, kana, Thai, Lao, Khmer and Burmese count as pairs of neighbouring characters; pairs of nothing
    but hiragana (endings and particles) are left out. `tags` are normalised, as by `hashtags`; without any, those of
    the text are taken.
    """
    text = text[:MAX_TEXT]
    if not tags:
        tags = find(text)
    pieces = [piece for piece in map(_pieces.__getitem__, text.split()) if piece is not NOTHING]
    unspaced = [piece for piece in pieces if piece and piece.unspaced]
    if all(pieces) and not (unspaced and hangs_together(text)):
        words = [pair for piece in unspaced for pair in piece.pairs]
        words += [word for piece in pieces if piece for word in piece.words]
        return put_together(words, [body for piece in pieces if piece for body in piece.bodies] if tags else (), tags)
    return put_together(list(islice(_words(_plain(text)), MAX_TERMS)), map(fold, bodies(text)), tags)


def put_together(words: list[str], folded: Iterable[str], tags: Sequence[str]) -> tuple[str, ...]:
    """The terms of a post with `tags`, from the words of its text and the bodies of the hashtags in it, folded."""
    if not tags:
        return tuple(words[:MAX_TERMS])
    found = [share(f"#{tag}") for tag in tags[:MAX_TERMS]]
    words = words[: MAX_TERMS - len(found)]
    found += words
    said = frozenset(folded)
    unsaid = [tag for tag in tags[:MAX_TERMS] if tag not in said]
    if unsaid and (unsaid := [tag for tag in unsaid if tag not in words]):
        found += _of_tags[" ".join(unsaid)][: MAX_TERMS - len(found)]
    return tuple(found)


def hangs_together(text: str) -> bool:
    """Whether a text with unspaced pieces is to be read whole: a number sign has links taken out before handles."""
    return has_sign(text) and may_be_noise(text)


class Piece(NamedTuple):
    """The terms in one white-space separated piece of a text."""

    words: tuple[str, ...]
    bodies: tuple[str, ...] = ()  # of its hashtags, folded
    unspaced: bool = False  # holds characters of scripts without spaces,
    pairs: tuple[str, ...] = ()  # which count as pairs: they stand before all words of a text


NOTHING = Piece(())


def read_piece(raw: str) -> Piece | None:
    """The terms of a piece; None if they depend on the rest of the text, as in markup that may have spaces in it."""
    if raw.isascii():
        core = raw.strip(AROUND)
        if core.isalnum():  # as most are
            word = core.lower()
            if word != "www":
                words = words_in(word)
                return Piece(tuple(words)) if words else NOTHING
        if raw.startswith(("http://", "https://")) and raw.isprintable():
            return NOTHING
        if core.startswith("@") and core[1:].replace("_", "").isalnum():
            return NOTHING
    return _read_any(raw)


def _read_any(raw: str) -> Piece | None:
    if "<" in raw and _OPENING.search(raw):
        return None
    text, folded = _folded(_plain(raw)), tuple(map(fold, bodies(raw)))
    if text.isascii() or not _RUN.search(text):
        return Piece(tuple(words_in(text)), folded)
    return Piece(tuple(words_in(_RUN.sub(" ", text))), folded, True, tuple(_PAIR.findall(text)))


_pieces = Memo(read_piece, 50_000)


def _plain(text: str) -> str:
    """`text` without what is not language, and with the words of its hashtags apart."""
    if has_sign(text):
        text = HASHTAG.sub(_spell_out, text)
    return _NOISE.sub(" ", text) if may_be_noise(text) else text


def may_be_noise(text: str) -> bool:
    """Whether there may be links, handles or markup in a text."""
    return _NOISY.search(text) is not None or "www" in text.lower()


def spell_out(body: str) -> str:
    """The words of a hashtag apart."""
    return body if body.islower() else _CASE_CHANGE.sub(" ", body)


def _spell_out(match: re.Match[str]) -> str:
    return f" {spell_out(match[1])} " if match[1] else " "


def _words(text: str) -> Iterator[str]:
    """Pairs of characters and words of plain text, stop words left out."""
    text = _folded(text)
    yield from _PAIR.findall(text)
    yield from words_in(_RUN.sub(" ", text))


def _words_of_tags(tags: str) -> tuple[str, ...]:
    return tuple(islice(_words(tags), MAX_TERMS))


_of_tags = Memo(_words_of_tags, 20_000)


def _folded(text: str) -> str:
    return fold(text).replace("_", " ")


def words_in(text: str) -> list[str]:
    """The words that count in folded text of scripts with spaces."""
    words = (_ASCII_WORD if text.isascii() else _WORD).findall(text)
    # Thousands of posts that are kept share their words.
    return [share(word) for word in words if word not in STOPWORDS and len(word) <= MAX_WORD and not word.isdigit()]
