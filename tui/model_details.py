"""All that is known of a model and of a horizon, as lines for a page."""

from engine.snapshot import Labels, Score, Snapshot
from tui.contenders import CENSORED, FIGURES, meaning, name_of
from tui.facts import LABEL, fact, heading, long_fact
from tui.format import UNKNOWN, count, duration, number, ratio, skill, whole_percent
from tui.lines import Line, pad, wrap
from tui.widgets.gauges import by_count
from tui.widgets.record import champion_of, learning
from tui.widgets.scoreboard import AFTER, FEW, decimals, error, figure, score_table

VALUE = 12  # cells of a figure


def model_lines(score: Score, snapshot: Snapshot, width: int) -> list[Line]:
    """A model at one horizon: what it is, its figures with what they mean, and how it does at the others."""
    said = meaning(score.model).full
    lines = [
        fact("model", (name_of(score), "strong"), ("  ★ champion" if score.champion else "", "accent")),
        *long_fact("what it is", said or "not described here", width),
        fact("horizon", (duration(score.horizon), "")),
        fact("refits", (count(score.version), ""), ("  so far" if score.version else "  it is not refitted", "muted")),
        *heading("Figures"),
    ]
    for name, field, means in FIGURES:
        parts = wrap(means, width - 12 - VALUE - 2)
        for at, part in enumerate(parts):
            text, role = figure(score, _full(field, getattr(score, field))) if at == 0 else ("", "")
            left = pad(name if at == 0 else "", 12)
            lines.append(((left, "muted"), (pad(text, VALUE, True), role), (f"  {part}", "muted")))
    if 0 < score.n < FEW:
        lines.append(((f"Graded on fewer than {FEW}: these figures may be chance.", "warning"),))
    others = [other for other in snapshot.scoreboard if other.model == score.model]
    return [*lines, *heading("At every horizon"), *score_table(others, width, AFTER)]


def horizon_lines(labels: Labels, snapshot: Snapshot, width: int) -> list[Line]:
    """A horizon: how far the grading has come, why predictions were never graded, who leads and how all do."""
    champion = champion_of(snapshot.scoreboard, labels.horizon)
    told = learning(labels, snapshot.as_of)
    lines = [
        fact("horizon", (duration(labels.horizon), "strong"), (" after the post was made", "muted")),
        *_counted("waiting", labels.waiting, "predicted, and not due yet", width),
        *_counted("matured", labels.matured, "due, with an outcome to grade by", width),
        *_counted("censored", sum(labels.censored.values()), "never graded, by reason:", width),
    ]
    for reason, posts in by_count(labels.censored):
        lines += _counted("", posts, f"{reason}: {CENSORED[reason]}" if reason in CENSORED else reason, width)
    if told:
        lines += long_fact("state", f"{told}; until enough have matured a baseline leads", width)
    if champion is not None:
        lines.append(fact("champion", (name_of(champion), "strong")))
        lines += long_fact("", meaning(champion.model).full, width)
        lines += long_fact("its ranges", _ranges(champion), width)
    scores = [score for score in snapshot.scoreboard if score.horizon == labels.horizon]
    return [*lines, *heading("All models"), *score_table(scores, width)]


def _counted(name: str, posts: int, means: str, width: int) -> list[Line]:
    """A number of posts, and what they are."""
    parts = wrap(means, width - LABEL - VALUE - 2)
    first = fact(name, (pad(number(posts, VALUE), VALUE, True), ""), (f"  {parts[0]}", "muted"))
    return [first, *(fact("", (" " * VALUE, ""), (f"  {part}", "muted")) for part in parts[1:])]


def _ranges(champion: Score) -> str:
    if champion.coverage80 is None:
        return "none of its ranges has been graded yet"
    return (
        f"{whole_percent(champion.coverage80)} of outcomes fell inside, 80% should; "
        f"mean width {decimals(champion.width80)} in log(1 + engagements)"
    )


def _full(field: str, value: float | None) -> str:
    """A figure with as many digits as a page has room for."""
    if value is None:
        return UNKNOWN
    if field == "n":
        return count(value)
    if field in ("mae", "mse"):
        return error(value)
    if field == "skill":
        return skill(value)
    return whole_percent(value) if field == "coverage80" else ratio(value) if field == "spearman" else f"{value:.3f}"
