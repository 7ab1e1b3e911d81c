"""The signatures of X API v2: what kind of line one is."""

from collections.abc import Collection

from engine.platforms import fields
from engine.platforms.base import Object

_INCLUDES = ("users", "tweets", "media", "places", "polls")
_PAGE_META = ("result_count", "newest_id", "next_token", "previous_token", "total_tweet_count", "sent")
_FLAT_MARKS = ("edit_history_tweet_ids", "__twarc", "edit_controls")
_AUTHORED_MARKS = frozenset(
    ("conversation_id", "referenced_tweets", "reply_settings", "context_annotations", "note_tweet")
)
_PLAIN_KEYS = frozenset(("id", "text", "author_id", "created_at", "lang", "source", "entities"))
# What an answer has around its posts, and what X gives of a post or an account if nothing more was asked for.
_FRAME = frozenset(("data", "includes", "meta", "errors", "__twarc"))
_POST_KEYS = frozenset(("id", "text"))
_USER_KEYS = frozenset(("id", "name", "username"))
_METRICS = ("retweet_count", "like_count", "impression_count")
_PROBLEMS = ("https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/")
MARKS = frozenset({"data", "meta", "errors", "type", "public_metrics", "author_id", *_FLAT_MARKS})
_PROBLEM_KEYS = ("title", "detail", "type", "message", "code", "resource_type")


def may_have(keys: Collection[str]) -> bool:
    """Whether a line with these keys could be of X API v2. An author's id is its mark only in certain company."""
    marks = MARKS.intersection(keys)
    return marks != {"author_id"} or not _AUTHORED_MARKS.isdisjoint(keys) or _PLAIN_KEYS.issuperset(keys)


def is_page(line: Object) -> bool:
    """A page of posts or accounts, or one post of a filtered stream."""
    data = line.get("data")
    if not isinstance(data, list | dict):
        return False
    if "__twarc" in line or "matching_rules" in line:
        return True
    if any(key in fields.mapping(line.get("includes")) for key in _INCLUDES):
        return True
    first = data if isinstance(data, dict) else fields.mapping(data[0] if data else None)
    if is_flat(first) or is_user(first):
        return True
    if line.keys() <= _FRAME and (_POST_KEYS <= first.keys() <= _PLAIN_KEYS or first.keys() == _USER_KEYS):
        return True
    return any(key in fields.mapping(line.get("meta")) for key in _PAGE_META) and (not data or "id" in first)


def is_empty(line: Object) -> bool:
    """A page without posts, which has no `data` at all."""
    return line.keys() <= _FRAME and "data" not in line and "result_count" in fields.mapping(line.get("meta"))


def is_flat(line: Object) -> bool:
    """A post that stands alone, as flattened lines have it."""
    if not isinstance(line.get("text"), str) or "id" not in line or "user" in line or "uri" in line:
        return False
    if any(mark in line for mark in _FLAT_MARKS):
        return True
    if any(key in fields.mapping(line.get("public_metrics")) for key in _METRICS):
        return True
    if "author_id" not in line:
        return False
    return not _AUTHORED_MARKS.isdisjoint(line) or line.keys() <= _PLAIN_KEYS


def is_user(line: Object) -> bool:
    """An account."""
    return (
        isinstance(line.get("username"), str)
        and "id" in line
        and "text" not in line
        and ("followers_count" in fields.mapping(line.get("public_metrics")) or "__twarc" in line)
    )


def is_errors(line: Object) -> bool:
    """An answer that holds problems and nothing else."""
    if "data" in line:
        return False
    problems = line.get("errors")
    if isinstance(problems, list):
        return any(key in fields.mapping(problem) for problem in problems[:1] for key in _PROBLEM_KEYS)
    return isinstance(line.get("type"), str) and line["type"].startswith(_PROBLEMS)
