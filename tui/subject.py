"""What has posts behind it: how the engine is asked for them, and what they are called."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.protocol import Kind
from engine.snapshot import Author, Burst, Cluster, Hashtag, Prediction, Snapshot, Story
from tui.format import duration
from tui.lines import cut
from tui.widgets.cells import author_cell
from tui.widgets.gauges import SHARES, by_count

NAME = 40  # cells of a name in a title


@dataclass(frozen=True)
class Group:
    """Posts of which the screen knows nothing else: those that a gauge counts, or of a topic that no table lists."""

    kind: Kind
    key: str
    name: str
    posts: int | None = None  # None where that is not known before they are asked for


WINDOW = Group("window", "", "in the window")

Subject = Cluster | Story | Burst | Hashtag | Author | Prediction | Group


def reference(item: Subject) -> tuple[Kind, int | str]:
    """How the engine knows it."""
    match item:
        case Cluster(id=number):
            return "cluster", number
        case Story(id=number):
            return "story", number
        case Burst(id=number):
            return "burst", number
        case Hashtag(tag=tag):
            return "tag", tag
        case Author():
            return "author", f"{item.platform}:{item.author}"
        case Prediction():
            return "post", f"{item.platform}:{item.uid}"
        case Group():
            return item.kind, item.key


def name_of(item: Subject) -> str:
    """What its posts are called: "behind cluster 8"."""
    match item:
        case Cluster():
            return f"behind cluster {item.id}"
        case Story():
            return f"behind story {item.id}"
        case Burst(name=name):
            return f"behind {cut(name, NAME)}, which rose"
        case Hashtag(tag=tag):
            return f"behind {cut(f'#{tag}', NAME)}"
        case Author():
            return f"by {cut(author_cell(item.name, item.author)[0], NAME)}"
        case Prediction():
            return f"predicted for {duration(item.horizon)} on"
        case Group(name=name):
            return cut(name, NAME)


def groups(snapshot: Snapshot) -> list[Group]:
    """All that the gauges count: the whole window, the moods, why posts were not scored, the languages."""
    now = snapshot.sentiment
    return [
        replace(WINDOW, posts=snapshot.posts_in_window),
        *[Group("mood", field, f"{sign} {field}", getattr(now, field)) for sign, _, field in SHARES],
        *[Group("reason", reason, f"not scored: {reason}", posts) for reason, posts in by_count(now.not_scored)],
        *[
            Group("language", name, f"language: {name or 'undecided'}", posts)
            for name, posts in by_count(snapshot.languages)
        ],
    ]


def known_as(kind: Kind, key: int | str, name: str, snapshot: Snapshot) -> Subject:
    """The thing of that reference in a picture; only its name if no table lists it."""
    tables: dict[str, Sequence[Subject]] = {
        "cluster": snapshot.clusters,
        "story": snapshot.stories,
        "tag": snapshot.hashtags,
        "author": snapshot.authors,
    }
    found = (item for item in tables[kind] if reference(item) == (kind, key))
    return next(found, Group(kind, str(key), name))


def as_it_is(item: Subject, snapshot: Snapshot) -> Subject:
    """The same thing in another picture; as it was if it is not in that."""
    match item:
        case Cluster():
            there: list[Subject] = [*snapshot.clusters]
        case Story():
            there = [*snapshot.stories]
        case Burst():
            there = [*snapshot.bursts]
        case Hashtag():
            there = [*snapshot.hashtags]
        case Author():
            there = [*snapshot.authors]
        case Prediction(horizon=horizon):
            there = [one for one in snapshot.predictions if one.horizon == horizon]
        case Group():
            there = [*groups(snapshot)]
    return next((one for one in there if reference(one) == reference(item)), item)
