"""Replays a labelled feed through sentiment alone, and counts what was said of the posts of each mood.

Lines go the engine's way up to the posts; then the gate and VADER, as on screen. Nothing of a post is kept: it is one
more in a small table.
"""

from collections import Counter
from typing import NamedTuple

from engine.analysis import read_mood
from engine.arrivals import Arrivals
from engine.clock import Stamped
from engine.config import EngineConfig
from engine.events import Post
from engine.platforms.decode import Decoder
from engine.sentiment_labels import LabelReader
from models import sentiment


class Cell(NamedTuple):
    """What posts are counted by."""

    label: str  # as the reader of labels gives it
    reason: str  # why they are not scored, "" if they are
    mood: str  # what VADER says, scored or not


class SentimentReplay(Arrivals):
    """Counts posts by `Cell`. Edits and deletes change nothing: a post has what it was given on arrival.

    Without the gate VADER says what it says of every text, whatever its language.
    """

    def __init__(self, config: EngineConfig, decoder: Decoder, reader: LabelReader, gate: bool = True) -> None:
        super().__init__(config, decoder)
        self.reader = reader
        self.gate = gate
        self.unlabelled = 0
        self.cells: Counter[Cell] = Counter()

    @property
    def labelled(self) -> int:
        """Posts whose label is a mood, or a number that may be one."""
        return self.posts - self.unlabelled - self.reader.not_understood

    def arrived(self, record: Stamped, post: Post | None) -> None:
        """Count a post."""
        if post is None:
            return
        if not post.label:
            self.unlabelled += 1
        elif label := self.reader.read(post.label):
            reason, polarity = read_mood(post, self.gate)
            self.cells[Cell(label, reason, sentiment.label(polarity.compound))] += 1
