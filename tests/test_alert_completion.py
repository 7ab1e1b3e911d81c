"""Completion of an alert: fields and figures, saved filters, then for how long; what it writes can be read."""

import pytest

from engine.alerts.completion import complete
from engine.alerts.rules import METRICS, read_rule
from engine.filters.completion import Option

VALUES = {"tag": (Option("ai", "40 posts"), Option("rain", "9 posts")), "lang": (Option("en"),)}
SAVED = {"rain": "tag:rain", "two words": "lang:en", "odd(": "x"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("bu", ["burst", "burst score>10"]),
        ("s", ["silence 5m", "share>", "sent>"]),
        ("tag:ai s", ["share>", "sent>"]),
        ("tag:", ["tag:ai", "tag:rain"]),
        ("#r", ["#rain"]),
        ("-ta", ["tag:"]),
        ("is:rep", ["is:reply", "is:repost"]),
        ("lik", []),
        ("@", ["@rain", '@"two words"', '@"odd("']),
        ("-@r", ["@rain"]),
        ('lang:en @"two', ['@"two words"']),
        ("@rain me", ["mean<"]),
        ("mean<", []),
        ("tag:ai mean<-0.3 ", ["for", "over"]),
        ("tag:ai mean<-0.3 over 5m ", ["for"]),
        ("tag:ai mean<-0.3 for ", ["60s", "5m", "15m", "1h"]),
        ("silence ", ["60s", "5m", "15m", "1h"]),
        ("burst ", []),
        ('"la', []),
    ],
)
def test_what_is_offered(typed: str, expected: list[str]) -> None:
    assert [option.text for option in complete(typed, len(typed), VALUES, SAVED).options] == expected


def test_with_nothing_typed_all_that_an_alert_can_begin_with_is_offered() -> None:
    options = [option.text for option in complete("", 0, VALUES, SAVED).options]
    assert options[:3] == ["burst", "burst score>10", "silence 5m"]
    assert [option[:-1] for option in options[3 : 3 + len(METRICS)]] == [*METRICS]
    assert {"lang:", "tag:", "is:", "has:", "sent>"} <= set(options)
    assert {"likes>", "pred>", "cluster:"}.isdisjoint(options)


def test_the_names_of_saved_filters_can_be_read_back() -> None:
    for option in complete("@", 1, VALUES, SAVED).options:
        assert read_rule(f"{option.text} posts>3", SAVED).where is not None
