"""Near-copies are found, what is not alike is not, in bounded memory and work, the same in every process."""

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.copying import repeats
from models import copies as settings_of
from models.copies import FORGET, LEAST_TEXTS, OF, SHARED, Copies
from models.shingles import BANDS, KEPT
from models.terms import terms
from models.vocabulary import MOST
from tests.planted import packed, saved

MOST_COMPARED = BANDS * settings_of.WAYS
WORD = st.text("abcdefgh日本地震", min_size=2, max_size=4)
LONG = "Explosion reported at fertilizer plant near Waco, emergency crews respond, many people feared injured tonight"


def found(*texts: str) -> list[int]:
    return Copies(LEAST_TEXTS).find([terms(text) for text in texts], 0)


def distinct(count: int, first: int = 0) -> list[tuple[str, ...]]:
    return [tuple(f"w{first + n}x{place}" for place in range(8)) for n in range(count)]


def pairs(doc: Sequence[str]) -> set[tuple[str, str]]:
    tags = {term[1:] for term in doc[:MOST] if term.startswith("#")}
    said = [term for term in doc[:MOST] if not term.startswith("#")]
    found = {pair for pair in pairwise(said) if not tags.issuperset(pair)}
    return found if len(set(said)) >= 4 and len(found) >= 3 else set()


def _random_doc(chance: random.Random, words: int = 300) -> list[str]:
    """Some repeat a phrase of few, some are their own, some are too short."""
    if chance.random() < 0.3:
        topic = chance.randrange(20)
        return [f"p{topic}w{place}" if chance.random() < 0.85 else "other" for place in range(10)]
    return [f"w{chance.randrange(words)}" for _ in range(chance.randrange(20))]


def _same(one: Copies, other: Copies) -> None:
    assert packed(one) == packed(other)


def _bytes(copies: Copies) -> int:
    tables = [value for value in vars(copies).values() if isinstance(value, np.ndarray)]
    return sum(table.nbytes for table in [*tables, copies._bands.table, copies._whole.table])


@pytest.mark.parametrize(
    "again",
    [
        LONG,
        LONG.upper() + "!!!",
        "RT @someone: " + LONG,
        LONG + " https://example.org/other",
        "@other " + LONG + " 17",
        LONG + " #WacoStrong",
        "#BREAKING " + LONG.replace("fertilizer", "#fertilizer"),
        LONG.replace("people", "residents"),
        LONG.replace("people", "residents").replace("fertilizer", "chemical"),
        "RT @someone: " + LONG[:85] + "…",
        "So sad. “" + LONG + "” Thoughts and prayers",
    ],
)
def test_a_text_that_was_little_changed_is_a_copy(again: str) -> None:
    assert found(LONG, "Something else entirely: football results tonight", again) == [0, 1, 0]


@pytest.mark.parametrize(
    ("text", "again"),
    [
        (
            "東京で震度五強の地震が発生しました。津波の心配はありません",
            "【速報】東京で震度五強の地震が発生しました。津波の心配はありません",
        ),
        ("北京今天下午发生大规模停电事故", "北京今天下午发生大规模停电事件"),
        ("แผ่นดินไหวรุนแรงเขย่าเมืองหลวงเมื่อเช้านี้", "ด่วน แผ่นดินไหวรุนแรงเขย่าเมืองหลวงเมื่อเช้านี้"),
        ("Сильное землетрясение произошло утром в столице", "Сильное землетрясение произошло утром в столице страны"),
    ],
)
def test_copies_are_found_in_any_script(text: str, again: str) -> None:
    assert found(text, again) == [0, 0]


def test_the_same_words_in_another_order_or_on_the_same_topic_are_no_copy() -> None:
    assert found(
        "Large explosion reported at fertilizer plant near Waco",
        "Waco fertilizer: reported near plant, a large explosion",
        "Report: Texas fertilizer plant explosion injures more than a hundred",
    ) == [0, 1, 2]


def test_too_few_terms_cannot_tell() -> None:
    assert found("good morning", "good morning", "", "🙂🙂", "no no no no no no no") == [-1] * 5
    assert Copies(LEAST_TEXTS).find([], 0) == []


def test_tags_that_posts_share_do_not_make_them_copies() -> None:
    tags = " #elgl19 #localgov #govgeek #durham"
    assert found("Great keynote on trust this morning" + tags, "Budget workshop starts at noon today" + tags) == [0, 1]
    assert found("#onetag #twotag #threetag #fourtag #fivetag", "#onetag #twotag #threetag #fourtag #fivetag") == [
        -1,
        -1,
    ]


@settings(deadline=None, max_examples=60, derandomize=True)  # found with all but certainty: one in 30,000 is missed
@given(st.lists(WORD, min_size=10, max_size=60, unique=True), st.data())
def test_one_word_of_ten_changed_is_found(doc: list[str], data: st.DataObject) -> None:
    changes = data.draw(st.integers(1, max(1, len(doc) // 10)))
    places = data.draw(st.lists(st.integers(0, len(doc) - 1), min_size=changes, max_size=changes, unique=True))
    changed = [f"other{place}" if place in places else word for place, word in enumerate(doc)]
    assert Copies(LEAST_TEXTS).find([doc, changed], 0) == [0, 0]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.one_of(WORD, WORD.map("#{}".format)), max_size=40), max_size=40))
def test_whatever_is_called_a_copy_is_alike_and_nothing_else(docs: list[list[str]]) -> None:
    sets = [pairs(doc) for doc in docs]
    groups, copies = Copies(LEAST_TEXTS).find(docs, 0), repeats(Copies(LEAST_TEXTS), docs, 0)
    for place, (group, copy) in enumerate(zip(groups, copies, strict=True)):
        near = [other for other in sets[:place] if len(other & sets[place]) * OF >= SHARED * len(other | sets[place])]
        assert (group == -1) == (not sets[place])
        assert not copy or near
        assert sets[place] not in near or not sets[place] or copy


@pytest.mark.parametrize("changed", [0.0, 0.1, 0.2])
def test_nearly_all_of_many_changed_texts_are_found_among_many_others(changed: float) -> None:
    chance = random.Random(4)
    copies = Copies(1 << 14)
    docs = [[f"w{int(3_000 * chance.random() ** 2)}" for _ in range(12)] for _ in range(6_000)]
    founded = copies.find(docs, 0)
    again = [[f"new{chance.random()}" if chance.random() < changed else word for word in doc] for doc in docs[:500]]
    alike = [
        (group, old)
        for doc, text, group, old in zip(again, docs, copies.find(again, 0), founded, strict=False)
        if len(pairs(doc) & pairs(text)) * OF >= SHARED * len(pairs(doc) | pairs(text))
    ]
    assert len(alike) > 300
    assert sum(group == old for group, old in alike) > 0.95 * len(alike)
    assert len(set(founded)) > 0.99 * len(docs)


def test_long_texts_are_compared_by_a_fair_sample() -> None:
    chance = random.Random(5)
    wrong = 0
    for trial in range(100):
        doc = [f"t{trial}w{n}" for n in range(3 * KEPT)]
        changed = [word if chance.random() < 0.9 else word + "x" for word in doc]
        half = doc[: len(doc) // 4] + [word + "y" for word in doc[len(doc) // 4 :]]
        groups = Copies(LEAST_TEXTS).find([doc, changed, half], 0)
        wrong += groups != [0, 0, 1]
    assert wrong <= 5


def test_groups_are_numbered_in_order_and_kept() -> None:
    one, two, three = distinct(3)
    copies = Copies(LEAST_TEXTS)
    assert copies.find([one, (), two, one], 0) == [0, -1, 1, 0]
    assert copies.find([three, two, one], 1) == [2, 1, 0]
    assert copies.groups == 3
    assert repeats(copies, [one, *distinct(1, 50), *distinct(1, 50), ()], 1) == [True, False, True, False]


def test_a_copy_of_a_copy_is_in_the_group_of_the_first() -> None:
    doc = distinct(1)[0]
    chain = [tuple(f"c{place}" if place < changed else word for place, word in enumerate(doc)) for changed in range(5)]
    assert Copies(LEAST_TEXTS).find(chain, 0) == [0] * 5


@settings(deadline=None, max_examples=40)
@example(1241, [23])  # two texts of it share a place and a tag
@given(st.integers(0, 2**32), st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_the_cut_of_batches_changes_nothing(seed: int, cuts: list[int]) -> None:
    chance = random.Random(seed)
    docs = [_random_doc(chance) for _ in range(900)]
    whole, cut = Copies(LEAST_TEXTS), Copies(LEAST_TEXTS)
    expected = whole.find(docs, 7)
    start, got = 0, []
    for size in [*cuts, len(docs)]:
        got += cut.find(docs[start : start + size], 7)
        start += size
    assert got == expected
    _same(whole, cut)


def test_the_cut_changes_nothing_when_the_ring_turns() -> None:
    chance = random.Random(8)
    docs = [_random_doc(chance, 2_000) for _ in range(6_000)]
    whole, cut = Copies(LEAST_TEXTS), Copies(LEAST_TEXTS)
    expected = whole.find(docs, 7)
    assert [group for start in range(0, len(docs), 37) for group in cut.find(docs[start : start + 37], 7)] == expected
    assert whole.groups > 2 * LEAST_TEXTS
    _same(whole, cut)


def test_saved_copies_go_on_bit_for_bit() -> None:
    chance = random.Random(9)
    docs = [_random_doc(chance, 2_000) for _ in range(4_000)]
    copies = Copies(LEAST_TEXTS)
    copies.find(docs[:3_000], 5)
    again = saved(copies)
    assert copies.find(docs[2_500:], 6) == again.find(docs[2_500:], 6)
    _same(copies, again)


def test_state_holds_no_words() -> None:
    copies = Copies(LEAST_TEXTS)
    copies.find([terms("alpha bravo charlie delta echo"), *distinct(20)], 0)
    assert b"alpha" not in packed(copies)


def test_what_nothing_repeats_for_long_is_forgotten_in_event_time() -> None:
    used, unused = distinct(2)
    copies = Copies(LEAST_TEXTS)
    copies.find([used, unused], 0)
    assert copies.find([used], FORGET) == [0]
    assert copies.find([used, unused], FORGET + 1) == [0, 2]
    assert copies.find([used], 0) == [0]  # time does not go back
    assert copies.find([used], 2 * FORGET + 2) == [3]


def test_past_the_cap_the_longest_unused_are_forgotten_and_memory_stays() -> None:
    used, unused = distinct(2)
    copies = Copies(LEAST_TEXTS)
    copies.find([used, unused], 0)
    before = _bytes(copies)
    for start in range(10, 3 * LEAST_TEXTS, 100):
        copies.find([*distinct(100, start), used], 0)
    groups = copies.groups
    assert copies.find([used, unused], 0) == [0, groups]
    copies.find(distinct(20 * LEAST_TEXTS, 10**6), 0)
    assert _bytes(copies) == before


def test_a_flood_of_one_text_makes_nothing_else_forgotten() -> None:
    quiet, loud = distinct(2)
    copies = Copies(LEAST_TEXTS)
    copies.find([quiet], 0)
    assert set(copies.find([loud] * 20_000, 0)) == {1}
    assert copies.find([quiet], 0) == [0]


def test_hostile_posts_cost_no_more_than_their_share() -> None:
    shared = tuple(f"s{n}" for n in range(6))
    equal = ("same",) * 200
    long = tuple(f"l{n}" for n in range(5_000))
    copies = Copies(LEAST_TEXTS)
    docs = [(*shared, *(f"n{n}x{place}" for place in range(14))) for n in range(8_000)]
    copies.find(docs, 0)
    assert 0 < copies.compared <= MOST_COMPARED * len(docs)
    assert copies.find([equal, (), long, long, ("#a",) * 500], 0)[:2] == [-1, -1]
    assert copies.find([("\ud800" * 600, "b" * 9_000, "c", "d")] * 2, 0) == [copies.groups - 1] * 2


def test_work_per_post_does_not_grow_with_what_is_remembered() -> None:
    chance = random.Random(1)
    copies = Copies(1 << 15)
    work = []
    for _ in range(4):
        before = copies.compared
        copies.find([[f"w{chance.randrange(60_000)}" for _ in range(8)] for _ in range(8_000)], 0)
        work.append(copies.compared - before)
    assert max(work) < 800


@pytest.mark.parametrize("texts", [0, LEAST_TEXTS - 1, LEAST_TEXTS + 1, 2 * settings_of.MAX_TEXTS])
def test_impossible_caps_are_refused(texts: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        Copies(texts)


def test_every_process_finds_the_same() -> None:
    program = (
        "import random; from models.copies import Copies; r = random.Random(3)\n"
        "docs = [[f'w{r.randrange(40)}' for _ in range(8)] for _ in range(400)]\n"
        "c = Copies(1024); print(c.find(docs, 0), c._whole.table.sum(), c._bands.table.sum(), c._sketch.sum())"
    )
    root = Path(__file__).parents[1]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1_000
