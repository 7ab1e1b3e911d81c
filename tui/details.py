"""All that is known of one thing, as lines for a page: tag, post, prediction, sentiment."""

from collections.abc import Callable

from engine.snapshot import (
    AlertRow,
    Author,
    Burst,
    Cluster,
    DraftScore,
    Hashtag,
    Labels,
    Overperformer,
    PostRow,
    Prediction,
    Score,
    Snapshot,
    Story,
    WordScore,
)
from tui.alert_details import alert_lines
from tui.author_details import author_lines, missing_post, standing_lines
from tui.correcting import mark_facts, mood_lines
from tui.facts import by_authors, fact, heading, long_fact, post_list, wrap_lines
from tui.format import (
    UNKNOWN,
    count,
    day_and_clock,
    duration,
    engagement,
    mood,
    number,
    percent,
    sentiment,
    signed,
)
from tui.lines import BLANK, Line, Span, cut, pad, width_of
from tui.model_details import horizon_lines, model_lines
from tui.reasons import sentence
from tui.topic_details import Posts, burst_lines, cluster_lines, story_lines
from tui.widgets.cells import author_cell, sentiment_cell, trend_cell
from tui.widgets.gauges import by_count, gauge_lines
from tui.widgets.predictions import span, times, verdict
from tui.widgets.scoreboard import score_table


def page_of(item: object, snapshot: Snapshot, posts: Posts = None) -> tuple[str, Callable[[int], list[Line]]]:
    """The title of the page on a thing, and what is on it at a width. `posts` are those behind it, once known."""
    match item:
        case Cluster():
            return "Cluster", lambda width: cluster_lines(item, snapshot, width, posts)
        case Story():
            return "Story", lambda width: story_lines(item, snapshot, width, posts)
        case Burst():
            return "Rising, and why", lambda width: burst_lines(item, snapshot, width, posts)
        case Hashtag():
            return "Hashtag", lambda width: hashtag_lines(item, snapshot, width, posts)
        case Author():
            return "Author", lambda width: author_lines(item, snapshot, width, posts)
        case Overperformer():
            return "Over-performer", lambda width: overperformer_lines(item, snapshot, width, posts)
        case AlertRow():
            return "Alert", lambda width: alert_lines(item, width)
        case Prediction():
            return "Prediction", lambda width: prediction_lines(item, snapshot, width)
        case Score():
            return "Model", lambda width: model_lines(item, snapshot, width)
        case Labels():
            return "Horizon", lambda width: horizon_lines(item, snapshot, width)
        case PostRow():
            return "Post", lambda width: post_lines(item, snapshot, width)
    raise TypeError(f"there is no page on {type(item).__name__}")


def hashtag_lines(tag: Hashtag, snapshot: Snapshot, width: int, posts: Posts = None) -> list[Line]:
    """A tag, those it stands with, and the `posts` of the window that carry it."""
    error = "none: every tag of the window is counted"
    if snapshot.hashtags_error:
        error = f"none here, but tags in {count(snapshot.hashtags_error)} posts or fewer may be missing"
    return [
        fact("hashtag", (f"#{tag.tag}", "accent")),
        fact("posts", (count(tag.posts), "strong"), (by_authors(tag.authors), "")),
        fact("share", (percent(tag.share), ""), (" of the posts in the window", "muted")),
        fact("change", (signed(tag.change), ""), (" posts against the window before", "muted")),
        fact("sentiment", sentiment_cell(tag.sentiment, tag.scored), (f"  {count(tag.scored)} scored", "muted")),
        fact("trend", trend_cell(tag.trend)),
        *long_fact("error", error, width),
        *long_fact("often with", " ".join(f"#{other}" for other in tag.together) or UNKNOWN, width),
        *post_list(posts, tag.posts, "Posts", width),
    ]


def post_lines(post: PostRow, snapshot: Snapshot, width: int, words: DraftScore | None = None) -> list[Line]:
    """A post in full, its sentiment word by word once `words` is there, and what was predicted of it."""
    cluster = next((item for item in snapshot.clusters if item.id == post.cluster), None)
    lines = [
        *wrap_lines(post.text, width),
        BLANK,
        fact("author", author_cell(post.name, post.author), (f"  {post.author}", "muted"), *_followers(post)),
        fact("when", (f"{day_and_clock(post.created)} UTC", ""), ("  came late" if post.late else "", "warning")),
        fact("what", (f"{post.kind} {post.media}", ""), (f"  {post.platform} {post.uid}", "muted")),
        fact("language", (post.lang or "undecided", ""), (f"  claimed {post.lang_claimed or UNKNOWN}", "muted")),
        fact("sentiment", *_compound(post)),
    ]
    if words is not None and post.compound is not None:
        lines += word_lines(words.words, width)
    lines += mark_facts(post, words, snapshot, width)
    if post.tags:
        lines += long_fact("hashtags", " ".join(f"#{tag}" for tag in post.tags), width)
    if cluster is not None:
        lines.append(fact("cluster", (f"{cluster.id}  ", "strong"), (cluster.label, "accent")))
    if post.story is not None:
        story = next((item for item in snapshot.stories if item.id == post.story), None)
        lines.append(fact("story", (f"{post.story}  ", "strong"), (story.label if story else "", "accent")))
    for name, uid in (("reply to", post.reply_to), ("quotes", post.quote_of)):
        if uid:
            lines.append(fact(name, (uid, "")))
    lines += long_fact("counts", _counts(post), width)
    if post.edits:
        lines.append(fact("edits", (count(post.edits), "")))
    found = [item for item in snapshot.predictions if (item.platform, item.uid) == (post.platform, post.uid)]
    for prediction in sorted(found, key=lambda item: item.horizon):
        lines += [*heading(f"Predicted for {duration(prediction.horizon)} on"), *_prediction_facts(prediction, width)]
    return lines


def overperformer_lines(item: Overperformer, snapshot: Snapshot, width: int, posts: Posts = None) -> list[Line]:
    """A post against what is normal, and then in full, once the engine has told of it."""
    post = post_lines(posts[0], snapshot, width) if posts else missing_post(item, posts, width)
    return [*standing_lines(item), *heading("The post"), *post]


def prediction_lines(prediction: Prediction, snapshot: Snapshot, width: int) -> list[Line]:
    """A prediction, its reasons and its outcome, under the post it is of."""
    return [
        *wrap_lines(prediction.text, width),
        BLANK,
        fact("author", author_cell(prediction.name, prediction.author), (f"  {prediction.author}", "muted")),
        fact(
            "when",
            (f"{day_and_clock(prediction.created)} UTC", ""),
            (f"  {prediction.platform} {prediction.uid}", "muted"),
        ),
        fact("horizon", (duration(prediction.horizon), "")),
        *_prediction_facts(prediction, width),
        *heading("How such predictions have been"),
        *_scores(snapshot, prediction.horizon, width),
    ]


def sentiment_lines(snapshot: Snapshot, width: int) -> list[Line]:
    """The mood of the window in full, with what could not be scored and why."""
    now = snapshot.sentiment
    lines = [*gauge_lines(snapshot, min(width, 70), 20)[:7], *heading("Not scored, and why")]
    lines += [
        ((pad(count(posts), 10, True), "strong"), (f"  {reason}", "")) for reason, posts in by_count(now.not_scored)
    ]
    lines += heading("Detected languages")
    lines += [
        ((pad(count(n), 10, True), "strong"), (f"  {name or 'undecided'}", ""))
        for name, n in by_count(snapshot.languages)
    ]
    return lines + mood_lines(snapshot, width)


def word_lines(words: list[WordScore], width: int) -> list[Line]:
    """What each word adds, by sign and colour; words that add nothing are left out."""
    telling = [word for word in words if word.valence]
    if not telling:
        return [fact("words", ("no word of it bears on sentiment", "muted"))]
    lines: list[Line] = []
    line: Line = fact("words")
    for word in telling:
        spans = word_spans(word)
        if width_of(line) + width_of(spans) > width and len(line) > 1:
            lines.append(line)
            line = fact("")
        line = (*line, *spans)
    return [*lines, line]


def word_spans(word: WordScore) -> Line:
    """One word, its valence and the rule that changed it."""
    role = "positive" if word.valence > 0 else "negative"
    note = f" ({word.note})" if word.note else ""
    return ((f"{cut(word.word, 24)} {word.valence:+.1f}", role), (f"{note}  ", "muted"))


def _followers(post: PostRow) -> list[Span]:
    return [] if post.followers is None else [(f"  {count(post.followers)} followers", "muted")]


def _compound(post: PostRow) -> list[Span]:
    if post.compound is None:
        return [("not scored", "unknown"), (f": {post.not_scored}", "muted")]
    parts = " ".join(
        f"{sign}{UNKNOWN if value is None else f'{value:.2f}'}"
        for sign, value in (("+", post.positive), ("=", post.neutral), ("-", post.negative))
    )
    return [(f"{mood(post.compound)} {sentiment(post.compound)}", mood(post.compound)), (f"  {parts}", "muted")]


def _counts(post: PostRow) -> str:
    named = ("likes", "reposts", "replies", "quotes", "views")
    return ", ".join(f"{name} {count(getattr(post, name))}" for name in named)


def _prediction_facts(prediction: Prediction, width: int) -> list[Line]:
    lines = [
        fact(
            "predicted",
            (engagement(prediction.predicted), "strong"),
            (f"  80% between {span(prediction.low, prediction.high)}" if prediction.low is not None else "", ""),
            (f"  by {prediction.model}" if prediction.model else "  nothing learnt yet", "muted"),
        ),
        fact("usual", (engagement(prediction.usual), ""), (" for this author", "muted")),
        fact("now", (number(prediction.now, 13), ""), (f"  {times(prediction.times)} times the usual", "muted")),
        fact("outcome", *_outcome(prediction)),
    ]
    if prediction.predicted is not None:
        because = sentence(prediction.predicted, prediction.low, prediction.high, prediction.reasons)
        lines += long_fact("because", because, width)
    return lines


def _outcome(prediction: Prediction) -> list[Span]:
    when = f"{day_and_clock(prediction.due)} UTC"
    if prediction.state == "waiting":
        return [("waiting", "muted"), (f", due {when}", "muted")]
    if prediction.state == "censored":
        return [("censored", "warning"), (f": {prediction.censored}", "muted")]
    text, role = verdict(prediction)
    return [(f"{number(prediction.actual, 13)}  ", "strong"), (text, role), (f"  at {when}", "muted")]


def _scores(snapshot: Snapshot, horizon: int, width: int) -> list[Line]:
    scores = [score for score in snapshot.scoreboard if score.horizon == horizon and score.n]
    return score_table(scores, width) if scores else [(("none has been graded yet", "muted"),)]
