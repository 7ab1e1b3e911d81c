"""What is deleted, purged, edited away or past retention is nowhere in memory any more: all of it is walked through."""

import msgspec
import pytest

from engine.config import HOUR, MINUTE, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.snapshot import PostRow
from tests import tui_fakes as fakes
from tests.feeds import ALL, PRESENT, SECOND, START, delete, edit, post, purge
from tests.memory_walk import found, module_values
from tests.test_post_detail import status
from tests.test_tui_app import later
from tests.tui_driver import monitor

SAID = "the xylophonistq confessed everythingz to @zyq.marked"
WORDS = ("xylophonistq", "everythingz", "zyq.marked", "zoomark")
NUMBERS = range(120)
END = START + 60 * SECOND
WINDOWED = msgspec.structs.replace(ALL, window=5 * MINUTE, horizons=(MINUTE,))
TAKEN_BACK = {
    "delete": [delete(f"x{n}", END + n, f"did:plc:a{n % 20}") for n in NUMBERS],
    "purge": [purge(f"did:plc:a{n}", END + n) for n in range(20)],
    "edit": [edit(f"x{n}", END + n, "nothing to see", START + n * SECOND // 4, f"did:plc:a{n % 20}") for n in NUMBERS],
}


def feed(engine: Engine, lines: list[str]) -> None:
    for begin in range(0, len(lines), 64):
        engine.feed(0, [line.encode() for line in lines[begin : begin + 64]], PRESENT)


def full(config: EngineConfig) -> Engine:
    """An engine that holds the words wherever posts are kept, waited with, summed and named."""
    engine = Engine(config)
    lines = []
    for n in NUMBERS:
        at = START + n * SECOND // 4
        lines.append(post(f"b{n}", at, f"a good day in town number {n} #sun", f"did:plc:b{n % 50}"))
        lines.append(post(f"x{n}", at, f"{SAID} {n}", f"did:plc:a{n % 20}", ["zoomark"]))
    feed(engine, lines)
    snapshot(engine)
    engine.show(expression="-tag:sun")
    snapshot(engine)
    assert all(found(word, engine) for word in WORDS)
    return engine


def go_on(engine: Engine, at: int) -> None:
    feed(engine, [post(f"q{n}", at + n * SECOND, f"later words {n}", "did:plc:c") for n in range(20)])


@pytest.mark.parametrize("config", [ALL, WINDOWED], ids=["all", "windowed"])
@pytest.mark.parametrize("how", TAKEN_BACK)
def test_nothing_of_what_was_taken_back_is_in_the_engine(how: str, config: EngineConfig) -> None:
    engine = full(config)
    feed(engine, TAKEN_BACK[how])
    go_on(engine, END + SECOND)
    assert {word: where for word in WORDS if (where := found(word, engine))} == {}


def test_nothing_of_what_left_the_window_is_in_its_sums_and_nothing_past_retention_anywhere() -> None:
    engine = full(msgspec.structs.replace(WINDOWED, retention=HOUR))
    go_on(engine, END + 20 * MINUTE)
    assert {word: where for word in WORDS if (where := found(word, engine.view.whole))} == {}
    go_on(engine, END + 2 * HOUR)
    snapshot(engine)  # till then the filtered window may have some to be taken out together
    where = {place for word in WORDS for place in found(word, engine)}
    assert where <= {"Label.label", "Label.parts", "Names.themes", "Names.stories"}  # until they are named anew


@pytest.mark.parametrize("how", ["delete", "purge"])
def test_nothing_of_what_is_taken_back_stays_when_it_has_just_been_pushed_out_by_newer_posts(how: str) -> None:
    engine = full(msgspec.structs.replace(ALL, max_posts=2 * len(NUMBERS)))
    go_on(engine, END)
    feed(engine, [post(f"y{n}", END + 30 * SECOND + n, f"later words {n}", "did:plc:c") for n in NUMBERS])
    go_on(engine, END + 40 * SECOND)
    assert any(found(word, engine.view.whole) for word in WORDS), "it has left, and is yet to be counted out"
    feed(engine, TAKEN_BACK[how])
    go_on(engine, END + 2 * MINUTE)
    where = {place for word in WORDS for place in found(word, engine)}
    assert where <= {"Label.label", "Label.parts", "Names.themes", "Names.stories"}


def test_an_answer_that_repeats_what_is_deleted_is_no_line_any_more() -> None:
    engine = Engine(ALL)
    repeating = {"in_reply_to_id": "5", "card": {"title": "xylophonistq"}}
    feed(engine, [status(6, "an answer", **repeating), status(7, "later", created_at="2026-07-04T12:01:00Z")])
    assert found("xylophonistq", engine)
    feed(engine, ['{"event": "delete", "payload": "5"}', status(8, "last", created_at="2026-07-04T12:02:00Z")])
    assert not found("xylophonistq", engine)


@pytest.mark.parametrize("no_text", [False, True])
def test_single_tokens_stay_in_memos_and_no_more_of_a_text(no_text: bool) -> None:
    """As docs/privacy.md says."""
    engine = Engine(msgspec.structs.replace(ALL, no_text=no_text))
    lines = [post(f"x{n}", START + n, f"{SAID} by https://zyqlink.example/a", f"did:plc:a{n % 20}") for n in range(40)]
    feed(engine, [*lines, *TAKEN_BACK["purge"]])
    go_on(engine, END + SECOND)
    values = module_values()
    assert found("xylophonistq", *values)
    for phrase in ("xylophonistq confessed", "confessed everythingz", "to @zyq", "zyqlink"):
        assert found(phrase, *values) == []


async def test_the_screen_holds_no_post_that_has_gone_from_its_picture() -> None:
    def posts(text: str, uid: str) -> list[PostRow]:
        return [msgspec.structs.replace(row, text=f"{text} {row.uid}", uid=uid + row.uid) for row in fakes.posts()]

    async with monitor(size=(80, 24)) as m:
        await m.hear(fakes.shown(fakes.busy(posts=posts("the xylophonistq confessed", "x"))))
        await m.press("p")
        assert "xylophonistq" in m.text
        await m.press("escape")
        assert found("xylophonistq", m.app)
        for _ in range(3):
            await m.hear(fakes.shown(later(posts=posts("later words", "y"))))
        assert found("later words", m.app)
        assert found("xylophonistq", m.app) == []
