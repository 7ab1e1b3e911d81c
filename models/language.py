"""May this text be scored? Only English may: VADER calls 41 % of German sentences negative, and all Japanese neutral.

The cheap evidence decides first: the script, then words. py3langid is asked only where they leave a doubt. What the
author claims (wrong in a quarter of the posts) counts where py3langid is unsure too, or where two function words bear
it out and no word or letter speaks against it: that spares three in five questions about real tweets.

Measured without any claim (`python benchmarks/bench_language.py`, py3langid 0.4.0): of 2,000 English tweets 99.6 % are
scored; of 13,946 short texts in about 100 other languages 0.07 %; the decision is that of asking py3langid always in
99.8 % of the posts of each feed at hand, and it is asked for 2 % of those tweets.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np

from models.clues import LONGEST, Clue, read_clue, unpack
from models.detector import Guess, guess, guess_all
from models.function_words import OTHERS
from models.memo import Memo
from models.scripts import NOT_LATIN, foreign_script, language_of
from models.token_pass import Tokens
from models.tokens import SKIPPED

NO_TEXT = "no text"
TOO_SHORT = "too short"
OTHER_SCRIPT = "other script"
OTHER_LANGUAGE = "other language"
UNSURE = "unsure"
REASONS = (NO_TEXT, TOO_SHORT, OTHER_SCRIPT, OTHER_LANGUAGE, UNSURE)

MIN_LETTERS = 20  # that the detector needs
SURE = 0.5  # margin from which the detector's "English" is believed
CONTRARY = -1.0  # margin up to which its "not English" is
TRUSTED = 2  # function words of English with which a claim is believed that no other word speaks against


class Verdict(NamedTuple):
    """`lang`: ISO 639-1 code as detected, "" if undecided. `reason`: "" if the text may be scored, else of REASONS.

    Text of emoji and emoticons alone may be scored and has no language.
    """

    lang: str
    reason: str


class Evidence(NamedTuple):
    """The clues of a text, added up; `others` without repetition, or laughter would count ("ha ha ha" is Italian)."""

    letters: int
    words: int
    english: int
    shared: int
    others: tuple[str, ...]
    accented: bool
    picture: bool
    foreign: bool


_ENGLISH = Verdict("en", "")
_clues = Memo(read_clue, 50_000)


class _Doubt(NamedTuple):
    """What words leave open: what the author says, for the detector to read, and the evidence so far."""

    said: str
    evidence: Evidence
    claimed: str


def judge(text: str, claimed: str = "") -> Verdict:
    """Whether `text` may be scored, and its language. `claimed`: the author's BCP 47 tag or "". Takes any str."""
    found = _judge(text, claimed)
    return found if isinstance(found, Verdict) else _by_detector(found, guess(found.said))


def judge_all(texts: Sequence[str], claimed: Sequence[str]) -> list[Verdict]:
    """`judge` of each text with its claim. Raises ValueError if there are not as many claims as texts."""
    return _decided([_judge(text, claim) for text, claim in zip(texts, claimed, strict=True)])


def judge_tokens(tokens: Tokens, claimed: Sequence[str]) -> list[Verdict]:
    """`judge` of each text of which the tokens are known, with its claim."""
    sums = unpack(tokens.sums)
    _, words, english, shared, odd = sums
    short = np.array(list(map(len, tokens.texts)), dtype=np.int64) <= LONGEST
    often = (english >= 2) | ((english == 1) & (shared >= 2)) | ((shared >= 5) & (shared * 3 >= words))
    clear = short & (odd == 0) & often & ((english + shared) * 8 >= words)
    verdicts = [_ENGLISH] * len(clear)
    unclear = np.flatnonzero(~clear)
    bounds = np.stack((tokens.bounds, np.searchsorted(tokens.marked, tokens.bounds)))
    spans = np.concatenate((bounds[:, unclear], bounds[:, unclear + 1], sums[:4, unclear])).T.tolist()
    clues, heeded = tokens.clues, (tokens.info & SKIPPED == 0).tobytes()
    found = []
    for number, (start, first, end, last, *numbers) in zip(unclear.tolist(), spans, strict=True):
        text, claim = tokens.texts[number], claimed[number]
        if short[number]:
            found.append(_weigh(_with_marks(numbers, clues[first:last]), _kept(text, heeded[start:end]), claim))
        else:
            found.append(_judge(text, claim))
    for number, verdict in zip(unclear.tolist(), _decided(found), strict=True):
        verdicts[number] = verdict
    return verdicts


def _kept(text: str, heeded: bytes) -> Iterator[str]:
    yield from compress(text.split(), heeded)


def _decided(found: Sequence["Verdict | _Doubt"]) -> list[Verdict]:
    """The verdicts, with the detector's about those in doubt, which it is asked together."""
    guesses = iter(guess_all([one.said for one in found if isinstance(one, _Doubt)]))
    return [one if isinstance(one, Verdict) else _by_detector(one, next(guesses)) for one in found]


def _judge(text: str, claimed: str) -> Verdict | _Doubt:
    tokens = text.split()
    clues = list(map(_clues.__getitem__, tokens))
    letters = words = english = shared = 0
    for clue in clues:
        letters += clue.letters
        words += clue.words
        english += clue.english
        shared += clue.shared
    numbers = (letters, words, english, shared)
    kept = (raw for raw, clue in zip(tokens, clues, strict=True) if not clue.skipped)
    return _weigh(_with_marks(numbers, [clue for clue in clues if clue.marked]), kept, claimed)


def _with_marks(numbers: Sequence[int], clues: Sequence[Clue]) -> Evidence:
    """The evidence: letters, words, English and shared ones, and what the marked clues hold that does not add up."""
    others: list[str] = []
    accented = picture = foreign = False
    for clue in clues:
        others += clue.others
        accented = accented or clue.accented
        picture = picture or clue.picture
        foreign = foreign or clue.foreign
    letters, words, english, shared = numbers
    return Evidence(letters, words, english, shared, tuple(dict.fromkeys(others)), accented, picture, foreign)


def _weigh(evidence: Evidence, kept: Iterable[str], claimed: str) -> Verdict | _Doubt:
    """The verdict of the evidence. `kept`: the tokens that are not skipped."""
    foreign = evidence.foreign and " ".join(kept)
    if foreign:
        script, weight = foreign_script(foreign)
        if weight > evidence.letters:
            return Verdict(language_of(script, foreign, _language(claimed)), OTHER_SCRIPT)
        if weight * 3 > evidence.letters:
            return Verdict("", UNSURE)
    if not evidence.letters:
        return Verdict("", "" if evidence.picture else NO_TEXT)
    verdict = _by_words(evidence)
    if verdict:
        return verdict
    claimed = _language(claimed)
    if evidence.letters < MIN_LETTERS and (claimed != "en" or evidence.others):
        return Verdict("", TOO_SHORT)
    if claimed == "en" and not evidence.others and not evidence.accented and _known(evidence) >= TRUSTED:
        return _ENGLISH
    return _Doubt((NOT_LATIN.sub(" ", foreign) if foreign else " ".join(kept)).replace("#", ""), evidence, claimed)


def _language(claimed: str) -> str:
    """The language of a tag."""
    return claimed.replace("_", "-").partition("-")[0].lower()


def _known(evidence: Evidence) -> int:
    """How many function words of English there are."""
    return evidence.english + evidence.shared


def _clearly_english(evidence: Evidence) -> bool:
    """Function words of English, often enough for running text rather than a quoted title."""
    known = _known(evidence)
    if known * 8 < evidence.words:
        return False
    if evidence.english >= 2 or (evidence.english == 1 and evidence.shared >= 2):
        return True
    return evidence.shared >= 5 and evidence.shared * 3 >= evidence.words


def _by_words(evidence: Evidence) -> Verdict | None:
    """The verdict if function words leave no doubt."""
    others, accented = evidence.others, evidence.accented
    few = not others or (len(others) == 1 and evidence.english >= 2 and _known(evidence) >= 4)  # a name, say
    if few and not accented and _clearly_english(evidence):
        return _ENGLISH
    if evidence.english or len(others) < (2 if accented else 3) or evidence.shared > 1:
        return None
    language, hits, runner_up = _best_other(others)
    needed = runner_up + 1 if accented else max(3, 2 * runner_up)
    return Verdict(language, OTHER_LANGUAGE) if hits >= needed and hits * 6 >= evidence.words else None


def _best_other(words: tuple[str, ...]) -> tuple[str, int, int]:
    """The language most of `words` are function words of, how many of them, and how many of the next language."""
    hits: dict[str, int] = {}
    for word in words:
        for language in OTHERS[word]:
            hits[language] = hits.get(language, 0) + 1
    ranking = sorted([(-count, language) for language, count in hits.items()])
    best, language = ranking[0]
    return language, -best, -ranking[1][0] if len(ranking) > 1 else 0


def _by_detector(doubt: _Doubt, guessed: Guess) -> Verdict:
    evidence, margin = doubt.evidence, guessed.margin
    if margin <= CONTRARY:
        return Verdict(guessed.other, OTHER_LANGUAGE) if evidence.letters >= MIN_LETTERS else Verdict("", TOO_SHORT)
    if len(evidence.others) >= 2 and len(evidence.others) > evidence.english:
        return Verdict("", UNSURE)  # English words in a sentence of another language
    if margin >= SURE or doubt.claimed == "en" or (not evidence.others and _clearly_english(evidence)):
        return _ENGLISH
    return Verdict("", UNSURE)
