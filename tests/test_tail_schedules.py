"""A followed file gives every line once and in order, in whatever order all of this befalls it."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from engine.sources.base import Item
from engine.sources.tail import Tail
from tests.rotating import Writer, drain, inode


def steps_of(writer: Writer, tail: Tail, chance: random.Random) -> Callable[[], None]:
    steps: list[tuple[int, Callable[[], None]]] = [
        (60, lambda: writer.whole(chance.randrange(1, 400))),
        (20, lambda: writer.tear(chance.randrange(1, 20))),
        (4, writer.rotate),
        (2, writer.rotate_lazily),
        (2, lambda: writer.replace(inode(tail))),
        (4, writer.copy_and_truncate),
        (6, lambda: writer.squeeze(chance.randrange(3), chance.choice([".gz", ".zst"]))),
    ]

    def step() -> None:
        (chosen,) = chance.choices([step for _, step in steps], [weight for weight, _ in steps])
        chosen()

    return step


@pytest.mark.parametrize("seed", range(6))
def test_tens_of_thousands_of_lines_through_dozens_of_rotations(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    writer = Writer(tmp_path / "feed.jsonl", dated=seed % 2 == 1, keeps_time=seed % 3 > 0)
    tail = Tail(str(writer.path))
    step = steps_of(writer, tail, chance)
    seen: list[Item] = []
    for _ in range(300):
        step()
        if chance.random() < 0.5:
            seen += tail.read(chance.choice([1, 100, 5000])) if chance.random() < 0.3 else drain(tail)
    writer.finish()
    seen += drain(tail)
    assert len(seen) == len(writer.written) > 20_000
    assert seen == writer.written
    assert tail.lost == 0


class TailMachine(RuleBasedStateMachine):
    """Every order of writing, tearing, rotating, truncating and looking, a few steps each."""

    @initialize(dated=st.booleans(), keeps_time=st.booleans())
    def begin(self, dated: bool, keeps_time: bool) -> None:
        self.folder = Path(os.path.realpath(os.environ["TAIL_TEST_FOLDER"])) / str(random.getrandbits(64))
        self.folder.mkdir()
        self.writer = Writer(self.folder / "feed.jsonl", dated=dated, keeps_time=keeps_time)
        self.tail = Tail(str(self.writer.path))
        self.seen: list[Item] = []
        self.drained = True

    @rule(count=st.one_of(st.integers(1, 4), st.just(60)))  # 60 lines are more than what a content is known by
    def write(self, count: int) -> None:
        self.writer.whole(count)
        self.drained = False

    @rule(at=st.integers(1, 20))
    def tear(self, at: int) -> None:
        self.writer.tear(at)
        self.drained = False

    @rule()
    def rotate(self) -> None:
        self.writer.rotate()
        self.drained = False

    @rule()
    def rotate_lazily(self) -> None:
        if self.writer.path.exists():
            self.writer.rotate_lazily()
            self.drained = False

    @rule()
    def replace(self) -> None:
        self.writer.replace(inode(self.tail))
        self.drained = False

    @rule()
    def copy_and_truncate(self) -> None:
        self.writer.copy_and_truncate()
        self.drained = False

    @rule(back=st.integers(0, 3), suffix=st.sampled_from([".gz", ".zst"]))
    def squeeze(self, back: int, suffix: str) -> None:
        self.writer.squeeze(back, suffix)

    @precondition(lambda self: self.drained and not self.writer.torn)
    @rule()
    def truncate(self) -> None:
        if self.writer.path.exists():
            os.truncate(self.writer.path, 0)

    @rule(count=st.integers(1, 3))
    def look(self, count: int) -> None:
        self.seen += self.tail.read(count)

    @rule()
    def look_at_all(self) -> None:
        self.seen += drain(self.tail)
        self.drained = True

    def teardown(self) -> None:
        if not hasattr(self, "writer"):
            return
        self.writer.finish()
        self.seen += drain(self.tail)
        self.tail.close()
        shutil.rmtree(self.folder)
        assert self.seen == self.writer.written


def test_any_order_of_events_loses_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIL_TEST_FOLDER", str(tmp_path))
    run_state_machine_as_test(
        TailMachine, settings=settings(max_examples=80, stateful_step_count=25, deadline=None, derandomize=True)
    )


WRITER = """
import os, random, shutil, sys
path, dated, chance = sys.argv[1], sys.argv[2] == "dated", random.Random(sys.argv[3])
number, day = 0, 1_700_000_000
file = open(path, "ab", buffering=0)
def make_room():
    for old in range(90, 0, -1):
        if os.path.exists(f"{path}.{old}"):
            os.rename(f"{path}.{old}", f"{path}.{old + 1}")
for round in range(300):
    for _ in range(chance.randrange(150)):
        line = ('{"n": %d, "t": "caf\\u00e9 \\U0001f600"}\\n' % number).encode()
        number += 1
        cut = chance.randrange(line.index(b","), len(line)) if chance.random() < 0.3 else len(line)
        file.write(line[:cut])
        if cut < len(line):
            file.write(line[cut:])
    event = chance.random()
    if event < 0.06 and dated:
        os.rename(path, f"{path}-{day}")
        day += 86_400
    elif event < 0.06:
        make_room()
        os.rename(path, path + ".1")
    elif event < 0.1 and not dated:
        make_room()
        shutil.copyfile(path, path + ".1")
        file.truncate(0)
    if event < 0.06:
        if chance.random() < 0.5:
            open(path, "ab").close()
            file.write(('{"n": %d, "late": 1}\\n' % number).encode())
            number += 1
        file = open(path, "ab", buffering=0)
file.write(b'{"n": "end"}\\n')
print(number)
"""


@pytest.mark.parametrize("names", ["dated", "counted"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_writer_in_another_process(tmp_path: Path, names: str, seed: int) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.touch()
    tail = Tail(str(feed))
    chance = random.Random(seed)
    command = [sys.executable, "-c", WRITER, str(feed), names, str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        seen: list[Item] = []
        while not seen or seen[-1] != b'{"n": "end"}':
            seen += tail.read(chance.choice([1, 50, 5000]))
        assert writer.stdout is not None
        count = int(writer.stdout.read())
    numbers = [item.split(b",")[0].removeprefix(b'{"n": ') for item in seen[:-1] if isinstance(item, bytes)]
    assert numbers == [b"%d" % number for number in range(count)]
    assert count > 15_000
    assert "rotated" in tail.detail


def test_rotations_under_load_as_anyone_can_run_them(tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "rotations.py"
    command = [sys.executable, str(script), "--rotations", "100", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["read"] == told["written"] > 2000
    assert told["compressed"] > 80
