"""Who waits for a source wakes when it has something, and for nothing else."""

import os
import threading
from pathlib import Path

import pytest

from engine.sources import mounts, waiting
from engine.sources.base import Source
from engine.sources.stream import Pipe
from engine.sources.waiting import Waiter
from tests.source_lines import drain, opened


def test_the_waiter_wakes_for_other_descriptors_at_once() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x")
    with Waiter([], extra_fds=[reading]) as waiter:
        waiter.wait(3600)
    os.close(reading)
    os.close(writing)


def test_the_waiter_wakes_for_a_stream() -> None:
    reading, writing = os.pipe()
    source = Pipe(reading, "pipe")
    with Waiter([source]) as waiter:
        writer = threading.Timer(0.01, os.write, (writing, b"one\n"))
        writer.start()
        waiter.wait(3600)
        writer.join()
    assert source.read(5) == [b"one"]
    os.close(writing)


def test_watching_wakes_for_the_files_of_the_sources_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_POLL", 3600)  # so that nothing but a change can wake it
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"0\n")
    sources = opened(feed, follow=True)
    (source,) = sources
    done = threading.Event()

    def write() -> None:
        while not done.wait(0.02):  # the first changes may come before the watch is set up
            with feed.open("ab") as file:
                file.write(b"1\n")

    writer = threading.Thread(target=write)
    with Waiter(sources) as waiter:
        writer.start()
        drain(source)
        while not (items := source.read(5)):
            waiter.wait(3600)
        done.set()
        writer.join()
        assert set(items) == {b"1"}
        watch = waiter._watch
        assert watch is not None
        assert watch._is_ours(waiting.Change.modified, str(feed))
        assert not watch._is_ours(waiting.Change.modified, str(tmp_path / "other.jsonl"))
    sources.close()


def test_a_file_is_looked_at_though_watching_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> object:
        raise OSError(28, "no watches left")

    monkeypatch.setattr(waiting, "watch", fail)
    monkeypatch.setattr(waiting, "_POLL", 0.01)
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"0\n")
    (source,) = opened(feed, follow=True)
    drain(source)
    with Waiter([source]) as waiter:
        for number in range(2):
            feed.open("ab").close()
            waiter.wait(0.05)
            assert source.read(1) == []
            with feed.open("ab") as file:
                file.write(b"%d\n" % number)
            waiter.wait(3600)
            assert source.read(1) == [b"%d" % number]
    source.close()


@pytest.mark.parametrize("told", [True, False])
def test_files_are_looked_at_only_where_a_change_may_go_unreported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    monkeypatch.setattr(waiting, "tells_all", lambda _folder: told)
    monkeypatch.setattr(waiting, "_POLL", 0.01)
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"0\n")
    looks: list[frozenset[str]] = []
    (source,) = opened(feed, follow=True)
    drain(source)
    with Waiter([source]) as waiter:
        monkeypatch.setattr(waiter, "_looks_changed", looks.append)
        waiter.wait(0.1)
    source.close()
    assert bool(looks) != told


@pytest.mark.parametrize(
    ("kind", "told"),
    [("ext4", True), ("tmpfs", True), ("nfs4", False), ("cifs", False), ("9p", False), ("fuse.sshfs", False)],
)
def test_network_file_systems_do_not_report_every_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, told: bool
) -> None:
    device = tmp_path.stat().st_dev
    place = f"{os.major(device)}:{os.minor(device)}"
    listed = tmp_path / "mountinfo"
    listed.write_text(
        f"22 27 0:{os.minor(device) + 1} / /proc rw,relatime - proc proc rw\n"
        f"27 1 {place} / /a\\040feed rw,noatime shared:1 master:2 - {kind} somewhere rw\n"
    )
    monkeypatch.setattr(mounts, "MOUNTS", str(listed))
    assert mounts.tells_all(str(tmp_path)) is told
    assert not mounts.tells_all(str(tmp_path / "missing"))
    monkeypatch.setattr(mounts, "MOUNTS", str(tmp_path / "none"))
    assert not mounts.tells_all(str(tmp_path))


def test_the_waiter_moves_on_to_folders_of_new_sources(tmp_path: Path) -> None:
    sources: list[Source] = []
    with Waiter(sources) as waiter:
        waiter.wait(0)
        assert waiter._watch is None
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            feed = tmp_path / name / "feed.jsonl"
            feed.write_bytes(b"one\n")
            sources += opened(feed, follow=True)
            waiter.wait(0)
            assert waiter._watch is not None
            assert waiter._watch.paths == {path for source in sources for path in source.watched()}
