"""What a run is to keep nothing of: texts, which are read as they come in and dropped, and accounts, which get digests.

Both happen before a record waits for its turn, so that neither memory nor a saved state ever holds what was dropped.
"""

import hmac
import re
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np

from engine.analysis import Analysis, analyse
from engine.config import EngineConfig
from engine.events import Edit, Event, Post, Reaction
from engine.userkey import make_key
from models.token_pass import WORDS
from models.tokens import COUNTS, LINKS, MENTIONS

SIZE = 8  # bytes of a digest
ACCOUNT, POST = "user-", "post-"  # what a digest begins with: neither is the id of anything on any platform

_POSTS = ("uid", "alias", "target", "reply_to", "quote_of")
_HANDLE = re.compile(r"(?<![\w.+@-])[\w.+-]*@[\w.@-]*\w|(?<![\w/])/?u/[\w-]{3,30}")
_NAME = re.compile(r"[\w.+-]+")

AnyEvent = TypeVar("AnyEvent", bound=Event)


class Form(NamedTuple):
    """What forecasts want to know of a text besides its words."""

    length: int
    words: int
    mentions: int
    links: int
    addressed: bool
    question: bool


class Read(NamedTuple):
    """What a text said that is not kept."""

    analysis: Analysis
    form: Form


def forms_of(analyses: Sequence[Analysis], given: Sequence[Form | None]) -> tuple[list[int], ...]:
    """The forms of texts by column, as of `Form`: those given, where the text was read as it came in, and not kept."""
    texts = [analysis.text for analysis in analyses]
    counts = np.array([analysis.counts for analysis in analyses], np.int64)
    columns: tuple[list[int], ...] = (
        [*map(len, texts)],
        (counts // WORDS).tolist(),
        (counts // MENTIONS & COUNTS).tolist(),
        (counts // LINKS & COUNTS).tolist(),
        [text[:1] == "@" for text in texts],
        ["?" in text for text in texts],
    )
    for place in [place for place, form in enumerate(given) if form is not None]:
        for column, value in zip(columns, given[place] or (), strict=True):
            column[place] = value
    return columns


def form_of(analysis: Analysis) -> Form:
    """The form of the text of an analysis."""
    length, words, mentions, links, (addressed,), (question,) = forms_of([analysis], [None])
    return Form(length[0], words[0], mentions[0], links[0], bool(addressed), bool(question))


class Discretion:
    """Takes out of records what is not to be kept. The key is read when the first account comes, and never saved."""

    def __init__(self, config: EngineConfig) -> None:
        self._no_text = config.no_text
        self._hash_authors = config.hash_authors
        self._keep_withheld = not config.respect_noindex

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_key"}

    def __bool__(self) -> bool:
        return self._no_text or self._hash_authors

    def check(self) -> None:
        """Raise KeyUnusableError if accounts are to be hashed and there is no key for it."""
        if self._hash_authors:
            self._key  # noqa: B018 - reads it

    def apply(self, event: Event) -> Event:
        """The event without what is not to be kept."""
        if self._no_text:
            event = self._without_text(event)
        return self._without_names(event) if self._hash_authors else event

    # -- texts -----------------------------------------------------------------------------------------------

    def _without_text(self, event: Event) -> Event:
        match event:
            case Post():
                return self._read(event)
            case Edit():
                return msgspec.structs.replace(event, post=self._read(event.post))
            case Reaction(original=Post() as original):
                return msgspec.structs.replace(event, original=msgspec.structs.replace(original, text="", name=""))
            case _:
                return event

    def _read(self, post: Post) -> Post:
        analysis = analyse(post, self._keep_withheld)
        if self._hash_authors:
            analysis = analysis._replace(name=self._named(post))
        read = Read(analysis._replace(text=""), form_of(analysis))
        return msgspec.structs.replace(post, text="", tags=None, read=read)

    # -- accounts --------------------------------------------------------------------------------------------

    def _without_names(self, event: AnyEvent) -> AnyEvent:
        platform = getattr(event, "platform", "")
        changes: dict[str, object] = {}
        for field in _POSTS:
            if value := getattr(event, field, ""):
                changes[field] = self._digest(POST, f"{platform}:{value}")
        if author := getattr(event, "author", ""):
            changes["author"] = self._digest(ACCOUNT, f"{platform}:{author}")
        if isinstance(event, Post | Reaction):
            changes["name"] = self._named(event)
        if isinstance(event, Post) and event.text:
            changes["text"] = _HANDLE.sub(self._masked, event.text)
        if isinstance(event, Edit):
            changes["post"] = self._without_names(event.post)
        if isinstance(event, Reaction) and event.original is not None:
            changes["original"] = self._without_names(event.original)
        return msgspec.structs.replace(event, **changes) if changes else event

    def _named(self, event: Post | Reaction) -> str:
        """The name to show: that of the account, for it is told by that alone."""
        account = event.author or event.name
        return self._digest(ACCOUNT, f"{event.platform}:{account}") if account else ""

    def _masked(self, found: re.Match[str]) -> str:
        """A handle in a text as another of the same length, so that the text is read as it was."""
        return _NAME.sub(self._letters, found[0])

    def _letters(self, found: re.Match[str]) -> str:
        name, length = found[0], len(found[0])
        digest = self._digest("", name.casefold())
        return (digest * (length // len(digest) + 1))[:length]

    def _digest(self, kind: str, name: str) -> str:
        data = name.encode("utf-8", "surrogatepass")
        return kind + blake2b(data, digest_size=SIZE, key=self._key, person=kind.encode()).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        return hmac.digest(make_key(), b"accounts", "sha256")


def analysed(post: Post, keep_withheld: bool) -> Analysis:
    """What the text of a post says, whether it is there or was read as it came in."""
    return post.read.analysis if isinstance(post.read, Read) else analyse(post, keep_withheld)


def form_given(post: Post) -> Form | None:
    """The form of a post's text, if that was read as it came in and is not kept."""
    return post.read.form if isinstance(post.read, Read) else None
