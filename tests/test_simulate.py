"""The simulator writes what it says it writes: each promise is checked by reading its lines with plain json."""

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import msgspec
import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import sample_feeds
from engine.simulate import SHAPES, START, Asked, PlantedBurst, Truth, simulate, write
from engine.simulate.draw import Draw, Every, cumulate
from engine.simulate.engagement import delay
from engine.simulate.live import Live, endless

SAMPLES = {"bluesky": 0.8, "mastodon": 1.15, "x": 1.5, "reddit": 1.5}  # posts per minute, as in sample_feeds/README.md
HORIZONS = {"15m": 900, "1h": 3_600, "6h": 21_600, "24h": 86_400}
SECOND = 1_000_000
MINUTE = 60 * SECOND
LATENESS = 2 * SECOND
SHAPE_NAMES = sorted(SHAPES)


@cache
def feed(shape: str) -> tuple[list[bytes], Truth]:
    return simulate(shape, seed=5, hours=1.4, rate=6)


def decoded(shape: str) -> list[dict | None]:
    """The objects of a feed; None for lines that are none."""
    return [_object(line) for line in feed(shape)[0]]


def _object(line: bytes) -> dict | None:
    try:
        value = json.loads(line.decode())
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def micros(text: str) -> int | None:
    """Microseconds of ISO 8601; None where datetime cannot say or the claim is absurd."""
    moment = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    whole = (moment.days * 86_400 + moment.seconds) * SECOND + moment.microseconds
    return whole if 0 < whole < 2**53 else None


def bluesky_time(line: dict) -> int:
    """Event time by the rule: the claim if it is near what the server saw, else that."""
    seen = line["time_us"]
    claim = micros(line.get("commit", {}).get("record", {}).get("createdAt", "")) if is_new(line) else None
    return claim if claim is not None and seen - 86_400 * SECOND <= claim <= seen + 120 * SECOND else seen


def is_new(line: dict) -> bool:
    return line.get("commit", {}).get("operation") == "create"


def collection(line: dict) -> str:
    return line.get("commit", {}).get("collection", "").rpartition(".")[2]


def bluesky_uri(line: dict) -> str:
    commit = line["commit"]
    return f"at://{line['did']}/{commit['collection']}/{commit['rkey']}"


# -- the same for the same seed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_same_arguments_give_the_same_bytes_and_truth(shape: str) -> None:
    assert simulate(shape, seed=3, hours=0.3, rate=5) == simulate(shape, seed=3, hours=0.3, rate=5)
    assert simulate(shape, seed=3, hours=0.3, rate=5)[0] != simulate(shape, seed=4, hours=0.3, rate=5)[0]


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import hashlib, msgspec; from itertools import islice; from engine.simulate import SHAPES, simulate\n"
        "from engine.simulate.live import endless\n"
        "digest = hashlib.sha256()\n"
        "for shape in SHAPES:\n"
        "    lines, truth = simulate(shape, seed=2, hours=0.4, rate=4)\n"
        "    digest.update(b'\\n'.join(lines) + msgspec.json.encode(truth))\n"
        "digest.update(repr(list(islice(endless(2, 1783180800000000, 20.0), 500))).encode())\n"
        "print(digest.hexdigest())"
    )
    root = Path(__file__).parents[1]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_sample_feeds_are_what_the_readme_s_command_writes(shape: str, tmp_path: Path) -> None:
    kept = Path(sample_feeds.__file__).parent
    write(tmp_path / "feed", tmp_path / "truth", shape=shape, seed=1, hours=1.0, rate=SAMPLES[shape])
    assert (tmp_path / "feed").read_bytes() == (kept / f"{shape}.jsonl").read_bytes()
    assert (tmp_path / "truth").read_bytes() == (kept / f"{shape}.truth.json").read_bytes()
    command = f"trendtop simulate --shape {shape} --seed 1 --hours 1 --rate {SAMPLES[shape]} "
    assert command in (kept / "README.md").read_text()


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_sample_feeds_are_small_and_hold_every_kind_of_plant(shape: str) -> None:
    kept = Path(sample_feeds.__file__).parent
    data = (kept / f"{shape}.jsonl").read_bytes()
    truth = msgspec.json.decode((kept / f"{shape}.truth.json").read_bytes(), type=Truth)
    assert len(data) < 400_000
    assert 300 <= data.count(b"\n") == truth.expected["read"] <= 600
    assert truth.duplicates
    assert truth.late
    assert truth.edits
    assert truth.deletes
    assert truth.ignored
    assert truth.bursts
    assert {plant.what for plant in truth.broken} >= {"cut", "encoding", "top level"}
    assert any(post.hostile for post in truth.posts)
    assert bool(truth.purges) == (shape in ("bluesky", "x"))
    assert bool(truth.observations) == (shape in ("mastodon", "reddit"))
    assert bool(truth.unbelievable) == (shape == "bluesky")


# -- every line is what the truth says ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_meters_add_up_and_agree_with_the_lists(shape: str) -> None:
    lines, truth = feed(shape)
    meters = truth.expected
    assert meters["read"] == len(lines) == sum(count for name, count in meters.items() if name != "read")
    listed = {
        "observations": truth.observations,
        "edits": truth.edits,
        "deletes": truth.deletes + truth.purges,
        "duplicates": truth.duplicates,
        "late": truth.late,
        "rejected": truth.broken,
        "ignored": truth.ignored,
    }
    assert {name: meters[name] for name in listed} == {name: len(plants) for name, plants in listed.items()}
    late_posts = sum(plant.what == "post" for plant in truth.late)
    assert meters["posts"] == len(truth.posts) - late_posts
    numbers = [plant.line for plants in listed.values() for plant in plants]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_exactly_the_broken_lines_are_unusable(shape: str) -> None:
    lines, truth = feed(shape)
    reasons = {plant.line: plant.what for plant in truth.broken}
    ignored = {plant.line for plant in truth.ignored}
    for number, line in enumerate(lines, 1):
        value = _object(line)
        match reasons.get(number):
            case "cut":
                assert value is None
                assert any(other.startswith(line) for other in lines if other != line)
            case "encoding":
                with pytest.raises(UnicodeDecodeError):
                    line.decode()
            case "top level":
                assert not isinstance(json.loads(line), dict | list)
            case "shape":
                assert value is not None
                assert "celsius" in value
                assert len(value) == 2
            case _:
                assert value is not None or number in ignored
                assert value is None or "celsius" not in value
    assert set(reasons.values()) == {"cut", "encoding", "top level", "shape"}


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_duplicates_repeat_their_line_and_nothing_else_does(shape: str) -> None:
    lines, truth = feed(shape)
    assert truth.duplicates
    for plant in truth.duplicates:
        assert plant.of is not None
        assert plant.of < plant.line
        assert lines[plant.of - 1] == lines[plant.line - 1]
    meaningless = {plant.line for plant in truth.broken + truth.ignored + truth.duplicates}
    first = [line for number, line in enumerate(lines, 1) if number not in meaningless]
    assert len(first) == len(set(first))


def line_times(shape: str) -> list[int | None]:
    """Event time of each line that has one of its own, read from the line alone."""
    return [None if line is None else _line_time(shape, line) for line in decoded(shape)]


def _line_time(shape: str, line: dict) -> int | None:
    match shape:
        case "bluesky" if collection(line) in ("post", "like", "repost"):
            return bluesky_time(line)
        case "bluesky" if not line.get("account", {}).get("active", True):
            return line["time_us"]
        case "mastodon" if line.get("event") in ("update", "status.update"):
            status = json.loads(line["payload"])
            return micros(status.get("edited_at") or status["created_at"])
        case "x" if "matching_rules" in line:
            return micros(line["data"]["created_at"])
        case "x":
            return next((micros(v["event_at"]) for k, v in line.get("data", {}).items() if "delete" in k), None)
        case "reddit" if "created_utc" in line and line["retrieved_on"] - line["created_utc"] < 200:
            return line["created_utc"] * SECOND
    return None


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_late_lines_and_only_they_come_after_the_watermark(shape: str) -> None:
    truth = feed(shape)[1]
    twice = {plant.line for plant in truth.duplicates}
    late, newest, out_of_order = {}, 0, 0
    for number, time in enumerate(line_times(shape), 1):
        if time is None:
            continue
        if newest - time > LATENESS and number not in twice:
            late[number] = newest - time
        out_of_order += 0 < newest - time <= LATENESS
        newest = max(newest, time)
    assert late == {plant.line: plant.behind for plant in truth.late}
    assert late
    assert max(late.values()) <= 150 * SECOND
    assert out_of_order > 10


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_lines_show_no_control_or_bidi_characters_until_they_are_decoded(shape: str) -> None:
    lines, truth = feed(shape)
    unsafe = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
    assert not any(unsafe.search(line.decode("utf-8", "replace")) for line in lines)
    hostile = [lines[post.line - 1].decode() for post in truth.posts if post.hostile]
    assert any("u001b" in line for line in hostile)


# -- posts -------------------------------------------------------------------------------------------------------------


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


def is_post(line: dict) -> bool:
    return is_new(line) and collection(line) == "post"


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


# -- engagement --------------------------------------------------------------------------------------------------------


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


# -- topics ------------------------------------------------------------------------------------------------------------


def test_bursts_are_faster_by_their_factor_and_made_by_distinct_authors() -> None:
    truth = simulate("bluesky", seed=9, hours=1.2, rate=20, faults=0)[1]
    assert truth.bursts
    for burst in truth.bursts:
        assert 8 <= burst.factor <= 15
        assert burst.posts >= 20
        assert burst.authors == burst.posts
        originals = [p.created for p in truth.posts if p.topic == burst.topic and p.kind == "post"]
        others = [b for b in truth.bursts if b.topic == burst.topic]
        spans = [(b.start, b.end) for b in others]
        inside = sum(burst.start <= time <= burst.end for time in originals)
        outside = sum(not any(start <= time <= end for start, end in spans) for time in originals)
        quiet = (truth.end - truth.start) - sum(min(end, truth.end) - start for start, end in spans)
        fast = inside / (min(burst.end, truth.end) - burst.start)
        assert fast > 0.5 * burst.factor * outside / quiet


PLANTED = Asked(False, (PlantedBurst(20 * MINUTE, 10 * MINUTE, 12), PlantedBurst(25 * MINUTE, 6 * MINUTE, 30)))


@cache
def with_planted(shape: str) -> tuple[list[bytes], Truth]:
    return simulate(shape, seed=4, hours=0.7, rate=30, faults=0, asked=PLANTED)


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_planted_bursts_come_when_and_as_strong_as_asked(shape: str) -> None:
    truth = with_planted(shape)[1]
    assert [(b.start - truth.start, b.end - b.start, b.rate) for b in truth.bursts] == [*map(tuple, PLANTED.planted)]
    for burst in truth.bursts:
        posts = [post for post in truth.posts if post.topic == burst.topic]
        minutes = Counter((post.created - burst.start) // MINUTE for post in posts)
        assert minutes == dict.fromkeys(range((burst.end - burst.start) // MINUTE), burst.rate)
        assert (burst.posts, burst.authors) == (len(posts), len({post.author for post in posts}))
        assert burst.authors == burst.posts
        assert {(post.lang, post.kind, post.burst) for post in posts} == {("en", "post", True)}
        if shape != "reddit":
            tagged = [post for post in posts if set(post.tags) & set(burst.tags)]
            assert 0.5 < len(tagged) / len(posts) < 0.95


def test_nothing_else_speaks_of_a_planted_topic() -> None:
    lines, truth = with_planted("bluesky")
    topics = {burst.topic for burst in truth.bursts}
    assert len(topics) == 2
    of_it = {post.line for post in truth.posts if post.topic in topics}
    said = re.compile(rb"merrow|skerry|oxbarrow|humpback|viaduct", re.IGNORECASE)
    assert all(number in of_it for number, line in enumerate(lines, 1) if said.search(line) and b'"text"' in line)
    tags = {tag for burst in truth.bursts for tag in burst.tags}
    assert not [post for post in truth.posts if post.topic not in topics and set(post.tags) & tags]


def test_without_the_usual_bursts_the_rate_is_steady() -> None:
    truth = simulate("bluesky", seed=4, hours=1, rate=30, faults=0, asked=Asked(usual=False))[1]
    assert truth.bursts == []
    quarters = Counter((p.created - truth.start) // (15 * MINUTE) for p in truth.posts if p.kind == "post")
    assert all(abs(quarters[n] - 450) < 85 for n in range(4))  # four standard deviations


@pytest.mark.parametrize("shape", ["bluesky", "reddit"])
def test_intended_sentiment_is_what_vader_hears_in_english(shape: str) -> None:
    truth, lines = feed(shape)[1], decoded(shape)
    analyzer = SentimentIntensityAnalyzer()
    agree = Counter()
    for post in truth.posts:
        line = lines[post.line - 1]
        if post.lang != "en" or line is None:
            continue
        text = line.get("body", f"{line.get('title')}\n\n{line.get('selftext')}")
        text = line["commit"]["record"]["text"] if shape == "bluesky" else text
        compound = analyzer.polarity_scores(text)["compound"]
        heard = "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"
        agree[post.sentiment, heard == post.sentiment] += 1
    for mood in ("positive", "neutral", "negative"):
        assert agree[mood, True] > 50
        assert agree[mood, False] <= 0.02 * agree[mood, True]


def test_moods_differ_by_topic_and_drift_and_show_in_the_posts() -> None:
    truth = simulate("x", seed=21, hours=1, rate=25, faults=0)[1]
    moods = defaultdict(list)
    for mood in truth.moods:
        assert -1 <= mood.mood <= 1
        moods[mood.topic].append(mood.mood)
    assert max(max(series) - min(series) for series in moods.values()) > 0.3
    share = {topic: positive_share(truth, topic) for topic in moods}
    mean = {topic: sum(series) / len(series) for topic, series in moods.items()}
    best, worst = max(mean, key=mean.__getitem__), min(mean, key=mean.__getitem__)
    assert share[best] > share[worst] + 0.25


def positive_share(truth: Truth, topic: str) -> float:
    heard = [p.sentiment for p in truth.posts if p.topic == topic and p.sentiment in ("positive", "negative")]
    return heard.count("positive") / len(heard)


def test_texts_are_varied_and_in_several_languages() -> None:
    lines, truth = decoded("bluesky"), feed("bluesky")[1]
    texts = [line["commit"]["record"]["text"] for line in lines if line and is_post(line)]
    assert len(set(texts)) > 0.85 * len(texts)
    assert set(Counter(post.lang for post in truth.posts)) == {"", "en", "de", "es", "fr", "ja", "pt"}
    assert any(text.isupper() and len(text) > 20 for text in texts)
    assert any(post.lang_claimed != post.lang for post in truth.posts if post.lang)
    assert {post.kind for post in truth.posts} == {"post", "reply", "quote"}
    assert {post.media for post in truth.posts} == {"", "image", "video", "link"}


# -- options -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_without_faults_every_line_is_clean_and_on_time(shape: str) -> None:
    lines, truth = simulate(shape, seed=1, hours=0.5, rate=6, faults=0)
    assert all(_object(line) for line in lines)
    assert not truth.duplicates + truth.late + truth.broken + truth.ignored + truth.edits + truth.purges
    assert not any(post.hostile for post in truth.posts)


@pytest.mark.parametrize("hours", [0.002, 0.01, 0.02])
def test_a_feed_may_be_shorter_than_a_burst(hours: float) -> None:
    assert len(simulate("bluesky", seed=1, hours=hours, rate=100.0)[0]) > 5


def test_rate_and_hours_and_start_are_kept() -> None:
    start = START + 86_400 * SECOND
    truth = simulate("x", seed=1, hours=2, rate=10, start=start, faults=0)[1]
    assert (truth.start, truth.end) == (start, start + 7_200 * SECOND)
    times = [post.created for post in truth.posts]
    assert start <= min(times) < start + 5 * MINUTE
    assert truth.end - 5 * MINUTE < max(times) <= truth.end
    calm = [post for post in truth.posts if post.kind == "post" and not post.burst]
    assert 0.6 * 1200 < len(calm) < 1.4 * 1200  # the hour of day moves it by up to 40 %


def test_unknown_shapes_and_empty_feeds_are_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match="unknown shape 'fax'"):
        simulate("fax")
    with pytest.raises(ValueError, match="hours and rate"):
        simulate("x", hours=0)


def test_write_puts_each_line_on_a_line_and_the_truth_beside_it(tmp_path: Path) -> None:
    truth = write(tmp_path / "f.jsonl", tmp_path / "t.json", shape="x", seed=4, hours=0.2, rate=5)
    lines, expected = simulate("x", seed=4, hours=0.2, rate=5)
    assert (tmp_path / "f.jsonl").read_bytes() == b"".join(line + b"\n" for line in lines)
    assert msgspec.json.decode((tmp_path / "t.json").read_bytes(), type=Truth) == truth == expected
    with pytest.raises(OSError, match="No such file"):
        write(tmp_path / "none" / "f.jsonl", shape="x", hours=0.1, rate=1)


# -- the endless feed --------------------------------------------------------------------------------------------------


@cache
def live_lines() -> tuple[list[tuple[int, bytes]], list[int]]:
    """The lines of 80 minutes, and how much the simulator held every 500 lines."""
    live, lines, held = Live(3, START, 12.0), [], []
    for at, line in live:
        if at > START + 80 * MINUTE:
            return lines, held
        lines.append((at, line))
        if len(lines) % 500 == 0:
            held.append(live.pending)
    raise AssertionError("the endless feed ended")


def test_endless_is_in_the_order_of_arrival_and_the_same_again() -> None:
    lines, _ = live_lines()
    arrivals = [at for at, _ in lines]
    assert arrivals == sorted(arrivals)
    assert START <= arrivals[0] < START + MINUTE
    assert list(islice(endless(3, START, 12.0), 400)) == lines[:400]


def test_endless_remembers_no_more_than_three_hours_of_posts() -> None:
    live = Live(3, START, 0.5)
    held = []
    for at, _ in live:
        if at > START + len(held) * 30 * MINUTE:
            held.append(live.pending)
        if len(held) == 20:
            break
    early, late = held[6:8], held[8:]
    assert max(late) < 2.5 * max(early)
    assert max(held) < 0.5 * 180 * 12  # posts of three hours, at the rate of a burst in every topic


def test_endless_shows_all_that_a_demo_should() -> None:
    lines, _ = live_lines()
    objects = [value for _, line in lines if (value := _object(line)) is not None]
    operations = Counter((value["commit"]["operation"], collection(value)) for value in objects if "commit" in value)
    for wanted in (("create", "post"), ("create", "like"), ("create", "repost"), ("update", "post")):
        assert operations[wanted] > 0
    assert operations["delete", "post"] > 0
    assert operations["delete", "like"] > 0
    assert {value["commit"]["record"]["langs"][0] for value in objects if is_post(value)} >= {"en", "ja", "de", "es"}
    assert len(objects) < len(lines) <= len(objects) + 20
    newest = 0
    for value in objects:
        if "commit" in value and collection(value) in ("post", "like", "repost"):
            time = bluesky_time(value)
            assert newest - time <= 10 * SECOND  # only a doubled line is further behind than the lateness
            newest = max(newest, time)


# -- draws -------------------------------------------------------------------------------------------------------------


def test_draws_have_the_distributions_they_are_called_by() -> None:
    draw = Draw("test", 1)
    n = 4_000
    assert sum(draw.poisson(3.0) for _ in range(n)) / n == pytest.approx(3.0, rel=0.05)
    assert sum(draw.poisson(90.0) for _ in range(n)) / n == pytest.approx(90.0, rel=0.05)
    assert sum(draw.exponential(5.0) for _ in range(n)) / n == pytest.approx(5.0, rel=0.08)
    assert sum(draw.lognormal(0.5) for _ in range(n)) / n == pytest.approx(1.0, rel=0.05)
    normal = [draw.normal() for _ in range(n)]
    assert sum(normal) / n == pytest.approx(0.0, abs=0.06)
    assert sum(value * value for value in normal) / n == pytest.approx(1.0, rel=0.08)
    picked = Counter(draw.weighted(cumulate([1.0, 0.0, 3.0])) for _ in range(n))
    assert picked[1] == 0
    assert picked[2] / picked[0] == pytest.approx(3.0, rel=0.15)
    assert sorted(draw.shuffled("abcdef")) == list("abcdef")


def test_every_is_due_as_often_as_its_mean_and_never_when_it_is_zero() -> None:
    every, never = Every(Draw("e"), 20), Every(Draw("e"), 0)
    due = [i for i in range(4_000) if every.due()]
    assert len(due) == pytest.approx(200, rel=0.15)
    assert max(b - a for a, b in pairwise(due)) <= 40
    assert not any(never.due() for _ in range(100))


def test_draws_are_pinned_to_the_sequence_the_language_promises() -> None:
    draw = Draw(7, "pinned")
    assert [draw.below(1_000_000) for _ in range(5)] == [195131, 757627, 662762, 853630, 575512]
    assert [draw.poisson(4.0) for _ in range(5)] == [6, 3, 7, 8, 3]
