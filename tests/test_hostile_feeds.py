"""Hostile lines of every native shape among good ones: the good are all there, nothing raises, nothing leaks out."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clean import MAX_ID, MAX_READ, MAX_TAGS, clean_id
from engine.intake import MAX_PLATFORMS, OTHER_PLATFORMS, Intake
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.simulate import SHAPES, simulate
from engine.snapshot import Snapshot
from engine.sources.base import MAX_LINE, Item
from engine.sources.lines import LineSplitter
from tests.browser_captures import capture
from tests.feeds import ALL, PRESENT, SECOND, START, delete, edit, like, post, uri
from tests.harmless import check_harmless, check_sum
from tests.native_lines import JETSTREAM, MASTODON, PLAIN, REDDIT, VIEW, X_V1, X

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x00\x08\x7f"
BIDI = "\u202eevil\u202c \u2066isolate\u2069 \u200f\u061c"
MARKUP = "[bold red]markup[/] [link=file:///etc/passwd]x[/link] [@click=app.quit]quit[/]"
FORMULA = "=cmd|' /C calc'!A0"
NASTY = f"{ESCAPES}{BIDI}{MARKUP}\u2028\u2029\ufeff\U000e0001"

TIMES: list[Any] = [
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-23:59",
    "0000-00-00T00:00:00Z",
    "-0001-01-01",
    "yesterday",
    "",
    "9" * 5000,
    -1,
    0,
    -1e300,
    1e300,
    1783175888.25,
    "1783175888",
    10**400,
    [],
    {},
    None,
    True,
]
COUNTS: list[Any] = [10**30, -1, -(10**30), 1.5, 1e308, "12", "1e9", "١٢", "", [], {"n": 1}, True, None]
IDS: list[Any] = ["", {}, {"a": "b"}, [1, 2], None, 0, -5, 10**40, 1.5, True, "x" * 100_000, NASTY]
TEXTS: list[Any] = ["", " ", "\n" * 1000, NASTY, FORMULA, 5, [], {}, None, "\ud800", "a\u0301" * 50_000]

SAMPLES = [X, MASTODON, REDDIT, X_V1, VIEW, JETSTREAM, PLAIN]


def good(count: int = 60) -> list[bytes]:
    return [post(f"good{n}", START + n * SECOND, f"what a lovely day {n} #fine").encode() for n in range(count)]


def spoilt(value: Any, worse: list[Any]) -> Iterator[Any]:
    """`value` with each of its leaves and branches in turn replaced by each of `worse`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            for bad in [*worse, *spoilt(inner, worse)]:
                yield {**value, key: bad}


def lines_of(values: Iterator[Any] | list[Any]) -> list[bytes]:
    return [json.dumps(value).encode() for value in values]


def broken() -> list[bytes]:
    """What is no JSON, or none that can be used."""
    deep = 100_000
    return [
        b"\0" * 5000,
        b"\xff\xfe{\x00",
        b"\xc3\x28" * 100,
        b"\xef\xbb\xbf" * 3 + b"{}",
        b'{"text": "\xed\xa0\x80"}',
        b'{"id":"1","text":"\\ud800","author":"a"}',
        b"[" * deep,
        b"[" * deep + b"]" * deep,
        b'{"a":' * deep + b"1" + b"}" * deep,
        b'{"id":"1","text":' + b"[" * deep + b"]" * deep + b"}",
        b'{"text":NaN,"id":Infinity,"created_at":-Infinity}',
        b'{"id":"1","id":"2","text":"a","text":"b","author":"x","author":{}}',
        b'{"id":' + b"9" * 100_000 + b"}",
        b"null",
        b'""',
        b"[[[]]]",
        b"{}",
        b'{"' + b"k" * 500_000 + b'":1}',
        b"{" + b",".join(b'"k%d":1' % n for n in range(50_000)) + b"}",
        b'"\\u0000\\u001b[31m"',
        b"data: " * 1000,
        b"=1+1",
        "\u202e{}".encode(),
    ]


def heavy() -> list[bytes]:
    """Posts near the longest line there can be, of what makes careless code take for ever."""
    texts = [
        piece * ((MAX_LINE - 1000) // len(json.dumps(piece).encode()))
        for piece in (
            "😀",
            "but ",
            "#",
            "#a ",
            "@",
            "@a ",
            "(",
            "<",
            "&amp;",
            "http://",
            "!",
            "not ",
            "a\u0301",
            "َ",
            "a",
        )
    ]
    texts.append(" ".join(f"#tag{n}" for n in range(10_000)))
    found = []
    for number, words in enumerate(texts):
        line = json.dumps({**PLAIN, "id": f"heavy{number}", "text": words}, ensure_ascii=False).encode()
        found.append(line if len(line) <= MAX_LINE else line[:MAX_LINE])
    html = {**MASTODON, "content": "<p>" * ((MAX_LINE - 1000) // 3)}
    return [*found, json.dumps(html).encode()]


def nasty() -> list[bytes]:
    """Every string of every shape hostile at once."""

    def poison(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: poison(inner, name) for name, inner in value.items()}
        fixed = {"kind", "operation", "collection", "uri", "createdAt", "created_at", "$type", "name"}
        return f"{FORMULA}{NASTY}" if isinstance(value, str) and key not in fixed else value

    return lines_of([poison(sample) for sample in SAMPLES])


def crowd() -> list[bytes]:
    """All of them."""
    lines = [*broken(), *nasty()]
    for sample in SAMPLES:
        lines += lines_of(spoilt(sample, [*TIMES[:14], COUNTS[0], COUNTS[1], *IDS[:6], NASTY, FORMULA, "\ud800"]))
    return lines


def fed(lines: list[Item], cut: int = 500) -> Engine:
    engine = Engine(ALL)
    for begin in range(0, len(lines), cut):
        engine.feed(0, lines[begin : begin + cut], PRESENT)
    engine.finish()
    return engine


def good_rows(picture: Snapshot) -> list[tuple[str, float | None, list[str]]]:
    return [(row.text, row.compound, row.tags) for row in picture.posts if row.uid.split("/")[-1].startswith("good")]


def mixed(hostile: list[bytes]) -> list[bytes]:
    """Good lines strewn evenly among hostile ones."""
    lines, kind = list(hostile), good()
    for number, line in enumerate(kind):
        lines.insert(number * len(lines) // len(kind), line)
    return lines


@pytest.mark.parametrize("hostile", [broken, nasty, crowd, heavy])
def test_hostile_lines_among_good_ones(hostile: Callable[[], list[bytes]]) -> None:
    lines = mixed(hostile())
    picture = snapshot(fed(lines))
    assert picture.meters.lines == len(lines)
    check_sum(picture)
    check_harmless(picture)
    assert sorted(good_rows(picture)) == sorted(good_rows(snapshot(fed(good()))))


def test_every_field_of_every_shape_may_hold_anything() -> None:
    """Deeper than the mixture: all values in all places, each line read apart from the others' history."""
    for sample in SAMPLES:
        lines = lines_of(spoilt(sample, [*TIMES, *COUNTS, *IDS[:10], *TEXTS[:9]]))
        picture = snapshot(fed(lines))
        assert picture.meters.lines == len(lines)
        check_sum(picture)
        check_harmless(picture)
        assert not [reason for reason in picture.rejections if reason.reason.startswith("unreadable")]


def test_bytes_that_are_no_lines() -> None:
    """A line of 5 MB, NULs, blanks, and a last line without an end, as they come from a file in odd pieces."""
    kind = good()
    data = b"\n".join([kind[0], b"x" * 5_000_000, b"", b"\r", b"\0" * 2_000_000, *kind[1:]])
    splitter, pieces = LineSplitter(), random.Random(1)
    lines: list[Item] = []
    at = 0
    while at < len(data):
        size = pieces.choice((1, 1000, 262_144))
        splitter.feed(data[at : at + size])
        lines += splitter.take(1000)
        at += size
    splitter.finish()
    lines += splitter.take(1000)
    picture = snapshot(fed(lines))
    assert picture.meters.lines == len(kind) + 4
    assert picture.meters.posts == len(kind)
    assert {reason.reason: reason.count for reason in picture.rejections} == {"line too long": 2}
    check_sum(picture)
    check_harmless(picture)


def test_claims_of_other_ages_move_nothing() -> None:
    """A post of the year 1 or 9999 gets the time of its arrival; the window and the good posts stay where they are."""
    kind = good()
    hostile = [post(f"h{n}", START + 30 * SECOND, "hello", createdAt=claim) for n, claim in enumerate(TIMES)]
    picture = snapshot(fed([*kind[:30], *(line.encode() for line in hostile), *kind[30:]]))
    assert picture.as_of == snapshot(fed(kind)).as_of
    assert {row.created.year for row in picture.posts} == {2026}
    assert picture.posts_in_window == len(kind) + len(hostile)


def test_impossible_counts_are_unknown_and_not_zero() -> None:
    lines = [json.dumps({**VIEW, "uri": f"{VIEW['uri']}{n}", "likeCount": count}) for n, count in enumerate(COUNTS)]
    likes = [row.likes for row in snapshot(fed([line.encode() for line in lines])).posts]
    assert {count for count in likes if count is not None} <= {0, 12}
    assert likes.count(None) >= len(COUNTS) - 2


def test_hostile_ids_are_made_safe_and_stay_apart() -> None:
    assert clean_id("at://did:plc:a/app.bsky.feed.post/3k1") == "at://did:plc:a/app.bsky.feed.post/3k1"
    hostile = [NASTY, NASTY + "\x1b", "x" * 100_000, "x" * 100_001, "a\nb", "a b\n", "\ud800"]
    safe = [clean_id(name) for name in hostile]
    assert all(name.isprintable() and len(name) < 300 for name in safe)
    assert len(set(safe)) == len(hostile)
    assert [clean_id(name) for name in safe] == safe


def test_a_post_with_a_hostile_id_can_still_be_liked_edited_and_deleted() -> None:
    name, at = NASTY, START
    lines = [post(name, at, "one"), like("l1", at + SECOND, uri(name)), edit(name, at + 2 * SECOND, "two", at)]
    [row] = snapshot(fed([line.encode() for line in lines])).posts
    assert (row.text, row.likes) == ("two", 1)
    gone = snapshot(fed([line.encode() for line in [*lines, delete(name, at + 3 * SECOND)]]))
    assert gone.posts == []
    check_harmless(gone)


# -- lines damaged at random --------------------------------------------------------------------------------------


@st.composite
def damaged(draw: st.DrawFn, lines: list[bytes]) -> list[bytes]:
    """A dozen lines, each with a few bytes changed, dropped, doubled, or exchanged with another line's."""
    out = []
    for line in draw(st.lists(st.sampled_from(lines), min_size=12, max_size=12)):
        data = bytearray(line)
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, max(0, len(data) - 1)))
            match draw(st.sampled_from(("set", "cut", "drop", "double", "graft", "digit"))):
                case "set":
                    data[at : at + 1] = draw(st.binary(min_size=1, max_size=3))
                case "cut":
                    del data[at:]
                case "drop":
                    del data[at : at + draw(st.integers(1, 9))]
                case "double":
                    data[at:at] = data[at : at + draw(st.integers(1, 40))]
                case "graft":
                    data[at:] = draw(st.sampled_from(lines))[at:]
                case _:
                    data = bytearray(bytes(data).translate(bytes.maketrans(b"0123456789", b"9999999999")))
        out.append(bytes(data))
    return out


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_damaged_lines_of_every_simulated_shape(shape: str) -> None:
    clean_engine = Engine(ALL)
    valid = simulate(shape, seed=4, hours=0.05, rate=60)[0]

    @settings(max_examples=70, deadline=None, derandomize=True, database=None)
    @given(damaged(valid))
    def check(lines: list[bytes]) -> None:
        engine = Engine(ALL)
        engine.feed(0, [part for line in lines for part in line.split(b"\n")], PRESENT)
        engine.finish()
        check_sum(snapshot(engine))
        clean_engine.feed(0, lines, PRESENT)

    check()
    clean_engine.finish()
    picture = snapshot(clean_engine)
    check_sum(picture)
    check_harmless(picture)


def test_the_platform_that_a_capture_names_is_shown_only_if_it_is_a_name() -> None:
    names = [f"{ESCAPES}evil", f"{BIDI}.com", "x" * 5_000, "[red]", "mastodon.social", "vk"]
    lines = lines_of([capture(name, {"id": str(n), "text": "hello"}) for n, name in enumerate(names)])
    picture = snapshot(fed(lines))
    check_harmless(picture)
    assert picture.platforms == {"generic": 4, "mastodon": 1, "vk": 1}


def test_platforms_without_end_are_counted_together() -> None:
    lines = lines_of([capture(f"p{n}", {"id": str(n), "text": "hello"}) for n in range(150)])
    platforms = snapshot(fed(lines)).platforms
    assert len(platforms) == MAX_PLATFORMS + 1
    assert platforms[OTHER_PLATFORMS] == 50


def test_no_field_is_taken_in_longer_than_any_platform_has_it() -> None:
    long = "x" * 500_000
    tags = [f"{number}{long[:5_000]}" for number in range(2_000)]
    line = {**PLAIN, "text": long, "username": long, "lang": long, "edited_at": long, "hashtags": [long, *tags]}
    edited = {**MASTODON, "edited_at": long, "content": f"<p>{long}</p>"}
    for outcome in Intake(Decoder()).take([json.dumps(line).encode(), json.dumps(edited).encode()]):
        assert len(msgspec.json.encode(outcome.records)) < MAX_READ + MAX_TAGS * MAX_ID + 20 * MAX_ID
