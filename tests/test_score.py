"""`trendtop score`: a text as if it were posted now, at the end of a feed, by somebody or nobody in particular."""

import json
from pathlib import Path

import pytest

from engine.accounts import account_name, find_accounts
from engine.config import ALL_TIME, EngineConfig
from engine.corrections import Corrections
from engine.draft import score_draft
from engine.pipeline import Engine
from tests.feeds import ALL, SECOND, START, like, post, run, uri
from tests.test_cli import one_line, trendtop
from tui import cli, headless
from tui.score_text import NEEDS_FEED, score_lines

TEXT = "what a wonderful goal in that match #cup"
OPTIONS = ("--horizons", "1m,5m,6h")


def lines(count: int = 240) -> list[str]:
    """A post every five seconds by one of seven authors, two topics, and likes that come soon."""
    made = []
    for n in range(count):
        at, did = START + n * 5 * SECOND, f"did:plc:{n % 7}"
        text, tag = ("the match and the goal were great", "cup") if n % 2 else ("rain over the coast", "storm")
        made.append(post(f"p{n}", at, f"{text} today #{tag}", did, [tag]))
        likes = 1 + n % 4 + 6 * (n % 7 == 2)
        made += [like(f"l{n}-{k}", at + k * SECOND // 4, uri(f"p{n}", did)) for k in range(1, 1 + likes)]
    return made


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("score") / "feed.jsonl"
    path.write_text("\n".join(lines()) + "\n")
    return path


@pytest.fixture(scope="module")
def engine(feed: Path) -> Engine:
    """What the command reads of the feed, once for all: scoring learns nothing."""
    found, failed = headless._scoring_engine(cli._parser().parse_args(["score", TEXT, "--feed", str(feed), *OPTIONS]))
    assert failed == []
    return found


@pytest.fixture
def _read_already(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headless, "_scoring_engine", lambda _: (engine, []))


def score(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of `trendtop score`."""
    status = cli.main(["score", *words])
    out, err = capfd.readouterr()
    return status, out, err


def test_with_a_feed_the_score_says_story_cluster_ranges_and_why(feed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = score(capfd, TEXT, "--feed", str(feed), *OPTIONS)
    assert (status, err) == (0, "")
    rows = out.splitlines()
    named = {row[:10].strip(): row[12:] for row in rows if row[:10].strip()}
    assert "#cup" in named["story"]
    assert "(cosine " in named["story"]
    assert "#cup" in named["cluster"]
    assert named["author"] == "nobody in particular (--author A): the feed's usual is used"
    assert named["in 1m"].startswith("feed usually ")
    assert " to " in named["in 1m"].rpartition(": ")[2]
    below = rows[rows.index(next(row for row in rows if row.startswith("in 1m"))) + 1]
    for wanted in ("usual ", "by ", "skill ", "in range ", "graded on "):
        assert wanted in below
    assert named["in 6h"] == "no prediction: nothing had been learnt yet"


@pytest.mark.usefixtures("_read_already")
def test_the_author_counts_by_id_and_by_what_is_said_of_him(feed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    known = {}
    for who in ("did:plc:2", "bluesky:did:plc:2", "did:plc:3"):
        status, out, err = score(capfd, TEXT, "--feed", str(feed), "--author", who, "--json", *OPTIONS)
        assert (status, err) == (0, "")
        known[who] = json.loads(out)
    assert known["did:plc:2"] == known["bluesky:did:plc:2"]
    assert known["did:plc:2"]["author"] == "bluesky:did:plc:2"
    assert known["did:plc:2"]["as_of"].startswith("2026-07-04T12:")
    popular, other = known["did:plc:2"]["ranges"][0], known["did:plc:3"]["ranges"][0]
    assert popular["usual"] > other["usual"] + 3
    assert popular["predicted"] > other["predicted"] + 3
    assert popular["reasons"][0].startswith("author usually")
    for field in ("skill", "coverage80", "graded", "n", "low", "high", "model"):
        assert popular[field] is not None


@pytest.mark.usefixtures("_read_already")
def test_an_unknown_author_is_said_in_words_and_the_feeds_usual_is_used(
    feed: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    nobody = score(capfd, TEXT, "--feed", str(feed), "--json", *OPTIONS)[1]
    status, out, err = score(capfd, TEXT, "--feed", str(feed), "--author", "ghost", "--json", *OPTIONS)
    assert status == 0
    assert out == nobody
    assert err == "trendtop: no post of ghost is in the feed: the feed's usual is used\n"


def test_without_a_feed_it_says_what_a_feed_would_add(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = score(capfd, TEXT)
    assert (status, err) == (0, "")
    assert out.splitlines()[-2:] == [f"cluster     {NEEDS_FEED}", f"prediction  {NEEDS_FEED}"]
    _, out, err = score(capfd, TEXT, "--author", "ghost")
    assert err.endswith("add --feed FEED or --model MODEL\n")


def test_several_feeds_are_read_and_options_of_the_source_go_with_them(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for number, path in enumerate(paths):
        mine = [{"msg": "the goal and the match", "by": f"u{number}", "at": START // SECOND + 9 * n} for n in range(6)]
        path.write_text("\n".join(map(json.dumps, mine)))
    fields = ("--map", "text=msg,author=by,time=at", "--author")
    for number in range(2):
        words = (TEXT, "--feed", str(paths[0]), "--feed", str(paths[1]), *fields, f"u{number}", "--json")
        status, out, _ = score(capfd, *words)
        assert status == 0
        assert json.loads(out)["author"].endswith(f":u{number}")


def test_what_cannot_be_read_or_told_apart_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    missing = trendtop("score", TEXT, "--feed", "missing.jsonl")
    assert missing.returncode == 1
    assert "missing.jsonl" in one_line(missing)
    status, out, err = score(capfd, "-", "--feed", "-")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "cannot both come on standard input" in err
    with pytest.raises(SystemExit) as stopped:
        cli.main(["score", TEXT, "--feed", "feed.jsonl", "--format", "nothing"])
    assert stopped.value.code == 2


def test_a_text_can_be_piped_beside_a_feed(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text("\n".join(lines(60)))
    result = trendtop("score", "-", "--feed", str(path), "--json", *OPTIONS, stdin=TEXT.encode())
    assert result.stderr == b""
    assert json.loads(result.stdout)["cluster"] is not None


# -- whose post it is ------------------------------------------------------------------------------------------------


def mastodon(number: int, account: str, handle: str, followers: int = 10) -> str:
    """A status in Mastodon's own shape."""
    at = f"2026-07-04T12:00:{number:02}.000Z"
    user = {
        "id": account,
        "acct": handle,
        "username": handle,
        "followers_count": followers,
        "uri": f"https://m/{account}",
    }
    status = {
        "id": str(number),
        "uri": f"https://m/s/{number}",
        "created_at": at,
        "content": "<p>hello there friends</p>",
    }
    return json.dumps({**status, "account": user, "visibility": "public", "language": "en"})


@pytest.fixture(scope="module")
def people() -> Engine:
    """Two who go by one name, and one who has changed hers."""
    statuses = [
        mastodon(1, "1", "maria_k", 90),
        mastodon(2, "2", "Jon"),
        mastodon(3, "3", "jon"),
        mastodon(4, "1", "Maria_K", 120),
    ]
    return run([*statuses, post("p", START, "hello there my good friends", "did:plc:x")], ALL)


@pytest.mark.parametrize("who", ["maria_k", "@maria_k", "MARIA_K", "mastodon:@maria_k"])
def test_a_name_is_found_with_or_without_its_sign_case_and_platform(people: Engine, who: str) -> None:
    (account,) = find_accounts(people, who)
    assert account_name(people, account) == "Maria_K"
    assert find_accounts(people, account) == find_accounts(people, account.partition(":")[2]) == [account]


def test_who_may_be_several_is_several_and_who_is_nobody_none(people: Engine) -> None:
    assert len(find_accounts(people, "jon")) == 2
    assert find_accounts(people, "did:plc:x") == find_accounts(people, "bluesky:did:plc:x") == ["bluesky:did:plc:x"]
    for who in ("did", "bluesky:maria_k", "ghost", "bluesky:", "@", ":"):
        assert find_accounts(people, who) == []


def test_a_name_of_several_has_them_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text("\n".join(mastodon(number, str(number), "jon") for number in range(1, 9)))
    status, out, err = score(capfd, TEXT, "--feed", str(path), "--author", "jon")
    assert (status, out) == (1, "")
    assert "--author jon may be 8 accounts: write one of mastodon:" in err
    assert err.rstrip().endswith(", ...")


def test_a_draft_has_the_followers_of_its_author(people: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    told, known = people.forecasting, people.forecasting.known
    monkeypatch.setattr(told, "known", lambda post, *rest: seen.append(post.followers) or known(post, *rest))
    (maria,) = find_accounts(people, "maria_k")
    for author in (maria, "bluesky:did:plc:x", "ghost", ""):
        score_draft(people, "hello", author)
    assert seen == [120, None, None, None]


def test_the_engine_that_scores_is_the_one_that_the_screen_would_have(engine: Engine) -> None:
    config = EngineConfig(horizons=engine.config.horizons, retention=ALL_TIME, max_raw_lines=0)
    assert engine.config == config
    ours = score_draft(engine, TEXT)
    assert ours == score_draft(run(lines(), config), TEXT)
    assert list(score_lines(ours, "x"))[-1] == "in 6h       no prediction: nothing had been learnt yet"


def test_where_fifty_posts_were_marked_the_score_has_the_personal_layer_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    text = "that {} was sick, the kids killed it"
    for folder, count in ((tmp_path / "mine", 50), (tmp_path / "few", 49)):
        marks = Corrections(str(folder))
        for entry in run(
            [post(f"p{n}", START + n * SECOND, text.format(f"gig{n}")) for n in range(count)]
        ).ledger.posts.values():
            marks.mark(entry, "positive")
    status, out, err = score(capfd, text.format("show"), "--state", str(tmp_path / "mine"))
    assert (status, err) == (0, "")
    assert "personal    VADER negative · yours positive (F1 " in out
    assert "against .00 on 50 corrections)" in out
    _, out, _ = score(capfd, text.format("show"), "--state", str(tmp_path / "mine"), "--json")
    assert json.loads(out)["personal"]["mood"] == "positive"
    for options in (("--state", str(tmp_path / "few")), ()):
        assert "personal" not in score(capfd, text.format("show"), *options)[1]
    assert not (tmp_path / "home").exists()
