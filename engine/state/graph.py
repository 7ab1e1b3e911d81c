"""The engine's objects as bytes and back. From the bytes only what is listed here is made, whatever they ask for."""

import io
import pickle
from typing import IO, Any, Protocol, cast

import zstandard

PROTOCOL = 5

# Classes of ours are plain data with methods; of others', containers, arrays, and the fitted models of scikit-learn.
_OURS = ("engine.", "models.")
_OTHERS = frozenset(
    {
        ("array", "_array_reconstructor"),
        ("array", "array"),
        ("builtins", "bytearray"),
        ("builtins", "dict"),
        ("builtins", "frozenset"),
        ("builtins", "range"),
        ("builtins", "set"),
        ("collections", "Counter"),
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("collections", "deque"),
        ("msgspec._utils", "rebuild"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
        ("numpy.core.multiarray", "_reconstruct"),  # as numpy 1 names them
        ("numpy.core.multiarray", "scalar"),
        ("numpy.core.numeric", "_frombuffer"),
        ("numpy.random._pcg64", "PCG64"),
        ("numpy.random._pickle", "__bit_generator_ctor"),
        ("numpy.random._pickle", "__generator_ctor"),
        ("numpy.random.bit_generator", "SeedSequence"),
        ("numpy.random.bit_generator", "__pyx_unpickle_SeedSequence"),
        ("scipy.sparse._csr", "csr_array"),
        ("sklearn._loss._loss", "CyHalfSquaredError"),
        ("sklearn._loss.link", "IdentityLink"),
        ("sklearn._loss.link", "Interval"),
        ("sklearn._loss.loss", "HalfSquaredError"),
        ("sklearn.ensemble._hist_gradient_boosting.binning", "_BinMapper"),
        ("sklearn.ensemble._hist_gradient_boosting.gradient_boosting", "HistGradientBoostingRegressor"),
        ("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor"),
        ("sklearn.linear_model._stochastic_gradient", "SGDRegressor"),
        ("sklearn.preprocessing._data", "StandardScaler"),
        ("sklearn.tree._tree", "Tree"),
    }
)


class UnknownError(Exception):
    """The bytes ask for something that is not listed; the argument is its name."""


class Writable(Protocol):
    """What the bytes go to."""

    def write(self, data: bytes, /) -> int:
        """As of any binary file."""
        ...


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if _is_listed(module, name) else None
        if found is None or (module.startswith(_OURS) and not isinstance(found, type)):
            raise UnknownError(f"{module}.{name}")
        return found


def dump(thing: object, file: Writable) -> None:
    """Write an object with all that it holds, packed: large tables are mostly empty at first."""
    with zstandard.ZstdCompressor(level=1).stream_writer(cast(IO[bytes], file), closefd=False) as packed:
        pickle.Pickler(packed, PROTOCOL).dump(thing)


def load(body: bytes | memoryview) -> Any:
    """The object again. Raises UnknownError, and whatever a damaged pickle may raise."""
    with zstandard.ZstdDecompressor().stream_reader(body) as plain, io.BufferedReader(plain) as file:
        return _Reader(file).load()


def _is_listed(module: str, name: str) -> bool:
    return "." not in name and (module.startswith(_OURS) or (module, name) in _OTHERS)
