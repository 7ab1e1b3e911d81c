"""How much more a text looks English than anything else, by the very scores of py3langid in a third of its time.

Its model is read when first asked for (0.8 s), straight from the package's file: py3langid itself unpacks it into the
folder for temporary files, which may be full or not there. It is held in 30 MB instead of the package's 68.
"""

import io
import lzma
import math
import shutil
import struct
import unicodedata
from array import array
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 500  # characters looked at: enough to be sure, and a bound on the time a hostile text can take
FEW = 6  # texts that are read faster one by one
BATCH = 512  # texts read at once
LANE = 10  # bytes of a piece that the machine reads beside others
PAGE = 16  # bytes for which the machine's steps are kept together: 4 bits
MEMORY = 6  # bytes of the longest feature
NOWHERE = float(np.finfo(np.float32).min)  # score of a language that is another by a second name


class Guess(NamedTuple):
    """`margin`: log-likelihood of English less that of `other`, the likeliest other language, per root of a byte.

    Log-likelihoods of more text lie further apart, about as the root of its length: so divided, one threshold does for
    texts of all lengths.
    """

    margin: float
    other: str


class Model(NamedTuple):
    """py3langid's naive Bayes: a machine that finds features in bytes, and what each says for each language.

    Where the machine goes from a state stands in a row, of a page for each PAGE bytes. Most pages are like others, and
    each is kept once. The machine is there twice over one memory: as arrays of Python for one text, of numpy for many.
    """

    steps: Sequence[int]  # by page: the last bits of a byte -> next state
    pages: Sequence[int]  # by row: the first bits of a byte -> where its page starts
    rows: Sequence[int]  # state -> where its row starts
    ends: Sequence[int]  # state -> feature that ends there, or -1
    steps_all: NDArray[np.uint32]
    pages_all: NDArray[np.uint32]
    rows_all: NDArray[np.int32]
    ends_all: NDArray[np.int32]
    weights: NDArray[np.uint16]  # feature, language -> the bits of a half: by how much its log-likelihood is below 0
    prior: NDArray[np.float32]
    amounts: NDArray[np.float32]  # how often a feature is in a text -> what that weighs, for `_widened` weights
    languages: list[str]
    twins: list[tuple[int, int]]  # columns of one language written in two scripts
    english: int


@cache
def model() -> Model:
    """The model, of languages with a code of two letters: without creoles and other near relatives of English."""
    with np.load(_unpacked(), allow_pickle=False) as data:
        every: list[str] = data["classes"].tolist()
        kept = [column for column, language in enumerate(every) if len(language) == 2]
        languages = [every[column] for column in kept]
        first = {language: column for column, language in reversed(list(enumerate(languages)))}
        steps, pages = _paged(data["nextmove"].astype(np.uint32, copy=False))
        rows = array("i", (data["nextmove_row"].astype(np.int32) * (256 // PAGE)).tobytes())
        ends = array("i", data["out_feat"].astype(np.int32).tobytes())
        weights = data["ptc"].take(kept, axis=1).view(np.uint16)
        weights &= 0x7FFF  # none is above 0
        return Model(
            steps,
            pages,
            rows,
            ends,
            np.frombuffer(steps, dtype=np.uint32),
            np.frombuffer(pages, dtype=np.uint32),
            np.frombuffer(rows, dtype=np.int32),
            np.frombuffer(ends, dtype=np.int32),
            weights,
            data["pc"][kept],
            np.log1p(np.arange(12 * LONGEST + 1, dtype=np.float32)) * np.float32(-(2.0**112)),
            languages,
            [(first[name], column) for column, name in enumerate(languages) if first[name] != column],
            first["en"],
        )


def _unpacked() -> io.BytesIO:
    """The package's file, unpacked piece by piece: at once it would take twice the memory."""
    unpacked = io.BytesIO()
    with files("py3langid").joinpath("data/model.npz.xz").open("rb") as packed, lzma.open(packed) as pieces:
        shutil.copyfileobj(pieces, unpacked, 1 << 20)
    unpacked.seek(0)
    return unpacked


def _paged(steps: NDArray[np.uint32]) -> "tuple[array[int], array[int]]":
    """Rows of 256 states as different pages, and where the page of each part of each row starts."""
    places: dict[bytes, int] = {}
    parts = struct.iter_unpack(f"{PAGE * steps.itemsize}s", steps.data)
    pages = array("I", (places.setdefault(part, len(places) * PAGE) for (part,) in parts))
    return array("I", b"".join(places)), pages


def guess(text: str) -> Guess:
    """How English `text` is by its letters, whatever its words."""
    return _answers([text], score(text)[np.newaxis])[0]


def guess_all(texts: Sequence[str]) -> list[Guess]:
    """`guess` of each text, in less than half the time if they are many."""
    guesses: list[Guess] = []
    for start in range(0, len(texts), BATCH):
        part = texts[start : start + BATCH]
        guesses += _answers(part, score_all(part)) if len(part) >= FEW else map(guess, part)
    return guesses


def score(text: str) -> NDArray[np.float32]:
    """The log-likelihood of each language, as py3langid gives it, bit for bit; the second of twins is nowhere."""
    known = model()
    steps, pages, rows, ends = known.steps, known.pages, known.rows, known.ends
    state = 0
    counts = Counter([ends[state := steps[pages[rows[state] + (byte >> 4)] + (byte & 15)]] for byte in _spelt(text)])
    counts.pop(-1, None)
    features = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
    times = np.fromiter(counts.values(), dtype=np.intp, count=len(counts))
    scores = _weigh(features, known.amounts[times], known)
    _join_twins(scores[np.newaxis], known)
    return scores


def score_all(texts: Sequence[str]) -> NDArray[np.float32]:
    """`score` of each text, to the bit."""
    known = model()
    spelt = [_spelt(text) for text in texts]
    found = _features(b"\0".join([*spelt, b""]), known)
    places = np.flatnonzero(found >= 0)
    ends = np.cumsum([len(text) + 1 for text in spelt])
    keys = np.searchsorted(ends, places, side="right") * len(known.weights) + found[places]
    firsts, times = _counted(keys)
    features = found[places[firsts]]
    amounts = known.amounts[times]
    weights = _widened(known.weights.take(features, axis=0))
    bounds = np.searchsorted(places[firsts], ends).tolist()
    scores = np.zeros((len(spelt), len(known.languages)), dtype=np.float32)
    for number, (start, end) in enumerate(pairwise([0, *bounds])):
        if start < end:
            np.dot(amounts[start:end], weights[start:end], out=scores[number])
    scores += known.prior
    scores[np.diff(bounds, prepend=0) == 0] = NOWHERE
    _join_twins(scores, known)
    return scores


def _features(spelt: bytes, known: Model) -> NDArray[np.int32]:
    """The feature that ends at each byte, or -1. The machine reads many pieces of `spelt` at a time.

    After MEMORY bytes its state is the same wherever it began, and after a byte of 0 it is where it begins.
    """
    lanes = -(-len(spelt) // LANE)
    padded = np.zeros(MEMORY + lanes * LANE, dtype=np.uint8)
    padded[MEMORY : MEMORY + len(spelt)] = np.frombuffer(spelt, dtype=np.uint8)
    pieces = np.ndarray((MEMORY + LANE, lanes), np.uint8, padded, strides=(1, LANE)).copy()
    states = np.empty((LANE, lanes), dtype=np.uint32)
    rows = np.full(lanes, known.rows_all[0])
    for place, (part, rest) in enumerate(zip(pieces // PAGE, pieces % PAGE, strict=True)):
        state = known.steps_all.take(known.pages_all.take(rows + part) + rest)
        rows = known.rows_all.take(state)
        if place >= MEMORY:
            states[place - MEMORY] = state
    found: NDArray[np.int32] = known.ends_all[states.T.ravel()[: len(spelt)]]
    return found


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each key stands first, in order, and how often it is there."""
    bits = len(keys).bit_length()
    ordered = np.sort(keys << bits | np.arange(len(keys)))  # of numbers that are all different it is fast
    begins = np.flatnonzero(np.diff(ordered >> bits, prepend=-1))
    firsts, times = ordered[begins] & (1 << bits) - 1, np.diff(begins, append=len(keys))
    by_sight = np.argsort(firsts)  # the order of the sums is that of `score`
    return firsts[by_sight], times[by_sight]


def _spelt(text: str) -> bytes:
    text = text[:LONGEST]
    if text.isupper():
        text = text.lower()
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")  # NFC makes three of a byte at most


def _weigh(features: NDArray[np.intp], amounts: NDArray[np.float32], known: Model) -> NDArray[np.float32]:
    if not len(features):
        return np.full(len(known.languages), NOWHERE, dtype=np.float32)
    scores: NDArray[np.float32] = amounts @ _widened(known.weights[features]) + known.prior
    return scores


def _widened(halves: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Halves in 32 bits, by 2**-112: to have them right takes many times as long, and the amounts make up for it."""
    return np.left_shift(halves, 13, dtype=np.uint32).view(np.float32)


def _join_twins(scores: NDArray[np.float32], known: Model) -> None:
    for one, other in known.twins:
        scores[:, one] = np.maximum(scores[:, one], scores[:, other])
        scores[:, other] = NOWHERE


def _answers(texts: Sequence[str], scores: NDArray[np.float32]) -> list[Guess]:
    known = model()
    english = scores[:, known.english].tolist()
    scores[:, known.english] = -np.inf
    best = scores.argmax(axis=1).tolist()
    others = scores.max(axis=1).tolist()
    cut = [text[:LONGEST] for text in texts]
    sizes = [len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")) for text in cut]
    return [
        Guess((one - other) / math.sqrt(size or 1), known.languages[number])
        for one, other, size, number in zip(english, others, sizes, best, strict=True)
    ]
