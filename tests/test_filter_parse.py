"""Filter expressions are read as docs/filter.md says, and a wrong one says where and what was expected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.filters.parse import All, Any, Compared, Has, Not, Said, fields_of, parse
from engine.filters.tokens import FilterError
from tests.test_tui_imports import HEAVY, imported


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("   ", None),
        ("word", Said("word")),
        ('"two words"', Said("two words", exact=True)),
        ("lang:en", Has("lang", "en")),
        ("LANG:en", Has("lang", "en")),
        ("#ai", Has("tag", "#ai")),
        ('author:"Ann Bee"', Has("author", "Ann Bee")),
        ("author:did:plc:abc", Has("author", "did:plc:abc")),
        ("cluster:#08", Has("cluster", "8")),
        ("is:Reply", Has("is", "reply")),
        ("sent<-0.3", Compared("sent", "<", -0.3)),
        ("likes >= 1.5k", Compared("likes", ">=", 1500.0)),
        ("Views>2M", Compared("views", ">", 2e6)),
        ("-tag:ai", Not(Has("tag", "ai"))),
        ("NOT tag:ai", Not(Has("tag", "ai"))),
        ("not", Said("not")),
        ("covid-19 12:30", All((Said("covid-19"), Said("12:30")))),
        ("a b OR c", Any((All((Said("a"), Said("b"))), Said("c")))),
        ("a (b OR c)", All((Said("a"), Any((Said("b"), Said("c")))))),
        ("a AND -(b OR c)", All((Said("a"), Not(Any((Said("b"), Said("c"))))))),
    ],
)
def test_an_expression_is_read(text: str, expected: object) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("tag:a sentt<1", 6, 'unknown field "sentt" at 6: did you mean sent?'),
        ("lnag:en", 0, 'unknown field "lnag" at 0: did you mean lang?'),
        ("http://x", 0, 'unknown field "http" at 0: a text with a sign in it goes in quotes, as in "a:b"'),
        ("is:repst", 3, 'unknown is:"repst" at 3: did you mean repost?'),
        ("has:x", 4, 'unknown has:"x" at 4: expected one of media, image, video, link, poll'),
        ("likes>", 6, 'nothing after "likes>" at 6: expected a number, as in likes>10'),
        ("likes>many", 6, '"many" at 6: expected a number, as in likes>10'),
        ("likes:10", 0, '"likes:" at 0: likes is a number: write likes>10'),
        ("lang>en", 0, '"lang>" at 0: lang is no number: write lang:…'),
        ("cluster:x", 8, '"x" at 8: expected the number of a hashtag cluster, as in cluster:8'),
        ("lang:", 5, 'nothing after "lang:" at 5: expected the detected language'),
        ("a OR", 4, "the end at 4: expected a term after OR, as in tag:ai"),
        ("OR a", 0, '"OR" at 0: expected a term, as in tag:ai'),
        ("(a", 0, 'open "(" at 0: expected a ) that closes it'),
        ("a)", 1, '")" too many at 1: there is no ( that it closes'),
        ("()", 1, '")" at 1: expected a term after (, as in tag:ai'),
        ('x "abc', 2, 'open quote at 2: expected a closing "'),
        ('""', 0, "empty quotes at 0: expected the words to look for"),
        ("a - b", 2, "lone - at 2: expected a term right after it, as in -tag:ai"),
        (">10", 0, '">" at 0: expected a field before it, as in likes>10'),
        ("(" * 60 + "a", 40, "nested too deep at 40: at most 40 ( and - stand in each other"),
        ("a" * 1001, 1000, "1,001 characters at 1000: an expression has at most 1,000"),
    ],
)
def test_a_wrong_expression_says_where_and_what_was_expected(text: str, column: int, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert str(caught.value) == message
    assert caught.value.column == column


PIECES = ["a", "tag:ai", "likes>3", "sent<", "OR", "AND", "NOT", "-", "(", ")", '"', "x y", ":", "is:", "<", " "]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.text(max_size=60))
def test_whatever_is_typed_is_read_or_points_into_the_text(text: str) -> None:
    wrong: FilterError | None = None
    try:
        expression = parse(text)
    except FilterError as error:
        wrong = error
    if wrong is None:
        assert expression is None or list(fields_of(expression))
    else:
        assert 0 <= wrong.column <= len(text)


def test_the_fields_of_an_expression() -> None:
    expression = parse("a -(likes>3 OR is:copy) story:4")
    assert expression is not None
    assert list(fields_of(expression)) == ["text", "likes", "is:copy", "story"]


def test_the_screens_process_reads_and_completes_without_analytics() -> None:
    assert imported("import engine.filters.parse, engine.filters.completion").isdisjoint({*HEAVY, "models"})
