"""A post is told of in full; what is gone leaves nothing, also not in the lines that are kept as they came."""

import json
from random import Random

import msgspec
import pytest

from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.picture import snapshot
from engine.picture_post import NOT_KEPT, WITHHELD, post_detail
from engine.pipeline import Engine
from engine.protocol import PostOpened, Unpacker, pack, report_decoder
from tests.feeds import ALL, SECOND, START, delete, edit, like, post, purge, run, uri

CONFIG = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(MINUTE, 60 * MINUTE), max_texts=1 << 10)
TEXT = "I love this lovely ferry but the queue was awful #ferry"
KEY = f"bluesky:{uri('1')}"


def feed(*more: str) -> list[str]:
    others = [
        post(
            f"o{i}",
            START + (90 + i) * SECOND,
            f"the ferry from Oxbarrow harbour is late again, said the captain on deck {i % 2}",
            "did:plc:o",
        )
        for i in range(40)
    ]
    earlier = [post(f"e{i}", START - (900 - i) * SECOND, f"good morning {i}", "did:plc:e") for i in range(30)]
    return [
        *earlier,
        like("le", START - 895 * SECOND, uri("e0", "did:plc:e")),
        post("1", START, TEXT, tags=["ferry"]),
        *[like(f"l{i}", START + (5 + i) * SECOND, uri("1"), f"did:plc:l{i}") for i in range(3)],
        *others,
        *more,
    ]


def held(engine: Engine) -> bytes:
    """Every line the engine keeps as it came, and every one that waits."""
    waiting = [record.line for record in engine.sequence._buffer if record.line is not None]
    return b"\n".join([*engine.raw._kept.values(), *waiting])


def test_everything_that_is_known_of_a_post_is_told() -> None:
    engine = run(feed(), CONFIG)
    told = post_detail(engine, KEY)
    assert (told.state, told.key) == ("held", KEY)
    assert told.post is not None
    assert (told.post.text, told.post.likes, told.post.lang) == (TEXT, 3, "en")
    assert told.claimed == told.seen == told.post.created
    assert told.age == 129.0
    assert {word.word: word.note for word in told.words}["love"].startswith("before but")
    assert {word.word: word.valence for word in told.words}["awful"] < 0
    assert told.copy is False
    assert told.events == {"like": 3}
    first, hour = told.predictions
    assert (first.horizon, first.state, first.actual) == (60, "matured", 3)
    assert (hour.horizon, hour.state) == (3600, "waiting")
    readings = {reading.age: reading.engagements for reading in told.readings}
    assert readings[60] == 3
    assert told.standing is not None
    assert told.standing.now == 3
    assert json.loads(told.raw)["commit"]["record"]["text"] == TEXT
    assert told.raw_missing == ""


def test_an_answer_crosses_the_pipe() -> None:
    told = PostOpened(7, post_detail(run(feed(), CONFIG), KEY))
    (body,) = Unpacker().feed(pack(told))
    assert report_decoder.decode(body) == told


def test_a_story_a_cluster_and_a_copy_are_named() -> None:
    engine = run(feed(), CONFIG)
    told = post_detail(engine, f"bluesky:{uri('o9', 'did:plc:o')}")
    assert told.post is not None
    story = next(story for story in snapshot(engine).stories if story.id == told.post.story)
    assert told.story_label == story.label
    assert told.copy is True


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (delete("1", START + 200 * SECOND), "deleted"),
        (purge("did:plc:a", START + 200 * SECOND), "deleted"),
    ],
)
def test_a_post_that_is_taken_back_leaves_no_trace(line: str, state: str) -> None:
    before = run(feed(), CONFIG)
    assert TEXT.encode() in held(before)
    engine = run(feed(line), CONFIG)
    told = post_detail(engine, KEY)
    assert (told.state, told.post, told.raw, told.predictions) == (state, None, "", [])
    assert TEXT.encode() not in held(engine)
    assert b"did:plc:a" not in held(engine)
    engine = run(feed(line, post("1", START, TEXT)), CONFIG)
    assert TEXT.encode() not in held(engine), "nor when it is read again"
    assert engine.raw.size == len(held(engine)) - len(engine.raw) + 1


def test_the_line_of_an_edited_post_is_that_of_its_newest_text() -> None:
    engine = run(feed(edit("1", START + 200 * SECOND, "it reads otherwise now", START)), CONFIG)
    told = post_detail(engine, KEY)
    assert told.post is not None
    assert (told.post.text, told.post.edits) == ("it reads otherwise now", 1)
    assert "otherwise" in told.raw
    assert TEXT.encode() not in held(engine)


def test_lines_are_bounded_in_number_and_bytes_and_the_newest_stay() -> None:
    engine = run(feed(), EngineConfig(retention=ALL_TIME, max_texts=1 << 10, max_raw_lines=10))
    assert len(engine.raw) == 10
    assert post_detail(engine, KEY).raw_missing == NOT_KEPT
    assert post_detail(engine, f"bluesky:{uri('o39', 'did:plc:o')}").raw
    engine = run(feed(), EngineConfig(retention=ALL_TIME, max_texts=1 << 10, max_raw_bytes=2_000))
    assert 0 < engine.raw.size <= 2_000
    engine = run(feed(), EngineConfig(retention=ALL_TIME, max_texts=1 << 10, max_raw_lines=0))
    assert len(engine.raw) == engine.raw.size == 0


def test_a_line_goes_with_the_retention_of_its_post() -> None:
    config = EngineConfig(window=MINUTE, retention=MINUTE, horizons=(60 * MINUTE,), max_texts=1 << 10)
    engine = run(feed(post("z", START + 600 * SECOND, "much later")), config)
    assert post_detail(engine, KEY).state == "expired"
    assert TEXT.encode() not in held(engine)
    assert post_detail(engine, "bluesky:nosuch").state == "unknown"


def status(number: int, text: str, **more: object) -> str:
    return json.dumps(
        {
            "id": str(number),
            "uri": f"https://example.social/users/a/statuses/{number}",
            "created_at": "2026-07-04T12:00:00Z",
            "account": {"id": "7", "acct": "a", "noindex": False},
            "content": text,
            "visibility": "public",
            "reblogs_count": 0,
            "favourites_count": 0,
            "replies_count": 0,
            **more,
        }
    )


@pytest.mark.parametrize("seed", range(6))
def test_whatever_comes_and_goes_only_retained_posts_have_a_line(seed: int) -> None:
    dice = Random(seed)
    lines = []
    for step in range(300):
        name, author = f"p{dice.randrange(40)}", f"did:plc:u{dice.randrange(5)}"
        at = START + step * SECOND - dice.randrange(4) * SECOND
        answered = {"reply": {"parent": {"uri": uri(f"p{dice.randrange(40)}", author)}}}
        lines.append(
            dice.choices(
                [
                    post(name, at, f"words {step} of {name}", author, **answered),
                    edit(name, at, f"words {step} of {name} edited", START, author),
                    delete(name, at, author),
                    purge(author, at),
                ],
                weights=(60, 10, 12, 1),
            )[0]
        )
    config = EngineConfig(window=MINUTE, retention=2 * MINUTE, max_texts=1 << 10, max_raw_lines=dice.choice((5, 5_000)))
    for end in (60, 150, 300):
        engine = run(lines[:end], config, cuts=dice.choice((1, 7, 64)))
        raw = engine.raw
        assert not raw._waiting
        assert raw.size == sum(map(len, raw._kept.values()))
        assert len(raw) <= config.max_raw_lines
        assert raw._kept.keys() <= engine.ledger.posts.keys()
        for key, line in raw._kept.items():
            assert engine.ledger.posts[key].text in line.decode()


def test_withheld_text_is_never_kept() -> None:
    engine = run([status(1, "kept words"), status(2, "secret words", visibility="unlisted"),
                  status(3, "hidden words", account={"id": "8", "acct": "b", "noindex": True})], ALL)  # fmt: skip
    assert b"kept" in held(engine)
    assert b"secret" not in held(engine)
    assert b"hidden" not in held(engine)
    hidden = [entry for entry in engine.ledger.posts.values() if not entry.text]
    assert hidden
    assert post_detail(engine, hidden[0].key).raw_missing == WITHHELD


def test_a_line_that_holds_another_post_is_not_kept() -> None:
    page = json.dumps({"statuses": [json.loads(status(1, "first")), json.loads(status(2, "second"))], "accounts": []})
    quoting = status(3, "look at this", quote={"state": "accepted", "quoted_status": json.loads(status(4, "theirs"))})
    engine = run([page, quoting], ALL)
    assert len(engine.ledger.posts) >= 3
    assert held(engine) == b""


def test_a_quote_that_only_names_the_other_post_is_kept() -> None:
    embed = {"$type": "app.bsky.embed.record", "record": {"uri": uri("1"), "cid": "c"}}
    quoting = post("q", START + SECOND, "what he said", "did:plc:q", embed=embed)
    assert b"what he said" in held(run([quoting]))
    view = {
        "uri": uri("v", "did:plc:v"),
        "cid": "c",
        "author": {"did": "did:plc:v", "handle": "v.example"},
        "record": {"$type": "app.bsky.feed.post", "text": 'he said "time_us"', "createdAt": "2026-07-04T12:00:00Z",
                   "embed": embed},
        "embed": {"$type": "app.bsky.embed.record#view", "record": {"uri": uri("1"), "value": {"text": "theirs"}}},
        "indexedAt": "2026-07-04T12:00:00Z",
    }  # fmt: skip
    engine = run([json.dumps(view)])
    assert [entry.quote_of for entry in engine.ledger.posts.values()] == [uri("1")]
    assert held(engine) == b""


def test_a_line_that_may_repeat_what_it_answers_goes_when_that_goes() -> None:
    answer = status(6, "an answer", in_reply_to_id="5")
    engine = run([status(5, "a question"), answer], ALL)
    assert b"an answer" in held(engine)
    gone = json.dumps({"event": "delete", "payload": "5"})
    engine = run([status(5, "a question"), answer, gone], ALL)
    assert b"a question" not in held(engine)


def test_hostile_lines_are_shown_without_what_a_terminal_acts_on() -> None:
    text = "a\x1b[31m\u202eb\u200bc\x9b"
    engine = run([post("1", START, text)], ALL)
    raw = post_detail(engine, KEY).raw
    assert all(c.isprintable() or c == "\n" for c in raw)
    assert "\\u202e" in raw
    assert "\\u009b" in raw


def test_pinned_posts_are_in_every_picture_until_they_go() -> None:
    engine = run(feed(), CONFIG)
    assert snapshot(engine).pinned == []
    engine.pinned = (KEY, "bluesky:nosuch")
    assert [(row.uid, row.likes) for row in snapshot(engine, 1).pinned] == [(uri("1"), 3)]
    engine = run(feed(delete("1", START + 200 * SECOND)), msgspec.structs.replace(CONFIG))
    engine.pinned = (KEY,)
    assert snapshot(engine).pinned == []
