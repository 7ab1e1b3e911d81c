"""Kills a run again and again, as kill -9 does, and goes on: `python -m tests.killing FOLDER KILLS SEED [JOBS]`.

A copy of this process reads a growing feed into a kept engine and is killed before its n-th function call, n drawn by
the seed; then the feed grows, is at times rotated and compressed, and the next copy goes on. Prints as JSON what became
of it. With JOBS above 1 lines are read ahead, as with so many processes.
"""

import json
import os
import random
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from engine import ahead
from engine.ahead import AheadSources, Sizes
from engine.config import EngineConfig, SourceConfig
from engine.corrections import Corrections
from engine.export import json_parts
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.runner import Runner
from engine.simulate import simulate
from engine.state import keeper
from engine.state.names import NEWEST
from engine.state.run import open_run
from models import refits, resting, stories, storytable, themes, usual, vectors, vocabulary
from tests.feeds import ALL, PRESENT
from tests.hands import Hands
from tests.light_fits import fit_few_trees
from tests.rotating import make_room, squeeze

COLUMNS = 1 << 13
CALLS = 60_000  # at most, before a run is killed: about half end before they have read and saved what has come
STEP = 8  # lines between two looks at whether to save
CONFIG = EngineConfig(window=ALL.window, retention=ALL.retention, max_texts=ALL.max_texts)


class LazyHands(Hands):
    """Reads lines when they are asked for, and not before."""

    def __init__(self, size: int, decoder: Decoder, keep_withheld: bool) -> None:
        super().__init__(size, decoder, keep_withheld)
        self.delay, self.quick = 10**6, True


def kill_after(calls: int) -> None:
    """End this process as kill -9 would, before so many calls are made from here."""
    left = calls

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal left
        left -= event in ("call", "c_call")
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


def read_on(feed: Path, state: Path, jobs: int) -> Engine:
    """Go on with the kept run until the feed has nothing more."""
    source = SourceConfig(paths=(str(feed),), follow=True)
    run = open_run(CONFIG, source, str(state), "", Decoder(), Corrections())
    assert run.keeper is not None
    sources = AheadSources(run.sources, run.engine, jobs, Sizes(backlog=0, lines=0, chunk=1))
    runner = Runner(run.engine, sources, clock=lambda: 0.0, present=lambda: PRESENT, carried=run.carried)
    while runner.step(STEP):
        run.keeper.look(run.engine, runner)
    run.keeper.save(run.engine, runner)
    run.keeper.leave()
    return run.engine


def rotate(feed: Path, how: str, compressed: int) -> bool:
    """What a log rotation does: the older files move up by one, the newest of them is the feed so far.

    The one of this number is compressed then; whether there was one.
    """
    make_room(feed)
    first = feed.with_name(f"{feed.name}.1")
    if how == "rename":
        feed.rename(first)
        feed.touch()
    else:
        shutil.copy(feed, first)
        os.truncate(feed, 0)
    plain = feed.with_name(f"{feed.name}.{compressed}")
    if not plain.exists():
        return False
    squeeze(plain)
    return True


def shrink_tables() -> None:
    """Have small tables of terms: each copy loads and saves them all."""
    for module in (vectors, resting, stories, storytable, themes, usual):
        module.SIZE = COLUMNS  # type: ignore[attr-defined]
    vocabulary.HALF = COLUMNS // 2


def main(folder: Path, kills: int, seed: int, jobs: int = 1) -> None:
    """Kill, go on, compare."""
    keeper.EVERY, keeper.SHARE = 0.0, 1e9  # as often as it can be
    fit_few_trees(setattr)
    shrink_tables()
    ahead.Crew = LazyHands  # type: ignore[misc, assignment]
    draw = random.Random(seed)
    lines = simulate("bluesky", seed=seed, hours=kills / 250, rate=3.0)[0]
    whole = Engine(CONFIG)
    whole.feed(0, lines, PRESENT)  # first: what is loaded and remembered by now need not be by each copy
    whole.finish()
    refits._pool.cache_clear()  # a thread is in no copy
    feed, state = folder / "feed.jsonl", folder / "state"
    feed.touch()
    written, told, checkpoints = 0, {"killed": 0, "rotated": 0, "compressed": 0}, set()
    for kill in range(kills + 1):
        until = len(lines) * (kill + 1) // (kills + 1)
        with feed.open("ab") as file:
            file.writelines(line + b"\n" for line in lines[written:until])
        written = until
        calls = draw.randrange(1, CALLS)
        pid = os.fork()
        if not pid:
            kill_after(calls)
            read_on(feed, state, jobs)
            os.kill(os.getpid(), signal.SIGKILL)  # that of one which has read all there is
        told["killed"] += os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
        if (state / NEWEST).exists():
            checkpoints.add((state / NEWEST).stat().st_mtime_ns)
        if checkpoints and feed.stat().st_size and draw.random() < 0.3:
            how, number = draw.choice(["rename", "copy and truncate"]), draw.choice([0, 1, 2])
            told["compressed"] += rotate(feed, how, number)
            told["rotated"] += 1
    kept = read_on(feed, state, jobs)
    kept.finish()
    same = "".join(json_parts(snapshot(kept))) == "".join(json_parts(snapshot(whole)))
    print(
        json.dumps(
            {**told, "checkpoints": len(checkpoints), "lines": kept.intake.lines, "of": len(lines), "same": same}
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
