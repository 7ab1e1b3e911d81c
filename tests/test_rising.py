"""Bursts of a feed: one for each event, named and explained by the posts that are there, and by no others."""

import json
import pickle
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from itertools import count

import msgspec
import pytest

from engine import rising as rising_module
from engine.analysis import Analysis, analyse
from engine.arrivals import key_of
from engine.config import HOUR, MINUTE, SECOND, EngineConfig
from engine.events import Post
from engine.ledger import Entry
from engine.picture import snapshot
from engine.picture_bursts import SHOWN_AFTER, bursts
from engine.pipeline import Engine
from engine.simulate import SHAPES
from engine.simulate.bursts import NEVER
from engine.simulate.model import Setting
from engine.simulate.planted import PlantedBurst
from engine.simulate.world import World
from engine.snapshot import Burst
from models.ctfidf import Label
from tests.feeds import PRESENT, delete, edit, like, post, run, uri

START = int(datetime(2026, 7, 4, 12, tzinfo=UTC).timestamp()) * SECOND
GRID = 5 * SECOND
CHATTER = (
    "coffee before work again, and rain on the window",
    "anyone seen the new season yet? no spoilers please #tv",
    "my cat sleeps on the keyboard all afternoon #cats",
    "long queue at the post office, as every monday",
    "reading a good book about ships and the sea #books",
    "the garden needs water, the tomatoes look thirsty",
)


@cache
def read(text: str) -> Analysis:
    """What is read of a text, which is said again and again here."""
    return analyse(Post(platform="x", uid="0", author="a", text=text, created=START, lang="en"))


class Feed:
    """An engine's ledger and window with bursts beside them: posts are said in the order of time."""

    def __init__(self, seed: int = 0, grid: int = GRID, config: EngineConfig | None = None) -> None:
        self.engine = Engine(config or EngineConfig(window=15 * MINUTE))
        self.rising = self.engine.rising
        self.rng = random.Random(seed)
        self.numbers = count()
        self.grid = grid
        self.now = START

    def say(self, time: int, author: str, text: str, story: int | None = None) -> Entry:
        self.until(time)
        post = Post(platform="x", uid=str(next(self.numbers)), author=author, text=text, created=time, lang="en")
        entry = self.engine.ledger.add(key_of(post), post, read(text), time, False)
        self.rising.post(entry)
        entry.story = story
        self.rising.placed([(entry, -1 if story is None else story)])
        return entry

    def until(self, time: int) -> None:
        while (following := (self.now // self.grid + 1) * self.grid) <= time:
            self.now = following
            self.rising.turn(self.now)
        self.now = max(self.now, time)
        self.engine.window.move(self.now)

    def delete(self, entry: Entry) -> None:
        self.rising.forget(entry)
        self.engine.ledger.remove(entry, tombstone=True)

    def shown(self, labels: dict[int, str] | None = None) -> list[Burst]:
        for story, label in (labels or {}).items():
            self.engine.names.stories[story] = Label(label, (), (), ())
        return bursts(self.engine, None)


def chatter(rng: random.Random, start: float, end: float, rate: float = 60) -> list[tuple[int, str, str, int]]:
    """Of a background: time, author, text and story."""
    posts = []
    for n in range(int((end - start) * rate)):
        which = rng.randrange(len(CHATTER))
        at = START + int((start + (n + rng.random()) / rate) * MINUTE)
        posts.append((at, f"u{rng.randrange(2_000)}", CHATTER[which], which))
    return posts


Said = tuple[int, str, str, int | None]


def event(
    start: float, end: float, rate: float, *texts: str, story: int | None = None, name: str = "w"
) -> Iterable[Said]:
    """Of a burst, each post by another: time, author, text and story."""
    for n in range(int((end - start) * rate)):
        yield START + int((start + n / rate) * MINUTE), f"{name}{n}", texts[n % len(texts)], story


def told(*parts: Iterable[Said], minutes: float, feed: Feed | None = None) -> Feed:
    feed = feed or Feed()
    for at, author, text, story in sorted((said for part in parts for said in part), key=lambda said: said[0]):
        feed.say(at, author, text, story)
    feed.until(START + int(minutes * MINUTE))
    return feed


BRIDGE = ("the old bridge at kelton is closed #kelton", "kelton bridge: cracks in a pillar", "stuck at kelton bridge")


def background(minutes: float, rate: float = 60) -> list[tuple[int, str, str, int]]:
    return chatter(random.Random(1), 0, minutes, rate)


# -- one event, one burst ----------------------------------------------------------------------------------------------


def test_a_tag_its_story_and_its_words_are_one_burst_and_it_is_named_by_the_tag() -> None:
    feed = told(background(26), event(20, 26, 30, *BRIDGE, story=90), minutes=26)
    (burst,) = feed.shown({90: "kelton, bridge"})
    assert (burst.kind, burst.name, burst.story) == ("tag", "#kelton", 90)
    assert {member.kind for member in feed.rising.events[burst.id].members} == {"tag", "story", "word"}
    assert burst.posts == 180  # those without the tag, and those before it was known, too


def test_it_is_named_within_a_minute() -> None:
    feed = told(background(21), event(20, 21, 30, *BRIDGE, story=90), minutes=21)
    assert [burst.name for burst in feed.shown()] == ["#kelton"]


def test_without_a_tag_it_is_named_by_its_story_and_without_a_story_by_a_word() -> None:
    feed = told(background(26), event(20, 26, 30, *BRIDGE[1:], story=90), minutes=26)
    assert [(burst.kind, burst.name) for burst in feed.shown({90: "kelton, bridge"})] == [("story", "kelton, bridge")]
    feed = told(background(26), event(20, 26, 30, *BRIDGE[1:]), minutes=26)
    assert [burst.kind for burst in feed.shown()] == ["word"]
    assert feed.shown()[0].name in ("kelton", "bridge")


def test_a_story_whose_label_is_not_known_is_named_by_its_terms() -> None:
    feed = told(background(26), event(20, 26, 30, *BRIDGE[1:], story=90), minutes=26)
    assert {"kelton", "bridge"} <= set(feed.shown()[0].name.split())


def test_what_turns_out_to_be_the_same_posts_becomes_one_burst() -> None:
    apart = event(20, 21, 20, "huge noise downtown", name="a"), event(20, 21, 20, "what was that bang", name="b")
    feed = told(background(21), *apart, minutes=21)
    assert len(feed.shown()) == 2
    joined = event(21, 24, 40, "that bang was a noise downtown, huge", name="c")
    told(chatter(random.Random(2), 21, 24), joined, minutes=24, feed=feed)
    (burst,) = feed.shown()
    assert burst.start.timestamp() == pytest.approx(START / SECOND + 20 * 60, abs=10)
    assert burst.posts == 160


def test_two_events_at_once_are_two_bursts() -> None:
    feed = told(
        background(26),
        event(20, 26, 30, *BRIDGE, story=90),
        event(21, 26, 30, "whale in the harbour of skerry #whale", story=91, name="v"),
        minutes=26,
    )
    assert [burst.name for burst in feed.shown()] == ["#whale", "#kelton"]


def test_a_rare_tag_does_not_name_an_event_that_hardly_anybody_calls_so() -> None:
    texts = ["kelton bridge: cracks in a pillar"] * 9 + ["kelton bridge is closed #odd"]
    feed = told(background(26), event(20, 26, 60, *texts, story=90), minutes=26)
    (burst,) = feed.shown({90: "kelton"})
    assert burst.name == "kelton"


# -- why ---------------------------------------------------------------------------------------------------------------


def test_a_burst_says_who_and_what_and_shows_the_text_nearest_its_centre() -> None:
    odd = event(21, 25, 2, "kelton? never heard of it, but my cat sleeps well #kelton", name="loud" * 2)
    loud = [(at, "loudest", text, story) for at, _, text, story in odd]
    feed = told(background(26), event(20, 26, 30, *BRIDGE, story=90), loud, minutes=26)
    (burst,) = feed.shown()
    assert burst.by[0] == "loudest"
    assert burst.tags[0] == "kelton"
    assert {"kelton", "bridge"} <= set(burst.terms[:3])
    assert "cat" not in burst.terms
    assert burst.example in BRIDGE
    assert burst.authors >= 10
    assert burst.times == pytest.approx(burst.authors / burst.expected, rel=0.01)
    assert burst.score > 3


def test_start_and_end_are_when_it_began_and_ceased() -> None:
    feed = told(background(25), event(20, 25, 30, *BRIDGE, story=90), minutes=25)
    assert feed.shown()[0].end is None
    feed = told(background(40), event(20, 26, 30, *BRIDGE, story=90), minutes=40)
    (burst,) = feed.shown()
    assert abs(burst.start.timestamp() - START / SECOND - 20 * 60) <= 10
    assert burst.end is not None
    assert abs(burst.end.timestamp() - START / SECOND - 26 * 60) <= 10
    assert burst.window == 60


def test_one_author_is_no_burst_whatever_they_write() -> None:
    spam = [(START + 20 * MINUTE + n * SECOND // 3, "one", BRIDGE[0], 90) for n in range(1_000)]
    assert told(background(30), spam, minutes=30).shown() == []


def test_posts_without_an_author_count_one_by_one() -> None:
    nameless = [(at, "", text, story) for at, _, text, story in event(20, 26, 30, *BRIDGE)]
    (burst,) = told(background(26), nameless, minutes=26).shown()
    assert (burst.name, burst.by) == ("#kelton", [])


def test_a_slow_feed_has_bursts_too() -> None:
    quiet = [(START + (at - START) * 60, author, text, story) for at, author, text, story in background(36, 30)]
    slow = [
        (START + (at - START) * 60, author, text, story)
        for at, author, text, story in event(30, 36, 10, *BRIDGE, story=90)
    ]
    feed = told(quiet, slow, minutes=36 * 60, feed=Feed(grid=MINUTE))
    (burst,) = feed.shown()
    assert "kelton" in burst.name
    assert burst.window > 60
    assert burst.start.timestamp() == pytest.approx(START / SECOND + 30 * 3600, abs=1_200)


def test_the_longer_windows_do_not_find_again_what_the_minute_has_found() -> None:
    feed = told(background(200, 20), event(150, 160, 30, *BRIDGE, story=90), minutes=200)
    assert [event.window for event in feed.rising.events.values()] == [MINUTE]
    assert feed.shown()[0].end is not None


# -- what is shown -----------------------------------------------------------------------------------------------------


def several(minutes: float) -> Feed:
    """A burst of one minute every 20, the last still going on with the first that never ends."""
    parts = [event(20 + 20 * n, 22 + 20 * n, 40, f"topic{n}word here #topic{n}", name=f"a{n}x") for n in range(7)]
    return told(background(minutes, 20), *parts, event(25, minutes, 30, *BRIDGE), minutes=minutes)


def test_those_going_on_come_first_then_the_newest_and_only_a_few_from_before_the_window() -> None:
    feed = several(142)
    names = [burst.name for burst in feed.shown()]
    assert names[:2] == ["#topic6", "#kelton"]
    assert names[2:] == [f"#topic{n}" for n in range(5, 5 - SHOWN_AFTER, -1)]
    assert [burst.name for burst in bursts(feed.engine, 3)] == names[:3]


def test_events_and_their_posts_are_kept_up_to_the_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rising_module, "MAX_EVENTS", 3)
    monkeypatch.setattr(rising_module, "MAX_POSTS", 50)
    feed = several(142)
    assert len(feed.rising.events) == 3
    kelton = next(burst for burst in feed.shown() if burst.name == "#kelton")
    assert kelton.posts == 30 * 117
    assert max(len(event.posts) for event in feed.rising.events.values()) <= 50 + 3
    assert len(feed.rising._known_in) <= 3 * 53


# -- what is deleted leaves no trace -----------------------------------------------------------------------------------


def test_no_deleted_text_is_said_again() -> None:
    feed = told(background(26), event(20, 26, 30, *BRIDGE, story=90), minutes=26)
    for entry in list(feed.engine.ledger.posts.values()):
        if "kelton" in entry.text and "#" in entry.text:
            feed.delete(entry)
    (burst,) = feed.shown({90: "cracks"})
    assert "#kelton" not in burst.name
    assert burst.tags == []
    assert burst.posts == 120
    assert "#" not in burst.example
    for entry in list(feed.engine.ledger.posts.values()):
        if "kelton" in entry.text:
            feed.delete(entry)
    assert feed.shown() == []


def test_bursts_keep_no_text_of_their_own() -> None:
    feed = told(background(26), event(20, 26, 30, *BRIDGE, story=90), minutes=26)
    assert len(feed.shown()) == 1
    for entry in list(feed.engine.ledger.posts.values()):
        feed.delete(entry)
    state = pickle.dumps(feed.rising)
    assert not [word for word in ("kelton", "bridge", "cracks", "coffee") if word.encode() in state]


def test_an_edited_post_leaves_a_burst_and_may_come_back() -> None:
    feed = told(background(26), event(20, 26, 30, *BRIDGE, story=90), minutes=26)
    last = [entry for entry in feed.engine.ledger.posts.values() if "kelton" in entry.text][-1]
    for text, posts in (("nothing of the kind", 179), (BRIDGE[0], 180)):
        feed.rising.forget(last)
        last.analysis = analyse(Post(platform="x", uid=last.uid, author="w", text=text, created=last.time))
        last.text, last.story = last.analysis.text, None
        feed.rising.post(last)
        assert feed.shown()[0].posts == posts


# -- the same whatever the order ---------------------------------------------------------------------------------------


def figures(feed: Feed) -> list[Burst]:
    return feed.shown()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_inside_a_second_and_the_grid_of_turns_change_nothing(seed: int) -> None:
    said = [*background(30), *event(20, 26, 30, *BRIDGE, story=90), *event(22, 27, 30, "whale #whale", name="v")]
    said = [(at // SECOND * SECOND, *rest) for at, *rest in said]
    rng = random.Random(seed)
    plain = told(said, minutes=30)
    shuffled = told(sorted(said, key=lambda one: (one[0], rng.random())), minutes=30, feed=Feed(grid=seed * SECOND))
    ids = {f"{e.author} {e.time}": key for key, e in plain.engine.ledger.posts.items()}
    assert len(ids) > 1_000
    assert [_but_order(burst) for burst in plain.shown()] == [_but_order(burst) for burst in shuffled.shown()]


def _but_order(burst: Burst) -> tuple[object, ...]:
    return (
        burst.id, burst.kind, burst.name, burst.story, burst.start, burst.end, burst.authors, burst.expected,
        burst.score, burst.posts, burst.tags, burst.terms, burst.by, burst.example,
    )  # fmt: skip


def test_a_story_that_is_known_only_later_counts_when_it_was_said() -> None:
    feed = Feed()
    waiting: list[tuple[Entry, int]] = []
    texts = [
        f"{word} happened"
        for word in ["oak", "elm", "ash", "fir", "yew", "box", "bay", "fig", "lime", "pear", "plum", "sloe"]
    ]
    said = [*background(24), *event(20, 24, 30, *texts, story=90)]
    for at, author, text, story in sorted(said, key=lambda one: one[0]):
        entry = feed.say(at, author, text)
        waiting.append((entry, story))
        if len(waiting) >= 45:  # half a minute
            for late, known in waiting:
                late.story = known
                feed.rising.placed([(late, -1 if known is None else known)])
            waiting = []
    feed.until(START + 24 * MINUTE)
    (burst,) = feed.shown({90: "trees"})
    assert (burst.name, burst.story) == ("trees", 90)
    assert abs(burst.start.timestamp() - START / SECOND - 20 * 60) <= 10


def test_a_story_that_merges_goes_on_as_the_other() -> None:
    feed = told(background(26), event(20, 26, 30, *BRIDGE[1:], story=90), minutes=24)
    feed.engine.places.merge(90, 4)
    feed.rising.merge(90, 4)
    (burst,) = feed.shown({4: "merged"})
    assert (burst.name, burst.story) == ("merged", 4)


# -- the simulator -----------------------------------------------------------------------------------------------------


def simulated(seed: int, minutes: int, planted: tuple[PlantedBurst, ...]) -> tuple[Feed, list[tuple[int, int]]]:
    """A world of 100 posts a minute, the story of each being its first word; when each burst was known."""
    setting = Setting(
        seed=seed, start=START, rate=100, rhythm=NEVER, steady=True, planted=planted, reach=0.02, history=MINUTE
    )
    feed, known = Feed(config=EngineConfig(window=HOUR)), {}
    for happening in World(setting, SHAPES["bluesky"].customs).happenings():
        if happening.time > START + minutes * MINUTE:
            return feed, sorted(known.items())
        if happening.kind == "post":
            feed.say(happening.time, happening.post.author.handle, happening.post.text.plain)
            for number in feed.rising.events:
                known.setdefault(number, feed.now)
    raise AssertionError("the world never ends")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_planted_burst_of_the_simulator_is_named_within_a_minute_and_nothing_else_is(seed: int) -> None:
    at = 20 * MINUTE
    feed, known = simulated(seed, 30, (PlantedBurst(at, 5 * MINUTE, 30),))
    (burst,) = feed.shown()
    assert burst.name.startswith("#")
    assert burst.name[1:] in ("merrowviaduct", "merrow", "oxbarrow")
    assert known[0][1] <= START + at + MINUTE
    assert burst.posts > 130
    assert "merrow" in burst.example.lower()


def test_a_steady_world_has_no_bursts() -> None:
    feed, _ = simulated(3, 60, ())
    assert feed.shown() == []


# -- a real engine -----------------------------------------------------------------------------------------------------


def lines_of(*parts: Iterable[Said]) -> list[str]:
    said = sorted((one for part in parts for one in part), key=lambda one: one[0])
    return [post(f"p{n}", at, text, f"did:plc:{author}") for n, (at, author, text, _) in enumerate(said)]


def fed(lines: list[str], cuts: int = 64, until: float = 26) -> Engine:
    """An engine that has come to `until` minutes after the start."""
    last = like("last", START + int(until * MINUTE), uri("nowhere"))
    return run([*lines, last], EngineConfig(window=15 * MINUTE, max_texts=1 << 10), cuts)


KELTON = lines_of(background(26), event(20, 26, 30, *BRIDGE))


@pytest.fixture(scope="module")
def kelton() -> Engine:
    return fed(KELTON)


def test_an_engine_tells_a_burst_with_its_posts_and_their_story(kelton: Engine) -> None:
    (burst,) = snapshot(kelton).bursts
    assert (burst.kind, burst.name, burst.tags, burst.posts) == ("tag", "#kelton", ["kelton"], 180)
    assert {"kelton", "bridge"} <= set(burst.terms[:3])
    assert burst.example in BRIDGE
    stories = {row.id: row for row in snapshot(kelton).stories}
    assert burst.story is not None
    assert "#kelton" in stories[burst.story].label
    assert stories[burst.story].posts >= 170
    assert abs(burst.start.timestamp() - START / SECOND - 20 * 60) <= 10


def test_an_engine_names_it_within_a_minute_of_event_time() -> None:
    engine = fed([line for line in KELTON if _at(line) < START + 21 * MINUTE], until=21)
    assert [burst.name for burst in snapshot(engine).bursts] == ["#kelton"]


def _at(line: str) -> int:
    at: int = json.loads(line)["time_us"]
    return at


def test_cuts_of_the_input_change_no_burst(kelton: Engine) -> None:
    assert snapshot(fed(KELTON, 1_000)).bursts == snapshot(kelton).bursts


def test_in_an_engine_deletes_and_edits_leave_nothing_of_a_burst() -> None:
    told = [line for line in KELTON if "kelton" in line]
    gone = [json.loads(line) for line in told]
    at = START + 26 * MINUTE
    deletes = [delete(one["commit"]["rkey"], at, one["did"]) for one in gone[::2]]
    edits = [edit(one["commit"]["rkey"], at, "nothing of that kind", one["time_us"], one["did"]) for one in gone[1::2]]
    engine = fed([*KELTON, *deletes, *edits], until=27)
    shown = msgspec.json.encode(snapshot(engine))
    assert engine.meters["deletes"] == engine.meters["edits"] == 90
    state = pickle.dumps([vars(engine.rising), vars(engine.names), vars(engine.topics), vars(engine.window)])
    for word in (b"kelton", b"pillar"):
        assert word not in shown
        assert word not in state


def test_a_story_that_an_engine_merges_is_one_burst() -> None:
    """Two ways to tell of one event, and then posts that have both."""
    one, two = "huge noise downtown tonight glass shaking", "strange bang beyond ferry quarter, roofs rattled"
    both = f"{one} {two}"
    apart = event(20, 22, 20, one, name="a"), event(20, 22, 20, two, name="b")
    engine = fed(lines_of(background(26), *apart, event(22, 26, 60, both, name="c")))
    (burst,) = snapshot(engine).bursts
    assert burst.posts == 320
    told = [entry for entry in engine.ledger.posts.values() if "noise" in entry.text or "bang" in entry.text]
    assert {engine.places.story(entry.story) for entry in told} == {burst.story}
    assert len({entry.story for entry in told}) == 2, "nothing was merged"


def test_a_cap_that_bites_is_told(kelton: Engine) -> None:
    assert not any("bursts" in notice for notice in snapshot(kelton).notices)
    engine = Engine(EngineConfig(max_texts=1 << 10))
    for detector in engine.rising._detectors["word"]:
        detector._most = 10
    said = [
        post(f"w{n}", START + n * SECOND, f"{chr(97 + n % 26)}{n}x unlike {n}y", f"did:plc:{n}") for n in range(600)
    ]
    engine.feed(0, [line.encode() for line in said], PRESENT)
    engine.finish()
    assert any("watch for bursts" in notice for notice in snapshot(engine).notices)
