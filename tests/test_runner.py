"""Whose turn it is, how fast a replay goes, and when a silence counts: all on a clock that the test moves."""

import math
from collections import deque

import pytest

from engine import runner
from engine.config import EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.runner import QUIET_AFTER, REFRESH_EVERY, FixedSources, Runner
from engine.snapshot import Snapshot
from engine.sources.base import Hole
from tests.feeds import ALL, PRESENT, SECOND, START, edit, post
from tests.worker_harness import as_json, fed_at_once


class Spoken:
    """A source that says what the test puts into it."""

    def __init__(self, *lines: bytes, state: str = "live") -> None:
        self.name, self.detail, self.lost = "spoken", "", 0
        self.state = state
        self.lines = 0
        self.ended = False
        self.holes: deque[Hole] = deque()
        self.waiting = deque(lines)
        self.losing: list[Hole] = []  # what the next read loses

    def say(self, *lines: bytes) -> None:
        self.waiting.extend(lines)

    def read(self, max_lines: int) -> list[bytes]:
        out = [self.waiting.popleft() for _ in range(min(max_lines, len(self.waiting)))]
        self.lines += len(out)
        self.holes.extend(self.losing)
        self.losing = []
        return out

    def close(self) -> None:
        self.ended = True


class Stand:
    """A runner on sources, and the clock it goes by."""

    def __init__(self, *sources: Spoken, config: EngineConfig = ALL, replay: float | None = None) -> None:
        self.now = 100.0
        self.engine = Engine(config)
        self.set = FixedSources(sources)
        self.runner = Runner(self.engine, self.set, replay, clock=lambda: self.now, present=lambda: PRESENT)

    def go(self, seconds: float = 0.0) -> None:
        """Let time pass and read all there is."""
        self.now += seconds
        while self.runner.step():
            pass

    def picture(self) -> Snapshot:
        return snapshot(self.engine)

    @property
    def applied(self) -> int:
        return self.picture().meters.posts


def said(name: str, second: float, words: str = "a good day", **more: object) -> bytes:
    return post(name, START + int(second * SECOND), f"{words} {name}", **more).encode()


def feed(count: int) -> list[bytes]:
    return [said(f"p{number}", number, tags=["launch"] if number % 3 else []) for number in range(count)]


def test_the_last_lines_show_once_the_source_has_been_silent_for_a_while() -> None:
    source = Spoken(*feed(10))
    stand = Stand(source)
    stand.go()
    assert stand.applied == 7  # what lies within the lateness of the newest is held back
    stand.go(QUIET_AFTER - 0.1)
    assert stand.applied == 7
    stand.go(0.1)
    assert stand.applied == 10


def test_silences_change_nothing_in_a_feed_in_order_of_time() -> None:
    lines = feed(600)
    for every in (1, 7, 100):
        source = Spoken()
        stand = Stand(source)
        for begin in range(0, len(lines), every):
            source.say(*lines[begin : begin + every])
            stand.go(3600.0 if begin % 2 else 0.0)
            stand.go(QUIET_AFTER)
        assert as_json(stand.picture()) == as_json(fed_at_once(lines))


def test_a_record_within_the_lateness_is_not_late_because_there_was_a_silence() -> None:
    """What remains of the wall clock: docs/reliability.md."""
    before, after = [said("a", 10), said("b", 11.5)], [said("c", 11), said("d", 30)]
    source = Spoken(*before)
    stand = Stand(source)
    stand.go()
    stand.go(QUIET_AFTER)
    source.say(*after)
    stand.go()
    stand.go(QUIET_AFTER)
    broken, whole = stand.picture(), fed_at_once(before + after)
    assert broken.meters == whole.meters
    for part in ("timeline", "sentiment", "posts_in_window", "hashtags", "authors_in_window", "as_of", "languages"):
        assert getattr(broken, part) == getattr(whole, part)
    assert [row.uid for row in broken.posts] == [row.uid for row in whole.posts]


class Stalling(Spoken):
    """A pipe that stalls for an hour before every line, and ends after the last."""

    def __init__(self, *lines: bytes) -> None:
        super().__init__(*lines)
        self.hours = 0.0
        self.stalled = False

    def read(self, max_lines: int) -> list[bytes]:
        self.stalled = not self.stalled
        self.hours += 1
        self.ended = not self.waiting
        return [] if self.stalled else super().read(1)


def test_a_run_to_the_end_knows_no_silence() -> None:
    """`trendtop export -` of a pipe that stalls is that of a file, in whatever order the lines come."""
    lines = feed(20)
    lines[3], lines[4] = lines[4], lines[3]
    source, whole = Stalling(*lines), Engine(ALL)
    engine = Engine(ALL)
    Runner(engine, FixedSources([source]), clock=lambda: source.hours * 3600, present=lambda: PRESENT).run()
    whole.feed(0, lines, PRESENT)
    whole.finish()
    assert as_json(snapshot(engine)) == as_json(snapshot(whole))
    assert snapshot(engine).meters.late == 0


def test_a_silence_shorter_than_the_lateness_makes_nothing_late() -> None:
    config = EngineConfig(window=0, retention=0, lateness=60 * SECOND)
    source = Spoken(said("a", 100))
    stand = Stand(source, config=config)
    stand.go()
    stand.go(QUIET_AFTER)
    stand.go(57.0)
    source.say(said("b", 50))
    stand.go()
    stand.go(60.0)
    assert (stand.applied, stand.picture().meters.late) == (2, 0)


def test_a_source_in_the_middle_of_reading_is_not_silent() -> None:
    """A line of many megabytes takes several looks until it is whole."""
    source = Spoken(*feed(10), state="reading")
    stand = Stand(source)
    stand.go()
    stand.go(QUIET_AFTER)
    assert stand.applied == 7
    source.state = "live"
    stand.go()
    assert stand.applied == 10


def test_a_source_that_says_only_what_has_no_time_holds_nobody_up() -> None:
    """Keep-alives every second, or a log that is no feed, beside a true one."""
    chatter, source = Spoken(), Spoken()
    stand = Stand(chatter, source)
    for second in range(10):
        chatter.say(b":thump")
        source.say(said(f"p{second}", second))
        stand.go(1.0)
    chatter.say(b"no json at all")
    stand.go()
    picture = stand.picture()
    assert picture.meters.posts >= 6
    assert (picture.meters.late, picture.meters.ignored, picture.meters.rejected) == (0, 10, 1)


def test_sources_are_merged_in_event_time_and_one_that_ends_holds_nobody_up() -> None:
    lines = feed(400)
    first, second = Spoken(*lines[0::2], state="reading"), Spoken(*lines[1:300:2], state="reading")
    stand = Stand(first, second)
    stand.go()
    for source in (first, second):
        source.ended = True
    stand.go()
    assert stand.runner.finished
    assert stand.picture().meters.late == 0
    assert stand.applied == 350


def test_what_waits_for_a_silent_source_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that says nothing beside a large archive: the archive is not kept in memory until it does."""
    monkeypatch.setattr(runner, "MAX_HELD", 1000)
    silent, archive = Spoken(), Spoken(*feed(3000))
    stand = Stand(silent, archive)
    stand.runner.step()
    assert (stand.engine.sequence.held, stand.applied) == (512, 0)
    stand.go()
    assert stand.engine.sequence.held <= 1000 + 512
    assert stand.applied >= 2000


def test_a_burst_in_the_only_source_is_no_reason_to_forget_the_lateness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MAX_HELD", 100)
    config = EngineConfig(window=0, retention=0, lateness=3600 * SECOND)
    source = Spoken(*feed(300))
    stand = Stand(source, config=config)
    stand.go()
    assert stand.applied == 0
    source.say(said("before", 1))
    stand.go()
    stand.go(3600.0)
    assert stand.picture().meters.late == 0


def test_a_replay_keeps_to_its_speed() -> None:
    source = Spoken(*feed(100))
    stand = Stand(source, replay=10.0)
    stand.go()
    assert stand.engine.intake.lines == 2  # the first, which sets the time, and the line after it
    stand.go(1.0)
    assert stand.engine.intake.lines == 12
    stand.go(5.0)
    assert stand.engine.intake.lines == 62


@pytest.mark.parametrize("speed", [None, math.inf, 1.0, 3600.0, 1e300])
def test_a_replay_of_any_speed_ends_in_the_same_picture(speed: float | None) -> None:
    lines = feed(300)
    lines.insert(200, edit("p150", START + 200 * SECOND, "something else #flood", START + 150 * SECOND).encode())
    source = Spoken(*lines)
    stand = Stand(source, replay=speed)
    while source.waiting or stand.engine.intake.lines < len(lines):
        stand.go(0.4)
    stand.go()
    stand.go(QUIET_AFTER)
    assert as_json(stand.picture()) == as_json(fed_at_once(lines))


def test_a_replay_goes_straight_to_the_lines_that_are_wanted() -> None:
    source = Spoken(*feed(2000))
    stand = Stand(source, replay=1.0)
    stand.set.since = START + 1990 * SECOND
    stand.go()
    assert stand.engine.intake.lines == 2
    stand.go(20.0)
    assert stand.engine.intake.lines == 10


@pytest.mark.parametrize("speed", [None, 1e6])
def test_what_a_source_lost_is_a_gap_of_the_feed(speed: float | None) -> None:
    source = Spoken(*feed(5))
    stand = Stand(source, replay=speed)
    stand.go(1.0)
    source.say(said("later", 60))
    source.losing.append(Hole(5, "truncated before it was read", 100))
    stand.go(1.0)
    stand.go(1.0)
    [gap] = stand.picture().gaps
    assert ((gap.end - gap.start).total_seconds(), gap.reason) == (56.0, "truncated before it was read")


class Growing(FixedSources):
    """A set that more comes to."""

    def __init__(self, *sources: Spoken) -> None:
        super().__init__(sources)
        self.fresh: list[Spoken] = []
        self.looks = 0

    def refresh(self) -> list[Spoken]:
        self.looks += 1
        fresh, self.fresh = self.fresh, []
        self.extend(fresh)
        return fresh


def test_new_sources_are_looked_for_once_a_second_and_no_more() -> None:
    stand = Stand()
    stand.set = Growing(Spoken(*feed(10)))
    stand.runner = Runner(stand.engine, stand.set, clock=lambda: stand.now, present=lambda: PRESENT)
    stand.go()
    assert stand.set.looks == 0
    stand.set.fresh = [Spoken(said("new", 20))]
    for _ in range(8):
        stand.go(REFRESH_EVERY / 4)
    assert stand.set.looks == 2
    stand.go(QUIET_AFTER)
    assert stand.applied == 11
