"""All that is known of a topic, as lines for a page: cluster, story, burst."""

from engine.snapshot import Burst, Cluster, PostRow, Snapshot, Story
from tui.facts import by_authors, fact, heading, long_fact
from tui.format import UNKNOWN, chance, count, day_and_clock, duration, expected, percent, signed, whole_percent
from tui.lines import Line, Span, cut
from tui.widgets.cells import author_cell, copies_cell, sentiment_cell, times_cell, trend_cell
from tui.widgets.rising import people
from tui.widgets.stories import story_table

NAME = 60  # cells of a label inside a line
Posts = list[PostRow] | None  # None while the engine has not been heard on them
KINDS = {"tag": "a hashtag", "story": "a story", "word": "a word"}


def cluster_lines(cluster: Cluster, snapshot: Snapshot, width: int) -> list[Line]:
    """A cluster and its stories."""
    stories = sorted((story for story in snapshot.stories if story.cluster == cluster.id), key=_by_posts)
    lines = [
        fact("cluster", *_named(cluster.id, cluster.label)),
        *_figures(cluster),
        *_words(cluster, width),
        *heading(f"Stories, the largest first ({count(len(stories))} of the {count(cluster.stories)} at hand)"),
    ]
    if stories:
        lines += story_table(stories, width)
    return lines


def story_lines(story: Story, snapshot: Snapshot, width: int) -> list[Line]:
    """A story, and where it belongs."""
    age = f"  {_ago(story, snapshot)}" if snapshot.as_of else ""
    return [
        fact("story", *_named(story.id, story.label)),
        fact("cluster", *_cluster(story.cluster, snapshot)),
        fact("born", (f"{day_and_clock(story.born)} UTC", ""), (age, "muted")),
        *_figures(story),
        *[fact("rising", *_in_short(burst)) for burst in snapshot.bursts if burst.story == story.id],
        *_words(story, width),
    ]


def burst_lines(burst: Burst, snapshot: Snapshot, width: int, posts: Posts = None) -> list[Line]:
    """A burst and the why of it: how far above its own past, who, in what words. `posts` tell the names."""
    story = next((item for item in snapshot.stories if item.id == burst.story), None)
    lines = [
        fact("what", (cut(burst.name, NAME), "accent"), (f"  {KINDS[burst.kind]}", "muted")),
        fact("since", (f"{day_and_clock(burst.start)} UTC", ""), *_until(burst, snapshot)),
        fact("at its peak", (_against(burst), "strong"), (f" within {_span(burst.window)}", "muted")),
        fact("chance", (chance(burst.score), "strong"), (" by its own past", "muted")),
        fact("posts", (count(burst.posts), "strong"), (" since the start", "muted")),
    ]
    if story is not None:
        lines += [
            fact("story", *_named(story.id, story.label)),
            fact("", (f"{count(story.posts)} posts{by_authors(story.authors)}, ", "muted"), *_copies(story)),
            fact("cluster", *_cluster(story.cluster, snapshot)),
        ]
    return [
        *lines,
        *long_fact("posted by", _by(burst, snapshot, posts or []) or UNKNOWN, width),
        *_words(burst, width),
    ]


def _by_posts(story: Story) -> tuple[int, int]:
    return (-story.posts, story.id)


def _named(number: int, label: str) -> list[Span]:
    return [(f"{number}  ", "strong"), (cut(label, NAME), "accent")]


def _cluster(number: int | None, snapshot: Snapshot) -> list[Span]:
    """A cluster by its number, with its label if it is among those shown."""
    if number is None:
        return [("in none yet", "muted")]
    return _named(number, next((item.label for item in snapshot.clusters if item.id == number), ""))


def _figures(topic: Cluster | Story) -> list[Line]:
    return [
        fact("posts", (count(topic.posts), "strong"), (by_authors(topic.authors), "")),
        fact("copies", copies_cell(topic.copies), (" of its posts nearly repeat an earlier one", "muted")),
        fact("share", (percent(topic.share), ""), (" of the posts in the window", "muted")),
        fact("change", (signed(topic.change), ""), (" posts against the window before", "muted")),
        fact(
            "sentiment",
            sentiment_cell(topic.sentiment, topic.scored),
            (f"  {count(topic.scored)} scored, {whole_percent(topic.coverage)} of its posts", "muted"),
        ),
        fact("trend", trend_cell(topic.trend)),
    ]


def _copies(story: Story) -> list[Span]:
    return [copies_cell(story.copies), (" copies", "muted")]


def _words(topic: Cluster | Story | Burst, width: int) -> list[Line]:
    return [
        *long_fact("hashtags", " ".join(f"#{tag}" for tag in topic.tags) or UNKNOWN, width),
        *long_fact("words", " ".join(topic.terms) or UNKNOWN, width),
        *long_fact("at the centre", topic.example or UNKNOWN, width),
    ]


def _ago(story: Story, snapshot: Snapshot) -> str:
    assert snapshot.as_of is not None
    return f"{duration((snapshot.as_of - story.born).total_seconds())} ago"


def _span(seconds: int) -> str:
    return "a minute" if seconds == 60 else duration(seconds)


def _against(burst: Burst) -> str:
    return f"{people(burst)}, {expected(burst.expected)} expected, ×{times_cell(burst.times)[0]}"


def _in_short(burst: Burst) -> list[Span]:
    now: Span = ("now", "live") if burst.end is None else (f"until {day_and_clock(burst.end)} UTC", "muted")
    return [(f"{_against(burst)}, since {day_and_clock(burst.start)} UTC, ", ""), now]


def _until(burst: Burst, snapshot: Snapshot) -> list[Span]:
    end = burst.end or snapshot.as_of
    lasted = f" for {duration((end - burst.start).total_seconds())}" if end else ""
    if burst.end is None:
        return [("  rising", "live"), (lasted, "muted")]
    return [(f"  until {day_and_clock(burst.end)} UTC,{lasted}", "muted")]


def _by(burst: Burst, snapshot: Snapshot, posts: list[PostRow]) -> str:
    """Who posted most of it, by name where it is told."""
    names = {author.author: author.name for author in snapshot.authors}
    names |= {post.author: post.name for post in posts}
    return ", ".join(author_cell(names.get(author, ""), author)[0] for author in burst.by)
