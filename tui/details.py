"""All that is known of one thing, as lines for a page: tag, post, prediction, sentiment."""

from collections.abc import Callable, Sequence

from engine.snapshot import (
    AlertRow,
    AlertRule,
    Author,
    Burst,
    Cluster,
    Hashtag,
    Labels,
    Prediction,
    Score,
    Snapshot,
    Story,
    WordScore,
)
from tui.alert_details import alert_lines, rule_lines
from tui.author_details import author_lines
from tui.correcting import mood_lines
from tui.facts import by_authors, fact, heading, long_fact, wide_fact, wrap_lines
from tui.format import (
    UNKNOWN,
    count,
    day_and_clock,
    duration,
    engagement,
    number,
    percent,
    signed,
)
from tui.lines import BLANK, Line, Span, cut, fit, width_of
from tui.model_details import horizon_lines, model_lines
from tui.reasons import sentence
from tui.subject import Group
from tui.topic_details import Posts, burst_lines, cluster_lines, story_lines
from tui.widgets.cells import author_cell, sentiment_cell, trend_cell
from tui.widgets.gauges import gauge_lines
from tui.widgets.predictions import predicted_cell, span, times, verdict
from tui.widgets.scoreboard import score_table


def page_of(item: object, snapshot: Snapshot, posts: Posts = None) -> tuple[str, Callable[[int], list[Line]]]:
    """The title of the page on a thing, and what is on it at a width. `posts` are those behind it, once known."""
    match item:
        case Cluster():
            return "Cluster", lambda width: cluster_lines(item, snapshot, width)
        case Story():
            return "Story", lambda width: story_lines(item, snapshot, width)
        case Burst():
            return "Rising, and why", lambda width: burst_lines(item, snapshot, width, posts)
        case Hashtag():
            return "Hashtag", lambda width: hashtag_lines(item, snapshot, width)
        case Author():
            return "Author", lambda width: author_lines(item, snapshot, width)
        case AlertRow():
            return "Alert", lambda width: alert_lines(item, width)
        case AlertRule():
            return "Watched for", lambda width: rule_lines(item, width)
        case Prediction():
            return "Prediction", lambda width: prediction_lines(item, snapshot, width)
        case Score():
            return "Model", lambda width: model_lines(item, snapshot, width)
        case Labels():
            return "Horizon", lambda width: horizon_lines(item, snapshot, width)
        case Group():
            return "Posts", lambda width: group_lines(item, snapshot)
    raise TypeError(f"there is no page on {type(item).__name__}")


def hashtag_lines(tag: Hashtag, snapshot: Snapshot, width: int) -> list[Line]:
    """A tag and those it stands with."""
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
    ]


def group_lines(group: Group, snapshot: Snapshot) -> list[Line]:
    """Posts that the gauges count together."""
    share = group.posts / snapshot.posts_in_window if group.posts is not None and snapshot.posts_in_window else None
    if group.posts is None:
        return [fact("posts", (f"those {group.name}", ""))]
    return [
        fact("posts", (count(group.posts), "strong"), (f"  {group.name}", "")),
        fact("share", (percent(share), ""), (" of the posts in the window", "muted")),
    ]


def prediction_lines(prediction: Prediction, snapshot: Snapshot, width: int) -> list[Line]:
    """A prediction, its reasons and its outcome, under the post it is of."""
    return [
        *wrap_lines(prediction.text, width),
        BLANK,
        *wide_fact(
            "author", width, author_cell(prediction.name, prediction.author), (f"  {prediction.author}", "muted")
        ),
        *wide_fact(
            "when",
            width,
            (f"{day_and_clock(prediction.created)} UTC", ""),
            (f"  {prediction.platform} {prediction.uid}", "muted"),
        ),
        fact("horizon", (duration(prediction.horizon), "")),
        *prediction_facts(prediction, width),
        *heading("How such predictions have been"),
        *_scores(snapshot, prediction.horizon, width),
    ]


def sentiment_lines(snapshot: Snapshot, width: int) -> list[Line]:
    """The mood of the window in short, and what its reader has marked."""
    return [*gauge_lines(snapshot, min(width, 70), 20)[:7], *mood_lines(snapshot, width)]


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
    note = f" ({word.note})" if word.note else ""
    return (_valued(word), (f"{note}  ", "muted"))


def _valued(word: WordScore) -> Span:
    return (f"{cut(word.word, 24)} {word.valence:+.1f}", "positive" if word.valence > 0 else "negative")


def beside_words(parts: Sequence[tuple[int, Line]], words: Sequence[WordScore], width: int) -> Line:
    """`parts`, and beside them the words that add something, the weightiest first.

    Where there is no room for all of them, the rules that changed the least of them are left out.
    """
    telling = sorted((word for word in words if word.valence), key=lambda word: -abs(word.valence))
    last = max((rank for rank, _ in parts), default=0) + 1
    told = [*parts, *((last + at, word_spans(word)) for at, word in enumerate(telling))]
    for at in reversed(range(len(telling))):
        if sum(width_of(line) + 2 for _, line in told) - 2 <= width:
            break
        told[len(parts) + at] = (last + at, (_valued(telling[at]),))
    return fit(told, width)


def prediction_facts(prediction: Prediction, width: int) -> list[Line]:
    """A prediction with its reasons and its outcome."""
    lines = [
        fact(
            "predicted",
            predicted_cell(prediction),
            (f"  80% between {span(prediction.low, prediction.high)}" if prediction.low is not None else "", ""),
            (f"  by {prediction.model}" if prediction.model else "  nothing learnt yet", "muted"),
        ),
        fact("usual", (engagement(prediction.usual), ""), _whose(prediction)),
        *wide_fact("now", width, (number(prediction.now, 13), ""), _times_usual(prediction)),
        fact("outcome", *_outcome(prediction)),
    ]
    if prediction.predicted is not None:
        because = sentence(prediction.predicted, prediction.low, prediction.high, prediction.reasons)
        lines += long_fact("because", because, width)
    return lines


def _whose(prediction: Prediction) -> Span:
    return ("  not known before anything was learnt" if prediction.usual is None else " for this author", "muted")


def _times_usual(prediction: Prediction) -> Span:
    told = f"  {times(prediction.times)} times the usual, 1 added to both" if prediction.times is not None else ""
    return (told, "muted")


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
