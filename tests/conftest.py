"""What all tests have in common."""

import pytest

from models.threads import start_with_one_thread

start_with_one_thread()  # as the commands do

# Replays of whole feeds that are not about predictions: fitting models would be nearly all of their time.
WITHOUT_FITS = {
    "test_hostile_feeds",
    "test_labels_by_age",
    "test_native_feeds",
    "test_overperforming",
    "test_overperforming_real",
    "test_rising",
    "test_sample_feeds",
    "test_simulate",
    "test_topics_picture",
}


@pytest.fixture(autouse=True)
def _fits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.module.__name__.rpartition(".")[2] in WITHOUT_FITS:
        monkeypatch.setattr("models.refits.FIRST_FIT", 10**12)
