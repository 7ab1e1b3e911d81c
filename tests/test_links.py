"""The address of a post is made by us, from an id that is what it should be, and leads nowhere else."""

import re

import pytest

from engine.platforms.links import web_address
from tests.tui_payloads import PAYLOADS

HOSTS = {
    "bluesky": r"https://bsky\.app/profile/",
    "mastodon": r"https://[a-z0-9.-]+\.[a-z]+/",
    "x": r"https://x\.com/i/status/[0-9]+",
    "reddit": r"https://www\.reddit\.com/comments/[a-z0-9]+",
}


@pytest.mark.parametrize(
    ("platform", "uid", "address"),
    [
        ("bluesky", "at://did:plc:abc/app.bsky.feed.post/3k1", "https://bsky.app/profile/did:plc:abc/post/3k1"),
        ("mastodon", "https://example.social/users/a_b/statuses/12", "https://example.social/users/a_b/statuses/12"),
        ("mastodon", "https://example.social/@ab/12", "https://example.social/@ab/12"),
        ("x", "1808", "https://x.com/i/status/1808"),
        ("reddit", "t3_1abc", "https://www.reddit.com/comments/1abc"),
    ],
)
def test_an_id_leads_to_its_page(platform: str, uid: str, address: str) -> None:
    assert web_address(platform, uid) == address


@pytest.mark.parametrize("platform", HOSTS)
@pytest.mark.parametrize(
    "uid",
    [
        "",
        "12",
        "http://example.social/@a/1",
        "https://example.social@evil.example/@a/1",
        "https://evil.example:8080/@a/1",
        "https://127.0.0.1/@a/1",
        "https://localhost/@a/1",
        "https://example.social/@a/../b",
        "https://example.social/@a/1?x=1",
        "https://example.social/@a/1#x",
        "https://example.social/%0d%0a/1",
        "https://exämple.social/@a/1",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "at://did:plc:a/app.bsky.feed.post/../../x",
        "at://did:plc:a/app.bsky.feed.like/1",
        "at://did:plc:a@evil/app.bsky.feed.post/1",
        "t1_abc",
        "t3_abc/../../x",
        "１２",
        "12\n",
        *PAYLOADS,
    ],
)
def test_what_is_no_such_id_leads_nowhere(platform: str, uid: str) -> None:
    address = web_address(platform, uid)
    assert address == "" or (platform == "x" and uid == "12" and re.fullmatch(HOSTS["x"], address))


def test_other_platforms_have_none() -> None:
    assert web_address("generic", "https://example.social/@a/1") == ""
