"""Posts of X as its web pages load them (GraphQL objects): alone, in whole answers, or as a browser extension has them.

They are v1.1 statuses taken apart: the status stands under `legacy`, the account, views and long text beside
it. They are put together again and read as v1.1.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.platforms import fields, x_v1
from engine.platforms.base import Adapter, Ignored, Json, Object, Outcome, Rejected
from engine.platforms.x_common import PLATFORM, id_order

_RESULTS = ("tweet_results", "tweetResult", "tweet_result")  # what holds a post in an answer
_ANSWER_MARKS = ("instructions", "entries", *_RESULTS)
_MAX_STEPS = 6  # from an answer's `data` down to its timeline
_UNAVAILABLE = ("TweetTombstone", "TweetUnavailable", "TweetPreviewDisplay")


class _XWeb:
    name = "x-web"
    platform = PLATFORM
    carries: frozenset[str] = frozenset()
    marks = frozenset({"__typename", "tweet", "legacy", "data"})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict) or "source_platform" in line or "__import_meta" in line:
            return False
        if line.get("__typename") in _UNAVAILABLE:
            return True
        tweet = _unwrapped(line)
        if not isinstance(tweet.get("legacy"), dict):
            return _is_answer(line)
        return "rest_id" in tweet or tweet.get("type") == "adaptive"

    def read(self, line: Json) -> Sequence[Outcome]:
        if not _is_answer(line):
            return [read_tweet(line, at=None)]
        tweets = sorted(_results(line["data"]), key=_order)
        return [read_tweet(tweet, at=None) for tweet in tweets] or [Ignored("empty page")]


ADAPTER: Adapter = _XWeb()


def _is_answer(line: Object) -> bool:
    """Whether `line` is an answer of the web pages' API: one object in another, down to a timeline or a post."""
    if not isinstance(line.get("data"), dict):
        return False
    level = [line["data"]]
    for _ in range(_MAX_STEPS):
        objects = [value for value in level if isinstance(value, dict)]
        if any(mark in value for value in objects for mark in _ANSWER_MARKS):
            return True
        level = [inner for value in objects if len(value) <= 4 for inner in value.values()]
        if not level:
            return False
    return False


def _results(value: Json) -> Iterator[Object]:
    """The posts anywhere in an answer, but for those that stand inside another post."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                found = fields.dig(inner, "result") if key in _RESULTS else None
                if isinstance(found, dict):
                    yield found
                elif isinstance(inner, dict | list):
                    waiting.append(inner)


def _order(tweet: Object) -> tuple[int, str]:
    return id_order(fields.text(_unwrapped(tweet).get("rest_id")))


def read_tweet(line: Object, at: int | None) -> Outcome:
    """The outcome of one object. `at` is when its counts were true, if known."""
    tweet = _unwrapped(line)
    if tweet.get("__typename") in _UNAVAILABLE:
        return Ignored("unavailable post")
    legacy = fields.mapping(tweet.get("legacy"))
    if "screen_name" in legacy and "full_text" not in legacy:
        return Ignored("account")
    status = _as_status(tweet)
    return x_v1.read_status(status, at) if status else Rejected("no text")


def _unwrapped(line: Object) -> Object:
    """A post with a visibility notice stands one level deeper."""
    inner = line.get("tweet")
    return inner if isinstance(inner, dict) else line


def _as_status(tweet: Object) -> dict[str, Any]:
    """The v1.1 status that `tweet` was made from; empty where it is none."""
    legacy = fields.mapping(tweet.get("legacy"))
    if not legacy:
        return {}
    status = {
        **legacy,
        "id_str": fields.text(tweet.get("rest_id")) or legacy.get("id_str"),
        "user": _user(tweet, legacy),
        "view_count": fields.dig(tweet, "views", "count") or fields.dig(tweet, "ext_views", "count"),
        "entities": fields.mapping(legacy.get("entities")),  # since 2026 without the lists that are empty
        "retweeted_status": _embedded(legacy.get("retweeted_status_result")),
        "quoted_status": _embedded(tweet.get("quoted_status_result")),
        "edit_history": {"edit_tweet_ids": _history(tweet)},
    }
    note = fields.dig(tweet, "note_tweet", "note_tweet_results", "result")
    if isinstance(fields.dig(note, "text"), str):
        status["full_text"] = note["text"]
        status["entities"] = {**status["entities"], **fields.mapping(note.get("entity_set"))}
    return status


def _embedded(holder: Json) -> dict[str, Any]:
    return _as_status(_unwrapped(fields.mapping(fields.dig(holder, "result"))))


def _user(tweet: Object, legacy: Object) -> dict[str, Any]:
    """The account in v1.1's words. It is absent from some captures; then only its id is known."""
    result = fields.mapping(fields.dig(tweet, "core", "user_results", "result"))
    old = fields.mapping(result.get("legacy")) or fields.mapping(tweet.get("user"))
    new = fields.mapping(result.get("core"))  # where the names are since 2025
    return {
        "id_str": fields.text(result.get("rest_id")) or legacy.get("user_id_str") or old.get("id_str"),
        "screen_name": new.get("screen_name") or old.get("screen_name"),
        "followers_count": old.get("followers_count", fields.dig(result, "relationship_counts", "followers")),
        "created_at": new.get("created_at") or old.get("created_at"),
        "protected": fields.dig(result, "privacy", "protected") or old.get("protected"),
    }


def _history(tweet: Object) -> list[Json]:
    control = fields.mapping(tweet.get("edit_control"))
    return fields.items(control.get("edit_tweet_ids")) or fields.items(
        fields.dig(control, "edit_control_initial", "edit_tweet_ids")
    )
