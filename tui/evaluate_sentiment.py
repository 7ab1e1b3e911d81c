"""`trendtop evaluate sentiment`: how right the moods are. Figures to stdout, words to stderr."""

import argparse
from collections.abc import Callable, Iterable

import msgspec

from engine.config import EngineConfig
from engine.sentiment_evaluation import SentimentReplay
from engine.sentiment_figures import MoodFigures, SentimentFigures, figures
from engine.sentiment_labels import MOODS, LabelReader, UnclearLabelsError
from engine.sources.base import SourceError
from tui import labelled, plots
from tui.format import percent
from tui.reading import read_feed

Fail = Callable[[str], int]

_ROWS = (("accuracy", "accuracy"), ("macro F1", "macro_f1"), ("macro recall", "macro_recall"), ("posts", "n"))
_OF_A_CLASS = ("precision", "recall", "f1")


def evaluate(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop evaluate sentiment`: VADER, with the gate or without, against the labels of a feed."""
    try:
        labelled.decoder(arguments)
    except ValueError as wrong:
        return fail(str(wrong))
    try:
        replay, failed = read_feed(arguments, lambda sorting: _replay(arguments, sorting), labelled.late)
    except SourceError as error:
        return fail(str(error))
    if replay.labelled == 0:
        unread = replay.reader.not_understood
        return fail(
            "; ".join([*failed, replay.reader.why_none() if unread else labelled.why_nothing(replay, arguments)])
        )
    try:
        found = figures(replay)
    except UnclearLabelsError as unclear:
        return fail("; ".join([*failed, str(unclear)]))
    print(msgspec.json.encode(found).decode() if arguments.json else _readable(found))
    if arguments.plot:
        print(f"\n{_drawn(found, plots.canvas())}")
    return fail("; ".join(failed)) if failed else 0


def _replay(arguments: argparse.Namespace, sorting: int | None) -> SentimentReplay:
    config = EngineConfig(lateness=labelled.lateness(arguments, sorting))
    return SentimentReplay(config, labelled.decoder(arguments), LabelReader(arguments.labels), arguments.gate == "on")


def _readable(found: SentimentFigures) -> str:
    counts = [
        f"{found.posts:,} posts, {found.n + found.not_scored:,} with a mood as label (read as {found.labels})",
        f"{found.unlabelled:,} unlabelled, {found.not_understood:,} with a label that is no mood"
        + (f" ({', '.join(found.not_understood_labels)})" if found.not_understood else ""),
        f"besides: {found.duplicates:,} duplicates, {found.left_out:,} left out, "
        f"{sum(found.rejected.values()):,} rejected, {found.others:,} other records; {found.late:,} late",
        _gate(found),
    ]
    return "\n\n".join(["\n".join(counts), _totals(found), _classes(found), _confusion(found)])


def _gate(found: SentimentFigures) -> str:
    if not found.gate:
        return "gate off: every text is scored, whatever its language"
    reasons = ", ".join(f"{posts:,} {reason}" for reason, posts in found.not_scored_reasons.items())
    return f"not scored: {found.not_scored:,}, {percent(found.not_scored_share, 2)}{f' ({reasons})' if reasons else ''}"


def _totals(found: SentimentFigures) -> str:
    """The figures of the scored posts; with the gate, beside them VADER's of those that it left out, and of all."""
    columns: dict[str, MoodFigures] = {"scored": found}
    if found.unscored is not None and found.ungated is not None:
        columns |= {"not scored*": found.unscored, "all, gate off": found.ungated}
    lines = [_line("", columns)]
    lines += [_line(words, [_cell(getattr(of, field)) for of in columns.values()]) for words, field in _ROWS]
    if found.gate:
        lines.append("* what VADER says of them all the same. Of the scored posts it says the same without the gate.")
    return "\n".join(lines)


def _classes(found: SentimentFigures) -> str:
    lines = [_line("of the scored", ("precision", "recall", "F1", "posts"))]
    for mood, of in found.classes.items():
        lines.append(_line(mood, [_cell(value) for value in (of.precision, of.recall, of.f1, of.support)]))
    return "\n".join(lines)


def _confusion(found: SentimentFigures) -> str:
    lines = [_line("label \\ VADER", MOODS)]
    lines += [_line(mood, [_cell(row[said]) for said in MOODS]) for mood, row in found.confusion.items()]
    return "\n".join(lines)


def _line(words: str, cells: Iterable[str]) -> str:
    return f"{words:<14}{''.join(f'{cell:>15}' for cell in cells)}".rstrip()


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def _drawn(found: SentimentFigures, on: plots.Canvas) -> str:
    by_class = {
        f"{mood} {'F1' if figure == 'f1' else figure}": getattr(of, figure)
        for mood, of in found.classes.items()
        for figure in _OF_A_CLASS
    }
    return "\n\n".join(
        [
            plots.heat_map("posts by label (rows) and mood by VADER", found.confusion, on, columns="VADER"),
            plots.bars("by label", by_class, on, most=1.0),
        ]
    )
