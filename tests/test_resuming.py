"""A source that was killed goes on after the lines that were saved, whatever was done to its files meanwhile."""

import os
import random
import resource
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from engine.config import SourceConfig
from engine.sources.base import Item, Kind, Source
from engine.sources.bookmark import Bookmark
from engine.sources.known import Known
from engine.sources.opening import open_sources, resume_sources
from engine.sources.resuming import resumed_file
from engine.sources.tail import Tail
from tests.rotating import Writer, append, drain, rename_up, squeeze


def opened(path: str, _kind: Kind, known: Known) -> Source:
    return Tail(path, known=known)


class ResumingMachine(RuleBasedStateMachine):
    """Every order of writing, rotating, compressing, deleting, saving and being killed.

    `seen` is what the state of the reader would hold: a kill takes it back to what was saved. A file may go that was
    being read when the state was saved, and nothing else: of a file that nobody ever looked at nobody can tell.
    """

    @initialize(dated=st.booleans(), keeps_time=st.booleans())
    def begin(self, dated: bool, keeps_time: bool) -> None:
        self.folder = Path(os.path.realpath(os.environ["TAIL_TEST_FOLDER"])) / str(random.getrandbits(64))
        self.folder.mkdir()
        self.writer = Writer(self.folder / "feed.jsonl", dated=dated, keeps_time=keeps_time)
        self.source: Source = Tail(str(self.writer.path))
        self.seen: list[Item] = []
        self.gaps: set[int] = set()  # after how many lines
        self.deleted = False
        self.base = 0  # lines seen before this source was opened
        self.drained = True
        self.save()

    @rule(count=st.one_of(st.integers(1, 4), st.just(60)))  # 60 lines are more than what a content is known by
    def write(self, count: int) -> None:
        self.writer.whole(count)
        self.drained = False

    @rule(at=st.integers(1, 20))
    def tear(self, at: int) -> None:
        self.writer.tear(at)
        self.drained = False

    @rule(lazily=st.booleans())
    def rotate(self, lazily: bool) -> None:
        if self.writer.path.exists():
            self.turned = True
            (self.writer.rotate_lazily if lazily else self.writer.rotate)()

    @rule()
    def copy_and_truncate(self) -> None:
        self.turned = True
        self.writer.copy_and_truncate()

    @rule(back=st.integers(0, 3), suffix=st.sampled_from([".gz", ".zst"]))
    def squeeze(self, back: int, suffix: str) -> None:
        self.writer.squeeze(back, suffix)

    @precondition(lambda self: not self.turned)
    @rule(how=st.sampled_from(["delete", "replace", "truncate"]))
    def take_away(self, how: str) -> None:
        path, reached = self.writer.path, self.mark.reached
        if reached is None or not reached.offset or not path.exists() or path.stat().st_ino != reached.inode:
            return
        if how == "truncate" and not self.drained:
            return
        self.writer.finish()
        self.deleted = self.turned = True
        if how == "delete":
            path.unlink()
        elif how == "replace":
            self.writer.replace(reached.inode)
        else:
            os.truncate(path, 0)

    @rule(count=st.integers(1, 40))
    def look(self, count: int) -> None:
        self.take(self.source.read(count))

    @rule()
    def look_at_all(self) -> None:
        self.take(drain(self.source))
        self.drained = not self.writer.torn

    @rule()
    def save(self) -> None:
        mark = self.source.bookmark()
        assert mark is not None
        self.mark: Bookmark = mark
        self.saved = len(self.seen), set(self.gaps)
        path, reached = self.writer.path, mark.reached
        self.turned = reached is None or not path.exists() or path.stat().st_ino != reached.inode

    @rule()
    def kill(self) -> None:
        self.source.close()
        count, gaps = self.saved
        self.base, self.gaps = count, set(gaps)
        del self.seen[count:]
        self.drained = False
        self.source = resumed_file(self.mark, opened, follow=True)
        self.take([])

    def take(self, items: list[Item]) -> None:
        self.seen += items
        while self.source.holes:
            self.gaps.add(self.base + self.source.holes.popleft().line)

    def teardown(self) -> None:
        if not hasattr(self, "writer"):
            return
        self.writer.whole(1)  # a source that waits for its file reads the rotated ones once that is there
        self.take(drain(self.source))
        self.source.close()
        shutil.rmtree(self.folder)
        if not self.deleted:
            assert self.seen == self.writer.written
            assert not self.gaps
            return
        places = {line: number for number, line in enumerate(self.writer.written)}
        numbers = [-1, *(places[line] for line in self.seen if isinstance(line, bytes)), len(places)]
        assert len(numbers) == len(self.seen) + 2
        assert numbers == sorted(set(numbers))
        missing = {at for at in range(len(self.seen) + 1) if numbers[at + 1] != numbers[at] + 1}
        assert missing <= self.gaps


def test_any_order_of_events_and_kills_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAIL_TEST_FOLDER", str(tmp_path))
    run_state_machine_as_test(
        ResumingMachine, settings=settings(max_examples=150, stateful_step_count=30, deadline=None, derandomize=True)
    )


# --- files read once -----------------------------------------------------------------------------------------------


def export(state: list[Bookmark], *paths: Path | str) -> list[Item]:
    """Read these feeds to their end, after what was read before; `state` is what is kept between two such runs."""
    config = SourceConfig(paths=tuple(map(str, paths)), follow=False)
    sources = resume_sources(config, state, None) if state else open_sources(config)
    items = [item for source in sources for item in drain(source)]
    assert sources.ended
    assert not any(source.holes for source in sources)
    state[:] = [mark for source in sources if (mark := source.bookmark())]
    sources.close()
    return items


def lines(name: str, count: int = 200) -> list[bytes]:
    return [f'{{"of": "{name}", "n": {number}}}'.encode() for number in range(count)]


def write(path: Path, items: list[bytes]) -> None:
    append(path, b"".join(item + b"\n" for item in items))


@pytest.mark.parametrize("count", [2, 200])
def test_a_file_that_is_not_followed_goes_on_in_those_that_took_its_place(tmp_path: Path, count: int) -> None:
    feed = tmp_path / "feed.jsonl"
    write(Path(f"{feed}.1"), lines("ancient", count))
    write(feed, lines("a", count))
    state: list[Bookmark] = []
    assert export(state, feed) == lines("a", count)
    write(feed, lines("b", count))
    rename_up(feed)
    squeeze(Path(f"{feed}.2"))
    write(feed, lines("c", count))
    assert export(state, feed) == lines("b", count) + lines("c", count)
    write(feed, lines("d", count))
    rename_up(feed)
    squeeze(Path(f"{feed}.2"))
    squeeze(Path(f"{feed}.1"))
    write(feed, lines("e", count))
    assert export(state, feed) == lines("d", count) + lines("e", count)
    assert export(state, feed) == []


@pytest.mark.parametrize("count", [2, 200])
def test_rotated_files_that_were_sources_of_their_own_are_known_by_their_new_names(tmp_path: Path, count: int) -> None:
    feed = tmp_path / "feed.jsonl"
    write(Path(f"{feed}.2"), lines("packed", count))
    squeeze(Path(f"{feed}.2"))
    write(Path(f"{feed}.1"), lines("plain", count))
    write(feed, lines("a", count))
    state: list[Bookmark] = []
    pattern = f"{feed}*"
    assert export(state, pattern) == lines("a", count) + lines("plain", count) + lines("packed", count)
    write(feed, lines("b", count))
    rename_up(feed)
    write(feed, lines("c", count))
    assert export(state, pattern) == lines("b", count) + lines("c", count)
    rename_up(feed)
    for number in (1, 2, 3):
        squeeze(Path(f"{feed}.{number}"))
    write(feed, lines("d", count))
    assert export(state, pattern) == lines("d", count)
    assert export(state, pattern) == []


def test_a_rotated_file_half_read_goes_on_under_its_new_name(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    for number, name in enumerate("ab", 1):
        write(Path(f"{feed}.{number}"), lines(name, 1000))
    squeeze(Path(f"{feed}.2"))
    write(feed, lines("now"))
    config = SourceConfig(paths=(f"{feed}*",), follow=True)
    sources = open_sources(config)
    seen = [source.read(300) for source in sources]
    marks = [mark for source in sources if (mark := source.bookmark())]
    sources.close()
    rename_up(feed)
    write(feed, lines("next"))
    again = resume_sources(config, marks, None)
    rest = [drain(source) for source in again]
    assert [a + b for a, b in zip(seen, rest, strict=True)] == [
        lines("now") + lines("next"),
        lines("a", 1000),
        lines("b", 1000),
    ]
    again.close()


def test_a_backup_is_not_taken_for_a_file_that_came_after(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    write(feed, lines("a"))
    state: list[Bookmark] = []
    assert export(state, feed) == lines("a")
    write(feed, lines("b"))
    shutil.copy(feed, f"{feed}-20240131")
    write(feed, lines("c"))
    shutil.copy(feed, f"{feed}.1")
    os.truncate(feed, 0)
    write(feed, lines("d"))
    assert export(state, feed) == lines("b") + lines("c") + lines("d")


def test_more_rotated_files_than_there_are_descriptors_for(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    write(feed, lines("a", 2))
    state: list[Bookmark] = []
    assert export(state, feed) == lines("a", 2)
    os.rename(feed, f"{feed}-1700000000")
    expected: list[bytes] = []
    for number in range(1, 400):
        rotated = Path(f"{feed}-{1_700_000_000 + number}")
        write(rotated, lines(str(number), 3))
        expected += lines(str(number), 3)
        if number % 3:
            squeeze(rotated)
    write(feed, lines("now", 2))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    try:
        assert export(state, feed) == expected + lines("now", 2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
