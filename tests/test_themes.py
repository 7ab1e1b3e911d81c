"""Themes: topics stay apart, keep their ids, come out the same each time, and hold no word of any post."""

import os
import pickle
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score

from models import centroids
from models.centroids import Centroids, _small_step, _step
from models.silhouette import nested
from models.themes import SAMPLE, Themes, labels
from models.vectors import count, products

SECOND = 1_000_000
TOPICS = {
    topic: [f"{topic}{word}" for word in ("alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa", "zeta")]
    for topic in ("flood", "match", "budget", "rocket", "concert", "election")
}

Doc = tuple[str, ...]


def post(rng: random.Random, topic: str) -> Doc:
    """A post of a topic: a few of its words, often its tag, and words that any post may hold."""
    words = rng.sample(TOPICS[topic], 4) + [f"common{rng.randrange(40)}" for _ in range(3)]
    return ((f"#{topic}",) if rng.random() < 0.6 else ()) + tuple(words)


def noise(rng: random.Random) -> Doc:
    """A post about nothing that another post is about."""
    return tuple(f"rare{rng.randrange(10**9)}" for _ in range(6))


def stream(count: int, weights: dict[str, float], seed: int = 1) -> tuple[list[Doc], list[str]]:
    """Posts and their topics; topic "" is noise."""
    rng = random.Random(seed)
    topics = rng.choices(list(weights), list(weights.values()), k=count)
    return [post(rng, topic) if topic else noise(rng) for topic in topics], topics


def run(model: Themes, docs: list[Doc], batch: int = 128, start: int = 0) -> list[int]:
    found: list[int] = []
    for first in range(0, len(docs), batch):
        part = docs[first : first + batch]
        found += model.update(part, (start + first + len(part)) * SECOND)
    return found


def test_planted_topics_come_apart() -> None:
    docs, topics = stream(2500, dict.fromkeys(TOPICS, 1.0))
    themes = run(Themes(), docs)
    assert adjusted_rand_score(topics[200:], themes[200:]) > 0.95
    assert normalized_mutual_info_score(topics, themes) > 0.9


def test_a_big_topic_does_not_swallow_the_small_ones() -> None:
    docs, topics = stream(2500, {"flood": 40.0, "match": 1.0, "budget": 1.0, "rocket": 1.0})
    themes = run(Themes(), docs)
    main = {
        topic: Counter(t for t, own in zip(themes, topics, strict=True) if own == topic).most_common(1)[0][0]
        for topic in set(topics)
    }
    assert len(set(main.values())) == 4
    for topic, theme in main.items():
        members = [own for t, own in zip(themes, topics, strict=True) if t == theme]
        assert members.count(topic) / len(members) > 0.95


def test_noise_stays_unclustered_and_out_of_the_themes() -> None:
    docs, topics = stream(2500, {"": 3.0, "flood": 1.0, "match": 1.0})
    model = Themes()
    themes = run(model, docs)
    lost = [theme for theme, topic in zip(themes, topics, strict=True) if not topic]
    assert lost.count(-1) / len(lost) > 0.9
    shown = [topic for theme, topic in zip(themes, topics, strict=True) if theme in model.live()[:2] and theme >= 0]
    assert shown.count("") / len(shown) < 0.02


def test_new_topics_are_found_when_old_ones_and_noise_fill_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centroids, "MAX_LIVE", 8)
    monkeypatch.setattr(centroids, "MAX_ALONE", 40)
    model = Themes()
    old = dict.fromkeys(("flood", "match", "budget", "rocket", "concert"), 1.0)
    run(model, stream(1500, {"": 2.0, **old})[0])
    docs, topics = stream(600, {"": 2.0, "election": 0.5, **old}, seed=2)
    themes = run(model, docs, start=1500)
    new = [theme for theme, topic in zip(themes, topics, strict=True) if topic == "election"]
    theme, count = Counter(new).most_common(1)[0]
    assert theme >= 0
    assert count / len(new) > 0.8


def test_ids_are_kept_while_volumes_drift_and_are_never_given_twice() -> None:
    model = Themes()
    names = list(TOPICS)
    main: dict[str, set[int]] = {topic: set() for topic in names}
    for round_ in range(12):
        weights = {topic: 0.3 + (abs(place - round_ / 2) < 1.5) * 3 for place, topic in enumerate(names)}
        docs, topics = stream(300, weights, seed=round_)
        themes = run(model, docs, start=round_ * 300)
        for topic in names:
            own = Counter(t for t, other in zip(themes, topics, strict=True) if other == topic and t >= 0)
            if sum(own.values()) >= 10:
                main[topic].add(own.most_common(1)[0][0])
    assert [len(ids) for ids in main.values()] == [1] * len(names)
    assert len(set.union(*main.values())) == len(names)


def test_a_topic_long_over_is_forgotten_and_comes_back_under_a_new_id() -> None:
    model = Themes()
    first = Counter(run(model, stream(300, {"flood": 1.0})[0])).most_common(1)[0][0]
    run(model, stream(6000, {"match": 1.0, "budget": 1.0})[0], start=300)
    assert first not in model.live()
    again = run(model, stream(200, {"flood": 1.0}, seed=3)[0], start=6300)
    assert first not in again
    assert max(again) > first


def test_a_slow_feed_remembers_its_topics() -> None:
    model = Themes()
    docs, topics = stream(300, {"flood": 1.0, "match": 1.0})
    themes = [model.update([doc], place * 600 * SECOND)[0] for place, doc in enumerate(docs)]
    assert adjusted_rand_score(topics[30:], themes[30:]) > 0.9


def test_two_themes_that_become_one_are_joined_and_said_to_be() -> None:
    model = Themes()
    rng = random.Random(5)
    left, right = [f"left{n}" for n in range(6)], [f"right{n}" for n in range(6)]
    apart = [tuple(rng.sample(side, 4)) for _ in range(64) for side in (left, right)]
    before = set(run(model, apart))
    assert len(before) == 2
    merges: list[tuple[int, int]] = []
    for first in range(0, 1500, 100):
        model.update([tuple(rng.sample(left, 4) + rng.sample(right, 4)) for _ in range(100)], (128 + first) * SECOND)
        merges += model.merges
    assert {gone for gone, _ in merges} | set(model.live()) >= before
    assert len(model.live()) == 1


PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
from test_themes import Themes, run, stream
model = Themes(seed=7)
print(run(model, stream(700, {"": 1.0, "flood": 2.0, "match": 1.0, "rocket": 1.0})[0]))
print(model.live(), model.silhouette(), model.nearest(("floodalpha", "matchbeta")))
"""


def test_same_feed_same_themes_in_every_process_and_with_any_number_of_threads() -> None:
    here = Path(__file__).resolve().parent

    def output(hash_seed: str, threads: str) -> str:
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", PROGRAM, str(here), str(here.parent)]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    assert output("1", "1") == output("2", "2") != ""


def test_the_nearest_theme_is_found_without_learning() -> None:
    model = Themes()
    docs, topics = stream(600, dict.fromkeys(TOPICS, 1.0))
    themes = run(model, docs)
    before = pickle.dumps(model)
    probe = post(random.Random(9), "rocket")
    found = model.nearest(probe)
    assert found is not None
    theme, cosine = found
    assert theme == Counter(t for t, own in zip(themes, topics, strict=True) if own == "rocket").most_common(1)[0][0]
    assert 0.3 < cosine <= 1.0
    assert model.nearest(("neverseen",)) is None
    assert model.nearest(()) is None
    assert pickle.dumps(model) == before


def test_no_word_of_a_post_is_kept() -> None:
    model = Themes()
    docs, _ = stream(900, {"": 1.0, "flood": 1.0, "match": 1.0})
    run(model, [*docs, ("#secrettag", "secretword")])
    kept = pickle.dumps(model)
    for word in {word for doc in docs[:50] for word in doc} | {"#secrettag", "secrettag", "secretword"}:
        assert word.encode() not in kept


def test_memory_is_bounded_whatever_comes() -> None:
    rng = random.Random(4)
    model = Themes()
    for batch in range(12):
        pairs = [noise(rng) for _ in range(128)]
        model.update([doc for pair in pairs for doc in (pair, pair)] + [tuple(f"x{n}" for n in range(128))], batch)
    held = model._centroids
    assert len(held.serial) <= centroids.MAX_LIVE + centroids.MAX_ALONE
    assert held.sums.nnz <= len(held.serial) * centroids.MAX_TERMS
    assert len(held.mass) == len(held.joined) == len(held.serial) == held.sums.shape[0]
    assert len(model._names) <= len(held.serial)
    assert model._sample.shape[0] == len(model._sample_themes) <= SAMPLE


def test_documents_without_terms_and_empty_batches_are_fine() -> None:
    model = Themes()
    assert model.update([], 0) == []
    assert model.update([(), ("one",), ()], 1) == [-1, -1, -1]
    assert model.update([("one",), ()], 2) == [0, -1]
    assert model.update([("one",)], 1) == [0]
    assert model.silhouette()[0] is None


def test_the_bounds_limit_what_is_shown() -> None:
    docs, _ = stream(1500, dict.fromkeys(TOPICS, 1.0))
    model = Themes(bounds=(2, 3))
    run(model, docs)
    assert 2 <= len(model.live()) <= 3
    for bounds in ((0, 4), (5, 4)):
        with pytest.raises(ValueError, match="bounds"):
            Themes(bounds)


def test_well_separated_topics_are_all_shown_with_a_high_silhouette() -> None:
    docs, topics = stream(3000, dict.fromkeys(TOPICS, 1.0))
    model = Themes()
    themes = run(model, docs)
    value, size = model.silhouette()
    assert value is not None
    assert value > 0.2
    assert 100 < size <= SAMPLE
    shown = {
        Counter(t for t, own in zip(themes, topics, strict=True) if own == topic).most_common(1)[0][0]
        for topic in TOPICS
    }
    assert shown <= set(model.live())


def test_silhouettes_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 3)) + np.repeat(np.arange(6), 10)[:, None]
    rank = np.repeat(np.array([3, 0, 1, 2, 5, 9]), 10)
    rank[0] = 4  # a cluster of one
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    scores = nested(distance, rank, 8)
    assert [score for score, _ in scores[:2]] == [None, None]
    assert [n for _, n in scores] == [0, 10, 20, 30, 39, 40, 50, 50, 50]
    for k in range(2, 9):
        kept = rank < k
        expected = silhouette_score(distance[np.ix_(kept, kept)], rank[kept], metric="precomputed")
        assert scores[k][0] == pytest.approx(expected)


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


def test_a_silence_of_years_retires_what_was_there_and_learning_goes_on() -> None:
    themes = Themes()
    first = themes.update([("#sun", "beach", "sea")] * 6, 0)
    again = themes.update([("#sun", "beach", "sea")] * 6, 3_000 * 24 * 3600 * 1_000_000)
    assert min(first[1:]) >= 0
    assert min(again[1:]) > max(first)


def test_a_small_step_is_the_step_of_k_means() -> None:
    rng = random.Random(3)
    words = [f"word{n}" for n in range(40)]
    centroids = Centroids(0)
    for _ in range(6):
        centroids.learn(count([rng.choices(words, k=8) for _ in range(20)]))
    idf = centroids.idf()
    docs, _ = idf.unit(count([rng.choices(words, k=8) for _ in range(12)]))
    live, weights = idf.unit(centroids.sums)
    touched, home = np.unique(products(docs, live).toarray().argmax(axis=1), return_inverse=True)
    assert 1 < len(touched) < 12
    by_k_means, sums = _step(docs, live[touched], weights[touched], idf, 0)
    by_hand = _small_step(docs, live[touched], weights[touched], home, idf)
    assert by_k_means.tolist() == home.tolist()
    np.testing.assert_allclose(by_hand.toarray(), sums.toarray(), atol=1e-12)


def test_products_are_those_of_whole_rows() -> None:
    rng = random.Random(5)
    words = [f"word{n}" for n in range(30)]
    left = count([rng.choices(words, k=rng.randrange(6)) for _ in range(9)])
    right = count([rng.choices(words, k=rng.randrange(6)) for _ in range(14)])
    assert (products(left, right) != left @ right.T).nnz == 0
    assert products(left[:0], right).shape == (0, 14)
    assert products(left, right[:0]).shape == (9, 0)


def test_a_tag_that_every_post_has_does_not_make_one_theme_of_all() -> None:
    model = Themes()
    docs, topics = stream(600, {"flood": 1.0, "match": 1.0, "rocket": 1.0})
    placed = run(model, [("#conference", *doc) for doc in docs])
    half = len(docs) // 2
    assert adjusted_rand_score(topics[half:], placed[half:]) > 0.9


def test_a_label_does_not_repeat_the_tag_that_every_cluster_has() -> None:
    found = {number: {"#conference": 50, f"word{number}": 40, "talk": 5} for number in range(5)}
    found[4]["#special"] = 30
    named = labels(found)
    assert [named[number].label for number in range(4)] == [f"word{number}" for number in range(4)]
    assert named[4].label == "#special"
    assert "conference" in named[0].tags
