"""What the engine makes of a feed, event by event, on hand-written Jetstream lines."""

import json
from datetime import UTC, datetime

import pytest

from engine.clock import Stamped
from engine.config import ALL_TIME, HOUR, MINUTE, EngineConfig
from engine.events import Gap
from engine.picture import snapshot
from engine.snapshot import Meters, PostRow, Snapshot
from engine.sources.base import Oversized
from tests.feeds import ALL, SECOND, START, delete, edit, like, picture, post, purge, run, uri

GOOD = "I love this wonderful day, it makes me very happy"
BAD = "I hate this awful weather, it is a terrible day"


def rows(picture: Snapshot) -> dict[str, PostRow]:
    return {row.uid.rpartition("/")[2]: row for row in picture.posts}


def total(meters: Meters) -> int:
    return sum(getattr(meters, name) for name in meters.__struct_fields__ if name not in ("lines", "read", "embedded"))


def test_a_post_is_scored_tagged_and_counted() -> None:
    shown = picture([post("1", START, f"{GOOD} #Sun", tags=["Sun"])])
    assert shown.meters.posts == 1
    assert shown.sentiment.positive == shown.sentiment.scored == 1
    assert shown.sentiment.coverage == 1.0
    assert [(tag.tag, tag.posts, tag.authors) for tag in shown.hashtags] == [("sun", 1, 1)]
    assert shown.platforms == {"bluesky": 1}


def test_an_exact_repeat_is_a_duplicate() -> None:
    line = post("1", START, GOOD)
    meters = picture([line, line, line]).meters
    assert (meters.posts, meters.duplicates, meters.read) == (1, 2, 3)


def test_an_edit_takes_the_old_text_out_and_puts_the_new_in() -> None:
    edited = picture([post("1", START, f"{GOOD} #sun"), edit("1", START + MINUTE, f"{BAD} #rain", START)])
    written = picture([post("1", START, f"{BAD} #rain"), like("l", START + MINUTE, uri("elsewhere"))])
    assert edited.meters.edits == 1
    assert edited.sentiment == written.sentiment
    assert edited.hashtags == written.hashtags
    assert rows(edited)["1"].edits == 1
    assert rows(edited)["1"].text == rows(written)["1"].text


def test_the_same_edit_again_is_a_duplicate() -> None:
    change = edit("1", START + MINUTE, BAD, START)
    meters = picture([post("1", START, GOOD), change, change]).meters
    assert (meters.edits, meters.duplicates) == (1, 1)


def test_an_edit_of_a_post_never_seen_is_a_post() -> None:
    shown = picture([edit("1", START, BAD, START)])
    assert shown.meters.posts == 1
    assert rows(shown)["1"].text == BAD


def test_a_delete_takes_everything_out_and_the_post_cannot_come_back() -> None:
    first = post("1", START, f"{GOOD} #sun")
    shown = picture([first, delete("1", START + MINUTE), first])
    assert (shown.meters.posts, shown.meters.deletes, shown.meters.duplicates) == (1, 1, 1)
    assert shown.posts == []
    assert shown.hashtags == []
    assert shown.sentiment.scored == 0


def test_a_delete_before_its_post_holds() -> None:
    shown = picture([delete("1", START), post("1", START + MINUTE, GOOD)])
    assert shown.posts == []


def test_a_purge_takes_all_posts_of_the_account_and_no_other() -> None:
    lines = [post("1", START, GOOD), post("2", START + 1, BAD), post("3", START + 2, GOOD, author="did:plc:b")]
    shown = picture([*lines, purge("did:plc:a", START + MINUTE)])
    assert list(rows(shown)) == ["3"]
    assert shown.meters.deletes == 1


def test_reactions_are_counted_once_and_can_be_taken_back() -> None:
    liked = like("l1", START + SECOND, uri("1"))
    lines = [
        post("1", START, GOOD),
        liked,
        liked,
        like("l2", START + 2 * SECOND, uri("1"), author="did:plc:y"),
        like("r1", START + 3 * SECOND, uri("1"), repost=True),
        delete("l2", START + MINUTE, author="did:plc:y", collection="app.bsky.feed.like"),
    ]
    shown = picture(lines)
    assert (rows(shown)["1"].likes, rows(shown)["1"].reposts) == (1, 1)
    assert (shown.meters.reactions, shown.meters.duplicates, shown.meters.deletes) == (3, 1, 1)


def test_reactions_before_their_post_are_kept_for_it() -> None:
    shown = picture([like("l1", START, uri("1")), post("1", START + 10 * SECOND, GOOD)])
    assert rows(shown)["1"].likes == 1


def test_replies_and_quotes_count_for_the_post_they_answer() -> None:
    reply = {"reply": {"parent": {"uri": uri("1"), "cid": "c"}, "root": {"uri": uri("1"), "cid": "c"}}}
    quote = {"embed": {"$type": "app.bsky.embed.record", "record": {"uri": uri("1"), "cid": "c"}}}
    lines = [
        post("1", START, GOOD),
        post("2", START + SECOND, GOOD, **reply),
        post("3", START + 2 * SECOND, GOOD, **quote),
    ]
    shown = rows(picture(lines))
    assert (shown["1"].replies, shown["1"].quotes) == (1, 1)
    assert (shown["2"].kind, shown["3"].kind) == ("reply", "quote")
    assert rows(picture([*lines, delete("2", START + MINUTE)]))["1"].replies == 0


def test_counts_nobody_reports_stay_unknown() -> None:
    row = rows(picture([post("1", START, GOOD)]))["1"]
    assert (row.likes, row.reposts, row.views) == (None, None, None)


def test_a_late_post_goes_to_its_true_time_and_is_counted_as_late() -> None:
    lines = [post("1", START, GOOD), post("2", START + HOUR, GOOD), post("3", START + 30 * SECOND, GOOD)]
    shown = picture(lines)
    assert (shown.meters.posts, shown.meters.late) == (2, 1)
    assert rows(shown)["3"].created.second == 30
    assert shown.posts_in_window == 3
    assert sum(moment.posts for moment in shown.timeline) == 3


def test_what_cannot_be_read_is_counted_with_its_first_example() -> None:
    shown = picture([post("1", START, GOOD), b'{"broken": ', b'{"broken again": ', b"[1, 2", b"\xff\xfe{}"])
    assert shown.meters.posts == 1
    assert shown.meters.rejected == 4
    assert sum(reason.count for reason in shown.rejections) == 4
    assert any("broken" in reason.example for reason in shown.rejections)


def test_a_line_too_long_is_rejected_and_the_feed_goes_on() -> None:
    engine = run([post("1", START, GOOD)], finish=False)
    engine.feed(0, [Oversized(b"{" * 200, 5_000_000), post("2", START + 1, GOOD).encode()], START)
    engine.finish()
    shown = snapshot(engine)
    assert [(reason.reason, reason.count) for reason in shown.rejections] == [("line too long", 1)]
    assert shown.meters.posts == 2


def test_the_meters_add_up_at_every_moment() -> None:
    lines = [post(str(n), START + n * SECOND, GOOD) for n in range(20)] + [b"junk", delete("3", START + MINUTE)]
    for count in range(len(lines) + 1):
        meters = snapshot(run(lines[:count], finish=False)).meters
        assert meters.read == total(meters)
        assert meters.lines == count


def test_text_that_is_not_english_is_not_scored_and_not_neutral() -> None:
    german = "Heute ist die Stimmung im ganzen Land sehr gut, und die Leute freuen sich auf den Sommer"
    sentiment = picture([post("1", START, german), post("2", START + 1, GOOD)]).sentiment
    assert (sentiment.scored, sentiment.neutral, sentiment.coverage) == (1, 0, 0.5)
    assert sum(sentiment.not_scored.values()) == 1


def test_the_window_shows_its_time_only_and_the_change_against_the_one_before() -> None:
    config = EngineConfig(window=15 * MINUTE)
    lines = [post("1", START, BAD), post("2", START + 16 * MINUTE, GOOD), post("3", START + 17 * MINUTE, GOOD)]
    shown = picture(lines, config)
    assert shown.posts_in_window == 2
    assert shown.sentiment.mean is not None
    assert shown.sentiment.change == pytest.approx(shown.sentiment.mean - rows(shown)["1"].compound)


def test_another_window_shows_what_a_run_with_it_would() -> None:
    lines = [post(str(n), START + n * MINUTE, GOOD if n % 3 else BAD, tags=[f"t{n % 4}"]) for n in range(60)]
    engine = run(lines, EngineConfig(window=5 * MINUTE))
    engine.show(30 * MINUTE)
    other = snapshot(run(lines, EngineConfig(window=30 * MINUTE)))
    shown = snapshot(engine)
    assert (shown.sentiment, shown.hashtags, shown.timeline) == (other.sentiment, other.hashtags, other.timeline)


def test_a_post_seen_again_after_retention_is_late_and_changes_nothing() -> None:
    config = EngineConfig(window=ALL_TIME, retention=10 * MINUTE, horizons=(5 * MINUTE,))
    lines = [post(str(n), START + n * MINUTE, GOOD) for n in range(30)]
    engine = run(lines, config)
    again = run([*lines, lines[0]], config)
    assert (again.meters["late"], again.meters["posts"]) == (1, 30)
    assert again.platforms == engine.platforms
    assert again.ledger.posts.keys() == engine.ledger.posts.keys()
    assert again.labels.censored == engine.labels.censored


def test_an_edit_of_a_post_never_seen_stands_at_its_birth_and_is_not_predicted() -> None:
    lines = [post("1", START, GOOD), post("2", START + HOUR, GOOD), edit("old", START + HOUR + 1, BAD, START + MINUTE)]
    engine = run(lines, EngineConfig(window=15 * MINUTE))
    shown = snapshot(engine)
    assert shown.posts_in_window == 1
    assert rows(shown)["old"].created.minute == 1
    assert shown.labels[0].censored["late"] == 1


def test_an_edit_that_turns_a_quote_away_takes_the_quote_back() -> None:
    quote = {"embed": {"$type": "app.bsky.embed.record", "record": {"uri": uri("1"), "cid": "c"}}}
    quoting = post("2", START + SECOND, GOOD, **quote)
    lines = [post("1", START, GOOD), quoting, edit("2", START + MINUTE, BAD, START + SECOND)]
    shown = rows(picture(lines))
    assert (shown["1"].quotes, shown["2"].kind, shown["2"].quote_of) == (0, "post", "")


def test_an_edit_gives_a_post_to_the_cluster_of_its_new_text() -> None:
    rain = ["flood river rain storm", "storm rain flood bridge", "river flood storm rain"]
    goal = ["goal match striker league", "striker goal league match", "match goal league striker"]
    lines = [post(str(n), START + n * SECOND, (rain, goal)[n % 2][n // 2 % 3]) for n in range(30)]
    lines.append(post("later", START + 10 * MINUTE, "nothing of that kind"))
    lines.append(edit("0", START + 11 * MINUTE, goal[0], START))
    shown = rows(picture(lines))
    assert shown["0"].cluster == shown["1"].cluster is not None
    assert shown["0"].cluster != shown["2"].cluster


def test_a_purge_holds_for_posts_that_come_later_but_were_made_before() -> None:
    lines = [post("0", START, GOOD, author="did:plc:b"), purge("did:plc:a", START + MINUTE)]
    before, after = post("1", START + SECOND, GOOD), post("2", START + 2 * MINUTE, GOOD)
    assert list(rows(picture([*lines, after, before]))) == ["0", "2"]


def test_what_waits_is_dropped_at_once_when_its_post_is_deleted() -> None:
    lines = [post("1", START, "a secretword"), delete("1", START + SECOND), like("l", START + 4 * SECOND, uri("x"))]
    engine = run(lines, finish=False)
    assert not engine.forecasting
    assert engine.topics._waiting == {}


def test_retention_bounds_what_is_kept() -> None:
    config = EngineConfig(window=5 * MINUTE, retention=10 * MINUTE)
    engine = run([post(str(n), START + n * MINUTE, GOOD) for n in range(60)], config)
    assert len(engine.ledger.posts) == 10
    assert len(engine.ledger.by_author.of("bluesky:did:plc:a")) == 10


def test_the_cap_on_posts_drops_the_oldest_and_says_so() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, max_posts=5)
    shown = picture([post(str(n), START + n * MINUTE, GOOD) for n in range(9)], config)
    assert list(rows(shown)) == ["4", "5", "6", "7", "8"]
    assert shown.posts_in_window == 5
    assert "cap of 5 posts" in shown.notices[0]


def test_two_sources_are_merged_in_event_time() -> None:
    engine = run([], finish=False)
    engine.open(0)
    engine.open(1)
    engine.feed(0, [post(f"a{n}", START + 2 * n * MINUTE, GOOD).encode() for n in range(5)], START + HOUR)
    assert snapshot(engine).meters.read == 0, "the other source may still have older posts"
    engine.feed(1, [post(f"b{n}", START + (2 * n + 1) * MINUTE, GOOD).encode() for n in range(5)], START + HOUR)
    engine.finish()
    shown = snapshot(engine)
    assert [row.uid.rpartition("/")[2] for row in shown.posts] == [f"{s}{n}" for n in range(5) for s in "ab"]
    assert shown.meters.late == 0


def test_a_quiet_source_does_not_hold_the_others_up() -> None:
    engine = run([], finish=False)
    engine.open(0)
    engine.open(1)
    engine.feed(0, [post(str(n), START + n * MINUTE, GOOD).encode() for n in range(5)], START + HOUR)
    engine.quiet(1)
    assert snapshot(engine).meters.posts == 4
    engine.quiet(0)
    assert snapshot(engine).meters.posts == 5


def test_a_label_is_the_count_at_its_horizon_and_not_after() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(15 * MINUTE,))
    lines = [post("1", START, GOOD)]
    lines += [like(f"in{n}", START + n * MINUTE, uri("1"), author=f"did:plc:l{n}") for n in (1, 5, 15)]
    lines += [like("out", START + 15 * MINUTE + 1, uri("1")), post("2", START + HOUR, GOOD)]
    shown = picture(lines, config)
    first = next(row for row in shown.predictions if row.uid.endswith("/1"))
    assert (first.state, first.actual, first.now) == ("matured", 3, 4)
    assert (shown.labels[0].matured, shown.labels[0].waiting) == (1, 1)


def test_deleted_late_and_blind_posts_are_censored_and_not_scored_as_small() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(15 * MINUTE,))
    lines = [
        post("gone", START, GOOD),
        post("blind", START + MINUTE, GOOD),
        like("l", START + 2 * MINUTE, uri("blind")),
        post("late", START - MINUTE, GOOD),
        delete("gone", START + 3 * MINUTE),
    ]
    engine = run(lines, config, finish=False)
    engine.labels.blind(Gap(start=START + 4 * MINUTE, end=START + 5 * MINUTE, reason="reconnect"))
    engine.feed(0, [post("after", START + HOUR, GOOD).encode()], START + HOUR)
    engine.finish()
    labels = snapshot(engine).labels[0]
    assert labels.censored == {"deleted": 1, "gap": 1, "late": 1}
    assert (labels.matured, labels.waiting) == (0, 1)


def test_a_gap_censors_the_labels_that_come_due_inside_it() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(15 * MINUTE,))
    engine = run([post("1", START, GOOD), like("l", START + MINUTE, uri("1"))], config, finish=False)
    gap = Gap(start=START + 10 * MINUTE, end=START + 20 * MINUTE, reason="reconnect")
    record = Stamped(gap.end, gap.end, 4, "gap", 99, False, (gap,))
    engine.finish()
    engine._apply(record)
    assert snapshot(engine).labels[0].censored == {"gap": 1}
    assert [row.reason for row in snapshot(engine).gaps] == ["reconnect"]


def test_posts_with_reactions_are_not_turned_away_for_being_read_more_often() -> None:
    def tweet(uid: int, minute: int, **more: object) -> dict[str, object]:
        created = datetime.fromtimestamp(START / SECOND + 60 * minute, UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")
        user = {"id_str": f"u{uid}", "screen_name": "n", "followers_count": 5}
        return {"id_str": str(uid), "created_at": created, "text": GOOD, "user": user, "retweet_count": 0} | more

    first, quiet = tweet(1, 0), tweet(2, 1)
    retweets = [tweet(10 + n, n, retweeted_status=first | {"retweet_count": n}) for n in (2, 3)]
    lines = [json.dumps(line) for line in (first, quiet, *retweets, tweet(99, 60))]
    shown = picture(lines, EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(15 * MINUTE,)))
    assert {row.uid: row.actual for row in shown.predictions if row.state == "matured"} == {"1": 2, "2": 0}


def test_without_any_reactions_in_the_feed_labels_are_not_reported_rather_than_zero() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(15 * MINUTE,))
    shown = picture([post("1", START, GOOD), post("2", START + HOUR, GOOD)], config)
    assert shown.labels[0].censored == {"not reported": 1}
    assert shown.labels[0].matured == 0


def test_first_labels_are_announced_until_there_are_any() -> None:
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(15 * MINUTE,))
    shown = picture([post("1", START, GOOD)], config)
    due = shown.labels[0].first_due
    assert due is not None
    assert (due - shown.posts[0].created).total_seconds() == 900


def test_nothing_at_all_is_a_picture_too() -> None:
    shown = picture([])
    assert (shown.as_of, shown.posts, shown.sentiment.mean) == (None, [], None)
    assert shown.sentiment.coverage is None


def test_until_stops_the_picture_at_a_time() -> None:
    from engine.pipeline import Engine

    engine = Engine(ALL, until=START + 2 * MINUTE)
    engine.feed(0, [post(str(n), START + n * MINUTE, GOOD).encode() for n in range(9)], START + HOUR)
    assert engine.sequence.past_until
    engine.finish()
    assert list(rows(snapshot(engine))) == ["0", "1", "2"]
