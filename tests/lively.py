"""A feed in which all happens at once: stories, bursts, reactions, edits, deletes and purges, every few seconds."""

from random import Random

from tests.feeds import SECOND, START, delete, edit, like, post, purge, uri

STORIES = (
    "flood river rain bridge storm warning evacuation",
    "match goal striker league penalty referee keeper",
    "election vote ballot senate debate candidate poll",
    "album music festival concert band tickets stage",
    "earthquake shaking epicentre magnitude felt aftershock rescue",
)
FILLER = "we think that this is what they said about it and nobody knows why there are so many of them"
TAGS = ("weather", "football", "vote", "music", "quake")
QUICK, SLOW = (100_000, SECOND // 2, SECOND), (SECOND // 2, 3 * SECOND, 6 * SECOND, 9 * SECOND)
BURST = (0.5, 0.75)  # of the feed: everybody speaks of one thing


def lively(seed: int, posts: int = 500, harm: float = 0.06) -> list[tuple[int, str]]:
    """Event times and lines, in order; no two at one time. `harm`: share of posts followed by an edit or worse."""
    draws = Random(seed)
    timed: dict[int, str] = {}
    at = START

    def put(when: int, line: str) -> None:
        while when in timed:
            when += 1
        timed[when] = line

    for index in range(posts):
        bursting = BURST[0] <= index / posts < BURST[1]
        at += draws.choice(
            (100_000, SECOND // 2, SECOND) if bursting else (SECOND // 2, 3 * SECOND, 6 * SECOND, 9 * SECOND)
        )
        topic = len(STORIES) - 1 if bursting else draws.randrange(len(STORIES) - 1)
        author = f"did:plc:author{index if bursting else int(40 * draws.random() ** 2)}"
        words = draws.sample(STORIES[topic].split(), 4) + draws.sample(FILLER.split(), draws.randint(2, 9))
        tags = [TAGS[topic]] if bursting or draws.random() < 0.3 else []
        name, text = f"p{index}", " ".join(words) + draws.choice(("", "?", " https://example.org/a"))
        answered = uri(f"p{index - 3}", "did:plc:nobody")
        parent = {"parent": {"uri": answered, "cid": "c"}, "root": {"uri": answered, "cid": "c"}}
        put(at, post(name, at, text, author, tags, **({"reply": parent} if index % 9 == 8 else {})))
        liked = round(draws.expovariate(1) * (1 + topic % 4) * (3 if tags else 1))
        for number in range(min(liked, 12)):
            when = at + round(draws.expovariate(1 / 60) * SECOND) + 1
            put(when, like(f"l{index}-{number}", when, uri(name, author), f"did:plc:fan{number}", number % 3 == 2))
        if draws.random() < harm:
            when = at + round(draws.uniform(1, 300) * SECOND)
            kind = draws.random()
            if kind < 0.4:
                put(when, edit(name, when, f"{text} {draws.choice(FILLER.split())}", at, author, tags))
            else:
                put(when, delete(name, when, author) if kind < 0.9 else purge(author, when))
    return sorted(timed.items())
