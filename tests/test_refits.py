"""A refit runs beside the feed, and must not pull the rug from under it."""

import subprocess
import sys

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

from models.columns import Columns, Imputer

FIT = """
import sys
import numpy as np
from engine.absent import absent
from models.features import COLUMNS
from models.fits import fit_all
with absent("pandas"):
    from models import online, regression, trees
drawn = np.random.default_rng(0)
rows = drawn.integers(0, 3, (100, len(COLUMNS))).astype(float)
rows[::7, trees.NUMBERS[0]] = np.nan
fit_all(rows, drawn.random(100), np.arange(100.0), 0, {})
print("pandas" in sys.modules)
"""


def test_no_fit_loads_pandas() -> None:
    """Which a thread beside the feed cannot do: scikit-learn, in use elsewhere, would find it half loaded and fail."""
    result = subprocess.run([sys.executable, "-c", FIT], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_columns_are_prepared_as_by_scikit_learn() -> None:
    drawn = np.random.default_rng(1)
    rows = drawn.normal(size=(50, 5))
    rows[drawn.random((50, 5)) < 0.3] = np.nan
    rows[:, 1], rows[:, 2], rows[:, 4] = np.nan, 1.0, drawn.integers(0, 3, 50)
    encoder = OneHotEncoder(sparse_output=False)
    stock = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    expected = ColumnTransformer([("numbers", stock, [0, 1, 2, 3]), ("kind", encoder, [4])]).fit(rows)
    found = Columns([("numbers", Imputer(), [0, 1, 2, 3]), ("kind", encoder, [4])]).fit(rows)
    later = np.where(drawn.random((20, 5)) < 0.5, np.nan, 2.0)
    later[:, 4] = 1.0
    for some in (rows, later):
        assert np.array_equal(found.transform(some), expected.transform(some))
