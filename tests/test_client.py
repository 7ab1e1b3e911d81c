"""The engine's process seen from the screen: commands go down, reports come up, and nothing is ever waited for."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.config import EngineConfig, SourceConfig
from engine.protocol import Export, ScoreDraft, SetWindow, Start
from tests import tui_fakes as fakes
from tui.client import MAX_WAITING, EngineProcess
from tui.messages import DraftWasScored, EngineDied, EngineFailed, EngineSaid, ExportFinished, FrameArrived
from tui.pacing import Pacer

START = Start(engine=EngineConfig(), source=SourceConfig(paths=("feed.jsonl",)))


class Ear:
    """Collects what the client tells, and waits for it to tell."""

    def __init__(self) -> None:
        self._said: asyncio.Queue[EngineSaid] = asyncio.Queue()

    def __call__(self, said: EngineSaid) -> None:
        self._said.put_nowait(said)

    async def next(self) -> EngineSaid:
        return await asyncio.wait_for(self._said.get(), 60)


@asynccontextmanager
async def engine(
    role: str, folder: Path, start: Start = START, feed_fd: int | None = None
) -> AsyncIterator[tuple[EngineProcess, Ear]]:
    client = EngineProcess(start, folder / "state" / "engine.log", feed_fd, fakes.worker(role))
    try:
        ear = Ear()
        client.attach(ear)
        yield client, ear
    finally:
        client.close(patience=0.2 if role in ("deaf", "lingering") else 20)


async def test_commands_are_answered_and_the_newest_frame_wins(tmp_path: Path) -> None:
    async with engine("obliging", tmp_path) as (client, ear):
        frames = []
        while not frames or frames[-1] != 199:
            said = await ear.next()
            assert isinstance(said, FrameArrived)
            frames.append(said.frame.snapshot.posts_in_window)
        assert frames == sorted(frames)
        assert client.send(ScoreDraft(7, "a text"))
        assert client.send(Export(8, "out.csv"))
        answer = await ear.next()
        assert isinstance(answer, DraftWasScored)
        assert (answer.id, answer.score.text) == (7, "a text")
        assert await ear.next() == ExportFinished(8, ["out.csv"], "")
    assert (tmp_path / "state" / "engine.log").read_text() == "a word for the log\n"


async def test_the_engine_has_one_blas_thread_lower_priority_and_the_piped_feed(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"a line")
    os.close(write_end)
    async with engine("environment", tmp_path, feed_fd=read_end) as (_, ear):
        said = await ear.next()
    os.close(read_end)
    assert isinstance(said, ExportFinished)
    assert said.paths == ["1", "1", "1", "a line"]
    assert said.id >= 10


async def test_a_failure_is_told_in_the_engines_words_and_once(tmp_path: Path) -> None:
    async with engine("failing", tmp_path) as (client, ear):
        assert await ear.next() == EngineFailed("no such file: feed.jsonl")
        while client.send(SetWindow(0)):
            await asyncio.sleep(0)
        client.restart()
        assert await ear.next() == EngineFailed("no such file: feed.jsonl"), "no EngineDied came between"


async def test_an_engine_that_failed_can_be_restarted_before_it_has_gone(tmp_path: Path) -> None:
    async with engine("lingering", tmp_path) as (client, ear):
        first = client._process
        said = {type(await ear.next()) for _ in range(2)}
        assert said == {FrameArrived, EngineFailed}
        client.restart()
        assert first.poll() is not None
        answers = [await ear.next() for _ in range(2)]
        failed = next(one for one in answers if isinstance(one, EngineFailed))
        assert failed.log == str(client.log)
        assert client._process is not first


async def test_an_engine_that_is_killed_is_told_to_have_died_and_can_be_restarted(tmp_path: Path) -> None:
    async with engine("dying", tmp_path) as (client, ear):
        for _ in range(2):
            assert isinstance(await ear.next(), FrameArrived)
            died = await ear.next()
            assert isinstance(died, EngineDied)
            assert "SIGKILL" in died.reason
            assert str(client.log) in died.reason
            assert not client.send(SetWindow(0))
            client.restart()


async def test_what_is_no_report_ends_the_engine_in_words(tmp_path: Path) -> None:
    async with engine("babbling", tmp_path) as (client, ear):
        died = await ear.next()
        assert isinstance(died, EngineDied)
        assert "no report" in died.reason
        assert "\n" not in died.reason
        assert not client.send(SetWindow(0))


async def test_a_deaf_engine_holds_up_nothing_and_keeps_a_bounded_queue(tmp_path: Path) -> None:
    async with engine("deaf", tmp_path) as (client, ear):
        assert isinstance(await ear.next(), FrameArrived)
        big = "x" * 4096
        accepted = 0
        while client.send(Export(accepted, big)):
            accepted += 1
        assert MAX_WAITING <= accepted < MAX_WAITING + 64  # and what the pipe itself takes
        assert not client.send(Export(accepted, big))


async def test_of_unread_drafts_only_the_newest_waits(tmp_path: Path) -> None:
    async with engine("deaf", tmp_path) as (client, ear):
        assert isinstance(await ear.next(), FrameArrived)
        assert all(client.send(ScoreDraft(number, "x" * 4096)) for number in range(20 * MAX_WAITING))
        assert client.send(Export(1, "out.csv"))


async def test_closing_ends_even_an_engine_that_does_not_listen(tmp_path: Path) -> None:
    async with engine("deaf", tmp_path) as (client, ear):
        assert isinstance(await ear.next(), FrameArrived)
        process = client._process
    assert process.returncode in (-signal.SIGTERM, -signal.SIGKILL)


async def test_an_engine_told_to_stop_ends_by_itself(tmp_path: Path) -> None:
    async with engine("obliging", tmp_path) as (client, ear):
        assert client.send(Export(1, "out.csv"))
        while not isinstance(await ear.next(), ExportFinished):
            pass
        process = client._process
    assert process.returncode == 0


def test_what_cannot_be_started_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing-like-this"):
        EngineProcess(START, tmp_path / "engine.log", argv=("/nothing-like-this",))


def test_neither_the_client_nor_starting_the_monitor_imports_textual() -> None:
    code = "import sys, tui.monitor, tui.client; print([m for m in sys.modules if m.split('.')[0] == 'textual'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


async def test_frames_come_at_the_pace_wanted_and_the_newest_wins() -> None:
    seen: list[bytes] = []
    pacer = Pacer(seen.append)
    pacer.offer(b"1")
    pacer.offer(b"2")
    assert seen == [b"1", b"2"]
    pacer.pace(3600)
    for body in (b"3", b"4", b"5"):
        pacer.offer(body)
    assert seen[2:] == [b"3"]
    pacer.pace(0)
    assert seen[3:] == [b"5"]
    pacer.release()
    assert seen[4:] == []


async def test_what_was_held_is_delivered_when_its_time_comes() -> None:
    last = asyncio.Event()
    pacer = Pacer(lambda body: last.set() if body == b"2" else None)
    pacer.pace(0.001)
    pacer.offer(b"1")
    pacer.offer(b"2")
    await asyncio.wait_for(last.wait(), 60)


async def test_a_slow_pace_holds_up_frames_but_no_answer(tmp_path: Path) -> None:
    async with engine("obliging", tmp_path) as (client, ear):
        client.pace(3600)
        assert isinstance(await ear.next(), FrameArrived)
        assert client.send(ScoreDraft(7, "a text"))
        assert isinstance(await ear.next(), DraftWasScored)
