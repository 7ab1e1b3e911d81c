"""The short form of benchmarks/soak.py: an hour of event time in which everything is always new."""

from benchmarks.churn import lines
from benchmarks.holdings import endless_caches, holdings
from benchmarks.soak import CAPS, Sample, grown, soak
from engine import ledger
from engine.platforms.decode import Decoder


def test_no_structure_grows_once_retention_has_passed() -> None:
    before = [getattr(owner, name) for owner, name, _ in CAPS]
    samples = list(soak(hours=1.0, rate=2.0, seed=0, fits=False))
    assert len(samples) == 10
    assert grown(samples) == {}
    assert [getattr(owner, name) for owner, name, _ in CAPS] == before
    last = samples[-1].held
    assert 0 < last["Ledger.posts"] <= 200
    assert 1_000 - 1_000 // ledger.PARTS <= last["Ledger._reactions"] <= 1_000, "caps were passed"
    assert 200 - 200 // ledger.PARTS <= last["Ledger._orphans"] <= 200


def test_what_grows_is_told() -> None:
    grew = [Sample(0, holdings({"a": 1}) + holdings([0] * (200 * tenth))) for tenth in range(10)]
    assert grown(grew) == {"list": (1_000, 1_800)}


def test_no_memo_of_a_function_is_without_bound() -> None:
    assert endless_caches() == []


def test_the_feed_has_all_kinds_of_lines_and_is_always_the_same() -> None:
    first = list(lines(0.2, 2.0, 3))
    assert first == list(lines(0.2, 2.0, 3))
    decoder = Decoder()
    kinds = {
        type(outcome.events[0]).__name__ if hasattr(outcome, "events") else type(outcome).__name__
        for _, line in first
        for outcome in decoder.read(line)
    }
    assert kinds == {"Post", "Edit", "Delete", "Purge", "Reaction", "Rejected"}
    assert ledger.MAX_REACTIONS == 2_000_000
