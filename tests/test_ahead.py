"""Lines read ahead by workers come to the same as lines read one after the other."""

import time
from collections import deque
from pathlib import Path

import msgspec
import pytest

from engine import ahead
from engine.ahead import AheadSource, AheadSources, Sizes
from engine.config import MINUTE
from engine.crew import usual_jobs
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.preparing import Reader, pack, unpack
from engine.runner import FixedSources, Runner
from engine.simulate import SHAPES, simulate
from engine.sources.base import Hole, Item
from engine.sources.tail import Tail
from tests.ahead_reads import AT_ONCE, books, lines_of, read, shape_lines, written
from tests.feeds import ALL, PRESENT, START, post
from tests.hands import Hands, put_in_place
from tests.worker_harness import as_json


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> list[Hands]:
    return put_in_place(monkeypatch)


# --- the same --------------------------------------------------------------------------------------------------------


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
        assert not engine.intake._prepared.lines
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
    assert prepared.readings == [Decoder().reading(line) for line in lines]
    assert len(prepared.posts) == len(prepared.analyses) > 0


def test_words_of_many_posts_are_kept_once() -> None:
    lines = [post(f"p{number}", START + number, "wonderful harbours everywhere").encode() for number in range(2)]
    first, second = (unpack(lines, pack(Reader(Decoder(), True).read(lines))) for _ in range(2))
    assert first.analyses[0].terms[0] is second.analyses[1].terms[0]


def test_a_post_is_read_once() -> None:
    line = post("p", START, "wonderful harbours everywhere").encode()
    reader = Reader(Decoder(), True)
    assert len(reader.read([line, line]).posts) == 1
    assert not reader.read([line]).posts


def test_only_so_many_texts_wait(tmp_path: Path, hands: list[Hands], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.intake.MAX_TEXTS", 50)
    feed = written(tmp_path / "feed.jsonl", simulate("x", seed=3, hours=0.3, rate=20.0)[0])
    late = msgspec.structs.replace(ALL, lateness=10 * MINUTE)
    assert as_json(snapshot(read(feed, 2, config=late)[0])) == as_json(snapshot(read(feed, 1, config=late)[0]))
    assert hands


# --- when ------------------------------------------------------------------------------------------------------------


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
