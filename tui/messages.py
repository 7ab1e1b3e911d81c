"""What the engine's process has said, as it reaches the screen: plain dataclasses, named in the past tense."""

from dataclasses import dataclass

from engine.snapshot import DraftScore, Frame, PostRow


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
    """The engine says why it cannot go on."""

    message: str


@dataclass(frozen=True)
class EngineDied:
    """The engine's process ended without a word; `reason` says how in one line."""

    reason: str


EngineSaid = (
    FrameArrived | DraftWasScored | PostsWereFound | ExportFinished | CorrectionMade | EngineFailed | EngineDied
)
