"""All that is known of a post, as lines for its page."""

from engine.platforms.links import web_address
from engine.postdetail import AgainstNormal, CountsAt, PostDetail
from engine.snapshot import Overperformer, PostRow, Prediction
from tui.correcting import mark_facts
from tui.details import prediction_facts, word_lines
from tui.facts import fact, heading, long_fact, wide_fact, wrap_lines
from tui.format import TOPICS_OFF, UNKNOWN, count, day_and_clock, duration, engagement, mood, sentiment, short
from tui.keymap import key
from tui.leads import PostKey
from tui.lines import BLANK, Line, Span, cut, fold, pad, within
from tui.widgets.cells import author_cell, times_cell

NAME = 60  # cells of a label inside a line
COUNTS = ("likes", "reposts", "replies", "quotes", "views")
GONE = {
    "deleted": "deleted: it was taken back, and nothing of it is kept",
    "expired": "past its retention: only its reactions are still counted",
    "unknown": "no longer held: past its retention, or taken back",
}

Known = PostRow | Prediction | Overperformer | PostKey  # what a post's page is opened from


def waiting_lines(item: Known, width: int) -> list[Line]:
    """What the screen knows of a post while the engine is asked for the rest."""
    if isinstance(item, PostKey):
        return [(("the engine is asked for it", "muted"),), BLANK, fact("post", (item.key, "muted"))]
    return [
        *wrap_lines(item.text, width),
        BLANK,
        fact("author", author_cell(item.name, item.author), (f"  {item.author}", "muted")),
        (("the engine is asked for the rest", "muted"),),
    ]


def detail_lines(detail: PostDetail, width: int) -> list[Line]:
    """Everything about a post, from its text to the line it came in; of one that is gone, that it is."""
    return [within(line, width) for line in _detail_lines(detail, width)]


def _detail_lines(detail: PostDetail, width: int) -> list[Line]:
    post = detail.post
    if post is None:
        return [((GONE[detail.state], "warning"),), BLANK, fact("post", (detail.key, "muted"))]
    lines = [
        *wrap_lines(post.text or "(its author asks that the text is not kept)", width),
        BLANK,
        *wide_fact("author", width, author_cell(post.name, post.author), _account(post.author), *_followers(post)),
        *_times(detail, post, width),
        *wide_fact("what", width, (f"{post.kind} {post.media}", ""), (f"  {post.platform} {post.uid}", "muted")),
    ]
    if address := web_address(post.platform, post.uid):
        lines += wide_fact("address", width, (address, "accent"), (f"  {key('browse')} opens it", "muted"))
    lines += [
        fact("language", (post.lang or "undecided", ""), (f"  claimed {post.lang_claimed or UNKNOWN}", "muted")),
        fact("sentiment", *_sentiment(post)),
        *(word_lines(detail.words, width) if post.compound is not None and post.text else []),
        *mark_facts(post, detail.personal, detail.corrections, width),
        *_places(detail, post, width),
        *_counts(detail, post, width),
    ]
    for prediction in detail.predictions:
        lines += [*heading(f"Predicted for {duration(prediction.horizon)} on"), *prediction_facts(prediction, width)]
    return [*lines, *_raw(detail, width)]


def _account(author: str) -> Span:
    return (f"  {author}", "muted")


def _times(detail: PostDetail, post: PostRow, width: int) -> list[Line]:
    """When it was posted, by its claim and by our reckoning, when it was first seen, and its age."""
    late: Span = ("  came late" if post.late else "", "warning")
    age: Span = (f"  {duration(detail.age)} ago, as of {day_and_clock(detail.as_of)}" if detail.age else "", "muted")
    lines = wide_fact("when", width, (f"{day_and_clock(post.created)} UTC", ""), age, late)
    if detail.claimed is None:
        lines.append(fact("claimed", ("no time: it stands at when it was seen", "muted")))
    elif detail.claimed != post.created:
        lines.append(fact("claimed", (f"{day_and_clock(detail.claimed)} UTC", "warning"), ("  not believed", "muted")))
    seen = "the feed does not say" if detail.seen is None else f"{day_and_clock(detail.seen)} UTC"
    lines.append(fact("first seen", (seen, "" if detail.seen else "muted")))
    if post.edits:
        version = f"  version {cut(detail.version, 40)}" if detail.version else ""
        lines.append(fact("edits", (count(post.edits), ""), (version, "muted")))
    return lines


def _followers(post: PostRow) -> list[Span]:
    return [] if post.followers is None else [(f"  {count(post.followers)} followers", "muted")]


def _sentiment(post: PostRow) -> list[Span]:
    if post.compound is None:
        return [("not scored", "unknown"), (f": {post.not_scored}", "muted")]
    parts = " ".join(
        f"{sign}{UNKNOWN if value is None else f'{value:.2f}'}"
        for sign, value in (("+", post.positive), ("=", post.neutral), ("-", post.negative))
    )
    return [(f"{mood(post.compound)} {sentiment(post.compound)}", mood(post.compound)), (f"  {parts}", "muted")]


def _places(detail: PostDetail, post: PostRow, width: int) -> list[Line]:
    """Where it stands among topics, what it repeats and what it answers."""
    lines: list[Line] = []
    if post.tags:
        lines += long_fact("hashtags", " ".join(f"#{tag}" for tag in post.tags), width)
    for name, number, label in (
        ("cluster", post.cluster, detail.cluster_label),
        ("story", post.story, detail.story_label),
    ):
        if number is not None:
            lines.append(fact(name, (f"{number}  ", "strong"), (cut(label, NAME), "accent")))
    told = {
        True: ("nearly repeats an earlier post", "warning"),
        False: ("none: it repeats no earlier post", ""),
        None: ("not compared yet" if detail.topics else TOPICS_OFF, "muted"),
    }
    lines.append(fact("copy", told[detail.copy]))
    for name, uid in (("reply to", post.reply_to), ("quotes", post.quote_of)):
        if uid:
            lines += long_fact(name, uid, width)
    return lines


def _counts(detail: PostDetail, post: PostRow, width: int) -> list[Line]:
    """What it has come to, beside what is normal, and how it got there."""
    now = ", ".join(f"{name} {count(getattr(post, name))}" for name in COUNTS)
    lines = long_fact("counts", now, width)
    if detail.standing is not None:
        lines += long_fact("normal", _standing(detail.standing), width)
    lines += heading("Counts by age")
    if detail.readings:
        read = ", ".join(f"{count(each.engagements)} at {duration(each.age)}" for each in detail.readings)
        lines += long_fact("engagements", read, width)
    if detail.events:
        seen = ", ".join(f"{kind} {count(number)}" for kind, number in detail.events.items())
        age = f" in {duration(detail.age)}" if detail.age else ""
        lines += long_fact("as events", f"{seen}{age}", width)
    if detail.reported:
        lines.append((("      age  at (UTC)            " + "".join(pad(name, 9, True) for name in COUNTS), "head"),))
        lines += [_reported(each) for each in detail.reported]
    elif not detail.events:
        lines.append((("none was reported, and none came as an event", "muted"),))
    return lines


def _standing(standing: AgainstNormal) -> str:
    posts = count(standing.author_posts)
    behind = f", by {posts} of its author's posts and the feed" if standing.author_posts else ", by the feed alone"
    now = f"{count(standing.now)} at the age of {duration(standing.age)}"
    return f"×{times_cell(standing.times)[0]}: {now}, normal {engagement(standing.normal)}{behind}"


def _reported(counts: CountsAt) -> Line:
    age = UNKNOWN if counts.age is None else duration(counts.age)
    figures = "".join(pad(short(getattr(counts, name)), 9, True) for name in COUNTS)
    return ((pad(age, 9, True), "strong"), (f"  {pad(day_and_clock(counts.at), 19)}  ", "muted"), (figures, ""))


def _raw(detail: PostDetail, width: int) -> list[Line]:
    lines = heading("The line it came in")
    if not detail.raw:
        return [*lines, ((detail.raw_missing, "muted"),)]
    return [*lines, *(((part, ""),) for line in detail.raw.split("\n") for part in fold(line, width))]
