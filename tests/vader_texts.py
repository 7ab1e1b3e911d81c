"""Made-up texts that meet every rule of VADER and every trap on the way to its numbers; and what it says of them."""

import random
import struct
from collections.abc import Sequence
from functools import cache

from msgspec.structs import astuple
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from models.vader_rules import Polarity


@cache
def stock_analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def stock_polarity(text: str) -> Polarity:
    scores = stock_analyzer().polarity_scores(text)
    return Polarity(scores["compound"], scores["pos"], scores["neu"], scores["neg"])


def bits(scores: Polarity) -> bytes:
    """Equal only for the very same floats: -0.0 is not 0.0."""
    return struct.pack("4d", *astuple(scores))


LEXICON = sorted(stock_analyzer().lexicon)
EMOJI = sorted(stock_analyzer().emojis)
PHRASES = [
    *SPECIAL_CASES,
    *(word for phrase in SPECIAL_CASES for word in phrase.split()),
    *("kind of", "sort of", "just enough", "at least", "very least", "least", "never so", "never this"),
    *("without doubt", "without a doubt", "no or", "no nor", "cut the mustard", "under the weather"),
]
RULES = ["no", "or", "nor", "so", "this", "doubt", "very", "kind", "of", "but", "But", "BUT", "n't", "ain't", "ain’t"]
FILLERS = ["a", "I", "the", "cat", "movie", "was", "is", "really-nice", "x", "1", "#love", "@hate", "http://x.co/good"]
MARKS = ["!", "!!!", "!!!!!", "?", "??", "???", "????", "?!", "...", "--", ":)", ":-(", "<3", '"', "(", "'"]
LETTERS = ["İ", "İyi", "ſ", "ß", "ŉ", "ǅ", "ﬁne", "K", "ΑΣ", "日本語", "é", "good\u2028bad", "a\x85b", "\xad"]
CODES = ["\x00", "\x1cgood\x1d", "bad\x1f", "\xa0", "\u200d", "\ufe0f", "\ud800", "\udfffgood", "\u3000", "\x7f"]
NULS = ["\x00", "\x00\x00", "go\x00od", "\n\x00\n", "\x01", "\x00!", "bad\x00", "😂\x00", "🆙", "🔛!"]
TONES = ["\U0001f3fb", "\U0001f3fd", "\U0001f3ff"]
SPACES = [*[" "] * 12, "", "  ", "\n", "\t", "\xa0", "\x1c", "\x1f", "\u3000"]
_POOLS = [LEXICON, LEXICON, LEXICON, list(BOOSTER_DICT), NEGATE, PHRASES, RULES, EMOJI, FILLERS]
_ODD = MARKS + LETTERS + CODES + NULS


def fuzz_word(rng: random.Random) -> str:
    word = rng.choice(rng.choice([*_POOLS, _ODD]))
    if rng.random() < 0.05:
        word = rng.choice(EMOJI) + rng.choice(TONES) + rng.choice(["", "\u200d" + rng.choice(EMOJI), "\ufe0f!", "good"])
    word = rng.choice([str, str, str, str, str, str, str.upper, str.title, str.swapcase])(word)
    if rng.random() < 0.2:
        word += rng.choice(MARKS)
    return rng.choice(MARKS) + word if rng.random() < 0.05 else word


def fuzz_text(rng: random.Random) -> str:
    """Some words; at times of one valence around a 'but', all capitals, or doubled."""
    words = [fuzz_word(rng) for _ in range(rng.choice([0, 1, 2, 3, 4, 5, 6, 8, 12, 20]))]
    if words and rng.random() < 0.15:
        words = rng.choices([*words[:3], "but"], k=len(words) * 2)
    text = "".join(word + rng.choice(SPACES) for word in words)
    if rng.random() < 0.08:
        text += text
    return text.upper() if rng.random() < 0.05 else text


def differing(texts: Sequence[str], scores: Sequence[Polarity], stock: Sequence[Polarity]) -> list[str]:
    """Those of `texts` whose scores are not VADER's to the bit."""
    return [text for text, a, b in zip(texts, scores, stock, strict=True) if bits(a) != bits(b)]
