"""The plots of the topics page: what is said, how posts spread over clusters, and how large stories are."""

from math import log10

from engine.snapshot import Snapshot
from engine.topicsheet import Apart, TopicSheet
from tui import charts, plots
from tui.draw import bar
from tui.format import TOPICS_OFF, UNKNOWN, count, number, percent, ratio, short
from tui.lines import BLANK, Line, Span, fit, pad, wrap
from tui.word_cloud import cloud

ROOMY = 72  # columns from which stories and silhouettes stand beside the bars
BARE: Span = ("", "")
OFF: Line = ((f" {TOPICS_OFF}", "muted"),)
NAMES = ("Word cloud", "Clusters", "Sizes of stories")


def cloud_lines(sheet: TopicSheet, width: int, height: int, ascii_only: bool) -> list[Line]:
    """The words of a cluster or of the window, and what their size says."""
    if not sheet.words:
        return [((" no words yet: they come with the first stories of two posts", "muted"),)]
    first, least = sheet.words[0], min(word.posts for word in sheet.words)
    size = "how often it is said" if sheet.cluster is None else "how often it is said here, and how seldom elsewhere"
    legend = fit(
        [
            (0, ((" size and weight: ", "muted"), (size, ""))),
            (2, ((f"{first.text} {count(first.posts)} times, the least {count(least)}", "muted"),)),
            (1, (("#hashtag", "accent"), (" word", ""))),
        ],
        width,
        " · ",
    )
    return [*cloud(sheet.words, width, max(height - 1, 1), ascii_only), legend]


def spread_lines(sheet: TopicSheet, snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """A bar for each cluster, for what is in none, and for the clusters that are too small to be listed.

    There must be posts in the window.
    """
    posts = snapshot.posts_in_window
    apart = {one.cluster: one for one in sheet.apart}
    listed = sum(cluster.posts for cluster in snapshot.clusters)
    alone = snapshot.unclustered or 0
    rest = max(posts - alone - listed, 0)
    label = 32 if width >= 100 else 23 if width >= ROOMY else 20
    keeping = width >= ROOMY  # with less room there are the bars alone
    room = max(width - label - 16 - (19 if keeping else 0) - 1, 8)
    most = max([cluster.posts for cluster in snapshot.clusters] + [alone, rest])

    def row(name: str, figures: Line, stories: str, keeps: Span, role: str) -> Line:
        kept = ((pad(stories, 8, True), role), (pad(keeps[0], 11, True), keeps[1])) if keeping else ()
        return ((pad(name, label), role), *figures, *kept)

    def figures(amount: int, role: str) -> Line:
        text = pad(number(amount, 7), 8, True) + pad(percent(amount / posts), 7, True) + " "
        return ((text, role), (bar(amount / most if most else 0, room) + " ", role or "accent"))

    head = ((pad("posts", 8, True) + pad("share", 7, True) + " ", "head"), (pad("of the window", room + 1), "muted"))
    lines = [row("    # cluster", head, "stories", ("silhouette", "head"), "head")]
    for cluster in snapshot.clusters:
        one = apart.get(cluster.id)
        of = figures(cluster.posts, "")
        lines.append(row(f" {cluster.id:>4} {cluster.label}", of, count(cluster.stories), _keeps(one), ""))
    if rest:
        others = (snapshot.clusters_in_window or 0) - len(snapshot.clusters)
        lines.append(row(f"      {count(others)} smaller ones", figures(rest, "muted"), "", BARE, "muted"))
    lines.append(row("      in no cluster", figures(alone, "muted"), "", BARE, "muted"))
    mean = f"mean {ratio(snapshot.silhouette)} on {count(snapshot.silhouette_n)} posts"
    words = f"silhouette: 1 keeps well apart, 0 overlaps, below 0 is mixed with others; {mean}"
    return [*lines, BLANK, *(((f" {part}", "muted"),) for part in wrap(words, width - 2))]


def _keeps(one: Apart | None) -> Span:
    """How well a cluster keeps apart, and on how many posts that was measured."""
    if one is None:
        return (UNKNOWN, "muted")
    return (f"{ratio(one.silhouette)} n {one.n}", "warning" if one.silhouette < 0 else "")


def size_lines(sheet: TopicSheet, snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """Posts of the stories by their rank, both in powers of ten."""
    if len(sheet.sizes) < 2:
        return [((" fewer than two stories of two posts in this window", "muted"),)]
    points = _thinned([(log10(rank), log10(posts)) for rank, posts in enumerate(sheet.sizes, 1)], width)
    ranks, sizes = (_powers(values) for values in zip(*points, strict=True))
    half = sum(sheet.sizes) / 2
    few, total = 0, 0
    while total < half:
        total, few = total + sheet.sizes[few], few + 1
    drawing = plots.line_chart(
        [points], plots.Canvas(width), max(height - 2, 7), x=plots.Axis("rank", ranks), y=plots.Axis("", sizes)
    )
    stories = snapshot.stories_in_window or 0
    shown = f"the largest {count(len(sheet.sizes))} of " if stories > len(sheet.sizes) else ""
    return [
        charts.title("Stories by posts (up) and rank (across), both in powers of ten", width),
        *charts.legend(
            [("o", "accent", "a story")],
            width,
            f"{shown}{count(stories)} stories; half of their posts are in {count(few)}",
        ),
        *charts.painted(drawing, {"o": "accent"}),
    ]


def _thinned(points: list[plots.Point], width: int) -> list[plots.Point]:
    """The points that have a column of their own, and the last."""
    apart = points[-1][0] / width
    kept = points[:1]
    for point in points[1:-1]:
        if point[0] - kept[-1][0] >= apart:
            kept.append(point)
    return [*kept, points[-1]]


def _powers(values: tuple[float, ...]) -> tuple[tuple[float, str], ...]:
    """Ticks at 1, 2, 5, 10 and so on between the ends of the values."""
    steps = [first * 10**power for power in range(8) for first in (1, 2, 5)]
    low, high = min(values), max(values)
    return tuple((log10(step), short(step)) for step in steps if low - 1e-9 <= log10(step) <= high + 1e-9)
