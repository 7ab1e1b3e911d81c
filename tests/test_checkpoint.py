"""A kept run goes on as if it had never stopped, whatever has become of its files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from engine.config import HOUR, MINUTE, SourceConfig
from engine.export import json_parts
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.protocol import Start
from engine.runner import Carried, Runner
from engine.session import ROWS
from engine.simulate import simulate
from engine.state import sealed
from engine.state.checkpoint import Body
from tests.feeds import ALL, PRESENT, SECOND, START, post
from tests.kept_runs import append, as_json, opened, read
from tests.saved_shape import pinned, shape_of
from tests.worker_harness import Watching, settled

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.usefixtures("own_key")


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
    assert "went on from the state saved after" in frame.health.went_on


# --- the files between two runs --------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("follow", [True, False])
def test_whether_a_feed_is_followed_is_up_to_the_run_and_not_to_the_one_before(
    follow: bool, feed: Path, tmp_path: Path
) -> None:
    append(feed, post("a", START, "one"))
    read(opened(feed, tmp_path / "state", follow=not follow))
    append(feed, post("b", START + SECOND, "two"))
    again = opened(feed, tmp_path / "state", follow=follow)
    assert read(again).intake.lines == 2
    assert [source.ended for source in again.sources] == [not follow]
    append(feed, post("c", START + 2 * SECOND, "three"))
    assert read(opened(feed, tmp_path / "state", follow=not follow)).intake.lines == 3


@pytest.mark.parametrize("cut", [1, 60, 150, -1])
def test_a_line_that_is_still_being_written_at_the_end_of_an_export_is_left_to_the_next(
    cut: int, feed: Path, tmp_path: Path
) -> None:
    lines = [post(f"p{i}", START + i * SECOND, f"a good day {i}").encode() for i in range(4)]
    append(feed, lines[0])
    for begun in lines[1:3]:
        with feed.open("ab") as file:
            file.write(begun[:cut])
        read(opened(feed, tmp_path / "state", follow=False))
        with feed.open("ab") as file:
            file.write(begun[cut:] + b"\n")
    append(feed, lines[3])
    kept = read(opened(feed, tmp_path / "state", follow=False))
    whole = Engine(ALL)
    whole.feed(0, lines, PRESENT)
    assert as_json(kept) == as_json(whole)


@pytest.mark.parametrize("frame", [b"", b"data: "])
def test_a_last_line_that_lacks_only_its_newline_counts(frame: bytes, feed: Path, tmp_path: Path) -> None:
    append(feed, post("a", START, "one"))
    feed.write_bytes(feed.read_bytes() + frame + post("b", START + SECOND, "two").encode())
    assert read(opened(feed, tmp_path / "state", follow=False)).intake.lines == 2
    feed.write_bytes(feed.read_bytes() + b"\n")
    append(feed, post("c", START + 2 * SECOND, "three"))
    assert read(opened(feed, tmp_path / "state", follow=False)).intake.lines == 3


def test_a_file_that_came_since_is_a_further_source(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", post("a", START, "one"))
    pattern = str(tmp_path / "*.jsonl")
    assert read(opened(pattern, tmp_path / "state")).intake.lines == 1
    append(tmp_path / "b.jsonl", post("b", START + SECOND, "two"))
    run = opened(pattern, tmp_path / "state")
    run.sources.refresh()
    assert read(run).intake.lines == 2


# --- what is saved ---------------------------------------------------------------------------------------------------


def test_a_change_of_what_is_saved_raises_the_schema(feed: Path, tmp_path: Path) -> None:
    """If this fails, what is saved has changed: raise SCHEMA in engine/state/sealed.py, and see saved_shape.py."""
    engine = Engine(msgspec.structs.replace(ALL, horizons=(MINUTE,), alerts=("mean<-0.3 for 60s",)))
    for shape in ("bluesky", "x"):
        engine.feed(0, simulate(shape, seed=1, hours=0.1, rate=20.0)[0], PRESENT)
    saved = [engine, Body(engine, Carried([], []))]
    assert {"schema": sealed.SCHEMA, "shape": shape_of(saved)} == pinned("state", sealed.SCHEMA, saved)
