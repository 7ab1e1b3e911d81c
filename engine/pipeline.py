"""The engine: takes lines, keeps the state, knows no clock but the feed's own."""

from collections.abc import Sequence
from typing import Any

from engine import removal
from engine.alerts.rules import read_rule
from engine.alerts.watch import Watch
from engine.analysis import Analysis, analyse_all
from engine.arrivals import key_of
from engine.clean import clean_line
from engine.clock import Stamped
from engine.config import SECOND, EngineConfig
from engine.corrections import Corrections
from engine.discretion import Discretion, Read, analysed
from engine.events import Delete, Edit, Event, Gap, Observation, Post, Purge, Reaction
from engine.filtering import Filtered
from engine.filters.parse import parse
from engine.forecasting import Forecasting
from engine.intake import Intake
from engine.labels import FAR, LATE, Labels
from engine.ledger import Counted, Entry, Ledger, Outcome
from engine.naming import Names
from engine.overperforming import Overperforming
from engine.places import Places
from engine.placing import Placing
from engine.platforms.decode import Decoder
from engine.rawlines import RawLines
from engine.rising import Rising
from engine.sequence import Sequencer
from engine.sources.base import Item
from engine.topics import Placed, Topics
from engine.view import View
from engine.volumes import Volumes
from engine.windows import Reactions, Window
from models.engagement import EngagementModel
from models.trained import Trained

BATCH_SPAN = 5 * SECOND
GAPS_KEPT = 1_000

_PLAIN = (Post, Reaction)


class Engine:
    """State of one feed. Feed it lines by source; ask it for pictures (engine/picture.py) and scores at any time."""

    def __init__(
        self,
        config: EngineConfig,
        decoder: Decoder | None = None,
        until: int | None = None,
        trained: Trained | None = None,
        corrections: Corrections | None = None,
    ) -> None:
        self.config = config
        discretion = Discretion(config)
        discretion.check()
        self.intake = Intake(decoder or Decoder(), discretion if discretion else None)
        self.sequence = Sequencer(config, until)
        self.ledger = Ledger(config)
        self.places = Places()
        self.names = Names()
        self.view = View(config, self.places)
        self.reactions = Reactions(config.retention)
        self.topics = Topics(config.clusters, config.seed, config.max_texts)
        self.rising = Rising(self.ledger.posts, self.places)
        self.volumes = Volumes()
        self.placing = Placing(self.ledger, self.topics, self.places, self.names, self.view, self.rising, self.volumes)
        self.model = EngagementModel(config.horizons, config.seed)
        self._trained_until = None if trained is None else trained.until
        if trained is not None:
            self.model.adopt(trained)
        self.labels = Labels(config.horizons, self.model)
        self.forecasting = Forecasting(self.model, self.labels, self.rising, self.volumes, self.view)
        self.overperforming = Overperforming(self.ledger)
        self.alerts = Watch([read_rule(text, dict(config.alert_filters)) for text in config.alerts], self.rising)
        self.raw = RawLines(config)
        self.pinned: tuple[str, ...] = ()  # posts that every picture shows, whatever their age
        self.corrections = Corrections() if corrections is None else corrections
        self.meters: dict[str, int] = {}  # what the records turned out to be
        self.platforms: dict[str, int] = {}
        self.withheld = 0  # posts whose text was not kept
        self.removed = 0  # texts that were taken back or edited: older checkpoints still hold their text
        self.gaps: list[Gap] = []
        self.now: int | None = None  # newest event time applied
        self._grid = 0  # which span of the grid event time is in
        self._texts: dict[int, Analysis] = {}  # of the records being applied, read ahead, by id() of the post
        self._met = 0  # formats that were met up to the line being applied
        self._asked: dict[str, int] = {}  # by platform the formats met when it was last asked what they deliver

    def __getstate__(self) -> dict[str, Any]:
        """All but the corrections, which have a file of their own, and what somebody looks at."""
        return {**self.__dict__, "corrections": None, "pinned": ()}

    def adopt(self, corrections: Corrections, config: EngineConfig) -> None:
        """Go on, as loaded from a checkpoint, with what is not in it; `config` may differ in the window and alerts."""
        self.corrections = corrections
        wanted = [read_rule(text, dict(config.alert_filters)) for text in config.alerts]
        self.alerts.carry_on(self.config.alerts, wanted, self.now, self.ledger.posts)
        if (config.max_raw_lines, config.max_raw_bytes) != (self.config.max_raw_lines, self.config.max_raw_bytes):
            self.raw = RawLines(config)
        self.config = config
        self.topics.one_in = 1  # what this run has to catch up with is no overload
        self.show(config.window)

    # -- input -----------------------------------------------------------------------------------------------

    def open(self, source: int) -> None:
        """Announce a source, so that others wait for its first line."""
        self.sequence.open(source)

    def feed(self, source: int, items: Sequence[Item], present: int) -> None:
        """Take lines of a source, in order. `present` is the reader's clock: no claim from its future is believed."""
        lines = self.intake.take(items)
        self.raw.offer(lines)
        self._apply_all(self.sequence.take(source, lines, present))

    def quiet(self, source: int) -> None:
        """Say that a source has nothing to say for now, or ever: the others need not wait for it."""
        self._apply_all(self.sequence.quiet(source))

    def finish(self) -> None:
        """The feed is over, or its `until` is reached: apply whatever is held back."""
        self._apply_all(self.sequence.rest())
        self.forecasting.forecast()
        self.forecasting.learn(FAR)
        self._place(self.topics.finish())
        if self.now is not None:
            self.alerts.finish(self.now)

    def blind(self, source: int, since: int | None, reason: str) -> None:
        """Lines of a source were lost between the event time `since` and now: what this touches has no label."""
        until = self.sequence.reached(source)
        if until is not None:
            gap = Gap(start=until if since is None else since, end=until, reason=reason)
            self._note_gap(gap)
            self._be_blind(gap)

    def foreknown(self) -> int | None:
        """The newest event time that the trained model has learnt from, if that is later than the feed begins."""
        until, first = self._trained_until, self.whole.first
        return until if until is not None and first is not None and until > first else None

    @property
    def whole(self) -> Window:
        """The posts of the window, whatever the filter."""
        return self.view.whole

    @property
    def filtered(self) -> Filtered | None:
        """The filter, if there is one."""
        return self.view.filtered

    @property
    def window(self) -> Window:
        """What is looked at: the posts of the window that match the filter, if there is one. See `catch_up`."""
        return self.view.window

    def show(self, window: int | None = None, expression: str | None = None) -> None:
        """Look at another window of the same feed, or only at the posts that match an expression ("": at all).

        None leaves it as it is. Raises FilterError for what is no expression.
        """
        text = expression if expression is not None else self.filtered.text if self.filtered else ""
        wanted = parse(text)
        if window is not None and window != self.whole.span:
            self.view.open(window, self.ledger.posts.values(), self.reactions)
        self.view.filtered = None if wanted is None else Filtered(self, text, wanted)

    def catch_up(self) -> None:
        """Forecast the posts that have come, and look at those that have come or changed."""
        self.forecasting.forecast()
        changed = self.ledger.take_noticed()
        self.overperforming.look(changed)
        self.whole.people.counted_anew(changed or ())
        if self.filtered is not None:
            self.filtered.catch_up(self, changed or ())

    def matches(self, key: str) -> bool:
        """Whether a retained post matches the filter, if there is one."""
        return self.filtered is None or key in self.filtered.matched

    # -- applying --------------------------------------------------------------------------------------------

    def _apply_all(self, records: Sequence[Stamped]) -> None:
        self._read_texts(records)
        at = 0
        while at < len(records):
            if applied := self._apply_run(records, at):
                at += applied
            else:
                self._apply(records[at])
                at += 1
        self._texts = {}
        if records:
            self.alerts.record(records[-1].order)

    def _apply_run(self, records: Sequence[Stamped], start: int) -> int:
        """Apply the run that begins at a place among records in order, and say how many it is of; 0 if there is none.

        A run is new posts and reactions, one after another, in one span of the grid, and no batch is full before the
        last of them. So nobody asks meanwhile for what counts posts, and all that does is told of them together at the
        end, in their order. What goes by each post as it stands at a moment is kept up with: the state is the same as
        if each record was applied by itself.
        """
        first, grid = records[start], records[start].order // BATCH_SPAN
        # One by itself costs less without.
        alone = start + 1 == len(records) or records[start + 1].order // BATCH_SPAN != grid
        if alone or first.late or not isinstance(first.events[0], _PLAIN):
            return 0
        if grid != self._grid:
            self._turn(first.order)
        (most, due), ledger, asked = self._bounds(), self.ledger, self._asked
        retained, outlived, bars, add, settle = ledger.posts, ledger.outlived, ledger.bars, ledger.add, self.raw.settle
        entries: list[Entry] = []
        posts: list[Post] = []
        reacted: list[int] = []  # times of reactions
        at, room, calm_until = start, most, -1
        while at < len(records):
            record = records[at]
            event, key, time = record.events[0], record.key, record.time
            if time >= due or time != record.order or record.late or len(record.events) > 1:
                break
            if isinstance(event, Post):
                known = key in retained or key in outlived or bars(key, event, time)
                if known or asked.get(event.platform) != record.met or room <= 0:
                    break
            elif not isinstance(event, Reaction):
                break
            if time > calm_until:
                calm_until = self._keep_up(time)
            self.now = time
            if isinstance(event, Post):
                room -= 1
                entries.append(add(key, event, self._analyse(event), time, False))
                posts.append(event)
                settle(event, record.line, key, True)
            elif self._react(event, time) is Outcome.REACTION:
                reacted.append(time)
            if time >= ledger.lapses or len(retained) > ledger.most:
                self._tell(entries, posts)
                entries, posts, calm_until = [], [], -1
                self.whole.move(time)
                removal.expire(self, time)
            at += 1
        self._tell(entries, posts)
        if reacted:
            self._tell_reactions(reacted)
        if at > start:
            self.whole.move(records[at - 1].time)
        self._meter(Outcome.POST.value, most - room)
        self._meter(Outcome.REACTION.value, len(reacted))
        self._meter(Outcome.DUPLICATE.value, at - start - (most - room) - len(reacted))
        return at - start

    def _bounds(self) -> tuple[int, int]:
        """How many posts may come together, and from what event time on they may not."""
        room, due = self.forecasting.room, (self._grid + 1) * BATCH_SPAN
        if self.config.topics:
            most, until = self.topics.room()
            return min(room, most), min(due, until)
        return room, due

    def _read_texts(self, records: Sequence[Stamped]) -> None:
        """Read the texts of posts about to be applied, together, as that is faster; each is read by itself alone."""
        fresh: dict[tuple[str, str], Post] = {}
        ready: dict[int, Analysis] = {}
        kept, outlived = self.ledger.posts, self.ledger.outlived
        for record in records:
            key = record.key  # of the first event; what else is in the record has one of its own
            for event in record.events:
                post = event.post if isinstance(event, Edit) else event
                if isinstance(post, Post) and post.read is None:
                    if (known := self.intake.text(post)) is not None:
                        ready[id(post)] = known
                        continue
                    key = key or key_of(post)
                    entry = kept.get(key)
                    if key not in outlived if entry is None else _version(post.version) > _version(entry.version):
                        fresh.setdefault((key, post.version), post)
                key = ""
        posts = list(fresh.values())
        analyses = analyse_all(posts, not self.config.respect_noindex)
        ready.update(zip(map(id, posts), analyses, strict=True))
        self._texts = ready

    def _analyse(self, post: Post) -> Analysis:
        """What a post's text says, if need be read now."""
        analysis = self._texts.pop(id(post), None)
        return analysed(post, not self.config.respect_noindex) if analysis is None else analysis

    def _apply(self, record: Stamped) -> None:
        first, order, time, late = record.events[0], record.order, record.time, record.late
        self._met = record.met
        if isinstance(first, Gap):
            self._be_blind(first)  # before labels are read whose horizon ended inside it
        if order // BATCH_SPAN != self._grid:
            self._turn(order)
        self._keep_up(order)
        if self.now is None or time > self.now:
            self.now = time
            self.view.whole.move(time)
        if isinstance(first, Post):
            outcome = self._post(first, record.key, time, late)
            if record.line is not None or outcome is not Outcome.POST:
                self._settle_line(record, first, outcome)
        else:
            outcome = self._apply_event(first, time, late)
            if isinstance(first, Edit):
                self._settle_line(record, first.post, outcome)
        told = outcome._value_  # as `value`, which is a call
        self._meter("late" if late and _can_be_late(first, outcome) else told)
        if len(record.events) > 1:
            for event in record.events[1:]:
                self._meter("embedded")
                self._apply_event(event, time, late)
        if self.now >= self.ledger.lapses or len(self.ledger.posts) > self.ledger.most:
            removal.expire(self, self.now)

    def _settle_line(self, record: Stamped, post: Post, outcome: Outcome) -> None:
        """Keep the line of a post that is new or has changed; a post that is not retained leaves none."""
        if outcome is Outcome.POST:
            self.raw.settle(post, record.line, record.key, record.key in self.ledger.posts)
            return
        entry = self.ledger.find(post.platform, post.uid)
        key = record.key if entry is None else entry.key
        self.raw.settle(post, record.line, key, entry is not None and outcome is Outcome.EDIT)

    def _turn(self, order: int) -> None:
        """Event time enters another span of the grid: close the batches that this ends."""
        self._grid = order // BATCH_SPAN
        self.forecasting.turn(order)
        self._collect(self._grid * BATCH_SPAN)
        if (until := self.labels.turn(order)) is not None:
            self.forecasting.learn(until)
        self.labels.fill_up(self.ledger, self.config.max_waiting, order)
        self._place(self.topics.turn(order))
        self.forecasting.tell()
        self.rising.turn(order)
        self.alerts.turn(order)

    def _keep_up(self, now: int) -> int:
        """A record comes: see whether it was silent before, and read what posts have come to that are of some age.

        Gives the time up to which the same need not be done for others.
        """
        if now > self.labels.soonest:
            self._collect(now)
        if now > self.overperforming.soonest:
            self.overperforming.collect(now)
        if self.alerts.watching:
            self.alerts.record(now)
            return now - 1
        return min(self.labels.soonest, self.overperforming.soonest)

    def _collect(self, now: int) -> None:
        """Read the labels due before `now`."""
        for counted in self.labels.collect(now, self.ledger):
            self.overperforming.forget(counted)

    def _meter(self, name: str, times: int = 1) -> None:
        if times:
            self.meters[name] = self.meters.get(name, 0) + times

    def _be_blind(self, gap: Gap) -> None:
        """Count nothing that a gap touches."""
        self.labels.blind(gap)
        self.overperforming.blind(gap)

    def _note_gap(self, gap: Gap) -> None:
        self.gaps = [*self.gaps[1 - GAPS_KEPT :], gap]

    def _apply_event(self, event: Event, time: int, late: bool) -> Outcome:
        match event:
            case Post():
                return self._post(event, key_of(event), time, late)
            case Edit():
                return self._edit(event, time, late)
            case Reaction():
                outcome = self._react(event, time)
                if outcome is Outcome.REACTION:
                    self._tell_reactions([time])
                return outcome
            case Observation():
                counted = self.ledger.counted(event.platform, event.uid)
                changed = counted is None or counted.observe(event.counts, event.at or event.seen)
                if counted is not None and changed:
                    self.ledger.notice(counted.key)
                return Outcome.OBSERVATION if changed else Outcome.DUPLICATE
            case Delete():
                return removal.delete(self, event, time)
            case Purge():
                return removal.purge(self, event, time)
            case Gap():
                self._note_gap(event)
                return Outcome.OBSERVATION

    def _post(self, post: Post, key: str, time: int, late: bool) -> Outcome:
        ledger, platform = self.ledger, post.platform
        if ledger.bars(key, post, time):
            return Outcome.DUPLICATE
        entry = ledger.posts.get(key)
        if entry is not None:
            return self._seen_again(entry, post)
        if ledger.outlived and (outlived := ledger.outlived.get(key)) is not None:
            return self._outlived(outlived, post, None)
        if self.now is not None and time < self.now and not ledger.keeps(time, self.now):
            return Outcome.POST
        entry = ledger.add(key, post, self._analyse(post), time, late)
        if self._asked.get(platform) != self._met:
            self._ask_what_is_carried(platform)
        if late:
            self.labels.turn_away(LATE)
        self._tell([entry], [post])
        return Outcome.POST

    def _tell(self, entries: Sequence[Entry], posts: Sequence[Post]) -> None:
        """Tell all that counts posts of new ones, in the order they came. No batch is full before the last of them."""
        if not entries:
            return
        self.view.add(entries)
        platforms = self.platforms
        for post in posts:
            platforms[post.platform] = platforms.get(post.platform, 0) + 1
            if post.withheld:
                self.withheld += self.config.respect_noindex
        self.overperforming.admit(entries)
        self.forecasting.add(entries, posts)
        if self.alerts.watching:
            for entry in entries:
                self.alerts.post(entry)
        if self.config.topics:
            for entry in entries:
                self._group(entry)

    def _ask_what_is_carried(self, platform: str) -> None:
        """Note whether the formats met so far deliver every reaction of some kind; they need be asked only once."""
        self._asked[platform] = self._met
        if platform not in self.ledger.complete and self.intake.decoder.carries(platform, self._met):
            self.ledger.complete.add(platform)

    def _seen_again(self, entry: Entry, post: Post) -> Outcome:
        if post.removed:
            removal.remove(self, entry)
            self.placing.unname(entry.analysis.terms)
            return Outcome.DELETE
        edited = _version(post.version) > _version(entry.version)
        if edited:
            self._replace(entry, post)
        if self._observe(entry, post, None) and not edited:
            return Outcome.OBSERVATION
        return Outcome.EDIT if edited else Outcome.DUPLICATE

    def _outlived(self, counted: Counted, post: Post, at: int | None) -> Outcome:
        """A post is seen again that is past retention: its counts are of use, its text is not."""
        if post.removed:
            removal.release(self, counted)
            return Outcome.DELETE
        return Outcome.OBSERVATION if self._observe(counted, post, at) else Outcome.DUPLICATE

    def _edit(self, edit: Edit, time: int, late: bool) -> Outcome:
        post = edit.post
        entry = self.ledger.find(post.platform, post.uid)
        if entry is None and (outlived := self.ledger.counted(post.platform, post.uid)) is not None:
            return self._outlived(outlived, post, edit.at)
        if entry is None:
            born = self._birth(post, time)
            return self._post(post, key_of(post), born, late or born < time)
        newer = _version(post.version) > _version(entry.version)
        if not newer and (post.version or _says_the_same(post, entry)):
            return Outcome.OBSERVATION if self._observe(entry, post, edit.at) else Outcome.DUPLICATE
        self._replace(entry, post)
        self._observe(entry, post, edit.at)
        return Outcome.EDIT

    def _birth(self, post: Post, time: int) -> int:
        """When a post was made that is heard of only at `time`, if its claim is one to believe."""
        created = post.created
        return time if created is None or not time - self.config.skew_past <= created <= time else created

    def _observe(self, entry: Counted, post: Post, at: int | None) -> bool:
        """Take note of the counts that came with a post known already; False if they say nothing new."""
        if post.counts is None or not post.counts.known():
            return False
        if post.counts_at is not None or post.seen is not None:
            at = post.counts_at if post.counts_at is not None else post.seen
        new = entry.observe(post.counts, at)
        if new:
            self.ledger.notice(entry.key)
        return new

    def _replace(self, entry: Entry, post: Post) -> None:
        """Take the old text's contribution out and put the new one in, at the post's own time."""
        self.forecasting.keep(entry.key)  # and what came before is told of before this is told of anew
        self.removed += 1
        self.rising.forget(entry)
        self.ledger.answer(entry, -1, entry.time)
        before = entry.analysis.terms
        entry.analysis = analysis = self._analyse(post)
        entry.text, entry.lang, entry.lang_claimed = analysis.text, analysis.lang, post.lang
        entry.media, entry.version = post.media, post.version
        entry.reply_to, entry.quote_of = post.reply_to, post.quote_of
        entry.edits += 1
        self.ledger.answer(entry, 1, entry.time)
        entry.story = None
        self.view.replace(entry)
        self.placing.unname(before)
        self.rising.post(entry)
        if self.config.topics:
            self._group(entry)

    def _react(self, reaction: Reaction, time: int) -> Outcome:
        """Count a reaction for its post."""
        outcome = self.ledger.react(reaction, time)
        original = reaction.original
        if original is not None:
            counted = self.ledger.counted(original.platform, original.uid)
            if counted is not None and self._observe(counted, original, None):
                self._meter("embedded")
        return outcome

    def _tell_reactions(self, times: Sequence[int]) -> None:
        """Tell what counts reactions by time of new ones."""
        self.whole.react(times)
        self.reactions.add(times, times[0] if self.now is None else self.now)

    # -- learning --------------------------------------------------------------------------------------------

    def _group(self, entry: Entry) -> None:
        """Have a post told its story, and what it repeats, with its batch."""
        self._place(self.topics.add(entry.key, entry.analysis.terms, entry.time, entry.copy))

    def _place(self, placed: Sequence[Placed]) -> None:
        """Note where the posts of a finished batch belong; first those are told of that have come before."""
        if placed:
            self.forecasting.know()
            self.placing.note(placed)


def _can_be_late(event: Event, outcome: Outcome) -> bool:
    """A post read again carries the time of its birth: that it is long past does not make the reading late."""
    if isinstance(event, Post):
        return outcome is Outcome.POST
    return outcome is not Outcome.DUPLICATE


def _says_the_same(post: Post, entry: Entry) -> bool:
    if isinstance(post.read, Read):
        return post.read.analysis == entry.analysis
    return clean_line(post.text) == clean_line(entry.text)


def _version(version: str) -> tuple[int, str]:
    """Order of versions: times, revisions and numeric ids alike grow in length, then in text."""
    return len(version), version
