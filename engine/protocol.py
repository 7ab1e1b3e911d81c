"""What the screen and the engine's process say to each other: msgpack messages behind a 4-byte length.

The screen writes Commands to the worker's stdin; the worker writes Reports to its stdout and nothing else.
"""

import struct
from datetime import datetime
from typing import Literal

import msgspec

from engine.config import EngineConfig, SourceConfig
from engine.gradesheet import GradeSheet
from engine.postdetail import PostDetail
from engine.snapshot import DraftScore, Frame, PostRow, Voice
from engine.topicsheet import TopicSheet
from models.moods import Mood

MAX_PINS = 20
UNSAVED = 3  # exit status of an engine that could not save the last state of a run that is kept
HEADER = struct.Struct(">I")

Kind = Literal["cluster", "story", "burst", "tag", "author", "post", "mood", "reason", "language", "window"]


class Start(msgspec.Struct, frozen=True, tag="start"):
    """The first command: what to watch and how. `demo` watches the simulator instead of `source`; `model` is a file.

    `jobs` processes may read a large backlog; 0: two, where there are as many processors.

    `state` is the folder that corrections are kept in; "" keeps them for this session alone. `kept` is the folder that
    the run itself is kept in, and gone on with if it is there already; "" keeps none. If it is not `lasting`, that is
    for another engine of the same session only.
    """

    engine: EngineConfig
    source: SourceConfig
    demo: bool = False
    rate: float = 4.0  # frames per second
    model: str = ""  # to start from; the worker proves it before it opens it
    filter: str = ""  # expression that the posts shown match
    alert_log: str = ""  # file to which alerts are added
    alert_command: str = ""  # run for each
    state: str = ""
    kept: str = ""
    lasting: bool = True
    jobs: int = 1


class ScoreDraft(msgspec.Struct, frozen=True, tag="score"):
    """Score a typed post. Only the newest draft matters: the worker skips older ones still unread.

    `beside` is another text to score at the same moment, to be compared with it.
    """

    id: int
    text: str
    author: str = ""
    beside: str = ""


class FindPosts(msgspec.Struct, frozen=True, tag="find"):
    """List the newest posts behind a thing, at most until a moment.

    `key` is an id, or the tag without its sign; of an author or a post, the id with the platform before it, as "x:12";
    "positive", "neutral" or "negative" of a mood; the reason of posts not scored; a language, "" if undecided;
    of the whole window anything.
    """

    id: int
    kind: Kind
    key: int | str
    until: datetime | None = None


class OpenPost(msgspec.Struct, frozen=True, tag="open"):
    """Tell all that is known of a post, by its id with the platform before it."""

    id: int
    key: str


class Pin(msgspec.Struct, frozen=True, tag="pin"):
    """Show these posts in every picture, in this order, and no others: keys as in OpenPost, the first MAX_PINS."""

    keys: tuple[str, ...]


class OpenGrades(msgspec.Struct, frozen=True, tag="grades"):
    """How right predictions at a horizon (seconds) have been. Only the newest of these matters."""

    id: int
    horizon: int


class OpenTopics(msgspec.Struct, frozen=True, tag="topics"):
    """The words of a cluster, None for the whole window, and how posts spread. Only the newest of these matters."""

    id: int
    cluster: int | None


class SetWindow(msgspec.Struct, frozen=True, tag="window"):
    """Show another window, in microseconds; 0 for everything retained."""

    window: int


class SetFilter(msgspec.Struct, frozen=True, tag="filter"):
    """Show only the posts that match an expression; "" for all. One that cannot be read changes nothing."""

    expression: str


class Asked(msgspec.Struct, frozen=True):
    """An alert to watch for, from an event time on; None: from now on. `filters` are the saved ones it names."""

    text: str
    since: datetime | None = None
    filters: dict[str, str] = {}


class SetAlerts(msgspec.Struct, frozen=True, tag="alerts"):
    """Watch for these alerts and no others. Those that are watched already go on; what cannot be read is left out."""

    alerts: tuple[Asked, ...]


class CountFilters(msgspec.Struct, frozen=True, tag="count"):
    """Say what each of some filters matches of the window, whatever is shown."""

    id: int
    expressions: list[str]


class Export(msgspec.Struct, frozen=True, tag="export"):
    """Write the snapshot as it is now: a .csv or .json file, or a folder of all tables."""

    id: int
    path: str
    table: str = "posts"


class Correct(msgspec.Struct, frozen=True, tag="correct"):
    """Mark the post of that key, as "x:12", with a mood; the same mood again takes the mark back."""

    key: str
    mood: Mood


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Finish and exit."""


class DraftScored(msgspec.Struct, frozen=True, tag="scored"):
    """Answer to ScoreDraft."""

    id: int
    score: DraftScore
    beside: DraftScore | None = None


class PostsFound(msgspec.Struct, frozen=True, tag="found"):
    """Answer to FindPosts, the newest first."""

    id: int
    posts: list[PostRow]
    total: int = 0  # how many there are in all


class PostOpened(msgspec.Struct, frozen=True, tag="opened"):
    """Answer to OpenPost."""

    id: int
    detail: PostDetail


class GradesOpened(msgspec.Struct, frozen=True, tag="grades opened"):
    """Answer to OpenGrades; None for a horizon that nothing is predicted at."""

    id: int
    sheet: GradeSheet | None


class FiltersCounted(msgspec.Struct, frozen=True, tag="counted"):
    """Answer to CountFilters, in its order."""

    id: int
    voices: list[Voice]


class TopicsOpened(msgspec.Struct, frozen=True, tag="topics opened"):
    """Answer to OpenTopics."""

    id: int
    sheet: TopicSheet


class Exported(msgspec.Struct, frozen=True, tag="exported"):
    """Answer to Export: the files written, or one line of what went wrong."""

    id: int
    paths: list[str]
    error: str = ""


class Corrected(msgspec.Struct, frozen=True, tag="corrected"):
    """Answer to Correct: what the post is marked as now, "" if not at all, or one line of why it cannot be."""

    key: str
    mood: str
    corrections: int  # that there are now
    error: str = ""


class Framed(msgspec.Struct, frozen=True, tag="frame"):
    """A new picture. The newest wins."""

    frame: Frame


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The engine cannot go on; one line that says why and what to do."""

    message: str


Command = (
    Start
    | ScoreDraft
    | FindPosts
    | OpenPost
    | OpenGrades
    | OpenTopics
    | Pin
    | SetWindow
    | SetFilter
    | SetAlerts
    | CountFilters
    | Export
    | Correct
    | Stop
)
Report = (
    DraftScored
    | PostsFound
    | PostOpened
    | GradesOpened
    | TopicsOpened
    | FiltersCounted
    | Exported
    | Corrected
    | Framed
    | Failed
)

_encoder = msgspec.msgpack.Encoder()
command_decoder = msgspec.msgpack.Decoder(Command)
report_decoder = msgspec.msgpack.Decoder(Report)


def pack(message: Command | Report) -> bytes:
    """One message as bytes, length first."""
    body = _encoder.encode(message)
    return HEADER.pack(len(body)) + body


class Unpacker:
    """Cuts a byte stream back into message bodies, however the reads fell."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Add bytes; return the bodies now complete, in order."""
        self._buffer += data
        bodies: list[bytes] = []
        while len(self._buffer) >= HEADER.size:
            (size,) = HEADER.unpack_from(self._buffer)
            end = HEADER.size + size
            if len(self._buffer) < end:
                break
            bodies.append(bytes(self._buffer[HEADER.size : end]))
            del self._buffer[:end]
        return bodies
