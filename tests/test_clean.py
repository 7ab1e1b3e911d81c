"""Nothing that moves a cursor, opens an escape sequence or turns text around gets past the entry."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clean import MAX_TEXT, clean, clean_ids, clean_line
from engine.events import Post

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x9b31mC1",
    "a\x00b\x07c\x08d\x7f",
    "\u202egnirts esrever\u202c",
    "\u2066isolate\u2069",
    "line\u2028separator\u2029paragraph\x85next",
    "\ud800lone surrogate",
    "\ufeffbom",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_payloads_lose_their_teeth(text: str) -> None:
    assert not [c for c in clean(text) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]


@given(st.text())
def test_only_printable_characters_and_line_breaks_are_left(text: str) -> None:
    assert all(c.isprintable() or c in "\n\u200d" for c in clean(text))


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("text", ["plain", "naïve café", "日本語のテキスト", "👨‍👩‍👧‍👦 family ❤️", "two\nlines", "नमस्ते"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert clean(text) == text


def test_length_is_bounded() -> None:
    assert len(clean("x" * 10 * MAX_TEXT)) == MAX_TEXT
    assert len(clean_line("x" * 1000)) == 200


def test_a_line_has_no_breaks() -> None:
    assert clean_line("a\nb\t\tc\r\nd ") == "a b c d"


@pytest.mark.parametrize("lang", [*HOSTILE, "en zero\u200bwidth", "e" * 36, "en us", "日本"])
def test_what_is_no_language_tag_is_not_shown_as_one(lang: str) -> None:
    assert clean_ids(Post(platform="p", uid="1", author="a", lang=lang)).lang == ""


@pytest.mark.parametrize("lang", ["", "en", "pt-BR", "zh_Hant_TW", "de-CH-1996"])
def test_language_tags_stay_as_they_are_claimed(lang: str) -> None:
    assert clean_ids(Post(platform="p", uid="1", author="a", lang=lang)).lang == lang
