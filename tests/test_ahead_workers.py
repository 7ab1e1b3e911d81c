"""Real workers come to the same as one process, and whatever befalls them, the feed goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine import ahead
from engine.ahead import AheadSources
from engine.config import SourceConfig
from engine.crew import ALONE, Crew
from engine.crew_member import work
from engine.intake import Prepared
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.platforms.reading import Reading
from engine.preparing import Reader
from engine.protocol import Start, Stop
from engine.runner import FixedSources, Runner
from engine.sources.tail import Tail
from tests.ahead_reads import AT_ONCE, books, lines_of, read, shape_lines, written
from tests.feeds import ALL, PRESENT
from tests.hands import Hands, put_in_place
from tests.worker_harness import Watching, as_json

ROOT = Path(__file__).parents[1]


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> list[Hands]:
    return put_in_place(monkeypatch)


def wait_for(what: Callable[[], object]) -> None:
    end = time.monotonic() + 60.0
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def with_workers(feed: Path, jobs: int, befall: Callable[[Any], None] | None = None) -> tuple[Engine, AheadSources]:
    """As `read`, with loky's workers, which are waited for; `befall` is called when they are at work."""
    engine = Engine(ALL)
    sources = AheadSources(FixedSources([Tail(str(feed), follow=False)]), engine, jobs, AT_ONCE)
    crew = sources.crew
    crew.start()
    wait_for(lambda: crew.ready)
    runner = Runner(engine, sources, present=lambda: PRESENT)
    try:
        for _ in range(4):
            runner.step(50)
        assert sources.waiting
        if befall is not None:
            befall(crew)
        runner.run()
    finally:
        sources.close()
    return engine, sources


def test_real_workers_come_to_the_same_also_when_one_is_killed(tmp_path: Path) -> None:
    feed = written(tmp_path / "feed.jsonl", shape_lines("bluesky"))
    alone, _ = read(feed, 1)
    engine, sources = with_workers(feed, 2)
    assert as_json(snapshot(engine)) == as_json(snapshot(alone))
    assert books(engine) == books(alone)
    assert not sources.trouble

    def kill(crew: Any) -> None:
        for pid in list(crew._executor._processes):
            os.kill(pid, signal.SIGKILL)

    engine, sources = with_workers(feed, 3, kill)
    assert as_json(snapshot(engine)) == as_json(snapshot(alone))
    assert books(engine) == books(alone)
    assert sources.trouble == f"a worker process died: {ALONE}"


ENDLESS = """
import os, sys, time
from engine.crew import Crew
from engine.platforms.decode import Decoder
crew = Crew(2, Decoder(), False)
crew.start()
while not all(warm.done() for warm in crew._warm):
    time.sleep(0.02)
print(*crew._executor._processes, flush=True)
time.sleep(600)
"""


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
def test_workers_do_not_outlive_an_engine_that_is_killed() -> None:
    engine = subprocess.Popen([sys.executable, "-c", ENDLESS], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert engine.stdout is not None
        workers = [int(pid) for pid in engine.stdout.readline().split()]
        assert len(workers) == 2
        assert all(map(is_there, workers))
    finally:
        engine.kill()
        engine.wait()
        engine.stdout.close()
    wait_for(lambda: not any(map(is_there, workers)))


def test_a_worker_loads_none_of_the_learners() -> None:
    check = "import sys, engine.crew_member; print({'sklearn', 'scipy', 'pandas', 'joblib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_crew_that_cannot_be_started_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("joblib.externals.loky.ProcessPoolExecutor", refuse)
    engine, sources = read(written(tmp_path / "feed.jsonl", lines_of(50)), 2)
    assert engine.intake.lines == 50
    assert sources.trouble == f"no worker process can be started (no room): {ALONE}"


def children(pid: int) -> list[str]:
    """The command lines of the processes that a process has begun."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = path.joinpath("stat").read_text("ascii", "replace").rpartition(")")[2].split()[1]
            if int(parent) == pid:
                found.append(path.joinpath("cmdline").read_text("utf-8", "replace"))
        except OSError:
            pass
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
def test_a_watch_catches_up_with_workers_and_lets_them_go(tmp_path: Path) -> None:
    lines = [line[:-1] + b', "pad": "' + b"x" * 3000 + b'"}' for line in lines_of(6000)]
    feed = written(tmp_path / "feed.jsonl", lines)
    alone, _ = read(feed, 1)
    with Watching(new=True) as monitor:
        monitor.send(Start(engine=ALL, source=SourceConfig(paths=(str(feed),)), rate=20.0, jobs=2))
        frame = monitor.lines(6000)
        assert [frame.health.state for frame in monitor.frames][-1] == "live"
        assert not frame.health.notes
        assert frame.snapshot.meters == snapshot(alone).meters
        wait_for(lambda: not any("--process-name" in line for line in children(monitor.process.pid)))
        monitor.send(Stop())
        assert monitor.end()[0] == 0


def test_lines_that_cannot_be_sent_are_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = lines_of(1)[0]
    event = msgspec.structs.replace(Decoder().reading(line).records[0][0], text="\ud800")
    odd = Prepared([line], [Reading(((event,),), {}, ())])
    monkeypatch.setattr(Reader, "read", lambda *_arguments: odd)
    monkeypatch.setattr("engine.crew_member._readers", [Reader(Decoder(), False)])
    assert work([line]) == b""
    given: Future[bytes] = Future()
    given.set_result(b"")
    assert Crew(1, Decoder(), False).outcome([line], given, 0.0) == Prepared()


def test_a_worker_that_does_not_answer_is_done_without(
    tmp_path: Path, hands: list[Hands], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "LONGEST", 0.1)
    monkeypatch.setattr(ahead, "PATIENCE", 0.01)
    feed = written(tmp_path / "feed.jsonl", lines_of(300))
    engine = Engine(ALL)
    sources = AheadSources(FixedSources([Tail(str(feed), follow=False)]), engine, 2, AT_ONCE)
    hands[0].delay = 10**6
    runner = Runner(engine, sources, present=lambda: PRESENT)
    while not runner.finished:
        runner.step(20)
    assert engine.intake.lines == 300
    assert sources.trouble == f"a worker process does not answer: {ALONE}"
