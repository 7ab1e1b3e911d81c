"""A stand-in for the engine's process, and pictures of a feed to draw: fixed, so that screens can be compared."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from engine.postdetail import AgainstNormal, AgeReading, CountsAt, PostDetail
from engine.protocol import Command, FindPosts, OpenGrades, OpenPost, OpenTopics, ScoreDraft
from engine.snapshot import (
    SCHEMA,
    Author,
    Burst,
    Cluster,
    DraftScore,
    Format,
    Frame,
    GapRow,
    Hashtag,
    Health,
    Labels,
    Meters,
    Moment,
    Overperformer,
    PostRow,
    Prediction,
    Range,
    Reason,
    Score,
    Sentiment,
    Snapshot,
    Source,
    Story,
    WordScore,
)
from tui.format import mood
from tui.messages import DraftWasScored, EngineSaid, FrameArrived, PostsWereFound, PostWasOpened, SheetWasOpened

NOW = datetime(2026, 3, 1, 21, 4, 31, tzinfo=UTC)


class FakeEngine:
    """Takes commands as the engine would and says what a test tells it to.

    A draft is answered by `score` if given, what asks for posts by `find`; who has that tells of a post by `tell`. For
    the figures of a plot it is `sheet`.
    """

    def __init__(
        self,
        *said: EngineSaid,
        score: Callable[[ScoreDraft], DraftScore] | None = None,
        find: Callable[[FindPosts], list[PostRow]] | None = None,
        tell: Callable[[OpenPost], PostDetail] | None = None,
        sheet: Callable[[Any], Any] | None = None,
    ) -> None:
        self._tell = tell or told
        self.sent: list[Command] = []
        self.listening = True
        self.starts = 1
        self.paces: list[float] = []
        self.closed = False
        self._said = said
        self._score = score
        self._find = find
        self._sheet = sheet
        self._listener: Callable[[EngineSaid], None] | None = None

    def attach(self, listener: Callable[[EngineSaid], None]) -> None:
        self._listener = listener
        for said in self._said:
            listener(said)

    def say(self, said: EngineSaid) -> None:
        assert self._listener is not None, "the app has not attached itself"
        self._listener(said)

    def send(self, command: Command) -> bool:
        if not self.listening:
            return False
        self.sent.append(command)
        if isinstance(command, ScoreDraft) and self._score is not None:
            other = msgspec.structs.replace(command, text=command.beside)
            self.say(DraftWasScored(command.id, self._score(command), self._score(other) if command.beside else None))
        if isinstance(command, FindPosts) and self._find is not None:
            found = self._find(command)
            self.say(PostsWereFound(command.id, found, len(found) + 3))
        if isinstance(command, OpenPost) and self._find is not None:
            self.say(PostWasOpened(command.id, self._tell(command)))
        if isinstance(command, OpenGrades | OpenTopics) and self._sheet is not None:
            self.say(SheetWasOpened(command.id, self._sheet(command)))
        return True

    def pace(self, seconds: float) -> None:
        self.paces.append(seconds)

    def restart(self) -> None:
        self.starts += 1

    def close(self) -> None:
        self.closed = True

    def of(self, kind: type[Any]) -> list[Any]:
        """The commands of a kind that were sent."""
        return [command for command in self.sent if isinstance(command, kind)]


def worker(role: str) -> tuple[str, ...]:
    """Command line of a worker with that role (see tests/tui_worker.py)."""
    return (sys.executable, "-m", "tests.tui_worker", role)


def shown(snapshot: Snapshot | None = None, **health: Any) -> FrameArrived:
    """A frame of `snapshot`, live unless `health` says otherwise."""
    return FrameArrived(Frame(snapshot=snapshot or busy(), health=healthy(**health)))


def healthy(**changes: Any) -> Health:
    known: dict[str, Any] = {
        "state": "live",
        "rate": 1204.0,
        "lag": 0.2,
        "backlog": None,
        "cpu": 0.41,
        "memory": 212_000_000,
        "sources": [Source(name="jetstream.jsonl", state="live", lines=401_318)],
    }
    return Health(**{**known, **changes})


def busy(**changes: Any) -> Snapshot:
    """A feed in full swing: several scripts, emoji, matured and waiting predictions, a gap, rejected lines."""
    return msgspec.structs.replace(
        Snapshot(
            schema=SCHEMA,
            as_of=NOW,
            window=900,
            formats=[Format(name="bluesky jetstream", platform="bluesky", lines=401_318, mapped=401_180)],
            platforms={"bluesky": 212_440},
            meters=METERS,
            rejections=[
                Reason(reason="not JSON", count=121, example='{"did":"did:plc:abc","time_us":17723'),
                Reason(reason="line over 1 MiB", count=17, example='{"did":"did:plc:xyz","commit":'),
            ],
            ignored=[Reason(reason="identity event", count=3_310, example='{"kind":"identity"}')],
            posts_in_window=38_112,
            authors_in_window=21_870,
            sentiment=Sentiment(
                mean=0.2314,
                band=0.0061,
                change=0.042,
                positive=9_578,
                neutral=8_552,
                negative=5_118,
                scored=23_248,
                not_scored={"language ja": 6_120, "too short": 4_211, "language pt": 3_020, "language de": 1_513},
                coverage=0.61,
            ),
            languages={"en": 24_100, "ja": 6_120, "pt": 3_020, "de": 1_513, "": 3_359},
            timeline=timeline(),
            hashtags=hashtags(),
            hashtags_in_window=4_120,
            hashtags_error=0,
            bursts=bursts(),
            stories=stories(),
            stories_in_window=412,
            stories_live=9_804,
            clusters=clusters(),
            clusters_in_window=57,
            unclustered=4_310,
            silhouette=0.31,
            silhouette_n=2_000,
            authors=authors(),
            overperformers=overperformers(),
            labels=[
                Labels(
                    horizon=900, waiting=3_120, matured=18_204, censored={"gap": 212}, first_due=None, learning=False
                )
            ],
            predictions=predictions(),
            scoreboard=[
                Score(
                    horizon=900,
                    model="ridge-3",
                    champion=True,
                    n=18_204,
                    mae_log=0.41,
                    mse_log=0.3,
                    mse=41.0,
                    mae=3.1,
                    skill=0.12,
                    spearman=0.52,
                    coverage80=0.81,
                    width80=1.4,
                ),
                Score(
                    horizon=900,
                    model="author",
                    champion=False,
                    n=18_204,
                    mae_log=0.47,
                    mse_log=0.36,
                    mse=44.0,
                    mae=3.6,
                    skill=0.0,
                    spearman=0.44,
                    coverage80=0.79,
                    width80=1.7,
                ),
            ],
            posts=posts(),
            gaps=[
                GapRow(start=NOW - timedelta(minutes=8), end=NOW - timedelta(minutes=7, seconds=18), reason="no lines")
            ],
            retained=212_301,
            notices=[],
        ),
        **changes,
    )


METERS = Meters(
    lines=401_456,
    read=401_456,
    posts=212_440,
    reactions=170_112,
    observations=0,
    edits=31,
    deletes=9_120,
    duplicates=5_902,
    late=403,
    rejected=138,
    ignored=3_310,
    embedded=812,
)


def empty(**changes: Any) -> Snapshot:
    """A feed of which nothing has come yet."""
    return msgspec.structs.replace(
        busy(),
        **{
            "as_of": None,
            "formats": [],
            "platforms": {},
            "meters": Meters(),
            "rejections": [],
            "ignored": [],
            "posts_in_window": 0,
            "authors_in_window": 0,
            "sentiment": Sentiment(),
            "languages": {},
            "timeline": [],
            "hashtags": [],
            "bursts": [],
            "stories": [],
            "stories_in_window": 0,
            "stories_live": 0,
            "clusters": [],
            "clusters_in_window": 0,
            "unclustered": 0,
            "silhouette": None,
            "silhouette_n": 0,
            "authors": [],
            "overperformers": [],
            "labels": [Labels(horizon=900, waiting=0, matured=0, censored={}, first_due=None)],
            "predictions": [],
            "scoreboard": [],
            "posts": [],
            "gaps": [],
            "retained": 0,
            **changes,
        },
    )


def learning() -> Snapshot:
    """The same feed in its first minutes: posts and clusters, but no label has matured."""
    waiting = [
        msgspec.structs.replace(
            item,
            state="waiting",
            due=NOW + timedelta(minutes=11),
            predicted=None,
            low=None,
            high=None,
            usual=None,
            actual=None,
            times=None,
            model="",
        )
        for item in predictions()
    ]
    due = NOW + timedelta(minutes=11)
    return busy(
        predictions=waiting,
        scoreboard=[],
        labels=[Labels(horizon=900, waiting=3_120, matured=0, censored={}, first_due=due)],
        sentiment=msgspec.structs.replace(busy().sentiment, change=None),
        clusters=[msgspec.structs.replace(item, change=None) for item in clusters()],
        stories=[msgspec.structs.replace(item, change=None) for item in stories()],
        bursts=[],
    )


_MODELS = ("median", "author", "hour", "sgd", "linear", "boosted", "forest", "extra", "blend")
_REFITTED = ("linear", "boosted", "forest", "extra", "blend")


def racing(**changes: Any) -> Snapshot:
    """Nine models at four horizons: one graded, one with few outcomes, one graded not yet, one without any label."""
    tomorrow = NOW + timedelta(hours=14)
    labels = [
        Labels(horizon=900, waiting=3_120, matured=18_204, censored={"gap": 212, "deleted": 9, "late": 403},
               first_due=None, learning=False),
        Labels(horizon=3_600, waiting=12_410, matured=24, censored={"gap": 212}, first_due=None),
        Labels(horizon=21_600, waiting=31_007, matured=140, censored={}, first_due=None, learning=False),
        Labels(horizon=86_400, waiting=31_219, matured=0, censored={}, first_due=tomorrow),
    ]  # fmt: skip
    return busy(**{"labels": labels, "scoreboard": _board(), **changes})


def _board() -> list[Score]:
    rows = []
    for at, (horizon, n, champion) in enumerate(((900, 2_000, "linear"), (3_600, 24, "author"), (21_600, 0, "author"),
                                                 (86_400, 0, "author"))):  # fmt: skip
        for index, model in enumerate(_MODELS):
            error = 0.41 + 0.03 * abs(index - 4) + 0.1 * at
            leads, graded = model == champion, n > 0 and (n > 100 or model not in _REFITTED)
            rows.append(
                Score(
                    horizon=horizon,
                    model=model,
                    champion=leads,
                    n=n if graded else 0,
                    mae_log=error if graded else None,
                    mse_log=error * error * 1.7 if graded else None,
                    mae=7.5 * error if graded else None,
                    mse=1_310.0 * error if graded else None,
                    skill=1 - error / (0.5 + 0.1 * at) if graded else None,
                    spearman=0.9 - error if graded and model != "median" else None,
                    coverage80=0.81 if leads and graded else None,
                    width80=1.4 if leads and graded else None,
                    version=(2, 0, 0, 0)[at] * (12 + index) if model in _REFITTED else 0,
                )
            )
    return rows


def foreign() -> Snapshot:
    """A feed of which nothing can be scored."""
    unscored = {"compound": None, "positive": None, "neutral": None, "negative": None, "not_scored": "language ja"}
    return busy(
        sentiment=Sentiment(not_scored={"language ja": 37_000, "too short": 1_112}, scored=0, coverage=0.0),
        languages={"ja": 37_000, "": 1_112},
        timeline=[
            msgspec.structs.replace(item, scored=0, positive=0, neutral=0, negative=0, mean=None) for item in timeline()
        ],
        clusters=[msgspec.structs.replace(item, sentiment=None, scored=0, coverage=0.0) for item in clusters()],
        stories=[msgspec.structs.replace(item, sentiment=None, scored=0, coverage=0.0) for item in stories()],
        hashtags=[msgspec.structs.replace(item, sentiment=None, scored=0) for item in hashtags()],
        posts=[msgspec.structs.replace(item, lang="ja", **unscored) for item in posts()],
    )


def timeline() -> list[Moment]:
    moments = []
    for minute in range(60):
        wave = (minute * 37 % 17 - 8) / 40
        volume = 420 + 300 * (20 <= minute < 28) + minute * 53 % 71
        moments.append(
            Moment(
                start=NOW - timedelta(seconds=15 * (60 - minute)),
                posts=volume,
                reactions=volume // 2,
                scored=volume * 6 // 10,
                positive=volume // 4,
                neutral=volume // 5,
                negative=volume // 7,
                mean=None if 32 <= minute < 35 else 0.25 - 0.6 * (20 <= minute < 28) + wave / 2,
            )
        )
    return moments


_CLUSTERS: tuple[tuple[list[str], list[str], int, int, float, str], ...] = (
    (["worldcup", "goal", "final"], ["goal", "finish", "ref", "var"], 9_412, 812, 0.41, "GOOOL!! what a finish ❤️🎉"),
    (["ai", "python", "llm"], ["model", "release", "python"], 6_118, 94, 0.22, "shipped v2 today, thank you all"),
    (["election", "vote"], ["polls", "turnout", "count"], 5_903, 1_204, -0.37, "Polls close in 20 minutes"),
    (["climate", "cop31"], ["target", "draft", "text"], 3_377, -41, -0.18, "draft text dropped the 2035 target"),
    (["音楽", "newalbum", "ライブ"], ["album", "live", "最高"], 2_640, 7, 0.55, "新しいアルバム最高 🎧"),
    (["travel", "food"], ["train", "hotel", "late"], 2_011, -3, 0.02, "three hours late again"),
    (["crypto", "btc"], ["volume", "price"], 1_808, 330, -0.09, "volume just doubled"),
    (["santé", "health"], ["dose", "guideline"], 1_206, 2, 0.05, "new dosage guideline thread 1/9"),
    (["حرية", "حقوق"], ["حرية"], 640, 0, 0.0, "حرية"),
)


def clusters() -> list[Cluster]:
    return [
        Cluster(
            id=3 * index + 1,
            label=" ".join(f"#{tag}" for tag in tags[:2]),
            tags=tags,
            terms=terms,
            posts=size,
            authors=size * 6 // 10,
            share=size / 38_112,
            change=change,
            sentiment=mean if index != 8 else None,
            scored=size * 6 // 10 if index != 8 else 0,
            coverage=0.6 if index != 8 else 0.0,
            trend=[(index + 2) * (bucket + 1) * 7 % 23 + bucket for bucket in range(12)],
            example=example,
            stories=max(size // 190, 1),
            copies=(0.12, 0.04, 0.31, 0.0, 0.09, None, 0.66, 0.02, 1.0)[index],
        )
        for index, (tags, terms, size, change, mean, example) in enumerate(_CLUSTERS)
    ]


# Label, tags, words, cluster, posts, authors, copies, change, mood, minutes since it was born, text at its centre.
_STORIES: tuple[
    tuple[str, list[str], list[str], int | None, int, int, float | None, int | None, float | None, int, str], ...
] = (
    ("#worldcup #final", ["worldcup", "final"], ["goal", "finish"], 1, 4_120, 2_980, 0.08, 612, 0.58, 41,
     "GOOOL!! what a finish ❤️🎉"),
    ("#var ref offside", ["var"], ["ref", "offside", "ruined"], 1, 1_204, 871, 0.05, 220, -0.44, 12,
     "worst referee ever 😡 VAR ruined it"),
    ("#election turnout", ["election"], ["polls", "turnout"], 7, 2_310, 1_902, 0.11, 940, -0.21, 64,
     "Polls close in 20 minutes. Turnout is the highest since 1998"),
    ("#btc double your coins", ["btc"], ["double", "coins", "send"], 19, 411, 3, 0.84, 330, 0.31, 22,
     "double your coins, send to this address #btc"),
    ("音楽 新しいアルバム", ["音楽", "newalbum"], ["新しい", "アルバム", "最高"], 13, 640, 512, 0.02, 7, None, 1_620,
     "新しいアルバム最高！毎日聴いています 🎧"),
    ("حرية للجميع", ["حرية"], ["الحرية", "للجميع"], 25, 212, 190, 0.0, 0, None, 300, "الحرية للجميع #حرية"),
    ("오늘 경기 ⚽️🔥", [], ["경기", "오늘"], None, 96, 88, None, None, None, 4, "오늘 경기 정말 대단했어요 ⚽️🔥"),
    ("three hours late", ["travel"], ["late", "refund", "train"], 16, 81, 60, 0.01, -3, -0.72, 130,
     "three hours late again, no refund, no water"),
)  # fmt: skip


def stories() -> list[Story]:
    return [
        Story(
            id=40_117 + 311 * index,
            label=label,
            tags=tags,
            terms=terms,
            cluster=cluster,
            posts=size,
            authors=authors,
            copies=copies,
            share=size / 38_112,
            change=change,
            sentiment=mean,
            scored=size * 6 // 10 if mean is not None else 0,
            coverage=0.6 if mean is not None else 0.0,
            born=NOW - timedelta(minutes=age),
            trend=[(index + 3) * (bucket + 2) * 11 % 17 + bucket for bucket in range(12)],
            example=example,
        )
        for index, (label, tags, terms, cluster, size, authors, copies, change, mean, age, example) in enumerate(
            _STORIES
        )
    ]


def bursts() -> list[Burst]:
    """Three that go on, in several scripts, one of them of copies by three accounts; and one that is over."""
    known = stories()

    def burst(number: int, kind: str, name: str, story: Story, since: int, until: int | None, **found: Any) -> Burst:
        return Burst(
            id=number,
            kind=kind,  # type: ignore[arg-type]
            name=name,
            story=story.id,
            start=NOW - timedelta(minutes=since),
            end=None if until is None else NOW - timedelta(minutes=until),
            times=found["authors"] / found["expected"],
            tags=story.tags,
            terms=story.terms,
            example=story.example,
            **found,
        )

    return [
        burst(14, "tag", "#音楽", known[4], 3, None, authors=12, expected=2.6, score=4.4, posts=38, by=["did:plc:a4"]),
        burst(12, "word", "ref", known[1], 12, None, authors=31, expected=4.0, score=12.2, posts=212,
              by=["did:plc:a9", "did:plc:a11", "did:plc:mk2q7w3e5r1t9"]),
        burst(11, "story", known[3].label, known[3], 22, None, authors=3, expected=0.3, score=3.1, posts=411,
              by=["did:plc:a6", "did:plc:w4btc4free77", "did:plc:n0coins2xnow"]),
        burst(9, "tag", "#election", known[2], 58, 31, authors=140, expected=41.0, score=38.0, posts=2_020,
              by=["did:plc:a1"]),
    ]  # fmt: skip


def hashtags() -> list[Hashtag]:
    names = [(tag, size, mean) for tags, _, size, _, mean, _ in _CLUSTERS for tag in tags]
    return [
        Hashtag(
            tag=tag,
            posts=size - 311 * index,
            authors=(size - 311 * index) // 2,
            share=max(size - 311 * index, 1) / 38_112,
            sentiment=mean,
            scored=size // 2,
            trend=[(index + 3) * (bucket + 2) * 5 % 19 for bucket in range(12)],
            together=["goal", "音楽"],
            change=400 - 97 * index,
        )
        for index, (tag, size, mean) in enumerate(names)
        if size - 311 * index > 0
    ]


# The story of a post, where it is in one, by what is told in it.
_TOLD = {
    "GOOOL": 0,
    "Polls": 2,
    "three hours": 7,
    "新しい": 4,
    "الحرية": 5,
    "worst referee": 1,
    "오늘": 6,
    "the ref": 1,
}

_POSTS: tuple[tuple[str, str, str, float | None, int | None], ...] = (
    ("maria_k.bsky.social", "GOOOL!! what a finish #worldcup ❤️🎉", "en", 0.93, 1),
    ("newsdesk.example", "Polls close in 20 minutes. Turnout is the highest since 1998 #election", "en", 0.0, 7),
    ("dev_anna", "shipped v2 today, thank you all #python 👨‍👩‍👧‍👦 it has been a long and lovely road", "en", 0.84, 4),
    ("angry_rider", "three hours late again, no refund, no water. This is the worst #travel", "en", -0.81, 16),
    ("音楽部", "新しいアルバム最高！毎日聴いています 🎧 #音楽 #newalbum", "ja", None, 13),
    ("climate_now", "the draft text dropped the 2035 target #cop31", "en", -0.33, 10),
    ("coinwatch", "volume just doubled in ten minutes #btc", "en", 0.03, 19),
    ("dr_lee", "[bold red]new dosage[/] guideline [thread](1/9) #health", "en", 0.0, 22),
    ("حرية", "الحرية للجميع #حرية", "ar", None, 25),
    ("fan77", "worst referee ever 😡 VAR ruined it #worldcup", "en", -0.85, 1),
    ("한국어", "오늘 경기 정말 대단했어요 ⚽️🔥", "ko", None, None),
    ("jon.dev", "I love this match but the ref was awful", "en", -0.12, 1),
)


def posts() -> list[PostRow]:
    rows = []
    for index in range(36):
        name, text, lang, compound, cluster = _POSTS[index % len(_POSTS)]
        scored = compound is not None
        rows.append(
            PostRow(
                uid=f"at://did:plc:a{index}/app.bsky.feed.post/3k{index:03}",
                platform="bluesky",
                created=NOW - timedelta(seconds=index),
                author=f"did:plc:a{index % 12}",
                name=name,
                text=text if index < 12 else f"{text} ({index // 12 + 1})",
                lang=lang,
                lang_claimed=lang,
                tags=[word[1:] for word in text.split() if word.startswith("#")],
                cluster=cluster,
                story=next((40_117 + 311 * at for said, at in _TOLD.items() if said in text), None),
                compound=compound,
                positive=0.4 if scored else None,
                neutral=0.5 if scored else None,
                negative=0.1 if scored else None,
                not_scored="" if scored else f"language {lang}",
                kind=("post", "reply", "quote")[index % 3],
                reply_to="at://did:plc:b/app.bsky.feed.post/3j" if index % 3 == 1 else "",
                quote_of="",
                media="",
                followers=1_200 * index,
                likes=index,
                reposts=index // 2,
                replies=0,
                quotes=None,
                views=None,
                edits=0,
                late=False,
            )
        )
    return rows


_OUTCOMES: tuple[tuple[float, float, float, str, int, int | None], ...] = (
    (4_120.0, 1_300.0, 13_100.0, "waiting", 118, None),
    (2_904.0, 900.0, 9_400.0, "matured", 2_611, 2_611),
    (1_377.0, 410.0, 4_600.0, "waiting", 12, None),
    (980.0, 300.0, 3_200.0, "matured", 9_804, 9_804),
    (12.4, 3.0, 51.0, "censored", 4, None),
    (0.4, 0.0, 2.0, "waiting", 0, None),
)


def predictions() -> list[Prediction]:
    rows = []
    for index in range(18):
        predicted, low, high, state, now, actual = _OUTCOMES[index % len(_OUTCOMES)]
        post = posts()[index]
        rows.append(
            Prediction(
                uid=post.uid,
                platform=post.platform,
                author=post.author,
                name=post.name,
                text=post.text,
                created=post.created,
                horizon=900,
                predicted=predicted / (index // 6 + 1),
                low=low / (index // 6 + 1),
                high=high / (index // 6 + 1),
                usual=predicted / 9,
                model="ridge-3",
                state=state,  # type: ignore[arg-type]
                actual=actual,
                now=now,
                times=(1 + now) / (1 + predicted / 9),
                censored="gap in the feed" if state == "censored" else "",
                due=NOW + timedelta(minutes=14 - index) if state == "waiting" else NOW - timedelta(minutes=index),
                reasons=["author usually 458", "tag volume x4.1", "image x1.6", "night x0.8", "all else x1.7"],
            )
        )
    return rows


def overperformers() -> list[Overperformer]:
    """Posts above normal: of authors well known, hardly known and not known at all."""
    figures = (
        (0, 62, 118, 2.1, 3.4, 41),
        (7, 1_800, 9_804, 402.0, 3.1, 212),
        (5, 3_700, 640, 31.0, 2.8, 6),
        (2, 12, 12, 0.04, 1.3, 0),
        (9, 35, 9, 1.1, 0.9, 3),
    )
    rows = []
    for index, age, now, normal, score, known in figures:
        post = posts()[index]
        rows.append(
            Overperformer(
                uid=post.uid,
                platform=post.platform,
                author=post.author,
                name=post.name,
                text=post.text,
                created=NOW - timedelta(seconds=age),
                age=age,
                now=now,
                normal=normal,
                times=(1 + now) / (1 + normal),
                score=score,
                author_posts=known,
                story=post.story,
            )
        )
    return rows


def authors() -> list[Author]:
    """The authors of the window: one of whom little is known, one that has not been compared."""
    known = {"platform": "bluesky", "sentiment": 0.4, "scored": 11}
    return [
        Author(
            author="did:plc:a1",
            name="maria_k",
            posts=12,
            followers=9_120,
            reactions=812,
            typical=21.0,
            times=1.8,
            **known,
        ),
        Author(
            author="did:plc:a4",
            name="音楽",
            posts=9,
            followers=88_100,
            reactions=4_021,
            typical=310.0,
            times=0.42,
            **known,
        ),
        Author(
            author="did:plc:k2q7w3e5r1t9",
            name="",
            posts=4,
            followers=None,
            sentiment=None,
            scored=0,
            reactions=None,
            typical=None,
            platform="bluesky",
        ),
    ]


def behind(command: FindPosts) -> list[PostRow]:
    """The posts behind a thing; every burst is about the referee."""
    match command.kind:
        case "burst":
            return [post for post in posts() if "ref" in post.text]
        case "tag":
            return [post for post in posts() if command.key in post.tags]
        case "author":
            return [post for post in posts() if f"{post.platform}:{post.author}" == command.key]
        case "post":
            return [post for post in posts() if f"{post.platform}:{post.uid}" == command.key]
        case "window":
            return posts()
        case "mood":
            return [post for post in posts() if post.compound is not None and mood(post.compound) == command.key]
        case "reason":
            return [post for post in posts() if post.not_scored == command.key]
        case "language":
            return [post for post in posts() if post.lang == command.key]
        case kind:
            return [post for post in posts() if str(getattr(post, kind)) == str(command.key)]


def told(command: OpenPost) -> PostDetail:
    """A post in full; one that is in no list is gone."""
    post = next((post for post in posts() if f"{post.platform}:{post.uid}" == command.key), None)
    if post is None:
        return PostDetail(key=command.key, state="deleted", as_of=NOW)
    story = next((story for story in stories() if story.id == post.story), None)
    cluster = next((cluster for cluster in clusters() if cluster.id == post.cluster), None)
    return PostDetail(
        key=command.key,
        state="held",
        as_of=NOW,
        post=post,
        claimed=post.created,
        seen=post.created + timedelta(seconds=2),
        age=(NOW - post.created).total_seconds() + 62,
        words=scored(ScoreDraft(1, post.text)).words,
        cluster_label=cluster.label if cluster else "",
        story_label=story.label if story else "",
        copy=False,
        reported=[
            CountsAt(at=post.created + timedelta(seconds=40), age=40.0, likes=7, reposts=2, replies=0, quotes=None,
                     views=812),
            CountsAt(at=None, age=None, likes=9, reposts=2, replies=1, quotes=None, views=None),
        ],
        events={"like": 118, "repost": 3},
        readings=[AgeReading(age=60, engagements=12), AgeReading(age=300, engagements=121)],
        standing=AgainstNormal(now=121, age=62, normal=2.1, times=39.4, author_posts=41),
        predictions=[each for each in predictions() if each.uid == post.uid],
        raw='{\n  "did": "did:plc:a0",\n  "commit": {\n    "operation": "create"\n  }\n}',
    )  # fmt: skip


def scored(command: ScoreDraft) -> DraftScore:
    """A verdict on a draft, always the same but for its text."""
    return DraftScore(
        text=command.text,
        compound=-0.1154,
        positive=0.276,
        neutral=0.411,
        negative=0.313,
        sentiment="negative",
        not_scored="",
        lang="en",
        words=[
            WordScore(word="I", valence=0.0),
            WordScore(word="love", valence=1.6, note="before but"),
            WordScore(word="awful", valence=-3.0, note="after but"),
        ],
        tags=["worldcup"],
        cluster=1,
        cluster_label="#worldcup #goal",
        cluster_similarity=0.71,
        ranges=[
            Range(
                horizon=900,
                predicted=37.0,
                low=9.0,
                high=151.0,
                usual=21.0,
                model="ridge-3",
                reasons=["feed usually 21", "tag volume x2.1", "no media x0.82"],
                n=18_204,
            )
        ],
    )
