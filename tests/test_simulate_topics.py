"""Bursts, moods and texts of simulated feeds are what was asked for."""

import re
from collections import Counter, defaultdict
from functools import cache

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from engine.simulate import Asked, PlantedBurst, Truth, simulate
from tests.simulated_lines import MINUTE, SHAPE_NAMES, decoded, feed, is_post


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
