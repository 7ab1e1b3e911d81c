"""What the engine's process has said, as it reaches the screen: plain dataclasses, named in the past tense."""

from dataclasses import dataclass

from engine.gradesheet import GradeSheet
from engine.snapshot import DraftScore, Frame, PostRow
from engine.topicsheet import TopicSheet


@dataclass(frozen=True)
class FrameArrived:
    """A new picture; the newest wins, those before it are not delivered."""

    frame: Frame


@dataclass(frozen=True)
class DraftWasScored:
    """The answer to the draft of that id."""

    id: int
    score: DraftScore


@dataclass(frozen=True)
class PostsWereFound:
    """The answer to the search of that id."""

    id: int
    posts: list[PostRow]


@dataclass(frozen=True)
class SheetWasOpened:
    """The figures of the plots asked for by that id; None where there are none."""

    id: int
    sheet: GradeSheet | TopicSheet | None


@dataclass(frozen=True)
class ExportFinished:
    """The files that were written, or one line of what went wrong."""

    id: int
    paths: list[str]
    error: str


@dataclass(frozen=True)
class EngineFailed:
    """The engine says why it cannot go on."""

    message: str


@dataclass(frozen=True)
class EngineDied:
    """The engine's process ended without a word; `reason` says how in one line."""

    reason: str


EngineSaid = (
    FrameArrived | DraftWasScored | PostsWereFound | SheetWasOpened | ExportFinished | EngineFailed | EngineDied
)
