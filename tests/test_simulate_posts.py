"""Simulated posts, and how reactions come to them, are as the truth beside them says."""

import json
import re
from collections import Counter, defaultdict

import pytest

from engine.simulate import Truth, simulate
from engine.simulate.engagement import delay
from tests.simulated_lines import (
    HORIZONS,
    SECOND,
    bluesky_time,
    bluesky_uri,
    collection,
    decoded,
    feed,
    is_new,
    is_post,
    micros,
)

# -- posts -----------------------------------------------------------------------------------------------------------


def test_bluesky_posts_are_as_the_truth_says() -> None:
    lines, truth = decoded("bluesky"), feed("bluesky")[1]
    for post in truth.posts:
        line = lines[post.line - 1]
        assert line is not None
        record = line["commit"]["record"]
        assert bluesky_uri(line) == post.uid
        assert line["did"] == post.author
        assert bluesky_time(line) == post.created
        assert record["langs"] == [post.lang_claimed]
        assert bluesky_tags(record) == set(post.tags)
        assert record.get("reply", {}).get("parent", {}).get("uri", "") == post.reply_to
        assert post.quote_of in json.dumps(record.get("embed", {}))
        for facet in record.get("facets", ()):
            index = facet["index"]
            shown = record["text"].encode()[index["byteStart"] : index["byteEnd"]].decode()
            tag = facet["features"][0].get("tag")
            assert tag is None or shown == f"#{tag}"


def bluesky_tags(record: dict) -> set[str]:
    features = [feature for facet in record.get("facets", ()) for feature in facet["features"]]
    return {tag.lower() for tag in [*(f["tag"] for f in features if "tag" in f), *record.get("tags", ())]}


def test_unbelievable_times_are_outside_the_bounds_and_the_truth_says_when() -> None:
    lines, truth = decoded("bluesky"), feed("bluesky")[1]
    created = {post.uid: post.created for post in truth.posts}
    claims = set()
    for plant in truth.unbelievable:
        line = lines[plant.line - 1]
        assert line is not None
        claims.add(line["commit"]["record"]["createdAt"][:4])
        assert line["time_us"] == created[plant.uid]
    assert {"0001", "9999"} < claims
    believed = len(truth.posts) - len(truth.unbelievable)
    claimed = [micros(line["commit"]["record"]["createdAt"]) for line in lines if line and is_post(line)]
    assert sum(claim in created.values() for claim in claimed if claim) >= believed


def test_mastodon_posts_are_as_the_truth_says() -> None:
    lines, truth = decoded("mastodon"), feed("mastodon")[1]
    local = {}
    for post in truth.posts:
        line = lines[post.line - 1]
        assert line is not None
        status = json.loads(line["payload"])
        local[post.uid] = status["id"]
        assert status["uri"] == post.uid
        assert micros(status["created_at"]) == post.created
        assert {tag["name"] for tag in status["tags"]} == set(post.tags)
        assert local.get(post.reply_to, status["in_reply_to_id"]) == status["in_reply_to_id"]
        assert status["account"].get("noindex", False) == post.withheld
        assert (status["favourites_count"], status["reblogs_count"], status["replies_count"]) == (0, 0, 0)
        assert not re.sub(r"</?(p|a|span|br)\b[^>]*>", "", status["content"]).count("<")
    for plant in truth.deletes:
        line = lines[plant.line - 1]
        assert line is not None
        assert local.get(plant.uid, line["payload"]) == line["payload"]


def test_x_posts_edits_and_compliance_are_as_the_truth_says() -> None:
    lines, truth = decoded("x"), feed("x")[1]
    for post in truth.posts:
        line = lines[post.line - 1]
        assert line is not None
        data = line["data"]
        references = {reference["type"]: reference["id"] for reference in data.get("referenced_tweets", ())}
        assert (data["id"], data["author_id"], micros(data["created_at"])) == (post.uid, post.author, post.created)
        assert references == {k: v for k, v in (("replied_to", post.reply_to), ("quoted", post.quote_of)) if v}
        tags = data.get("entities", {}).get("hashtags", ())
        assert {tag["tag"].lower() for tag in tags} == set(post.tags)
        assert all(data["text"][tag["start"] : tag["end"]] == f"#{tag['tag']}" for tag in tags)
        assert set(data["public_metrics"].values()) == {0}
        assert (int(post.uid) >> 22) + 1_288_834_974_657 in range(post.created // 1000, post.created // 1000 + 1000)
    for plant in truth.edits:
        line = lines[plant.line - 1]
        assert line is not None
        assert line["data"]["edit_history_tweet_ids"] == [plant.uid, line["data"]["id"]]
    authors = {post.author for post in truth.posts}
    assert {plant.uid for plant in truth.purges} <= authors


def test_reddit_things_are_as_the_truth_says() -> None:
    lines, truth = decoded("reddit"), feed("reddit")[1]
    for post in truth.posts:
        line = lines[post.line - 1]
        assert line is not None
        assert (line["name"], line["author"], line["created_utc"] * SECOND) == (post.uid, post.author, post.created)
        assert [f"r/{line['subreddit']}"] == post.tags
        assert (line.get("parent_id", "")) == post.reply_to
        assert (post.kind == "reply") == ("body" in line)
        assert line["score"] == 1
    for plant in truth.deletes:
        line = lines[plant.line - 1]
        assert line is not None
        assert (line["author"], line.get("selftext", line.get("body"))) == ("[deleted]", "[deleted]")


# -- engagement ------------------------------------------------------------------------------------------------------


def matured(truth: Truth, horizon: int) -> list:
    """Posts whose horizon has passed when the feed ends."""
    return [post for post in truth.posts if post.created + horizon * SECOND <= truth.end]


def test_bluesky_reactions_counted_from_the_lines_are_the_true_counts() -> None:
    truth = feed("bluesky")[1]
    reactions: dict[str, tuple[str, str, int]] = {}  # uri -> target, kind, time
    undone: dict[str, int] = {}
    for line in decoded("bluesky"):
        if line is None or "commit" not in line:
            continue
        kind, uri = collection(line), bluesky_uri(line)
        if is_new(line) and kind in ("like", "repost"):
            reactions[uri] = (line["commit"]["record"]["subject"]["uri"], kind, bluesky_time(line))
        elif kind == "like":
            undone[uri] = line["time_us"]
    answers = [(post.reply_to, "reply", post.created) for post in truth.posts if post.reply_to]
    answers += [(post.quote_of, "quote", post.created) for post in truth.posts if post.quote_of]
    by_target: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for uri, (target, kind, time) in reactions.items():
        by_target[target].append((kind, time, undone.get(uri, 2**60)))
    for target, kind, time in answers:
        by_target[target].append((kind, time, 2**60))
    assert any(uri in reactions for uri in undone)
    checked = 0
    for name, horizon in list(HORIZONS.items())[:2]:
        for post in matured(truth, horizon):
            due = post.created + horizon * SECOND
            # The line of an undone like says when the server saw it, a moment after it was undone.
            if any(0 <= gone - due < 2 * SECOND for _, _, gone in by_target[post.uid]):
                continue
            found = Counter(kind for kind, time, gone in by_target[post.uid] if time <= due < gone)
            assert {kind: found[kind] for kind in post.counts[name]} == post.counts[name], post.uid
            checked += sum(found.values())
    assert checked > 300


def test_x_retweets_replies_and_quotes_counted_from_the_lines_are_the_true_counts() -> None:
    truth = feed("x")[1]
    seen: dict[str, dict] = {}
    for line in decoded("x"):
        if line is not None and "matching_rules" in line:
            seen[line["data"]["id"]] = line["data"]
    kinds = {"retweeted": "repost", "replied_to": "reply", "quoted": "quote"}
    answers: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for data in seen.values():
        for reference in data.get("referenced_tweets", ()):
            answers[reference["id"]].append((kinds[reference["type"]], micros(data["created_at"])))
    checked = 0
    for name, horizon in list(HORIZONS.items())[:2]:
        for post in matured(truth, horizon):
            due = post.created + horizon * SECOND
            found = Counter(kind for kind, time in answers[post.uid] if time is not None and time <= due)
            assert {kind: found[kind] for kind in kinds.values()} == {k: post.counts[name][k] for k in kinds.values()}
            checked += sum(found.values())
    assert checked > 100


def test_mastodon_counts_read_again_lie_between_the_true_counts_around_them() -> None:
    truth = feed("mastodon")[1]
    posts = {post.uid: post for post in truth.posts}
    lines = decoded("mastodon")
    fields = {"like": "favourites_count", "repost": "reblogs_count", "reply": "replies_count"}
    last: dict[str, tuple[int, ...]] = {}
    for plant in truth.observations:
        status = lines[plant.line - 1]
        assert status is not None
        post = posts[status["uri"]]
        now = tuple(status[field] for field in fields.values())
        assert now != last.get(post.uid)
        assert all(new >= old for new, old in zip(now, last.get(post.uid, (0, 0, 0)), strict=True))
        assert all(count <= post.counts["24h"][kind] for kind, count in zip(fields, now, strict=True))
        last[post.uid] = now
    boosts = Counter()
    for line in lines:
        status = json.loads(line["payload"]) if line and line.get("event") == "update" else {}
        if status.get("reblog"):
            post = posts.get(status["reblog"]["uri"])
            if post and micros(status["created_at"]) <= post.created + 900 * SECOND:
                boosts[post.uid] += 1
    for post in matured(truth, 900):
        assert boosts[post.uid] == post.counts["15m"]["repost"]


def test_reddit_scores_and_comments_grow_towards_the_true_counts() -> None:
    truth = feed("reddit")[1]
    posts = {post.uid: post for post in truth.posts}
    lines = decoded("reddit")
    comments = Counter(post.reply_to for post in truth.posts if post.reply_to)
    last: dict[str, int] = {}
    for plant in truth.observations:
        line = lines[plant.line - 1]
        assert line is not None
        post = posts[plant.uid]
        assert last.get(plant.uid, 1) <= line["score"] <= post.counts["24h"]["like"]
        assert line.get("num_comments", 0) <= comments[plant.uid]
        assert line["retrieved_on"] * SECOND > post.created + 200 * SECOND
        last[plant.uid] = line["score"]
    for post in matured(truth, 3_600):
        within = [p for p in truth.posts if p.reply_to == post.uid and p.created <= post.created + 3_600 * SECOND]
        assert len(within) == post.counts["1h"]["reply"]


def test_engagement_is_late_as_measured_and_can_be_learnt_from_what_is_known_at_arrival() -> None:
    truth = simulate("bluesky", seed=11, hours=1, rate=15, faults=0)[1]
    total = {name: sum(engagement(post, name) for post in truth.posts) for name in HORIZONS}
    assert 0.15 < total["15m"] / total["24h"] < 0.26  # 17 % of 85 % measured
    assert 0.35 < total["1h"] / total["24h"] < 0.48  # 35 % of 85 %
    ranked = sorted(truth.posts, key=lambda post: post.expected)
    third = len(ranked) // 3
    low, high = (sum(engagement(post, "1h") for post in part) for part in (ranked[:third], ranked[-third:]))
    assert high > 8 * low
    assert delay(0.17) == pytest.approx(900 * SECOND)
    assert delay(0.90) == pytest.approx(2 * 86_400 * SECOND)


def engagement(post: object, name: str) -> int:
    return sum(count or 0 for count in post.counts[name].values())  # type: ignore[attr-defined]
