"""Corrections: kept without a word of the post, shared between monitors, forgotten with the post, and learnt from."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.config import EngineConfig
from engine.correctionfile import FILE
from engine.corrections import CorrectionError, Corrections
from engine.draft import score_draft
from engine.picture import snapshot
from engine.picture_post import post_detail
from engine.pipeline import Engine
from models.moods import PERSONAL_FROM
from tests.feeds import ALL, PRESENT, SECOND, START, delete, edit, picture, post, purge, uri

SICK = "that {} was sick, the kids killed it #music"
AUTHOR = "did:plc:hers"


def lines(count: int = 3) -> list[str]:
    return [
        post(f"p{n}", START + n * SECOND, SICK.format(f"gig{n}"), AUTHOR if n % 2 else "did:plc:other", ["music"])
        for n in range(count)
    ]


def key(n: int) -> str:
    return f"bluesky:{uri(f'p{n}', AUTHOR if n % 2 else 'did:plc:other')}"


def watching(folder: Path | str = "", count: int = 3) -> Engine:
    engine = Engine(ALL, corrections=Corrections(str(folder)))
    feed(engine, *lines(count))
    return engine


def feed(engine: Engine, *more: str) -> None:
    engine.feed(0, [line.encode() for line in more], PRESENT)
    engine.quiet(0)


def mark(engine: Engine, n: int, mood: str = "positive") -> str:
    return engine.corrections.mark(engine.ledger.posts[key(n)], mood)  # type: ignore[arg-type]


def kept(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / FILE).read_text().splitlines()]


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_mark_is_kept_for_its_owner_alone_and_without_text_or_author(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "anew"
    engine = watching(folder)
    assert mark(engine, 1) == "positive"
    (line,) = kept(folder)
    assert (line["platform"], line["id"]) == ("bluesky", uri("p1", AUTHOR))
    assert (line["time"], line["mood"], line["vader"]) == (START + SECOND, "positive", "negative")
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert set(line) == {"platform", "id", "alias", "time", "mood", "vader", "numbers", "terms", "salt", "author"}
    del line["id"]
    written = json.dumps(line)
    for secret in ("sick", "kids", "music", "gig1", AUTHOR, "hers"):
        assert secret not in written


def test_marks_survive_a_restart_in_their_order(tmp_path: Path) -> None:
    engine = watching(tmp_path)
    for n, mood in ((2, "negative"), (0, "not-scorable"), (1, "neutral")):
        mark(engine, n, mood)
    again = watching(tmp_path)
    assert [again.corrections.mood(key(n)) for n in range(3)] == ["not-scorable", "neutral", "negative"]
    assert [line["mood"] for line in kept(tmp_path)] == ["negative", "not-scorable", "neutral"]
    assert [row.corrected for row in snapshot(again).posts] == ["not-scorable", "neutral", "negative"]


def test_the_same_mood_again_takes_the_mark_back_and_another_replaces_it(tmp_path: Path) -> None:
    engine = watching(tmp_path)
    mark(engine, 0)
    mark(engine, 1)
    assert mark(engine, 0, "neutral") == "neutral"
    assert [(line["id"], line["mood"]) for line in kept(tmp_path)] == [
        (uri("p1", AUTHOR), "positive"),
        (uri("p0", "did:plc:other"), "neutral"),
    ]
    assert mark(engine, 0, "neutral") == ""
    assert len(kept(tmp_path)) == len(engine.corrections) == 1


def test_two_monitors_on_a_folder_lose_nothing_of_each_other(tmp_path: Path) -> None:
    one, other = watching(tmp_path), watching(tmp_path)
    mark(one, 0)
    mark(other, 1)
    mark(one, 2, "negative")
    mark(other, 0, "neutral")  # in place of the other's
    assert len(kept(tmp_path)) == 3
    for engine in (one, other):
        engine.corrections.look()
        assert [engine.corrections.mood(key(n)) for n in range(3)] == ["neutral", "positive", "negative"]
    feed(one, delete("p1", START + 20 * SECOND, AUTHOR))
    mark(other, 2, "negative")
    assert [line["id"] for line in kept(tmp_path)] == [uri("p0", "did:plc:other")]


def test_a_delete_reaches_what_another_monitor_has_marked_since(tmp_path: Path) -> None:
    one, other = watching(tmp_path), watching(tmp_path)
    mark(other, 1)
    feed(one, delete("p1", START + 20 * SECOND, AUTHOR))
    assert kept(tmp_path) == []


def test_damaged_lines_are_counted_told_of_and_left_as_they_are(tmp_path: Path) -> None:
    mark(watching(tmp_path), 0)
    whole = (tmp_path / FILE).read_bytes()
    worse = [b"{", b"\xff\x00", b"[1]", whole.replace(b'"positive"', b'"angry"').strip(), whole[:-200]]
    (tmp_path / FILE).write_bytes(b"\n".join([*worse[:4], whole.strip(), worse[4]]))
    engine = watching(tmp_path)
    assert len(engine.corrections) == 1
    assert any("5 lines of" in notice and "left as they are" in notice for notice in snapshot(engine).notices)
    mark(engine, 1)  # behind a line that was torn
    mark(engine, 2)
    mark(engine, 1)  # taken back: the file is written anew
    assert (tmp_path / FILE).read_bytes().split(b"\n")[:6] == [*worse[:4], whole.strip(), worse[4]]
    again = watching(tmp_path)
    assert [again.corrections.mood(key(n)) for n in range(3)] == ["positive", "", "positive"]


@pytest.mark.parametrize(
    "damage",
    [
        {"numbers": [0.0]},
        {"terms": [[1 << 40, 1.0]]},
        {"terms": [[3, 1.0], [1, 1.0]]},
        {"terms": [[3, -1.0]]},
        {"numbers": [1e999] * 10},
        {"time": "now"},
        {"id": None},
    ],
)
def test_a_line_of_impossible_values_is_damaged(tmp_path: Path, damage: dict) -> None:
    mark(watching(tmp_path), 0)
    (line,) = kept(tmp_path)
    (tmp_path / FILE).write_text(json.dumps(line | damage).replace("Infinity", "1e999") + "\n")
    corrections = Corrections(str(tmp_path))
    assert len(corrections) == 0
    assert "1 line of" in corrections.notices()[0]


def test_a_mark_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    engine = watching(tmp_path)
    assert "cannot be read" in snapshot(engine).notices[0]
    with pytest.raises(CorrectionError, match=r"not marked: .*corrections\.jsonl"):
        mark(engine, 0)
    assert engine.corrections.mood(key(0)) == ""


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "other"
    target.write_text("mine\n")
    os.symlink(target, tmp_path / FILE)
    with pytest.raises(CorrectionError):
        mark(watching(tmp_path), 0)
    assert target.read_text() == "mine\n"


def test_without_a_folder_marks_last_as_long_as_the_engine() -> None:
    engine = watching()
    mark(engine, 0)
    mark(engine, 1)
    assert mark(engine, 0) == ""
    assert len(engine.corrections) == snapshot(engine).corrections == 1


# -- deletes -----------------------------------------------------------------------------------------------------------


def test_a_deleted_post_takes_its_mark_along(tmp_path: Path) -> None:
    engine = watching(tmp_path)
    mark(engine, 0)
    mark(engine, 1)
    feed(engine, delete("p1", START + 20 * SECOND, AUTHOR))
    assert [line["id"] for line in kept(tmp_path)] == [uri("p0", "did:plc:other")]
    assert len(engine.corrections) == 1


def test_also_of_an_earlier_session_whose_post_is_known_no_more(tmp_path: Path) -> None:
    mark(watching(tmp_path), 1)
    later = Engine(ALL, corrections=Corrections(str(tmp_path)))
    feed(later, delete("p1", START + 20 * SECOND, AUTHOR))
    assert kept(tmp_path) == []


def test_also_once_the_post_is_past_retention(tmp_path: Path) -> None:
    engine = Engine(EngineConfig(retention=60 * SECOND, max_texts=1 << 10), corrections=Corrections(str(tmp_path)))
    feed(engine, *lines())
    mark(engine, 1)
    feed(engine, post("late", START + 600 * SECOND, "hello there"))
    assert key(1) not in engine.ledger.posts
    assert len(kept(tmp_path)) == 1
    feed(engine, delete("p1", START + 700 * SECOND, AUTHOR))
    assert kept(tmp_path) == []


@pytest.mark.parametrize("known", [True, False])
def test_a_purged_account_takes_its_marks_along_and_no_others(tmp_path: Path, known: bool) -> None:
    engine = watching(tmp_path)
    for n in range(3):
        mark(engine, n)
    if not known:
        engine = Engine(ALL, corrections=Corrections(str(tmp_path)))
    feed(engine, purge(AUTHOR, START + 20 * SECOND))
    assert [line["id"] for line in kept(tmp_path)] == [uri(f"p{n}", "did:plc:other") for n in (0, 2)]


def test_a_damaged_line_of_a_deleted_post_goes_too(tmp_path: Path) -> None:
    mark(watching(tmp_path), 1)
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:-20])
    engine = watching(tmp_path)
    feed(engine, delete("p1", START + 20 * SECOND, AUTHOR))
    assert (tmp_path / FILE).read_bytes() == b""


def test_what_cannot_leave_the_file_now_leaves_it_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = watching(tmp_path)
    mark(engine, 1)
    with monkeypatch.context() as full:
        full.setattr("tempfile.mkstemp", _full_disk)
        feed(engine, delete("p1", START + 20 * SECOND, AUTHOR))
        assert engine.corrections.mood(key(1)) == ""
        assert "posts taken back are still among the corrections" in snapshot(engine).notices[0]
    engine.corrections.look()
    assert kept(tmp_path) == []
    assert snapshot(engine).notices == []


def _full_disk(**_: object) -> None:
    raise OSError(28, "No space left on device")


def test_an_edit_leaves_the_mark_of_the_text_that_was_read(tmp_path: Path) -> None:
    engine = watching(tmp_path)
    mark(engine, 1)
    before = (tmp_path / FILE).read_bytes()
    feed(engine, edit("p1", START + 9 * SECOND, "I love it", START + SECOND, AUTHOR))
    assert (tmp_path / FILE).read_bytes() == before


# -- learning ----------------------------------------------------------------------------------------------------------


def marked(folder: Path | str, count: int) -> Engine:
    engine = watching(folder, count + 1)
    for n in range(count):
        mark(engine, n)
    return engine


def test_from_fifty_on_a_personal_layer_answers_beside_vader(tmp_path: Path) -> None:
    engine = marked(tmp_path, PERSONAL_FROM - 1)
    few = snapshot(engine)
    assert (few.corrections, few.personal_f1, few.vader_f1) == (49, None, None)
    assert score_draft(engine, SICK.format("show")).personal is None
    mark(engine, PERSONAL_FROM - 1)
    now = snapshot(engine)
    told = score_draft(engine, SICK.format("show"))
    assert told.sentiment == "negative"  # VADER's word stands
    assert told.personal is not None
    assert (told.personal.mood, told.personal.corrections) == ("positive", 50)
    assert now.corrections == 50
    assert (told.personal.f1, told.personal.vader_f1) == (now.personal_f1, now.vader_f1)
    assert now.vader_f1 == 0.0
    assert now.personal_f1 is not None
    assert now.personal_f1 > 0.9


def test_after_a_restart_it_is_the_same_layer(tmp_path: Path) -> None:
    before, again = marked(tmp_path, 60), watching(tmp_path, 61)
    for text in (SICK.format("show"), "I love it", "the door is at the back of the house"):
        assert score_draft(before, text).personal == score_draft(again, text).personal


def test_many_are_learnt_piece_by_piece_to_the_same_layer(tmp_path: Path) -> None:
    whole = marked(tmp_path, 60)
    slow = Engine(ALL, corrections=Corrections(str(tmp_path), at_once=25))
    changes = set()
    for _ in range(2):
        assert snapshot(slow).personal_f1 is None
        changes.add(slow.corrections.changes)
    now, expected = snapshot(slow), snapshot(whole)
    assert len(changes) == 2
    assert (now.personal_f1, now.vader_f1) == (expected.personal_f1, expected.vader_f1)
    assert score_draft(slow, SICK).personal == score_draft(whole, SICK).personal


def test_two_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    engines = [watching(tmp_path, 40), watching(tmp_path, 40)]
    with ThreadPoolExecutor() as both:
        list(both.map(lambda half: [mark(engines[half], n) for n in range(half * 20, half * 20 + 20)], (0, 1)))
    assert {line["id"] for line in kept(tmp_path)} == {key(n).partition(":")[2] for n in range(40)}


def test_what_is_taken_back_is_unlearnt() -> None:
    engine, other = marked("", 60), marked("", 59)
    mark(engine, 59)
    assert score_draft(engine, SICK.format("show")).personal == score_draft(other, SICK.format("show")).personal


def test_sums_gauges_and_tables_stay_vaders(tmp_path: Path) -> None:
    engine = marked(tmp_path, 60)
    plain, now = picture(lines(61)), snapshot(engine)
    assert now.sentiment == plain.sentiment
    assert [row.compound for row in now.posts] == [row.compound for row in plain.posts]
    assert now.clusters == plain.clusters


def test_a_post_that_vader_may_not_score_can_be_marked_and_answered_too() -> None:
    engine = marked("", 50)
    feed(engine, post("g", START + 90 * SECOND, "Das war heute wirklich ein schlimmer Tag für uns alle", langs=["de"]))
    entry = next(e for e in engine.ledger.posts.values() if "schlimmer" in e.text)
    assert score_draft(engine, entry.text).sentiment == "not scored"
    told = post_detail(engine, entry.key)
    assert told.post is not None
    assert told.post.compound is None
    assert told.personal is not None
    engine.corrections.mark(entry, "negative")
    assert len(engine.corrections) == 51


def test_text_that_its_author_withholds_is_not_learnt_from() -> None:
    engine = watching()
    entry = engine.ledger.posts[key(0)]
    entry.text = ""
    with pytest.raises(CorrectionError, match="no text to mark"):
        mark(engine, 0)
