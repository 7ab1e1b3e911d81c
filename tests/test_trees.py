"""Linear models and trees read out of scikit-learn's pipelines: the same predictions, and parts that add up to them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.pipeline import Pipeline

from models import regression, trees
from models.features import AUTHOR, COLUMNS, GROUP_OF, GROUPS
from models.leaves import KINDS, MISSING, NUMBERS, Forest, Recoder, Tree, Walker
from models.scorer import Average, Scorer, by_group, fitted
from tests.graded_feeds import labels_of, rows_with_gaps

READ_OUT: dict[str, tuple[Callable[[], Pipeline], Callable[[Pipeline], Scorer]]] = {
    "linear": (regression.build, regression.additive),
    "boosted": (lambda: trees.boosted({}, 3), trees.Boosted),
    "forest": (lambda: trees.bagged({"n_estimators": 12}, 3), trees.bagged_leaves),
    "extra": (lambda: trees.extra({"n_estimators": 12}, 3), trees.bagged_leaves),
}
Models = dict[str, tuple[Pipeline, Scorer]]


def unseen_rows(count: int = 130) -> np.ndarray:
    """Rows outside of what was fitted to, with categories known, rare and never seen."""
    rows = rows_with_gaps(count, seed=21) * 1.5
    rows[:, COLUMNS.index("media")] = np.arange(count) % 6
    rows[:, COLUMNS.index("language")] = np.arange(count) % 64
    rows[::10, NUMBERS] = np.nan
    rows[:, AUTHOR] = np.random.default_rng(2).random(count)
    return rows.astype(np.float32).astype(np.float64)


def read_out(rows: np.ndarray, labels: np.ndarray) -> Models:
    made: Models = {}
    for name, (build, read) in READ_OUT.items():
        pipeline = build().fit(rows, labels)
        made[name] = pipeline, read(pipeline)
    return made


@pytest.fixture(scope="module")
def models() -> Models:
    rows = rows_with_gaps(400)
    return read_out(rows, labels_of(rows))


@pytest.mark.parametrize("name", READ_OUT)
def test_scores_are_the_pipelines_own_predictions(models: Models, name: str) -> None:
    pipeline, scorer = models[name]
    for rows in (rows_with_gaps(400), unseen_rows()):
        assert np.ptp(scorer.scores(rows)) > 0.5
        assert np.allclose(scorer.scores(rows), pipeline.predict(rows), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", READ_OUT)
def test_parts_add_up_to_the_score(models: Models, name: str) -> None:
    # Boosted trees are read from an attribute that scikit-learn keeps to itself: this is where a change of it shows.
    _, scorer = models[name]
    for rows in (rows_with_gaps(400), unseen_rows()):
        parts = scorer.parts(rows)
        assert parts.shape == (len(rows), len(GROUPS))
        assert np.allclose(parts.sum(axis=1), scorer.scores(rows), rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", READ_OUT)
def test_parts_go_to_what_the_labels_depend_on(models: Models, name: str) -> None:
    rows = rows_with_gaps(400)
    moved = np.std(models[name][1].parts(rows), axis=0)
    strongest = [GROUPS[index] for index in np.argsort(-moved)]
    assert {"media", "tag volume"} <= set(strongest[:3])


@pytest.mark.parametrize("name", READ_OUT)
def test_a_row_is_scored_the_same_to_the_bit_whatever_is_beside_it(models: Models, name: str) -> None:
    _, scorer = models[name]
    rows = unseen_rows()
    scores, parts = scorer.scores(rows), scorer.parts(rows)
    for size in (1, 2, 7, 64):
        for start in range(0, len(rows), size):
            some = rows[start : start + size].copy()
            assert np.array_equal(scorer.scores(some), scores[start : start + size])
            assert np.array_equal(scorer.parts(some), parts[start : start + size])


def constant(rows: np.ndarray) -> np.ndarray:
    return np.full(len(rows), 0.7)


@pytest.mark.parametrize("make_labels", [labels_of, constant])
def test_sixty_rows_or_a_single_label_are_enough(make_labels: Callable[[np.ndarray], np.ndarray]) -> None:
    rows = rows_with_gaps(60)
    labels = make_labels(rows)
    for pipeline, scorer in read_out(rows, labels).values():
        asked = unseen_rows()
        assert np.allclose(scorer.scores(asked), pipeline.predict(asked), rtol=0, atol=1e-9)
        assert np.allclose(scorer.parts(asked).sum(axis=1), scorer.scores(asked), rtol=0, atol=1e-5)
        if make_labels is constant:
            assert np.allclose(scorer.scores(asked), 0.7)


def test_columns_without_a_single_value_are_no_obstacle() -> None:
    rows = rows_with_gaps(80)
    numbers = [index for index in NUMBERS if index != AUTHOR]
    rows[:, numbers] = np.nan
    for pipeline, scorer in read_out(rows, np.linspace(0, 1, 80)).values():
        asked = unseen_rows()
        assert np.isfinite(scorer.scores(asked)).all()
        assert np.allclose(scorer.scores(asked), pipeline.predict(asked), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["boosted", "forest", "extra"])
def test_rows_are_recoded_as_the_column_transformer_does(models: Models, name: str) -> None:
    pipeline, _ = models[name]
    columns = pipeline.named_steps["columns"]
    for rows in (rows_with_gaps(400), unseen_rows()):
        theirs = columns.transform(rows).astype(np.float32)
        assert np.array_equal(trees._recoder(pipeline)(rows), theirs)
        assert (theirs[np.isnan(rows[:, NUMBERS[-1]]), len(NUMBERS) - 1] == MISSING).all()


def tree_of_two_splits() -> Tree:
    """Rows with few followers: 1. Others: 2 where the media's code is at most 0, else 6."""
    followers = NUMBERS.index(COLUMNS.index("followers"))
    media = len(NUMBERS) + KINDS.index(COLUMNS.index("media"))
    return Tree(
        left=np.array([1, -1, 3, -1, -1]),
        right=np.array([2, -1, 4, -1, -1]),
        feature=np.array([followers, -2, media, -2, -2]),
        threshold=np.array([3.0, -2.0, 0.0, -2.0, -2.0]),
        value=np.array([2.0, 1.0, 4.0, 2.0, 6.0]),
    )


def test_each_split_is_put_down_to_the_feature_it_splits_by() -> None:
    tree = tree_of_two_splits()
    forest = Forest(Recoder(np.arange(256.0).reshape(2, 128)), [tree, tree], [Walker(tree)] * 2, 0.5, 2)
    rows = np.zeros((4, len(COLUMNS)))
    rows[:, COLUMNS.index("followers")] = [3.0, 3.5, 3.5, np.nan]
    rows[:, COLUMNS.index("media")] = [1, 0, 1, 1]
    assert forest.scores(rows).tolist() == [1.5, 2.5, 6.5, 1.5]  # what is missing is under any value
    told = [{GROUPS[group]: parts[group] for group in np.flatnonzero(parts)} for parts in forest.parts(rows)]
    base = GROUPS[0]
    assert told == [
        {base: 2.5, "followers": -1.0},
        {base: 2.5, "followers": 2.0, "media": -2.0},
        {base: 2.5, "followers": 2.0, "media": 2.0},
        {base: 2.5, "followers": -1.0},
    ]


@pytest.mark.parametrize(
    ("build", "kind", "defaults"),
    [
        (trees.bagged, RandomForestRegressor, trees.FOREST),
        (trees.extra, ExtraTreesRegressor, trees.EXTRA),
    ],
)
def test_held_out_scores_of_a_forest_are_scikit_learns(build: Any, kind: Any, defaults: Any) -> None:
    rows = rows_with_gaps(300)
    labels = np.where(np.arange(300) % 10 == 0, labels_of(rows), 0.0)  # most get nothing: some are scored 0 rightly
    pipeline = build({}, 4).fit(rows, labels)
    recoded = pipeline.named_steps["columns"].transform(rows)
    theirs = kind(**defaults, bootstrap=True, oob_score=True, random_state=4).fit(recoded, labels).oob_prediction_
    ours = trees.out_of_bag(pipeline, rows)
    assert np.allclose(ours, theirs, rtol=0, atol=1e-12)
    assert (ours == 0).sum() < len(rows)


def test_a_row_in_every_sample_is_scored_by_all_trees() -> None:
    rows = rows_with_gaps(100)
    labels = labels_of(rows)
    pipeline = trees.bagged({"n_estimators": 1}, 0).fit(rows, labels)
    (drawn,) = pipeline.named_steps["trees"].estimators_samples_
    assert np.allclose(trees.out_of_bag(pipeline, rows)[drawn], pipeline.predict(rows)[drawn])


def test_parameters_stand_in_for_the_defaults() -> None:
    for build, defaults in ((trees.boosted, trees.BOOSTED), (trees.bagged, trees.FOREST), (trees.extra, trees.EXTRA)):
        params = build({"min_samples_leaf": 7}, 11).named_steps["trees"].get_params()
        expected = {**defaults, "min_samples_leaf": 7, "random_state": 11}
        assert {name: params[name] for name in expected} == expected


def test_an_average_is_the_mean_of_its_members(models: Models) -> None:
    linear, extra = models["linear"][1], models["extra"][1]
    rows = unseen_rows()
    both = Average((linear, extra))
    assert np.allclose(both.scores(rows), (linear.scores(rows) + extra.scores(rows)) / 2)
    assert np.allclose(both.parts(rows), (linear.parts(rows) + extra.parts(rows)) / 2)


def test_a_fitted_model_stays_within_the_labels_it_saw_and_explains_the_way_there(models: Models) -> None:
    rows = rows_with_gaps(400)
    labels = np.clip(labels_of(rows), 0.5, 2.0)
    scorer = models["linear"][1]
    model = fitted(scorer, rows, labels, scorer.scores(rows))
    asked = unseen_rows() * 100
    asked[:, KINDS] = unseen_rows()[:, KINDS]
    predicted = model.predict(asked)
    assert 0.5 <= predicted.min() < predicted.max() <= 2.0
    # The way goes from the author's mean, a group at a time, and no step of it leaves the labels seen.
    path = asked[:, AUTHOR, None] + np.cumsum(model.explain(asked), axis=1)
    assert 0.5 - 1e-9 <= path.min() < path.max() <= 2.0 + 1e-9
    assert np.allclose(path[:, -1], predicted)


def test_few_labels_leave_the_authors_mean_more_to_say(models: Models) -> None:
    rows = rows_with_gaps(400)
    labels = labels_of(rows)
    scorer = models["forest"][1]
    assert fitted(scorer, rows, labels, scorer.scores(rows)).trust == pytest.approx(400 / 450)
    assert fitted(scorer, rows[:50], labels[:50], scorer.scores(rows[:50])).trust == 0.5


def test_skill_of_a_fit_is_what_it_gains_on_the_author(models: Models) -> None:
    rows = rows_with_gaps(400)
    labels = labels_of(rows)
    author = rows[:, AUTHOR]
    model = fitted(models["linear"][1], rows, labels, models["linear"][1].scores(rows))
    gained = 1 - np.mean(np.abs(labels - model.held)) / np.mean(np.abs(labels - author))
    assert model.skill == pytest.approx(gained)
    assert gained > 0.3
    exact = fitted(models["linear"][1], rows, author, author)  # the author's mean leaves nothing to gain
    assert exact.skill == 0.0


def test_what_a_column_adds_is_told_under_its_own_group() -> None:
    effects = np.diag(np.arange(1.0, len(COLUMNS) + 1))
    for index, parts in enumerate(by_group(effects, 100.0)):
        expected = np.zeros(len(GROUPS))
        expected[0] = 100.0
        expected[GROUPS.index(GROUP_OF[COLUMNS[index]])] += index + 1
        assert parts.tolist() == expected.tolist()


def test_every_column_is_in_a_group_that_reasons_are_told_under() -> None:
    assert set(GROUP_OF) == set(COLUMNS)
    assert sorted(NUMBERS + KINDS) == list(range(len(COLUMNS)))
