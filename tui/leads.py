"""Where a post leads: its author, cluster, story and hashtags, and the posts it answers or quotes."""

from dataclasses import dataclass

from engine.postdetail import PostDetail
from engine.snapshot import Snapshot
from tui.lines import cut
from tui.subject import NAME, Subject, known_as
from tui.widgets.cells import author_cell


@dataclass(frozen=True)
class PostKey:
    """A post of which only the key is known."""

    key: str


@dataclass(frozen=True)
class Lead:
    """Something that opens from the page of a post."""

    what: str
    name: str
    item: Subject | PostKey


def leads(detail: PostDetail, snapshot: Snapshot) -> list[Lead]:
    """What the page of a post leads to."""
    post = detail.post
    if post is None:
        return []
    found: list[Lead] = []
    if post.author:
        name = author_cell(post.name, post.author)[0]
        author = known_as("author", f"{post.platform}:{post.author}", f"by {cut(name, NAME)}", snapshot)
        found.append(Lead("author", name, author))
    if post.cluster is not None:
        cluster = known_as("cluster", post.cluster, f"behind cluster {post.cluster}", snapshot)
        found.append(Lead("cluster", f"{post.cluster}  {detail.cluster_label}", cluster))
    if post.story is not None:
        story = known_as("story", post.story, f"behind story {post.story}", snapshot)
        found.append(Lead("story", f"{post.story}  {detail.story_label}", story))
    for tag in post.tags:
        found.append(Lead("hashtag", f"#{tag}", known_as("tag", tag, f"behind {cut(f'#{tag}', NAME)}", snapshot)))
    for what, uid in (("answers", post.reply_to), ("quotes", post.quote_of)):
        if uid:
            found.append(Lead(what, uid, PostKey(f"{post.platform}:{uid}")))
    return found
