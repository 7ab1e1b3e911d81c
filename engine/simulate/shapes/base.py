"""What all native shapes share: how a happening becomes a line, and small writers of times, ids and JSON."""

import json
import re
from abc import ABC, abstractmethod
from base64 import b32encode
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from engine.simulate.draw import Draw
from engine.simulate.engagement import KINDS, SECOND, Action
from engine.simulate.model import Customs, Happening, Post
from engine.simulate.people import People, Person

Object = dict[str, Any]

# Not printable or not seen: written as escapes, so that the feeds are safe to open in an editor.
_UNSEEN = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Line(NamedTuple):
    """A native line without its end, and what a monitor must make of it.

    `kind`: "post", "reaction", "observation", "edit", "delete", "purge", "rejected" or "ignored". `uid` is that of
    the post or reaction it is about (of the account for a purge). `time` is its event time, None if it has none.
    """

    data: bytes
    kind: str
    uid: str
    time: int | None
    reason: str = ""


class Shape(ABC):
    """A platform's native lines. Holds no more than what it has to remember to tell news from old."""

    name: ClassVar[str]
    customs: ClassVar[Customs]
    delay: ClassVar[tuple[float, float, float]] = (0.15, 0.5, 1.4)  # seconds to the server: least, mean, most
    claims: ClassVar[bool] = False  # lines say when the server saw them, so that claimed times can be disbelieved

    def __init__(self, seed: int, people: People) -> None:
        self.seed, self.people = seed, people

    @abstractmethod
    def uid(self, post: Post) -> str:
        """The id by which a monitor knows the post."""

    @abstractmethod
    def author(self, person: Person) -> str:
        """The id by which a monitor knows the account."""

    @abstractmethod
    def render(self, happening: Happening, seen: int) -> Line | None:
        """The line of a happening that reached the server at `seen`; None if the platform shows nothing."""

    @abstractmethod
    def control(self, draw: Draw, seen: int) -> tuple[bytes, str]:
        """A line that means nothing to a monitor, and what it is."""

    def disbelieved(self, post: Post, claim: str) -> Line:
        """The line of a post with a claimed time that cannot be true. Only shapes with `claims` have it."""
        raise NotImplementedError

    def asks_privacy(self, post: Post) -> bool:
        """Whether the line says that the author does not want the text kept."""
        return False

    def tags(self, post: Post) -> list[str]:
        """Its tags, in lower case."""
        return [tag.lower() for tag in post.text.tags]

    def counts(self, post: Post, age: int) -> dict[str, int | None]:
        """Its true engagement at an age as the platform counts; None where it does not have the kind."""
        counts = post.counts(age)
        return {kind: None if kind == "quote" and not self.customs.quotes else counts[kind] for kind in KINDS}

    def reactor(self, post: Post, action: Action) -> int:
        """The number of the account that reacts."""
        return len(self.people.authors) + post.reader(action.number)


def iso(micros: int) -> str:
    """ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(micros // SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{micros // 1000 % 1000:03d}Z"


def encode(value: Any) -> str:
    """JSON as services write it: compact, UTF-8, with what cannot be seen as escapes."""
    text = _ENCODER.encode(value)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def code(number: int, length: int, alphabet: str) -> str:
    """The last `length` digits of a number in an alphabet."""
    out = []
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        out.append(alphabet[digit])
    return "".join(reversed(out))


def base32(data: bytes) -> str:
    """Base 32 of RFC 4648, in lower case and without padding."""
    return b32encode(data).decode().rstrip("=").lower()
