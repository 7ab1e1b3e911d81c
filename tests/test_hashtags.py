"""Hashtags are found where readers see them, and counted in one form."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.hashtags import MAX_TAG, MAX_TAGS, distinct, find, normalise


@pytest.mark.parametrize(
    ("tag", "normal"),
    [
        ("Rust", "rust"),
        ("#Rust", "rust"),
        ("＃ＲＵＳＴ", "rust"),
        ("milosz,", "milosz"),
        ("(brackets)", "brackets"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("cafe\u0301", "café"),
        ("a\u200bb\u2060c", "abc"),
        ("\u202eabc\u202c", "abc"),
        ("❤\ufe0f", "❤"),
        ("c++", "c++"),
        ("snake_case_", "snake_case_"),
        ("two\n words", "two words"),
        ("#", ""),
        ("...", ""),
        ("\u200d", ""),
        ("", ""),
    ],
)
def test_a_tag_has_one_form(tag: str, normal: str) -> None:
    assert normalise(tag) == normal


@settings(deadline=None)
@given(st.text(max_size=300))
@example("\u0345#\u1fbc")
@example("ϓ\u0301" * 80)
def test_normalising_is_settled_capped_and_printable(tag: str) -> None:
    normal = normalise(tag)
    assert normalise(normal) == normal
    assert len(normal) <= MAX_TAG
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in normal)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=20))
def test_case_and_number_sign_do_not_matter(tag: str) -> None:
    assert normalise("#" + tag.upper()) == normalise(tag.upper().lower().upper())
    assert normalise("#" + tag) == normalise(tag)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("on #Rust and #rust, then #go.", ("rust", "go")),
        ("#one#two", ("one",)),
        ("(#a) \"#b\" '#c' [#d]", ("a", "b", "c", "d")),
        ("##twice", ("twice",)),
        ("❤\ufe0f#love", ("love",)),
        ("＃日本語 です", ("日本語",)),
        ("#हिन्दी में", ("हिन्दी",)),
        ("#می\u200cخواهم", ("میخواهم",)),
        ("#il·lusió", ("il·lusió",)),
        ("#a· end", ("a",)),
        ("#covid19 #5G #2024年", ("covid19", "5g", "2024年")),
        ("#snake_case", ("snake_case",)),
        ("line\n#next", ("next",)),
    ],
)
def test_hashtags_are_found(text: str, tags: tuple[str, ...]) -> None:
    assert find(text) == tags


@pytest.mark.parametrize(
    "text",
    [
        "number #1 of #2024",
        "#",
        "# space",
        "#_",
        "#\ufe0f\u20e3",
        "mail a#b and é#d",
        "&#39; &#x27;",
        "https://example.org/#section",
        "https://example.org/?q=#section",
        "HTTP://EXAMPLE.ORG/a?b=#section",
        "example.org/a?b=#section",
        "www.example.org/?#section",
        "日本語#タグ",
        "plain text",
    ],
)
def test_what_is_no_hashtag_is_not_found(text: str) -> None:
    assert find(text) == ()


def test_a_tag_right_after_a_link_is_found() -> None:
    assert find("see https://example.org/x #tag") == ("tag",)
    assert find("https://example.org/x\u3001#タグ") == ("タグ",)


@settings(deadline=None)
@given(st.text(alphabet="#＃aB1_ &/.:htps\u0301\u200d日ह\u094d", max_size=200))
def test_tags_found_are_normal_and_distinct(text: str) -> None:
    tags = find(text)
    assert len(set(tags)) == len(tags)
    assert all(tag and normalise(tag) == tag for tag in tags)
    assert all(any(c.isalpha() for c in tag) for tag in tags)


def test_a_post_has_at_most_so_many_tags() -> None:
    text = " ".join(f"#tag{n}" for n in range(MAX_TAGS * 3))
    assert find(text) == tuple(f"tag{n}" for n in range(MAX_TAGS))
    assert distinct(f"t{n // 2}" for n in range(1000)) == tuple(f"t{n}" for n in range(MAX_TAGS))


def test_a_long_tag_is_cut() -> None:
    assert find("#" + "x" * 5000) == ("x" * MAX_TAG,)


def test_tags_are_counted_once_in_order() -> None:
    assert distinct(["b", "a", "b", "", "a"]) == ("b", "a")
