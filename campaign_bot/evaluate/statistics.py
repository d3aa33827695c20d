"""The statistics, each with its source. Everything random is drawn from a fixed seed: the same data, the same report.

- Wilson's interval for a share: Wilson 1927; Brown, Cai, DasGupta 2001.
- Intervals for differences of medians: percentile bootstrap over posts (a post's deliveries stay together: they say the
  same at the same time, so they are not independent), widened for small numbers (Hesterberg 2015, section 3.4.2).
- p-values: the rank tests of Mann and Whitney, and of Wilcoxon where a post is on both sides.
- Many comparisons: Holm 1979.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Z95 = 1.959963984540054
#: Fewer posts than this on a side: not enough to tell.
FLOOR = 8
DRAWS = 1_000
#: More posts a side than this add nothing that a reader would see; the first so many of the draw are taken.
MOST_POSTS = 500
#: A difference of a quarter is one that would change what a campaign does.
WORTH_KNOWING = math.log(1.25)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between two ends, at 95 %."""

    estimate: float
    low: float
    high: float


def wilson(successes: int, trials: int) -> Interval | None:
    """A share between 0 and 1. None where nothing was tried."""
    if trials <= 0:
        return None
    share, squared = successes / trials, Z95 * Z95
    middle = (share + squared / (2 * trials)) / (1 + squared / trials)
    half = Z95 * math.sqrt(share * (1 - share) / trials + squared / (4 * trials * trials)) / (1 + squared / trials)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def holm(values: Sequence[float]) -> list[float]:
    """The p-values, raised so that all together err once in twenty at most."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    raised, found = 0.0, [1.0] * len(values)
    for rank, place in enumerate(order):
        raised = max(raised, min(1.0, (len(values) - rank) * values[place]))
        found[place] = raised
    return found


def median_difference(
    here: Sequence[float], there: Sequence[float], *, paired: bool = False, seed: int = 0
) -> tuple[Interval, float]:
    """median(here) - median(there) with its 95 % interval and a p-value. `paired`: the same posts on both sides, in the
    same order; they are drawn together."""
    import numpy as np

    left, right = np.asarray(here[:MOST_POSTS], float), np.asarray(there[:MOST_POSTS], float)
    random = np.random.default_rng(seed)
    picks = random.integers(0, len(left), (DRAWS, len(left)))
    others = picks if paired else random.integers(0, len(right), (DRAWS, len(right)))
    drawn = np.median(left[picks], axis=1) - np.median(right[others], axis=1)
    estimate = float(np.median(left) - np.median(right))
    tail = _tail(min(len(left), len(right)))
    low, high = (float(value) for value in np.quantile(drawn, (tail, 1 - tail)))
    p = signed_ranks(left - right) if paired else rank_sums(left, right)
    return Interval(estimate, min(low, estimate), max(high, estimate)), p


def rank_sums(left: Any, right: Any) -> float:
    """Mann and Whitney 1947: how easily chance would part two kinds of posts so far. Normal, with ties and continuity."""
    import numpy as np

    a, b = len(left), len(right)
    both = np.concatenate([left, right])
    ranks, ties = _ranks(both)
    distance = abs(float(ranks[:a].sum()) - a * (a + b + 1) / 2)
    variance = a * b / 12 * ((a + b + 1) - ties / ((a + b) * (a + b - 1)))
    return _two_sided(distance, variance)


def signed_ranks(differences: Any) -> float:
    """Wilcoxon 1945, for posts that are on both sides. Posts without a difference are left out."""
    import numpy as np

    told = differences[differences != 0]
    if not len(told):
        return 1.0
    number = len(told)
    ranks, ties = _ranks(np.abs(told))
    distance = abs(float(ranks[told > 0].sum()) - number * (number + 1) / 4)
    return _two_sided(distance, number * (number + 1) * (2 * number + 1) / 24 - ties / 48)


def _ranks(values: Any) -> tuple[Any, float]:
    """Ranks from 1, ties sharing their middle, and the sum of t³ - t over ties."""
    import numpy as np

    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse], float((counts.astype(float) ** 3 - counts).sum())


def _two_sided(distance: float, variance: float) -> float:
    if variance <= 0:
        return 1.0
    return math.erfc(max(distance - 0.5, 0.0) / math.sqrt(2 * variance))


def posts_needed(found: Interval, number: int) -> int:
    """How many more posts a side until a difference worth knowing would stand out, if they vary as so far."""
    half = max((found.high - found.low) / 2, 1e-9)
    target = max(abs(found.estimate), WORTH_KNOWING)
    return max(1, math.ceil(number * (half / target) ** 2) - number)


def _tail(number: int) -> float:
    """The share to leave out on each side: 2.5 % for many, less for few, as t is wider than the normal curve."""
    if number < 2:
        return 0.0
    widened = Z95 * (1 + (Z95 * Z95 + 1) / (4 * (number - 1))) * math.sqrt(number / (number - 1))
    return 0.5 * math.erfc(widened / math.sqrt(2))
