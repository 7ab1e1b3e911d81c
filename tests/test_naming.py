"""Names: what sets a cluster apart, kept until clearly beaten, and gone with the last post that says it."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import naming
from engine.analysis import analyse
from engine.arrivals import key_of
from engine.config import EngineConfig
from engine.events import Post
from engine.ledger import Entry, Ledger
from engine.naming import READ, Names, Words, read
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.places import Places
from models.ctfidf import CLEARLY, Label, labels
from tests.feeds import ALL, PRESENT, SECOND, START, delete, edit, post, run
from tests.planted import packed, saved

# -- what a cluster is called ------------------------------------------------------------------------------------------


def test_labels_name_what_sets_a_theme_apart() -> None:
    named = labels(
        {
            1: {"#flood": 9, "#river": 6, "water": 12, "people": 10, "flood": 9},
            2: {"#match": 8, "#rare": 1, "goal": 14, "people": 10},
            3: {"budget": 7, "tax": 6, "people": 9, "once": 1},
            4: {"people": 1},
            5: {},
            6: {"gone": 0},
        }
    )
    assert named[1].label == "#flood #river"
    assert named[1].tags == ("flood", "river")
    assert named[1].terms[0] == "water"
    assert "flood" not in named[1].terms
    assert named[2].tags == ("match",)
    assert named[3].label.split()[:2] == ["budget", "tax"]
    assert "once" not in named[3].terms
    assert named[4].label == "people"
    assert set(named) == {1, 2, 3, 4}


def test_labels_do_not_depend_on_the_order_of_counts() -> None:
    counts = {"#a": 3, "#b": 3, "x": 2, "y": 2}
    assert labels({1: counts, 2: {"x": 1}}) == labels({2: {"x": 1}, 1: dict(reversed(counts.items()))})


def test_a_label_does_not_repeat_the_tag_that_every_cluster_has() -> None:
    found = {number: {"#conference": 50, f"word{number}": 40, "talk": 5} for number in range(5)}
    found[4]["#special"] = 30
    named = labels(found)
    assert [named[number].label for number in range(4)] == [f"word{number}" for number in range(4)]
    assert named[4].label == "#special"
    assert "conference" in named[0].tags


terms = st.sampled_from(["#a", "#b", "#c", "a", "b", "x", "y", "z"])
counts = st.dictionaries(terms, st.integers(0, 50))
clusters = st.dictionaries(st.integers(0, 6), counts, min_size=1)


@given(clusters)
def test_no_label_is_empty_where_there_is_a_term(found: dict[int, dict[str, int]]) -> None:
    named = labels(found)
    assert set(named) == {each for each, terms in found.items() if any(terms.values())}
    for each, label in named.items():
        assert label.label == " ".join(label.parts) != ""
        assert len(label.parts) <= 3
        said = {term for term, n in found[each].items() if n}
        assert {*label.parts, *label.terms, *(f"#{tag}" for tag in label.tags)} <= said


@given(clusters, clusters)
def test_a_label_that_is_held_goes_only_when_clearly_beaten(
    before: dict[int, dict[str, int]], after: dict[int, dict[str, int]]
) -> None:
    held = labels(before)
    fresh, kept = labels(after), labels(after, held)
    for each in kept:
        assert kept[each].parts in {fresh[each].parts, held[each].parts if each in held else fresh[each].parts}
        assert (kept[each].tags, kept[each].terms) == (fresh[each].tags, fresh[each].terms)
        assert kept[each].label == " ".join(kept[each].parts)
    assert labels(after, kept) == kept, "asked again it says the same"
    assert labels(before, held) == held


def test_how_clearly() -> None:
    others = {n: {f"other{n}": 10} for n in (1, 2)}
    held = labels({0: {"old": 10}, **others})
    for new, parts in ((10, "old"), (int(10 * CLEARLY) - 1, "old"), (200, "new")):
        assert labels({0: {"old": 10, "new": new}, **others}, held)[0].label == parts


# -- the names that are held -------------------------------------------------------------------------------------------


class World:
    """Posts with stories and themes by hand."""

    def __init__(self) -> None:
        self.ledger, self.places, self.names = Ledger(EngineConfig()), Places(), Names()
        self.number = 0

    def say(self, text: str, story: int | None, times: int = 1) -> list[Entry]:
        entries = []
        for _ in range(times):
            self.number += 1
            made = Post(platform="x", uid=str(self.number), author="a", text=text, created=self.number, lang="en")
            entries.append(self.ledger.add(key_of(made), made, analyse(made), self.number, False))
            entries[-1].story = story
            if story is not None:
                self.places.place(story, self.number)
        return entries

    def newest(self) -> Iterable[Entry]:
        return reversed(self.ledger.posts.values())

    def update(self, live: Sequence[int] = ()) -> None:
        self.names.update(self.newest(), self.places, live)

    def delete(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.ledger.remove(entry, tombstone=True)
            self.names.forget(entry.analysis.terms, self.newest(), self.places)

    def story(self, story: int) -> str:
        return self.names.stories[story].label

    def theme(self, theme: int) -> str:
        return self.names.themes[theme].label

    def words(self) -> Words:
        return read(self.newest(), self.places)


def two() -> World:
    """Two stories, each in a theme of its own."""
    world = World()
    for story, theme in ((1, 10), (2, 20)):
        world.places.move(story, theme)
    world.say("water over the bridge #flood", 1, 6)
    world.say("goal in the last minute #match", 2, 6)
    world.update()
    return world


def test_stories_and_themes_are_named_by_what_their_posts_say() -> None:
    world = two()
    assert (world.story(1), world.story(2)) == ("#flood", "#match")
    assert (world.theme(10), world.theme(20)) == ("#flood", "#match")


def test_a_theme_is_named_by_its_largest_stories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "STORIES_OF_THEME", 2)
    world = two()
    for story in range(30, 60):
        world.places.move(story, 10)
        world.say("tiny #small", story)
    world.say("water over the bridge #flood", 1, 6)
    world.update()
    assert world.theme(10) == "#flood"
    assert "small" not in world.names.of_themes(world.words(), world.places)[10].terms


def test_a_name_changes_only_when_clearly_beaten() -> None:
    world = two()
    world.say("water everywhere #deluge", 1, 7)
    world.update()
    assert world.story(1) == "#flood"
    world.say("water everywhere #deluge", 1, 60)
    world.update()
    assert world.story(1) == world.theme(10) == "#deluge"


def test_looking_changes_no_name() -> None:
    world = two()
    before = packed(world.names)
    world.say("water everywhere #deluge", 1, 60)
    seen = world.names.of_stories(world.words(), [1])[1]
    assert (seen.label, seen.tags[0]) == ("#flood", "deluge"), "the name is held, the tags lead by now"
    assert world.names.of_themes(world.words(), world.places)[10].label == "#flood"
    assert packed(world.names) == before


def test_names_stay_when_their_posts_are_long_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "READ", 10)
    world = two()
    world.say("something else entirely", 3, 10)
    world.update(live=[10, 20])
    assert (world.story(1), world.theme(10)) == ("#flood", "#flood")
    for entry in list(world.ledger.posts.values())[:12]:
        world.ledger.remove(entry, tombstone=False)
    world.update(live=[20])
    assert (world.story(1), world.theme(10), world.theme(20)) == ("#flood", "#flood", "#match")
    world.places.forget({2, 3})
    world.update(live=[20])
    assert set(world.names.stories) == {2, 3}
    assert set(world.names.themes) == {20}, "nothing is known of the other any more"


def test_a_name_goes_when_the_only_post_that_says_it_is_deleted() -> None:
    world = two()
    (secret,) = world.say("secretword #secrettag", 3)
    world.places.move(3, 30)
    world.update()
    assert (world.story(3), world.theme(30)) == ("#secrettag", "#secrettag")
    world.delete([secret])
    assert 3 not in world.names.stories
    assert 30 not in world.names.themes
    assert b"secret" not in packed(world.names)
    assert (world.story(1), world.story(2)) == ("#flood", "#match")


def test_a_name_stays_while_another_post_says_it() -> None:
    world = two()
    posts = world.say("water over the bridge #flood", 1)
    world.delete(posts)
    assert (world.story(1), world.theme(10)) == ("#flood", "#flood")


def test_a_name_does_not_live_on_in_the_posts_of_another_story() -> None:
    world = two()
    (secret,) = world.say("leak #secrettag", 3)
    world.places.move(3, 30)
    world.update()
    world.say("unrelated #secrettag", 2)
    world.delete([secret])
    assert 3 not in world.names.stories
    assert 30 not in world.names.themes


def test_names_survive_a_merge() -> None:
    world = two()
    world.names.merge(2, 1)
    world.places.merge(2, 1)
    assert world.story(1) == "#flood", "of the older one"
    assert 2 not in world.names.stories
    world.names.merge(1, 7)
    world.places.merge(1, 7)
    assert world.story(7) == "#flood", "or of the only one that has a name"
    world.update()
    assert world.story(7) == "#flood"


def test_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "KEPT", 5)
    monkeypatch.setattr(naming, "STORIES", 3)
    world = World()
    for story in range(12):
        world.say(f"word{story} #tag{story}", story, 2 + story)
        world.update()
        assert len(world.names.stories) <= 5
    assert 11 in world.names.stories


def test_names_hold_no_word_but_those_they_are_made_of() -> None:
    world = two()
    assert world.names.themes[10] == Label("#flood", ("#flood",), (), ())
    assert b"bridge" not in packed(world.names)


def test_saved_names_go_on() -> None:
    world = two()
    again = saved(world.names)
    assert (again.stories, again.themes) == (world.names.stories, world.names.themes)
    world.say("water everywhere #deluge", 1, 7)
    for names in (again, world.names):
        names.update(world.newest(), world.places, [])
    assert (again.stories, again.themes) == (world.names.stories, world.names.themes)


def test_only_the_newest_posts_are_read() -> None:
    read_so_far = 0

    def counted(world: World) -> Iterable[Entry]:
        nonlocal read_so_far
        for entry in world.newest():
            read_so_far += 1
            yield entry

    world = two()
    world.say("words", 1, READ + 50)
    world.names.update(counted(world), world.places, [])
    assert read_so_far == READ


def test_no_more_posts_are_read_than_it_takes_to_hear_a_word_again() -> None:
    world = two()
    posts = world.say("water over the bridge #flood", 1, 5)
    looked_at: list[str] = []

    def noted() -> Iterable[Entry]:
        for entry in world.newest():
            looked_at.append(entry.key)
            yield entry

    world.ledger.remove(posts[0], tombstone=True)
    world.names.forget(posts[0].analysis.terms, noted(), world.places)
    assert (world.story(1), world.theme(10)) == ("#flood", "#flood")
    assert len(looked_at) <= 2
    world.names.forget(("nothing", "is", "called", "so"), noted(), world.places)
    assert len(looked_at) <= 3


said = st.tuples(
    st.integers(0, 3), st.lists(st.sampled_from(["#a", "#b", "oak", "elm", "ash"]), min_size=1, max_size=3)
)


@given(st.lists(said, min_size=1, max_size=30), st.lists(st.integers(0, 29), max_size=20), st.booleans())
def test_a_name_is_forgotten_as_soon_as_no_post_there_says_a_word_of_it(
    posts: list[tuple[int, list[str]]], gone: list[int], merged: bool
) -> None:
    world = World()
    for story in range(4):
        world.places.move(story, 10 + story % 2)
    entries = [world.say(" ".join(words), story)[0] for story, words in posts]
    world.update()
    if merged:
        world.names.merge(0, 1)
        world.places.merge(0, 1)
    for number in gone:
        if number >= len(entries) or entries[number].key not in world.ledger.posts:
            continue
        entry = entries[number]
        named = [{**held} for held in (world.names.themes, world.names.stories)]
        world.delete([entry])
        for held, labels_before, place in (
            (world.names.themes, named[0], lambda story: world.places.theme(world.places.story(story))),
            (world.names.stories, named[1], world.places.story),
        ):
            for each, label in labels_before.items():
                lost = set(label.parts).intersection(entry.analysis.terms)
                there = [other for other in world.newest() if place(other.story) == each]
                heard = {term for other in there for term in other.analysis.terms}
                assert (each in held) == (lost <= heard)
                assert held.get(each, label) == label


# -- in an engine ------------------------------------------------------------------------------------------------------

WET = ("water over the bridge", "the river rises", "water in the streets of the old town", "the bridge is closed")
BALL = ("goal in the last minute", "what a goal", "the keeper had no chance", "a match to remember")


def feed(first: int, posts: int, tag: str, texts: Sequence[str], gap: int = SECOND) -> list[str]:
    return [
        post(f"p{n}", START + n * gap, f"{texts[n % len(texts)]} #{tag}", f"did:plc:{n % 9}")
        for n in range(first, first + posts)
    ]


def test_an_engine_shows_names_from_the_first_batch_and_keeps_them() -> None:
    flood, match = feed(0, 800, "flood", WET, 500_000), feed(0, 800, "match", BALL, 500_000)
    lines = [(flood if n // 5 % 2 else match)[n] for n in range(800)]
    engine, seen = Engine(ALL), []
    for start in range(0, len(lines), 50):
        engine.feed(0, [line.encode() for line in lines[start : start + 50]], PRESENT)
        seen.append({row.id: row.label for row in snapshot(engine).clusters})
    engine.finish()
    final = {row.id: row.label for row in snapshot(engine).clusters}
    assert sorted(final.values()) == ["#flood", "#match"]
    for shown in seen:
        assert shown.items() <= final.items()


def test_in_an_engine_no_name_outlives_its_posts() -> None:
    lines = feed(0, 40, "secrettag", WET)
    rest = feed(40, 300, "match", BALL)
    last = START + 400 * SECOND
    gone = [delete(f"p{n}", last, f"did:plc:{n % 9}") for n in range(30)]
    changed = [edit(f"p{n}", last, "nothing", START + n * SECOND, f"did:plc:{n % 9}") for n in range(30, 40)]
    engine = run([*lines, *rest])
    assert any("secrettag" in label.label for label in engine.names.themes.values())
    engine.feed(0, [line.encode() for line in [*gone, *changed, post("end", last + SECOND, "end")]], PRESENT)
    engine.finish()
    assert b"secrettag" not in packed(engine.names)
    shown = snapshot(engine)
    assert not any("secrettag" in row.label for row in [*shown.clusters, *shown.stories])


def test_another_window_calls_nothing_by_another_name() -> None:
    lines = feed(0, 500, "flood", WET) + feed(500, 800, "flood", (*WET[:2], "a match #match goal"))
    engine = run(lines, EngineConfig(window=60 * SECOND, max_texts=1 << 10))
    names = {row.id: row.label for row in snapshot(engine).stories}
    engine.show(0)
    assert names.items() <= {row.id: row.label for row in snapshot(engine).stories}.items()
