"""Posts above what is normal for their author at their age: what is read, what is left out, and what is listed."""

import csv
import io
import json
import random
from collections import defaultdict
from math import exp, expm1, log, log1p

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import Stamped
from engine.config import ALL_TIME, HOUR, MINUTE, EngineConfig
from engine.events import Gap
from engine.export import csv_parts
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.simulate import simulate
from engine.snapshot import Overperformer, Snapshot
from tests.feeds import ALL, PRESENT, SECOND, START, delete, like, picture, post, purge, run, stamp, uri

ANN, BOB, CAT = "did:plc:ann", "did:plc:bob", "did:plc:cat"


def liked(name: str, at: int, count: int, author: str = ANN) -> list[str]:
    return [like(f"{name}-{at}-{n}", at, uri(name, author), f"did:plc:r{n}") for n in range(count)]


def found(shown: Snapshot) -> dict[str, Overperformer]:
    return {row.uid.rpartition("/")[2]: row for row in shown.overperformers}


def feed() -> list[str]:
    """Two posts of Ann and one of Bob, read at a minute; then one of Ann's that runs away."""
    return [
        post("a1", START, "one", ANN),
        post("b1", START + 1, "two", BOB),
        *liked("a1", START + 10 * SECOND, 3),
        *liked("b1", START + 10 * SECOND, 1, BOB),
        post("a2", START + 60 * SECOND, "three", ANN),
        *liked("a1", START + 90 * SECOND, 5),  # past the minute: it is not in the reading
        *liked("a2", START + 100 * SECOND, 20),
        post("end", START + 120 * SECOND, "the end", CAT),
    ]


# -- what is compared with what ------------------------------------------------------------------------------------


def test_a_post_stands_beside_what_others_had_at_its_age() -> None:
    row = found(picture(feed()))["a2"]
    # At a minute Ann's other post had 3, the feed (3, 1) in the mean of logs; Ann's one against four of the feed's.
    normal = round(expm1((log(4) + 4 * (log(4) + log(2)) / 2) / 5), 2)
    assert (row.now, row.age, row.normal, row.author_posts) == (20, 60, normal, 1)
    assert row.times == pytest.approx(21 / (1 + normal))
    assert (row.author, row.platform, row.text) == (ANN, "bluesky", "three")


def test_the_post_itself_is_not_in_its_normal() -> None:
    engine = run([*feed(), post("x", START + 122 * SECOND, "x", CAT)])
    followed = engine.overperforming._followed
    assert [len(post.readings) for key, post in followed.items() if key.endswith("/a2")] == [1], "it was read"
    assert found(snapshot(engine))["a2"] == found(picture(feed()))["a2"]
    alone = [post("a1", START, "one", ANN), *liked("a1", START + SECOND, 50), post("end", START + HOUR, "x", ANN)]
    assert picture(alone).overperformers == []


def test_there_is_something_to_compare_from_the_first_minute_on() -> None:
    lines = [
        post("a1", START, "one", ANN),
        post("b1", START + SECOND, "two", BOB),
        *liked("b1", START + 2 * SECOND, 9, BOB),
    ]
    assert picture([*lines, post("c", START + 59 * SECOND, "x", CAT)]).overperformers == []
    first = picture([*lines, post("c", START + 61 * SECOND, "x", CAT)])
    assert {name: (row.now, row.age, row.normal) for name, row in found(first).items()} == {"b1": (9, 60, 0)}


def test_a_post_older_than_all_others_is_compared_at_the_last_age_they_have_reached() -> None:
    lines = [
        post("a1", START, "one", ANN),
        post("b1", START + 30 * SECOND, "two", BOB),
        *liked("a1", START + 59 * SECOND, 9),
    ]
    lines += [*liked("a1", START + 80 * SECOND, 7), post("c", START + 100 * SECOND, "x", CAT)]
    row = found(picture(lines))["a1"]
    assert (row.now, row.age, row.normal) == (9, 60, 0)


def test_the_normal_is_that_of_the_age_and_not_of_the_end() -> None:
    lines = []
    for n in range(6):  # each gets 3 in its first minute and 60 within an hour
        name, born = f"p{n}", START + n * 2 * HOUR
        lines += [post(name, born, "x", ANN), *liked(name, born + 30 * SECOND, 3), *liked(name, born + 50 * MINUTE, 57)]
    late = START + 12 * HOUR
    lines += [post("same", late, "x", ANN), *liked("same", late + 30 * SECOND, 3), post("end", late + MINUTE, "x", BOB)]
    assert "same" not in found(picture(lines))
    more = [*lines[:-1], *liked("same", late + 40 * SECOND, 17), lines[-1]]
    row = found(picture(more))["same"]
    assert (row.now, row.age, row.author_posts) == (20, 60, 6)
    assert row.normal == pytest.approx(3, abs=0.1)


# -- what is not known, and what is not learnt ---------------------------------------------------------------------


def test_where_no_reactions_come_nothing_is_known_and_that_is_not_zero() -> None:
    engine = run([post(f"p{n}", START + n * MINUTE, "x", ANN) for n in range(30)])
    assert snapshot(engine).overperformers == []
    assert engine.overperforming.normal.normal(f"bluesky:{ANN}", MINUTE) is None
    assert {author.times for author in snapshot(engine).authors} == {None}


def test_late_deleted_and_purged_posts_are_not_listed() -> None:
    end = START + 5 * MINUTE
    lines = [post("end", end, "x", CAT)]
    for name, author in (("gone", ANN), ("purged", BOB), ("kept", CAT)):
        lines += [post(name, START, name, author), *liked(name, START + 30 * SECOND, 30, author)]
    for n in range(8):
        lines.append(post(f"q{n}", START + n, "quiet", f"did:plc:q{n}"))
    lines = sorted(lines, key=lambda line: line[line.index("time_us") :])
    lines += [delete("gone", end + SECOND, ANN), purge(BOB, end + 2 * SECOND)]
    lines += [post("late", START + SECOND, "late", "did:plc:l"), *liked("late", end + 3 * SECOND, 40, "did:plc:l")]
    engine = run(lines)
    assert list(found(snapshot(engine))) == ["kept"]
    deleted, purged = normal_of(engine, ANN), normal_of(engine, BOB)
    assert deleted is not None, "what a deleted post has taught remains"
    assert deleted[1] == pytest.approx(1, abs=0.01)
    assert purged is not None
    assert purged[1] == 0, "an account that is purged has no past any more"


def normal_of(engine: Engine, author: str, age: int = MINUTE) -> tuple[float, float] | None:
    return engine.overperforming.normal.normal(f"bluesky:{author}", age)


def test_posts_that_a_gap_touches_are_neither_learnt_from_nor_listed() -> None:
    lines = [
        post("before", START, "x", ANN),
        post("other", START + 1, "x", BOB),
        *liked("before", START + 50 * SECOND, 9),
    ]
    engine = run(lines, finish=False)
    gap = Gap(start=START + 90 * SECOND, end=START + 100 * SECOND, reason="reconnect")
    engine.feed(0, [post("m", START + 80 * SECOND, "x", CAT).encode()], PRESENT)
    engine.finish()
    engine._apply(Stamped(gap.end, gap.end, 4, "gap", 99, False, (gap,)))
    assert normal_of(engine, ANN) == pytest.approx((expm1((log(10) + 2 * log(10)) / 5), 1)), (
        "it was read before the gap"
    )
    for number in range(2):
        engine.feed(0, [post(f"n{number}", START + (200 + number) * SECOND, "x", CAT).encode()], PRESENT)
    engine.feed(0, [line.encode() for line in liked("before", START + 600 * SECOND, 90)], PRESENT)
    engine.finish()
    assert snapshot(engine).overperformers == []
    assert normal_of(engine, ANN, 5 * MINUTE) == (0, 0), "of the posts made after the gap alone"
    assert normal_of(engine, CAT, 5 * MINUTE) == (0, 2)


def test_a_post_whose_birth_was_not_seen_is_neither_learnt_from_nor_listed() -> None:
    def seen_late(name: str, at: int, behind: int) -> str:
        line = json.loads(post(name, at, "x", ANN))
        line["commit"]["record"]["createdAt"] = stamp(at - behind)
        return json.dumps(line)

    lines = [
        post("a", START - HOUR, "x", BOB),
        seen_late("old", START, 30 * MINUTE),
        seen_late("very", START, 90 * HOUR),
    ]
    lines += [post(f"q{n}", START + n, "x", f"did:plc:q{n}") for n in range(5)]
    lines += [
        *liked("old", START + SECOND, 50),
        *liked("very", START + SECOND, 50),
        post("end", START + HOUR, "x", CAT),
    ]
    config = msgspec.structs.replace(ALL, lateness=2 * HOUR)
    engine = run(lines, config)
    assert snapshot(engine).overperformers == []
    assert all(normal is not None and normal[1] == 0 for normal in [normal_of(engine, ANN)])


def counted(name: str, created: int, at: int | None, likes: int | None, author: str = "ann") -> bytes:
    """A line of a feed that reports counts, read at a time."""
    line = {"id": name, "text": "some words", "author": author, "created_at": created // SECOND}
    if at is not None:
        line["counts_at"] = at // SECOND
    if likes is not None:
        line["likes"] = likes
    return json.dumps(line).encode()


def test_reported_counts_are_compared_at_the_age_they_were_true() -> None:
    def read(number: int, age: int, likes: int | None) -> bytes:
        return counted(f"p{number}", START + number * MINUTE, START + number * MINUTE + age, likes)

    lines = [counted(f"p{n}", START + n * MINUTE, None, None) for n in range(9)]
    lines += [read(n, 16 * MINUTE, 1) for n in range(6)]
    lines += [read(n, 29 * MINUTE, 7) for n in range(6)]
    lines += [read(6, 28 * MINUTE, 60), read(7, 28 * MINUTE, None), read(8, 20 * MINUTE, 60)]
    lines.append(counted("end", START + 3 * HOUR, None, None))
    shown = picture(lines, msgspec.structs.replace(ALL, lateness=HOUR))
    assert list(found(shown)) == ["p8", "p6"], "of p7 nothing was told, which is not nothing"
    row = found(shown)["p6"]
    assert (row.now, row.age, row.author_posts) == (60, 28 * 60, 6)
    assert 5.5 < row.normal < 7
    assert found(shown)["p8"].age == 20 * 60
    assert 1 < found(shown)["p8"].normal < 4


def test_a_report_near_a_rung_is_compared_there_where_no_other_was_made_on_the_far_side() -> None:
    lines = [counted(f"p{n}", START + n * MINUTE, None, None) for n in range(6)]
    for n, (age, likes) in enumerate(((310, 4), (299, 4), (355, 4), (245, 60), (330, 60), (400, 60))):
        lines.append(counted(f"p{n}", START + n * MINUTE, START + n * MINUTE + age * SECOND, likes))
    lines.append(counted("end", START + HOUR, None, None))
    rows = found(picture(lines, msgspec.structs.replace(ALL, lateness=HOUR)))
    assert {name: row.age for name, row in rows.items()} == {"p3": 245, "p4": 330}, "400 s is not near 5 minutes"
    assert all(row.author_posts == 4 for row in rows.values())


def test_counts_of_an_unknown_age_are_not_ranked() -> None:
    lines = [counted(f"p{n}", START + n * MINUTE, None, 3 if n else 9_000) for n in range(40)]
    assert picture(lines).overperformers == []


# -- degenerate feeds ----------------------------------------------------------------------------------------------


def test_a_feed_in_which_nothing_happens_and_one_of_a_single_author() -> None:
    quiet = [post(f"p{n}", START + n * SECOND, "x", ANN) for n in range(300)]
    assert picture([*quiet, like("l", START + 301 * SECOND, uri("p0", ANN))]).overperformers == []
    busy = []
    for n in range(300):
        busy += [
            post(f"p{n}", START + n * SECOND, "x", ANN),
            *liked(f"p{n}", START + n * SECOND + 1, 40 if n == 150 else 2),
        ]
    rows = found(picture(busy))
    assert list(rows) == ["p150"]
    assert rows["p150"].normal == pytest.approx(2, abs=0.2)


def test_a_count_that_jumps_beyond_all_bounds_is_a_row_like_any_other() -> None:
    lines = [counted(f"p{n}", START + n * MINUTE, START + n * MINUTE + 30 * MINUTE, 3) for n in range(6)]
    lines += [
        counted("wild", START + 10 * MINUTE, START + 40 * MINUTE, 10**9, "bob"),
        counted("end", START + 3 * HOUR, None, None),
    ]
    shown = picture(lines, msgspec.structs.replace(ALL, lateness=HOUR))
    assert found(shown)["wild"].now == 10**9
    assert found(shown)["wild"].times == pytest.approx(250_000_000, rel=0.1)


# -- what is listed ------------------------------------------------------------------------------------------------


def lively(seed: int, posts: int = 120, authors: int = 12) -> list[str]:
    """A feed of authors each with a usual number of likes, and some luck, in the order of time."""
    rng = random.Random(seed)
    lines: list[tuple[int, str]] = []
    for n in range(posts):
        author, born = f"did:plc:a{rng.randrange(authors)}", START + n * 5 * SECOND + rng.randrange(SECOND)
        lines.append((born, post(f"p{n}", born, f"words of {n}", author)))
        for one in range(int(rng.expovariate(0.3) * (40 if rng.random() < 0.05 else 1))):
            at = born + 1 + rng.randrange(10 * MINUTE)
            lines.append((at, like(f"l{n}-{one}", at, uri(f"p{n}", author), f"did:plc:r{one}")))
        if rng.random() < 0.05:
            lines.append((born + MINUTE, delete(f"p{n}", born + MINUTE, author)))
    return [line for _, line in sorted(lines)]


WINDOW = EngineConfig(window=18 * MINUTE, retention=ALL_TIME, horizons=(MINUTE,), max_texts=1 << 10)


def test_the_few_rows_of_a_frame_are_the_first_of_all() -> None:
    for seed in range(4):
        engine = run(lively(seed), WINDOW)
        rows = snapshot(engine).overperformers
        assert len(rows) > 6
        for limit in (0, 1, 5, len(rows) - 1, len(rows), 1_000):
            assert snapshot(engine, limit).overperformers == rows[:limit]


def test_what_is_listed_has_support_and_is_twice_its_normal() -> None:
    shown = picture(lively(1), WINDOW)
    assert shown.as_of is not None
    assert [row.score for row in shown.overperformers] == sorted(
        (row.score for row in shown.overperformers), reverse=True
    )
    for row in shown.overperformers:
        assert row.now >= 3
        assert row.times == (1 + row.now) / (1 + row.normal)
        assert row.times > 1.99
        assert (shown.as_of - row.created).total_seconds() < 18 * 60


def test_an_authors_times_is_the_geometric_mean_of_its_posts() -> None:
    lines = lively(2, posts=60, authors=3)
    engine = run(lines, ALL)
    for author in snapshot(engine).authors:
        keys = engine.ledger.by_author.of(f"bluesky:{author.author}")
        newest = sorted((engine.ledger.posts[key] for key in keys), key=lambda entry: entry.time)[-20:]
        standings = [engine.overperforming.standing(entry, engine.now or 0) for entry in newest]
        logs = [log((1 + one.now) / (1 + one.normal.engagements)) for one in standings if one is not None]
        assert author.times == round(exp(sum(logs) / len(logs)), 3)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 90), st.integers(0, 10**6))
def test_neither_cuts_nor_what_comes_later_nor_the_window_shown_change_anything(seed: int, cuts: int, at: int) -> None:
    lines = lively(seed, posts=60)
    whole, expected = run(lines, ALL, cuts), picture(lines, ALL).overperformers
    assert snapshot(whole).overperformers == expected
    until = START + 5 * SECOND + at % (5 * MINUTE)
    cut = Engine(ALL, until=until)
    cut.feed(0, [line.encode() for line in lines], PRESENT)
    cut.finish()
    before = [line for line in lines if json.loads(line)["time_us"] <= until]
    assert snapshot(cut).overperformers == picture(before, ALL).overperformers
    whole.show(2 * MINUTE)
    within = run(lines, msgspec.structs.replace(ALL, window=2 * MINUTE))
    assert snapshot(whole).overperformers == snapshot(within).overperformers
    whole.show(ALL_TIME)
    assert snapshot(whole).overperformers == expected


def test_the_table_is_exported_with_its_columns() -> None:
    shown = picture(feed())
    row = next(csv.DictReader(io.StringIO("".join(csv_parts(shown, "overperformers")))))
    assert (row["now"], row["age"], row["author_posts"], row["story"]) == ("20", "60", "1", "")
    assert float(row["times"]) == shown.overperformers[0].times


# -- a feed whose truth is known -----------------------------------------------------------------------------------


def test_in_a_simulated_feed_normals_follow_what_is_true_of_the_authors() -> None:
    lines, truth = simulate("bluesky", seed=3, hours=1.2, rate=20, haste=6.0)
    engine = run(lines, msgspec.structs.replace(ALL, horizons=(24 * HOUR,)))
    expected: dict[str, list[float]] = defaultdict(list)
    for told in truth.posts:
        expected[told.author].append(log1p(told.expected))
    normals, usual = [], []
    for author, logs in expected.items():
        normal = normal_of(engine, author, 30 * MINUTE)
        if normal is not None and normal[1] >= 4:
            normals.append(normal[0])
            usual.append(float(np.mean(logs)))
    assert len(normals) > 100
    ranks = [np.argsort(np.argsort(values)) for values in (normals, usual)]
    assert np.corrcoef(*ranks)[0, 1] > 0.9
    posts = {told.uid: told for told in truth.posts}
    rows = [row for row in snapshot(engine).overperformers if row.uid in posts][:50]
    lifted = [log1p(posts[row.uid].expected) - float(np.mean(expected[row.author])) for row in rows]
    assert np.mean(lifted) > 0.3, "posts that were made to do better than their author's others come first"
