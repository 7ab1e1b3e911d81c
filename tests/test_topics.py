"""Topics: posts in batches that depend on the feed alone, and an engine whose sums are those of its posts' places."""

import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import normalized_mutual_info_score

from engine import topics as module
from engine.config import MINUTE, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.topics import BATCH_POSTS, BATCH_TIME, LEARN_SHARE, LEARN_TIME, MOST_POSTS, Placed, Topics
from engine.windows import Window
from models import stories as stories_module
from models.copies import LEAST_TEXTS
from models.stories import followed
from tests.feeds import PRESENT, SECOND, START, delete, edit, post, run
from tests.planted import TOPICS, Doc, even, main_of, noise, packed, saved, stream

Feed = Sequence[tuple[str, Doc, int]]  # key, terms, time


def topics(clusters: tuple[int, int] = (4, 16), seed: int = 0) -> Topics:
    return Topics(clusters, seed, LEAST_TEXTS)


def timed(docs: Sequence[Doc], gap: int = SECOND, first: int = 0) -> list[tuple[str, Doc, int]]:
    return [(f"k{first + n}", doc, (first + n) * gap) for n, doc in enumerate(docs)]


def told(model: Topics, feed: Feed, finish: bool = True) -> list[Placed]:
    """All that the topics say of a feed."""
    found: list[Placed] = []
    for key, terms, time in feed:
        found += model.turn(time)
        found += model.add(key, terms, time)
    return found + (model.finish() if finish else [])


def arrived(found: Sequence[Placed]) -> dict[str, Placed]:
    """Of each post what was told of it first."""
    first: dict[str, Placed] = {}
    for one in found:
        first.setdefault(one.key, one)
    return first


# -- batches -----------------------------------------------------------------------------------------------------------


def test_every_post_is_placed_once_in_order_and_first_posts_again_when_they_count() -> None:
    docs, _ = stream(700, {"": 1.0, **even()})
    for n in range(0, 600, 100):
        docs[n] = docs[n + 90] = (f"{n}rare", f"{n}seldom")
    found = told(topics(), timed(docs))
    first = arrived(found)
    assert list(first) == [f"k{n}" for n in range(700)]
    again = [one for n, one in enumerate(found) if one.key in {before.key for before in found[:n]}]
    assert again
    for one in again:
        assert not first[one.key].counted
        assert one.counted
        assert one.story == first[one.key].story
    members = Counter(one.story for one in first.values())
    counted = {one.story for one in found if one.counted}
    assert {story for story, posts in members.items() if posts > 1} == counted
    assert Counter(one.key for one in found if one.counted).total() == sum(members[story] for story in counted)


def test_a_batch_ends_by_posts_and_by_event_time_and_never_otherwise() -> None:
    model, docs = topics(), stream(1000, even())[0]
    assert len(told(model, timed(docs[:BATCH_POSTS], BATCH_TIME // (BATCH_POSTS - 1) + 1), finish=False)) >= BATCH_POSTS
    many = [docs[n % 1000] for n in range(MOST_POSTS)]
    assert told(topics(), timed(many[1:], 1), finish=False) == []
    assert len(told(topics(), timed(many, 1), finish=False)) >= MOST_POSTS
    for gap in (SECOND, 10 * SECOND, 40 * SECOND, 2 * MINUTE):
        model, at, sizes = topics(), 0, []
        for n, doc in enumerate(docs[:400]):
            if model.turn(n * gap):
                sizes.append(n - at)
                at = n
            assert not model.add(str(n), doc, n * gap)
        assert len(sizes) > 2
        assert any(
            posts <= min(sizes[1:]) and max(sizes[1:]) <= posts + span // gap for posts, span in module.CLOSE_WHEN
        ), (gap, sizes)


def test_themes_are_learnt_by_the_second_where_posts_come_by_the_thousand() -> None:
    """And soon enough that what is new need not wait five seconds for its theme."""
    model, docs, steps = topics((2, 6)), stream(2_000, even())[0], [0]
    for n in range(40_000):
        at = n * SECOND // 250
        if model.add(f"k{n}", docs[n % 2_000], at) and model.learnt:
            steps.append(at)
    waits = [after - before for before, after in pairwise(steps)]
    assert max(waits) <= 5 * SECOND
    assert min(waits[:4]) < LEARN_TIME, "sooner in the beginning, when all is new"
    assert min(after - before for before, after in pairwise(steps) if before > LEARN_SHARE * LEARN_TIME) >= LEARN_TIME


def test_a_feed_whose_clock_stands_still_has_themes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEARN_MOST", 2_000)
    model, docs, steps = topics((2, 6)), stream(2_000, even())[0], 0
    for n in range(8_000):
        steps += bool(model.add(f"k{n}", docs[n % 2_000], START)) and model.learnt
    assert steps >= 2
    assert model.themes.live


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=8), st.booleans())
def test_turning_more_often_changes_nothing(cuts: list[int], often: bool) -> None:
    """However the input is cut, event time is told at least with each post."""
    feed = timed(stream(400, {"": 0.5, **even()})[0])
    model, found = topics(), []
    for n, (key, terms, time) in enumerate(feed):
        found += model.turn(time)
        if often or n in cuts:
            found += model.turn(time)
        found += model.add(key, terms, time)
    assert found + model.finish() == PLAIN


PLAIN = told(topics(), timed(stream(400, {"": 0.5, **even()})[0]))


def test_topics_come_apart_as_stories_and_as_themes() -> None:
    docs, planted = stream(2000, {"": 0.3, **even()})
    found = arrived(told(topics(), timed(docs)))
    stories = [found[f"k{n}"].story for n in range(2000)]
    themes = [found[f"k{n}"].theme for n in range(2000)]
    inside = [n for n in range(300, 2000) if planted[n]]
    topic = [planted[n] for n in inside]
    assert normalized_mutual_info_score(topic, [stories[n] for n in inside]) > 0.95
    assert normalized_mutual_info_score(topic, [themes[n] for n in inside]) > 0.95
    assert len(set(main_of([themes[n] for n in inside], topic).values())) == len(TOPICS)


def test_a_feed_of_a_few_posts_has_themes_too() -> None:
    docs, planted = stream(24, even("flood", "match"))
    found = arrived(told(topics(), timed(docs)))
    pairs = {(topic, found[f"k{n}"].theme) for n, topic in enumerate(planted)}
    assert len(pairs) == len({theme for _, theme in pairs})
    assert -1 not in {theme for _, theme in pairs}


def test_merges_and_moves_tell_all_that_changes() -> None:
    """Who follows what is told knows the story and the theme of every post, as the models have them."""
    model, rng = topics((2, 6)), random.Random(3)
    weights = [{topic: rng.random() ** 3 for topic in TOPICS} for _ in range(8)]
    docs = [doc for n, weight in enumerate(weights) for doc in stream(300, {"": 0.3, **weight}, seed=n)[0]]
    became: dict[int, int] = {}
    themes: dict[int, int] = {}
    merges = 0
    for key, terms, time in timed(docs):
        for placed in (model.turn(time), model.add(key, terms, time)):
            if not placed:
                continue
            became |= dict(model.merges)
            merges += len(model.merges)
            for gone, into in model.merges:
                assert into < gone
                themes.pop(gone, None)
            for move in model.moves:
                assert themes.get(move.story, -1) == move.before != move.now
                themes[move.story] = move.now
            for one in placed:
                now = followed(became, one.story)
                assert one.theme == themes.get(now, -1)
    assert {story: theme for story, theme in themes.items() if theme >= 0 and story in model.stories.ids()} == {
        story: theme for story, theme in model.themes.of.items() if story in model.stories.ids()
    }


def test_copies_are_told_and_stand_in_the_story_of_what_they_repeat() -> None:
    rng = random.Random(8)
    docs, _ = stream(900, even())
    repeated = docs[::30]
    for n, doc in enumerate(repeated):
        docs.insert(rng.randrange(30 * n + n + 1, min(len(docs), 30 * n + n + 90)), ("#retweet", *doc))
    found = arrived(told(topics(), timed(docs)))
    first = {doc: found[f"k{n}"] for n, doc in reversed(list(enumerate(docs)))}
    copies = [(found[f"k{n}"], first[doc[1:]]) for n, doc in enumerate(docs) if doc[0] == "#retweet"]
    assert len(copies) == 30
    assert all(copy.copy and not original.copy for copy, original in copies)
    assert sum(copy.story == original.story for copy, original in copies) >= 28


# -- what waits, and what is alone -------------------------------------------------------------------------------------


def test_a_post_deleted_while_it_waits_is_never_placed_and_leaves_no_word() -> None:
    model = topics()
    model.add("gone", ("#secrettag", "secretword"), 0)
    model.add("here", ("plain", "words"), 0)
    model.drop("gone")
    assert [one.key for one in model.finish()] == ["here"]
    assert b"secret" not in packed(model)


def test_the_first_post_of_a_story_is_not_told_again_once_it_is_deleted() -> None:
    for gone in (True, False):
        model = topics()
        told(model, [("first", ("oak", "elm"), 0)])
        if gone:
            model.drop("first")
        again = told(model, [("second", ("oak", "elm"), SECOND)])
        assert [one.key for one in again] == (["second"] if gone else ["second", "first"])
        assert all(one.counted and one.story == 0 for one in again)


def test_an_edited_post_is_placed_anew_and_is_no_copy_of_itself() -> None:
    model = topics()
    text = ("one", "two", "three", "four", "five", "six")
    assert told(model, [("post", text, 0)])[0].copy is False
    model.add("post", (*text, "seven"), 0, copy=False)
    model.add("post", (*text, "eight"), 0, copy=False)
    assert [(one.key, one.copy, one.counted) for one in model.finish()] == [("post", False, True)]


def test_a_story_that_is_retired_alone_is_told_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories_module, "MAX_ALONE", 5)
    model, rng = topics(), random.Random(1)
    found = told(model, timed([noise(rng) for _ in range(600)]))
    assert not any(one.counted for one in found)
    assert len(model._alone) <= 5 + stories_module.STEP


def test_the_post_of_a_story_is_found_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """However posts come, go, come again and are joined by others."""
    monkeypatch.setattr(stories_module, "MAX_ALONE", 40)
    monkeypatch.setattr(module, "BATCH_POSTS", 20)
    model, rng = topics(), random.Random(2)
    for number, doc in enumerate(stream(1_500, {"": 6.0, **even()})[0]):
        key = f"k{rng.randrange(300)}"
        if rng.random() < 0.2:
            model.drop(key)
        else:
            model.add(key, doc, number * SECOND, copy=rng.choice([None, False]))
        assert {story: key for key, story in model._alone_in.items()} == {
            story: key for story, (key, _) in model._alone.items()
        }
    assert model._alone


# -- memory ------------------------------------------------------------------------------------------------------------


def held(model: Topics) -> dict[str, int]:
    """All that could grow."""
    return {
        "live": model.stories.live,
        "alone": len(model._alone),
        "of": len(model.themes.of),
        "seen": len(model.themes._seen),
        "themes": len(model.themes.live),
        "resting": len(model.themes._resting.ids),
        "waiting": len(model._waiting),
        "bytes": len(packed(model)),
    }


def test_five_times_the_posts_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories_module, "MAX_LIVE", 40)
    monkeypatch.setattr(stories_module, "MAX_ALONE", 60)
    model, rng = topics(), random.Random(4)
    most: list[dict[str, int]] = []
    for posts in (6_000, 30_000):
        counts = []
        for n in range(posts // 1_500):
            docs = [doc for _ in range(750) for doc in [noise(rng)] for _ in range(1 + (n % 3 > 0))][:1_500]
            told(model, timed(docs, 30_000, 100_000 * len(most) + 1_500 * n), finish=False)
            counts.append(held(model))
        most.append({name: max(count[name] for count in counts) for name in counts[0]})
    for name, count in most[1].items():
        assert count <= 1.3 * most[0][name] + 64, name


# -- the same again ----------------------------------------------------------------------------------------------------


def drifting(posts: int, seed: int = 0) -> list[Doc]:
    """Topics that come and go, with noise and copies."""
    rng = random.Random(seed)
    docs: list[Doc] = []
    for turn in range(-(-posts // 250)):
        weights = {topic: 0.1 + (abs(place - turn % 6) < 2) * 3 for place, topic in enumerate(TOPICS)}
        docs += stream(200, {"": 1.0, **weights}, seed=turn + seed)[0]
        docs += [rng.choice(docs[-200:]) for _ in range(50)]
    return docs[:posts]


@pytest.mark.parametrize("cut", [0, 7, 300, 1111])
def test_saved_topics_go_on_as_if_nothing_had_happened(cut: int) -> None:
    feed = timed(drifting(1600))
    model = topics((2, 6), seed=2)
    told(model, feed[:cut], finish=False)
    again = saved(model)
    expected = [told(model, feed[cut:]), model.silhouette(), model.nearest(feed[-1][1]), model.themes.live]
    found = [told(again, feed[cut:]), again.silhouette(), again.nearest(feed[-1][1]), again.themes.live]
    assert found == expected
    assert packed(again) == packed(model)


def test_what_is_near_is_asked_without_learning() -> None:
    model = topics()
    docs, planted = stream(600, even())
    found = arrived(told(model, timed(docs)))
    before = packed(model.stories), packed(model.themes)
    for doc, topic, n in zip(docs[-40:], planted[-40:], range(560, 600), strict=True):
        near = model.nearest(doc)
        assert near is not None
        assert near[:2] == (found[f"k{n}"].story, model.themes.of[near[0]]), topic
    assert model.nearest(("neverseen",)) is None
    model.silhouette()
    assert (packed(model.stories), packed(model.themes)) == before


PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
from hashlib import sha256
from tests.planted import packed
from tests.test_topics import drifting, timed, told, topics
model = topics((2, 6), seed=7)
print(told(model, timed(drifting(1200))), model.silhouette())
print(sha256(packed(model)).hexdigest())
"""


def test_the_same_feed_gives_the_same_bits_in_every_process() -> None:
    root = str(Path(__file__).resolve().parent.parent)

    def output(hash_seed: str, threads: str) -> str:
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", PROGRAM, root]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    assert output("1", "1") == output("2", "2") != ""


# -- in an engine ------------------------------------------------------------------------------------------------------

CONFIG = EngineConfig(window=5 * MINUTE, retention=20 * MINUTE, clusters=(2, 6), max_texts=LEAST_TEXTS)


def lines(posts: int = 900, seed: int = 1) -> list[str]:
    """Drifting topics with edits and deletes."""
    rng = random.Random(seed)
    docs, made = drifting(posts, seed), []
    for n, doc in enumerate(docs):
        at, author = START + n * SECOND, f"did:plc:{rng.randrange(40)}"
        made.append((at, post(f"p{n}", at, " ".join(doc), author)))
        back = rng.randrange(1, 60)
        if rng.random() < 0.08 and n > back:
            made.append((at + 1, delete(f"p{n - back}", at + 1, _author(made, f"p{n - back}"))))
        elif rng.random() < 0.08 and n > back:
            text, created = " ".join(rng.choice(docs)), START + (n - back) * SECOND
            made.append((at + 1, edit(f"p{n - back}", at + 1, text, created, _author(made, f"p{n - back}"))))
    return [line for _, line in made]


def _author(made: list[tuple[int, str]], name: str) -> str:
    return next(json["did"] for _, line in made if (json := msgspec.json.decode(line))["commit"]["rkey"] == name)


LINES = lines()


@pytest.fixture(scope="module")
def whole() -> Engine:
    return run(LINES, CONFIG)


def test_an_engine_merges_moves_and_forgets_and_its_sums_are_those_of_its_posts(whole: Engine) -> None:
    assert whole.places.merged, "the feed has no merges"
    check(whole)
    for window in (MINUTE, 0):
        whole.show(window)
        check(whole)
    whole.show(CONFIG.window)


def check(engine: Engine) -> None:
    window, sums = engine.window, engine.window.topics
    inside = [entry for entry in engine.ledger.posts.values() if entry.key in window.items]
    stories: defaultdict[int, list[Any]] = defaultdict(list)
    themes: defaultdict[int, list[Any]] = defaultdict(list)
    for entry in inside:
        story = engine.places.story(entry.story)
        if story is not None:
            stories[story].append(entry)
            if (theme := engine.places.theme(story)) is not None:
                themes[theme].append(entry)
    for groups, tallies in ((stories, sums.stories), (themes, sums.themes)):
        assert {each: tally.posts for each, tally in tallies.items()} == {each: len(of) for each, of in groups.items()}
        for each, of in groups.items():
            assert tallies[each].authors == Counter(entry.author for entry in of)
    assert sums.copies == Counter({each: n for each, of in stories.items() if (n := sum(bool(e.copy) for e in of))})
    for each, of in stories.items():
        assert sums.terms[each] == Counter(term for entry in of for term in entry.analysis.terms)
        assert engine.places.born[each] <= min(entry.time for entry in of)
    shown = snapshot(engine)
    assert {row.id: row.posts for row in shown.stories} == {each: len(of) for each, of in stories.items()}
    for cluster in shown.clusters:
        assert cluster.posts == len(themes[cluster.id])
        assert cluster.stories == len({engine.places.story(entry.story) for entry in themes[cluster.id]})
        assert cluster.label
    live = engine.topics.stories.ids()
    assert {story: theme for story, theme in engine.topics.themes.of.items() if story in live} == {
        story: theme for story, theme in engine.places.theme_of.items() if story in live
    }


def plain(engine: Engine) -> bytes:
    return msgspec.json.encode(snapshot(engine))


@pytest.mark.parametrize("cuts", [5, 1_000])
def test_cuts_of_the_input_change_nothing(cuts: int, whole: Engine) -> None:
    assert plain(run(LINES, CONFIG, cuts)) == plain(whole)


def test_order_within_a_second_changes_nothing() -> None:
    """Posts of one moment in any order: event time and id decide."""
    rng, crowd = random.Random(4), []
    for n, doc in enumerate(drifting(400)):
        crowd.append(post(f"p{n:04d}", START + n // 20 * SECOND, " ".join(doc), f"did:plc:{n % 30}"))
    seconds = [crowd[n : n + 20] for n in range(0, len(crowd), 20)]
    shuffled = [line for second in seconds for line in rng.sample(second, 20)]
    assert shuffled != crowd
    assert plain(run(shuffled, CONFIG)) == plain(run(crowd, CONFIG))


def test_a_window_looked_at_later_shows_what_a_run_with_it_would(whole: Engine) -> None:
    other = msgspec.structs.replace(CONFIG, window=2 * MINUTE)
    engine = Engine(CONFIG)
    for number, start in enumerate(range(0, len(LINES), 100)):
        engine.feed(0, [line.encode() for line in LINES[start : start + 100]], PRESENT)
        engine.show((MINUTE, 0, 7 * MINUTE)[number % 3])
    engine.finish()
    engine.show(2 * MINUTE)
    assert plain(engine) == plain(run(LINES, other))


def test_the_number_of_clusters_is_within_what_is_asked() -> None:
    for bounds in ((3, 3), (2, 4)):
        engine = run(LINES[:600], msgspec.structs.replace(CONFIG, clusters=bounds))
        assert bounds[0] <= len(engine.topics.themes.live) <= bounds[1]
        assert len(snapshot(engine).clusters) <= bounds[1]


def test_merges_are_written_into_the_posts_when_they_are_many(monkeypatch: pytest.MonkeyPatch, whole: Engine) -> None:
    monkeypatch.setattr("engine.placing.MERGES_KEPT", 1)
    monkeypatch.setattr("engine.places.ROOM", 1)
    engine = run(LINES, CONFIG)
    assert engine.places.merged == {}
    check(engine)
    assert plain(engine) == plain(whole)


def test_a_window_without_stories_is_empty() -> None:
    assert not any((Window(MINUTE).topics.sizes(), module.Topics().finish(), module.Topics().moves))
