"""A refit runs beside the feed, and must not pull the rug from under it."""

import subprocess
import sys

RUN = """
import sys
import numpy as np
from models import refits

class Pool:
    def submit(self, *_):
        print("DataFrame" in vars(sys.modules.get("pandas", object)))

refits._pool = Pool
sys.modules.pop("pandas", None)
refits.Refits(0, {}).submit(100, 0, lambda: (np.zeros((1, 1)), np.zeros(1), np.zeros(1)))
"""


def test_pandas_is_whole_before_a_thread_beside_the_feed_could_load_it() -> None:
    result = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)
    assert result.stdout == "True\n"
