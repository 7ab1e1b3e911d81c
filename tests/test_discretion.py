"""With --no-text and --hash-authors nothing of a text or an account is found anywhere, and all else is as without."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from engine.alerts.telling import Teller
from engine.config import MINUTE, EngineConfig
from engine.export import csv_parts, json_parts
from engine.picture import snapshot
from engine.picture_alerts import alert_rows
from engine.picture_post import DISCREET, post_detail
from engine.pipeline import Engine
from engine.platforms.links import web_address
from engine.protocol import Failed
from engine.simulate import simulate
from engine.state.names import NEWEST
from engine.tables import TABLES
from engine.userkey import KeyUnusableError, key_path
from tests.feeds import ALL, PRESENT, SECOND, START, delete, edit, like, post, purge, run, uri
from tests.kept_runs import append, content, opened, read
from tests.worker_harness import watching
from tui.cli import main

NO_TEXT = msgspec.structs.replace(ALL, no_text=True)
HASHED = msgspec.structs.replace(ALL, hash_authors=True)
BOTH = msgspec.structs.replace(ALL, no_text=True, hash_authors=True)
AUTHOR = "did:plc:zyx9marked"
SAID = "I am so happy that @zyxmarked.test and the zebra have met at https://zyx.example/9 #Zoo"
PIECES = (b"happy that", b"that @zyx", b"zebra have", b"met at", b"zyx.example")  # no name of a topic has such words
FEED = [
    *(post(f"p{n}", START + n * SECOND, f"{SAID} {n % 3}", AUTHOR) for n in range(40)),
    edit("p3", START + 50 * SECOND, f"{SAID} edited", START + 3 * SECOND, AUTHOR),
    like("l1", START + 51 * SECOND, uri("p4", AUTHOR), AUTHOR),
    '{"broken": "' + SAID,
    post("q", START + 60 * SECOND, "a line that waits for its turn: the zebra have met at noon", AUTHOR),
]


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))


def written(engine: Engine) -> bytes:
    """All that can be exported, and what is told of each post."""
    picture = snapshot(engine)
    parts = ["".join(json_parts(picture)), *("".join(csv_parts(picture, table)) for table in TABLES)]
    details = [msgspec.json.encode(post_detail(engine, key)) for key in engine.ledger.posts]
    return "".join(parts).encode() + b"".join(details)


def kept(config: EngineConfig, tmp_path: Path) -> bytes:
    """All that a saved state holds, while a record waits in the reorder buffer."""
    feed = tmp_path / "feed.jsonl"
    append(feed, *FEED)
    run = opened(feed, tmp_path / "state", config)
    assert run.keeper is not None
    run.engine.feed(0, [line.encode() for line in FEED], PRESENT)
    assert run.engine.sequence.held
    from engine.runner import Runner

    run.keeper.save(run.engine, Runner(run.engine, run.sources))
    run.keeper.leave()
    return content(tmp_path / "state" / NEWEST)


def alert_log(config: EngineConfig, path: Path) -> bytes:
    alerts = msgspec.structs.replace(config, alerts=("posts>3", "burst"))
    engine = run(FEED, alerts)
    assert Teller(str(path)).tell(alert_rows(engine, engine.alerts.take_news())) == ""
    return path.read_bytes()


def test_what_is_looked_for_is_found_without_the_options(tmp_path: Path) -> None:
    engine = run(FEED)
    found = written(engine) + kept(ALL, tmp_path)
    assert all(piece in found for piece in (*PIECES, AUTHOR.encode(), b"zyxmarked"))


@pytest.mark.parametrize("config", [NO_TEXT, BOTH])
def test_no_text_is_found_anywhere(config: EngineConfig, tmp_path: Path) -> None:
    found = written(run(FEED, config)) + kept(config, tmp_path) + alert_log(config, tmp_path / "alerts.jsonl")
    assert [piece for piece in PIECES if piece in found] == []
    assert b"zyxmarked" not in found
    assert b"zoo" in found


@pytest.mark.parametrize("config", [HASHED, BOTH])
def test_no_account_is_found_anywhere(config: EngineConfig, tmp_path: Path) -> None:
    found = written(run(FEED, config)) + kept(config, tmp_path) + alert_log(config, tmp_path / "alerts.jsonl")
    assert b"zyx9marked" not in found
    assert b"zyxmarked" not in found
    assert b"user-" in found


def results(picture: object) -> object:
    """What a picture says, but for texts and notices."""

    def strip(value: object) -> object:
        if isinstance(value, dict):
            hidden = {"text", "example", "exemplar", "notices"}
            return {key: strip(inner) for key, inner in value.items() if key not in hidden}
        return [strip(inner) for inner in value] if isinstance(value, list) else value

    return strip(json.loads(msgspec.json.encode(picture)))


@pytest.mark.parametrize("shape", ["bluesky", "mastodon", "x", "reddit"])
def test_all_else_is_as_it_would_be(shape: str) -> None:
    lines = simulate(shape, seed=3, hours=0.1, rate=20.0)[0]
    config = msgspec.structs.replace(ALL, horizons=(MINUTE,))
    usual, without = (snapshot(run(lines, each)) for each in (config, msgspec.structs.replace(config, no_text=True)))
    assert results(without) == results(usual)
    assert {row.text for row in without.posts} == {""}
    hashed = snapshot(run(lines, msgspec.structs.replace(config, hash_authors=True)))
    for name in ("meters", "sentiment", "languages", "authors_in_window", "timeline", "stories_in_window"):
        assert getattr(hashed, name) == getattr(usual, name)
    if shape in ("bluesky", "mastodon"):  # elsewhere many are of one second, and their ids say which goes first
        assert results(hashed.clusters) == results(usual.clusters)
        assert results(hashed.hashtags) == results(usual.hashtags)


def test_an_account_has_the_same_digest_in_all_runs_of_a_user_and_another_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def author() -> str:
        return snapshot(run(FEED, HASHED)).authors[0].author

    first = author()
    assert first == author()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    assert author() != first


def test_what_has_a_digest_has_no_address() -> None:
    lines = [line for shape in ("bluesky", "mastodon", "x", "reddit") for line in simulate(shape, 1, 0.1, 20.0)[0]]
    rows = snapshot(run(lines, HASHED)).posts
    assert {row.platform for row in rows} == {"bluesky", "mastodon", "x", "reddit"}
    assert [row for row in rows if web_address(row.platform, row.uid)] == []
    assert {row.name for row in rows} <= {row.author for row in rows} | {""}


@pytest.mark.parametrize("config", [NO_TEXT, HASHED, BOTH])
def test_deletes_and_purges_go_on_working(config: EngineConfig) -> None:
    later = START + 100 * SECOND
    assert len(snapshot(run([*FEED, delete("p1", later, AUTHOR)], config)).posts) == 40
    assert snapshot(run([*FEED, purge(AUTHOR, later)], config)).posts == []
    again = [*FEED, purge(AUTHOR, later), post("p1", START + SECOND, SAID, AUTHOR)]
    assert snapshot(run(again, config)).posts == []


def test_what_is_not_there_is_told_of() -> None:
    engine = run(FEED, BOTH)
    assert [notice for notice in snapshot(engine).notices if "--no-text" in notice or "--hash-authors" in notice]
    assert post_detail(engine, next(iter(engine.ledger.posts))).raw_missing == DISCREET


def test_words_are_still_found_by_a_filter() -> None:
    engine = run([*FEED, post("other", START + 61 * SECOND, "nothing of the kind")], NO_TEXT)
    engine.show(expression="zebra")
    assert snapshot(engine).posts_in_window == 41


def test_a_state_saved_with_texts_is_not_gone_on_with_without(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    append(feed, *FEED)
    read(opened(feed, tmp_path / "state"))
    with pytest.raises(Exception, match="was saved with another no_text"):
        opened(feed, tmp_path / "state", NO_TEXT)


def test_the_screen_is_told_no_text_and_no_account(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    append(feed, *FEED)
    with watching(feed, engine=BOTH, new=True) as monitor:
        frame = monitor.lines(len(FEED))
    told = msgspec.json.encode(frame)
    assert b"zyx9marked" not in told
    assert [piece for piece in PIECES if piece in told] == []
    assert len(frame.snapshot.posts) == 41


def test_a_watch_without_a_key_that_can_be_trusted_ends_with_one_line(tmp_path: Path) -> None:
    key_path().parent.mkdir(parents=True)
    key_path().write_bytes(b"short")
    os.chmod(key_path(), 0o600)
    feed = tmp_path / "feed.jsonl"
    append(feed, *FEED)
    with watching(feed, engine=HASHED, new=True) as monitor:
        status, said = monitor.end()
    assert status == 1
    assert isinstance(said[-1], Failed)
    assert "is damaged: remove it" in said[-1].message


def test_without_a_key_that_can_be_trusted_nothing_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key_path().parent.mkdir(parents=True)
    key_path().write_bytes(b"x" * 32)
    os.chmod(key_path(), 0o644)
    with pytest.raises(KeyUnusableError):
        Engine(HASHED)
    feed = tmp_path / "feed.jsonl"
    append(feed, *FEED)
    assert main(["export", str(feed), "-o", str(tmp_path / "out.json"), "--hash-authors"]) == 1
    assert "is open to others" in capsys.readouterr().err


def test_the_command_line_knows_both(tmp_path: Path) -> None:
    feed, target = tmp_path / "feed.jsonl", tmp_path / "out.json"
    append(feed, *FEED)
    assert main(["export", str(feed), "-o", str(target), "--no-text", "--hash-authors"]) == 0
    found = target.read_bytes()
    assert AUTHOR.encode() not in found
    assert b"zebra have" not in found


@pytest.mark.parametrize("option", ["--no-text", "--hash-authors"])
def test_a_paced_replay_that_would_keep_lines_is_refused(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["watch", str(tmp_path / "feed.jsonl"), "--replay", "60x", "--state", str(tmp_path / "s"), option]
    assert main(asked) == 1
    assert "a paced replay keeps lines that are not due" in capsys.readouterr().err
