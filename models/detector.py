"""py3langid, loaded when first asked (0.7 s, 105 MB): how much more a text looks English than anything else."""

import math
from functools import cache
from typing import Any, NamedTuple

LONGEST = 500  # characters looked at: enough to be sure, and a bound on the time a hostile text can take


class Guess(NamedTuple):
    """`margin`: log-likelihood of English less that of `other`, the likeliest other language, per root of a byte.

    Log-likelihoods of more text lie further apart, about as the root of its length: so divided, one threshold does for
    texts of all lengths.
    """

    margin: float
    other: str


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 (slow and large: only if needed)

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    # ISO 639-1 only: without Nigerian Pidgin, creoles and other near relatives of English and its neighbours
    identifier.set_languages([language for language in identifier.labels if len(language) == 2])
    return identifier


def guess(text: str) -> Guess:
    """How English `text` is by its letters, whatever its words."""
    text = text[:LONGEST]
    ranked: list[tuple[str, float]] = _identifier().rank(text)
    english = next(score for language, score in ranked if language == "en")
    other, best = next(row for row in ranked if row[0] != "en")
    return Guess((english - best) / math.sqrt(len(text.encode("utf-8", "surrogatepass")) or 1), other)
