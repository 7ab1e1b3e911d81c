"""Hostile text made safe, once, on entry: no control, escape, bidi or invisible formatting character gets past here."""

MAX_TEXT = 10_000  # characters kept of a post: the longest platforms allow (Mastodon forks, note_tweet) is under this
MAX_NAME = 200

_KEEP = {"\n", "\u200d"}  # line breaks, and the joiner that emoji families are made with


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """`text` with printable characters and line breaks only, cut to `limit` characters.

    Other white space becomes a space. Control characters (C0, C1, DEL), bidi overrides and isolates, surrogates and
    unassigned or private code points are dropped: none may reach a terminal or a file.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in _KEEP else " " if c.isspace() else "" for c in text)


def clean_line(text: str, limit: int = MAX_NAME) -> str:
    """`clean` on one line: names, tags and whatever stands in a table cell."""
    return " ".join(clean(text, limit).split())
