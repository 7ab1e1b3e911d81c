"""What a filtered window shows equals a plain count over the posts, and nothing that is learnt knows of a filter."""

import pickle
from collections import Counter
from functools import partial
from statistics import fmean
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import MINUTE, EngineConfig
from engine.filters.parse import All, Compared, Expression, Has, Not, Said, parse
from engine.filters.parse import Any as Either
from engine.filters.tokens import FilterError
from engine.picture import snapshot
from engine.picture_behind import posts_behind
from engine.pipeline import Engine
from engine.placing import Placing
from engine.protocol import FindPosts
from engine.snapshot import PostRow, Snapshot
from engine.tags import Tags
from tests import test_topics as topics
from tests.feeds import PRESENT, SECOND, START, delete, edit, like, picture, post, run, uri
from tests.lively import lively

CONFIG = EngineConfig(window=6 * MINUTE, horizons=(20 * SECOND,), max_texts=1 << 10, clusters=(2, 6))
SHORT = msgspec.structs.replace(CONFIG, window=2 * MINUTE, retention=4 * MINUTE, max_posts=60)
LINES = [line.encode() for _, line in lively(5, 180)]

# -- the other way to count: from the rows of the whole feed, in plain words ---------------------------------------


class Plain:
    """Says of a row of an unfiltered snapshot whether it matches."""

    def __init__(self, whole: Snapshot) -> None:
        horizon = min((row.horizon for row in whole.labels), default=0)
        self.predicted = {row.uid: row.predicted for row in whole.predictions if row.horizon == horizon}

    def matches(self, expression: Expression | None, row: PostRow) -> bool:
        match expression:
            case None:
                return True
            case Not(inner):
                return not self.matches(inner, row)
            case All(parts):
                return all(self.matches(part, row) for part in parts)
            case Either(parts):
                return any(self.matches(part, row) for part in parts)
            case Said(text, True):
                return text.lower() in row.text.lower()
            case Said(text):
                return text.lower() in row.text.lower().replace("?", " ").replace("#", " ").split()
            case Compared(field, sign, number):
                value = self.number(field, row)
                if value is None:
                    return False
                return bool(eval(f"{value!r} {'==' if sign == '=' else sign} {number!r}"))
            case Has(field, value):
                return self.has(field, value, row)

    def number(self, field: str, row: PostRow) -> Any:
        counts = [row.likes, row.reposts, row.replies, row.quotes]
        match field:
            case "sent":
                return row.compound
            case "pred":
                return self.predicted.get(row.uid)
            case "engagement":
                known = [count for count in counts if count is not None]
                return sum(known) if known else None
            case _:
                return getattr(row, field)

    def has(self, field: str, value: str, row: PostRow) -> bool:
        match field, value:
            case "tag", _:
                return value.lstrip("#") in row.tags
            case "author", _:
                return value.lower() in (row.author.lower(), row.name.lower().lstrip("@"))
            case (("cluster" | "story" | "lang" | "platform"), _):
                return str(getattr(row, field)) == value
            case "has", "link":
                return "https://" in row.text or row.media == "link"
            case "has", "media":
                return row.media in ("image", "video")
            case "has", _:
                return row.media == value
            case _, "post" | "reply" | "quote":
                return row.kind == value
            case _, "late":
                return row.late
            case _, "edited":
                return row.edits > 0
            case _:
                return row.compound is not None


def check(engine: Engine, text: str) -> Snapshot:
    """The picture under a filter against a count over the rows of the picture without one."""
    before = engine.filtered.text if engine.filtered else ""
    shown = snapshot(engine)
    engine_filter = engine.filtered
    engine.view.filtered = None
    whole = snapshot(engine)
    engine.view.filtered = engine_filter
    assert (shown.filter, before) == (text, text)
    plain = Plain(whole)
    expression = parse(text)
    rows = [row for row in whole.posts if plain.matches(expression, row)]
    assert shown.posts == rows
    start = engine.whole.start
    inside = [row for row in rows if start is None or _micros(row) > start]
    assert shown.posts_in_window == len(inside)
    assert shown.posts_unfiltered == whole.posts_in_window
    assert shown.share == (len(inside) / whole.posts_in_window if whole.posts_in_window else None)
    assert shown.authors_in_window == len({(row.platform, row.author) for row in inside})
    scored = [row.compound for row in inside if row.compound is not None]
    assert shown.sentiment.scored == len(scored)
    assert shown.sentiment.mean == (pytest.approx(fmean(scored)) if scored else None)
    assert shown.languages == Counter(row.lang for row in inside)
    assert {row.tag: row.posts for row in shown.hashtags} == Counter(tag for row in inside for tag in row.tags)
    assert {row.id: row.posts for row in shown.stories} == Counter(row.story for row in inside if row.story is not None)
    clusters = Counter(row.cluster for row in inside if row.cluster is not None)
    assert all(clusters[row.id] == row.posts for row in shown.clusters)
    assert shown.clusters_in_window == len(clusters)
    assert shown.unclustered == len(inside) - clusters.total()
    assert {row.author: row.posts for row in shown.authors} == Counter(row.author for row in inside)
    assert sum(moment.posts for moment in shown.timeline) == len(inside)
    assert all(moment.reactions is None for moment in shown.timeline)
    uids, window = {row.uid for row in rows}, {row.uid for row in inside}
    assert shown.predictions == [row for row in whole.predictions if row.uid in uids]
    assert shown.overperformers == [row for row in whole.overperformers if row.uid in window]
    assert {row.id for row in shown.bursts} <= {row.id for row in whole.bursts}
    assert (shown.labels, shown.scoreboard, shown.meters) == (whole.labels, whole.scoreboard, whole.meters)
    brief = snapshot(engine, 7)
    assert brief.posts == [*reversed(shown_by_arrival(engine))][:7]
    assert all(row.uid in uids for row in brief.predictions)
    return shown


def shown_by_arrival(engine: Engine) -> list[PostRow]:
    by_uid = {row.uid: row for row in snapshot(engine).posts}
    return [by_uid[entry.uid] for entry in engine.ledger.posts.values() if entry.uid in by_uid]


def _micros(row: PostRow) -> int:
    return round(row.created.timestamp() * 1_000_000)


TERMS = st.sampled_from(
    [
        *("flood", "striker", "nobody", "nothere", '"river rain"', '"they"', '"who"'),
        *("tag:quake", "#music", "tag:none", "lang:en", "lang:de", "platform:bluesky", "author:did:plc:author3"),
        *("is:reply", "is:post", "is:quote", "is:late", "is:edited", "is:scored", "has:link", "has:media", "has:poll"),
        *("likes>2", "likes=0", "likes<=1", "reposts>=1", "replies>0", "quotes<1", "views>1", "engagement>4"),
        *(
            "followers>10",
            "sent<-0.1",
            "sent>=0",
            "pred>2",
            "pred<=1.5",
            "cluster:1",
            "cluster:2",
            "story:1",
            "story:3",
        ),
    ]
)
EXPRESSIONS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        inner.map(lambda one: f"-({one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
    ),
    max_leaves=5,
)


@settings(max_examples=10, deadline=None)
@given(
    EXPRESSIONS,
    st.sampled_from([CONFIG, SHORT]),
    st.sampled_from([MINUTE, 6 * MINUTE, 0]),
    st.integers(0, 300),
    st.lists(st.integers(1, 300), max_size=2),
)
def test_what_is_shown_equals_a_plain_count(
    text: str, config: EngineConfig, window: int, begin: int, looks: list[int]
) -> None:
    engine = run(LINES[:begin], config, finish=False)
    engine.show(window, text)
    at = begin
    for step in looks:
        if at:
            check(engine, text)
        engine.feed(0, LINES[at : at + step], PRESENT)
        at += step
    engine.finish()
    if engine.now is not None:
        check(engine, text)


@pytest.mark.parametrize("text", ["likes>2 OR story:2", "pred>1 -is:copy OR cluster:1", "times>1.5 OR -flood -likes<1"])
def test_posts_come_into_the_filter_and_leave_it_as_they_change(text: str) -> None:
    in_step_with_one_made_anew(LINES, CONFIG, text)


@pytest.mark.parametrize("text", ["is:copy OR cluster:1 OR story:3", "-is:copy"])
def test_stories_that_merge_move_and_are_forgotten_take_their_posts_along(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.placing.MERGES_KEPT", 1)  # merges are written into the posts at once
    monkeypatch.setattr("engine.places.ROOM", 2)  # and stories without posts forgotten
    settled = []
    settle = Placing._settle

    def noted(placing: Placing) -> None:
        settled.append(placing)
        settle(placing)

    monkeypatch.setattr(Placing, "_settle", noted)
    in_step_with_one_made_anew([line.encode() for line in topics.LINES], topics.CONFIG, text)
    assert settled, "the feed has no merges"


def in_step_with_one_made_anew(lines: list[bytes], config: EngineConfig, text: str) -> None:
    """A filtered window that was kept up to date shows what one shows that has just been made."""
    engine = run([], config, finish=False)
    engine.show(expression=text)
    for at in range(0, len(lines), 173):
        engine.feed(0, lines[at : at + 173], PRESENT)
        shown = snapshot(engine)
        kept = engine.filtered
        engine.show(expression=text)
        assert engine.filtered is not kept
        assert snapshot(engine) == shown
        engine.view.filtered = kept


def learners(engine: Engine) -> bytes:
    """All that is known of posts, predictions, models and topics."""
    scores = [engine.model.scores(index) for index in range(len(CONFIG.horizons))]
    labels = engine.labels
    told = [(key, one.told.made, one.told.record, one.outcomes) for key, one in labels.tracked.items()]
    known = (engine.ledger.posts, told, scores, labels.matured, labels.censored)
    topics = (engine.places.theme_of, engine.places.born, engine.places.merged, vars(engine.names))
    return pickle.dumps([repr(known), repr(topics), snapshot_of(engine)])


def snapshot_of(engine: Engine) -> bytes:
    return msgspec.json.encode(snapshot(engine))


def test_no_filter_changes_what_is_learnt() -> None:
    plain, filtered = run([], CONFIG, finish=False), run([], CONFIG, finish=False)
    for number, text in enumerate(["likes>2", "flood", "pred>1", "cluster:1", "times>2", ""]):
        filtered.show(expression=text)
        for engine in (plain, filtered):
            engine.feed(0, LINES[number * 150 : number * 150 + 150], PRESENT)
        assert snapshot(filtered).filter == text
    for engine in (plain, filtered):
        engine.feed(0, LINES[900:], PRESENT)
        engine.finish()
    assert learners(plain) == learners(filtered)


def test_a_filter_stays_when_the_window_changes_and_goes_when_it_is_emptied() -> None:
    engine = run(LINES, CONFIG)
    engine.show(expression="tag:quake")
    few = snapshot(engine)
    engine.show(0)
    assert snapshot(engine).posts_in_window > few.posts_in_window
    assert snapshot(engine).filter == "tag:quake"
    engine.show(expression="  ")
    assert snapshot(engine).filter == ""
    assert snapshot(engine).share is None


def test_a_wrong_expression_changes_nothing() -> None:
    engine = run(LINES[:50], CONFIG)
    engine.show(expression="flood")
    with pytest.raises(FilterError):
        engine.show(expression="flod:x")
    assert snapshot(engine).filter == "flood"


def test_what_is_not_known_is_neither_more_nor_less() -> None:
    lines = [post("1", START, "one post here"), post("2", START + 1, "two posts here")]
    engine = run(lines)
    for text, posts in (("likes>0", 0), ("likes<1", 0), ("-likes>0", 2), ("views<9 OR -views<9", 2)):
        engine.show(expression=text)
        assert snapshot(engine).posts_in_window == posts, text


def test_the_first_like_of_a_feed_makes_no_likes_known_everywhere() -> None:
    engine = run([post("1", START, "one post here"), post("2", START + 1, "two posts here")], finish=False)
    engine.show(expression="likes=0")
    assert snapshot(engine).posts_in_window == 0
    engine.feed(0, [like("l", START + SECOND, uri("1")).encode()], PRESENT)
    engine.finish()
    assert [row.uid for row in snapshot(engine).posts] == [uri("2")]


def test_words_are_whole_and_phrases_are_not() -> None:
    lines = [
        post("1", START, "The RAIN is here"),
        post("2", START + 1, "a train of thought"),
        post("3", START + 2, "雨が降る東京"),
    ]
    engine = run(lines)
    for text, names in (("rain", "1"), ('"rain"', "12"), ("東京", "3"), ('"the rain"', "1"), ("-rain", "23")):
        engine.show(expression=text)
        assert "".join(row.uid[-1] for row in snapshot(engine).posts) == names, text


def test_an_edit_and_a_delete_leave_nothing_behind_in_the_filtered_window() -> None:
    engine = run([post("1", START, "secretword in the rain"), post("2", START + 1, "rain also")], finish=False)
    engine.show(expression="rain")
    engine.feed(0, [post("x", START + 9 * SECOND, "later")[:-1].encode() + b"}"], PRESENT)
    assert snapshot(engine).posts_in_window == 2
    for gone in (edit("1", START + 12 * SECOND, "rain of another kind", START), delete("2", START + 13 * SECOND)):
        engine.feed(0, [gone.encode()], PRESENT)
    engine.finish()
    assert engine.filtered is not None
    assert b"secretword" not in pickle.dumps(vars(engine.filtered.window))
    assert [row.uid for row in snapshot(engine).posts] == [uri("1")]


def test_the_posts_behind_a_row_match_too() -> None:
    engine = run(LINES, EngineConfig(window=0, max_texts=1 << 10))
    engine.show(expression="flood")
    tag = snapshot(engine).hashtags[0]
    found = posts_behind(engine, FindPosts(1, "tag", tag.tag))
    assert found.total == len(found.posts) == tag.posts
    assert all("flood" in row.text for row in found.posts)


def test_with_more_tags_than_can_be_counted_one_by_one_the_rest_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = run(LINES, CONFIG)
    engine.show(0, "-flood")
    exact = snapshot(engine)
    monkeypatch.setattr("engine.windows.Tags", partial(Tags, cap=3, width=64))
    engine.show(expression="-flood")
    shown = snapshot(engine)
    assert len(exact.hashtags) > 3
    assert shown.hashtags_error > 0
    assert all(row in exact.hashtags for row in shown.hashtags)
    assert shown.stories == exact.stories
    assert shown.timeline == exact.timeline
    assert shown.sentiment == exact.sentiment


def test_without_a_filter_reactions_are_known_and_the_filter_is_empty() -> None:
    shown = picture(LINES[:80])
    assert (shown.filter, shown.share, shown.posts_unfiltered) == ("", None, shown.posts_in_window)
    assert all(moment.reactions is not None for moment in shown.timeline)
