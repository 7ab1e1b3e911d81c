"""A source that was killed goes on after the lines that were saved, whatever was done to its files meanwhile."""

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from engine.sources.base import Item, Kind, Source
from engine.sources.bookmark import Bookmark
from engine.sources.known import Known
from engine.sources.resuming import resumed_file
from engine.sources.tail import Tail
from tests.rotating import Writer, drain


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
        self.source = resumed_file(self.mark, opened)
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
