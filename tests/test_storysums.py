"""Sums of stories and themes equal a plain recount, whatever was added, taken out, assigned, merged and moved."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import newest
from engine.config import MINUTE
from engine.places import Places
from engine.storysums import WAITING, StorySums
from engine.tally import Contribution, Tally
from engine.windows import Window

WIDTH = 10
STORIES = st.integers(0, 5)

contributions = st.builds(
    Contribution,
    time=st.integers(0, 100),
    key=st.just(""),
    author=st.sampled_from(["", "a", "b"]),
    lang=st.just("en"),
    compound=st.none() | st.integers(-10_000, 10_000),
    reason=st.just(""),
    tags=st.just(()),
    terms=st.lists(st.sampled_from(["sun", "rain", "#x"]), max_size=3).map(tuple),
    story=st.none() | STORIES,
    copy=st.booleans(),
)
actions = st.one_of(
    st.tuples(st.just("add"), contributions),
    st.tuples(st.just("before"), contributions),
    st.tuples(st.just("remove"), st.integers(0, 60)),
    st.tuples(st.just("assign"), st.tuples(st.integers(0, 60), STORIES, st.booleans())),
    st.tuples(st.just("merge"), st.tuples(STORIES, STORIES)),
    st.tuples(st.just("move"), st.tuples(STORIES, st.integers(-1, 2))),
)


def plain(tally: Tally) -> dict[str, Any]:
    return {name: getattr(tally, name) for name in Tally.__slots__}


def recount(items: list[Contribution], group: Any) -> dict[int, dict[str, Any]]:
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    for item in items:
        if (which := group(item)) is not None:
            tallies[which].add(item, item.time // WIDTH)
    return {which: plain(tally) for which, tally in tallies.items()}


def posts_by(items: Iterable[Contribution], group: Any) -> Counter[int]:
    return Counter(each for each in map(group, items) if each is not None)


class Model:
    """The sums, and beside them the posts that they are of."""

    def __init__(self) -> None:
        self.sums = StorySums(Places())
        self.items: dict[int, Contribution] = {}
        self.before: dict[int, Contribution] = {}
        self.number = 0

    def do(self, action: str, given: Any) -> None:
        getattr(self, action)(given)
        self.check()

    def add(self, item: Contribution) -> None:
        item = replace(item, key=str(self.number))
        self.sums.count([item], WIDTH, 1)
        self.items[self.number] = item
        self.number += 1

    def remove(self, number: int) -> None:
        if (item := self.items.pop(number, None)) is not None:
            self.sums.count([item], WIDTH, -1)
        if (item := self.before.pop(number, None)) is not None:
            self.sums.count_before(item, -1)

    def assign(self, given: tuple[int, int, bool]) -> None:
        number, story, copy = given
        if (item := self.items.get(number)) is not None:
            self.sums.count([item], WIDTH, -1)
            self.items[number] = item.within(self.now(story), copy)
            self.sums.count([self.items[number]], WIDTH, 1)

    def merge(self, given: tuple[int, int]) -> None:
        gone, into = (self.now(story) for story in given)
        if gone != into:
            self.sums.merge(gone, into)

    def move(self, given: tuple[int, int]) -> None:
        self.sums.move(self.now(given[0]), given[1])

    def now(self, story: int | None) -> int:
        found = self.sums.places.story(story)
        assert found is not None
        return found

    def check(self) -> None:
        sums, places, items = self.sums, self.sums.places, list(self.items.values())

        def story(item: Contribution) -> int | None:
            return places.story(item.story)

        def theme(item: Contribution) -> int | None:
            return places.theme(story(item))

        assert {each: plain(tally) for each, tally in sums.stories.items()} == recount(items, story)
        assert {each: plain(tally) for each, tally in sums.themes.items()} == recount(items, theme)
        keys: defaultdict[int, set[str]] = defaultdict(set)
        for item in items:
            if (each := story(item)) is not None:
                keys[each].add(item.key)
        assert {each: set(of) for each, of in sums.posts.items()} == keys
        terms = Counter((story(item), term) for item in items for term in item.terms if item.story is not None)
        assert Counter({(each, t): n for each, said in sums.terms.items() for t, n in said.items()}) == terms
        assert all(sums.terms.values()), "no empty counts stay"
        copied = [item for item in items if item.copy]
        assert sums.copies == posts_by(copied, story)
        assert sums.of_themes(sums.copies) == posts_by(copied, theme)
        assert sums.before == posts_by(self.before.values(), story)
        assert all(sums.copies.values())
        assert all(sums.before.values())
        assert sums.sizes() == posts_by(items, story)
        held = {item.key: item for item in items}
        for each, of in keys.items():
            ages = [(held[key].time, key) for key in of]
            assert sums.newest(each, held).ages() == sorted(ages, reverse=True)[: newest.FEW]
        by_theme = {each: Counter(of) for each, of in sums.by_theme().items()}
        assert by_theme == {
            each: Counter(story(item) for item in items if theme(item) == each)
            for each in set(map(theme, items)) - {None}
        }


def _before(self: Model, item: Contribution) -> None:
    self.sums.count_before(item, 1)
    self.before[self.number] = item
    self.number += 1


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """So that most of the posts of a story are not among its newest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(newest, "FEW", 2)
        yield


@settings(max_examples=300, deadline=None)
@given(st.lists(actions, max_size=60))
def test_the_sums_equal_a_recount_after_any_sequence(acts: list[tuple[str, Any]]) -> None:
    model = Model()
    for action, given_ in acts:
        if action == "before":
            _before(model, given_)
        else:
            model.do(action, given_)
    model.check()
    for number in [*model.items, *model.before]:
        model.remove(number)
    sums = model.sums
    assert not any((sums.stories, sums.themes, sums.terms, sums.posts, sums.copies, sums.before)), (
        "nothing stays of what is gone"
    )


# -- in a window -------------------------------------------------------------------------------------------------------


def item(key: str, minute: float, story: int | None) -> Contribution:
    return Contribution(int(minute * MINUTE), key, "a", "en", None, "", (), ("sun",), story, False)


def test_merges_may_be_forgotten_once_they_are_settled() -> None:
    window = Window(10 * MINUTE)
    for key, minute, story in (("old", 1, 5), ("new", 12, 5), ("other", 13, 3)):
        window.move(int(minute * MINUTE))
        window.add(item(key, minute, story))
    window.topics.merge(5, 3)
    window.topics.move(3, 7)
    window.settle()
    window.topics.places.merged.clear()
    assert (window.topics.sizes(), window.topics.before) == ({3: 2}, {3: 1})
    window.remove("old")
    window.remove("new")
    window.remove("other")
    assert not any((window.topics.sizes(), window.topics.before, window.topics.themes, window.topics.terms))


# -- places ------------------------------------------------------------------------------------------------------------


def test_chains_of_merges_are_followed_to_the_end() -> None:
    places = Places()
    for gone, into in ((9, 8), (8, 3), (5, 3)):
        places.merge(gone, into)
    assert [places.story(story) for story in (9, 8, 5, 3, 4, None)] == [3, 3, 3, 3, 4, None]


def test_a_story_is_as_old_as_its_oldest_part() -> None:
    places = Places()
    for story, time in ((3, 50), (3, 20), (3, 70), (5, 10)):
        places.place(story, time)
    assert places.born == {3: 20, 5: 10}
    places.merge(5, 3)
    assert places.born == {3: 10}


def test_places_are_bounded_by_the_stories_that_have_posts() -> None:
    places, most = Places(), 0
    for story in range(20_000):
        places.place(story, story)
        places.move(story, story % 4)
        if places.crowded:
            places.forget(set(range(story - 99, story + 1)))
        most = max(most, len(places.born), len(places.theme_of))
    assert most < 2_000
    assert places.theme(19_999) == 3


def test_terms_are_the_same_whenever_they_are_counted() -> None:
    sums = StorySums(Places())
    posts = [
        Contribution(0, str(number), "a", "en", None, "", (), ("sun", f"word{number % 5}"), 1, False)
        for number in range(WAITING + 20)
    ]
    for post in posts:
        sums.count([post], WIDTH, 1)
    for post in posts[::3]:
        sums.count([post], WIDTH, -1)  # some of them counted by now, some not
    kept = [post for number, post in enumerate(posts) if number % 3]
    assert dict(sums.terms) == {1: Counter(term for post in kept for term in post.terms)}
    for post in kept:
        sums.count([post], WIDTH, -1)
    assert not sums.terms
