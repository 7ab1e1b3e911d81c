"""The public web address of a post, made from its id alone: never one that a post brings along."""

import re
from collections.abc import Callable

_BLUESKY = re.compile(r"at://(did:(?:plc|web):[A-Za-z0-9.:_-]{1,200})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{1,200})")
_STATUS = re.compile(
    r"https://((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24})"  # a host by its name: no port, no number
    r"((?:/@?[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}){1,8})"  # a path without "..", escapes, query or fragment
)
_NUMBER = re.compile(r"[0-9]{1,20}")
_REDDIT = re.compile(r"t3_([a-z0-9]{1,16})")


def web_address(platform: str, uid: str) -> str:
    """An https address on the platform's own host, or on the server that a Mastodon id names; "" if there is none."""
    make = _BY_PLATFORM.get(platform)
    return make(uid) if make is not None else ""


def _bluesky(uid: str) -> str:
    found = _BLUESKY.fullmatch(uid)
    return f"https://bsky.app/profile/{found[1]}/post/{found[2]}" if found else ""


def _mastodon(uid: str) -> str:
    found = _STATUS.fullmatch(uid)
    return f"https://{found[1]}{found[2]}" if found else ""


def _x(uid: str) -> str:
    return f"https://x.com/i/status/{uid}" if _NUMBER.fullmatch(uid) and uid.isascii() else ""


def _reddit(uid: str) -> str:
    found = _REDDIT.fullmatch(uid)
    return f"https://www.reddit.com/comments/{found[1]}" if found else ""


_BY_PLATFORM: dict[str, Callable[[str], str]] = {
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "x": _x,
    "reddit": _reddit,
}
