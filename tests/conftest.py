"""What all tests have in common."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from models.threads import start_with_one_thread
from tests.light_fits import fit_few_trees, fit_seldom

start_with_one_thread()  # as the commands do
# Where a test does not ask for more examples; and however slow the machine is that draws them.
settings.register_profile("suite", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Replays of whole feeds that are not about predictions: fitting models would be nearly all of their time.
WITHOUT_FITS = {
    "test_ahead",
    "test_ahead_workers",
    "test_bench",
    "test_discretion",
    "test_fuzz_lines",
    "test_hostile_feeds",
    "test_labels_by_age",
    "test_native_feeds",
    "test_no_topics",
    "test_overload",
    "test_overperforming",
    "test_overperforming_real",
    "test_rising",
    "test_sample_feeds",
    "test_simulate",
    "test_topic_sheet",
    "test_topics",
    "test_topics_picture",
}


# About predictions, whoever makes them.
WITH_FEW_TREES = {
    "test_checkpoint",
    "test_cli",
    "test_score",
}


# And to these it is all the same how often models are fitted.
WITH_FEW_FITS = {
    "test_draft",
    "test_evaluate_engagement",
    "test_filter",
    "test_grade_sheet",
    "test_labels_extremes",
    "test_labels_outlived",
    "test_post_detail",
    "test_properties",
    "test_reasons",
    "test_runner",
}


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not among all that is loaded by now: it would be a third of each app's time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody's own corrections and keys are touched or counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that no other test has."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A file to be followed, empty yet."""
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b"")
    return path


@pytest.fixture(scope="module", autouse=True)
def _fits(request: pytest.FixtureRequest) -> Iterator[None]:
    name = request.module.__name__.rpartition(".")[2]
    with pytest.MonkeyPatch.context() as patch:
        if name in WITHOUT_FITS:
            patch.setattr("models.refits.FIRST_FIT", 10**12)
        if name in WITH_FEW_TREES | WITH_FEW_FITS:
            fit_few_trees(patch.setattr)
        if name in WITH_FEW_FITS:
            fit_seldom(patch.setattr)
        yield
