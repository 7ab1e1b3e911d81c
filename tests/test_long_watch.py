"""What an event costs does not grow with what is held: instructions are counted in a short watch and a long one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import naming
from engine.byauthor import ByAuthor
from engine.config import ALL_TIME, HOUR, EngineConfig
from engine.events import Event
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.base import Mapped
from engine.platforms.decode import Decoder
from tests.feeds import PRESENT, SECOND, START, delete, edit, like, post, purge, uri

SHORT, LONG = 500, 3_000  # posts that are retained
EVENTS = 12  # of a kind
MORE = 1.25  # times the instructions that a long watch may take, and
SLACK = 1_500  # so many more an event: how many posts are read until a word is heard again is chance
STORIES = 20
STEP = SECOND // 50
BOT = "did:plc:bot"


def author_of(number: int) -> str:
    """Every third post is by one account; of the others each is by its own."""
    return BOT if number % 3 == 0 else f"did:plc:p{number}"


def line(number: int) -> str:
    story = number % STORIES
    words = " ".join(f"w{story}x{(number + each) % 6}" for each in range(3))
    text = f"what a good day for the {words} #s{story}"
    return post(str(number), START + number * STEP, text, author_of(number))


def feed(engine: Engine, numbers: range) -> None:
    for begin in range(0, len(numbers), 100):
        engine.feed(0, [line(number).encode() for number in numbers[begin : begin + 100]], PRESENT)


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many instructions are run meanwhile."""
    count = [0]

    def step(frame: FrameType, event: str, _: object) -> Any:
        if event == "call":
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count[0] += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        yield count
    finally:
        sys.settrace(before)


KINDS: dict[str, Callable[[int, int], str]] = {
    "delete": lambda number, at: delete(str(number), at, author_of(number)),
    "edit": lambda number, at: edit(str(number), at, f"anew of #s{number % STORIES}", at, author_of(number)),
    "purge": lambda number, at: purge(f"did:plc:p{number}", at),
    "reaction": lambda number, at: like(f"l{number}", at, uri(str(number), author_of(number))),
}


class Watched:
    """A watch in which so many posts came that each more pushes another out."""

    def __init__(self, posts: int) -> None:
        self.engine = Engine(
            EngineConfig(window=ALL_TIME, lateness=0, max_posts=posts, horizons=(HOUR,), alerts=("rate>10",))
        )
        self.came = posts * 5 // 4
        feed(self.engine, range(self.came))
        snapshot(self.engine)
        for place, kind in enumerate(KINDS):  # what is loaded or worked out once has been
            self.instructions(kind, range(self.came - (place + 1) * EVENTS, self.came - place * EVENTS))

    def instructions(self, kind: str, numbers: range) -> int:
        """What it takes to apply events of a kind, of which each is about another post."""
        at = START + self.came * STEP
        events: list[Event] = []
        for number in numbers:
            (read,) = Decoder().read(KINDS[kind](number, at).encode())
            assert isinstance(read, Mapped)
            events.append(read.events[0])
        with counted() as count:
            for event in events:
                self.engine._apply_event(event, at, False)
        return count[0]

    def of_posts(self, many: int) -> int:
        """What it takes to take in posts."""
        with counted() as count:
            feed(self.engine, range(self.came, self.came + many))
        self.came += many
        return count[0]


@pytest.fixture(scope="module")
def watches() -> Iterator[tuple[Watched, Watched]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(naming, "READ", SHORT // 2)
        yield Watched(SHORT), Watched(LONG)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("age", ["new", "old"])
def test_an_event_costs_the_same_however_many_posts_there_are(
    watches: tuple[Watched, Watched], age: str, kind: str
) -> None:
    costs = []
    for each in watches:
        end = each.came - len(each.engine.ledger.posts) // 2 if age == "old" else each.came
        first = end - (2 * len(KINDS) - [*KINDS].index(kind)) * EVENTS
        costs.append(each.instructions(kind, range(first, first + EVENTS)))
    assert costs[1] <= MORE * costs[0] + SLACK * EVENTS


def test_a_post_that_pushes_another_out_costs_the_same_however_many_there_are(watches: tuple[Watched, Watched]) -> None:
    many = 256
    short, long = (each.of_posts(many) for each in watches)
    assert [len(each.engine.ledger.posts) for each in watches] == [SHORT, LONG]
    assert long <= MORE * short + SLACK * many


def test_a_purge_costs_by_the_posts_of_the_account_alone(watches: tuple[Watched, Watched]) -> None:
    costs = []
    for each in watches:
        posts = len(each.engine.ledger.by_author.of(f"bluesky:{BOT}"))
        (read,) = Decoder().read(purge(BOT, START + each.came * STEP).encode())
        assert isinstance(read, Mapped)
        with counted() as count:
            each.engine._apply_event(read.events[0], START + each.came * STEP, False)
        assert len(each.engine.ledger.by_author.of(f"bluesky:{BOT}")) == 0
        costs.append(count[0] / posts)
    assert costs[1] <= MORE * costs[0] + SLACK


def test_outcomes_that_wait_are_looked_through_only_for_an_account_that_has_any() -> None:
    engine = Engine(EngineConfig(window=ALL_TIME, lateness=0, horizons=(HOUR,)))
    feed(engine, range(30))
    engine.feed(0, [like(f"l{n}", START + n * STEP + 1, uri("7", author_of(7))).encode() for n in range(30)], PRESENT)
    engine.catch_up()
    engine._collect(START + HOUR + SECOND)
    labels = engine.labels
    before = labels._ready[0]
    assert {outcome.author for outcome in before} == {f"bluesky:{author_of(number)}" for number in range(30)}
    labels.disown("bluesky:did:plc:nobody")
    assert labels._ready[0] is before
    labels.disown(f"bluesky:{BOT}")
    assert len(labels._ready[0]) == 20
    assert f"bluesky:{BOT}" not in labels._authors
    labels.lessons()
    assert labels._authors == set()


changes = st.lists(st.tuples(st.booleans(), st.sampled_from("ab"), st.sampled_from("123456")))


@given(changes)
def test_accounts_and_their_posts_are_kept_in_the_order_they_came(changes: list[tuple[bool, str, str]]) -> None:
    kept, plain = ByAuthor(), dict[str, list[str]]()
    for comes, account, key in changes:
        theirs = plain.get(account, [])
        if comes and key not in theirs:
            kept.add(account, key)
            plain.setdefault(account, []).append(key)
        elif not comes:
            kept.remove(account, key)
            if key in theirs:
                theirs.remove(key)
            if not theirs:
                plain.pop(account, None)
        assert {account: [*kept.of(account)] for account in kept} == plain
        assert [*kept] == [*plain]
        assert len(kept) == len(plain)
        assert all((account in kept) == (account in plain) for account in "abc")
    assert [*reversed(kept.of("a"))] == plain.get("a", [])[::-1]
