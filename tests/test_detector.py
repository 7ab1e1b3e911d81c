"""The language detector: py3langid's very scores, without py3langid's temporary file."""

import math
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from models import detector
from models.detector import Guess, guess
from tests.test_language import ENGLISH, OTHERS, SCRIPTS

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def identifier() -> Any:
    found = LanguageIdentifier.from_model_file(MODEL_FILE)
    found.set_languages([language for language in found.labels if len(language) == 2])
    return found


def stock_guess(identifier: Any, text: str) -> Guess:
    text = text[: detector.LONGEST]
    ranked = identifier.rank(text)
    english = next(score for language, score in ranked if language == "en")
    other, best = next(row for row in ranked if row[0] != "en")
    return Guess((english - best) / math.sqrt(len(text.encode("utf-8", "surrogatepass")) or 1), other)


TEXTS = [
    *ENGLISH,
    *(text for texts in OTHERS.values() for text in texts),
    *SCRIPTS.values(),
    *("", " ", "a", "THE WHOLE TEXT IN CAPITALS", "ΌΛΑ ΚΕΦΑΛΑΊΑ", "e\u0301te\u0301", "\ud800", "\x00", "srpski jezik"),
]


def test_the_languages_are_those_of_the_library(identifier: Any) -> None:
    assert detector.model().languages == identifier.nb_classes
    assert detector.model().twins == identifier._alias_pairs


@pytest.mark.parametrize("text", TEXTS)
def test_a_guess_is_the_librarys(identifier: Any, text: str) -> None:
    assert guess(text) == stock_guess(identifier, text)
    assert np.array_equal(detector.score(text), identifier._decide(text))


def test_mixtures_are_guessed_as_by_the_library(identifier: Any) -> None:
    rng = random.Random(3)
    words = [word for text in TEXTS for word in text.split()]
    for _ in range(2_000):
        text = " ".join(rng.choices(words, k=rng.choice((1, 2, 4, 8, 15, 120))))
        text = rng.choice((str, str, str.upper, str.title))(text)
        assert guess(text) == stock_guess(identifier, text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=st.text(st.characters()))
def test_any_text_is_guessed_as_by_the_library(identifier: Any, text: str) -> None:
    assert guess(text) == stock_guess(identifier, text)


def test_no_temporary_folder_is_needed() -> None:
    """py3langid itself ends with FileNotFoundError where none can be written to."""
    code = (
        "import tempfile\n"
        "def refuse(*args, **named): raise FileNotFoundError('No usable temporary directory found')\n"
        "tempfile.TemporaryFile = tempfile.NamedTemporaryFile = tempfile.mkstemp = tempfile.gettempdir = refuse\n"
        "from models.detector import guess\n"
        "print(guess('Heute war die Bahn wieder zu spät').other)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "de"
