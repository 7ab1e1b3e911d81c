"""What is rising in the feed: tags, stories and words, those of one event together.

Holds no text: tags and words are known by checksums, posts by their keys. What a burst is called is read out of the
posts that are there (engine/picture_bursts.py), so that nothing of a deleted one is said again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

from engine.config import MINUTE, SECOND
from engine.ledger import Entry
from engine.places import Places
from engine.risen import ORDER, WORDS, Event, Kind, Member, author_of, found_in, story_of
from models.bursts import Detector, Rise, Scale
from models.checksums import checksums, of_words

SCALES = (Scale(10 * SECOND, 6), Scale(MINUTE, 10), Scale(5 * MINUTE, 12))
SCALES_OF: dict[Kind, tuple[Scale, ...]] = {"tag": SCALES, "story": SCALES, "word": SCALES[:1]}
STEP = SCALES[0].step  # of the grid; the others are multiples of it
ALARMS = 0.1  # false ones an hour at most, of all detectors together
SHARED = 0.5  # of the authors of the smaller of two rises that make them one event
SCANNED = 50_000  # newest posts looked through for those that a burst began with
MAX_POSTS = 2_000  # of one burst that are known one by one, the newest
MAX_EVENTS = 100
LEAST = 0.1  # authors that are expected at the least, where a rise is told in times of them


class Rising:
    """The bursts of a feed, by id. Tell it posts, their stories, what is forgotten, and event time."""

    def __init__(self, posts: dict[str, Entry], places: Places) -> None:
        """`posts`: those in retention by key, in the order they came; `places`: where their stories are by now."""
        self.events: dict[int, Event] = {}
        self._posts, self._places = posts, places
        each = ALARMS / sum(map(len, SCALES_OF.values()))
        self._detectors = {kind: tuple(Detector(scale, each) for scale in scales) for kind, scales in SCALES_OF.items()}
        self._ids = 0
        self._going: list[Event] = []  # of the events those that go on
        self._thinned = False  # whether posts were taken from events since the last turn
        self._now = 0  # on the grid
        self._active: dict[Member, list[int]] = {}  # what rises now -> events
        self._times: dict[Member, float] = {}  # of what rises now: authors / expected
        self._known_in: dict[str, list[int]] = {}  # post -> events

    @property
    def overlooked(self) -> int:
        """Subjects forgotten and steps not counted because of a cap."""
        return sum(one.dropped + one.blind for detectors in self._detectors.values() for one in detectors)

    # -- posts ---------------------------------------------------------------------------------------------------

    def post(self, entry: Entry) -> None:
        """A post has come, or has a new text."""
        self.posts([entry], [of_words(entry.analysis.terms)], [checksums(entry.analysis.tags)])

    def posts(self, entries: Sequence[Entry], words: Sequence[Sequence[int]], tags: Sequence[Sequence[int]]) -> None:
        """Posts have come. `words` and `tags` are the checksums of those of each."""
        authors = checksums([entry.author or entry.key for entry in entries])
        heard = [
            sums if len(entry.analysis.terms) <= WORDS else of_words(entry.analysis.terms[:WORDS])
            for entry, sums in zip(entries, words, strict=True)
        ]
        times = [entry.time for entry in entries]
        self._count("word", heard, authors, times)
        self._count("tag", tags, authors, times)
        if self._active:
            for entry, named, said in zip(entries, tags, heard, strict=True):
                members = [Member("tag", tag) for tag in named] + [Member("word", word) for word in said]
                self._attend(entry, members, None)

    def placed(self, posts: Sequence[tuple[Entry, int]]) -> None:
        """The stories of posts are known; -1 if one is in none."""
        stories = [(story,) if story >= 0 else () for _, story in posts]
        self._count("story", stories, [author_of(entry) for entry, _ in posts], [entry.time for entry, _ in posts])
        if self._active:
            for entry, story in posts:
                if story >= 0:
                    self._attend(entry, [Member("story", story)], story)

    def forget(self, entry: Entry) -> None:
        """A post is no more (deleted, past retention) or is about to get a new text: no burst shows it."""
        for number in self._known_in.pop(entry.key, ()):
            del self.events[number].posts[entry.key]
            self._thinned = True

    def merge(self, gone: int, into: int) -> None:
        """A story has become part of another."""
        for detector in self._detectors["story"]:
            detector.merge(gone, into)
        old = Member("story", gone)
        if any(old in event.members for event in self.events.values()):
            for event in self.events.values():
                event.rename(old, Member("story", into))
            self._look()
            self._index()

    def times(self, members: Iterable[Member]) -> float:
        """Authors against what is usual, of what rises most of these; 0 if none does."""
        if not self._times:
            return 0.0
        return max((self._times.get(member, 0.0) for member in members), default=0.0)

    @property
    def rises(self) -> Mapping[Member, float]:
        """The same of all that rises now; what rises later is told by another mapping, not by this one."""
        return self._times

    # -- time ----------------------------------------------------------------------------------------------------

    def turn(self, time: int) -> None:
        """All posts before `time` have been told, with their stories as far as known."""
        if time // STEP <= self._now // STEP:
            return
        self._now = time // STEP * STEP
        begun = [
            (Member(kind, cast(int, rise.subject)), rise, set(detector.authors(rise.subject).tolist()))
            for kind, detectors in self._detectors.items()
            for detector in detectors
            for rise in detector.turn(self._now)
        ]
        if not begun and not self._going and not self._thinned:
            return
        for member, rise, authors in sorted(begun, key=lambda one: _rank(one[0], one[1])):
            event = self._same(member, rise) or self._alike(rise, authors) or self._new(rise)
            event.rises[member, rise.window] = rise
            if rise.window == event.window:
                event.start = min(event.start, rise.start)
            self._gather(event, rise, authors)
        if begun:
            self._look()
        before, self._going = self._going, [event for event in self._going if event.end is None]
        ended = len(self._going) < len(before)
        self._unite()
        if begun or ended or self._thinned or any(len(event.posts) > MAX_POSTS for event in self._going):
            self._bound()
        self._index()

    def _look(self) -> None:
        """Find what goes on among all events: nothing does so again unless a rise begins."""
        self._going = [event for event in self.events.values() if event.end is None]

    def _new(self, rise: Rise) -> Event:
        event = self.events[self._ids] = Event(self._ids, rise.start)
        self._ids += 1
        return event

    def _same(self, member: Member, rise: Rise) -> Event | None:
        """The event that this very rise has been part of before, or that has its member for now."""
        for event in reversed(self.events.values()):
            if event.rises.get((member, rise.window)) is rise or (
                member in event.members and self._is_near(event, rise)
            ):
                return event
        return None

    def _is_near(self, event: Event, rise: Rise) -> bool:
        """Whether it goes on, or is over for so short a time that the longer window of a rise still holds it."""
        end = event.end
        return end is None or (rise.window > event.window and end > self._now - 2 * rise.window)

    def _alike(self, rise: Rise, authors: set[int]) -> Event | None:
        """The event that shares most of its authors of late with a rise, if it shares enough."""
        best, most = None, SHARED
        for event in self.events.values():
            if self._is_near(event, rise):
                posts = (self._posts[key] for key in event.posts)
                crowd = {author_of(entry) for entry in posts if entry.time >= self._now - rise.window}
                shared = len(authors & crowd) / max(1, min(len(authors), len(crowd)))
                if shared > most:
                    best, most = event, shared
        return best

    def _unite(self) -> None:
        """Make one of events going on that turn out to be made of the same posts: the older one stays."""
        going = self._going
        if len(going) < 2:
            return
        pairs = [(event, older) for at, event in enumerate(going) for older in going[:at] if _overlap(event, older)]
        shared_with = {event.id: event for pair in pairs for event in pair}
        lately = {number: self._lately(event) for number, event in shared_with.items()}
        for event, older in pairs:
            posts, others = lately[event.id], lately[older.id]
            shared = len(posts & others)
            there = event.id in self.events and older.id in self.events
            if there and shared > SHARED * max(1, min(len(posts), len(others))):
                older.start = min(older.start, event.start)
                older.rises = event.rises | older.rises
                for key in [key for key in event.posts if key not in older.posts]:
                    self._take(older, self._posts[key])
                self._drop(event)

    def _lately(self, event: Event) -> set[str]:
        since = self._now - event.window
        return {key for key in event.posts if self._posts[key].time >= since}

    def _gather(self, event: Event, rise: Rise, authors: set[int]) -> None:
        """Find the posts that a rise began with: they came before anybody knew that it is one."""
        early = [
            entry
            for entry in self._since(max(event.start, rise.start))
            if (entry.time >= self._now or author_of(entry) in authors)
            and entry.key not in event.posts
            and event.takes(found_in(entry, story_of(entry, self._places)))
        ]
        for entry in reversed(early):
            self._take(event, entry)

    def _since(self, start: int) -> Iterator[Entry]:
        """Posts since a time, the newest first."""
        for entry in islice(reversed(self._posts.values()), SCANNED):
            if entry.time >= start:
                yield entry
            elif not entry.late:
                return

    def _attend(self, entry: Entry, members: Iterable[Member], story: int | None) -> None:
        """A post of something that rises, maybe."""
        numbers = {number for member in members for number in self._active.get(member, ())}
        for number in sorted(numbers):
            event = self.events[number]
            new = entry.time >= event.start and entry.key not in event.posts
            if new and event.takes(found_in(entry, story)):
                self._take(event, entry)

    def _take(self, event: Event, entry: Entry) -> None:
        event.posts[entry.key] = None
        self._known_in.setdefault(entry.key, []).append(event.id)

    # -- memory --------------------------------------------------------------------------------------------------

    def _count(
        self, kind: Kind, subjects: Sequence[Sequence[int]], authors: Sequence[int], times: Sequence[int]
    ) -> None:
        """Each author spoke at a time, of any subjects or none."""
        if not all(subjects):
            spoken = [one for one in zip(subjects, authors, times, strict=True) if one[0]]
            if not spoken:
                return
            subjects, authors, times = zip(*spoken, strict=True)
        said = [*zip(subjects, authors, strict=True)]
        for detector in self._detectors[kind]:
            detector.add_all(said, times)

    def _index(self) -> None:
        """What rises now, so that most posts need not be looked at twice."""
        self._active, self._times = {}, {}
        self._going = [event for event in self._going if event.id in self.events]
        for event in self._going:
            for member in event.members:
                self._active.setdefault(member, []).append(event.id)
            for (member, _), rise in event.rises.items():
                self._times[member] = max(self._times.get(member, 0.0), rise.authors / max(rise.expected, LEAST))

    def _bound(self) -> None:
        """Keep to the caps: the oldest posts and events go first, of these the ones that are over."""
        for event in self.events.values():
            for key in list(islice(event.posts, max(0, len(event.posts) - MAX_POSTS))):
                del event.posts[key]
                event.dropped += 1
                self._unlink(event, key)
        self._thinned = False
        ended = [event for event in self.events.values() if event.end is not None]
        empty = [event for event in ended if not event.posts]
        excess = max(0, len(self.events) - len(empty) - MAX_EVENTS)
        oldest = sorted((e for e in self.events.values() if e.posts), key=lambda e: (e.end is None, e.id))[:excess]
        for event in empty + oldest:
            self._drop(event)

    def _drop(self, event: Event) -> None:
        del self.events[event.id]
        for key in event.posts:
            self._unlink(event, key)

    def _unlink(self, event: Event, key: str) -> None:
        numbers = self._known_in[key]
        numbers.remove(event.id)
        if not numbers:
            del self._known_in[key]


def _overlap(event: Event, other: Event) -> bool:
    """Whether any post is in both."""
    return not event.posts.keys().isdisjoint(other.posts.keys())


def _rank(member: Member, rise: Rise) -> tuple[int, int, int, int]:
    """Short windows first, and then what names an event best."""
    return rise.window, ORDER.index(member.kind), -rise.authors, member.subject
