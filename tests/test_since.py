"""`--since` begins near the right line of a plain file, never past it, and without reading the file."""

import gzip
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import MINUTE, SECOND, SourceConfig
from engine.sources import since
from engine.sources.base import Item
from engine.sources.opening import open_sources
from engine.sources.since import newest_time, seek_since, seek_time

START = 1_700_000_000 * SECOND


def line_time(line: bytes) -> int | None:
    head = line.partition(b" ")[0]
    return int(head) if head.isdigit() else None


def feed_of(path: Path, times: list[int], pad: int = 100) -> Path:
    path.write_bytes(b"".join(b"%d %s\n" % (time, b"x" * pad) for time in times))
    return path


def lines_from(path: Path, offset: int) -> list[bytes]:
    return path.read_bytes()[offset:].split(b"\n")[:-1]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    count=st.integers(0, 30_000),
    share=st.floats(0, 1.1),
    jitter=st.integers(0, 500),
)
def test_no_recent_line_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, share: float, jitter: int
) -> None:
    chance = random.Random(seed)
    times = [START + max(0, i + chance.randrange(-jitter, jitter + 1)) * SECOND for i in range(count)]
    path = feed_of(tmp_path_factory.mktemp("since") / "feed", times)
    span = int(count * share) * SECOND
    offset = seek_since(path.as_posix(), span, line_time)
    kept = lines_from(path, offset)
    skipped = times[: count - len(kept)]
    assert kept == path.read_bytes().split(b"\n")[:-1][count - len(kept) :]  # begins at a line
    if times:
        # A line may stand as far off its place as the margin is long; the last lines tell which is the newest.
        assert all(time < max(times[-2000:]) - span for time in skipped)


def test_little_of_a_long_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = feed_of(tmp_path / "feed", [START + i * SECOND for i in range(100_000)])
    read = 0
    really_read = os.pread

    def counted(fd: int, size: int, offset: int) -> bytes:
        nonlocal read
        data = really_read(fd, size, offset)
        read += len(data)
        return data

    looked = 0

    def counted_time(line: bytes) -> int | None:
        nonlocal looked
        looked += 1
        return line_time(line)

    monkeypatch.setattr(os, "pread", counted)
    offset = seek_since(str(path), 1000 * SECOND, counted_time)
    kept = lines_from(path, offset)
    assert 1000 < len(kept) < 6000
    assert looked < 5000
    assert read < path.stat().st_size / 2


def test_since_longer_than_the_file_is_its_start(tmp_path: Path) -> None:
    path = feed_of(tmp_path / "feed", [START + i * SECOND for i in range(20_000)])
    assert seek_since(str(path), 20_000 * SECOND, line_time) == 0


def test_lines_without_a_time_are_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    with path.open("wb") as file:
        for i in range(50_000):
            file.write(b"%d %s\n" % (START + i * SECOND, b"x" * 50) if i % 7 == 0 else b"broken " * 10 + b"\n")
        file.write(b"y" * 3_000_000 + b"\n")
    newest = START + 49_994 * SECOND
    assert newest_time(str(path), line_time) == newest
    offset = seek_time(str(path), newest - 500 * SECOND, line_time)
    assert 0 < offset < path.stat().st_size - 3_000_000
    times = [time for line in lines_from(path, offset) if (time := line_time(line)) is not None]
    assert times[0] <= newest - 500 * SECOND
    assert times[-1] == newest


@pytest.mark.parametrize("data", [b"", b"no time here\n", b"\n\n\n", b"x" * 5_000_000])
def test_a_file_without_any_time_is_read_from_its_start(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "feed"
    path.write_bytes(data)
    assert newest_time(str(path), line_time) is None
    assert seek_since(str(path), MINUTE, line_time) == 0


def test_an_unfinished_last_line_counts(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    path.write_bytes(b"%d a\r\n%d b" % (START, START + MINUTE))
    assert newest_time(str(path), line_time) == START + MINUTE


def test_several_files_are_opened_near_the_time_before_the_newest_of_all(tmp_path: Path) -> None:
    ages = {"a.jsonl": 0, "b.jsonl": 10_000}
    for name, late in ages.items():
        feed_of(tmp_path / name, [START + (i + late) * SECOND for i in range(20_000)])
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(b"%d x\n" % START))
    config = SourceConfig(paths=(str(tmp_path / "*"),), follow=False, since=12_000 * SECOND)
    sources = open_sources(config, line_time)
    assert sources.since == START + (29_999 - 12_000) * SECOND
    first: dict[str, Item] = {os.path.basename(source.name): source.read(1)[0] for source in sources}
    wanted = sources.since
    times = {name: line_time(item) for name, item in first.items() if isinstance(item, bytes)}
    assert times["c.jsonl.gz"] == START
    for name, late in ages.items():
        time = times[name]
        assert time is not None
        assert START + late * SECOND < time <= wanted
        assert wanted - time < 5000 * SECOND
    sources.close()


def test_a_feed_whose_times_are_unknown_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    path.write_bytes(b"a\nb\n")
    config = SourceConfig(paths=(str(path),), follow=False, since=MINUTE)
    for reader in (None, line_time):
        sources = open_sources(config, reader)
        assert sources.since is None
        assert [source.read(5) for source in sources] == [[b"a", b"b"]]


def test_the_margin_covers_a_second_of_the_fastest_feeds() -> None:
    assert since._MARGIN >= 500 * 300
