"""Keys of posts by account: taking one out costs the same however many an account has."""

from collections.abc import Iterator


class ByAuthor:
    """The accounts that have posts, in the order of their first ones, and the posts of each in the order they came."""

    def __init__(self) -> None:
        self._keys: dict[str, str | dict[str, None]] = {}  # most accounts have a single post: that needs no container

    def __contains__(self, account: str) -> bool:
        return account in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, account: str, key: str) -> None:
        """A post has come."""
        theirs = self._keys.setdefault(account, key)
        if isinstance(theirs, dict):
            theirs[key] = None
        elif theirs is not key:
            self._keys[account] = {theirs: None, key: None}

    def remove(self, account: str, key: str) -> None:
        """A post is gone."""
        theirs = self._keys.get(account)
        if theirs == key:
            del self._keys[account]
        elif isinstance(theirs, dict) and key in theirs:
            del theirs[key]
            if not theirs:
                del self._keys[account]

    def of(self, account: str) -> tuple[str, ...] | dict[str, None]:
        """The posts of an account."""
        theirs = self._keys.get(account, ())
        return (theirs,) if isinstance(theirs, str) else theirs
