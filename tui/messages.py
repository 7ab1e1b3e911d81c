"""What the engine's process has said, as it reaches the screen: plain dataclasses, named in the past tense."""

from dataclasses import dataclass, field

from engine.gradesheet import GradeSheet
from engine.postdetail import PostDetail
from engine.snapshot import DraftScore, Frame, PostRow, Voice
from engine.topicsheet import TopicSheet


@dataclass(frozen=True)
class FrameArrived:
    """A new picture; the newest wins, those before it are not delivered."""

    frame: Frame


@dataclass(frozen=True)
class DraftWasScored:
    """The answer to the draft of that id, and to the one that it is compared with."""

    id: int
    score: DraftScore
    beside: DraftScore | None = None


@dataclass(frozen=True)
class PostsWereFound:
    """The answer to the search of that id."""

    id: int
    posts: list[PostRow]
    total: int = 0


@dataclass(frozen=True)
class PostWasOpened:
    """The answer to the question of that id."""

    id: int
    detail: PostDetail


@dataclass(frozen=True)
class SheetWasOpened:
    """The figures of the plots asked for by that id; None where there are none."""

    id: int
    sheet: GradeSheet | TopicSheet | None


@dataclass(frozen=True)
class FiltersWereCounted:
    """The answer to the count of that id."""

    id: int
    voices: list[Voice]


@dataclass(frozen=True)
class ExportFinished:
    """The files that were written, or one line of what went wrong."""

    id: int
    paths: list[str]
    error: str


@dataclass(frozen=True)
class CorrectionMade:
    """What the post of that key is marked as now, "" if not at all, or one line of why it cannot be."""

    key: str
    mood: str
    corrections: int
    error: str = ""


@dataclass(frozen=True)
class EngineFailed:
    """The engine says why it cannot go on; `log` is the file in which it says more."""

    message: str
    log: str = field(default="", compare=False)


@dataclass(frozen=True)
class EngineDied:
    """The engine's process ended without a word; `reason` says how in one line, `how` in one word."""

    reason: str
    how: str = ""


EngineSaid = (
    FrameArrived
    | DraftWasScored
    | PostsWereFound
    | PostWasOpened
    | SheetWasOpened
    | FiltersWereCounted
    | ExportFinished
    | CorrectionMade
    | EngineFailed
    | EngineDied
)
