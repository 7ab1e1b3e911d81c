"""Posts past retention whose labels are still due: counted without a word of theirs, graded as if kept."""

import pickle
from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest

from engine.analysis import analyse
from engine.arrivals import key_of
from engine.clock import Stamped, identity
from engine.config import ALL_TIME, HOUR, MINUTE, EngineConfig
from engine.events import Counts, Delete, Edit, Gap, Observation, Post, Purge, Reaction
from engine.labels import UNSAMPLED, Labels
from engine.ledger import Ledger
from engine.picture import snapshot
from engine.pipeline import Engine
from models.engagement import EngagementModel, Matured
from tests.feeds import PRESENT, SECOND, START, delete, like, post, purge, uri
from tests.lively import lively

HORIZONS = (20 * SECOND, 3 * MINUTE, 12 * MINUTE)
ROOMY = EngineConfig(window=MINUTE, retention=ALL_TIME, horizons=HORIZONS, max_texts=1 << 10)
TIGHT = msgspec.structs.replace(ROOMY, max_posts=50)
FEW = msgspec.structs.replace(TIGHT, max_waiting=20)
LIVELY = [line for _, line in lively(3, 500, harm=0.15)]


class Books(Engine):
    """An engine that keeps count of what it tracks and turns away, and of each label."""

    def __init__(self, config: EngineConfig) -> None:
        super().__init__(config)
        self.model.learn_pasts_only()  # what is predicted does not matter here, and fits take long
        self.entered: Counter[str] = Counter()
        self.matured: dict[tuple[int, int], int] = {}
        self.labels.observer = self._note
        track, turn_away = self.labels.track, self.labels.turn_away
        self.labels.track = lambda entries, *said: (  # type: ignore[method-assign, assignment]
            self.entered.update(entry.key for entry in entries),
            track(entries, *said),
        )
        self.labels.turn_away = lambda reason: (  # type: ignore[method-assign, assignment]
            self.entered.update([reason]),
            turn_away(reason),
        )

    def _note(self, index: int, outcomes: Sequence[Matured]) -> None:
        for outcome in outcomes:
            assert (index, outcome.at) not in self.matured, "graded twice"
            self.matured[index, outcome.at] = outcome.actual

    def check(self) -> None:
        """Whatever was predicted or turned away waits, has matured or is censored, at each horizon."""
        labels, entered = self.labels, sum(self.entered.values())
        assert max((n for key, n in self.entered.items() if ":" in key), default=1) == 1, "predicted twice"
        for index in range(len(labels.horizons)):
            outcomes = [tracked.state(index) for tracked in labels.tracked.values()]
            assert labels.waiting[index] == outcomes.count("waiting") >= 0
            assert labels.waiting[index] + labels.matured[index] + labels.censored[index].total() == entered
        assert labels.tracked.keys() >= self.ledger.outlived.keys()
        assert labels.tracked.keys() <= self.ledger.posts.keys() | self.ledger.outlived.keys()
        assert not self.ledger.posts.keys() & self.ledger.outlived.keys()
        assert self.overperforming._followed.keys() <= self.ledger.posts.keys() | self.ledger.outlived.keys()


def fed(config: EngineConfig, lines: Sequence[str] = LIVELY, cuts: int = 64, finish: bool = True) -> Books:
    engine = Books(config)
    for begin in range(0, len(lines), cuts):
        engine.feed(0, [line.encode() for line in lines[begin : begin + cuts]], PRESENT)
        engine.check()
    if finish:
        engine.finish()
        engine.check()
    return engine


def test_labels_are_those_of_a_retention_long_enough() -> None:
    kept, outlived = fed(ROOMY), fed(TIGHT, cuts=17)
    assert kept.ledger.evicted == 0
    assert outlived.ledger.evicted > 300
    assert outlived.ledger.outlived, "some still wait at the end"
    assert outlived.matured == kept.matured
    assert outlived.labels.waiting == kept.labels.waiting
    assert outlived.labels.matured == kept.labels.matured
    assert outlived.labels.censored == kept.labels.censored
    assert min(outlived.labels.matured) > 200
    assert all(censored["deleted"] for censored in outlived.labels.censored[1:])


@pytest.mark.parametrize("most", [1, 3, 10])
def test_a_post_evicted_before_its_batch_is_predicted_is_in_the_books(most: int) -> None:
    lines = [post(f"p{n}", START + n * SECOND // 10, "some words", f"did:plc:{n}") for n in range(100)]
    lines += [like(f"l{n}", START + 15 * SECOND + n, uri(f"p{n}", f"did:plc:{n}")) for n in range(0, 100, 2)]
    engine = fed(msgspec.structs.replace(TIGHT, max_posts=most), [*lines, post("end", START + HOUR, "the end")])
    assert engine.labels.matured == [100, 100, 100]
    assert [engine.matured[1, START + n * SECOND // 10] for n in range(4)] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    "gone",
    [
        delete("s", START + 8 * MINUTE, "did:plc:secret"),
        purge("did:plc:secret", START + 8 * MINUTE),
        None,
    ],
    ids=["deleted", "purged", "matured"],
)
def test_no_word_and_no_name_of_an_outlived_post_stays(gone: str | None) -> None:
    told = post("s", START, "zyxwquux secretword loves it", "did:plc:secret", ["zyxwquux"])
    lines = [post(f"p{n}", START + (n + 1) * 4 * SECOND, "other things", f"did:plc:{n % 9}") for n in range(150)]
    engine = fed(TIGHT, [told, *lines[:100]], finish=False)
    counted = engine.ledger.outlived["bluesky:at://did:plc:secret/app.bsky.feed.post/s"]
    assert "bluesky:did:plc:secret" not in engine.ledger.by_author
    assert not hasattr(counted, "text")
    assert b"zyxwquux" not in state(engine)
    assert b"secretword" not in state(engine)
    if gone is not None:
        engine.feed(0, [gone.encode(), post("next", START + 8 * MINUTE + 3 * SECOND, "more").encode()], PRESENT)
        engine.check()
        assert counted.key not in engine.ledger.outlived
        assert [censored["deleted"] for censored in engine.labels.censored] == [0, 0, 1]
        assert b"app.bsky.feed.post/s" not in state(engine, labels_only=True)
    engine.feed(0, [post("end", START + HOUR, "the end").encode()], PRESENT)
    engine.finish()
    engine.check()
    assert not engine.ledger.outlived
    assert b"app.bsky.feed.post/s" not in state(engine, labels_only=True)


def state(engine: Engine, labels_only: bool = False) -> bytes:
    """What the parts that know of a post past retention hold; of those that it matured at, the newest are known."""
    labels = {name: value for name, value in vars(engine.labels).items() if name in ("tracked", "_queues")}
    if labels_only:
        return pickle.dumps([labels, engine.ledger.outlived, engine.ledger._aliases])
    parts = [engine.ledger, engine.window, engine.rising, engine.volumes, engine.overperforming]
    return pickle.dumps(
        [
            labels,
            [vars(part) for part in parts],
            engine.forecasting._told,
            engine.model._features.authors._pasts,
        ]
    )


def by_events(engine: Engine, *events: tuple[int, object]) -> None:
    """Apply events at minutes, without a platform's shape around them."""
    for number, (minute, event) in enumerate(events):
        at = START + minute * MINUTE
        engine._apply(Stamped(at, at, 0, identity(event), number, False, (event,)))  # type: ignore[arg-type]
        if isinstance(engine, Books):
            engine.check()


def said(uid: str, minute: int, **more: object) -> Post:
    created = START + minute * MINUTE
    fields = {"author": "a", "text": "words", "alias": f"local{uid}", "created": created, "seen": created}
    return Post(**{"platform": "x", "uid": uid, **fields, **more})  # type: ignore[arg-type]


ONE = msgspec.structs.replace(TIGHT, max_posts=2, horizons=(10 * MINUTE, 30 * MINUTE))


def outliving(*events: tuple[int, object]) -> Books:
    """Post 1, two that push it out, some events, and the end of the feed."""
    engine = Books(ONE)
    by_events(engine, (0, said("1", 0)), (1, said("2", 1, author="b")), (2, said("3", 2, author="b")))
    assert list(engine.ledger.outlived) == ["x:1"]
    by_events(engine, *events)
    by_events(engine, (90, said("9", 90, author="b")))
    engine.finish()
    engine.check()
    return engine


def test_reactions_by_id_and_alias_count_for_an_outlived_post_until_each_horizon() -> None:
    def liked(number: int, target: str) -> Reaction:
        return Reaction(platform="x", uid=f"l{number}", target=target, kind="like")

    engine = outliving(
        (3, liked(1, "1")),
        (4, liked(2, "local1")),
        (4, liked(2, "local1")),
        (9, liked(3, "1")),
        (11, liked(4, "1")),
        (12, Delete(platform="x", uid="l1")),
        (40, liked(5, "1")),
    )
    assert [engine.matured[index, START] for index in (0, 1)] == [3, 3]
    assert not engine.ledger.outlived
    assert "x:local1" not in engine.ledger._aliases


@pytest.mark.parametrize("uid", ["1", "local1"])
def test_an_outlived_post_can_be_deleted_by_id_and_alias_and_does_not_come_back(uid: str) -> None:
    engine = outliving((5, Delete(platform="x", uid=uid)), (6, Delete(platform="x", uid=uid)), (7, said("1", 0)))
    assert [censored["deleted"] for censored in engine.labels.censored] == [1, 1]
    assert "x:1" not in engine.ledger.posts
    assert (engine.meters["deletes"], engine.meters["duplicates"]) == (1, 2)


def test_a_stub_of_an_outlived_post_is_a_delete() -> None:
    engine = outliving((5, said("1", 0, removed=True)))
    assert [censored["deleted"] for censored in engine.labels.censored] == [1, 1]
    assert engine.meters["deletes"] == 1


def test_a_purge_takes_the_outlived_posts_of_an_account_made_before_it() -> None:
    engine = outliving((5, Purge(platform="x", author="a")), (5, Purge(platform="x", author="a")))
    assert [censored["deleted"] for censored in engine.labels.censored] == [1, 1]
    assert (engine.meters["deletes"], engine.meters["duplicates"]) == (1, 1)
    other = outliving((5, Purge(platform="x", author="nobody")))
    assert not other.labels.censored[0]["deleted"]


@pytest.mark.parametrize("how", ["observation", "seen again", "edit", "embedded in a repost"])
def test_counts_read_of_an_outlived_post_are_its_labels(how: str) -> None:
    counts = Counts(like=5, repost=2)
    again = said("1", 0, counts=counts, counts_at=START + 29 * MINUTE, seen=None, text="secretword", version="2")
    event: object = {
        "observation": Observation(platform="x", uid="local1", counts=counts, at=START + 29 * MINUTE),
        "seen again": again,
        "edit": Edit(post=again, at=START + 29 * MINUTE),
        "embedded in a repost": Reaction(platform="x", uid="r", target="2", kind="repost", original=again),
    }[how]
    engine = outliving((29, event), (29, event))
    assert engine.matured[1, START] == 7
    assert (0, START) not in engine.matured
    assert engine.meters["duplicates"] == 1
    assert b"secretword" not in pickle.dumps([vars(engine.ledger), vars(engine.window)])
    assert engine.meters["posts"] == 4


def test_a_reply_taken_back_after_its_own_retention_is_taken_off_its_parent() -> None:
    engine = Books(ONE)
    by_events(
        engine,
        (0, said("1", 0)),
        (1, said("2", 1, reply_to="1")),
        (2, said("3", 2, quote_of="1")),
        (3, Reaction(platform="x", uid="l", target="1", kind="like")),
        (4, said("4", 4)),
        (5, said("5", 5)),
        (11, Delete(platform="x", uid="2")),
        (90, said("9", 90)),
    )
    assert [engine.matured[index, START] for index in (0, 1)] == [3, 2]


def test_a_gap_censors_outlived_posts_too() -> None:
    engine = Books(ONE)
    by_events(engine, (0, said("1", 0)), (1, said("2", 1)), (2, said("3", 2)))
    by_events(engine, (20, Gap(start=START + 15 * MINUTE, end=START + 20 * MINUTE)), (90, said("9", 90)))
    assert engine.labels.censored[1]["gap"] == 3
    assert not engine.labels.censored[0]["gap"]


def test_what_is_normal_is_learnt_of_no_post_that_is_counted_no_more() -> None:
    """Once its last label is there an outlived post stands still: read at later ages, it would look like a failure."""
    short = msgspec.structs.replace(TIGHT, horizons=(4 * MINUTE,), retention=2 * MINUTE)
    lines = [*LIVELY, post("end", START + 10 * HOUR, "the end")]
    normal = fed(short, lines).overperforming.normal
    assert normal.normal("", MINUTE) is not None
    assert normal.normal("", 5 * MINUTE) is None, "no post was counted for so long"
    assert fed(ROOMY, lines).overperforming.normal.normal("", 5 * MINUTE) is not None


# -- more than fit ---------------------------------------------------------------------------------------------------


def test_thinning_keeps_the_books_and_is_the_same_however_the_feed_is_cut() -> None:
    engine, again, all_graded = fed(FEW, cuts=1), fed(FEW, cuts=500), fed(TIGHT)
    assert engine.labels.sample < 1
    assert len(engine.ledger.outlived) <= FEW.max_waiting
    assert all(censored[UNSAMPLED] for censored in engine.labels.censored[1:])
    assert engine.matured == again.matured
    assert (engine.labels.sample, engine.labels.censored) == (again.labels.sample, again.labels.censored)
    assert engine.matured.items() <= all_graded.matured.items(), "the same labels, of fewer posts"
    assert engine.labels.matured[2] > 20


def test_posts_outside_the_sample_are_predicted_and_shown_but_not_graded() -> None:
    engine = fed(FEW)
    shown = snapshot(engine, 20)
    notice = f"more posts wait for their outcome than fit: 1 in {round(1 / engine.labels.sample)} is graded"
    assert notice in shown.notices
    waiting = [row for row in shown.predictions if row.state == "waiting" and row.horizon == 12 * 60]
    outside = [row for row in waiting if row.censored == UNSAMPLED]
    assert outside
    assert len(waiting) >= 20
    assert all(row.predicted is not None for row in outside)
    assert "outcome" not in " ".join(snapshot(fed(TIGHT)).notices)
    everything = snapshot(engine).predictions
    assert {row.state for row in everything if row.censored == UNSAMPLED} == {"waiting", "censored"}


def test_memory_is_given_back_at_once_when_posts_leave_the_sample() -> None:
    engine = fed(FEW)
    queued = {id(tracked) for queues in engine.labels._queues for tracked in queues.due}
    assert len(queued) <= len(engine.labels.tracked)


def filled(labels: Labels, ledger: Ledger, count: int, first: int = 0) -> None:
    """Posts of which the labels wait, and that are past retention."""
    (told,) = labels.model.forecast(Engine(ROOMY).forecasting.known(said("0", 0), analyse(said("0", 0)), START, "x:a"))
    for number in range(first, first + count):
        one = said(f"{number:05d}", number)
        entry = ledger.add(key_of(one), one, analyse(one), START + number * MINUTE, late=False)
        labels.track([entry], [told], [labels.sampled(entry.key)])
        if labels.outlasts(entry.key):
            ledger.outlive(entry)
        else:
            ledger.remove(entry, tombstone=False)
            labels.forget(entry, UNSAMPLED)


@pytest.mark.parametrize("room", [0, 1, 7, 100, 299, 300])
def test_thinning_comes_to_an_end_and_makes_room(room: int) -> None:
    ledger, labels = Ledger(ROOMY), Labels((HOUR,), EngagementModel((HOUR,)))
    filled(labels, ledger, 300)
    gone = labels.thin_out(ledger, room, START)
    assert len(ledger.outlived) == 300 - len(gone) <= room
    assert labels.tracked.keys() == ledger.outlived.keys()
    assert all(labels.sampled(key) for key in labels.tracked)
    assert (labels.sample < 1) == (room < 300)
    assert len(ledger.outlived) > room // 4 or room < 7


def test_the_sample_grows_again_when_fewer_come() -> None:
    ledger, labels = Ledger(ROOMY), Labels((HOUR,), EngagementModel((HOUR,)))
    filled(labels, ledger, 300)
    labels.thin_out(ledger, 100, START)
    thin = labels.sample
    labels.fill_up(ledger, 100, START + 3 * HOUR)
    assert labels.sample == thin, "they are still there"
    labels.collect(START + 300 * HOUR, ledger)
    assert not ledger.outlived
    labels.fill_up(ledger, 100, START + HOUR)
    assert labels.sample == thin, "too soon to tell"
    for hours in (3, 4, 6, 9, 12, 15):
        labels.fill_up(ledger, 100, START + hours * HOUR)
    assert labels.sample == 1
    assert labels.waiting == [0]


def test_a_key_made_to_be_in_every_sample_does_not_stay_for_ever() -> None:
    ledger, labels = Ledger(ROOMY), Labels((HOUR,), EngagementModel((HOUR,)))
    labels.sample = 2.0**-32
    assert not any(labels.sampled(f"x:{number}") for number in range(1000))
    labels.sample = 2.0**-40
    assert not labels.sampled("")  # its checksum is 0
    labels.thin_out(ledger, 0, START)
    assert labels.sample > 0
