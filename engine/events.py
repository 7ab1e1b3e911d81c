"""The canonical events: what every platform adapter emits and all the engine ever sees.

Times are integer microseconds since 1970-01-01T00:00:00Z. Counts are None where the platform does not say.
`uid` is the platform's global id of a thing (a post, or a reaction where the platform names it); with `platform`
it identifies it. Text is as the platform means it to be read (HTML and entities already resolved), not yet made safe
for a terminal: the engine does that once, on entry.
"""

from typing import Literal

import msgspec

ReactionKind = Literal["like", "repost", "reply", "quote"]
Media = Literal["", "image", "video", "link", "poll"]


class Counts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Engagement totals as a platform reported them at one moment; None where it did not say."""

    like: int | None = None
    repost: int | None = None
    reply: int | None = None
    quote: int | None = None
    view: int | None = None

    def known(self) -> bool:
        """Whether the platform reported anything at all."""
        return not (
            self.like is None
            and self.repost is None
            and self.reply is None
            and self.quote is None
            and self.view is None
        )


class Post(msgspec.Struct, frozen=True, tag="post", array_like=True, gc=False):
    """A post as first seen, or seen again (the engine tells which by `uid`)."""

    platform: str
    uid: str
    author: str  # stable id of the account; "" if the feed hides it
    name: str = ""  # handle or display name for people to read
    text: str = ""
    created: int | None = None  # the time the post claims
    seen: int | None = None  # when the server or collector saw it, if the line says
    alias: str = ""  # a second id that deletes may use (Mastodon's instance-local id)
    version: str = ""  # what changes with each edit (edited_at, revision); "" for the original
    tags: tuple[str, ...] | None = None  # as the platform gave them, without '#'; None: read them from the text
    lang: str = ""  # the language the author claims, BCP-47 as given
    reply_to: str = ""  # uid
    quote_of: str = ""  # uid
    media: Media = ""
    followers: int | None = None
    author_created: int | None = None
    counts: Counts | None = None
    counts_at: int | None = None  # when `counts` were true; None: at `seen`, or unknown
    sensitive: bool = False
    withheld: bool = False  # author or platform asks that the text is not kept (noindex, not public, protected)
    removed: bool = False  # the platform shows a stub in place of the text ("[deleted]")
    nameless: bool = False  # the line has no id, author or time: `uid` is a digest of all that it says
    label: str = ""  # what the post truly is, in labelled data: read for evaluation and nothing else
    read: object = None  # what its text said (engine.discretion.Read), where the text is not kept


class Edit(msgspec.Struct, frozen=True, tag="edit", array_like=True, gc=False):
    """New content of a post. `post.uid` names the post, `post.version` the edit, `at` when it was made."""

    post: Post
    at: int | None = None
    seen: int | None = None


class Delete(msgspec.Struct, frozen=True, tag="delete", array_like=True, gc=False):
    """A post or a reaction was taken back. `uid` may be a post's uid or alias, or a reaction's uid."""

    platform: str
    uid: str
    at: int | None = None
    seen: int | None = None


class Purge(msgspec.Struct, frozen=True, tag="purge", array_like=True, gc=False):
    """Everything of an account must go: deleted, suspended or made private."""

    platform: str
    author: str
    at: int | None = None
    seen: int | None = None


class Reaction(msgspec.Struct, frozen=True, tag="reaction", array_like=True, gc=False):
    """A like or a repost as an event of its own. Replies and quotes are Posts: the engine derives theirs."""

    platform: str
    uid: str  # of the reaction, so that it can be deduplicated and taken back
    target: str  # uid of the post
    kind: ReactionKind
    author: str = ""
    name: str = ""
    created: int | None = None
    seen: int | None = None
    original: Post | None = None  # the post as embedded in the reaction, with its counts at that moment


class Observation(msgspec.Struct, frozen=True, tag="observation", array_like=True, gc=False):
    """Counts of a post read at a moment: an API page of counts without the post, for instance."""

    platform: str
    uid: str
    counts: Counts
    at: int | None = None
    seen: int | None = None


class Gap(msgspec.Struct, frozen=True, tag="gap", array_like=True, gc=False):
    """The feed was blind from `start` to `end`: labels whose horizon it touches are censored."""

    start: int
    end: int
    reason: str = ""


Event = Post | Edit | Delete | Purge | Reaction | Observation | Gap
