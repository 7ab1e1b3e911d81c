"""The newest posts of a group that posts come to and leave, found without looking through all of it again."""

from collections.abc import Callable, Iterable

from engine.tally import Contribution

FEW = 64  # posts that are asked for

Age = tuple[int, str]  # time and key: of two posts the newer one has the higher
_BEFORE_ALL: Age = (-1, "")


class Newest:
    """Of a group the posts that are not older than some moment: the newest FEW are among them, or all."""

    __slots__ = ("_ages", "_chosen", "_found", "_since")

    def __init__(self, posts: Iterable[Contribution]) -> None:
        """`posts` are all of the group."""
        self._since = _BEFORE_ALL  # older ones are left out
        self._ages = {post.key: (post.time, post.key) for post in posts}
        self._found: list[Age] | None = None
        self._chosen: tuple[int, Age] | None = None  # by what, and one of those found
        self._leave_out()

    def change(self, posts: Iterable[Contribution], sign: int) -> bool:
        """Posts have come, or with sign -1 gone; False if some of the newest may be among those that were left out."""
        for post in posts:
            if sign > 0:
                self._add(post)
            elif self._ages.pop(post.key, None) is not None:
                self._found = self._chosen = None
        return len(self._ages) >= FEW or self._since == _BEFORE_ALL

    def ages(self) -> list[Age]:
        """The newest FEW, or all; the newest first."""
        if self._found is None:
            self._found = sorted(self._ages.values(), reverse=True)[:FEW]
        return self._found

    def chosen(self, by: int, choose: Callable[[list[Age]], Age]) -> Age:
        """The one of the newest that `choose` takes, by something of which `by` is a hash: asked if that is another."""
        if self._chosen is None or self._chosen[0] != by:
            self._chosen = by, choose(self.ages())
        return self._chosen[1]

    def _add(self, post: Contribution) -> None:
        age = post.time, post.key
        if age > self._since:
            self._ages[post.key] = age
            self._found = self._chosen = None
            if len(self._ages) > 4 * FEW:
                self._leave_out()

    def _leave_out(self) -> None:
        if len(self._ages) > 2 * FEW:
            kept = sorted(self._ages.values(), reverse=True)[: 2 * FEW]
            self._since = kept[-1]
            self._ages = {age[1]: age for age in kept}
