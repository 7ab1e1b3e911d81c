"""All that is read out of a post's text, in one place: sentiment or the reason for none, tags, terms."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np

from engine.clean import clean, clean_line
from engine.events import Post
from engine.tally import SCALE
from models import hashtags, language, sentiment, token_pass
from models.memo import Memo
from models.terms import terms
from models.token_pass import WORDS, Tokens, TokenTable
from models.tokens import EXCLAMATIONS, QUESTIONS, ties

FEW = 16  # posts that are read faster one by one
BATCH = 4_096  # posts that are read at once
BATCH_CHARACTERS = 1 << 18

_tokens = TokenTable(1 << 16)


class Analysis(NamedTuple):
    """What a post's text says. `compound` is None, and `reason` says why, where VADER has no business."""

    text: str
    name: str
    tags: tuple[str, ...]
    terms: tuple[str, ...]
    lang: str
    reason: str
    polarity: sentiment.Polarity | None
    counts: int = 0  # of words, mentions and links in `text`, as `counts_of`

    @property
    def compound(self) -> int | None:
        """Compound in ten-thousandths, for exact sums."""
        return None if self.polarity is None else round(self.polarity.compound * SCALE)


def analyse(post: Post, keep_withheld: bool = False) -> Analysis:
    """Clean a post and read it. Text that its author asks not to be kept counts in the sums, and is dropped."""
    return analyse_all((post,), keep_withheld)[0]


def analyse_all(posts: Sequence[Post], keep_withheld: bool = False) -> list[Analysis]:
    """`analyse` of each post, in less than half the time if they are many: it depends on the post alone."""
    analyses: list[Analysis] = []
    for span in sentiment.parts_of([len(post.text) for post in posts], BATCH, BATCH_CHARACTERS):
        part = posts[span]
        texts = [clean(post.text) for post in part]
        read = _read_together if len(part) >= FEW else _read_apart
        analyses += read(part, texts)
    if not keep_withheld:
        for number in [number for number, post in enumerate(posts) if post.withheld]:
            analyses[number] = analyses[number]._replace(text="", terms=(), counts=0)
    return analyses


def counts_of(text: str) -> int:
    """How many words, mentions and links are in a cleaned text: times WORDS, MENTIONS and LINKS, added up."""
    return len(text.split()) * WORDS + ties(text)


def _read_apart(posts: Sequence[Post], texts: Sequence[str]) -> Iterator[Analysis]:
    verdicts = language.judge_all(texts, [post.lang for post in posts])
    scored = [post.text for post, verdict in zip(posts, verdicts, strict=True) if not verdict.reason]
    scores = iter(sentiment.polarities(scored))  # of the texts as they came: VADER's very numbers
    for post, text, verdict in zip(posts, texts, verdicts, strict=True):
        tags = _tags(post, text)
        polarity = None if verdict.reason else next(scores)
        yield Analysis(
            text, _name(post), tags, terms(text, tags), verdict.lang, verdict.reason, polarity, counts_of(text)
        )


def _read_together(posts: Sequence[Post], texts: Sequence[str]) -> Iterator[Analysis]:
    """The same with one look-up a token."""
    tokens = _tokens.read(texts)
    verdicts = language.judge_tokens(tokens, [post.lang for post in posts])
    polarities = _polarities(posts, tokens, [not verdict.reason for verdict in verdicts])
    tags, words = token_pass.subjects(tokens, [None if post.tags is None else _given(post.tags) for post in posts])
    langs, reasons = zip(*verdicts, strict=True)
    names, counts = map(_name, posts), token_pass.counts(tokens)
    columns = zip(texts, names, tags, words, langs, reasons, polarities, counts, strict=True)
    return map(tuple.__new__, repeat(Analysis), columns)  # half the price of Analysis(...)


def _polarities(posts: Sequence[Post], tokens: Tokens, scored: Sequence[bool]) -> list[sentiment.Polarity | None]:
    """VADER's numbers of the texts as they came; the tokens are those of clean ones."""
    same = [post.text == text for post, text in zip(posts, tokens.texts, strict=True)]
    known = np.array(scored) & np.array(same)
    chosen = np.flatnonzero(known).tolist()
    found: list[sentiment.Polarity | None] = [None] * len(posts)
    codes, words = token_pass.stream(tokens, known)
    exclamations, questions = (token_pass.counted(tokens, what)[known] for what in (EXCLAMATIONS, QUESTIONS))
    told = sentiment.polarities_of(codes, words, exclamations, questions)
    others = [number for number, score in enumerate(scored) if score and not same[number]]
    told += sentiment.polarities([posts[number].text for number in others])
    for number, polarity in zip((*chosen, *others), told, strict=True):
        found[number] = polarity
    return found


def read_mood(post: Post, gated: bool = True) -> tuple[str, sentiment.Polarity]:
    """Why the text of a post is not scored, as `analyse` finds it, "" if it is; and VADER's numbers in any case.

    Without the gate every text is scored.
    """
    reason = language.judge(clean(post.text), post.lang).reason if gated else ""
    return reason, sentiment.polarity(post.text)


def read_terms(post: Post, keep_withheld: bool = False) -> tuple[str, ...]:
    """The terms alone of a post, as `analyse` finds them."""
    if post.withheld and not keep_withheld:
        return ()
    text = clean(post.text)
    return terms(text, _tags(post, text))


def _tags(post: Post, text: str) -> tuple[str, ...]:
    """Those the platform gave, else those in the text."""
    if post.tags is None:
        return hashtags.find(text)
    return _given(post.tags)


def _given(tags: Sequence[str]) -> tuple[str, ...]:
    return hashtags.distinct(map(_normal.__getitem__, tags)) if tags else ()


def _normalise(tag: str) -> str:
    return hashtags.normalise(clean_line(tag))


_normal = Memo(_normalise, 20_000)


def _name(post: Post) -> str:
    return clean_line(post.name) if post.name else ""
