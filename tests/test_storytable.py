"""The table of stories: an inverted index that stays in order whatever comes and goes, and products that are exact."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import stories as settings_of
from models import storytable as module
from models.stories import Stories
from models.storytable import TERMS, Postings, StoryTable, Terms, nearest, products
from models.vectors import Floats
from tests.planted import SECOND, TOPICS, Doc, even, noise, stream

ROWS = (1 << module._ROW) - 1


def check(table: StoryTable) -> None:
    """Each cell once and in order; what is counted of columns and rows is what stands there."""
    assert (np.diff(table.cells) > 0).all()
    assert len(table.cells) == len(table.sums)
    assert np.bincount(table.cells & ROWS, minlength=len(table)).tolist() == table.sizes.tolist()
    columns, times = np.unique(table.cells >> module._ROW, return_counts=True)
    assert (table._spread[columns] == times).all()
    assert int(table._spread.sum()) == len(table.cells)
    assert (table.sizes <= TERMS).all()
    rows = np.arange(len(table))
    assert (table.serial[table.rows_of(table.serial)] == table.serial).all()
    terms = table.terms(rows)
    np.testing.assert_allclose(np.bincount(terms.rows, terms.weights**2, len(table))[table.sizes > 0], 1.0)


def test_the_index_stays_in_order_while_stories_come_grow_merge_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_of, "MAX_ALONE", 40)
    monkeypatch.setattr(settings_of, "MAX_LIVE", 12)
    rng, model, merges = random.Random(4), Stories(), 0
    left, right = ["oak", "elm", "ash", "fir", "yew", "box"], ["cod", "eel", "ray", "bass", "carp", "pike"]
    for turn in range(60):
        halves = (left, right) if turn < 12 else (left + right,)
        docs: list[Doc] = [tuple(rng.sample(half, 4)) for half in halves for _ in range(8)]
        docs += [noise(rng) for _ in range(rng.randrange(6))]
        docs += [(*rng.sample(left, 3), *(f"{turn}w{n}" for n in range(rng.randrange(90))))]
        model.update(docs, turn * (600 if turn % 7 else 90_000) * SECOND)
        merges += len(model.merges)
        check(model._table)
    assert merges > 0
    assert model._table.next > 60 > model.live


@pytest.mark.parametrize("batch", [1, 7, 300])
def test_it_does_so_in_batches_of_any_size(batch: int) -> None:
    docs, _ = stream(600, {"": 1.0, **even(*TOPICS)})
    model = Stories()
    for start in range(0, len(docs), batch):
        model.update(docs[start : start + batch], start * SECOND)
    check(model._table)


def dense(seed: int, rows: int, columns: int) -> Floats:
    rng = np.random.default_rng(seed)
    found: Floats = rng.random((rows, columns)) * (rng.random((rows, columns)) < 0.2)
    return found


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1_000), st.integers(1, 40), st.integers(0, 40), st.sampled_from([1, 64, 1 << 15]))
def test_products_are_those_of_the_whole_matrices(seed: int, documents: int, rows: int, cells: int) -> None:
    one, other = dense(seed, documents, 30), dense(seed + 1, rows, 30)
    terms = Terms(*np.nonzero(one), one[one > 0], documents)
    column, row = np.nonzero(other.T)
    times = np.bincount(column, minlength=30)
    postings = Postings(times.cumsum() - times, times, row, other.T[other.T > 0], rows)
    found = np.zeros((documents, rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CELLS", cells)
        for first, part in products(terms, postings):
            found[first : first + len(part)] = part
        best, greatest = nearest(terms, postings)
    np.testing.assert_allclose(found, one @ other.T, atol=1e-12)
    assert greatest.tolist() == found.max(axis=1, initial=0.0).tolist()
    assert best[greatest > 0].tolist() == found.argmax(axis=1)[greatest > 0].tolist() if rows else True
