"""Themes: families of stories come apart, as many as asked for, and keep their ids through change, death and return."""

import pickle
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from models import kmeans
from models import themes as module
from models.sample import Sampled
from models.stories import MINUTE, Vectors
from models.storytable import Terms
from models.themes import Move, Themes
from models.vectors import SIZE, Floats, Ints, count, sparse
from tests.planted import packed, saved

FAMILIES = ("sport", "weather", "music", "politics", "space", "food")
Stories = Mapping[int, tuple[Sequence[str], int]]  # id -> terms, posts there ever were


def story(family: str, own: str) -> tuple[str, ...]:
    """Of a story: the tag and two words of its family, and two of its own."""
    return (f"#{family}", f"{family[::-1]}one", f"{family[::-1]}two", f"{own}xyz", f"{own[::-1]}abc")


def world(*families: str, each: int = 3, posts: int = 40, first: int = 0) -> dict[int, tuple[Sequence[str], int]]:
    """Stories of some families, in turn."""
    pairs = [(family, f"{chr(97 + n)}{family}") for n in range(each) for family in families]
    return {first + n: (story(family, own), posts) for n, (family, own) in enumerate(pairs)}


def grown(stories: Stories, posts: int) -> dict[int, tuple[Sequence[str], int]]:
    return {each: (terms, before + posts) for each, (terms, before) in stories.items()}


def vectors(stories: Stories) -> Vectors:
    ids = sorted(stories)
    joined = np.array([stories[each][1] for each in ids])
    return Vectors(np.array(ids), rows([stories[each][0] for each in ids]), joined.astype(float), joined)


def rows(docs: Sequence[Sequence[str]]):  # type: ignore[no-untyped-def]  # scipy has no types
    counts = count(docs)
    lengths = np.sqrt(np.bincount(counts.rows, counts.values**2, minlength=len(docs)))
    return sparse(counts.rows, counts.columns, counts.values / lengths[counts.rows], (len(docs), SIZE))


def sample(stories: Stories, each: int = 5) -> Sampled:
    """Posts of each story, with one of its terms left out in turn."""
    posts = [(number, n) for number in sorted(stories) for n in range(each)]
    docs = [[t for place, t in enumerate(stories[number][0]) if place != n % 5] for number, n in posts]
    found = rows(docs)
    columns, place = np.unique(found.indices, return_inverse=True)
    shape = (len(docs), len(columns))
    return Sampled(
        type(found)((found.data, place, found.indptr), shape=shape), np.array([number for number, _ in posts])
    )


def learn(themes: Themes, stories: Stories, minute: float = 0) -> list[Move]:
    return themes.update(vectors(stories), lambda: sample(stories), int(minute * MINUTE))


def place(themes: Themes, stories: Stories) -> list[Move]:
    counts = count([terms for terms, _ in stories.values()])
    return themes.place(np.array(list(stories)), Terms(*counts))


def by_family(themes: Themes, stories: Stories) -> dict[str, set[int]]:
    """The themes that the stories of each family are in."""
    found: dict[str, set[int]] = {}
    for number, (terms, _) in stories.items():
        found.setdefault(terms[0][1:], set()).add(themes.of.get(number, -1))
    return found


def one_each(found: Mapping[str, set[int]]) -> dict[str, int]:
    """The theme of each family, if no two share one and none is torn."""
    assert all(len(themes) == 1 for themes in found.values()), found
    ids = {family: next(iter(themes)) for family, themes in found.items()}
    assert len(set(ids.values())) == len(ids), found
    assert -1 not in ids.values()
    return ids


def spied(monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> list[tuple[Any, Any]]:
    """What a function is given and returns, from now on."""
    calls: list[tuple[Any, Any]] = []
    call = getattr(where, name)

    def spy(*given: Any) -> Any:
        calls.append((given, call(*given)))
        return calls[-1][1]

    monkeypatch.setattr(where, name, spy)
    return calls


# -- which and how many ------------------------------------------------------------------------------------------------


def test_families_of_stories_are_themes() -> None:
    stories, themes = world(*FAMILIES), Themes((2, 16))
    learn(themes, stories)
    assert sorted(one_each(by_family(themes, stories)).values()) == sorted(themes.live) == list(range(6))
    assert themes.k == 6


@pytest.mark.parametrize("bounds", [(1, 1), (2, 3), (4, 4), (4, 16), (9, 9), (7, 8)])
def test_the_bounds_hold(bounds: tuple[int, int]) -> None:
    stories, themes = world(*FAMILIES, each=4), Themes(bounds)
    for turn in range(6):
        learn(themes, stories, turn)
        stories = grown(stories, 100)
        assert bounds[0] <= len(themes.live) <= bounds[1]
        assert len(themes.live) == themes.k


def test_there_are_no_more_themes_than_stories() -> None:
    stories, themes = world("sport", "music", each=1), Themes((4, 16))
    learn(themes, stories)
    assert len(set(one_each(by_family(themes, stories)).values())) == 2


@pytest.mark.parametrize("bounds", [(0, 4), (5, 4), (-1, -1)])
def test_bounds_that_make_no_sense_are_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="bounds"):
        Themes(bounds)


class Script:
    """Silhouettes by the number of themes, in place of measured ones."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stories: Stories) -> None:
        self.scores: dict[int, float] = {}
        self.themes, self.stories = Themes((2, 8)), stories
        monkeypatch.setattr(module, "silhouette", self._silhouette)
        monkeypatch.setattr(module, "REVIEW_POSTS", 100)

    def _silhouette(self, _: Floats, labels: Ints) -> tuple[float | None, int]:
        return self.scores.get(len(np.unique(labels[labels >= 0])), 0.0), len(labels)

    def reviews(self, times: int, **scores: float) -> list[int]:
        """How many themes there are after each of some reviews."""
        self.scores = {int(name[1:]): score for name, score in scores.items()}
        numbers = []
        for _ in range(times):
            self.stories = grown(self.stories, 10)
            learn(self.themes, self.stories)
            numbers.append(self.themes.k)
        return numbers


def test_their_number_changes_when_several_reviews_ask_for_it_or_one_that_is_clear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = Script(monkeypatch, world(*FAMILIES, each=2))
    assert script.reviews(1, k4=0.5) == [4], "of the first posts it is settled at once"
    assert script.reviews(3, k4=0.5, k5=0.53) == [4, 4, 5], "later three reviews must ask for it"
    assert script.reviews(2, k5=0.5, k6=0.53) == [5, 5]
    assert script.reviews(1, k5=0.56, k6=0.5) == [5], "one that does not ask"
    assert script.reviews(3, k5=0.5, k6=0.53) == [5, 5, 6], "and they are counted anew"
    assert script.reviews(1, k5=0.9, k6=0.5) == [5], "what is clearly worse is given up at once"
    assert script.reviews(6, k8=0.9, k5=0.5) == [5] * 6, "what is far off is not looked at"


def test_a_number_that_is_given_is_never_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = spied(monkeypatch, module, "silhouette")
    stories, themes = world(*FAMILIES), Themes((4, 4))
    for turn in range(8):
        learn(themes, grown(stories, 500 * turn), turn)
        assert (themes.k, len(themes.live)) == (4, 4)
    assert asked == []


# -- ids ---------------------------------------------------------------------------------------------------------------


def test_ids_are_carried_over_when_their_number_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(monkeypatch, world(*FAMILIES[:4]))
    script.reviews(1, k4=0.5)
    before = one_each(by_family(script.themes, script.stories))
    script.stories = {**script.stories, **world("space", posts=1, first=100)}
    script.reviews(3, k5=0.6)
    after = one_each(by_family(script.themes, script.stories))
    assert {family: after[family] for family in before} == before
    script.reviews(3, k4=0.6)
    kept = by_family(script.themes, script.stories)
    assert len({theme for themes in kept.values() for theme in themes}) == 4
    assert {theme for themes in kept.values() for theme in themes} <= set(after.values())
    script.reviews(3, k5=0.6)
    assert one_each(by_family(script.themes, script.stories)) == after, "what was left over has its id again"


def test_a_theme_that_comes_back_has_its_id_again_and_others_never_do() -> None:
    themes = Themes((3, 3))
    first, other, again = (
        world(third, "weather", "music", first=20 * n) for n, third in enumerate(("sport", "food", "sport"))
    )
    learn(themes, first)
    before = one_each(by_family(themes, first))
    learn(themes, other, 1)
    assert one_each(by_family(themes, other))["food"] not in before.values()
    learn(themes, again, 600)
    assert one_each(by_family(themes, again)) == before


def test_a_large_newcomer_takes_the_place_of_the_smallest_theme() -> None:
    themes, stories = Themes((3, 3)), world("sport", "weather") | world("music", each=1, posts=30, first=10)
    learn(themes, stories)
    before = one_each(by_family(themes, stories))
    for posts, there in ((9, False), (40, True)):
        stories = stories | world("food", posts=posts, first=50)
        learn(themes, stories, posts)
        assert (themes.of.get(50, -1) >= 0) is there
        assert (themes.of.get(10, -1) >= 0) is not there
    assert {themes.of[0], themes.of[1]} == {before["sport"], before["weather"]}
    assert themes.of[50] not in before.values()


def test_the_themes_at_rest_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTING", 3)
    themes = Themes((1, 1))
    for turn in range(30):
        learn(themes, {turn: ((f"#tag{turn}", f"{turn}word"), 5)}, turn)
        themes.forget({turn})
        assert len(themes._resting.ids) == themes._resting.rows.shape[0] <= 3
    assert themes.live == [29]
    learn(themes, {30: (("#tag28", "28word"), 5)}, 30)
    assert themes.live == [28]
    learn(themes, {31: (("#tag5", "5word"), 5)}, 31)
    assert themes.live == [30]


def test_a_dead_theme_gives_room_to_what_no_theme_covers() -> None:
    themes, stories = Themes((3, 3)), world(*FAMILIES[:3])
    learn(themes, stories)
    gone = one_each(by_family(themes, stories))["music"]
    stories = {n: one for n, one in stories.items() if one[0][0] != "#music"}
    stories = grown(stories, 20) | world("politics", posts=10, first=50)
    learn(themes, stories, 1)
    assert len(themes.live) == 3
    assert gone not in themes.live
    one_each(by_family(themes, stories))


def test_ids_are_unique_and_moves_add_up_whatever_comes() -> None:
    rng, themes = random.Random(5), Themes((2, 6))
    placed: dict[int, int] = {}
    stories: dict[int, tuple[Sequence[str], int]] = {}
    ever: set[int] = set()
    for turn in range(60):
        for _ in range(rng.randrange(4)):
            stories[len(ever)] = (story(rng.choice(FAMILIES), "".join(rng.choices("abcdefgh", k=5))), 2)
            ever.add(len(ever))
        stories = {n: (terms, posts + rng.randrange(60)) for n, (terms, posts) in stories.items()}
        if len(stories) > 3 and rng.random() < 0.3:
            into, gone = sorted(rng.sample(sorted(stories), 2))
            stories[into] = (stories[into][0], stories[into][1] + stories.pop(gone)[1])
            move = themes.merge(gone, into)
            placed.pop(gone, None)
            apply(placed, [] if move is None else [move])
        for n in [n for n in stories if rng.random() < 0.05]:
            del stories[n]
        apply(placed, learn(themes, stories, turn * 7))
        themes.forget(set(stories))
        placed = {n: theme for n, theme in placed.items() if n in stories}
        assert placed == themes.of
        assert len(set(themes.live)) == len(themes.live) == min(themes.k, len(stories))
        assert not set(themes.live) & set(themes._resting.ids.tolist())
        assert set(themes.of.values()) <= set(themes.live)


def apply(placed: dict[int, int], moves: Iterable[Move]) -> None:
    for move in moves:
        assert placed.get(move.story, -1) == move.before != move.now
        placed[move.story] = move.now
        if move.now < 0:
            del placed[move.story]


# -- stories stay ------------------------------------------------------------------------------------------------------


def test_stories_leave_their_theme_only_for_one_that_is_clearly_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = spied(monkeypatch, kmeans, "cosines")
    rng, themes = random.Random(2), Themes((4, 4))
    stayed = moved = 0
    words = [f"{chr(97 + n)}word" for n in range(12)]
    stories: dict[int, tuple[Sequence[str], int]] = {n: (rng.sample(words, 4), 10) for n in range(30)}
    learn(themes, stories)
    for turn in range(1, 40):
        n = rng.randrange(30)
        stories = grown(stories, 3) | {n: (rng.sample(words, 4), stories[n][1] + 30)}
        before = dict(themes.of)
        learn(themes, stories, turn)
        at = {theme: place for place, theme in enumerate(themes._ids.tolist())}
        for row, number in enumerate(sorted(stories)):
            own = seen[-1][1][row, at[before[number]]] if before.get(number) in at else 0.0
            best = seen[-1][1][row].max()
            if own >= module.NEAR and themes.of.get(number) == before[number]:
                assert best < module.FAITH * own or best == own
                stayed += best > own
            elif own >= module.NEAR:
                assert best >= module.FAITH * own
                moved += 1
    assert stayed > 20
    assert moved > 20


def test_new_stories_go_to_the_nearest_theme_and_strange_ones_to_none_until_it_learns() -> None:
    themes, stories = Themes((2, 4)), world("sport", "music")
    assert place(themes, stories) == []
    learn(themes, stories)
    ids = one_each(by_family(themes, stories))
    before = packed(themes._weights)
    new = {90: (story("music", "late"), 1), 91: (("#strange", "thing"), 1)}
    assert place(themes, new) == [Move(90, -1, ids["music"])]
    assert 91 not in themes.of
    assert packed(themes._weights) == before


def test_the_story_that_another_becomes_part_of_keeps_its_own_theme() -> None:
    themes, stories = Themes((2, 4)), world("sport", "music", each=2)
    learn(themes, stories)
    sport = themes.of[0]
    assert themes.merge(1, 0) is None
    assert (themes.of[0], 1 in themes.of) == (sport, False)
    assert themes.merge(2, 77) == Move(77, -1, sport)
    assert themes.of[77] == sport
    assert themes.merge(500, 501) is None


def test_posts_are_learnt_from_once(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = spied(monkeypatch, kmeans, "step")
    themes, stories = Themes((2, 4)), world("sport", "music", each=2, posts=10)
    learn(themes, stories)
    assert [mass.sum() for (_, mass, *_), _ in steps] == [40]
    learn(themes, stories)
    assert [mass.sum() for (_, mass, *_), _ in steps] == [40]
    themes.merge(2, 0)
    stories = {0: (stories[0][0], 23), 1: stories[1], 3: stories[3]}
    learn(themes, stories)
    assert [mass.sum() for (_, mass, *_), _ in steps] == [40, 3]


# -- time, threads, state ----------------------------------------------------------------------------------------------


def test_a_silence_of_years_does_no_harm() -> None:
    themes, stories = Themes((2, 4)), world("sport", "music")
    learn(themes, stories)
    before = one_each(by_family(themes, stories))
    learn(themes, grown(stories, 5), 10_000_000)
    assert one_each(by_family(themes, stories)) == before
    learn(themes, world("sport", "music", first=50), 20_000_000)
    assert one_each(by_family(themes, world("sport", "music", first=50))) == before


def test_without_stories_there_is_nothing_to_learn() -> None:
    themes = Themes()
    assert learn(themes, {}) == []
    assert (themes.live, themes.of, themes.silhouette(sample({}))) == ([], {}, (None, 0))


def test_the_silhouette_is_that_of_scikit_learn_on_the_same_sample() -> None:
    stories, themes = world(*FAMILIES[:4]), Themes((2, 8))
    learn(themes, stories)
    del themes.of[3]
    posts = sample(stories)
    inside = np.array([number in themes.of for number in posts.stories.tolist()])
    labels = [themes.of[number] for number in posts.stories[inside].tolist()]
    score, size = themes.silhouette(posts)
    assert score == pytest.approx(silhouette_score(posts.rows.toarray()[inside], labels, metric="cosine"))
    assert score is not None
    assert score > 0.2
    assert size == inside.sum() == 55


@pytest.mark.parametrize("cut", [0, 1, 4, 9])
def test_saved_themes_go_on_as_if_nothing_had_happened(cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REVIEW_POSTS", 60)
    rng = random.Random(cut)
    turns = []
    for turn in range(14):
        families = rng.sample(FAMILIES, 3)
        turns.append(world(*families, posts=5 + turn, first=20 * turn))
    themes = Themes((2, 5))
    for turn, stories in enumerate(turns[:cut]):
        learn(themes, stories, turn)
    again = saved(themes)
    expected = [learn(themes, stories, cut + turn) for turn, stories in enumerate(turns[cut:])]
    assert [learn(again, stories, cut + turn) for turn, stories in enumerate(turns[cut:])] == expected
    assert packed(again) == packed(themes)
    assert (again.of, again.live, again.k) == (themes.of, themes.live, themes.k)


def test_no_word_is_kept() -> None:
    themes = Themes((2, 4))
    learn(themes, world("sport", "music"))
    learn(themes, world("food", "music", first=30), 1)
    kept = pickle.dumps(themes)
    for family in ("sport", "music", "food"):
        assert not [word for word in story(family, f"a{family}") if word.strip("#").encode() in kept]


def test_a_story_whose_terms_have_all_faded_does_no_harm() -> None:
    themes = Themes((3, 3))
    learn(themes, world("sport", "music", "food"))
    left = world("sport", "music", each=1) | {90: ((), 50), 91: ((), 7)}
    learn(themes, left, 1)
    learn(themes, grown(left, 9), 2)
    assert not {90, 91} & themes.of.keys()
    assert place(themes, left) == learn(themes, {90: ((), 99)}, 3) == []


def test_themes_are_bounded_by_their_stories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TERMS", 6)
    themes = Themes((2, 4))
    for turn in range(20):
        stories = world(*FAMILIES, posts=3, first=100 * turn)
        learn(themes, stories, turn)
        themes.forget(set(stories))
        assert len(themes.of) <= len(stories)
        assert len(themes._seen) <= len(stories)
        assert themes._sums.nnz <= 6 * len(themes.live)
