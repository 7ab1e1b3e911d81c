"""The terms of a post are what it is about: words and tags, in any script, without noise."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.characters import HIRAGANA, MARKS, UNSPACED, fold
from models.stopwords import STOPWORDS
from models.terms import MAX_TERMS, MAX_WORD, _read_any, read_piece, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Floods reach the old town", ("floods", "reach", "old", "town")),
        ("RT @user: flood warning", ("flood", "warning")),
        ("@a.bsky.social @b@example.org c@example.org flood", ("flood",)),
        ("flood https://example.org/deep/path?q=words www.example.org/x", ("flood",)),
        ("flood example.org/words end", ("flood", "end")),
        ("<p>flood &amp; fire</p>&#39;&nbsp;", ("flood", "fire")),
        ("2024 1,000 flood 5g 10th", ("flood", "5g", "10th")),
        ("don't panic, it's the flood’s edge", ("panic", "flood", "edge")),
        ("Die Flut ist in der Stadt", ("flut", "stadt")),
        ("La inundación en el centro", ("inundación", "centro")),
        ("snake_case x", ("snake", "case")),
        ("ＦＬＯＯＤ ﬁre", ("flood", "fire")),
        ("हिन्दी समाचार", ("हिन्दी", "समाचार")),
        ("속보 뉴스", ("속보", "뉴스")),
        ("", ()),
        ("the and of", ()),
        ("🙂 !!! ...", ()),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert terms(text) == expected


def test_a_plain_word_has_the_same_terms_in_the_short_way() -> None:
    signs = ["", *map(chr, range(33, 127)), "..", ".a", "é"]
    words = ["", "fire", "the", "x", "12", "www", "WWW", "@you", "@y_u", "http://a.b", "a@b", "#fire"]
    for raw in (before + word + after for before in signs for word in words for after in signs):
        assert read_piece(raw) == _read_any(raw), raw


def test_in_unspaced_text_a_number_sign_takes_links_out_before_handles() -> None:
    assert terms("あ role@http://t.co/x #1") == ("role",)
    assert terms("東京 role@http://t.co/x #1") == ("東京", "role")
    assert terms("東京 role@http://t.co/x") == ("東京",)


def test_hashtags_count_as_tags_and_as_words() -> None:
    assert terms("#ClimateAction now") == ("#climateaction", "climate", "action")
    assert terms("#NASALaunch", ("nasalaunch",)) == ("#nasalaunch", "nasa", "launch")


def test_given_tags_take_the_place_of_those_in_the_text() -> None:
    assert terms("flood #Rust", ("python",)) == ("#python", "flood", "rust", "python")


def test_given_tags_that_the_text_does_not_spell_out_count_as_words() -> None:
    assert terms("flood", ("riverside",)) == ("#riverside", "flood", "riverside")
    assert terms("flood #RiverBank", ("riverbank",)) == ("#riverbank", "flood", "river", "bank")


def test_scripts_without_spaces_are_read_in_pairs_of_characters() -> None:
    assert terms("東京で地震") == ("東京", "京で", "で地", "地震")
    assert terms("ありがとう") == ()
    assert terms("犬") == ("犬",)
    assert terms("東京 flood") == ("東京", "flood")
    assert set(terms("ประเทศไทย")) >= {"ปร", "ไท"}
    assert set(terms("#地震速報")) == {"#地震速報", "地震", "震速", "速報"}


def test_words_that_matter_in_english_survive_the_other_languages() -> None:
    assert not {"war", "fire", "bill", "men", "sin", "era"} & STOPWORDS
    assert {"the", "und", "les", "pero", "não", "che", "het", "och", "jest", "что", "için"} <= STOPWORDS


def test_terms_are_capped() -> None:
    found = terms(" ".join(f"word{n}" for n in range(1000)))
    assert len(found) == MAX_TERMS
    assert terms("a" * (MAX_WORD + 1) + " flood") == ("flood",)
    many = terms("flood", tuple(f"tag{n}" for n in range(500)))
    assert len(many) == MAX_TERMS


def test_tags_come_before_words_so_that_the_cap_never_takes_them() -> None:
    assert terms(" ".join(f"word{n}" for n in range(1000)) + " #last")[0] == "#last"


@settings(deadline=None)
@given(st.text(max_size=400), st.lists(st.sampled_from(["a", "flood", "日本"]), max_size=3))
def test_any_text_has_clean_terms(text: str, tags: list[str]) -> None:
    found = terms(text, tags)
    assert found == terms(text, tags)
    assert len(found) <= MAX_TERMS
    for term in found:
        assert term
        assert not any(c.isspace() for c in term)
        if not term.startswith("#"):
            assert term not in STOPWORDS
            assert not term.isdigit()


@pytest.mark.parametrize(
    "unit",
    ["#", "@", "a@", "<a", "&a", "a.", "a-", "www.", "http://", "#aB", "日", "\u0301\u0323", "a\u200d", "a·", "\ufdfa"],
)
def test_a_megabyte_of_hostile_text_has_few_terms(unit: str) -> None:
    assert len(terms(unit * (1_000_000 // len(unit)))) <= MAX_TERMS


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("ぁあゖゝー東京タ地กິ한aé1 、.")))
def test_unspaced_runs_count_as_pairs_or_as_one_character(text: str) -> None:
    expected = []
    for run in re.findall(f"[{UNSPACED}]+", text):
        pairs = [run[place : place + 2] for place in range(len(run) - 1)] or [run]
        expected += [pair for pair in pairs if not re.fullmatch(f"[{HIRAGANA}]+", pair)]
    piece = _read_any(text)
    assert piece is not None
    assert [*piece.pairs] == expected


def test_no_mark_is_a_character_of_words_so_that_few_texts_are_searched_for_stacks() -> None:
    assert not re.search(r"\w", "".join(re.findall(f"[{MARKS}]", "".join(map(chr, range(0x20000))))))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("éſKİ\u0301\u0345\u0903a.")))
def test_marks_are_stacked_eight_high_at_most(text: str) -> None:
    expected = text
    for _ in range(2):
        cut = re.sub(rf"([{MARKS}]{{8}})[{MARKS}]+", r"\1", expected)
        expected = unicodedata.normalize("NFKC", cut).casefold()
    assert fold(text) == unicodedata.normalize("NFKC", expected).replace("i\u0307", "i")
