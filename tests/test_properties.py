"""Same feed, same snapshot: whatever the order within the lateness, the cut into batches, the speed of the replay."""

import pickle
import random
import re
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import Stamped
from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.ledger import Entry
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.runner import FixedSources, Runner
from engine.snapshot import Meters, Snapshot
from models.engagement import Told
from models.features import COMMON
from models.frozen import Made
from tests.feeds import PRESENT, SECOND, START, delete, edit, like, picture, post, purge, run, uri
from tests.lively import lively

CONFIG = EngineConfig(window=10 * MINUTE, retention=ALL_TIME, horizons=(MINUTE, 5 * MINUTE), max_texts=1 << 10)
WORDS = re.findall(
    r"\w+",
    "love hate great terrible sunny storm match goal election vote music album climate draft coffee train late awful "
    "wonderful happy sad the a is was not very and but of to in for on with this that it my our",
)
AUTHORS = [f"did:plc:{name}" for name in "abcdefgh"]
TAGS = ["sun", "rain", "goal", "vote"]


@st.composite
def feeds(draw: st.DrawFn, size: int = 60) -> list[tuple[int, str]]:
    """A feed of posts, reactions, edits, deletes and purges, each with its distinct event time."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    lines: list[tuple[int, str]] = []
    known: list[tuple[str, str, int]] = []
    at = START
    for number in range(size):
        at += rng.choice([1, 1000, SECOND // 2, SECOND, 7 * SECOND, 40 * SECOND])
        author = rng.choice(AUTHORS)
        kind = rng.random()
        text = " ".join(rng.choices(WORDS, k=rng.randint(3, 14)))
        tags = rng.sample(TAGS, rng.randint(0, 2))
        if kind < 0.5 or not known:
            lines.append((at, post(f"p{number}", at, text, author, tags)))
            known.append((f"p{number}", author, at))
            continue
        name, owner, created = rng.choice(known)
        if kind < 0.85:
            lines.append((at, like(f"l{number}", at, uri(name, owner), author, repost=kind < 0.6)))
        elif kind < 0.92:
            lines.append((at, edit(name, at, text, created, owner, tags)))
        elif kind < 0.98:
            lines.append((at, delete(name, at, owner)))
        else:
            lines.append((at, purge(owner, at)))
    return lines


def plain(picture: Snapshot) -> bytes:
    return msgspec.json.encode(picture)


def without_meters(picture: Snapshot) -> bytes:
    return plain(msgspec.structs.replace(picture, meters=Meters(), formats=[]))


@settings(max_examples=12, deadline=None)
@given(feeds(), st.randoms(use_true_random=False))
def test_any_shuffle_within_the_lateness_gives_the_same_snapshot(feed: list, rng: random.Random) -> None:
    # An edit's event time is the edit's, a post's its own: shuffling by up to the lateness changes no order in time.
    shuffled = sorted(feed, key=lambda pair: pair[0] + rng.randrange(CONFIG.lateness))
    assert plain(picture([line for _, line in shuffled], CONFIG)) == plain(picture([line for _, line in feed], CONFIG))


@settings(max_examples=12, deadline=None)
@given(feeds(), st.integers(1, 70))
def test_any_cut_into_batches_gives_the_same_snapshot(feed: list, cuts: int) -> None:
    lines = [line for _, line in feed]
    assert plain(picture(lines, CONFIG, cuts)) == plain(picture(lines, CONFIG, 1000))


class Listed:
    """A source over a list of lines, giving out a few at a time."""

    name, state, detail, lines = "listed", "reading", "", 0

    def __init__(self, lines: list[bytes], step: int) -> None:
        self._chunks: Iterator[list[bytes]] = iter([lines[i : i + step] for i in range(0, len(lines), step)])
        self.ended = False
        self.holes: deque[object] = deque()

    def read(self, max_lines: int) -> list[bytes]:
        chunk = next(self._chunks, None)
        self.ended = chunk is None
        return chunk or []

    def backlog(self) -> None:
        return None

    def close(self) -> None:
        return None


@settings(max_examples=10, deadline=None)
@given(feeds(), st.sampled_from([0.5, 60.0, 3600.0]))
def test_any_speed_of_replay_gives_the_same_snapshot(feed: list, speed: float) -> None:
    lines = [line.encode() for _, line in feed]
    engine, seconds = Engine(CONFIG), iter(range(10**9))
    sources = FixedSources([Listed(lines, 7)])
    runner = Runner(engine, sources, replay=speed, clock=lambda: float(next(seconds)), present=lambda: 2 * START)
    while not runner.finished:
        runner.step()
    engine.finish()
    assert plain(snapshot(engine)) == plain(picture(lines, CONFIG))


WINDOWS = [MINUTE, 7 * MINUTE + 1, 10 * MINUTE, 60 * MINUTE, ALL_TIME]


@settings(max_examples=12, deadline=None)
@given(
    feeds(),
    st.lists(st.sampled_from(WINDOWS), min_size=2, max_size=4),
    st.sampled_from([ALL_TIME, 5 * MINUTE]),
    st.integers(0, 60),
)
def test_a_window_looked_at_later_shows_what_a_run_with_it_would(
    feed: list, windows: list[int], retention: int, cut: int
) -> None:
    lines = [line for _, line in feed]
    run_with = msgspec.structs.replace(CONFIG, window=windows[-1], retention=retention)
    engine = run(lines[:cut], msgspec.structs.replace(run_with, window=windows[0]), finish=False)
    for window in windows[1:]:
        engine.show(window)
    engine.feed(0, [line.encode() for line in lines[cut:]], PRESENT)
    engine.finish()
    assert plain(snapshot(engine)) == plain(picture(lines, run_with))


@settings(max_examples=12, deadline=None)
@given(feeds())
def test_doubled_lines_change_the_meters_only(feed: list) -> None:
    lines = [line for _, line in feed]
    feeds_of_it = (lines, [line for line in lines for _ in (0, 1)], lines + lines)
    once, each, whole = (picture(doubled, CONFIG) for doubled in feeds_of_it)
    assert without_meters(each) == without_meters(once)
    assert without_meters(whole) == without_meters(once)
    assert each.meters.duplicates == once.meters.duplicates + len(lines)
    for shown in (once, each, whole):
        meters = msgspec.structs.asdict(shown.meters)
        assert meters.pop("read") == sum(meters.values()) - meters["lines"] - meters["embedded"]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1), st.lists(st.sampled_from(WORDS), min_size=1), feeds(size=20))
def test_after_an_edit_all_is_as_if_the_new_text_had_been_posted(old: list, new: list, feed: list) -> None:
    rest = [line for _, line in feed]
    before, after = " ".join(old) + " #old", " ".join(new) + " #new"
    edited = picture([post("x", START, before), edit("x", START + 1, after, START), *rest], CONFIG)
    posted = picture([post("x", START, after), *rest], CONFIG)
    assert (edited.sentiment, edited.hashtags, edited.timeline) == (posted.sentiment, posted.hashtags, posted.timeline)
    assert edited.languages == posted.languages


@settings(max_examples=12, deadline=None)
@given(feeds(), st.sampled_from(["delete", "purge"]))
def test_a_delete_leaves_no_trace_of_the_text(feed: list, how: str) -> None:
    secret, author = "zyxwquux secretword", "did:plc:secret"
    lines = [line for _, line in feed]
    end = feed[-1][0] + SECOND
    gone = delete("s", end, author) if how == "delete" else purge(author, end)
    told = post("s", START, f"{secret} #zyxwquux love it", author)
    engine = run([told, *lines, gone, post("end", end + MINUTE, "the end")], CONFIG)
    assert b"zyxwquux" not in plain(snapshot(engine))
    parts = (engine.window, engine.ledger, engine.labels, engine.model, engine.topics, engine.names, engine.rising)
    parts += (engine.overperforming, engine.overperforming.normal)  # type: ignore[assignment]
    state = pickle.dumps([vars(part) for part in parts])
    assert b"zyxwquux" not in state
    assert b"secretword" not in state


LIVE = EngineConfig(window=10 * MINUTE, horizons=(20 * SECOND, 3 * MINUTE), max_texts=1 << 10)
LIVELY = lively(2, 400)


class OneByOne(Engine):
    """An engine that applies each record by itself."""

    def _apply_run(self, records: Sequence[Stamped], start: int) -> int:
        return 0


@pytest.mark.parametrize(
    "config",
    [
        LIVE,
        msgspec.structs.replace(LIVE, window=3 * SECOND, topics=False),
        msgspec.structs.replace(LIVE, window=ALL_TIME, max_posts=40, max_raw_lines=10),
        msgspec.structs.replace(LIVE, retention=MINUTE, max_waiting=20),
        msgspec.structs.replace(LIVE, alerts=("posts > 20 over 30s for 10s", "silence for 10s")),
    ],
    ids=["plain", "short", "capped", "brief", "alerts"],
)
@pytest.mark.parametrize("cuts", [7, 700])
def test_what_is_applied_together_is_as_if_each_was_applied_by_itself(config: EngineConfig, cuts: int) -> None:
    lines = [line.encode() for _, line in LIVELY[:700]]
    together, alone = Engine(config), OneByOne(config)
    for begin in range(0, len(lines), cuts):
        for engine in (together, alone):
            engine.feed(0, lines[begin : begin + cuts], PRESENT)
        if begin % 140 == 0:
            assert plain(snapshot(together)) == plain(snapshot(alone))
    for engine in (together, alone):
        engine.finish()
    assert plain(snapshot(together)) == plain(snapshot(alone))
    assert [*together.ledger.posts] == [*alone.ledger.posts]


class Noted(Engine):
    """An engine that remembers what was said of each post, also of those that are gone."""

    def __init__(self, config: EngineConfig) -> None:
        super().__init__(config)
        self.told: dict[str, Told] = {}
        track = self.labels.track

        def note(entries: Sequence[Entry], told: Sequence[Told], graded: Sequence[bool]) -> None:
            for entry, one in zip(entries, told, strict=True):
                assert entry.key not in self.told, "predicted twice"
                self.told[entry.key] = one
            track(entries, told, graded)

        self.labels.track = note  # type: ignore[method-assign]


def said(told: Told) -> tuple[Made, bytes]:
    return told.made, told.record


def noted(lines: list[str], config: EngineConfig = LIVE, cuts: int = 64) -> Noted:
    engine = Noted(config)
    for begin in range(0, len(lines), cuts):
        engine.feed(0, [line.encode() for line in lines[begin : begin + cuts]], PRESENT)
    engine.finish()
    return engine


@pytest.fixture(scope="module")
def whole() -> Noted:
    """A whole feed, with a burst, stories, and models that were refitted, took over and were graded inside it."""
    engine = noted([line for _, line in LIVELY])
    said = engine.model.freezer.thaw(list(engine.told.values()))["common"]
    assert engine.rising.events
    assert all((said[:, COMMON.index(name)] > 0).sum() >= 3 for name in ("tag_posts", "tag_rise", "story_posts"))
    for index in range(2):
        assert len(engine.model.refits(index)) >= 3
        assert engine.model.champion(index) != "author"
        assert engine.labels.censored[index]["deleted"] > 0
    return engine


@pytest.mark.parametrize(("posts", "cuts"), [(1, 1), (31, 7), (97, 64), (220, 1000), (281, 1), (350, 256)])
def test_a_forecast_knows_nothing_of_what_comes_after(whole: Noted, posts: int, cuts: int) -> None:
    lines = [line for _, line in LIVELY]
    new = '"operation": "create", "collection": "app.bsky.feed.post"'
    end = [at for at, line in enumerate(lines) if new in line][posts - 1]
    cut = noted(lines[: end + 1], cuts=cuts)
    both = cut.told.keys() & whole.told.keys()  # of some that are deleted as they wait nothing is ever said
    assert len(both) >= posts - 10
    assert {key: said(whole.told[key]) for key in both} == {key: said(cut.told[key]) for key in both}, (
        "to the bit, with leaders, rivals and reasons"
    )


def test_the_windows_looked_at_change_no_forecast(whole: Noted) -> None:
    lines = [line.encode() for _, line in LIVELY]
    engine = Noted(msgspec.structs.replace(LIVE, window=ALL_TIME))
    for number, begin in enumerate(range(0, len(lines), 50)):
        engine.feed(0, lines[begin : begin + 50], PRESENT)
        engine.show(WINDOWS[number % len(WINDOWS)])
        snapshot(engine, 10)
    engine.finish()
    assert [said(one) for one in engine.told.values()] == [said(one) for one in whole.told.values()]
