"""Rotations under load: does a followed file give every line once and in order?

    python benchmarks/rotations.py [--rotations N] [--seed S]

A writer in a process of its own writes numbered lines, many of them in two pieces, and rotates its file N times as fast
as it can: half of the time under counted names (feed.jsonl.1), half under dated ones; by renaming it and making a new
one, at times with lines that still go to the old one, or by copying and truncating it, during which it writes nothing.
All but the newest two of the rotated files are compressed as gzip does it: into a file that grows beside the plain one,
which then goes. Here the file is read meanwhile, a few or many lines at a time. Prints one JSON object and exits with 1
if a line was lost, doubled, torn or out of order, or if a gap was told of.
"""

import argparse
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.sources.base import Item
from engine.sources.tail import Tail

DAY = 1_700_000_000  # of the first dated name
TEXT = "caf\u00e9 \U0001f600 " * 8


class Writer:
    """Writes to a file and rotates it."""

    def __init__(self, path: str, dated: bool, chance: random.Random) -> None:
        self._path = path
        self._dated = dated
        self._chance = chance
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115
        self._rotated = 0
        self.lines = 0
        self.done: Counter[str] = Counter()

    def write(self, most: int) -> None:
        """Some lines, some of them in two pieces."""
        for _ in range(self._chance.randrange(most)):
            line = f'{{"n": {self.lines}, "t": "{TEXT}"}}\n'.encode()
            self.lines += 1
            cut = self._chance.randrange(len(line)) if self._chance.random() < 0.2 else 0
            if cut:
                self._file.write(line[:cut])
            self._file.write(line[cut:])

    def rotate(self) -> None:
        """Take the file away, one way or the other, and compress the one before last."""
        how = self._chance.choice(["renamed", "renamed late", "copied and truncated"])
        self.done[how] += 1
        self._make_room()
        if how == "copied and truncated":
            shutil.copyfile(self._path, self._name(0))
            self._file.truncate(0)
        else:
            os.rename(self._path, self._name(0))
            if how == "renamed late":
                open(self._path, "ab").close()
                self.write(5)
            self._file.close()
            self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115
        if self._rotated > 2:
            self._compress(self._name(2))

    def end(self) -> None:
        """A line that is the last."""
        self._file.write(b"end\n")
        self._file.close()

    def _make_room(self) -> None:
        self._rotated += 1
        if self._dated:
            return
        for number in range(self._rotated - 1, 0, -1):
            suffix = ".gz" if number > 2 else ""
            os.rename(f"{self._path}.{number}{suffix}", f"{self._path}.{number + 1}{suffix}")

    def _name(self, back: int) -> str:
        return f"{self._path}-{DAY + self._rotated - back}" if self._dated else f"{self._path}.{1 + back}"

    def _compress(self, path: str) -> None:
        self.done["compressed"] += 1
        found = os.stat(path)
        with open(path, "rb") as plain, gzip.open(f"{path}.gz", "wb", compresslevel=1) as packed:
            while data := plain.read(1 << 14):
                packed.write(data)
        os.utime(f"{path}.gz", ns=(found.st_atime_ns, found.st_mtime_ns))
        os.unlink(path)


def write(path: str, dated: bool, rotations: int, seed: int) -> None:
    """The other process."""
    writer = Writer(path, dated, random.Random(seed))
    for _ in range(rotations):
        writer.write(100)
        writer.rotate()
    writer.end()
    print(json.dumps({"written": writer.lines, **writer.done}))


def run(names: str, rotations: int, seed: int) -> Counter[str]:
    """Read after a writer until its last line: what was done and what came of it."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "feed.jsonl")
        Path(path).touch()
        tail = Tail(path)
        command = [sys.executable, __file__, "--write", path, "--names", names]
        command += ["--rotations", str(rotations), "--seed", str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            items: list[Item] = []
            over = 0  # looks since the writer has gone
            while items[-1:] != [b"end"] and over < 1000:
                more = tail.read(chance.choice([1, 50, 5000]))
                items += more
                if not more:
                    over += writer.poll() is not None
                    time.sleep(chance.choice([0.001, 0.05]))  # up to a dozen rotations between two looks
            assert writer.stdout is not None
            told = Counter(json.loads(writer.stdout.read()))
        tail.close()
    return told + judged(items, told["written"], tail.lost)


def judged(items: list[Item], written: int, gaps: int) -> Counter[str]:
    """What is wrong with the lines that were read."""
    numbers = [int(item[6 : item.index(b",")]) for item in items if is_line(item)]
    return Counter(
        read=len(numbers),
        lost=written - len(set(numbers)),
        doubled=len(numbers) - len(set(numbers)),
        torn=len(items) - len(numbers) - (items[-1:] == [b"end"]),
        out_of_order=sum(after < before for before, after in pairwise(numbers)),
        gaps=gaps,
    )


def is_line(item: Item) -> bool:
    """Whether it is a line as the writer wrote it."""
    return isinstance(item, bytes) and item.startswith(b'{"n": ') and item.endswith(f'"t": "{TEXT}"}}'.encode())


def main() -> int:
    """Run both kinds of names, or be the writer."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rotations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--names", choices=["counted", "dated"], help="only these names")
    parser.add_argument("--write", metavar="PATH", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        write(asked.write, asked.names == "dated", asked.rotations, asked.seed)
        return 0
    kinds = [asked.names] if asked.names else ["counted", "dated"]
    told: Counter[str] = Counter()
    for number, names in enumerate(kinds):
        share = asked.rotations // len(kinds) + (number < asked.rotations % len(kinds))
        told += run(names, share, asked.seed + number)
    wrong = ("lost", "doubled", "torn", "out_of_order", "gaps")
    done = {name: count for name, count in told.items() if name not in {"written", "read", *wrong}}
    print(
        json.dumps({"rotations": asked.rotations, **done, **{name: told[name] for name in ("written", "read", *wrong)}})
    )
    return int(any(told[name] for name in wrong) or told["read"] != told["written"])


if __name__ == "__main__":
    sys.exit(main())
