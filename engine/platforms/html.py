"""HTML of posts to the text that readers see.

A scanner of its own and not `html.parser`, which takes seconds for 10 kB of unclosed tags on the Python versions
we support (CVE-2025-6069): here every character is looked at a fixed number of times.
"""

import html
import re

_VOID_BREAKS = {"br": "\n", "hr": "\n\n"}
_PARAGRAPHS = frozenset({"p", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset({"div", "li", "tr", "dt", "dd", "section", "article"})
_DROPPED = frozenset({"script", "style", "template", "iframe", "noscript"})
# Mastodon's style sheet hides the first; the second repeats a quoted post's link for servers without quotes.
_HIDDEN = frozenset({"invisible", "quote-inline"})

# The name is that of an element; any other "<" is text, as in "a < b" and "<3".
_OPENING = re.compile(r"<(?:/?([a-zA-Z][a-zA-Z0-9-]*)|[/!?])")
_CLASS = re.compile(r"""\sclass\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
# No code point needs more digits, and `html.unescape` raises on thousands of them.
_LONG_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
_BLANK_LINES = re.compile(r"\n{3,}")

# What Mastodon writes, and nothing that could be read in another way.
_CUT = "\f"  # stands where a tag was: no reference goes on behind it
_INLINE = re.compile(r"""</?(?:a|span)(?:\s[^<>"]*(?:"[^<>"]*"[^<>"]*)*)?>""")
_INVISIBLE = re.compile(r"""<span class="invisible">[^<]*</span>""")
_ELLIPSIS = re.compile(r"""<span class="ellipsis">([^<]*)</span>""")


def unescape(text: str) -> str:
    """Entities and character references resolved. Never raises; impossible references become U+FFFD."""
    if "&" not in text:
        return text
    return html.unescape(_LONG_REFERENCE.sub("\ufffd", text))


def html_to_text(source: str) -> str:
    """The text a reader of `source` sees: breaks as newlines, what Mastodon hides left out, entities resolved.

    Never raises, and takes time linear in the length of `source` whatever it holds.
    """
    if "<" not in source:
        return unescape(source).strip()
    text = usual(source)
    if text is None:
        text = scanned(source)
    return (_BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text).strip()


def scanned(source: str) -> str:
    """The visible text of any HTML, with too many line breaks."""
    reader = _Reader()
    for piece, name in _pieces(source):
        if name:
            reader.tag(piece, name)
        else:
            reader.text(piece)
    return "".join(reader.parts)


def usual(source: str) -> str | None:
    """What `scanned` says, but for the number of blank lines, of what Mastodon makes of a text; None for all else.

    That is paragraphs, breaks and links, in which spans hide or shorten a part.
    """
    if _CUT in source:
        return None
    if "<span class" in source:
        source = _ELLIPSIS.sub(rf"{_CUT}\1{_CUT}…{_CUT}", _INVISIBLE.sub(_CUT, source))
    if "invisible" in source or "ellipsis" in source or "quote-inline" in source:
        return None
    text = _INLINE.sub(_CUT, source)
    text = text.replace("<p>", "\n\n").replace("</p>", "\n\n")
    text = text.replace("<br />", "\n").replace("<br>", "\n").replace("<br/>", "\n")
    if "<" in text:
        return None
    return "".join(map(unescape, text.split(_CUT))) if "&" in text else text.replace(_CUT, "")


def _pieces(source: str) -> list[tuple[str, str]]:
    """`source` cut into text, with "", and tags (without their brackets), with their names. Comments are left out."""
    pieces: list[tuple[str, str]] = []
    position = 0
    while found := _OPENING.search(source, position):
        start = found.start()
        pieces.append((source[position:start], ""))
        end = _comment_end(source, start) if source.startswith("<!--", start) else _tag_end(source, start)
        if end < 0:
            return pieces  # an unclosed tag swallows the rest, as in a browser
        position = end + 1
        if name := (found.group(1) or "").lower():
            pieces.append((source[start + 1 : end], name))
            if name in _DROPPED and source[start + 1] != "/":
                position = _closing(source, name, position)
    pieces.append((source[position:], ""))
    return pieces


def _comment_end(source: str, start: int) -> int:
    end = source.find("-->", start + 4)
    return end + 2 if end >= 0 else -1


def _tag_end(source: str, start: int) -> int:
    """Where the ">" of the tag at `start` is, ">" inside double quotes not counted; -1 if it has none."""
    end = source.find(">", start)
    quotes = source.count('"', start, end) if end >= 0 else 0
    while end >= 0 and quotes % 2:
        closing = source.find('"', end)
        if closing < 0:  # no quote further on, so no later tag comes here again
            return end
        following = source.find(">", closing)
        quotes += source.count('"', closing, following) if following >= 0 else 1
        end = following
    return end


def _closing(source: str, name: str, start: int) -> int:
    """Where the element `name`, whose content is no text, closes; the end of `source` if it does not."""
    found = re.compile(f"</{name}", re.IGNORECASE).search(source, start)
    return found.start() if found else len(source)


def _classes(tag: str) -> frozenset[str]:
    found = _CLASS.search(tag)
    return frozenset(found.group(1).strip("\"'").split()) if found else frozenset()


class _Reader:
    """Puts together what is visible. Only spans nest; a block closes them, as in a browser."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._spans: list[frozenset[str]] = []
        self._hidden_spans = 0
        self._hidden_block = False

    def text(self, piece: str) -> None:
        if piece and not self._hidden_spans and not self._hidden_block:
            self.parts.append(unescape(piece))

    def tag(self, tag: str, name: str) -> None:
        if name == "span":
            self._span(tag)
        elif name in _VOID_BREAKS:
            self.text(_VOID_BREAKS[name])
        elif name in _PARAGRAPHS or name in _LINES:
            self._block(tag, "\n\n" if name in _PARAGRAPHS else "\n")

    def _span(self, tag: str) -> None:
        if not tag.startswith("/"):
            self._spans.append(_classes(tag))
            self._hidden_spans += not _HIDDEN.isdisjoint(self._spans[-1])
        elif self._spans:
            classes = self._spans.pop()
            if "ellipsis" in classes:
                self.text("…")
            self._hidden_spans -= not _HIDDEN.isdisjoint(classes)

    def _block(self, tag: str, separator: str) -> None:
        self._spans.clear()
        self._hidden_spans = 0
        self._hidden_block = not tag.startswith("/") and not _HIDDEN.isdisjoint(_classes(tag))
        if self.parts and not self.parts[-1].endswith(separator):
            self.parts.append(separator)
