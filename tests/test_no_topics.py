"""Without topics nothing is looked for that they would tell, everything else stays, and what is missing is not zero."""

import json
from functools import cache
from pathlib import Path

import msgspec
import pytest

from engine.config import EngineConfig
from engine.draft import score_draft
from engine.export import columns, json_parts
from engine.picture import snapshot
from engine.picture_post import post_detail
from engine.simulate import simulate
from engine.snapshot import Snapshot
from engine.tables import TABLES
from tests import tui_fakes as fakes
from tests.feeds import ALL, START, edit, post, run
from tests.tui_driver import monitor
from tui.cli import _parser, main
from tui.configure import engine_config
from tui.format import TOPICS_OFF

OFF: EngineConfig = msgspec.structs.replace(ALL, topics=False)
UNKNOWN = ("stories_in_window", "stories_live", "clusters_in_window", "unclustered", "silhouette", "silhouette_n")
OF_TOPICS = {*UNKNOWN, "stories", "clusters", "topics", "notices"}


@cache
def simulated() -> list[bytes]:
    return simulate("bluesky", seed=3, hours=0.3, rate=30.0)[0]


@pytest.fixture(scope="module")
def pictures() -> tuple[Snapshot, Snapshot]:
    return snapshot(run(simulated())), snapshot(run(simulated(), OFF))


def test_what_is_not_looked_for_is_null_and_a_notice_says_so(pictures: tuple[Snapshot, Snapshot]) -> None:
    with_topics, without = pictures
    assert with_topics.topics
    assert with_topics.stories
    assert with_topics.clusters
    assert not any("--no-topics" in notice for notice in with_topics.notices)
    assert not without.topics
    assert [getattr(without, name) for name in UNKNOWN] == [None] * len(UNKNOWN)
    assert (without.stories, without.clusters) == ([], [])
    assert without.notices[0] == "topics are off (--no-topics): no stories, clusters and copies are known"
    written = json.loads("".join(json_parts(without)))
    assert [written[name] for name in UNKNOWN] == [None] * len(UNKNOWN)
    assert written["topics"] is False


def test_all_that_does_not_rest_on_stories_stays_as_it_is(pictures: tuple[Snapshot, Snapshot]) -> None:
    with_topics, without = pictures
    rests = OF_TOPICS | {"bursts", "posts", "overperformers", "predictions", "scoreboard"}
    for name in Snapshot.__struct_fields__:
        if name not in rests:
            assert getattr(without, name) == getattr(with_topics, name), name
    bare = [msgspec.structs.replace(row, story=None, cluster=None) for row in with_topics.posts]
    assert without.posts == bare
    assert without.overperformers == [msgspec.structs.replace(row, story=None) for row in with_topics.overperformers]
    assert all(burst.kind != "story" and burst.story is None for burst in without.bursts)


def test_tables_keep_their_columns_and_the_metrics_leave_out_no_line(pictures: tuple[Snapshot, Snapshot]) -> None:
    _, without = pictures
    assert list(TABLES["stories"](without)) == list(TABLES["clusters"](without)) == []
    assert columns("stories")
    metrics = {(row["group"], row["name"]): row["value"] for row in TABLES["metrics"](without)}
    assert metrics["snapshot", "topics"] is False
    assert metrics["stories", "live"] is None
    assert metrics["clusters", "unclustered"] is None


def test_a_post_and_a_draft_tell_why_they_are_nowhere() -> None:
    lines = [post("1", START, "The rain will not stop today"), edit("1", START + 10**6, "The rain has stopped", START)]
    engine = run(lines, OFF)
    detail = post_detail(engine, next(iter(engine.ledger.posts)))
    assert (detail.topics, detail.copy) == (False, None)
    draft = score_draft(engine, "The rain will not stop today")
    assert (draft.topics, draft.story, draft.cluster) == (False, None, None)
    assert score_draft(run(lines), "The rain will not stop today").topics


# -- on the screen and the command line ----------------------------------------------------------------------------


SHOWN = fakes.shown(
    fakes.busy(topics=False, stories=[], clusters=[], bursts=[], **dict.fromkeys(UNKNOWN), notices=["topics are off"])
)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_the_panels_say_that_topics_are_off(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        await m.hear(SHOWN)
        assert TOPICS_OFF in m.text_of("#clusters")
        assert "Clusters · " not in m.text
        assert "unclustered" not in m.text
        await m.press("c")
        assert m.text.count(TOPICS_OFF) == 2
        assert " live" not in m.text
        for _ in range(3):
            await m.press("v")
            assert TOPICS_OFF in m.text


def test_an_export_keeps_to_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.json"
    feed.write_bytes(b"\n".join(simulated()[:400]) + b"\n")
    assert main(["export", str(feed), "-o", str(out), "--no-topics"]) == 0
    written = json.loads(out.read_text())
    assert (written["topics"], written["stories_live"]) == (False, None)
    assert TOPICS_OFF in capsys.readouterr().err
    assert main(["export", str(feed), "-o", str(tmp_path / "out.csv"), "--table", "stories", "--no-topics"]) == 1
    assert capsys.readouterr().err == f"trendtop: {TOPICS_OFF}: there is no table of stories\n"
    assert main(["export", str(feed), "-o", str(tmp_path / "all") + "/", "--no-topics"]) == 0
    assert len((tmp_path / "all" / "clusters.csv").read_text().splitlines()) == 1


@pytest.mark.parametrize("command", [["watch", "f"], ["export", "f", "-o", "o.json"], ["bench", "f"]])
def test_watch_export_and_bench_take_it(command: list[str]) -> None:
    for words, topics in (([], True), (["--no-topics"], False)):
        arguments = _parser(command[0]).parse_args([*command, *words])
        for name, value in (("window", 0), ("retention", 0), ("horizons", (1,)), ("seed", 0)):
            setattr(arguments, name, value)  # those of watch come from its settings
        assert engine_config(arguments).topics is topics


def test_a_run_that_was_kept_with_topics_does_not_go_on_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"\n".join(simulated()[:50]) + b"\n")
    words = ["export", str(feed), "-o", str(tmp_path / "out.json"), "--state", str(tmp_path / "state")]
    assert main(words) == 0
    capsys.readouterr()
    assert main([*words, "--no-topics"]) == 1
    assert "was saved with another topics" in capsys.readouterr().err
