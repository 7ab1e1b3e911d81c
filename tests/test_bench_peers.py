"""What trendtop is compared with does its work on the same lines, and the comparison takes no side."""

import sys
from collections.abc import Sequence

import pytest

from benchmarks import bench_peers
from benchmarks.bench_peers import NAIVE, OURS, WITHOUT, Entered, against, compare, dense, entered
from benchmarks.peers.micro_batched import MicroBatched
from benchmarks.peers.naive_script import NaiveScript
from benchmarks.peers.per_post import PerPost
from engine.simulate.plain import plain_lines

LINES = plain_lines(240, seed=5)


@pytest.mark.parametrize("make", [MicroBatched, NaiveScript, PerPost])
def test_every_peer_sums_up_every_line(make: type[MicroBatched | NaiveScript | PerPost]) -> None:
    peer = make()
    peer.feed(LINES)
    if isinstance(peer, PerPost):
        assert sum(sums[0] for sums in peer.mood_of.values()) == len(LINES) - len(peer.first)
        return
    assert peer.by_cluster["size"].sum() <= len(LINES)
    assert peer.by_cluster["size"].sum() > 50
    assert peer.by_cluster["mean"].between(-1, 1).all()


def test_without_river_it_is_left_out_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "benchmarks.peers.river_loop", raising=False)
    monkeypatch.setitem(sys.modules, "river", None)
    names = [one.name for one in entered()]
    assert names == [OURS, WITHOUT, "micro-batched stock parts", "per-post scikit-learn"]
    assert capsys.readouterr().err == "river is not installed (pip install river): left out\n"


class Noted:
    """A peer that only notes what it was fed."""

    def __init__(self) -> None:
        self.fed: list[list[bytes]] = []

    def feed(self, lines: Sequence[bytes]) -> None:
        self.fed.append(list(lines))


def test_all_take_the_same_chunks_and_the_first_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, slow = Noted(), Noted()
    monkeypatch.setattr(bench_peers, "entered", lambda: [Entered(OURS, ours), Entered("slow", slow, 8)])
    taken = compare(LINES, 80)
    assert ours.fed == [LINES[:80], LINES[80:160], LINES[160:]]
    assert slow.fed == [LINES[:8], LINES[80:88], LINES[160:168]]
    assert [len(taken[name]) for name in (OURS, "slow", NAIVE)] == [2, 2, 1]


def test_a_ratio_is_the_median_over_chunks_and_the_script_runs_once() -> None:
    assert against([20.0, 90.0, 10.0], [10.0, 10.0, 10.0]) == 2.0
    assert against([30.0], [10.0, 20.0, 15.0]) == 2.0


def test_lines_can_be_given_times_anew() -> None:
    made = dense(LINES, 100.0)
    assert len(made) == len(LINES)
    assert len(set(made)) == len(made)
    again = [bench_peers.json.loads(line) for line in made]
    times: dict[str, set[str]] = {}
    for post in again:
        times.setdefault(post["id"], set()).add(post["created_at"])
    assert all(len(each) == 1 for each in times.values())
    assert again[200]["retrieved_at"] > again[100]["retrieved_at"]
