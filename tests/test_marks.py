"""No adapter recognises a line without one of its marks, so none is passed over that would have."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.platforms import registry
from engine.platforms.base import Adapter
from engine.platforms.jsontext import parse
from engine.simulate import SHAPES, simulate

MARKED = [adapter for adapter in registry.adapters() if adapter.marks]
OTHER_KEYS = (
    *("id", "text", "full_text", "user", "name", "username", "title", "body", "link_id", "subreddit", "num_comments"),
    *("payload", "stream", "time_us", "cursor", "includes", "source", "target", "rest_id", "spoiler_text", "uri"),
    *("reblogs_count", "date", "url", "replyCount", "retweetCount", "likeCount", "permalink", "selftext", "pulled_at"),
)
KEYS = sorted({*OTHER_KEYS, *(key for adapter in MARKED for key in adapter.marks)})
inner = st.dictionaries(st.sampled_from(KEYS), st.just("at://did:plc:a/app.bsky.feed.post/b"), max_size=6)
values = st.one_of(
    inner, st.lists(inner, max_size=2), st.just("at://did:plc:a/app.bsky.feed.post/b"), st.just("delete"), st.just(1)
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS), values, max_size=10))
def test_a_line_without_any_of_its_marks_is_recognised_by_no_adapter(line: dict[str, Any]) -> None:
    for adapter in MARKED:
        without = {key: value for key, value in line.items() if key not in adapter.marks}
        assert not adapter.recognises(without), adapter.name


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS), values, max_size=10))
def test_what_recognises_any_line_is_among_those_that_are_asked(line: dict[str, Any]) -> None:
    assert first(registry.adapters(), line) is first(registry.marked(line), line)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_recognises_a_line_is_among_those_that_are_asked(shape: str) -> None:
    for raw in simulate(shape, seed=1, hours=0.2, rate=10.0)[0]:
        try:
            line = parse(raw)
        except Exception:
            continue
        if isinstance(line, dict):
            assert first(registry.adapters(), line) is first(registry.marked(line), line)


def first(adapters: tuple[Adapter, ...], line: dict[str, Any]) -> Adapter | None:
    return next((adapter for adapter in adapters if adapter.recognises(line)), None)
