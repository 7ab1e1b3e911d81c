"""Random draws that are the same on every Python version: all are made from `Random.random()` alone.

The language promises the sequence of `random()` for a seed, and not that of `shuffle`, `choices` or `gauss`.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_NORMAL_FROM = 40.0  # above this mean a Poisson draw is a rounded normal one


class Draw:
    """A stream of random draws, fixed by the parts of its key."""

    def __init__(self, *key: object) -> None:
        self.unit = random.Random("/".join(str(part) for part in key)).random

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1."""
        return int(self.unit() * n)

    def between(self, low: float, high: float) -> float:
        """A number evenly from low to high."""
        return low + (high - low) * self.unit()

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return self.unit() < p

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, each as likely."""
        return items[int(self.unit() * len(items))]

    def weighted(self, cumulative: Sequence[float]) -> int:
        """An index, as likely as its step in the cumulative weights."""
        return bisect_right(cumulative, self.unit() * cumulative[-1], 0, len(cumulative) - 1)

    def exponential(self, mean: float) -> float:
        """A waiting time with this mean."""
        return -mean * math.log(1.0 - self.unit())

    def normal(self) -> float:
        """A standard normal number (Box and Muller 1958)."""
        return math.sqrt(-2.0 * math.log(1.0 - self.unit())) * math.cos(2.0 * math.pi * self.unit())

    def lognormal(self, sigma: float) -> float:
        """A log-normal factor with mean 1."""
        return math.exp(sigma * self.normal() - sigma * sigma / 2)

    def poisson(self, mean: float) -> int:
        """A count with this mean (Knuth's product of uniforms; a rounded normal where the mean is large)."""
        if mean > _NORMAL_FROM:
            return max(0, round(mean + math.sqrt(mean) * self.normal()))
        limit, product, count = math.exp(-mean), self.unit(), 0
        while product > limit:
            product *= self.unit()
            count += 1
        return count

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in random order (Fisher and Yates)."""
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out

    def code(self, alphabet: str, length: int) -> str:
        """A string of `length` random characters."""
        return "".join(self.pick(alphabet) for _ in range(length))


def cumulate(weights: Sequence[float]) -> list[float]:
    """Running sums of weights, for `Draw.weighted`."""
    total, out = 0.0, []
    for weight in weights:
        total += weight
        out.append(total)
    return out


class Every:
    """Says when something rare is due: after a random number of occasions, `mean` on average, at most twice that."""

    def __init__(self, draw: Draw, mean: float) -> None:
        self._draw = draw
        self._mean = mean
        self._left = self._next()

    def due(self) -> bool:
        """Whether this occasion is the one."""
        if self._mean <= 0:
            return False
        self._left -= 1
        if self._left > 0:
            return False
        self._left = self._next()
        return True

    def again(self) -> None:
        """The occasion did not fit after all: the next one is due."""
        self._left = 1

    def _next(self) -> int:
        return 1 + self._draw.below(max(1, round(2 * self._mean)))
