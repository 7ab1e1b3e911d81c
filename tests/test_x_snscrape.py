"""Lines that snscrape wrote become posts, reactions and observed counts."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.events import Counts, Observation, Post, Reaction
from engine.platforms.base import Ignored, Mapped, Rejected
from engine.platforms.x_snscrape import ADAPTER

KIND = "snscrape.modules.twitter."


def scraped(uid: int = 1228393702244134912, **more: Any) -> dict[str, Any]:
    return {
        "_type": f"{KIND}Tweet",
        "url": "https://twitter.com/ann/status/1",
        "date": "2020-02-14T19:00:55+00:00",
        "rawContent": "words &amp; all",
        "id": uid,
        "user": {
            "_type": f"{KIND}User",
            "id": 7,
            "username": "ann",
            "followersCount": 12,
            "created": "2014-07-02T02:44:19+00:00",
        },
        "replyCount": 2,
        "retweetCount": 3,
        "likeCount": 4,
        "quoteCount": 1,
        "viewCount": None,
        "conversationId": 1,
        "lang": "en",
        "hashtags": ["One"],
        **more,
    }


def events(line: dict[str, Any]) -> tuple[Any, ...]:
    assert ADAPTER.recognises(line)
    (outcome,) = ADAPTER.read(line)
    assert isinstance(outcome, Mapped)
    return outcome.events


def only(line: dict[str, Any]) -> Any:
    (event,) = events(line)
    return event


def test_a_post_gives_every_field() -> None:
    media = [{"_type": f"{KIND}Photo"}]
    assert only(scraped(media=media, inReplyToTweetId=5)) == Post(
        platform="x",
        uid="1228393702244134912",
        author="7",
        name="ann",
        text="words & all",
        created=1_581_706_855_000_000,
        tags=("One",),
        lang="en",
        reply_to="5",
        media="image",
        followers=12,
        author_created=1_404_269_059_000_000,
        counts=Counts(like=4, repost=3, reply=2, quote=1),
    )


def test_null_hashtags_are_none_and_absent_ones_unknown() -> None:
    assert only(scraped(hashtags=None)).tags == ()
    line = scraped()
    del line["hashtags"]
    assert only(line).tags is None


def test_lines_of_older_versions() -> None:
    line = scraped(content="older")
    del line["_type"], line["rawContent"]
    assert only(line).text == "older"


def test_retweets_and_quotes() -> None:
    inner = scraped(5, rawContent="original")
    reaction = only(scraped(retweetedTweet=inner))
    assert isinstance(reaction, Reaction)
    assert (reaction.target, reaction.original.text, reaction.author) == ("5", "original", "7")
    post, observed = events(scraped(quotedTweet=inner))
    assert post.quote_of == "5"
    assert observed == Observation(platform="x", uid="5", counts=Counts(like=4, repost=3, reply=2, quote=1))
    gone = {"_type": f"{KIND}Tombstone", "id": 6}
    assert only(scraped(quotedTweet=gone)).quote_of == "6"


def test_what_is_no_post() -> None:
    assert ADAPTER.read({"_type": f"{KIND}Tombstone", "id": 6}) == [Ignored("not a post")]
    assert ADAPTER.read({"rawContent": "x"}) == [Rejected("no id")]
    assert not ADAPTER.recognises({"_type": "snscrape.modules.reddit.Submission", "title": "x"})


@given(
    st.dictionaries(
        st.sampled_from(sorted({*scraped(), "media", "links", "quotedTweet", "retweetedTweet"})),
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2) | st.just({"id": {}}),
    )
)
def test_no_value_in_any_field_raises(broken: dict[str, Any]) -> None:
    line = {**scraped(), **broken}
    ADAPTER.recognises(line)
    assert all(isinstance(outcome, Mapped | Ignored | Rejected) for outcome in ADAPTER.read(line))
