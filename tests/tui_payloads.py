"""What a hostile post or name may hold, and a feed in which everything that a stranger may write holds it."""

import sys
from typing import Any

import msgspec

from engine.snapshot import Snapshot, Source, WordScore
from tests import tui_fakes as fakes
from tui.actions import BY_ID
from tui.app import TrendtopApp
from tui.messages import ExportFinished
from tui.screen_options import Options

MARKUP = (
    "[@click=app.quit]x[/]",
    "[red]x",
    "[/foo] bar",
    "[link=https://example.org]x[/link]",
    "[[a]] [] [",
    ":smile: {0} %s $(ls) `ls` \\[x]",
)
CONTROL = (
    "\x1b]52;c;aGFjaw==\x07",  # write to the clipboard
    "\x1b]8;;https://example.org\x1b\\link",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[H\x1b[31;5m",
    "\x1bP+q544e\x1b\\",
    "\x1b_Gi=1\x1b\\",
    "\x1b[38:2::255:0:0m",
    "\x9b31m\x9d0;t\x9c",
    "\x85\x90\x98\x8e",
    "\x00\x07\x08\x0b\x0c\x0e\x7f",
    "a\r\nb\tc\u2028d\u2029e",
)
UNSEEN = (
    "\u202eevil\u202c \u2066x\u2069 \u200f\u200e\u061c",
    "zero\u200bwidth\ufeff\u2060\u00ad",
    "hid\u200dden",
    "\U000e0041\U000e007f",
    "\ue000\U000f0000\ufffe",
    "\ud800\udfff",
    "Z\u0301\u0302\u0303\u0304\u0305a\u0316\u0317lgo",
)
WIDE = ("漢字" * 300, "👨‍👩‍👧‍👦" * 200, "حرية " * 200, "x" * 5_000)
PAYLOADS = (*MARKUP, *CONTROL, *UNSEEN, *WIDE)


def hostile(payload: str) -> Snapshot:
    """The busy feed with `payload` in every text of it."""
    return _put(fakes.busy(notices=["n"], pinned=fakes.posts()[:2]), payload)


def _put(value: Any, payload: str) -> Any:
    """`value` with every text in it replaced, but for the few that are our own words."""
    if isinstance(value, str):
        return payload
    if isinstance(value, list):
        return [_put(item, payload) for item in value]
    if isinstance(value, dict):
        return {payload: max(value.values(), default=0)}
    if isinstance(value, msgspec.Struct):
        kept = {"state", "kind", "sentiment"}
        fields = {name: _put(getattr(value, name), payload) for name in value.__struct_fields__ if name not in kept}
        return msgspec.structs.replace(value, **fields)
    return value


def feed_of(payload: str) -> fakes.FakeEngine:
    """An engine whose every word is `payload`."""
    draft = fakes.scored(fakes.ScoreDraft(1, payload))
    answer = msgspec.structs.replace(
        draft,
        lang=payload,
        cluster_label=payload,
        words=[WordScore(word=payload, valence=1.5, note=payload)],
    )
    source = Source(name=payload, state="live", lines=1, detail=payload)
    told = _put(fakes.told(fakes.OpenPost(1, f"bluesky:{fakes.posts()[0].uid}")), payload)
    return fakes.FakeEngine(
        fakes.shown(hostile(payload), sources=[source]),
        score=lambda _: answer,
        find=lambda _: hostile(payload).posts[:9],
        tell=lambda _: told,
    )


TOUR = (
    ("enter",),  # a cluster
    ("enter",),  # a post behind it
    ("tab", "enter"),  # its author
    ("escape", "G", "enter"),  # what it quotes
    ("escape",),
    ("O",),
    ("P",),
    ("G",),
    ("escape", "escape", "tab", "enter"),  # what rises, where it has a panel
    ("escape", "tab", "enter"),  # a prediction
    ("escape", "tab", "j", "enter"),  # a hashtag or a post
    ("escape", "tab", "j", "enter"),  # a post or the mood
    ("enter",),  # the posts of a mood
    ("escape", "escape", "x"),
    ("G",),
    ("escape", "b"),
    ("enter",),
    ("escape", "c"),
    ("tab", "j", "enter"),  # a story
    ("escape", "p"),
    ("j", "enter"),
    ("escape", "o"),
    ("enter",),  # an over-performer
    ("escape", "tab", "enter"),  # an author
    ("escape", "escape", "shift+tab", "shift+tab", "enter"),
    ("escape", "t", "a"),
    ("f2", "b"),
    ("f2", "escape", "e"),
    ("escape", "space"),
)


def main() -> None:
    """Run the tour on a real terminal, with the payloads or without, and leave."""
    from tests.tui_driver import Monitor, settle

    payloads = PAYLOADS if sys.argv[1] == "hostile" else ("harmless",) * len(PAYLOADS)
    engine = feed_of(payloads[0])
    app = TrendtopApp(engine, Options(title=payloads[0], debounce=0))

    async def tour(pilot: Any) -> None:
        screen = Monitor(app, engine, pilot)
        await settle(app)
        for payload in payloads:
            await screen.hear(fakes.shown(hostile(payload)), ExportFinished(1, [payload], ""))
            await screen.hear(ExportFinished(1, [], payload))
        for keys in TOUR:
            await screen.press(*keys)
        await screen.press("escape", "t")
        for payload in payloads:
            await screen.paste(payload)
        await app.run_action(BY_ID["quit"].run)

    app.run(auto_pilot=tour)


if __name__ == "__main__":
    main()
