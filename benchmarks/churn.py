"""A feed that never repeats itself: tags, authors, words and stories come and go, as cheaply as lines can be made."""

import random
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
START = 1_783_180_800_000_000  # 2026-07-04T16:00:00Z
STORIES = 40  # told at one time
RECENT = 400  # posts that are reacted to, replied to, edited and deleted

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOODS = ("I love that", "we are sad about", "it is what it is with", "this is a great day for", "how awful for")
_POST, _LIKE, _REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"


def lines(hours: float, rate: float, seed: int) -> Iterator[tuple[int, bytes]]:
    """Event times and lines of Jetstream, `rate` of them a second, the same for a seed.

    Of ten lines six are posts (one of them a reply, one with a tag never seen before), three are reactions, and the
    tenth is an edit, a delete, an account that goes, a post by another platform's reader, or no JSON at all.
    """
    dice = random.Random(seed)
    recent: deque[tuple[str, str]] = deque(maxlen=RECENT)
    step = round(SECOND / rate)
    for number in range(int(hours * 3600 * rate)):
        at = START + number * step
        kind = number % 10
        if kind < 6 or not recent:
            did = _author(dice, number)
            parent = dice.choice(recent) if kind == 1 and recent else None
            yield at, _post(dice, number, at, did, parent)
            recent.append((did, str(number)))
        elif kind < 9:
            yield at, _reaction(dice, number, at, recent)
        else:
            yield at, _other(dice, number, at, recent)


def _author(dice: random.Random, number: int) -> str:
    """Half are one of the last thousands of accounts, half are new."""
    return f"did:plc:{number if dice.random() < 0.5 else max(0, number - dice.randrange(5_000))}"


def _text(dice: random.Random, number: int) -> str:
    """A story is told for a while, and then never again; each has words and a tag of its own."""
    story = number // 500 + dice.randrange(STORIES)
    words = " ".join(f"w{story}x{dice.randrange(8)}" for _ in range(5))
    rare = f" #n{number}" if number % 10 == 2 else ""
    return f"{dice.choice(_MOODS)} the {words} and so on #s{story}{rare}"


def _post(dice: random.Random, number: int, at: int, did: str, parent: tuple[str, str] | None) -> bytes:
    reply = f',"reply":{{"parent":{{"uri":"{_uri(*parent)}"}}}}' if parent else ""
    return _commit(did, at, "create", _POST, number, f'"text":"{_text(dice, number)}","langs":["en"]{reply}')


def _reaction(dice: random.Random, number: int, at: int, recent: deque[tuple[str, str]]) -> bytes:
    """To a post of late, or to one that was never seen."""
    target = dice.choice(recent) if dice.random() < 0.8 else (f"did:plc:x{number}", str(number))
    kind = _LIKE if dice.random() < 0.8 else _REPOST
    return _commit(f"did:plc:r{number}", at, "create", kind, number, f'"subject":{{"uri":"{_uri(*target)}"}}')


def _other(dice: random.Random, number: int, at: int, recent: deque[tuple[str, str]]) -> bytes:
    did, name = dice.choice(recent)
    match number // 10 % 6:
        case 0:
            return _commit(did, at, "update", _POST, name, f'"text":"{_text(dice, number)} again"')
        case 1 | 2:
            return _commit(did, at, "delete", _POST, name)
        case 3:
            return (
                f'{{"did":"{did}","time_us":{at},"kind":"account",'
                f'"account":{{"active":false,"did":"{did}","seq":1,"status":"deleted","time":"{_stamp(at)}"}}}}'
            ).encode()
        case 4:
            return (
                f'{{"source_platform":"p{number}.net","data":{{"id":"{number}","text":"{_text(dice, number)}",'
                f'"author":"a{number}","created_at":"{_stamp(at)}","likes":3}}}}'
            ).encode()
        case _:
            return f'{{"broken": {number}'.encode()


def _commit(did: str, at: int, operation: str, collection: str, name: object, body: str = "") -> bytes:
    record = f',"record":{{"$type":"{collection}","createdAt":"{_stamp(at)}",{body}}}' if body else ""
    return (
        f'{{"did":"{did}","time_us":{at},"kind":"commit","commit":{{"rev":"{at:020d}","operation":"{operation}",'
        f'"collection":"{collection}","rkey":"{name}"{record}}}}}'
    ).encode()


def _uri(did: str, name: str) -> str:
    return f"at://{did}/{_POST}/{name}"


def _stamp(at: int) -> str:
    return (_EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")
