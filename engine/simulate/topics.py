"""What the simulated people talk about, from two .toml: topics with hashtags, subjects and sayings by language."""

import tomllib
from importlib.resources import files
from typing import Any, NamedTuple

LANGUAGES = ("en", "ja", "es", "de", "pt", "fr")
LANGUAGE_WEIGHTS = (0.62, 0.09, 0.09, 0.08, 0.07, 0.05)


class Topic(NamedTuple):
    """A topic. `tags` and `subjects` are by language; `sayings` are English, by mood as in `phrases`."""

    name: str
    forum: str  # where it is at home on platforms that have forums
    weight: float  # share of all posts, before normalising
    mood: float  # -1 all negative to 1 all positive
    drift: float  # how far the mood swings
    tags: dict[str, tuple[str, ...]]
    subjects: dict[str, tuple[str, ...]]
    places: tuple[str, ...]
    sayings: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _read(name: str) -> tuple[Topic, ...]:
    text = files("engine.simulate").joinpath(name).read_text("utf-8")
    return tuple(_topic(entry) for entry in tomllib.loads(text)["topic"])


def _topic(entry: dict[str, Any]) -> Topic:
    return Topic(
        name=entry["name"],
        forum=entry["forum"],
        weight=entry["weight"],
        mood=entry["mood"],
        drift=entry["drift"],
        tags={lang: tuple(tags) for lang, tags in entry["tags"].items()},
        subjects={lang: tuple(subjects) for lang, subjects in entry["subjects"].items()},
        places=tuple(entry["places"]),
        sayings=(tuple(entry["positive"]), tuple(entry["neutral"]), tuple(entry["negative"])),
    )


TOPICS = _read("topics.toml")
PLANTED = _read("planted.toml")  # of bursts that are asked for
ALL_TOPICS = TOPICS + PLANTED
