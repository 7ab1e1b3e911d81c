"""Finds an account of the feed by what a person writes: an id, a handle, with or without the platform before it."""

from engine.pipeline import Engine


def find_accounts(engine: Engine, who: str) -> list[str]:
    """The accounts ("platform:id") with posts in retention that `who` may mean, in the order of their first posts.

    An id goes before a name: of "platform:id", "id", "platform:name" and "name" the first that is anybody's is taken.
    A name is that on the account's newest post, whatever its case and with or without @.
    """
    by_author = engine.ledger.by_author
    if who in by_author:
        return [who]
    if same_id := [account for account in by_author if account.partition(":")[2] == who]:
        return same_id
    platform, _, name = who.partition(":")
    if platform not in engine.platforms:
        platform, name = "", who
    wanted, start = _plain(name), f"{platform}:" if platform else ""
    return [
        account
        for account in by_author
        if wanted and account.startswith(start) and _plain(account_name(engine, account)) == wanted
    ]


def account_name(engine: Engine, account: str) -> str:
    """The name on the newest post of an account ("platform:id"); "" if it has none."""
    newest = next(reversed(engine.ledger.by_author.of(account)), None)
    return "" if newest is None else engine.ledger.posts[newest].name


def _plain(name: str) -> str:
    return name.strip().removeprefix("@").casefold()
