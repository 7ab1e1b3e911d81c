"""Labels where counts are only reported: the reading nearest to a horizon, within a fifth of it, before or after."""

import gzip
import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from engine.analysis import analyse
from engine.arrivals import key_of
from engine.config import ALL_TIME, HOUR, MINUTE, EngineConfig
from engine.events import Counts, Post, Reaction
from engine.labels import GAP, NEAR, NOT_NEAR, NOT_REPORTED, UNDATED, WAITING, Gap, Labels, engagements, observed_label
from engine.ledger import Ledger
from engine.picture import snapshot
from engine.pipeline import Engine
from models.engagement import EngagementModel, Known
from tests.feeds import PRESENT, SECOND, START, run

CONFIG = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(HOUR,), max_texts=1 << 10)
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "engagement"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="shared/data is not here: it is kept outside of the repo")

L = Counts


@pytest.mark.parametrize(
    ("readings", "outcome"),
    [
        pytest.param([], NOT_REPORTED, id="none"),
        pytest.param([(60, L(like=4))], 4, id="at the horizon"),
        pytest.param([(48, L(like=4))], 4, id="a fifth before"),
        pytest.param([(72, L(like=4))], 4, id="a fifth after"),
        pytest.param([(47.99, L(like=4))], NOT_NEAR, id="more than a fifth before"),
        pytest.param([(9, L(like=1)), (72.01, L(like=4))], NOT_NEAR, id="more than a fifth after"),
        pytest.param([(0, L(like=0, repost=0)), (30, L(like=9))], NOT_NEAR, id="birth and half way"),
        pytest.param([(50, L(like=3)), (59, L(like=5)), (66, L(like=6))], 5, id="the nearest, before"),
        pytest.param([(50, L(like=3)), (64, L(like=6)), (70, L(like=7))], 6, id="the nearest, after"),
        pytest.param([(70, L(like=7)), (50, L(like=3)), (64, L(like=6))], 6, id="in whatever order they were read"),
        pytest.param([(57, L(like=8)), (63, L(like=2))], 2, id="of equally near ones the smaller"),
        pytest.param([(60, L(like=1, repost=2, reply=3, quote=4, view=900))], 10, id="all kinds but views"),
        pytest.param([(60, L(repost=2, view=900))], 2, id="reposts alone"),
        pytest.param([(60, L(like=0))], 0, id="zero is a count"),
        pytest.param([(60, L(like=0, repost=0, reply=0, quote=0))], 0, id="zero of each"),
        pytest.param([(60, L(view=900))], NOT_REPORTED, id="views alone say nothing"),
        pytest.param([(60, L(reply=3))], NOT_REPORTED, id="replies alone: who hides likes has no label"),
        pytest.param([(60, L())], NOT_REPORTED, id="null is no count"),
        pytest.param([(60, L(reply=3)), (50, L(like=2, reply=3))], 5, id="a reading without likes is passed over"),
        pytest.param([(60, L(reply=3)), (10, L(like=2))], NOT_NEAR, id="and then the next must be near"),
        pytest.param([(60, L(like=10**9))], 10**9, id="a thousand million"),
    ],
)
def test_the_label_is_the_nearest_reading_if_near_enough(
    readings: list[tuple[float, Counts]], outcome: int | str
) -> None:
    observed = [(START + round(age * MINUTE), counts) for age, counts in readings]
    actual, reason = observed_label(START, HOUR, observed)
    assert (reason or actual) == outcome
    assert (actual is None) == bool(reason)
    assert graded([(round(age * MINUTE), counts) for age, counts in readings]) == [outcome]


@pytest.mark.parametrize("horizon", [1, 7, SECOND, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR])
def test_near_is_a_fifth_of_each_horizon_to_the_microsecond(horizon: int) -> None:
    reach = int(NEAR * horizon)
    for age, near in ((-reach, True), (reach, True), (-reach - 1, False), (reach + 1, False)):
        assert observed_label(START, horizon, [(START + horizon + age, Counts(like=1))])[0] == (1 if near else None)


def test_counts_of_unknown_age_are_no_label_and_hide_none() -> None:
    undated = (None, Counts(like=4))
    assert observed_label(START, HOUR, [undated]) == (None, UNDATED)
    assert observed_label(START, HOUR, [(None, Counts(reply=4))]) == (None, NOT_REPORTED)
    assert observed_label(START, HOUR, [undated, (START + HOUR, Counts(like=5)), undated]) == (5, "")
    assert observed_label(START, HOUR, [undated, (START, Counts(like=5))]) == (None, NOT_NEAR)


def test_null_is_not_zero() -> None:
    assert engagements(Counts()) is None
    assert engagements(Counts(reply=1, quote=1, view=1)) is None
    assert engagements(Counts(like=0)) == engagements(Counts(repost=0)) == 0
    assert engagements(Counts(like=None, repost=3, reply=None, quote=1)) == 4


def graded(
    readings: list[tuple[int, Counts]], horizons: tuple[int, ...] = (HOUR,), gap: Gap | None = None
) -> list[int | str]:
    """What comes of a post with readings at ages: each is noted at its time, and labels are read as time goes on."""
    ledger, labels = Ledger(CONFIG), Labels(horizons, EngagementModel(horizons))
    post = Post(platform="x", uid="1", author="a", text="words", created=START)
    entry = ledger.add(key_of(post), post, analyse(post), START, late=False)
    labels.track([entry], labels.model.forecast([Known("x:a", START)], [True]), [True])
    if gap is not None:
        labels.blind(gap)
    for age, counts in sorted(readings, key=lambda reading: reading[0]):
        labels.collect(START + age, ledger)
        entry.observe(counts, START + age)
    labels.collect(START + 3 * max(horizons), ledger)
    labels.teach(labels.lessons())
    outcomes = list(labels.tracked["x:1"].outcomes)
    assert labels.waiting == [0] * len(horizons)
    assert [labels.matured[index] for index in range(len(horizons))] == [int(isinstance(o, int)) for o in outcomes]
    assert [dict(one) for one in labels.censored] == [{o: 1} if isinstance(o, str) else {} for o in outcomes]
    return outcomes


def test_each_horizon_has_its_own_reading() -> None:
    horizons = (15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR)
    ages = [(10 * MINUTE, L(like=1)), (14 * MINUTE, L(like=2)), (70 * MINUTE, L(like=3)), (7 * HOUR, L(like=4))]
    assert graded([*ages, (20 * HOUR, L(like=5))], horizons) == [2, 3, 4, 5]
    assert graded(ages[:1], horizons) == [NOT_NEAR] * 4
    assert graded(ages[:2], horizons) == [2, NOT_NEAR, NOT_NEAR, NOT_NEAR]


def test_a_gap_inside_the_horizon_leaves_reports_uncertain_and_one_after_it_does_not() -> None:
    readings = [(62 * MINUTE, L(like=3))]
    assert graded(readings, gap=Gap(start=START + 30 * MINUTE, end=START + 31 * MINUTE)) == [GAP]
    assert graded(readings, gap=Gap(start=START + 61 * MINUTE, end=START + 62 * MINUTE)) == [3]


# -- through the whole engine ----------------------------------------------------------------------------------------


def test_a_report_is_read_as_a_report_though_reactions_come_meanwhile() -> None:
    ledger, labels = Ledger(CONFIG), Labels((HOUR,), EngagementModel((HOUR,)))
    post = Post(platform="x", uid="1", author="a", text="words", created=START)
    entry = ledger.add(key_of(post), post, analyse(post), START, late=False)
    labels.track([entry], labels.model.forecast([Known("x:a", START)], [True]), [True])
    entry.observe(Counts(like=3), START + 55 * MINUTE)
    labels.collect(START + 61 * MINUTE, ledger)
    for number in range(9):
        ledger.react(Reaction(platform="x", uid=f"l{number}", target="1", kind="like"), START + 62 * MINUTE)
    ledger.complete.add("x")
    labels.collect(START + 80 * MINUTE, ledger)
    assert labels.tracked["x:1"].outcomes == (3,)


def stamp(minute: float) -> str:
    return datetime.fromtimestamp(START / SECOND + 60 * minute, UTC).isoformat()


def line(uid: str, born: float, read: float | None = None, **counts: int | None) -> str:
    """A line of a capture: a post as it stood at a minute."""
    at = {} if read is None else {"counts_at": stamp(read)}
    return json.dumps({"id": uid, "author": "ann", "text": "some words", "created_at": stamp(born), **at, **counts})


def outcomes(lines: list[str], config: EngineConfig = CONFIG) -> dict[str, str | int | None]:
    shown = snapshot(run(lines, config)).predictions
    return {row.uid: row.censored or (row.actual if row.state == "matured" else row.state) for row in shown}


def test_a_capture_read_again_and_again_has_its_labels_by_age() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(HOUR,), max_texts=1 << 10, lateness=0)
    lines = [
        *(line(uid, minute) for uid, minute in (("near", 0), ("far", 1), ("null", 2), ("zero", 3), ("after", 4))),
        line("near", 0, 31, likes=2),
        line("near", 0, 58, likes=5, reposts=1),
        line("far", 1, 31, likes=7),
        line("null", 2, 59, likes=None, replies=4),
        line("zero", 3, 64, likes=0, reposts=0),
        line("clock 1", 66),
        line("after", 4, 66, likes=9),
        line("near", 0, 67, likes=8),
        line("clock 2", 80),
    ]
    engine = run(lines, config)
    states = {tracked.key.partition(":")[2]: tracked.outcomes[0] for tracked in engine.labels.tracked.values()}
    clocks = {"clock 1": WAITING, "clock 2": WAITING}
    assert states == {"near": 6, "far": NOT_NEAR, "null": NOT_REPORTED, "zero": 0, "after": 9} | clocks
    assert (engine.labels.waiting, engine.labels.matured) == ([2], [3])
    assert engine.labels.due(0) == START + 66 * MINUTE + HOUR


def test_a_report_waits_for_a_nearer_one_until_none_can_be_near_any_more() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(HOUR,), max_texts=1 << 10, lateness=0)
    engine = run([line("1", 0), line("1", 0, 50, likes=1), line("clock 1", 71)], config)
    assert engine.labels.tracked["generic:1"].outcomes == (WAITING,)
    assert engine.labels.due(0) == START + 72 * MINUTE
    engine.feed(0, [line("1", 0, 66, likes=2).encode(), line("clock 2", 72.1).encode()], PRESENT)
    engine.finish()
    assert engine.labels.tracked["generic:1"].outcomes == (2,)


def test_labels_of_both_kinds_are_learnt_in_the_order_in_which_they_are_known() -> None:
    learnt: list[tuple[int, str]] = []
    engine = Engine(CONFIG)
    engine.labels.observer = lambda _, matured: learnt.extend((one.due, one.author) for one in matured)
    engine.ledger.reacting.add("x:like")
    lines = []
    for minute in range(30):
        created = datetime.fromtimestamp(START / SECOND + 60 * minute, UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")
        user = {"id_str": "7", "screen_name": "n"}
        lines.append(json.dumps({"id_str": str(minute), "created_at": created, "text": "some words", "user": user}))
        lines.append(line(f"g{minute}", minute))
    lines += [line("later", 31), *(line(f"g{n}", n, n + 55, likes=n) for n in range(30)), line("end", 300)]
    engine.feed(0, [each.encode() for each in lines], PRESENT)
    engine.finish()
    assert learnt == sorted(learnt, key=lambda one: one[0])
    assert [author for _, author in learnt[:26]] == ["x:7"] * 13 + ["generic:ann", "x:7"] * 6 + ["generic:ann"]


def test_a_crawl_whose_counts_are_all_of_one_moment_has_labels_only_where_that_is_an_age_near_the_horizon() -> None:
    lines = [line(str(minute), minute, 100, likes=minute) for minute in range(0, 100, 4)] + [line("end", 300)]
    matured = {uid: actual for uid, actual in outcomes(lines).items() if isinstance(actual, int)}
    assert matured == {str(minute): minute for minute in range(28, 53, 4)}


@needs_data
def test_real_captures_are_labelled_near_a_horizon_and_the_rest_is_counted() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME)
    for name, dated in (("x_v2_count_snapshots", True), ("bluesky_counts", False)):
        engine = Engine(config)
        engine.model.learn_pasts_only()
        with gzip.open(DATA / f"{name}.jsonl.gz") as lines:
            engine.feed(0, [line.rstrip(b"\n") for line in islice(lines, 1_000)], PRESENT)
        engine.finish()
        for index, horizon in enumerate(config.horizons):
            expected = {
                key
                for key, tracked in engine.labels.tracked.items()
                if any(
                    at is not None and abs(at - tracked.born - horizon) <= NEAR * horizon
                    for at, _ in engine.ledger.posts[key].history
                )
            }
            states = {key: tracked.state(index) for key, tracked in engine.labels.tracked.items()}
            assert {key for key, state in states.items() if state == "matured"} == {
                key for key in expected if states[key] != WAITING
            }
        assert any(engine.labels.matured) == dated
        censored = engine.labels.censored[-1]
        assert censored[NOT_NEAR if dated else UNDATED] > 250
