"""Nothing that befalls the folder of a kept run is taken for a state, and what was taken back is in none."""

import errno
import hmac
import json
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from engine.config import MINUTE, SourceConfig
from engine.runner import Runner
from engine.state import graph, sealed
from engine.state.checkpoint import Head
from engine.state.folder import StateError, StateFolder
from engine.state.keeper import Keeper
from engine.state.names import BEFORE, NEWEST
from engine.userkey import make_key
from models.rolling import Rolling
from tests.feeds import ALL, PRESENT, SECOND, START, delete, edit, post, purge
from tests.kept_runs import append, content, opened, read
from tests.test_post_detail import status

pytestmark = pytest.mark.usefixtures("own_key")


# --- the folder ------------------------------------------------------------------------------------------------------


def saved(feed: Path, state: Path, times: int = 1) -> None:
    for number in range(times):
        append(feed, post(f"n{number}", START + number * SECOND, "a good day"))
        read(opened(feed, state))


def test_all_of_it_is_for_its_owner_alone(feed: Path, tmp_path: Path) -> None:
    saved(feed, tmp_path / "state", 2)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "state").iterdir()}
    assert modes == {NEWEST: 0o600, BEFORE: 0o600, "engine.lock": 0o600}


def test_a_second_run_on_a_folder_is_told(feed: Path, tmp_path: Path) -> None:
    append(feed, post("a", START, "one"))
    first = opened(feed, tmp_path / "state")
    with pytest.raises(StateError, match=rf"another trendtop \(process {os.getpid()}\) uses the state folder"):
        StateFolder(str(tmp_path / "state"), patience=0.0)
    read(first)
    StateFolder(str(tmp_path / "state"), patience=0.0).close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
        lambda data: b"",
        lambda data: b"\0" * len(data),
    ],
)
def test_a_damaged_state_gives_way_to_the_one_before_it(
    spoil: Callable[[bytes], bytes], feed: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    saved(feed, state, 3)
    newest = state / NEWEST
    newest.write_bytes(spoil(newest.read_bytes()))
    run = opened(feed, state)
    assert "damaged" in run.notice
    assert "gone on from the one before it" in run.notice
    assert run.engine.intake.lines == 2
    assert read(run).intake.lines == 3
    newest.write_bytes(spoil(newest.read_bytes()))
    (state / BEFORE).write_bytes(b"x")
    with pytest.raises(StateError, match="there is none before it: use another --state, or remove it to begin anew"):
        opened(feed, state)


def test_the_one_before_a_damaged_state_stays_until_there_are_two_again(feed: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    saved(feed, state, 3)
    before = (state / BEFORE).read_bytes()
    (state / NEWEST).write_bytes(b"damaged")
    read(opened(feed, state))
    assert (state / BEFORE).read_bytes() == before
    (state / NEWEST).write_bytes(b"damaged again")
    assert read(opened(feed, state)).intake.lines == 3


def test_what_an_earlier_run_took_back_costs_no_state(feed: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    append(feed, post("a", START, "x"), delete("a", START + SECOND), post("b", START + 9 * SECOND, "y"))
    read(opened(feed, state))
    assert not (state / BEFORE).exists()
    append(feed, post("c", START + 10 * SECOND, "z"))
    read(opened(feed, state))
    assert (state / BEFORE).exists()


def test_a_pipe_a_link_or_a_folder_in_its_place_is_no_state(feed: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    saved(feed, state)
    (state / BEFORE).unlink()
    for make, said in (
        (os.mkfifo, "is damaged"),
        (lambda path: path.symlink_to("/dev/zero"), "is damaged"),
        (os.mkdir, "cannot read .*: is a directory"),
    ):
        (state / NEWEST).unlink()
        make(state / NEWEST)  # type: ignore[operator]
        with pytest.raises(StateError, match=said):
            opened(feed, state)
    (state / "engine.lock").unlink()
    os.mkfifo(state / "engine.lock")
    with pytest.raises(StateError, match=r"its engine\.lock is no file"):
        opened(feed, state)


def test_a_head_that_cannot_be_read_is_refused_in_words(feed: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    saved(feed, state)
    key = hmac.digest(make_key(), b"state", "sha256")
    head, body = sealed.read_sealed(state / NEWEST, key)
    other = head.replace(b'"since"', b'"sinks"')
    sealed.write_sealed(state, key, other, lambda file: file.write(body)).rename(state / NEWEST)
    with pytest.raises(StateError, match=r"is of another trendtop \(.*`since`\): use another --state"):
        opened(feed, state)


def test_a_state_sealed_with_another_key_is_not_opened(
    feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(feed, tmp_path / "state")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    with pytest.raises(StateError, match="damaged, or not of this user"):
        opened(feed, tmp_path / "state")


def test_a_state_of_another_schema_is_refused_in_words(
    feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "SCHEMA", 99)
    saved(feed, tmp_path / "state")
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    with pytest.raises(StateError, match=r"is of another trendtop \(schema 99\): use another --state"):
        opened(feed, tmp_path / "state")


@pytest.mark.parametrize(
    ("engine", "source", "told"),
    [
        ({"seed": 1}, {}, "another seed"),
        ({"lateness": 7 * SECOND}, {}, "another lateness"),
        ({}, {"format": "bluesky-jetstream"}, "another --format"),
        ({}, {"map": (("text", ".a"),)}, "another --map"),
    ],
)
def test_other_options_are_refused_by_name(
    engine: dict[str, int], source: dict[str, object], told: str, feed: Path, tmp_path: Path
) -> None:
    saved(feed, tmp_path / "state")
    with pytest.raises(StateError, match=f"was saved with {told}: use another --state"):
        opened(feed, tmp_path / "state", msgspec.structs.replace(ALL, **engine), **source)


def test_another_feed_is_refused(feed: Path, tmp_path: Path) -> None:
    saved(feed, tmp_path / "state")
    other = tmp_path / "other.jsonl"
    append(other, post("a", START, "one"))
    with pytest.raises(StateError, match="was saved with another feed"):
        opened(other, tmp_path / "state")


def test_other_versions_are_refused_by_name(feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(feed, tmp_path / "state")
    monkeypatch.setattr("engine.state.checkpoint.made_with", lambda: {"scikit-learn": "9.9"})
    with pytest.raises(StateError, match=r"scikit-learn .* \(now 9.9\)"):
        opened(feed, tmp_path / "state")


class Wicked:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch wicked",)


def test_a_crafted_pickle_does_nothing_even_if_it_is_sealed(
    feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    state = tmp_path / "state"
    saved(feed, state)
    key = hmac.digest(make_key(), b"state", "sha256")
    head, _ = sealed.read_sealed(state / NEWEST, key)
    sealed.write_sealed(state, key, head, lambda file: graph.dump(Wicked(), file)).rename(state / NEWEST)
    with pytest.raises(StateError, match=r"cannot be read \(UnknownError: posix.system\)"):
        opened(feed, state)
    assert not (tmp_path / "wicked").exists()


@pytest.mark.parametrize(
    "name", ["engine.state.folder.StateFolder", "builtins.eval", "engine.worker.main", "os.system"]
)
def test_functions_and_what_is_not_listed_are_never_made(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    asked = b"\x80\x04c" + module.encode() + b"\n" + attribute.encode() + b"\n."
    packed = zstandard.compress(asked)
    if name.endswith("StateFolder"):  # a class of ours: made only by name, never called by loading it
        assert graph.load(packed) is StateFolder
        return
    with pytest.raises(graph.UnknownError):
        graph.load(packed)


# --- saving ----------------------------------------------------------------------------------------------------------


def test_a_full_disk_leaves_the_states_that_were_there(
    feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    saved(feed, state, 2)
    before = {path.name: path.read_bytes() for path in state.iterdir()}

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    append(feed, post("more", START + 60 * SECOND, "more"))
    run = opened(feed, state)
    read(run)
    assert run.keeper is not None
    assert run.keeper.trouble == f"the state was not saved to {state}: no space left on device"
    assert {path.name: path.read_bytes() for path in state.iterdir()} == before
    monkeypatch.undo()


def test_the_feed_goes_on_while_a_copy_of_the_process_writes(feed: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    now = [0.0]
    append(feed, post("a", START, "one"))
    run = opened(feed, state)
    keeper = Keeper(run.keeper._folder, SourceConfig(paths=(str(feed),)), None, "", clock=lambda: now[0])
    runner = Runner(run.engine, run.sources, clock=lambda: 0.0, present=lambda: PRESENT)
    runner.step()
    keeper.look(run.engine, runner)
    assert keeper._writer is None  # too early
    now[0] = 6.0
    keeper.look(run.engine, runner)
    assert keeper._writer is not None
    append(feed, post("b", START + SECOND, "two"))
    runner.step()
    while keeper._writer is not None:
        keeper.look(run.engine, runner)
    keeper.leave()
    assert keeper.trouble == ""
    assert opened(feed, state).engine.intake.lines == 1


def test_a_writer_that_fails_says_why(feed: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    append(feed, post("a", START, "one"))
    run = opened(feed, state)
    now = [0.0]
    keeper = Keeper(run.keeper._folder, SourceConfig(paths=(str(feed),)), None, "", clock=lambda: now[0])
    runner = Runner(run.engine, run.sources, clock=lambda: 0.0, present=lambda: PRESENT)
    runner.step()
    (state / BEFORE).mkdir()
    (state / BEFORE / "in the way").touch()
    now[0] = 6.0
    keeper.look(run.engine, runner)
    while keeper._writer is not None:
        keeper.look(run.engine, runner)
    assert keeper.trouble.startswith(f"the state was not saved to {state}: ")
    keeper.leave()


@pytest.mark.parametrize(
    "take_back",
    [
        delete("a", START + 9 * SECOND),
        purge("did:plc:a", START + 9 * SECOND),
        edit("a", START + 9 * SECOND, "nothing to see", START),
    ],
)
def test_what_was_taken_back_leaves_no_text_in_either_state(take_back: str, feed: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    append(feed, post("a", START, "the xylophonist confessed everything"), post("z", START + SECOND, "x", "did:plc:z"))
    for number in range(4):
        append(feed, post(f"n{number}", START + (2 + number) * SECOND, "a good day", "did:plc:b"))
        read(opened(feed, state))
    assert b"xylophonist" in content(state / NEWEST)
    append(feed, take_back, post("later", START + 60 * SECOND, "later", "did:plc:b"))
    kept = read(opened(feed, state))
    assert b"xylophonist" not in content(state / NEWEST)
    assert not (state / BEFORE).exists()
    again = opened(feed, state).engine
    assert again.ledger.buried("bluesky:at://did:plc:a/app.bsky.feed.post/a") == kept.ledger.buried(
        "bluesky:at://did:plc:a/app.bsky.feed.post/a"
    )


def test_words_that_only_an_answer_repeats_are_in_neither_state(feed: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    append(feed, status(6, "an answer", in_reply_to_id="5", card={"title": "xylophonist"}))
    append(feed, status(7, "later", created_at="2026-07-04T12:01:00Z"))
    read(opened(feed, state))
    assert b"xylophonist" in content(state / NEWEST)
    append(feed, json.dumps({"event": "delete", "payload": "5"}))
    append(feed, status(8, "much later", created_at="2026-07-04T12:02:00Z"))
    read(opened(feed, state))
    assert b"xylophonist" not in content(state / NEWEST)
    assert not (state / BEFORE).exists()


def test_room_for_rows_to_come_holds_nothing_of_the_memory_it_lies_in() -> None:
    rolling = Rolling(cap=1000, width=8)
    for _ in range(200):
        secret = [bytearray(b"xylophonist" * size) for size in (40, 400, 4000)]
        del secret
        rolling.extend(np.ones((3, 8)))
        assert set(np.unique(rolling._rows)) <= {0.0, 1.0}


def test_a_head_is_plain_data_without_text(feed: Path, tmp_path: Path) -> None:
    append(feed, *[post(f"a{i}", START + i * MINUTE, "the xylophonist confessed everything") for i in range(2)])
    read(opened(feed, tmp_path / "state"))
    head, _ = sealed.read_sealed(tmp_path / "state" / NEWEST, hmac.digest(make_key(), b"state", "sha256"))
    assert b"xylophonist" not in head
    assert msgspec.json.decode(head, type=Head).as_of == START
