"""Texts as TOML writes them."""

from collections.abc import Sequence


def quoted(text: str) -> str:
    """One text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def listed(texts: Sequence[str]) -> str:
    """A list of them, in one line."""
    return f"[{', '.join(map(quoted, texts))}]"
