"""What the reader says of posts: marked, kept, learnt from, and forgotten with the post."""

import secrets
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.analysis import Analysis
from engine.correctionfile import Content, Correction, CorrectionFile
from engine.ledger import Entry
from engine.snapshot import Personal
from models import sentiment
from models.moods import PERSONAL_FROM, Mood
from models.personal_features import Features, features

if TYPE_CHECKING:
    from models import personal


class CorrectionError(Exception):
    """A post cannot be marked; says why in one line."""


class Corrections:
    """The corrections in a state folder, or of this session alone where there is none; and what is learnt from them.

    The folder may be shared: what another monitor has written is taken in before anything is said or done. The personal
    layer learns when it is asked, at most `at_once` corrections if that is given; it answers once it has learnt all.
    """

    def __init__(self, folder: str = "", at_once: int | None = None) -> None:
        self._file = CorrectionFile(Path(folder)) if folder else None
        self._held = Content({})
        self._aliases: dict[str, str] = {}
        self._trouble = ""
        self._owed: set[str] = set()  # keys that are to leave the file, which could not be written
        self._layer: personal.Personal | None = None
        self._learnt: list[Correction] = []
        self._at_once = at_once
        self.changes = 0  # goes up whenever something has changed
        self.look()

    def __len__(self) -> int:
        return len(self._held.corrections)

    def mood(self, key: str) -> str:
        """What the post of that key was marked as; "" if it was not."""
        found = self._held.corrections.get(key)
        return "" if found is None else found.mood

    # -- marking -----------------------------------------------------------------------------------------------

    def mark(self, entry: Entry, mood: Mood) -> str:
        """Mark a post, or take the mark back if that is its mark; what it is marked as now. Raises CorrectionError."""
        if not entry.text.strip():
            raise CorrectionError("there is no text to mark: its author asks not to be indexed, or it has none")
        self.look()
        try:
            if self.mood(entry.key) == mood:
                self._remove({entry.key})
                return ""
            self._add(_correction(entry, mood))
        except OSError as error:
            raise CorrectionError(f"not marked: {self._told(error)}") from None
        return mood

    def forget(self, key: str) -> None:
        """A post was taken back: what was said of it goes too. The key may be that of its alias."""
        self.look()
        real = self._aliases.get(key, key)
        if real in self._held.corrections or any(_name(real) in line for line in self._held.bad):
            self._drop({real})

    def disown(self, account: str, time: int) -> None:
        """All posts of an account up to a time were taken back."""
        self.look()
        theirs = {
            key
            for key, one in self._held.corrections.items()
            if one.author and one.time <= time and _digest(account, one.salt) == one.author
        }
        if theirs:
            self._drop(theirs)

    def look(self) -> None:
        """Take in what another monitor that shares the folder has written, and write what is owed."""
        if self._file is None:
            return
        try:
            if self._owed:
                self._remove(self._owed)
                self._owed, self._trouble = set(), ""
            elif self._file.version() != self._held.version:
                self._take(self._file.read())
                self._trouble = ""
        except OSError as error:
            if not self._owed:
                self._trouble = f"corrections cannot be read: {self._told(error)}"

    def _drop(self, gone: set[str]) -> None:
        """Out of memory at once, and out of the file as soon as that can be written."""
        try:
            self._remove(gone)
        except OSError as error:
            self._owed |= gone
            self._trouble = f"posts taken back are still among the corrections: {self._told(error)}"
            self._take(self._held._replace(corrections=self._without(gone)))

    def _add(self, new: Correction) -> None:
        if self._file is None:
            self._take(Content({**self._without({new.key}), new.key: new}))
        else:
            self._take(self._file.add(new))

    def _remove(self, gone: set[str]) -> None:
        if self._file is None:
            self._take(Content(self._without(gone)))
        else:
            self._take(self._file.remove(lambda one: one.key in gone, [_name(key) for key in gone]))

    def _without(self, gone: set[str]) -> dict[str, Correction]:
        return {key: one for key, one in self._held.corrections.items() if key not in gone}

    def _take(self, content: Content) -> None:
        self._held = content
        self._aliases = {f"{one.platform}:{one.alias}": key for key, one in content.corrections.items() if one.alias}
        self.changes += 1

    def _told(self, error: OSError) -> str:
        return f"{self._file and self._file.path}: {error.strerror}"

    # -- answering ---------------------------------------------------------------------------------------------

    def answer(self, known: Features) -> Personal | None:
        """What the personal layer says of a text, with its record; None while there are too few corrections."""
        layer = self._ready()
        if layer is None:
            return None
        record = layer.record()
        return Personal(mood=layer.answer(known), f1=record.f1, vader_f1=record.vader_f1, corrections=record.n)

    def record(self) -> tuple[float | None, float | None]:
        """Macro F1 of the personal layer and of VADER on the corrections; None while there are too few."""
        layer = self._ready()
        return (None, None) if layer is None else layer.record()[1:]

    def notices(self) -> list[str]:
        """What a reader must know of the file."""
        lines = [self._trouble] if self._trouble else []
        if (bad := len(self._held.bad)) and self._file is not None:
            what = "1 line" if bad == 1 else f"{bad:,} lines"
            lines.append(f"{what} of {self._file.path} cannot be read: skipped, and left as they are")
        return lines

    def _ready(self) -> "personal.Personal | None":
        """The layer once it has learnt all corrections, in their order."""
        if len(self) < PERSONAL_FROM:
            return None
        wanted = list(self._held.corrections.values())
        if self._layer is None or wanted[: len(self._learnt)] != self._learnt:
            from models.personal import Personal  # noqa: PLC0415 - heavy, and mostly not needed

            self._layer, self._learnt = Personal(), []
        now = len(self._learnt)
        self._learnt = wanted if self._at_once is None else wanted[: now + self._at_once]
        for one in self._learnt[now:]:
            self._layer.learn(one.features, one.mood)
        if len(self._learnt) < len(wanted):
            self.changes += 1  # there is more to say soon
            return None
        return self._layer


def features_of(analysis: Analysis) -> Features:
    """What the personal layer knows of a text. Of one that VADER may not score, VADER's numbers all the same."""
    polarity = analysis.polarity
    return features(
        analysis.text,
        analysis.terms,
        sentiment.polarity(analysis.text) if polarity is None else polarity,
        polarity is not None,
    )


def _correction(entry: Entry, mood: Mood) -> Correction:
    known, salt = features_of(entry.analysis), secrets.token_hex(8)
    return Correction(
        platform=entry.platform,
        id=entry.uid,
        alias=entry.alias,
        time=entry.time,
        mood=mood,
        vader=known.vader,
        numbers=known.numbers,
        terms=known.terms,
        salt=salt,
        author=_digest(entry.author, salt) if entry.author else "",
    )


def _digest(account: str, salt: str) -> str:
    return blake2b(account.encode("utf-8", "surrogatepass"), key=salt.encode(), digest_size=16).hexdigest()


def _name(key: str) -> bytes:
    """The id in a key as it stands in the file."""
    return msgspec.json.encode(key.partition(":")[2])
