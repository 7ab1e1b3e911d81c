"""The one table of what can be done on the screen: bindings, footer, help and palette all come from it.

Each has an id that a keymap can name. `scope` is where its keys work: anywhere ("app"), on the overview ("overview"),
on a page of tables ("page"), on both ("view"), where there is a choice of horizons ("horizons"), where there are plots
("plots"), in whatever list has the focus ("list"), on a gauge that has it ("gauge"), on the row or page of a post
("post"), on the page of saved filters ("saved") or of alerts ("alerts"), or while a text is typed ("composer").
"""

from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType

Scope = Literal[
    "app", "overview", "page", "view", "horizons", "plots", "list", "gauge", "post", "saved", "alerts", "composer"
]


@dataclass(frozen=True)
class Action:
    """Something a key does.

    `footer` is its name in the footer, "" to leave it out there, `short` what it is called where that is too long;
    `beside` is another whose key stands with its own. `rank` says how soon it is left out when the footer is too narrow
    (0 never): what one needs first has the lowest.
    """

    id: str
    keys: str
    run: str
    help: str
    scope: Scope
    group: str
    footer: str = ""
    shown: str = ""  # how the key is written, if not as Textual does
    rank: int = 0
    short: str = ""
    beside: str = ""
    palette: bool = True
    at_once: bool = False  # before the focused widget sees another key: what is typed next must land where this leads


ACTIONS: tuple[Action, ...] = (
    Action(
        "pause",
        "space",
        "app.toggle_pause",
        "freeze the display; the engine goes on counting",
        "view",
        "Look",
        "Pause",
        "spc",
    ),
    Action(
        "window_shorter",
        "left_square_bracket",
        "app.window(-1)",
        "shorter window",
        "view",
        "Look",
        "Window",
        rank=1,
        short="Win",
        beside="window_longer",
    ),
    Action(
        "window_longer",
        "right_square_bracket",
        "app.window(1)",
        "longer window: 1m 5m 15m 1h 6h 24h all",
        "view",
        "Look",
    ),
    Action(
        "filter",
        "slash",
        "filter",
        "show only posts that match: lang:en tag:ai -is:reply likes>10 (tab completes; empty: all)",
        "view",
        "Look",
        "Filter",
        "/",
        at_once=True,
    ),
    Action(
        "filters",
        "F",
        "app.filters",
        "saved filters, and the share of voice between them",
        "view",
        "Look",
    ),
    Action("save_filter", "n", "save", "save the filter that is on under a name", "saved", "Do", "Name it"),
    Action("delete_filter", "d", "delete", "delete the filter under the cursor", "saved", "Do", "Delete"),
    Action("add_alert", "n", "add", "have another alert watched for, from now on", "alerts", "Do", "New", at_once=True),
    Action("delete_alert", "d", "delete", "watch no longer for the alert under the cursor", "alerts", "Do", "Delete"),
    Action("keep_alerts", "w", "keep", "write the alerts watched for into the settings file", "alerts", "Do", "Keep"),
    Action(
        "sort",
        "s",
        "sort",
        "sort the focused table by its next column",
        "view",
        "Look",
        "Sort",
        rank=11,
    ),
    Action("reverse", "r", "reverse", "reverse the order of the focused table", "view", "Look"),
    Action(
        "horizon",
        "h",
        "horizon",
        "predictions at the next horizon: 15m 1h 6h 24h",
        "horizons",
        "Look",
        "Horizon",
        rank=14,
    ),
    Action(
        "rising",
        "b",
        "app.rising",
        "what is rising, and what has risen: bursts, with the why of each",
        "view",
        "Look",
        "Rising",
        rank=5,
        short="Rise",
    ),
    Action(
        "topics",
        "c",
        "app.topics",
        "topics: clusters, and the stories they are made of",
        "view",
        "Look",
        "Topics",
        rank=3,
    ),
    Action(
        "model",
        "m",
        "app.model",
        "the models: who predicts best at each horizon, and how many predictions wait, matured, were censored",
        "view",
        "Look",
        "Model",
        rank=6,
    ),
    Action(
        "authors",
        "o",
        "app.authors",
        "over-performers: posts above what is normal for their author; and the authors",
        "view",
        "Look",
        "Over",
        rank=8,
    ),
    Action(
        "alerts",
        "a",
        "app.alerts",
        "alerts that are on or were, and what the event line has said",
        "view",
        "Look",
        "Alerts",
        rank=7,
    ),
    Action(
        "plots",
        "v",
        "plots(1)",
        "the plots of the page, one after the other",
        "plots",
        "Look",
        "Plots",
        beside="plots_back",
    ),
    Action("plots_back", "V", "plots(-1)", "the plot before, or the tables", "plots", "Look"),
    Action("panels", "H", "panels", "which panels there are: hide them, show them", "overview", "Panels"),
    Action(
        "posts",
        "p",
        "app.posts",
        "posts: the live feed at full size, and the posts that were pinned",
        "view",
        "Look",
        "Posts",
        rank=4,
    ),
    Action("zoom", "z", "zoom", "show the focused panel alone, and back", "overview", "Look", "Zoom", rank=13),
    *(
        Action(
            f"panel_{number}",
            str(number),
            f"panel({number})",
            f"show or hide {name}",
            "overview",
            "Panels",
        )
        for number, name in enumerate(
            ("sentiment", "the timeline", "hashtag clusters", "predictions", "the feed", "hashtags", "what is rising"),
            1,
        )
    ),
    Action(
        "score",
        "t",
        "compose",
        "type a post: scored as you type (up, down: history; enter keeps it)",
        "overview",
        "Do",
        "Score",
        rank=2,
        at_once=True,
    ),
    Action(
        "pin_draft",
        "f2,ctrl+n",
        "pin",
        "while typing a post: keep this text as A and go on with B, side by side; again: B alone",
        "composer",
        "Do",
        "A and B",
        palette=False,
    ),
    Action("export", "e", "app.export", "write what the engine holds now to a file", "view", "Do", "Export", rank=10),
    Action(
        "health",
        "x",
        "app.health",
        "feed health: meters, rejected lines with examples, gaps, sources",
        "view",
        "Do",
        "Health",
        rank=9,
    ),
    *(
        Action(
            f"correct_{mood.replace('-', '_')}",
            key,
            f"correct('{mood}')",
            f"mark the chosen post as {said}",
            "post",
            "Do",
            shown=shown,
        )
        for mood, key, shown, said in (
            ("positive", "plus", "+", "positive; the same key again takes the mark back"),
            ("neutral", "equals_sign", "=", "neutral"),
            ("negative", "minus", "-", "negative"),
            ("not-scorable", "0", "0", "not scorable: no mood can be told from its text"),
        )
    ),
    Action("copy", "y", "copy", "copy the row's text: a post's with its author and address", "view", "Do"),
    Action("browse", "O", "browse", "open the post's page in a browser; over ssh show its address", "view", "Do"),
    Action("pin", "P", "pin", "pin the post to the top of the posts page, or unpin it", "view", "Do"),
    Action("restart", "R", "app.restart", "start the engine anew once it has died", "view", "Do", "Restart"),
    Action(
        "open", "enter", "open", "all that is known of the row", "list", "Move", "Detail", "enter", 12, palette=False
    ),
    Action(
        "open_mood",
        "enter",
        "screen.open_mood",
        "on the gauges: what was scored, what was not, and why",
        "gauge",
        "Move",
        "Detail",
        "enter",
        12,
        palette=False,
    ),
    Action("down", "j,down", "move(1)", "next row", "list", "Move", shown="j ↓", palette=False),
    Action("up", "k,up", "move(-1)", "row before", "list", "Move", shown="k ↑", palette=False),
    Action("page_down", "pagedown", "page(1)", "a page on", "list", "Move", palette=False),
    Action("page_up", "pageup", "page(-1)", "a page back", "list", "Move", palette=False),
    Action("first", "g,home", "edge(-1)", "first row; the feed moves again", "list", "Move", palette=False),
    Action("last", "G,end", "edge(1)", "last row", "list", "Move", palette=False),
    Action(
        "back",
        "escape",
        "back",
        "back: let go of the row, leave the zoom, then clear the filter",
        "overview",
        "Move",
        "Back",
        "esc",
        15,
        palette=False,
    ),
    Action("close", "escape,q", "close", "back to where it was opened", "page", "Move", "Close", "esc", palette=False),
    Action("theme", "T", "app.next_theme", "next theme: dark, light, high contrast dark and light", "app", "Look"),
    Action("picture", "S", "app.save_picture", "save the screen as an SVG picture in the working folder", "app", "Do"),
    Action("help", "question_mark,f1", "app.help", "this page", "app", "Do", "Help", "?"),
    Action("suspend", "ctrl+z", "app.suspend_process", "to the shell; fg comes back", "app", "Do"),
    Action("quit", "q", "app.quit", "quit (ctrl+q also, and ctrl+c twice)", "overview", "Do", "Quit"),
)

BY_ID = {action.id: action for action in ACTIONS}


def bindings(*scopes: Scope) -> list[BindingType]:
    """The key bindings of some scopes."""
    return [
        Binding(
            key,
            action.run,
            action.footer or action.help,
            show=bool(action.footer),
            key_display=(action.shown or None) if index == 0 else None,
            priority=action.at_once,
            id=action.id,
        )
        for action in ACTIONS
        if action.scope in scopes
        for index, key in enumerate(action.keys.split(","))
    ]
