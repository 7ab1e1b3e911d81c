"""Lines read ahead by workers come to the same as lines read one after the other, whatever befalls the workers."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine import ahead
from engine.ahead import AheadSource, AheadSources, Sizes
from engine.config import MINUTE, EngineConfig, SourceConfig
from engine.crew import ALONE, Crew, usual_jobs
from engine.crew_member import work
from engine.intake import Prepared, Reading, read_line
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.preparing import Reader, pack, unpack
from engine.protocol import Start, Stop
from engine.runner import FixedSources, Runner
from engine.simulate import SHAPES, simulate
from engine.sources.base import MAX_LINE, Hole, Item
from engine.sources.tail import Tail
from tests.feeds import ALL, PRESENT, SECOND, START, post
from tests.hands import Hands
from tests.worker_harness import Watching, as_json

ROOT = Path(__file__).parents[1]
AT_ONCE = Sizes(backlog=0, lines=0, chunk=1)
ODD: tuple[Any, ...] = (None, -1, 10**30, 1.5, "", [], {}, True, "\ud800", "\x1b[2J\u202e", "9999-12-31T23:59:59Z")


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> list[Hands]:
    """The crews that come to be."""
    made: list[Hands] = []

    def make(*arguments: Any) -> Hands:
        made.append(Hands(*arguments))
        return made[-1]

    monkeypatch.setattr(ahead, "Crew", make)
    return made


def spoilt(lines: list[bytes], seed: int) -> Iterator[bytes]:
    """Every seventh line is made hostile in one way or another."""
    draw = random.Random(seed)
    for number, line in enumerate(lines):
        if number % 7:
            yield line
            continue
        kind = draw.randrange(8)
        if kind == 0:
            yield line[: draw.randrange(len(line))]
        elif kind == 1:
            yield b"[" + line + b"," + draw.choice(lines) + b",7]"
        elif kind == 2:
            yield draw.choice([b"", b"\r", b"[", b":heartbeat", b"event: x", b"\xff\xfe", b"null", b"{}", b"[" * 300])
        elif kind == 3:
            yield line.replace(b"a", b"\\ud800", 3)
        else:
            framing, brace, body = line.partition(b"{")
            yield framing + json.dumps(changed(json.loads(brace + body), draw)).encode() if brace else line


def changed(value: Any, draw: random.Random) -> Any:
    """One of the values inside is another, of another kind."""
    if isinstance(value, dict) and value:
        name = draw.choice(sorted(value))
        return {**value, name: changed(value[name], draw)}
    if isinstance(value, list) and value:
        return [changed(value[0], draw), *value[1:]]
    return draw.choice(ODD)


def shape_lines(shape: str) -> list[bytes]:
    lines = list(spoilt(simulate(shape, seed=3, hours=0.3, rate=20.0)[0], 5))
    lines.insert(len(lines) // 2, b'{"text": "' + b"x" * MAX_LINE + b'"}')
    return lines


def written(path: Path, lines: Sequence[bytes]) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def read(
    path: Path, jobs: int, chunk: int = 100, config: EngineConfig = ALL, sizes: Sizes = AT_ONCE
) -> tuple[Engine, AheadSources]:
    """An engine that has read a file, and the sources that it read."""
    engine = Engine(config)
    sources = AheadSources(FixedSources([Tail(str(path), follow=False)]), engine, jobs, sizes)
    runner = Runner(engine, sources, present=lambda: PRESENT)
    while not runner.finished:
        runner.step(chunk)
    engine.finish()
    sources.close()
    return engine, sources


def books(engine: Engine) -> object:
    """What the intake knows, in its order."""
    intake = engine.intake
    tables = [list(table.items()) for table in (intake.decoder.formats, intake.rejections, intake.ignored)]
    return intake.lines, intake.read, tables


# --- the same ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_with_hostile_lines_comes_to_the_same(shape: str, tmp_path: Path, hands: list[Hands]) -> None:
    feed = written(tmp_path / "feed.jsonl", shape_lines(shape))
    alone, _ = read(feed, 1)
    assert alone.intake.rejections
    assert alone.intake.ignored
    for jobs, chunk in ((2, 100), (3, 37), (2, 512)):
        engine, _ = read(feed, jobs, chunk)
        assert as_json(snapshot(engine)) == as_json(snapshot(alone)), (jobs, chunk)
        assert books(engine) == books(alone)
        assert "start" in hands[-1].told
        assert not engine.intake._prepared
        assert not engine.intake._texts


def test_the_engine_reads_itself_what_no_worker_has_done_yet(tmp_path: Path, hands: list[Hands]) -> None:
    feed = written(tmp_path / "feed.jsonl", shape_lines("mastodon"))
    alone, _ = read(feed, 1)
    engine = Engine(ALL)
    sources = AheadSources(FixedSources([Tail(str(feed), follow=False)]), engine, 2, AT_ONCE)
    (crew,) = hands[1:]
    crew.delay = 10**6
    runner, idle = Runner(engine, sources, present=lambda: PRESENT), 0
    while not runner.finished:
        before = time.monotonic()
        if not runner.step(60) and sources.waiting:
            idle += 1
            assert time.monotonic() - before < 2.0
            crew.do()
    engine.finish()
    assert idle
    assert as_json(snapshot(engine)) == as_json(snapshot(alone))
    assert books(engine) == books(alone)


@pytest.mark.parametrize("what", ["no_text", "hash_authors"])
def test_what_is_not_to_be_kept_is_seen_by_no_worker(
    what: str, tmp_path: Path, hands: list[Hands], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    feed = written(tmp_path / "feed.jsonl", simulate("mastodon", seed=3, hours=0.2, rate=20.0)[0])
    config = msgspec.structs.replace(ALL, **{what: True})
    alone, engine = (read(feed, jobs, config=config)[0] for jobs in (1, 2))
    assert as_json(snapshot(engine)) == as_json(snapshot(alone))
    assert not engine.intake._texts
    assert "start" not in hands[-1].told


def test_platforms_past_the_cap_come_to_the_same(
    tmp_path: Path, hands: list[Hands], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.intake.MAX_PLATFORMS", 0)
    feed = written(tmp_path / "feed.jsonl", simulate("mastodon", seed=3, hours=0.1, rate=20.0)[0])
    alone, engine = (read(feed, jobs)[0] for jobs in (1, 2))
    assert as_json(snapshot(engine)) == as_json(snapshot(alone))
    assert not engine.intake._texts


def test_texts_that_are_withheld_stay_so(tmp_path: Path, hands: list[Hands]) -> None:
    lines = simulate("mastodon", seed=3, hours=0.2, rate=20.0)[0]
    feed = written(tmp_path / "feed.jsonl", lines)
    for respect in (True, False):
        config = msgspec.structs.replace(ALL, respect_noindex=respect)
        alone, engine = (read(feed, jobs, config=config)[0] for jobs in (1, 2))
        assert as_json(snapshot(engine)) == as_json(snapshot(alone))
    assert hands[-1].told


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_sent_is_what_was_read(shape: str) -> None:
    lines = shape_lines(shape)[:400]
    prepared = Reader(Decoder(), True).read(lines)
    assert unpack(lines, pack(prepared)) == prepared
    assert repr(unpack(lines, pack(prepared))) == repr(prepared)  # 1 is not 1.0
    assert [one.reading for one in prepared] == [read_line(Decoder(), line) for line in lines]
    assert any(one.texts for one in prepared)


def test_words_of_many_posts_are_kept_once() -> None:
    lines = [post(f"p{number}", START + number, "wonderful harbours everywhere").encode() for number in range(2)]
    first, second = (unpack(lines, pack(Reader(Decoder(), True).read(lines))) for _ in range(2))
    assert first[0].texts[0][1].terms[0] is second[1].texts[0][1].terms[0]


def test_a_post_is_read_once() -> None:
    line = post("p", START, "wonderful harbours everywhere").encode()
    reader = Reader(Decoder(), True)
    assert [len(one.texts) for one in reader.read([line, line])] == [1, 0]
    assert not reader.read([line])[0].texts


def test_only_so_many_texts_wait(tmp_path: Path, hands: list[Hands], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.intake.MAX_TEXTS", 50)
    feed = written(tmp_path / "feed.jsonl", simulate("x", seed=3, hours=0.3, rate=20.0)[0])
    late = msgspec.structs.replace(ALL, lateness=10 * MINUTE)
    assert as_json(snapshot(read(feed, 2, config=late)[0])) == as_json(snapshot(read(feed, 1, config=late)[0]))
    assert hands


# --- when ----------------------------------------------------------------------------------------------------------


def lines_of(count: int, begin: int = 0) -> list[bytes]:
    return [post(f"p{n}", START + n * SECOND, f"a good day {n}").encode() for n in range(begin, begin + count)]


def followed(path: Path, sizes: Sizes, jobs: int = 2) -> tuple[Runner, AheadSource]:
    engine = Engine(ALL)
    sources = AheadSources(FixedSources([Tail(str(path))]), engine, jobs, sizes)
    return Runner(engine, sources, clock=lambda: 0.0, present=lambda: PRESENT), next(iter(sources))


def test_workers_come_for_a_large_backlog_alone_and_go_when_it_is_done(tmp_path: Path, hands: list[Hands]) -> None:
    feed = written(tmp_path / "feed.jsonl", lines_of(50))
    runner, source = followed(feed, Sizes(backlog=50_000, lines=10, chunk=1))
    while runner.step(10):
        pass
    (crew,) = hands
    assert not crew.told.count("start")
    with feed.open("ab") as file:
        file.writelines(line + b"\n" for line in lines_of(500, 50))
    crew.ready = False
    runner.step(10)
    runner.step(10)
    assert crew.told.count("start") == 1  # and the run goes on meanwhile
    assert source.lines == 70
    crew.ready = True
    runner.step(10)
    assert source.ahead
    assert source.state == "reading"
    while runner.step(10):
        pass
    assert source.lines == 550
    assert source.state == "live"
    assert crew.told[-1] == "rest"


def test_one_process_has_no_crew_to_send_for(tmp_path: Path, hands: list[Hands]) -> None:
    read(written(tmp_path / "feed.jsonl", lines_of(50)), 1)
    assert "start" not in hands[0].told
    assert usual_jobs() in (1, 2)


def test_what_a_source_tells_is_of_the_lines_handed_out(tmp_path: Path, hands: list[Hands]) -> None:
    feed = written(tmp_path / "feed.jsonl", lines_of(100))
    straight = Tail(str(feed))
    runner, source = followed(feed, AT_ONCE)
    runner.step(10)
    straight.read(10)
    while source.lines < 100:
        assert runner.step(10)
        straight.read(10)
        assert source.bookmark() == straight.bookmark()
        assert source.backlog() == straight.backlog()
        assert source.lines == straight.lines
        assert not source.ended
    assert hands


def test_several_sources_come_to_the_same(tmp_path: Path, hands: list[Hands]) -> None:
    lines = simulate("bluesky", seed=3, hours=0.2, rate=20.0)[0]
    paths = [written(tmp_path / f"{number}.jsonl", lines[number::6]) for number in range(6)]
    told = []
    for jobs in (1, 3):
        engine = Engine(ALL)
        sources = AheadSources(FixedSources([Tail(str(path), follow=False) for path in paths]), engine, jobs, AT_ONCE)
        Runner(engine, sources, present=lambda: PRESENT).run()
        told.append(as_json(snapshot(engine)))
    assert told[0] == told[1]
    assert hands[-1].told.count("start") >= ahead.MOST


class Losing:
    """A source that loses something with every fourth read."""

    name, detail, lost = "losing", "", 0

    def __init__(self, lines: list[bytes]) -> None:
        self.lines, self.ended, self.holes, self.state = 0, False, deque[Hole](), "reading"
        self._left, self._reads = deque(lines), 0

    def read(self, max_lines: int) -> list[Item]:
        out: list[Item] = [self._left.popleft() for _ in range(min(max_lines, len(self._left)))]
        self._reads += 1
        if self._reads % 4 == 0:
            self.holes.append(Hole(0, f"hole {self._reads}", 1))
        self.lines += len(out)
        self.ended = not self._left
        self.state = "ended" if self.ended else "reading"
        return out

    def backlog(self) -> tuple[int, int]:
        return self.lines, self.lines + len(self._left)

    def bookmark(self) -> None:
        return None

    def close(self) -> None:
        self.ended = True


def test_what_is_lost_is_told_in_its_place(hands: list[Hands]) -> None:
    gaps = []
    for jobs in (1, 2):
        engine = Engine(ALL)
        sources = AheadSources(FixedSources([Losing(lines_of(95))]), engine, jobs, AT_ONCE)  # type: ignore[list-item]
        runner = Runner(engine, sources, present=lambda: PRESENT)
        while not runner.finished:
            runner.step(10)
        gaps.append(engine.gaps)
    assert hands[-1].given is not None
    assert gaps[0] == gaps[1]
    assert len(gaps[0]) == 2


# --- real workers --------------------------------------------------------------------------------------------------


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
    event = msgspec.structs.replace(read_line(Decoder(), line).records[0][0], text="\ud800")
    odd = Prepared(line, Reading(((event,),), {}, ()), ())
    monkeypatch.setattr(Reader, "read", lambda *_arguments: [odd])
    monkeypatch.setattr("engine.crew_member._readers", [Reader(Decoder(), False)])
    assert work([line]) == b""
    given: Future[bytes] = Future()
    given.set_result(b"")
    assert Crew(1, Decoder(), False).outcome([line], given, 0.0) == []


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
