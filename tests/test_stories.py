"""Stories: topics come apart and keep their ids for life; old ones fade, small ones are kept out of nobody's way."""

import os
import pickle
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import normalized_mutual_info_score

from models import stories as module
from models.stories import HALF_LIFE, HALF_LIFE_POSTS, LONGEST_HALF_LIFE, MINUTE, Stories, halvings
from models.storytable import TERMS
from models.terms import terms
from tests.planted import SECOND, TOPICS, Doc, even, main_of, noise, packed, post, purity, saved, stream


def run(model: Stories, docs: list[Doc], batch: int = 64, start: int = 0) -> list[int]:
    """Stories as given on arrival, a post a second."""
    found: list[int] = []
    for first in range(0, len(docs), batch):
        part = docs[first : first + batch]
        found += model.update(part, (start + first + len(part)) * SECOND)
    return found


# -- who is where ------------------------------------------------------------------------------------------------------


def test_planted_topics_come_apart() -> None:
    docs, topics = stream(2000, even())
    found = run(Stories(), docs)
    assert normalized_mutual_info_score(topics, found) > 0.95
    main = main_of(found, topics)
    assert len(set(main.values())) == len(TOPICS)
    assert all(purity(found, topics, story) > 0.98 for story in main.values())


def test_a_big_topic_does_not_swallow_the_small_ones() -> None:
    docs, topics = stream(2500, {"flood": 40.0, "match": 1.0, "budget": 1.0, "rocket": 1.0})
    found = run(Stories(), docs)
    main = main_of(found, topics)
    assert len(set(main.values())) == 4
    assert all(purity(found, topics, story) > 0.95 for story in main.values())
    for topic in ("match", "budget", "rocket"):
        own = [story for story, of in zip(found, topics, strict=True) if of == topic]
        assert own.count(main[topic]) / len(own) > 0.8


def test_noise_founds_stories_of_its_own() -> None:
    docs, topics = stream(2000, {"": 3.0, "flood": 1.0, "match": 1.0})
    found = run(Stories(), docs)
    main = main_of(found, topics)
    lost = [story for story, topic in zip(found, topics, strict=True) if not topic]
    assert len(set(lost)) / len(lost) > 0.9
    assert not {main["flood"], main["match"]} & set(lost)


def test_a_tag_that_every_post_has_does_not_make_one_story_of_all() -> None:
    docs, topics = stream(800, even("flood", "match", "rocket"))
    found = run(Stories(), [("#conference", *doc) for doc in docs])
    half = len(docs) // 2
    assert normalized_mutual_info_score(topics[half:], found[half:]) > 0.9


def test_posts_of_nothing_but_what_all_have_do_not_found_a_story_each() -> None:
    docs, _ = stream(800, even("flood", "match", "rocket"))
    said: list[Doc] = [("#conference", "hall", *(doc if n % 20 else ())) for n, doc in enumerate(docs)]
    bare = run(Stories(), said)[400::20]
    assert len(set(bare)) <= 3


def test_new_topics_are_found_when_old_ones_and_noise_fill_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LIVE", 8)
    monkeypatch.setattr(module, "MAX_ALONE", 40)
    model = Stories()
    old = even("flood", "match", "budget", "rocket", "concert")
    run(model, stream(1500, {"": 2.0, **old})[0])
    docs, topics = stream(600, {"": 2.0, "election": 0.5, **old}, seed=2)
    found = run(model, docs, start=1500)
    new = [story for story, topic in zip(found, topics, strict=True) if topic == "election"]
    assert Counter(new).most_common(1)[0][1] / len(new) > 0.9


SCRIPTS = {
    "ja": (
        (
            "大阪で大雨による洪水が発生し住宅が浸水した",
            "洪水で住宅が浸水、大阪の大雨は夜まで続く",
            "大雨の大阪、川の洪水に注意",
        ),
        ("日本代表がサッカーの試合で勝利した", "サッカー日本代表の勝利に拍手", "試合は日本代表の勝利、サッカー最高"),
    ),
    "zh": (
        ("暴雨引发洪水多处房屋被淹", "洪水来袭房屋被淹居民转移", "暴雨持续洪水水位上升居民转移"),
        ("国家足球队赢得比赛冠军", "足球比赛冠军球迷庆祝", "球迷庆祝国家足球队夺冠"),
    ),
    "th": (
        ("น้ำท่วมหนักในเชียงใหม่บ้านเรือนเสียหาย", "เชียงใหม่น้ำท่วมบ้านเรือนประชาชนอพยพ", "ประชาชนอพยพหนีน้ำท่วมเชียงใหม่"),
        ("ทีมชาติไทยชนะฟุตบอลนัดชิง", "ฟุตบอลนัดชิงทีมชาติไทยคว้าแชมป์", "คว้าแชมป์ฟุตบอลแฟนบอลฉลอง ทีมชาติไทย"),
    ),
    "ko": (
        ("서울 홍수로 주택 침수 피해", "홍수 피해 서울 주택 침수", "서울에 폭우 홍수 피해가 크다"),
        ("축구 대표팀 경기 승리", "대표팀 승리 축구 팬들 환호", "축구 경기 대표팀이 승리했다"),
    ),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_clusters(script: str) -> None:
    rng = random.Random(3)
    topics = [rng.randrange(2) for _ in range(60)]
    docs = [terms(rng.choice(SCRIPTS[script][topic])) for topic in topics]
    found = run(Stories(), docs, batch=8)
    assert normalized_mutual_info_score(topics, found) == 1.0


def test_what_counts_for_less_moves_a_story_less() -> None:
    def pulled(weight: float) -> float:
        model = Stories()
        others = [(f"other{n}",) for n in range(16)]
        model.update([*[("one", "two", "three", "four")] * 8, *others], SECOND)
        assert model.update([("one", "two", "five", "six")] * 8, SECOND, weights=np.full(8, weight)) == [0] * 8
        found = model.nearest(("five", "six"))
        assert found is not None
        return found[1]

    assert pulled(0.25) < pulled(1.0)


def test_documents_without_terms_and_empty_batches_are_fine() -> None:
    model = Stories()
    assert model.update([], 0) == []
    assert model.update([(), ("one",), ()], 1) == [-1, 0, -1]
    assert model.update([("one",), ()], 2) == [0, -1]
    assert model.update([("one",)], 1) == [0], "an older batch is no reason to stop"
    assert (model.alone([0, 1]), model.live) == (set(), 1)


def test_a_story_is_alone_until_a_second_post_joins() -> None:
    model = Stories()
    assert model.update([("one", "two"), ("five", "six")], 0) == [0, 1]
    assert model.alone([0, 1, 2]) == {0, 1}
    assert model.update([("one", "two")], 1) == [0]
    assert model.alone([0, 1, 1]) == {1}
    assert model.largest(10).ids.tolist() == [0]
    assert model.terms({0, 1, 7})[0].tolist() == [0, 1]


# -- ids for life ------------------------------------------------------------------------------------------------------


def test_ids_stay_while_volumes_drift_and_are_never_given_twice() -> None:
    model = Stories()
    main: dict[str, set[int]] = {topic: set() for topic in TOPICS}
    for turn in range(12):
        weights = {topic: 0.3 + (abs(place - turn / 2) < 1.5) * 3 for place, topic in enumerate(TOPICS)}
        docs, topics = stream(300, weights, seed=turn)
        found = run(model, docs, start=turn * 300)
        for topic in TOPICS:
            own = Counter(story for story, of in zip(found, topics, strict=True) if of == topic)
            if own.total() >= 10:
                main[topic].add(own.most_common(1)[0][0])
    assert [len(ids) for ids in main.values()] == [1] * len(TOPICS)
    assert len(set.union(*main.values())) == len(TOPICS)


def test_ids_count_up_and_none_is_given_again() -> None:
    model, born = Stories(), []
    rng = random.Random(3)
    for batch in range(40):
        before = model.ids()
        found = model.update([noise(rng) for _ in range(50)], batch * 60 * SECOND)
        born += sorted(set(found) - before)
    assert born == list(range(len(born)))
    assert model.live < len(born) == 2000


def test_a_topic_long_over_is_retired_and_comes_back_under_a_new_id() -> None:
    model = Stories()
    first = run(model, stream(300, even("flood"))[0])[-1]
    run(model, stream(6000, even("match", "budget"))[0], start=300)
    assert first not in model.ids()
    again = run(model, stream(200, even("flood"), seed=3)[0], start=6300)
    assert first not in again


def test_merging_keeps_the_older_id_and_all_its_posts_and_says_so() -> None:
    model, rng = Stories(), random.Random(5)
    left, right = ["oak", "elm", "ash", "fir", "yew", "box"], ["cod", "eel", "ray", "bass", "carp", "pike"]
    placed = Counter(run(model, [tuple(rng.sample(side, 4)) for _ in range(40) for side in (left, right)]))
    assert model.ids() == set(placed) == {0, 1}
    merges: list[tuple[int, int]] = []
    for batch in range(30):
        both = [tuple(rng.sample(left, 4) + rng.sample(right, 4)) for _ in range(32)]
        placed.update(model.update(both, (80 + 32 * batch) * SECOND))
        merges += model.merges
        assert all(gone > into for gone, into in model.merges)
    assert (1, 0) in merges
    assert model.ids() == {0}
    assert model.largest(10).joined.tolist() == [placed.total()]
    assert set(model.sampled().stories.tolist()) == {0}


# -- fading ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**6 * MINUTE), st.integers(0, 10**6))
def test_weights_fade_with_time_but_no_faster_than_posts_come(elapsed: int, posts: int) -> None:
    fading = halvings(elapsed, posts, HALF_LIFE, HALF_LIFE_POSTS, LONGEST_HALF_LIFE)
    assert fading <= elapsed / HALF_LIFE
    assert fading <= max(posts / HALF_LIFE_POSTS, elapsed / LONGEST_HALF_LIFE)
    assert fading >= elapsed / LONGEST_HALF_LIFE


def test_half_a_life_later_a_story_weighs_half() -> None:
    model = Stories()
    model.update([("one", "two")] * 100, 0)
    busy = [noise(random.Random(n)) for n in range(HALF_LIFE_POSTS)]
    model.update(busy, int(HALF_LIFE))
    assert model.largest(1).mass.tolist() == pytest.approx([50])


def test_a_slow_feed_remembers_its_stories() -> None:
    model = Stories()
    docs, topics = stream(300, even("flood", "match"))
    found = [model.update([doc], place * 600 * SECOND)[0] for place, doc in enumerate(docs)]
    assert normalized_mutual_info_score(topics[module.TIDY_EVERY :], found[module.TIDY_EVERY :]) == 1.0
    assert len(set(found)) < 5


def test_speed_is_nothing_while_posts_are_few() -> None:
    """A feed that is ten times slower, and slower than its posts let weights fade, has the same stories."""
    docs, _ = stream(400, {"": 1.0, **even()})
    each = []
    for spacing in (10, 50):
        model = Stories()
        each.append([model.update([doc], place * spacing * SECOND)[0] for place, doc in enumerate(docs)])
    assert each[0] == each[1]


def test_a_silence_of_years_retires_what_was_there_and_learning_goes_on() -> None:
    model = Stories()
    first = model.update([("#sun", "beach", "sea")] * 6, 0)
    again = model.update([("#sun", "beach", "sea")] * 6, 3_000 * 24 * 3600 * SECOND)
    assert set(first) == {0}
    assert set(again) == {1}


# -- memory ------------------------------------------------------------------------------------------------------------


def rows(model: Stories) -> dict[str, int]:
    """All that grows."""
    table = model._table
    kept = {name: len(getattr(table, name)) for name in ("cells", "sums", "mass", "joined", "serial")}
    return kept | {"sample": len(model.sampled().stories), "spread": int((table._spread > 0).sum())}


def test_ten_times_the_posts_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LIVE", 30)
    monkeypatch.setattr(module, "MAX_ALONE", 100)
    model, rng = Stories(), random.Random(4)
    most: list[dict[str, int]] = []
    for posts in (2_000, 20_000):
        counts = []
        for batch in range(posts // 250):
            pairs = [noise(rng) for _ in range(125)]
            model.update([doc for pair in pairs for doc in (pair, pair)], batch)
            counts.append(rows(model))
        most.append({name: max(count[name] for count in counts) for name in counts[0]})
    assert model._table.next > 10_000
    step = module.STEP
    assert most[1]["serial"] <= 30 + 100 + step
    assert most[1]["sample"] <= 500
    assert most[1]["spread"] <= 2 * 6 * (130 + step)
    for name, count in most[1].items():
        assert count <= most[0][name] + step * 12, name


def test_a_story_keeps_its_heaviest_terms_only() -> None:
    model = Stories()
    same = [f"{letter}same" for letter in "abcdefghij"]
    for turn in range(20):
        others = [(f"{turn}other{n}",) for n in range(3)]
        assert model.update([*[(*same, *(f"{turn}{n:02d}" for n in range(30)))] * 2, *others], turn)[:2] == [0, 0]
    assert 0 < model._table.sizes[0] <= TERMS
    assert model.nearest(same) is not None


def test_the_caps_let_the_heaviest_live_and_of_equals_the_youngest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LIVE", 2)
    monkeypatch.setattr(module, "MAX_ALONE", 3)
    model = Stories()
    for word, posts in (("oak", 9), ("elm", 2), ("ash", 5)):
        model.update([(word,)] * posts, 0)
    model.update([(word,) for word in ("cod", "eel", "ray", "carp")], 0)
    model.update([("oak",)], 0)
    assert model.ids() == {0, 2, 4, 5, 6}


def test_no_word_of_a_post_is_kept() -> None:
    model = Stories()
    docs, _ = stream(600, {"": 1.0, **even("flood", "match")})
    run(model, [*docs, ("#secrettag", "secretword")])
    kept = pickle.dumps(model)
    for word in {word for doc in docs[:40] for word in doc} | {"#secrettag", "secrettag", "secretword", "secr"}:
        assert word.strip("#").encode() not in kept


# -- the same again ----------------------------------------------------------------------------------------------------


def test_the_nearest_story_is_found_without_learning() -> None:
    model = Stories()
    docs, topics = stream(600, even())
    main = main_of(run(model, docs), topics)
    before = pickle.dumps(model)
    probe = post(random.Random(9), "rocket")
    found = model.nearest(probe)
    assert found is not None
    story, cosine = found
    assert story == main["rocket"]
    assert 0.3 < cosine <= 1.0
    assert model.nearest(("neverseen",)) is None
    assert model.nearest(()) is None
    assert pickle.dumps(model) == before
    assert model.update([probe], 601 * SECOND) == [story]


def test_before_anything_came_nothing_is_near() -> None:
    assert Stories().nearest(("one",)) is None


@pytest.mark.parametrize("cut", [0, 1, 200, 640])
def test_saved_stories_go_on_as_if_nothing_had_happened(cut: int) -> None:
    docs, _ = stream(1000, {"": 1.0, **even()})
    model = Stories(5)
    run(model, docs[:cut])
    again = saved(model)
    expected = run(model, docs[cut:], start=cut)
    assert run(again, docs[cut:], start=cut) == expected
    assert packed(again) == packed(model)
    assert again.nearest(docs[0]) == model.nearest(docs[0])


PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
from hashlib import sha256
from tests.planted import even, packed, stream
from tests.test_stories import Stories, run
model = Stories(seed=7)
print(run(model, stream(700, {"": 1.0, **even("flood", "match", "rocket")})[0]))
print(sha256(packed(model)).hexdigest(), model.nearest(("#flood", "alpflood", "betflood")))
"""


def test_the_same_feed_gives_the_same_bits_in_every_process() -> None:
    root = str(Path(__file__).resolve().parent.parent)

    def output(hash_seed: str, threads: str) -> str:
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", PROGRAM, root]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    assert output("1", "1") == output("2", "2") != ""


def test_another_seed_hashes_otherwise_and_finds_the_same() -> None:
    docs, topics = stream(600, even())
    assert main_of(run(Stories(1), docs), topics) == main_of(run(Stories(2), docs), topics)
