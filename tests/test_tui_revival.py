"""An engine that dies is told of, missed by nobody, and started again, the real one too."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from engine.config import EngineConfig, SourceConfig
from engine.protocol import FindPosts, SetWindow, Start
from engine.snapshot import Snapshot
from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, monitor, settle
from tui.app import TrendtopApp
from tui.client import WORKER, EngineProcess
from tui.messages import EngineDied, EngineFailed
from tui.monitor import again
from tui.revival import AFTER_ERROR, LONG_LIFE, Revival, diagnosis, obituary
from tui.screen_options import Options

KILLED = EngineDied("it was ended by SIGKILL; its log is engine.log", "SIGKILL")
ROOT = Path(__file__).parent.parent


class Clock:
    """Time that passes when told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def earlier() -> Snapshot:
    """What a new engine shows while it reads the feed again."""
    return fakes.busy(as_of=fakes.NOW - timedelta(hours=1), clusters=[])


# -- when it is started again ----------------------------------------------------------------------------------


def test_the_first_start_is_at_once_then_each_waits_longer_up_to_half_a_minute() -> None:
    clock = Clock()
    revival = Revival(clock)
    waits = []
    for _ in range(9):
        waits.append(revival.died(fakes.NOW))
        clock.now += 20
    assert waits == [0, 1, 2, 4, 8, 16, 30, 30, 30]
    clock.now += LONG_LIFE
    assert revival.died(fakes.NOW) == 0


def test_five_deaths_in_a_minute_are_enough_until_someone_starts_it_by_hand() -> None:
    clock = Clock()
    revival = Revival(clock)
    assert [revival.died(fakes.NOW) for _ in range(6)] == [0, 1, 2, 4, None, None]
    revival.forgive()
    assert revival.died(fakes.NOW) == 0


def test_a_new_picture_counts_once_it_is_as_far_or_nothing_is_left_to_read() -> None:
    revival = Revival(Clock())
    revival.died(fakes.NOW)

    def counts(snapshot: Snapshot, state: str) -> bool:
        return revival.has_caught_up(fakes.shown(snapshot, state=state).frame)

    assert not counts(fakes.empty(), "starting")
    assert not counts(fakes.empty(), "waiting")
    assert not counts(earlier(), "catching up")
    assert counts(earlier(), "live")
    assert counts(fakes.busy(), "catching up")
    assert counts(fakes.empty(), "ended")


def test_a_death_is_told_in_one_line() -> None:
    assert obituary(KILLED, 0, "reading the feed again") == (
        "the engine died (SIGKILL) and starts anew: reading the feed again"
    )
    assert obituary(EngineDied("it sent what is no report"), 2, "x") == "the engine died and starts anew in 2 s: x"


def test_the_line_has_room_in_80_columns() -> None:
    for paths, demo in ((("-",), False), (("a",), False), (("demo",), True)):
        start = Start(engine=EngineConfig(), source=SourceConfig(paths=paths, start="end"), demo=demo)
        assert len(obituary(KILLED, 16, again(start))) <= 78


@pytest.mark.parametrize(
    ("source", "demo", "said"),
    [
        ({"paths": ("a.jsonl",)}, False, "reading the feed again"),
        ({"paths": ("a.jsonl",), "start": "end"}, False, "reading on at its end"),
        ({"paths": ("-",), "stdin_fd": 3}, False, "a pipe cannot be read again"),
        ({"paths": ("demo",)}, True, "the simulation begins again"),
    ],
)
def test_what_becomes_of_the_feed_is_told_as_it_is(source: dict[str, object], demo: bool, said: str) -> None:
    config = SourceConfig(**source)  # type: ignore[arg-type]
    assert again(Start(engine=EngineConfig(), source=config, demo=demo)) == said


def test_an_error_of_its_own_is_tried_once_and_then_left_to_the_user() -> None:
    clock = Clock()
    revival = Revival(clock)
    assert [revival.failed(fakes.NOW) for _ in range(3)] == [AFTER_ERROR, None, None]
    revival.forgive()
    assert revival.failed(fakes.NOW) == AFTER_ERROR
    clock.now += 10 * LONG_LIFE
    assert revival.failed(fakes.NOW) is None, "to read the feed again may take as long as it likes"
    revival.forgive()
    revival.failed(fakes.NOW)
    revival.recovered()
    clock.now += LONG_LIFE / 2
    revival.recovered()
    clock.now += LONG_LIFE / 2 + 1
    assert revival.failed(fakes.NOW) == AFTER_ERROR, "it was well for long: that is another error"


def test_an_error_is_told_in_one_line_with_the_log() -> None:
    failed = EngineFailed("the engine stopped: KeyError: 'x'", f"{Path.home()}/.local/state/trendtop/engine.log")
    first = diagnosis(failed, 1.0, again(Start(engine=EngineConfig(), source=SourceConfig(paths=("a",)))))
    assert first.startswith("the engine failed and starts anew in 1 s: reading the feed again · ")
    assert len(first.partition(" · ")[0]) <= 78
    then = diagnosis(failed, None, "")
    assert then.startswith("the engine failed again, R starts it anew: ~/.local/state/trendtop/engine.log: ")
    assert then.endswith(failed.message)


# -- on the screen -----------------------------------------------------------------------------------------------


async def test_what_was_shown_stays_marked_stale_until_the_new_engine_is_as_far() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.hear(KILLED)
        assert m.engine.starts == 2
        assert "the engine died (SIGKILL) and starts anew: reading the feed again" in m.events
        assert "STALE" in m.header
        assert "STARTING" in m.header
        await m.hear(fakes.shown(earlier(), state="catching up", backlog=0.9))
        assert "CATCHING UP 10%" in m.header
        assert "#worldcup #goal" in m.text_of("#clusters")
        await m.press("space", "space", "j", "question_mark", "escape", "z", "z")
        assert "STALE" in m.header
        assert "SIGKILL" in m.events
        await m.hear(fakes.shown())
        assert "LIVE" in m.header
        assert "STALE" not in m.header
        assert "up to date again" in m.events


async def test_the_new_engine_is_told_what_the_old_one_was() -> None:
    async with monitor(find=None) as m:
        await m.press("right_square_bracket", "enter")
        await m.hear(KILLED)
        assert m.engine.of(SetWindow) == [SetWindow(3_600_000_000)] * 2
        assert len(m.engine.of(FindPosts)) == 1
        await m.hear(fakes.shown())
        assert len(m.engine.of(FindPosts)) == 2, "the open page still waits for its posts"


async def test_an_engine_that_dies_again_and_again_is_given_up_until_r() -> None:
    async with monitor(size=(80, 24)) as m:
        m.app._revival = Revival(Clock())
        await m.hear(KILLED, KILLED)
        assert m.engine.starts == 2
        assert "ENGINE DIED" in m.header
        assert "in 1 s" in m.events
        assert "R Restart" in m.text_of("#keys")
        await m.hear(KILLED, KILLED, KILLED)
        assert "5 times in a minute" in m.events
        assert m.engine.starts == 2
        await m.press("R")
        assert m.engine.starts == 3
        assert "STALE" in m.header
        await m.hear(KILLED)
        assert m.engine.starts == 4


async def test_an_engine_that_fails_by_itself_is_started_once_then_waits_for_r() -> None:
    failed = EngineFailed("the engine stopped: KeyError: 'x'", "/tmp/engine.log")
    async with monitor(size=(80, 24)) as m:
        await m.hear(failed)
        assert "ENGINE FAILED" in m.header
        assert "starts anew in 1 s: reading the feed again" in m.events
        async with asyncio.timeout(30):
            while m.engine.starts < 2:
                await asyncio.sleep(0.05)
        await settle(m.app)
        assert "STALE" in m.header
        await m.hear(fakes.shown())
        assert "up to date again" in m.events
        await m.hear(failed)
        assert "ENGINE FAILED" in m.header
        assert "R starts it anew: /tmp/engine.log" in m.events
        assert "R Restart" in m.text_of("#keys")
        assert m.app._waiting is None
        await m.press("R")
        assert m.engine.starts == 3
        await m.hear(failed)
        assert "starts anew in 1 s" in m.events
        await m.press("R")
        assert m.engine.starts == 4, "nobody has to wait"


async def test_an_engine_that_waits_to_be_started_is_started_when_its_time_has_come() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.hear(KILLED, KILLED)
        async with asyncio.timeout(30):
            while m.engine.starts < 3:
                await asyncio.sleep(0.05)
        await settle(m.app)
        assert "STALE" in m.header


async def test_a_new_engine_that_cannot_go_on_leaves_the_picture_and_says_why() -> None:
    async with monitor() as m:
        await m.hear(KILLED, EngineFailed("no such file: feed.jsonl"))
        assert "ENGINE FAILED" in m.header
        assert "no such file" in m.events
        assert "#worldcup #goal" in m.text


# -- the real one ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def watching(feed: Path, log: Path, argv: Sequence[str] = WORKER) -> AsyncIterator[tuple[Monitor, EngineProcess]]:
    """The app on a real engine."""
    start = Start(engine=EngineConfig(), source=SourceConfig(paths=(str(feed),)), rate=20.0)
    client = EngineProcess(start, log, argv=argv)
    try:
        app = TrendtopApp(client, Options(title=feed.name))
        async with app.run_test(size=(80, 24)) as pilot:
            yield Monitor(app, client, pilot), client  # type: ignore[arg-type]
    finally:
        client.close()


async def until(m: Monitor, wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not wanted():
            await asyncio.sleep(0.02)
            await settle(m.app)


async def test_a_real_engine_killed_comes_back_with_the_same_picture(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"".join((ROOT / "sample_feeds" / "bluesky.jsonl").read_bytes().splitlines(keepends=True)[:300]))
    async with watching(feed, tmp_path / "engine.log") as (m, client):
        await until(m, lambda: "LIVE" in m.header or "WAITING" in m.header)
        await until(m, lambda: m.app._latest is not None and m.app._latest.snapshot.meters.lines == 300)
        before = m.app._latest
        first = client._process.pid
        os.kill(first, signal.SIGKILL)
        await until(m, lambda: "SIGKILL" in m.events)
        await m.press("question_mark")
        assert "freeze the display" in m.text
        await m.press("escape", "j")
        await until(m, lambda: "up to date again" in m.events)
        await until(m, lambda: m.app._latest is not None and m.app._latest.snapshot.meters.lines == 300)
        assert client._process.pid != first
        assert before is not None
        assert m.app._latest is not None
        assert m.app._latest.snapshot.meters == before.snapshot.meters
        assert "STALE" not in m.header


async def test_a_feed_that_bursts_pauses_vanishes_and_returns_is_followed_on_the_screen(tmp_path: Path) -> None:
    lines = (ROOT / "sample_feeds" / "bluesky.jsonl").read_bytes().splitlines(keepends=True)
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"".join(lines[:100]))

    def read() -> int:
        return m.app._latest.snapshot.meters.lines if m.app._latest is not None else 0

    async with watching(feed, tmp_path / "engine.log") as (m, _):
        await until(m, lambda: read() == 100)
        with feed.open("ab") as more:  # a burst
            more.write(b"".join(lines[100:480]))
        await until(m, lambda: read() == 480)
        await until(m, lambda: "LIVE" in m.header and "  0/s" in m.header)  # a pause
        feed.unlink()  # it vanishes
        await until(m, lambda: "WAITING" in m.header)
        await m.press("x")
        pages = [m.text]
        for _ in range(4):
            await m.press("pagedown")
            pages.append(m.text)
        assert any("gone, waiting for it to come back" in page for page in pages), "\n".join(pages)
        await m.press("escape", "p")
        assert m.focus == "posts"
        await m.press("escape")
        feed.write_bytes(b"".join(lines[480:]))  # and returns
        await until(m, lambda: read() == len(lines))
        await until(m, lambda: "LIVE" in m.header)
        assert "STALE" not in m.header
        assert m.app._latest is not None
        assert not m.app._latest.snapshot.gaps


POISONED = """
import sys
from engine import session, worker
step = session.Runner.step
def poisoned(self, chunk):
    lines = step(self, chunk)
    if self.engine.intake.lines >= 301:
        raise KeyError("a poisoned line")
    return lines
session.Runner.step = poisoned
sys.exit(worker.main())
"""


async def test_a_real_engine_that_comes_to_the_same_error_again_is_started_once_only(tmp_path: Path) -> None:
    lines = (ROOT / "sample_feeds" / "bluesky.jsonl").read_bytes().splitlines(keepends=True)
    feed, log = tmp_path / "feed.jsonl", tmp_path / "engine.log"
    feed.write_bytes(b"".join(lines[:300]))
    async with watching(feed, log, (sys.executable, "-c", POISONED)) as (m, client):
        await until(m, lambda: m.app._latest is not None and m.app._latest.snapshot.meters.lines == 300)
        first = client._process.pid
        with feed.open("ab") as more:
            more.write(lines[300])
        await until(m, lambda: "ENGINE FAILED" in m.header)
        assert "starts anew in 1 s" in m.events
        await until(m, lambda: "R starts it anew" in m.events)
        assert client._process.pid != first
        assert f"{log}"[:20] in m.events
        await asyncio.sleep(1.5)
        await settle(m.app)
        assert "ENGINE FAILED" in m.header, "nobody has pressed R"
        assert log.read_text().count("KeyError: 'a poisoned line'") == 2
