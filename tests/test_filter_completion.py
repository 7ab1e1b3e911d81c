"""Completion offers fields, then the values of the feed, and what it writes can be read."""

import pytest

from engine.filters.completion import Option, complete, values_in
from engine.filters.parse import parse
from tests.tui_fakes import busy

VALUES = {
    "tag": (Option("ai", "40 posts"), Option("rain", "9 posts")),
    "author": (Option("Ann Bee"), Option("@cy")),
    "cluster": (Option("8", "ai art"), Option("12", "flood river")),
}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("la", ["lang:"]),
        ("a OR (se", ["sent>"]),
        ("-ta", ["tag:"]),
        ("tag:", ["tag:ai", "tag:rain"]),
        ("tag:#r", ["tag:rain"]),
        ("#a", ["#ai", "#rain"]),
        ("is:re", ["is:reply", "is:repost", "is:scored"]),
        ("author:an", ['author:"Ann Bee"']),
        ("author:c", ["author:@cy"]),
        ("cluster:fl", ["cluster:12"]),
        ("tag:ai", ["tag:rain"]),
        ("likes>", []),
        ('"la', []),
        ("zzz", []),
    ],
)
def test_what_is_offered(typed: str, expected: list[str]) -> None:
    assert [option.text for option in complete(typed, len(typed), VALUES).options] == expected


def test_with_nothing_typed_every_field_is_offered_with_a_word_about_it() -> None:
    options = complete("tag:ai ", 7, VALUES).options
    assert "lang:" in [option.text for option in options]
    assert all(option.note for option in options)


def test_an_option_stands_for_what_was_typed() -> None:
    text = "lang:en -tag:ra"
    completion = complete(text, len(text), VALUES)
    assert text[: completion.start] + completion.options[0].text == "lang:en -tag:rain"


def test_the_values_of_a_snapshot_can_all_be_read_back() -> None:
    for field, options in values_in(busy()).items():
        for option in complete(f"{field}:", len(field) + 1, {field: options}).options:
            assert parse(option.text) is not None
