"""How much more a text looks English than anything else, by the very scores of py3langid in a third of its time.

Its model is read when first asked for (0.6 s, 100 MB), straight from the package's file: py3langid itself unpacks it
into the folder for temporary files, which may be full or not there.
"""

import io
import lzma
import math
import unicodedata
from array import array
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 500  # characters looked at: enough to be sure, and a bound on the time a hostile text can take
NOWHERE = float(np.finfo(np.float32).min)  # score of a language that is another by a second name


class Guess(NamedTuple):
    """`margin`: log-likelihood of English less that of `other`, the likeliest other language, per root of a byte.

    Log-likelihoods of more text lie further apart, about as the root of its length: so divided, one threshold does for
    texts of all lengths.
    """

    margin: float
    other: str


class Model(NamedTuple):
    """py3langid's naive Bayes: a machine that finds features in bytes, and what each says for each language."""

    next_row: Sequence[int]  # start of the row of a state, then a byte -> next state
    rows: Sequence[int]  # state -> where its row starts
    found: Sequence[int]  # state -> feature that ends there, or -1
    weights: NDArray[np.float32]  # feature, language
    prior: NDArray[np.float32]
    languages: list[str]
    twins: list[tuple[int, int]]  # columns of one language written in two scripts
    english: int


@cache
def model() -> Model:
    """The model, of languages with a code of two letters: without creoles and other near relatives of English."""
    packed = files("py3langid").joinpath("data/model.npz.xz").read_bytes()
    with np.load(io.BytesIO(lzma.decompress(packed)), allow_pickle=False) as data:
        every: list[str] = data["classes"].tolist()
        kept = [column for column, language in enumerate(every) if len(language) == 2]
        languages = [every[column] for column in kept]
        first = {language: column for column, language in reversed(list(enumerate(languages)))}
        return Model(
            next_row=array("I", np.ascontiguousarray(data["nextmove"], dtype=np.uint32).tobytes()),
            rows=(data["nextmove_row"].astype(np.int64) << 8).tolist(),
            found=data["out_feat"].tolist(),
            weights=data["ptc"][:, kept].astype(np.float32, order="C"),  # numpy widens float16 in each product
            prior=data["pc"][kept],
            languages=languages,
            twins=[(first[name], column) for column, name in enumerate(languages) if first[name] != column],
            english=first["en"],
        )


def guess(text: str) -> Guess:
    """How English `text` is by its letters, whatever its words."""
    text = text[:LONGEST]
    known = model()
    scores = score(text)
    english = float(scores[known.english])
    scores[known.english] = -np.inf
    best = int(scores.argmax())
    size = len(text.encode("utf-8", "surrogatepass"))
    return Guess((english - float(scores[best])) / math.sqrt(size or 1), known.languages[best])


def score(text: str) -> NDArray[np.float32]:
    """The log-likelihood of each language, as py3langid gives it, bit for bit; the second of twins is nowhere."""
    known = model()
    counts = Counter(_features(text, known))
    if not counts:
        return np.full(len(known.languages), NOWHERE, dtype=np.float32)
    features = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
    times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
    scores: NDArray[np.float32] = np.log1p(times) @ known.weights[features] + known.prior
    for one, other in known.twins:
        scores[one] = max(scores[one], scores[other])
        scores[other] = NOWHERE
    return scores


def _features(text: str, known: Model) -> list[int]:
    """Every feature of a text as often as it is in it: the states of the machine that end one."""
    if text.isupper():
        text = text.lower()
    step, rows, found, state = known.next_row, known.rows, known.found, 0
    spelt = unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
    states = [state := step[rows[state] + byte] for byte in spelt]
    return [feature for feature in map(found.__getitem__, states) if feature >= 0]
