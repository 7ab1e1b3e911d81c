"""What is taken back or past retention: nothing of it stays, wherever it stood or waited."""

from typing import TYPE_CHECKING

from engine.events import Delete, Purge
from engine.labels import DELETED, UNSAMPLED
from engine.ledger import Counted, Entry, Outcome

if TYPE_CHECKING:
    from engine.pipeline import Engine


def delete(engine: "Engine", asked: Delete, time: int) -> Outcome:
    """Take back a post or a reaction, whether it has come or not."""
    ledger = engine.ledger
    key = f"{asked.platform}:{asked.uid}"
    if ledger.retract(key, time):
        return Outcome.DELETE
    engine.removed += engine.raw.drop(key)
    entry = ledger.find(asked.platform, asked.uid)
    if entry is not None:
        remove(engine, entry)
        engine.placing.unname(entry.analysis.terms)
        ledger.bury(key)
        return Outcome.DELETE
    if (outlived := ledger.counted(asked.platform, asked.uid)) is not None:
        release(engine, outlived)
        ledger.bury(key)
        return Outcome.DELETE
    engine.view.remove(key)  # it may be past retention
    engine.corrections.forget(key)  # or have been marked in an earlier session
    return Outcome.DELETE if ledger.bury(key) else Outcome.DUPLICATE


def purge(engine: "Engine", asked: Purge, time: int) -> Outcome:
    """All that an account did up to now must go, and what comes of it later must not stay."""
    ledger = engine.ledger
    account = f"{asked.platform}:{asked.author}"
    new = ledger.purge(account, time)
    engine.removed += engine.raw.disown(asked.author)
    engine.corrections.disown(account, time)
    gone = ledger.take_from(account, time)
    counted = [each for each in ledger.outlived_of(account) if each.time <= time]
    if not new and not gone and not counted:
        return Outcome.DUPLICATE
    engine.view.disown(account)
    for entry in gone:
        remove(engine, entry)
    engine.placing.unname([*{term for entry in gone for term in entry.analysis.terms}])
    for outlived in counted:
        release(engine, outlived)
    engine.labels.disown(account)
    engine.overperforming.disown(account)
    for key in ledger.by_author.of(account):
        engine.forecasting.settle(key)  # by what was known of the account then
    engine.forecasting.disown(account)
    if engine.model.knows(account):
        engine.model.forget(account)
    return Outcome.DELETE


def remove(engine: "Engine", entry: Entry) -> None:
    """Drop a post and all that is said of it, also where it only waits. Then its words name nothing: `unname`."""
    engine.removed += 1
    engine.corrections.forget(entry.key)
    engine.forecasting.drop(entry.key, DELETED)
    engine.view.remove(entry.key)
    engine.rising.forget(entry)
    engine.labels.forget(entry, DELETED)
    engine.overperforming.forget(entry)
    engine.topics.drop(entry.key)
    engine.raw.drop(entry.key)
    engine.ledger.answer(entry, -1, engine.now or entry.time)
    engine.ledger.remove(entry, tombstone=True)


def release(engine: "Engine", counted: Counted) -> None:
    """A post is gone that was only counted."""
    engine.removed += 1
    engine.corrections.forget(counted.key)
    engine.view.remove(counted.key)
    engine.labels.forget(counted, DELETED)
    engine.overperforming.forget(counted)
    engine.raw.drop(counted.key)
    engine.ledger.answer(counted, -1, engine.now or counted.time)
    engine.ledger.release(counted.key, tombstone=True)


def expire(engine: "Engine", now: int) -> None:
    """Let go of what is past retention."""
    ledger, labels, overperforming = engine.ledger, engine.labels, engine.overperforming
    for entry in ledger.expired(now):
        key = entry.key
        engine.forecasting.settle(key)
        engine.view.expire(key)
        engine.rising.forget(entry)
        engine.raw.expire(key)
        if labels.outlasts(key):
            overperforming.keep(ledger.outlive(entry))
            for counted in labels.thin_out(ledger, engine.config.max_waiting, now):
                overperforming.forget(counted)
            continue
        labels.forget(entry, UNSAMPLED)
        overperforming.forget(entry)
        ledger.remove(entry, tombstone=False)
