"""All that is known of an over-performer and of an author, as lines for a page."""

from engine.snapshot import Author, Overperformer, Snapshot
from tui.facts import fact, heading
from tui.format import count, duration, engagement
from tui.lines import Line, Span, cut, pad
from tui.widgets.cells import author_cell, ratio_cell, sentiment_cell, text_cell, times_cell


def standing_lines(item: Overperformer) -> list[Line]:
    """A post against what is normal for its author at its age."""
    posts = count(item.author_posts)
    behind = f", by {posts} of its author's posts and the feed" if item.author_posts else ", by the feed alone"
    return [
        fact("above normal", (f"×{times_cell(item.times)[0]}", "strong"), (f"  score {item.score:.1f}", "muted")),
        fact("now", (count(item.now), "strong"), (f" engagements at the age of {duration(item.age)}", "")),
        fact("normal", (engagement(item.normal), ""), (" at that age", ""), (behind, "muted")),
    ]


def author_lines(author: Author, snapshot: Snapshot, width: int) -> list[Line]:
    """An author and its over-performers."""
    above = [item for item in snapshot.overperformers if _is_by(item, author)]
    lines = [
        fact("author", author_cell(author.name, author.author), (f"  {author.platform} {author.author}", "muted")),
        fact("posts", (count(author.posts), "strong"), (" in the window", "muted")),
        fact("followers", (count(author.followers), "")),
        fact("reactions", (count(author.reactions), ""), (" to these posts so far", "muted")),
        fact("typical", (engagement(author.typical), ""), (" at the first horizon", "muted")),
        fact("times normal", ratio_cell(author.times), (" on average over its newest posts", "muted")),
        fact("sentiment", sentiment_cell(author.sentiment, author.scored), *_scored(author)),
    ]
    if above:
        lines += [*heading(f"Over-performers ({count(len(above))})"), *(_in_short(item, width) for item in above)]
    return lines


def _is_by(item: Overperformer, author: Author) -> bool:
    return (item.platform, item.author) == (author.platform, author.author)


def _scored(author: Author) -> list[Span]:
    return [(f"  {count(author.scored)} scored", "muted")]


def _in_short(item: Overperformer, width: int) -> Line:
    figures = f" {count(item.now)} for {engagement(item.normal)} at {duration(item.age)} "
    times = pad(f"×{times_cell(item.times)[0]}", 6, True)
    return ((times, "strong"), (figures, "muted"), (cut(text_cell(item.text)[0], max(width - 6 - len(figures), 8)), ""))
