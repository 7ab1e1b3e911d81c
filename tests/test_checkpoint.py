"""A kept run goes on as if it had never stopped, and nothing that befalls its folder is taken for a state."""

import errno
import hmac
import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from engine.config import HOUR, MINUTE, EngineConfig, SourceConfig
from engine.corrections import Corrections
from engine.export import json_parts
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.protocol import Start
from engine.runner import Carried, Runner
from engine.session import ROWS
from engine.simulate import simulate
from engine.state import graph, sealed
from engine.state.checkpoint import Body, Head
from engine.state.folder import StateError, StateFolder
from engine.state.keeper import Keeper
from engine.state.names import BEFORE, NEWEST
from engine.state.run import Run, open_run
from engine.userkey import make_key
from models.rolling import Rolling
from tests.feeds import ALL, PRESENT, SECOND, START, delete, edit, post, purge
from tests.worker_harness import Watching, settled

ROOT = Path(__file__).parents[1]
SHAPE = Path(__file__).with_name("state_shape.json")


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b"")
    return path


def append(path: Path, *lines: str | bytes) -> None:
    with path.open("ab") as file:
        file.writelines((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)


def opened(feed: Path | str, state: Path, engine: EngineConfig = ALL, **source: object) -> Run:
    config = SourceConfig(paths=(str(feed),), **source)  # type: ignore[arg-type]
    return open_run(engine, config, str(state), "", Decoder(), Corrections())


def read(run: Run, leave: bool = True) -> Engine:
    """All that is there now, saved; with `leave` the folder is free after."""
    assert run.keeper is not None
    runner = Runner(run.engine, run.sources, clock=lambda: 0.0, present=lambda: PRESENT, carried=run.carried)
    while runner.step():
        pass
    run.keeper.save(run.engine, runner)
    if leave:
        run.keeper.leave()
    return run.engine


def as_json(engine: Engine) -> str:
    engine.finish()
    return "".join(json_parts(snapshot(engine)))


def content(path: Path) -> bytes:
    """All that a checkpoint holds, unpacked."""
    head, body = sealed.read_sealed(path, hmac.digest(make_key(), b"state", "sha256"))
    with zstandard.ZstdDecompressor().stream_reader(body) as unpacked:
        return head + unpacked.read()


# --- going on ------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kills", "jobs"), [(200, 1), (30, 3)])
def test_killed_at_two_hundred_points_it_ends_as_if_never_interrupted(kills: int, jobs: int, tmp_path: Path) -> None:
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.killing", str(tmp_path), str(kills), "4", str(jobs)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["same"], told
    assert told["lines"] == told["of"]
    assert told["killed"] >= kills
    assert told["checkpoints"] > kills / 3
    assert told["rotated"] > kills / 8
    assert told["compressed"] > kills / 16


@pytest.mark.parametrize("shape", ["mastodon", "x", "reddit"])
def test_every_shape_goes_on(shape: str, feed: Path, tmp_path: Path) -> None:
    lines = simulate(shape, seed=2, hours=0.5, rate=3.0)[0]
    for begin in range(0, len(lines), len(lines) // 3 + 1):
        append(feed, *lines[begin : begin + len(lines) // 3 + 1])
        kept = read(opened(feed, tmp_path / "state"))
    whole = Engine(ALL)
    whole.feed(0, lines, PRESENT)
    assert as_json(kept) == as_json(whole)


def test_a_refit_that_was_running_is_begun_anew(feed: Path, tmp_path: Path) -> None:
    lines = simulate("bluesky", seed=5, hours=0.08, rate=20.0)[0]
    soon = msgspec.structs.replace(ALL, horizons=(MINUTE,))
    whole = Engine(soon)
    running = 0
    for number in range(0, len(lines), 50):
        append(feed, *lines[number : number + 50])
        kept = read(opened(feed, tmp_path / "state", soon))
        running += any(race.refits._job is not None for race in kept.model._races)
    whole.feed(0, lines, PRESENT)
    assert running
    assert as_json(kept) == as_json(whole)


def test_another_window_may_be_looked_at(feed: Path, tmp_path: Path) -> None:
    append(feed, *[post(f"p{i}", START + i * MINUTE, f"a good day {i}") for i in range(60)])
    read(opened(feed, tmp_path / "state", msgspec.structs.replace(ALL, window=15 * MINUTE)))
    wider = opened(feed, tmp_path / "state", msgspec.structs.replace(ALL, window=HOUR))
    assert snapshot(wider.engine).posts_in_window > 50


def test_lines_of_a_pipe_that_nobody_saved_are_a_gap(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, post("a", START, "one").encode() + b"\n")
    read(opened("-", tmp_path / "state", stdin_fd=reader))
    again = opened("-", tmp_path / "state", stdin_fd=reader)
    os.write(writer, post("b", START + 60 * SECOND, "two").encode() + b"\n")
    kept = read(again)
    os.close(writer)
    os.close(reader)
    assert [gap.reason for gap in kept.gaps] == [
        "lines that came between the saved state and now are lost: a pipe is read once"
    ]
    assert kept.intake.lines == 2


# --- the files between two runs ------------------------------------------------------------------------------------


def lines_of(feed: Path, state: Path) -> int:
    return read(opened(feed, state)).intake.lines


def test_a_file_that_was_rotated_twice_is_read_to_its_end_and_those_after_it(feed: Path, tmp_path: Path) -> None:
    append(feed, *[post(f"a{i}", START + i, "one") for i in range(5)])
    assert lines_of(feed, tmp_path / "state") == 5
    append(feed, post("b", START + 10, "two"))
    feed.rename(tmp_path / "feed.jsonl.2")
    append(tmp_path / "feed.jsonl.1", post("c", START + 20, "three"))
    append(feed, post("d", START + 30, "four"))
    assert lines_of(feed, tmp_path / "state") == 8
    assert lines_of(feed, tmp_path / "state") == 8


def test_a_file_that_was_copied_and_truncated_is_read_on_from_the_copy(feed: Path, tmp_path: Path) -> None:
    append(feed, *[post(f"a{i}", START + i, "one") for i in range(5)])
    assert lines_of(feed, tmp_path / "state") == 5
    append(feed, post("b", START + 10, "two"))
    (tmp_path / "feed.jsonl.1").write_bytes(feed.read_bytes())
    os.truncate(feed, 0)
    append(feed, *[post(f"c{i}", START + 20 + i, "a line that is far longer than those before") for i in range(9)])
    assert lines_of(feed, tmp_path / "state") == 15


def test_a_file_that_is_gone_is_a_gap_and_what_came_in_its_place_is_read(feed: Path, tmp_path: Path) -> None:
    append(feed, *[post(f"a{i}", START + i, "one") for i in range(5)])
    assert lines_of(feed, tmp_path / "state") == 5
    feed.unlink()
    append(feed, post("b", START + 10, "two"))
    kept = read(opened(feed, tmp_path / "state"))
    assert kept.intake.lines == 6
    assert len(kept.gaps) == 1


def test_an_archive_goes_on_inside(tmp_path: Path) -> None:
    import gzip

    feed = tmp_path / "feed.jsonl.gz"
    lines = [post(f"a{i}", START + i * SECOND, f"line {i}").encode() for i in range(1000)]
    feed.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    run = opened(feed, tmp_path / "state")
    assert run.keeper is not None
    runner = Runner(run.engine, run.sources, clock=lambda: 0.0, present=lambda: PRESENT)
    runner.step(100)
    run.keeper.save(run.engine, runner)
    run.keeper.leave()
    kept = read(opened(feed, tmp_path / "state"))
    assert kept.intake.lines == 1000
    assert read(opened(feed, tmp_path / "state")).intake.lines == 1000


def test_a_file_that_came_since_is_a_further_source(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", post("a", START, "one"))
    pattern = str(tmp_path / "*.jsonl")
    assert read(opened(pattern, tmp_path / "state")).intake.lines == 1
    append(tmp_path / "b.jsonl", post("b", START + SECOND, "two"))
    run = opened(pattern, tmp_path / "state")
    run.sources.refresh()
    assert read(run).intake.lines == 2


# --- the folder ----------------------------------------------------------------------------------------------------


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


# --- saving --------------------------------------------------------------------------------------------------------


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


def test_room_for_rows_to_come_holds_nothing_of_the_memory_it_lies_in() -> None:
    rolling = Rolling(cap=1000, width=8)
    for _ in range(200):
        secret = [bytearray(b"xylophonist" * size) for size in (40, 400, 4000)]
        del secret
        rolling.extend(np.ones((3, 8)))
        assert set(np.unique(rolling._rows)) <= {0.0, 1.0}


def kept_by(feed: Path, state: Path) -> Watching:
    monitor = Watching()
    monitor.send(Start(engine=ALL, source=SourceConfig(paths=(str(feed),)), rate=20.0, kept=str(state)))
    return monitor


def test_a_process_that_is_killed_is_gone_on_with_by_the_next(feed: Path, tmp_path: Path) -> None:
    lines = [post(f"p{i}", START + i * SECOND, f"a good day {i}", f"did:plc:{i % 7}").encode() for i in range(14)]
    append(feed, *lines[:7])
    with kept_by(feed, tmp_path / "state") as monitor:
        monitor.lines(7)
        monitor.process.kill()
    append(feed, *lines[7:])
    with kept_by(feed, tmp_path / "state") as monitor:
        frame = monitor.until(lambda frame: frame.snapshot.meters.lines == 14 and settled(frame.snapshot))
    whole = Engine(ALL)
    whole.feed(0, lines, PRESENT)
    whole.quiet(0)
    assert "".join(json_parts(frame.snapshot)) == "".join(json_parts(snapshot(whole, ROWS)))
    assert "went on from the state saved after" in frame.health.notes[0]


def test_a_head_is_plain_data_without_text(feed: Path, tmp_path: Path) -> None:
    append(feed, *[post(f"a{i}", START + i * MINUTE, "the xylophonist confessed everything") for i in range(2)])
    read(opened(feed, tmp_path / "state"))
    head, _ = sealed.read_sealed(tmp_path / "state" / NEWEST, hmac.digest(make_key(), b"state", "sha256"))
    assert b"xylophonist" not in head
    assert msgspec.json.decode(head, type=Head).as_of == START


def shape_of(thing: object) -> dict[str, list[str]]:
    """Our classes among what an object holds, with the names of their fields."""
    found: dict[str, set[str]] = {}
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, str | bytes | int | float | np.ndarray | None):
            continue
        seen.add(id(one))
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset | deque):
            waiting += one
        kind = type(one)
        if kind.__module__.startswith(("engine.", "models.")):
            state = one.__getstate__() if hasattr(one, "__dict__") else None
            slots = [name for each in kind.__mro__ for name in getattr(each, "__slots__", ())]
            names = state if isinstance(state, dict) else getattr(one, "__struct_fields__", slots)
            names = [name for name in names if not name.startswith("__")] or list(getattr(one, "_fields", ()))
            found.setdefault(f"{kind.__module__}.{kind.__qualname__}", set()).update(names)
            waiting += [state[name] if isinstance(state, dict) else getattr(one, name, None) for name in names]
    return {name: sorted(fields) for name, fields in sorted(found.items())}


def test_a_change_of_what_is_saved_raises_the_schema(feed: Path, tmp_path: Path) -> None:
    """If this fails, what is saved has changed: raise SCHEMA in engine/state/sealed.py, and write SHAPE anew by running
    this test with TRENDTOP_WRITE_SHAPE=1.
    """
    engine = Engine(msgspec.structs.replace(ALL, horizons=(MINUTE,), alerts=("mean<-0.3 for 60s",)))
    for shape in ("bluesky", "x"):
        engine.feed(0, simulate(shape, seed=1, hours=0.1, rate=20.0)[0], PRESENT)
    told = {"schema": sealed.SCHEMA, "shape": shape_of([engine, Body(engine, Carried([], []))])}
    if os.environ.get("TRENDTOP_WRITE_SHAPE"):
        SHAPE.write_text(json.dumps(told, indent=1) + "\n")
    assert told == json.loads(SHAPE.read_text())
