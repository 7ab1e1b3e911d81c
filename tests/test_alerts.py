"""Alerts: how they are written, when they are on, in event time."""

from collections.abc import Sequence
from io import BytesIO

import msgspec
import pytest

from engine.alerts.asked import watch_alerts
from engine.alerts.rules import AlertError, read_rule
from engine.alerts.silent import Listening
from engine.config import EngineConfig
from engine.corrections import Corrections
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.protocol import Asked, SetAlerts
from engine.snapshot import AlertRow, Snapshot
from engine.state.graph import dump, load
from engine.units import moment
from tests.feeds import ALL, PRESENT, SECOND, START, delete, post, run

MINUTE = 60 * SECOND
BAD = "this is terrible and sad, I hate it"
GOOD = "what a wonderful day, I love it"


def watching(*rules: str) -> EngineConfig:
    return msgspec.structs.replace(ALL, alerts=rules)


def picture(lines: Sequence[str], *rules: str, cuts: int = 64) -> Snapshot:
    return snapshot(run(lines, watching(*rules), cuts))


def told(shown: Snapshot) -> list[tuple[float, float, float | None]]:
    """Of each alert since when it was true, when it was raised and when it was over, in seconds of the feed."""
    return sorted((_second(row.start), _second(row.raised), row.end and _second(row.end)) for row in shown.alerts)


def _second(time: object) -> float:
    return round(time.timestamp() - START / SECOND, 3)  # type: ignore[attr-defined]


def talk(text: str, begin: int, end: int, step: int = 2, author: str = "did:plc:a", first: int = 0) -> list[str]:
    """A post every `step` seconds from second `begin` to `end`."""
    return [
        post(f"{first}{text[:2]}{at}", START + at * SECOND, f"{text} {at}", author) for at in range(begin, end, step)
    ]


# -- how they are written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "metric", "sign", "number", "over", "hold"),
    [
        ("tag:x mean<-0.3 for 60s", "threshold", "mean", "<", -0.3, 300, 60),
        ("posts > 100", "threshold", "posts", ">", 100, 300, 0),
        ('lang:en "big storm" OR rain rate>=30 over 1m for 1m30s', "threshold", "rate", ">=", 30, 60, 90),
        ("negative>40% for 2m over 10m", "threshold", "negative", ">", 0.4, 600, 120),
        ("burst", "burst", "", "", 0, 300, 0),
        ("burst score>6.5", "burst", "", "", 6.5, 300, 0),
        ("silence 5m", "silence", "", "", 0, 300, 300),
        ("SILENCE for 90s", "silence", "", "", 0, 300, 90),
    ],
)
def test_alerts_are_written_like_this(
    text: str, kind: str, metric: str, sign: str, number: float, over: int, hold: int
) -> None:
    rule = read_rule(text)
    assert (rule.kind, rule.metric, rule.sign, rule.number) == (kind, metric, sign, number)
    assert (rule.over, rule.hold) == (over * SECOND, hold * SECOND)
    assert read_rule(rule.text) == rule


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "1 to 400 characters"),
        ("tag:x", "no condition"),
        ("tag:x men<0.3", 'in "tag:x men<0.3": "men" cannot be watched: did you mean mean?'),
        ("bananas>3", "it is one of mean, positive"),
        ("mean<-0.3 for ever", 'in "mean<-0.3 for ever": "ever" is not a duration'),
        ("mean<-0.3 for 25h", "not from 1s to 24h"),
        ("silence soon", "is not a duration"),
        ("tga:x mean<0", "did you mean tag?"),
        ("likes>10 posts>3", "likes is not known when a post comes"),
        ("is:copy posts>3", "is:copy is not known when a post comes"),
        ("@dry posts>3", 'no filter is saved as "dry" (there are none yet; the word itself goes in quotes: "@dry")'),
        ("@ posts>3", 'lone "@" at 0: expected a name right after it'),
    ],
)
def test_what_cannot_be_read_is_one_line_that_says_why(text: str, says: str) -> None:
    with pytest.raises(AlertError) as wrong:
        read_rule(text)
    assert says in str(wrong.value)
    assert "\n" not in str(wrong.value)


SAVED = {"rain": "tag:rain OR storm", "two words": "lang:en", "viral": "likes>10", "odd": "tga:x", "none": ""}


@pytest.mark.parametrize(
    ("text", "same", "names"),
    [
        ("@rain mean<0", "(tag:rain OR storm) mean<0", ["rain"]),
        ('is:post -@rain @"two words" mean<0', "is:post -(tag:rain OR storm) lang:en mean<0", ["rain", "two words"]),
        ('"@rain" mean<0', '"@rain" mean<0', []),
    ],
)
def test_a_saved_filter_can_be_named(text: str, same: str, names: list[str]) -> None:
    rule = read_rule(text, SAVED)
    assert rule.where == read_rule(same).where
    assert [name for name, _ in rule.filters] == names
    assert read_rule(rule.text, dict(rule.filters)) == rule


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@rian posts>3", 'no filter is saved as "rian" (did you mean @rain?'),
        ("@viral posts>3", "the saved filter viral asks for likes: likes is not known when a post comes"),
        ("@odd posts>3", 'the saved filter odd cannot be read: unknown field "tga"'),
        ("@none posts>3", "the saved filter none is empty"),
    ],
)
def test_a_saved_filter_that_cannot_be_used_is_told_of(text: str, says: str) -> None:
    with pytest.raises(AlertError) as wrong:
        read_rule(text, SAVED)
    assert says in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("tag:x  men<0.3", "men"),
        (" tag:x mean<-0.3  for ever", "ever"),
        ("lang:en  tga:x mean<0", "tga"),
        ("lang:en likes>10 mean<0", "likes"),
        ("lang:en is:copy mean<0", "is:"),
        ("lang:en   @dry mean<0", "@dry"),
        ("silence  soon", "soon"),
        ("tag:x", ""),
        ("tag:x  ", ""),
    ],
)
def test_an_error_says_where(text: str, part: str) -> None:
    with pytest.raises(AlertError) as wrong:
        read_rule(text, SAVED)
    assert wrong.value.column == (text.index(part) if part else len(text))
    assert 'in "' not in wrong.value.what


# -- when they are on --------------------------------------------------------------------------------------------


def test_a_mean_under_a_threshold_for_a_while_raises_one_alert_that_ends() -> None:
    lines = talk(GOOD, 0, 120) + talk(BAD, 120, 240) + talk(GOOD, 240, 480)
    (row,) = picture(lines, "mean<-0.3 over 1m for 30s").alerts
    start, raised, end = told(picture(lines, "mean<-0.3 over 1m for 30s"))[0]
    assert 120 < start < 240
    assert raised == start + 30
    assert end is not None
    assert 240 < end < 300
    assert (row.metric, row.kind, row.times) == ("mean", "threshold", 1)
    assert row.worst is not None
    assert row.worst < -0.3
    assert row.value is not None
    assert row.value < -0.3
    assert row.posts == 30


def test_shorter_than_it_must_last_is_no_alert() -> None:
    lines = talk(GOOD, 0, 120) + talk(BAD, 120, 150) + talk(GOOD, 150, 400)
    assert picture(lines, "mean<-0.3 over 30s for 60s").alerts == []


def test_only_posts_that_match_count() -> None:
    quiet, loud = talk(GOOD, 0, 200), talk(f"{BAD} #x", 1, 201)
    lines = sorted(quiet + loud, key=lambda line: msgspec.json.decode(line)["time_us"])
    assert len(picture(lines, "tag:x mean<-0.3 over 1m").alerts) == 1
    assert picture(lines, "-tag:x mean<-0.3 over 1m").alerts == []
    (row,) = picture(lines, "tag:x share>=50% over 1m for 1m").alerts
    assert row.end is None


@pytest.mark.parametrize(
    ("rule", "raised"),
    [
        ("posts>29 over 1m", True),
        ("posts>30 over 1m", False),
        ("rate>=30 over 1m", True),
        ("authors>2 over 1m", True),
        ("authors>3 over 1m", False),
        ("negative>=1 over 1m", True),
        ("positive>0 over 1m", False),
    ],
)
def test_figures_are_those_of_the_span(rule: str, raised: bool) -> None:
    lines = [post(f"p{at}", START + at * SECOND, f"{BAD} {at}", f"did:plc:{at % 3}") for at in range(0, 180, 2)]
    assert bool(picture(lines, rule).alerts) is raised


def test_a_mean_of_few_posts_says_nothing() -> None:
    assert picture(talk(BAD, 0, 18), "mean<-0.3").alerts == []
    assert len(picture(talk(BAD, 0, 40), "mean<-0.3").alerts) == 1


def test_what_comes_back_at_once_is_the_same_alert() -> None:
    lines = []
    for round_ in range(3):
        lines += talk(BAD, 120 * round_, 120 * round_ + 60, first=round_) + talk(
            GOOD, 120 * round_ + 60, 120 * round_ + 120, first=round_
        )
    (row,) = picture(lines, "mean<0 over 30s").alerts
    assert row.times == 3
    apart = talk(BAD, 0, 60) + talk(GOOD, 60, 660) + talk(BAD, 660, 720, first=2)
    assert len(picture(apart, "mean<0 over 30s").alerts) == 2


def test_a_silent_feed_is_told_with_its_times() -> None:
    lines = talk(GOOD, 0, 60) + talk(GOOD, 400, 420)
    assert told(picture(lines, "silence 5m")) == [(58, 358, 400)]
    assert picture(lines, "silence 6m").alerts == []


def test_a_burst_is_told_with_its_name() -> None:
    lines = [
        post(f"q{at}", START + at * SECOND, f"quiet talk number {at}", f"did:plc:q{at % 40}")
        for at in range(0, 3600, 10)
    ]
    lines += [post(f"n{at}", START + (3600 + at) * SECOND, f"look at this {at}", f"did:plc:n{at}") for at in range(60)]
    shown = picture(lines, "burst")
    (row,), (burst,) = shown.alerts, shown.bursts
    assert (row.what, row.start, row.end) == (burst.name, burst.start, burst.end)
    assert (row.kind, row.metric) == ("burst", "score")
    assert row.worst is not None
    assert row.worst > 3
    assert picture(lines, f"burst score>{row.worst + 1}").alerts == []


@pytest.mark.parametrize("cuts", [1, 7, 10_000])
def test_how_the_lines_are_cut_changes_no_alert(cuts: int) -> None:
    lines = talk(GOOD, 0, 120) + talk(f"{BAD} #x", 120, 240) + talk(GOOD, 600, 700)
    rules = ("mean<-0.3 over 1m for 30s", "tag:x posts>3", "silence 2m", "burst")
    assert picture(lines, *rules, cuts=cuts).alerts == picture(lines, *rules).alerts
    assert len(picture(lines, *rules).alerts) >= 3


def test_the_window_shown_and_deletes_change_no_alert() -> None:
    lines = talk(BAD, 0, 120)
    gone = [*lines, delete(f"0{BAD[:2]}100", START + 130 * SECOND)]
    engine = run(gone, watching("mean<-0.3"), finish=False)
    engine.show(MINUTE)
    engine.finish()
    assert told(snapshot(engine)) == told(picture(lines, "mean<-0.3"))


def test_no_alert_holds_a_text_or_a_name() -> None:
    row = picture(talk(f"{BAD} secretword", 0, 120, author="did:plc:secret"), "mean<-0.3", "secretword posts>3").alerts
    kept = msgspec.json.encode([replace_rule(one) for one in row])
    assert b"secret" not in kept


def replace_rule(row: AlertRow) -> AlertRow:
    return msgspec.structs.replace(row, rule="")


# -- rules that come and go while the feed runs ------------------------------------------------------------------

STORM = [
    *talk(GOOD, 0, 120),
    *talk(f"{BAD} #x", 120, 300),
    *talk(GOOD, 700, 820),
    *talk(f"{BAD} #x", 820, 1000, first=1),
]


def part(engine: Engine, lines: Sequence[str]) -> None:
    engine.feed(0, [line.encode() for line in lines], PRESENT)


def ask(engine: Engine, *alerts: Asked) -> None:
    watch_alerts(engine, SetAlerts(alerts))


def test_a_rule_added_while_the_feed_runs_watches_from_there_on() -> None:
    engine = Engine(watching("silence 5m"))
    part(engine, STORM[:140])  # the first storm is on by now
    ask(engine, Asked("silence 5m"), Asked("@x mean<-0.3 over 1m for 20s", filters={"x": "tag:x"}))
    rest, added = snapshot(engine).watched
    assert (rest.since, added.since) == (None, moment(START + 274 * SECOND))
    assert added.value is None, "it is looked at when event time goes on"
    part(engine, STORM[140:])
    engine.finish()
    shown = snapshot(engine)
    storm = next(row for row in shown.alerts if row.rule.startswith("@x"))
    assert storm.start == moment(START + 275 * SECOND), "at its first look, by a figure of the whole span"
    assert storm.times == 2
    assert [(row.on, row.raised) for row in shown.watched] == [(0, 1), (1, 1)]


def test_an_engine_started_anew_raises_the_same_alerts() -> None:
    rules = (Asked("tag:x share>20% over 1m for 30s"), Asked("posts>50 over 2m"), Asked("silence 5m"), Asked("burst"))
    first = Engine(ALL)
    part(first, STORM[:140])
    ask(first, *rules)
    part(first, STORM[140:])
    again = Engine(ALL)
    since = snapshot(first).watched[0].since
    ask(again, *(msgspec.structs.replace(rule, since=since) for rule in rules))
    part(again, STORM)
    assert snapshot(again).alerts == snapshot(first).alerts != []
    assert snapshot(again).watched == snapshot(first).watched


def test_a_rule_taken_away_is_over_and_the_others_go_on() -> None:
    engine = Engine(watching("tag:x mean<-0.3 over 1m", "posts>3"))
    part(engine, STORM[:140])
    assert [row.end for row in snapshot(engine).alerts] == [None, None]
    ask(engine, Asked("posts>3"))
    gone, on = sorted(snapshot(engine).alerts, key=lambda row: row.rule, reverse=True)
    assert (gone.end, on.end) == (moment(START + 274 * SECOND), None)
    part(engine, STORM[140:])
    assert [row.rule for row in snapshot(engine).watched] == ["posts>3"]
    assert len([row for row in snapshot(engine).alerts if row.rule.startswith("tag:x")]) == 1


def saved(engine: Engine) -> Engine:
    """The engine as a checkpoint holds it."""
    file = BytesIO()
    dump(engine, file)
    return load(file.getvalue())


def test_a_run_that_is_gone_on_with_watches_for_the_same_and_raises_the_same() -> None:
    rules = ("tag:x mean<-0.3 over 1m for 30s", "silence 5m", "burst")
    first = Engine(watching(*rules))
    part(first, STORM[:140])
    ask(first, *map(Asked, rules), Asked("@x posts>50 over 2m", filters={"x": "tag:x"}))
    later = saved(first)
    later.adopt(Corrections(), watching(*rules))
    for engine in (first, later):
        part(engine, STORM[140:])
        engine.finish()
    assert snapshot(later).alerts == snapshot(first).alerts != []
    assert snapshot(later).watched == snapshot(first).watched
    assert len(snapshot(later).watched) == 4


def test_a_later_run_watches_for_what_it_is_told_and_what_was_typed_before() -> None:
    first = Engine(watching("posts>3", "rate>30"))
    part(first, STORM[:140])
    ask(first, Asked("rate>30"), Asked("silence 5m"))  # posts>3 is taken away, and silence comes
    later = saved(first)
    later.adopt(Corrections(), watching("posts>3", "authors>5"))
    now = moment(START + 274 * SECOND)
    assert [(row.rule, row.since) for row in snapshot(later).watched] == [
        ("posts>3", now),
        ("authors>5", now),
        ("silence 5m", now),
    ]


def test_what_cannot_be_read_is_left_out() -> None:
    engine = Engine(ALL)
    ask(engine, Asked("bananas>3"), Asked("posts>3"))
    assert [(row.rule, row.since) for row in snapshot(engine).watched] == [("posts>3", None)]


def test_listening_follows_the_rules() -> None:
    short, long = read_rule("silence 5s"), read_rule("silence 6s")
    listening = Listening([short])
    listening.look(100.0, 10, True)
    assert listening.look(107.0, 10, True) == [short]
    listening.watch([long])
    assert listening.silent == []
    assert listening.look(107.5, 10, True) == [long]


# -- a feed that is silent now -----------------------------------------------------------------------------------


def test_a_live_feed_that_falls_silent_is_told_once_until_it_speaks() -> None:
    short, long = read_rule("silence 5s"), read_rule("silence 60s")
    listening = Listening([short, read_rule("posts>3"), long])
    assert listening.look(100.0, 10, True) == []
    assert listening.look(104.9, 10, True) == []
    assert listening.look(105.0, 10, True) == [short]
    assert listening.look(106.0, 10, True) == []
    assert listening.look(160.0, 10, True) == [long]
    assert listening.silent == [short, long]
    assert listening.look(161.0, 11, True) == []
    assert listening.silent == []
    assert listening.look(166.0, 11, True) == [short]


def test_a_file_that_is_caught_up_with_is_not_silent() -> None:
    listening = Listening([read_rule("silence 5s")])
    for second in range(0, 60, 3):
        assert listening.look(float(second), 10, False) == []
    assert listening.look(61.0, 10, True) == []
    assert len(listening.look(66.0, 10, True)) == 1
