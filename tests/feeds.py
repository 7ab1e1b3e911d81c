"""Native lines for tests, written by hand from the documented Jetstream shape, and short ways to run an engine."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from engine.config import ALL_TIME, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.snapshot import Snapshot

START = int(datetime(2026, 7, 4, 12, tzinfo=UTC).timestamp() * 1_000_000)
PRESENT = START + 10**15  # a reader's clock far past everything in the tests
SECOND = 1_000_000
ALL = EngineConfig(window=ALL_TIME, retention=ALL_TIME, max_texts=1 << 10)


def stamp(micros: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")


def commit(did: str, at: int, operation: str, collection: str, rkey: str, record: dict | None = None) -> str:
    body = {"rev": f"{at:020d}", "operation": operation, "collection": collection, "rkey": rkey}
    if record is not None:
        body |= {"record": {"$type": collection, **record}, "cid": "c" + rkey}
    return json.dumps({"did": did, "time_us": at, "kind": "commit", "commit": body}, ensure_ascii=False)


def _record(text: str, created: int, tags: Sequence[str]) -> dict:
    index = {"byteStart": 0, "byteEnd": 1}
    kind = "app.bsky.richtext.facet#tag"
    facets = [{"index": index, "features": [{"$type": kind, "tag": tag}]} for tag in tags]
    record = {"text": text, "createdAt": stamp(created), "langs": ["en"]}
    return {**record, "facets": facets} if facets else record


def post(name: str, at: int, text: str, author: str = "did:plc:a", tags: Sequence[str] = (), **more: object) -> str:
    return commit(author, at, "create", "app.bsky.feed.post", name, {**_record(text, at, tags), **more})


def edit(name: str, at: int, text: str, created: int, author: str = "did:plc:a", tags: Sequence[str] = ()) -> str:
    return commit(author, at, "update", "app.bsky.feed.post", name, _record(text, created, tags))


def uri(name: str, author: str = "did:plc:a", collection: str = "app.bsky.feed.post") -> str:
    return f"at://{author}/{collection}/{name}"


def like(name: str, at: int, target: str, author: str = "did:plc:z", repost: bool = False) -> str:
    collection = "app.bsky.feed.repost" if repost else "app.bsky.feed.like"
    record = {"createdAt": stamp(at), "subject": {"uri": target, "cid": "c"}}
    return commit(author, at, "create", collection, name, record)


def delete(name: str, at: int, author: str = "did:plc:a", collection: str = "app.bsky.feed.post") -> str:
    return commit(author, at, "delete", collection, name)


def purge(author: str, at: int) -> str:
    account = {"active": False, "did": author, "seq": 1, "status": "deleted", "time": stamp(at)}
    return json.dumps({"did": author, "time_us": at, "kind": "account", "account": account})


def run(lines: Iterable[str | bytes], config: EngineConfig = ALL, cuts: int = 64, finish: bool = True) -> Engine:
    """An engine fed with `lines`, `cuts` at a time."""
    engine = Engine(config)
    raw = [line.encode() if isinstance(line, str) else line for line in lines]
    for begin in range(0, len(raw), cuts):
        engine.feed(0, raw[begin : begin + cuts], PRESENT)
    if finish:
        engine.finish()
    return engine


def picture(lines: Iterable[str | bytes], config: EngineConfig = ALL, cuts: int = 64) -> Snapshot:
    """The snapshot at the end of a feed."""
    return snapshot(run(lines, config, cuts))
