"""The engine's own process under what happens to feeds: lines are counted on both sides, and the answers stay right."""

import gzip
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from engine.config import ALL_TIME, HOUR, MINUTE, SourceConfig
from engine.picture_behind import SHOWN
from engine.protocol import (
    HEADER,
    Correct,
    Corrected,
    DraftScored,
    Export,
    Exported,
    Failed,
    FindPosts,
    GradesOpened,
    OpenGrades,
    OpenPost,
    OpenTopics,
    Pin,
    PostOpened,
    PostsFound,
    ScoreDraft,
    SetWindow,
    Start,
    TopicsOpened,
    pack,
)
from engine.snapshot import PostRow
from tests.feeds import ALL, SECOND, START, like, post, uri
from tests.worker_harness import Watching, as_json, fed_at_once, headless, watching

TEXTS = (
    "I love how this #launch went, great work",
    "what a terrible #flood in the old town",
    "the council meets again on #housing tonight",
    "a slow day, nothing to report from the harbour",
)

CALM = msgspec.structs.replace(ALL, horizons=(24 * HOUR,))  # no label matures, so that nothing is fitted


def feed(first: int, count: int) -> list[bytes]:
    """Posts and likes in order of time, a second apart."""
    lines = []
    for number in range(first, first + count):
        at = START + number * SECOND
        if number % 5 == 4:
            line = like(f"l{number}", at, uri(f"p{number - 3}", author=f"did:plc:{(number - 3) % 7}"))
        else:
            line = post(f"p{number}", at, f"{TEXTS[number % 4]} {number}", author=f"did:plc:{number % 7}")
        lines.append(line.encode())
    return lines


def text(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_a_file_that_grows_tears_rotates_and_is_truncated_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path, written = tmp_path / "feed.jsonl", feed(0, 900)
    path.write_bytes(text(written[:300]))
    with watching(path, new=True) as monitor:
        monitor.read(300)
        append(path, text(written[300:400])[:-40])  # torn within its last line
        monitor.read(399)
        append(path, text(written[300:400])[-40:])
        monitor.read(400)

        append(path, text(written[400:450]))  # renamed before that was read, perhaps
        path.rename(tmp_path / "feed.jsonl.1")
        append(path, text(written[450:600]))
        frame = monitor.read(600)
        assert "rotated once" in frame.health.sources[0].detail

        (tmp_path / "feed.jsonl.copy").write_bytes(path.read_bytes())
        os.rename(tmp_path / "feed.jsonl.1", tmp_path / "feed.jsonl.2")
        os.rename(tmp_path / "feed.jsonl.copy", tmp_path / "feed.jsonl.1")
        os.truncate(path, 0)  # copied and truncated
        append(path, text(written[600:700]))
        frame = monitor.read(700)
        assert "truncated once" in frame.health.sources[0].detail

        os.truncate(path, 0)
        append(path, text(written[700:900]))
        frame = monitor.lines(900)

        assert frame.snapshot.meters.posts == sum(b"feed.post" in line for line in written if b"feed.like" not in line)
        assert frame.snapshot.meters.reactions == 180
        assert [frame.snapshot.meters.late, frame.snapshot.meters.rejected, frame.snapshot.gaps] == [0, 0, []]

        live = tmp_path / "live.json"
        monitor.send(Export(1, str(live)))
        assert monitor.answer(Exported) == Exported(1, [str(live)])
        assert monitor.stop() == 0
    assert live.read_text() == as_json(fed_at_once(written))


def test_the_picture_at_the_end_of_a_feed_is_that_of_an_export_whatever_the_speed(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(text(feed(0, 300)))
    learning = msgspec.structs.replace(ALL, horizons=(MINUTE,))  # so that labels mature and models are fitted
    expected = as_json(headless([path], learning))
    for replay in (None, 3600.0):
        with watching(path, engine=learning, follow=False, replay=replay) as monitor:
            frame = monitor.until(lambda frame: frame.health.state == "ended")
            assert frame.snapshot.meters.lines == 300
            out = tmp_path / "out.json"
            monitor.send(Export(1, str(out)))
            assert monitor.answer(Exported) == Exported(1, [str(out)])
            assert out.read_text() == expected


def test_several_files_and_a_glob_that_gains_one(tmp_path: Path) -> None:
    lines = feed(0, 300)
    for name, part in (("a.jsonl", lines[0:200:2]), ("b.jsonl", lines[1:200:2])):
        (tmp_path / name).write_bytes(text(part))
    with watching(tmp_path / "*.jsonl") as monitor:
        frame = monitor.read(200)
        assert [source.lines for source in frame.health.sources] == [100, 100]
        (tmp_path / "c.jsonl").write_bytes(text(lines[200:]))
        frame = monitor.lines(300)
        assert [Path(source.name).name for source in frame.health.sources] == ["a.jsonl", "b.jsonl", "c.jsonl"]
        assert frame.snapshot.meters.late == 0
        assert monitor.stop() == 0


def test_a_piped_feed_beside_the_commands(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    monitor = Watching(fds=(reader,))
    with monitor:
        source = SourceConfig(paths=("-",), stdin_fd=reader)
        monitor.send(Start(engine=ALL, source=source, rate=20.0))
        os.close(reader)
        lines = feed(0, 60)
        os.write(writer, text(lines[:30]))
        assert monitor.read(30).health.state == "live"
        monitor.send(ScoreDraft(1, "a great day"))
        assert isinstance(monitor.answer(DraftScored), DraftScored)
        os.write(writer, text(lines[30:])[:-1])  # the last line has no newline
        os.close(writer)
        frame = monitor.until(lambda frame: frame.health.state == "ended")
        assert frame.snapshot.meters.lines == 60
        assert monitor.stop() == 0


def test_compressed_files_end_and_one_that_is_damaged_does_not_stop_the_other(tmp_path: Path) -> None:
    lines = feed(0, 200)
    (tmp_path / "good.jsonl.gz").write_bytes(gzip.compress(text(lines[:100])))
    (tmp_path / "torn.jsonl.gz").write_bytes(gzip.compress(text(lines[100:]))[:-20])
    with watching(tmp_path / "*.gz") as monitor:
        frame = monitor.until(lambda frame: all(s.state in {"ended", "failed"} for s in frame.health.sources))
        good, torn = frame.health.sources
        assert (good.state, good.lines) == ("ended", 100)
        assert (torn.state, torn.detail) == ("failed", "the gzip data is cut short")
        assert 0 < torn.lines < 100
        assert monitor.stop() == 0


def test_start_at_the_end_and_since(tmp_path: Path) -> None:
    path, lines = tmp_path / "feed.jsonl", feed(0, 2000)
    path.write_bytes(text(lines[:1900]))
    with watching(path, start="end", engine=CALM) as tail, watching(path, since=5 * MINUTE, engine=CALM) as recent:
        tail.until(lambda frame: frame.health.state == "live")
        recent.read(301)  # the newest line and those within five minutes before it
        append(path, text(lines[1900:]))
        assert tail.lines(100).snapshot.posts[0].text.endswith("1998")
        assert recent.lines(401).snapshot.meters.late == 0


def test_a_missing_file_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "not yet" / "feed.jsonl"
    with watching(path, follow_missing=True) as monitor:
        frame = monitor.until(lambda frame: frame.health.state == "waiting")
        assert frame.health.sources[0].detail == "no such file"
        path.parent.mkdir()
        path.write_bytes(text(feed(0, 40)))
        assert monitor.read(40).health.sources[0].state == "live"


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("missing.jsonl", {}, "no such file"),
        ("folder", {}, "is a folder"),
        ("empty.jsonl", {}, "is empty"),
        ("*.nothing", {}, "no file matches"),
        ("feed.jsonl", {"format": "myspace"}, "myspace"),
        ("feed.jsonl", {"map": (("colour", ".a"),)}, "colour"),
    ],
)
def test_what_cannot_be_watched_is_told_in_one_line(tmp_path: Path, name: str, options: dict, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "feed.jsonl").write_bytes(text(feed(0, 3)))
    with watching(tmp_path / name, **options) as monitor:
        status, reports = monitor.end()
        assert status == 1
        [report] = reports
        assert isinstance(report, Failed)
        assert said in report.message
        assert report.message.isprintable()  # hence one line
        assert monitor.errors() == ""


def opens_and_pins(monitor: Watching, post: PostRow) -> None:
    """Have a post opened, pinned and let go."""
    key = f"{post.platform}:{post.uid}"
    monitor.send(OpenPost(10, key))
    opened = monitor.answer(PostOpened)
    assert isinstance(opened, PostOpened)
    assert (opened.id, opened.detail.key, opened.detail.post) == (10, key, post)
    assert opened.detail.raw.startswith("{")
    monitor.send(Pin((key,)))
    frame = monitor.until(lambda frame: frame.snapshot.pinned != [])
    assert frame.snapshot.pinned == [post]
    monitor.send(Pin(()))
    monitor.until(lambda frame: frame.snapshot.pinned == [])


def opens_sheets(monitor: Watching) -> None:
    """Have figures for plots told."""
    monitor.send(OpenGrades(10, 900), OpenTopics(11, None), OpenGrades(12, 900))
    graded = monitor.answer(GradesOpened)
    assert isinstance(graded, GradesOpened)
    assert graded.id == 12  # only the newest of several
    assert graded.sheet is not None
    assert graded.sheet.horizon == 900
    monitor.send(OpenTopics(13, None))
    opened = monitor.answer(TopicsOpened)
    assert isinstance(opened, TopicsOpened)
    assert opened.id == 13
    assert opened.sheet.words


def test_answers_while_lines_come_in(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(text(feed(0, 400)))
    with watching(path) as monitor:
        monitor.lines(400)
        monitor.send(*(ScoreDraft(number, "this is great " + "!" * number) for number in range(5)))
        answer = monitor.answer(DraftScored)
        assert isinstance(answer, DraftScored)
        assert answer.id == 4  # only the newest of several
        assert answer.score.sentiment == "positive"
        assert answer.beside is None

        monitor.send(ScoreDraft(5, "this is great"), ScoreDraft(6, "this is bad", beside="this is great"))
        answer = monitor.answer(DraftScored)
        assert isinstance(answer, DraftScored)
        assert answer.beside is not None
        assert (answer.id, answer.score.text, answer.beside.text) == (6, "this is bad", "this is great")
        assert answer.score.as_of == answer.beside.as_of

        tag = monitor.frames[-1].snapshot.hashtags[0]
        monitor.send(FindPosts(9, "tag", tag.tag))
        found = monitor.answer(PostsFound)
        assert isinstance(found, PostsFound)
        assert found.id == 9
        assert len(found.posts) == min(tag.posts, SHOWN)
        assert found.total == tag.posts
        assert all(tag.tag in post.tags for post in found.posts)

        opens_and_pins(monitor, found.posts[0])
        opens_sheets(monitor)

        monitor.send(SetWindow(60 * SECOND))
        frame = monitor.until(lambda frame: frame.snapshot.window == 60)
        assert 0 < frame.snapshot.posts_in_window < 60
        monitor.send(SetWindow(ALL_TIME))
        frame = monitor.until(lambda frame: frame.snapshot.window == 0)
        assert frame.snapshot.posts_in_window == 320

        folder, forbidden = tmp_path / "all", tmp_path / "feed.jsonl" / "out.csv"
        monitor.send(Export(7, f"{folder}/"), Export(8, str(forbidden)), Export(9, "\0.csv"), Export(10, "out.xls"))
        done, *refused = (monitor.answer(Exported) for _ in range(4))
        assert isinstance(done, Exported)
        assert {Path(name).name for name in done.paths} == {found.name for found in folder.iterdir()}
        for answer in refused:
            assert isinstance(answer, Exported)
            assert answer.paths == []
            assert answer.error.startswith("cannot")
            assert "\n" not in answer.error
        assert monitor.stop() == 0


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no limit can be set on another process here")
def test_a_full_disk_costs_the_export_and_nothing_else(tmp_path: Path) -> None:
    path, out = tmp_path / "feed.jsonl", tmp_path / "out.csv"
    path.write_bytes(text(feed(0, 100)))
    out.write_text("what was there")
    with watching(path) as monitor:
        monitor.lines(100)
        resource.prlimit(monitor.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
        monitor.send(Export(1, str(out)))
        answer = monitor.answer(Exported)
        assert isinstance(answer, Exported)
        assert answer.paths == []
        assert answer.error.startswith("cannot write ")
        assert answer.error.isprintable()  # hence one line
        assert out.read_text() == "what was there"
        assert sorted(found.name for found in tmp_path.iterdir()) == ["feed.jsonl", "out.csv"]
        assert monitor.stop() == 0


def test_a_start_that_comes_in_pieces_and_a_screen_that_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(text(feed(0, 10)))
    start = pack(Start(engine=ALL, source=SourceConfig(paths=(str(path),)), rate=20.0))
    with Watching(new=True) as monitor:
        for piece in (start[:2], start[2:11], start[11:]):
            monitor.write(piece)
            assert monitor.process.poll() is None
        monitor.read(10)
        assert monitor.process.stdin is not None
        monitor.process.stdin.close()
        assert monitor.end()[0] == 0


def test_what_is_no_command_ends_it_with_one_line(tmp_path: Path) -> None:
    with Watching(new=True) as monitor:
        monitor.write(HEADER.pack(3) + b"abc")
        status, [report] = monitor.end()
        assert status == 1
        assert isinstance(report, Failed)
        assert report.message.isprintable()
        assert "Traceback" in monitor.errors()  # for the log


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 128 + 15), (signal.SIGINT, 130)])
def test_signals_end_it(tmp_path: Path, number: signal.Signals, status: int) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(text(feed(0, 10)))
    with watching(path, new=True) as monitor:
        monitor.read(10)
        monitor.process.send_signal(number)
        assert monitor.end()[0] == status
        assert monitor.errors() == ""


def test_a_screen_that_reads_no_more_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(text(feed(0, 10)))
    with watching(path) as monitor:
        monitor.read(10)
        assert monitor.process.stdout is not None
        monitor.process.stdout.close()
        append(path, text(feed(10, 10)))
        assert monitor.process.wait(60) == 0


def test_a_named_pipe_whose_writers_come_and_go_and_a_screen_that_does_not_read(tmp_path: Path) -> None:
    path, lines = tmp_path / "feed", feed(0, 1560)
    os.mkfifo(path)
    with watching(path, engine=CALM) as monitor:
        monitor.until(lambda frame: frame.health.state == "waiting")
        for begin in (0, 30):
            path.write_bytes(text(lines[begin : begin + 30]))
            monitor.read(begin + 30)
        # The pipe holds a fraction of this: the writing ends only once the engine has read the rest, with no one
        # taking its frames. What it finds in the end is the newest.
        writer = threading.Thread(target=path.write_bytes, args=(text(lines[60:]),))
        writer.start()
        writer.join(60)
        assert not writer.is_alive()
        monitor.read(1560)
        assert monitor.stop() == 0


def test_an_idle_feed_is_silent(tmp_path: Path) -> None:
    """Old lines, so that the lag is shown in hours: when all is told there is nothing more to say."""
    path = tmp_path / "feed.jsonl"
    path.write_bytes(text(feed(0, 50)))
    worker = "import sys, engine.health, engine.worker as it; engine.health.RATE_SPAN = 1.0; sys.exit(it.main())"
    with Watching("-c", worker) as monitor:
        monitor.send(Start(engine=ALL, source=SourceConfig(paths=(str(path),)), rate=20.0))
        monitor.until(lambda frame: frame.snapshot.meters.lines == 50 and frame.health.rate == 0.0)
        monitor.until_silent(2.0)
        monitor.send(ScoreDraft(1, "still there?"))
        assert isinstance(monitor.answer(DraftScored), DraftScored)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="how often a process wakes cannot be seen here")
def test_a_quiet_feed_is_looked_at_now_and_then_and_its_next_line_shown_at_once(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    lines = feed(0, 51)
    path.write_bytes(text(lines[:50]))
    worker = """
import sys, engine.health, engine.session, engine.worker as it
engine.health.RATE_SPAN = engine.session.QUIET_AFTER = 1.0
engine.session.QUIET_PERIOD = 3600.0
sys.exit(it.main())
"""
    with Watching("-c", worker) as monitor:
        monitor.send(Start(engine=ALL, source=SourceConfig(paths=(str(path),)), rate=20.0))
        monitor.until(lambda frame: frame.snapshot.meters.lines == 50 and frame.health.rate == 0.0)
        monitor.until_silent(3.0)
        before = wakes(monitor.process.pid)
        time.sleep(2.0)
        assert wakes(monitor.process.pid) - before <= 12  # at twenty frames a second it would be 40
        with path.open("ab") as file:
            file.write(text(lines[50:]))
        monitor.until(lambda frame: frame.snapshot.meters.lines == 51)
        assert monitor.stop() == 0


def wakes(pid: int) -> int:
    """How often the main thread of a process has gone to sleep."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])


def test_a_large_file_is_caught_up_with(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(text(feed(0, 4_000)))
    with watching(path, engine=CALM) as monitor:
        monitor.read(4_000)
        states = [frame.health.state for frame in monitor.frames]
        assert list(dict.fromkeys(states)) == ["starting", "catching up", "live"]
        shares = [frame.health.backlog for frame in monitor.frames]
        known = [share for share in shares if share is not None]
        assert known[0] == 1.0
        assert known[-1] == 0.0
        assert known == sorted(known, reverse=True)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="what a process has loaded cannot be seen here")
def test_pandas_is_loaded_by_the_first_export_and_not_before(tmp_path: Path) -> None:
    path, out = tmp_path / "feed.jsonl", tmp_path / "out.csv"
    path.write_bytes(text(feed(0, 400)))
    with watching(path, new=True) as monitor:
        loaded = Path(f"/proc/{monitor.process.pid}/maps")
        monitor.lines(400)
        assert "/numpy/" in loaded.read_text()
        assert "/pandas/" not in loaded.read_text()
        monitor.send(Export(1, str(out)))
        assert monitor.answer(Exported) == Exported(1, [str(out)])
        assert "/pandas/" in loaded.read_text()
        assert len(out.read_text().splitlines()) == 321


def test_stdout_is_for_reports_alone_and_what_is_wrong_is_told_before_anything_heavy_is_loaded() -> None:
    """A print from anywhere goes to the log, and cannot garble the reports."""
    script = "import engine.worker as w, sys; reports = w._take_stdout(); print('stray'); sys.stdout.flush()"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("", "stray\n")
    heavy = "import sys, engine.worker; print([m for m in ('numpy', 'sklearn', 'pandas') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_the_demo_is_live_and_labels_its_first_frames(tmp_path: Path) -> None:
    with Watching() as monitor:
        monitor.send(Start(engine=ALL, source=SourceConfig(paths=("demo",)), demo=True))
        frame = monitor.until(lambda frame: frame.snapshot.meters.posts > 500)
        assert frame.health.state == "live"
        assert frame.health.lag is None
        assert monitor.stop() == 0


def test_a_mark_is_kept_over_a_restart_and_answered_at_once(tmp_path: Path) -> None:
    path, state = tmp_path / "feed.jsonl", tmp_path / "state"
    path.write_bytes(text(feed(0, 50)))
    key = f"bluesky:{uri('p0', 'did:plc:0')}"

    def watch() -> Watching:
        monitor = Watching()
        source = SourceConfig(paths=(str(path),))
        monitor.send(Start(engine=CALM, source=source, rate=20.0, state=str(state)))
        monitor.lines(50)
        return monitor

    with watch() as monitor:
        monitor.send(Correct(key, "negative"), Correct("bluesky:gone", "negative"))
        assert monitor.answer(Corrected) == Corrected(key, "negative", 1)
        assert monitor.answer(Corrected) == Corrected("bluesky:gone", "", 1, "that post is not kept any more")
        frame = monitor.until(lambda frame: frame.snapshot.corrections == 1)
        assert [row.corrected for row in frame.snapshot.posts if row.corrected] == ["negative"]
        assert monitor.stop() == 0
    with watch() as monitor:
        monitor.send(Correct(key, "negative"))
        assert monitor.answer(Corrected) == Corrected(key, "", 0)
        assert monitor.stop() == 0
