"""Made-up texts through vaderSentiment and through ours, alone and together: how many scores differ in any bit.

    python benchmarks/fuzz_vader.py [--texts 1000000] [--seed N]

Batches are of 1 to 4,096 texts; those that are clean go through the one pass over all tokens too. Every other batch is
read with memos so small that they are emptied all the time.

The last line is "0 of N differ"; else the first texts that differ stand above it, and the exit code is 1.
"""

import argparse
import platform
import random
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.clean import clean
from models import sentiment
from models.memo import Memo
from models.token_pass import Tokens, TokenTable, counted, stream
from models.tokens import EXCLAMATIONS, QUESTIONS
from models.vader_batch import score
from models.vader_codes import read_window
from models.vader_rules import Polarity
from models.vader_words import read_wide
from tests.vader_texts import differing, fuzz_text, stock_polarity

SIZES = (1, 2, 3, 5, 17, 64, 200, 700, 1_024, 4_096)
ROWS = (1, 2, 16, 256, 1_024)  # of small tables
CAPS = (1, 2, 3, 20, 200)  # of tokens and windows that small memos hold
SHOWN = 20


def memos(words: int, windows: int) -> tuple[Memo[bytes, bytes], Memo[bytes, float]]:
    """Empty ones."""
    return Memo(read_wide, words), Memo(read_window, windows)


def scores_of(tokens: Tokens) -> list[Polarity]:
    """The scores of texts by the way of the one pass over all tokens."""
    marks = (counted(tokens, what) for what in (EXCLAMATIONS, QUESTIONS))
    return sentiment.polarities_of(*stream(tokens, np.ones(len(tokens.texts), dtype=bool)), *marks)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    large = memos(100_000, 50_000)
    shared = TokenTable(1 << 16)
    done = wrong = batches = 0
    while done < given.texts:
        texts = [fuzz_text(rng) for _ in range(min(rng.choice(SIZES), given.texts - done))]
        stock = [stock_polarity(text) for text in texts]
        small = memos(rng.choice(CAPS), rng.choice(CAPS))
        found = differing(texts, score(texts, *(small if batches % 2 else large)), stock)
        found += differing(texts, [sentiment.polarity(text) for text in texts], stock)
        whole = [number for number, text in enumerate(texts) if clean(text) == text]
        tokens = TokenTable(rng.choice(ROWS)) if batches % 2 else shared
        passed = scores_of(tokens.read([texts[number] for number in whole]))
        found += differing([texts[number] for number in whole], passed, [stock[number] for number in whole])
        for text in found[: max(0, SHOWN - wrong)]:
            print(ascii(text))
        wrong += len(found)
        done += len(texts)
        batches += 1
    print(f"Python {platform.python_version()}, seed {given.seed}: {wrong} of {done} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
