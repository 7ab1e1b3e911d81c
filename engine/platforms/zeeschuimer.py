"""What the browser extension Zeeschuimer captures, one item a line, and 4CAT's raw export of the same.

The envelope says when an item was captured and last updated; inside is whatever the platform's own page
loaded. Collected again, an item comes again with newer counts.
"""

import re
from collections.abc import Sequence

from engine.platforms import fields, generic, x_web
from engine.platforms.base import Adapter, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.capture import Capture, Reader
from engine.platforms.readers import first_time
from engine.platforms.x_common import PLATFORM as X
from engine.platforms.zeeschuimer_boards import read_9gag, read_imgur, read_pinterest, read_status
from engine.platforms.zeeschuimer_comments import read_instagram_comment, read_rednote_comment
from engine.platforms.zeeschuimer_meta import read_instagram, read_threads
from engine.platforms.zeeschuimer_video import read_douyin, read_rednote, read_tiktok

_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,39}")  # of a platform without a reader: it is shown
_META = "__import_meta"  # where 4CAT puts the envelope; the item then stands beside it


def _read_x(item: Object, capture: Capture) -> Outcome:
    return x_web.read_tweet(item, at=capture.counted)


# A label of the source's domain, or its id in the extension -> name in events, and reader.
_SOURCES: dict[str, tuple[str, Reader]] = {
    "tiktok": ("tiktok", read_tiktok),
    "tiktok-comments": ("tiktok", read_tiktok),
    "instagram": ("instagram", read_instagram),
    "instagram-comments": ("instagram", read_instagram_comment),
    "threads": ("threads", read_threads),
    "twitter": (X, _read_x),
    "x": (X, _read_x),
    "truthsocial": ("truthsocial", read_status),
    "truth": ("truthsocial", read_status),
    "gab": ("gab", read_status),
    "9gag": ("9gag", read_9gag),
    "imgur": ("imgur", read_imgur),
    "pinterest": ("pinterest", read_pinterest),
    "douyin": ("douyin", read_douyin),
    "xiaohongshu": ("rednote", read_rednote),
    "rednote": ("rednote", read_rednote),
    "xiaohongshu-comments": ("rednote", read_rednote_comment),
}


class _Zeeschuimer:
    name = "zeeschuimer"
    platform = "several"  # each event names its own
    carries: frozenset[str] = frozenset()
    marks = frozenset({_META, "source_platform"})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict):
            return False
        if isinstance(fields.dig(line, _META, "source_platform"), str):
            return True
        return isinstance(line.get("source_platform"), str) and isinstance(line.get("data"), dict)

    def read(self, line: Json) -> Sequence[Outcome]:
        envelope = fields.mapping(line.get(_META)) or line
        item = fields.mapping(line if envelope is not line else line.get("data"))
        return [_read(envelope, item)]


ADAPTER: Adapter = _Zeeschuimer()


def _read(envelope: Object, item: Object) -> Outcome:
    labels = fields.text(envelope.get("source_platform")).lower().removeprefix("www.").split(".")
    source = next((label for label in labels if label in _SOURCES), labels[0])
    if source not in _SOURCES and not _NAME.fullmatch(source):
        source = generic.PLATFORM
    platform, reader = _SOURCES.get(source, (source, None))
    collected = first_time(envelope.get("timestamp_collected"))
    capture = Capture(
        platform=platform,
        item_id=fields.text(envelope.get("item_id")),
        counted=first_time(envelope.get("last_updated")) or collected,
    )
    return _read_unknown(item, capture) if reader is None else reader(item, capture)


def _read_unknown(item: Object, capture: Capture) -> Outcome:
    """An item of a platform without a reader, by the usual names of a post's fields."""
    line = {"id": capture.item_id or None, "counts_at": capture.counted, **item}
    outcome = generic.read_object(line, capture.platform or generic.PLATFORM)
    return outcome if isinstance(outcome, Mapped) else Rejected("unknown platform in envelope")
