"""A line of bytes becomes outcomes: whatever it holds nothing raises, and no other line changes what it becomes."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Delete, Post
from engine.platforms import registry
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.decode import MAX_LINE, Decoder
from engine.platforms.jsontext import MAX_DEPTH
from tests.native_lines import X_V1

NATIVE = Path(__file__).parents[2] / "shared" / "data" / "native"
needs_data = pytest.mark.skipif(not NATIVE.exists(), reason="real data (../shared/data) is not here")

AT = "2026-07-04T14:38:07Z"
POST_URI = "at://did:plc:a/app.bsky.feed.post/3k1"

# A line of each native shape, as small as it comes.
SAMPLES: dict[str, dict[str, Any]] = {
    "bluesky-jetstream": {
        "did": "did:plc:a",
        "time_us": 1_783_175_888_000_000,
        "kind": "commit",
        "commit": {
            "rev": "3r",
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": "3k1",
            "record": {"$type": "app.bsky.feed.post", "text": "hello", "createdAt": AT},
        },
    },
    "bluesky-view": {
        "uri": POST_URI,
        "author": {"did": "did:plc:a", "handle": "a.test"},
        "record": {"text": "hello", "createdAt": AT},
        "likeCount": 1,
    },
    "mastodon": {
        "id": "1",
        "uri": "https://social.test/users/ann/statuses/1",
        "created_at": AT,
        "content": "<p>hello</p>",
        "account": {"id": "9", "acct": "ann", "url": "https://social.test/@ann"},
        "favourites_count": 1,
        "reblogs_count": 0,
    },
    "x-v1": X_V1,
    "x-v2": {
        "data": [
            {
                "id": "1",
                "text": "hello",
                "author_id": "9",
                "created_at": AT,
                "edit_history_tweet_ids": ["1"],
                "public_metrics": {"like_count": 1, "retweet_count": 0, "reply_count": 0, "quote_count": 0},
            }
        ],
        "includes": {"users": [{"id": "9", "username": "ann", "name": "Ann"}]},
        "meta": {"result_count": 1},
    },
    "reddit": {
        "kind": "t3",
        "data": {
            "id": "abc",
            "name": "t3_abc",
            "title": "hello",
            "selftext": "",
            "author": "ann",
            "subreddit": "test",
            "created_utc": 1_783_175_887,
            "score": 1,
            "num_comments": 0,
        },
    },
    "x-web": {
        "rest_id": "1",
        "legacy": {"id_str": "1", "full_text": "hello", "created_at": "Sat Jul 04 14:38:07 +0000 2026"},
    },
    "x-snscrape": {
        "_type": "snscrape.modules.twitter.Tweet",
        "id": 1,
        "rawContent": "hello",
        "date": AT,
        "user": {"username": "ann", "id": 9},
        "likeCount": 1,
    },
    "zeeschuimer": {
        "source_platform": "twitter.com",
        "item_id": "1",
        "timestamp_collected": 1_783_175_887_000,
        "data": {
            "rest_id": "1",
            "legacy": {"id_str": "1", "full_text": "hello", "created_at": "Sat Jul 04 14:38:07 +0000 2026"},
        },
    },
    "generic": {"text": "hello", "user": "ann", "timestamp": AT},
}


def line(value: Any) -> bytes:
    return json.dumps(value).encode()


def only(decoder: Decoder, data: bytes) -> Any:
    (outcome,) = decoder.read(data)
    return outcome


# --- JSON and framing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"text": "cut in the mid', "broken JSON"),
        (b"not json", "broken JSON"),
        (b'{"text": "x",}', "broken JSON"),
        (b'{"text": "x"} {"text": "y"}', "broken JSON"),
        (b'{"text": NaN}', "broken JSON"),
        (b'{"text": -Infinity}', "broken JSON"),
        (b'{"text": "\x00"}', "broken JSON"),
        (b"\x00" * 4096, "broken JSON"),
        (b'{"text": "\\ud8zz"}', "broken JSON"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b'{"text": "\xed\xa0\x80"}', "not UTF-8"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b'"' + b"x" * MAX_LINE + b'"', "line too long"),
        (b"[" * 100_000, "nested too deep"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "nested too deep"),
        (b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH, "unknown shape"),
        (b"null", "not an object"),
        (b"true", "not an object"),
        (b"12", "not an object"),
        (b'"text"', "not an object"),
        (b"{}", "unknown shape"),
        (b'{"one": 1, "two": [2]}', "unknown shape"),
    ],
)
def test_a_bad_line_is_rejected_once_for_a_constant_reason(data: bytes, reason: str) -> None:
    assert only(Decoder(), data) == Rejected(reason)


def test_the_longest_line_allowed_is_read() -> None:
    frame = line(SAMPLES["generic"])
    longest = frame[:-1] + b" " * (MAX_LINE - len(frame)) + b"}"
    assert isinstance(only(Decoder(), longest + b"\r\n"), Mapped)
    assert only(Decoder(), longest[:-1] + b" }") == Rejected("line too long")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\r\n",
        b"  \t",
        b":thump",
        b":",
        b"event: update",
        b"id: 7",
        b"retry: 3000",
        b"data:",
        b"data: undefined",
    ],
)
def test_heartbeats_are_ignored(data: bytes) -> None:
    assert only(Decoder(), data) == Ignored("keep-alive")


@pytest.mark.parametrize(
    "frame", [b"%s", b"%s\n", b"%s\r\n", b"\xef\xbb\xbf%s", b"data: %s", b"data:%s", b"%s,", b"%s,\r\n"]
)
@pytest.mark.parametrize("name", SAMPLES)
def test_the_frame_around_an_object_does_not_matter(name: str, frame: bytes) -> None:
    data = line(SAMPLES[name])
    assert Decoder().read(frame.replace(b"%s", data)) == Decoder().read(data)


def test_a_bare_id_in_a_server_sent_stream_is_a_delete() -> None:
    assert only(Decoder(), b"data: 10912345").events == (Delete(platform="mastodon", uid="10912345"),)


def test_an_array_is_its_items() -> None:
    items = [SAMPLES["mastodon"], 5, SAMPLES["generic"], [SAMPLES["generic"]], {}]
    outcomes = Decoder().read(line(items))
    assert [type(outcome).__name__ for outcome in outcomes] == ["Mapped", "Rejected", "Mapped", "Rejected", "Rejected"]
    assert outcomes[:1] == Decoder().read(line(items[0]))
    assert Decoder().read(line([items[0]])) == Decoder().read(line(items[0]))
    assert only(Decoder(), b"[]") == Ignored("empty page")
    assert [only(Decoder(), bracket) for bracket in (b"[", b"]")] == [Ignored("array bracket")] * 2


def test_half_characters_and_huge_numbers_cost_their_field_and_not_the_post() -> None:
    data = b'{"text": "a\\ud800b \\\\ud800 \\ud83d\\ude00 \\udc00", "likes": 1e400, "user": "ann", "shares": %s}'
    for shares in (b"7", b"9" * 5000):
        post = only(Decoder(), data % shares).events[0]
        assert post.text == "a\ufffdb \\ud800 😀 \ufffd"
        post.text.encode()
        assert post.counts is None or post.counts.like is None


# --- detection ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_each_shape_is_found_by_its_signature(name: str) -> None:
    decoder = Decoder()
    outcome = only(decoder, line(SAMPLES[name]))
    assert isinstance(outcome, Mapped)
    post = outcome.events[0]
    assert isinstance(post, Post)
    assert post.text == "hello"
    assert decoder.formats == {name: (1, 1)}


@pytest.mark.parametrize("before", SAMPLES)
@pytest.mark.parametrize("name", SAMPLES)
def test_the_line_before_does_not_matter(before: str, name: str) -> None:
    decoder = Decoder()
    decoder.read(line(SAMPLES[before]))
    assert decoder.read(line(SAMPLES[name])) == Decoder().read(line(SAMPLES[name]))


def test_even_a_line_of_two_shapes_is_read_the_same_after_any_other() -> None:
    chimera = {**SAMPLES["mastodon"], **SAMPLES["bluesky-view"], **SAMPLES["bluesky-jetstream"]}
    alone = Decoder().read(line(chimera))
    for sample in SAMPLES.values():
        decoder = Decoder()
        decoder.read(line(sample))
        assert decoder.read(line(chimera)) == alone


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "generic"])
def test_no_two_signatures_fit_one_line(name: str) -> None:
    fitting = [adapter.name for adapter in registry.adapters() if adapter.recognises(SAMPLES[name])]
    assert [found for found in fitting if found != "generic"] == [name]


def test_a_format_can_be_forced_and_an_unknown_one_names_all() -> None:
    forced = Decoder("bluesky-view")
    assert isinstance(only(forced, line(SAMPLES["bluesky-view"])), Mapped)
    assert isinstance(only(forced, line(SAMPLES["mastodon"])), Rejected)
    assert forced.formats == {"bluesky-view": (2, 1)}
    with pytest.raises(ValueError, match="unknown format 'mastodont'") as caught:
        Decoder("mastodont")
    message = str(caught.value)
    assert "\n" not in message
    assert all(name in message for name in registry.names())


def test_a_mapping_reads_any_line_and_goes_with_no_other_format() -> None:
    decoder = Decoder(mapping=(("text", ".a.b"), ("author", ".who")))
    post = only(decoder, line({"a": {"b": "hello"}, "who": "ann"})).events[0]
    assert (post.text, post.author) == ("hello", "ann")
    with pytest.raises(ValueError, match="mapping"):
        Decoder("mastodon", mapping=(("text", ".a"),))


# --- labelled data -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["generic", "mastodon", "bluesky-view", "x-v2"])
def test_a_label_beside_the_fields_of_any_shape_is_that_of_its_post(name: str) -> None:
    plain = only(Decoder(), line(SAMPLES[name]))
    labelled = only(Decoder(), line({**SAMPLES[name], "label": "storm"}))
    assert Decoder().read(line(SAMPLES[name])) == [plain]
    assert isinstance(plain, Mapped)
    assert isinstance(labelled, Mapped)
    first, *rest = labelled.events
    assert first == msgspec.structs.replace(plain.events[0], label="storm")
    assert tuple(rest) == plain.events[1:]


@pytest.mark.parametrize(
    ("value", "label"),
    [
        *((" storm ", "storm"), (0, "0"), (9, "9"), (-1, "-1"), (9.0, "9"), (1.5, "1.5"), (True, "true")),
        *((None, ""), ("", ""), ([], ""), ({"a": 1}, "")),
    ],
)
def test_a_label_is_text_number_or_truth(value: Any, label: str) -> None:
    assert only(Decoder(), line({"text": "words", "label": value})).events[0].label == label


def test_an_edit_carries_the_label_of_its_post() -> None:
    edit = {"id": "3", "text": "words", "edit_history_tweet_ids": ["2", "3"], "label": "storm"}
    assert only(Decoder(), line(edit)).events[0].post.label == "storm"


def test_a_mapped_label_is_no_other() -> None:
    decoder = Decoder(mapping=(("text", "tweet"), ("label", "_event")))
    for event, label in (("flood", "flood"), (None, "")):
        found = only(decoder, line({"tweet": "words", "label": "on-topic", "_event": event}))
        assert found.events[0].label == label


def test_a_map_of_the_label_alone_leaves_shapes_to_be_found() -> None:
    decoder = Decoder(mapping=(("label", "truth.event"),))
    for name in ("mastodon", "generic"):
        found = only(decoder, line({**SAMPLES[name], "truth": {"event": 4}}))
        assert found.events[0].label == "4"
    assert set(decoder.formats) == {"mastodon", "generic"}


def test_what_is_not_kept_is_ignored_whatever_it_is() -> None:
    decoder = Decoder(keep=(("label", "on-topic"), ("n.0", "1")))
    kept = {"text": "words", "label": "on-topic", "n": [1]}
    assert isinstance(only(decoder, line(kept)), Mapped)
    for other in ({**kept, "label": "off-topic"}, {**kept, "n": [2]}, {"text": "words"}, {"odd": 1}, 7):
        assert only(decoder, line(other)) == Ignored("left out by --keep")
    page = [kept, {**kept, "n": []}, kept]
    assert [type(outcome) for outcome in decoder.read(line(page))] == [Mapped, Ignored, Mapped]


# --- what is kept ------------------------------------------------------------------------------------------------


def test_formats_count_lines_and_those_mapped_in_full() -> None:
    decoder = Decoder()
    follow = {**SAMPLES["bluesky-jetstream"], "kind": "identity"}
    bad = {**SAMPLES["bluesky-jetstream"], "commit": {}}
    for value in (SAMPLES["bluesky-jetstream"], follow, bad, [SAMPLES["mastodon"], SAMPLES["mastodon"]], {}, None):
        decoder.read(line(value))
    assert decoder.formats == {"bluesky-jetstream": (3, 2), "mastodon": (1, 1)}


def test_only_a_firehose_carries_every_reaction() -> None:
    decoder = Decoder()
    assert decoder.carries("bluesky") == frozenset()
    decoder.read(line(SAMPLES["bluesky-view"]))
    assert decoder.carries("bluesky") == frozenset()
    decoder.read(line(SAMPLES["bluesky-jetstream"]))
    assert decoder.carries("bluesky") == {"like", "repost", "reply", "quote"}
    assert decoder.carries("mastodon") == frozenset()


# --- hostile lines -----------------------------------------------------------------------------------------------


class Faulty:
    name = "faulty"
    platform = "none"
    carries: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()

    def recognises(self, value: Any) -> bool:
        return bool(value["faulty"])  # raises on lines of other shapes

    def read(self, value: Any) -> Any:
        raise ZeroDivisionError


def test_a_fault_in_an_adapter_costs_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    adapters = (Faulty(), *registry.adapters())
    monkeypatch.setattr(registry, "marked", lambda _item: adapters)
    decoder = Decoder()
    assert only(decoder, b'{"faulty": true}') == Rejected("unreadable faulty")
    assert isinstance(only(decoder, line(SAMPLES["mastodon"])), Mapped)
    assert decoder.formats == {"faulty": (1, 0), "mastodon": (1, 1)}


def keys_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


KEYS = sorted(keys_of(list(SAMPLES.values())) | {"payload", "event", "stream", "reblog", "quote", "posts", "thread"})
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


def paths(value: Any) -> list[tuple[Any, ...]]:
    """Where every value inside `value` stands."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(key, *rest) for key, inner in steps for rest in [(), *paths(inner)]]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of `value` with `new` at `path`."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """A native line with some of its values replaced by what nobody would expect there."""
    value = SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))]
    for _ in range(draw(st.integers(1, 3))):
        value = put(value, draw(st.sampled_from(paths(value))), draw(VALUES))
    return value


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=64) | st.text(max_size=64).map(str.encode))
def test_no_bytes_raise(data: bytes) -> None:
    outcomes = Decoder().read(data)
    assert outcomes
    assert not any(isinstance(outcome, Mapped) for outcome in outcomes) or b"data:" in data


@settings(derandomize=True, deadline=None, max_examples=300)
@given(bent() | st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_no_object_raises_and_each_adapter_foresees_it(value: dict[str, Any]) -> None:
    for name in ("auto", *registry.names()):
        outcomes = Decoder(name).read(line(value))
        assert outcomes
        assert Rejected(f"unreadable {name}") not in outcomes
    assert Decoder().read(line(value)) == Decoder().read(line(value))


# --- real data ---------------------------------------------------------------------------------------------------

REAL = {
    "bluesky_jetstream.jsonl": "bluesky-jetstream",
    "bluesky_postview.jsonl": "bluesky-view",
    "mastodon_statuses.jsonl": "mastodon",
    "mastodon_dialect_responses.jsonl": "mastodon",
    "reddit.jsonl": "reddit",
    "x_v1_stream.jsonl": "x-v1",
}


def valid(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict | list)
    except ValueError:
        return False


@needs_data
@pytest.mark.parametrize("file", REAL)
def test_every_valid_real_line_is_mapped_in_full(file: str) -> None:
    decoder = Decoder()
    lines = (NATIVE / file).read_bytes().splitlines()
    rejected = [data for data in lines if any(isinstance(o, Rejected) for o in decoder.read(data))]
    assert not any(map(valid, rejected))
    good = sum(map(valid, lines))
    assert decoder.formats == {REAL[file]: (good, good)}


@needs_data
def test_no_real_line_fits_two_signatures_nor_depends_on_the_line_before() -> None:
    files = [*(NATIVE / file for file in REAL), *sorted((NATIVE / "x_v2_twarc").iterdir())]
    mixed = Decoder()
    for file in files:
        for data in file.read_bytes().splitlines()[:40]:
            if not valid(data):
                continue
            value = json.loads(data)
            for item in value if isinstance(value, list) else [value]:
                fitting = [a.name for a in registry.adapters() if a.recognises(item) and a.name != "generic"]
                assert len(fitting) == 1, (file.name, fitting)
            alone = Decoder().read(data)
            mixed.read(line(SAMPLES["mastodon"]))
            assert mixed.read(data) == alone
            mixed.read(line(SAMPLES["bluesky-view"]))
            assert mixed.read(data) == alone
