"""The statistics, each with its source. The same data, the same report: nothing is drawn.

- Wilson's interval for a share: Wilson 1927; Brown, Cai, DasGupta 2001.
- Two kinds of posts: the rank test of van Elteren (`strata.py`), or of Wilcoxon where the same posts are on both sides.
  Estimate and interval are those of the same test (Hodges, Lehmann 1963): an interval holds every difference that the test
  does not refuse, so it never says anything else than the verdict beside it.
- Many comparisons: Holm 1979; each interval is at the level at which Holm tests its comparison (Serlin 1993).
- How many posts it takes: Noether 1987, for a difference that was named before, never for the one that was seen
  (Hoenig, Heisey 2001).

Posts are the units, not deliveries: those of one post say the same at the same time, so they are not independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

Z95 = 1.959963984540054
ALPHA = 0.05
#: Fewer posts than this on a side: not enough to tell.
FLOOR = 8
#: More posts a side than this add nothing that a reader would see; the first so many of the draw are taken.
MOST_POSTS = 500
#: The smallest difference that matters: a quarter more would change what a campaign does.
MATTERS = 1.25
#: How probably a difference of that size is to be found with the posts that a report asks for.
POWER = 0.8
#: More posts than this nobody writes.
MOST_NEEDED = 5_000
#: Where more posts here and there than this have exactly the same count (most often none at all), the two kinds do not differ by
#: a shift: the ranks part at the least one, and an interval would shrink to nothing.
MOST_TIED = 0.2
#: ... and more than this are further apart than what matters.
MOST_FAR = 0.1
#: Differences beyond e^14 are not searched; ends of intervals are as close as this.
_WIDEST, _CLOSE = 14.0, 2e-5
#: The least difference that is said to be one.
_LEAST = 2e-4


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between two ends."""

    estimate: float
    low: float
    high: float

    def exp(self) -> Interval:
        """A difference of logarithms as a ratio."""
        return Interval(*(math.exp(min(max(one, -50.0), 50.0)) for one in (self.estimate, self.low, self.high)))


def wilson(successes: int, trials: int) -> Interval | None:
    """A share between 0 and 1. None where nothing was tried."""
    if trials <= 0:
        return None
    share, squared = successes / trials, Z95 * Z95
    middle = (share + squared / (2 * trials)) / (1 + squared / trials)
    half = Z95 * math.sqrt(share * (1 - share) / trials + squared / (4 * trials * trials)) / (1 + squared / trials)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


class Pairs:
    """The same posts on both sides, in the same order, one value each (a logarithm); `strata.py` has two kinds of posts.
    At most `MOST_POSTS` are looked at, so the callers put them in an order that is drawn."""

    def __init__(self, here: Sequence[float], there: Sequence[float]) -> None:
        import numpy as np

        self.differences = np.asarray(here[:MOST_POSTS], float) - np.asarray(there[:MOST_POSTS], float)

    @property
    def few(self) -> int:
        return len(self.differences)

    @cached_property
    def estimate(self) -> float:
        """Hodges and Lehmann: the median of the means of every two differences."""
        import numpy as np

        return float(np.median(self._means))

    @cached_property
    def tied(self) -> bool:
        """Whether so many posts of both sides have the same count that nothing can be said."""
        import numpy as np

        matters = math.log(MATTERS)
        far = max(float(np.mean(self._means > matters)), float(np.mean(self._means < -matters)))
        return tied(self.estimate, float(np.mean(np.abs(self._means) < 1e-9)), far)

    def p(self, shift: float = 0.0) -> float:
        """How easily chance alone would part the two sides so far from `shift`."""
        return signed_ranks(self.differences - shift)

    def interval(self, alpha: float = ALPHA) -> Interval | None:
        """Every difference that the test does not refuse at `alpha`. None: too few posts to refuse any."""
        return not_refused(self.p, self.estimate, alpha)

    def needed(self, effect: float = math.log(MATTERS), *, alpha: float = ALPHA, power: float = POWER) -> int | None:
        """How many posts find a difference of `effect` with that power at that level, if they vary as these do. None: that
        cannot be told from these, or more than anybody writes."""
        import numpy as np

        moved = self._means - self.estimate
        apart = float(np.mean([np.mean(moved + effect > 0), np.mean(moved - effect < 0)])) - 0.5
        if apart <= 0 or not moved.any():  # without any variation nothing is known of it
            return None
        number = max(math.ceil(reach(alpha, power) ** 2 / (3 * apart**2)), self.fewest(alpha))
        return number if number <= MOST_NEEDED else None

    def fewest(self, alpha: float) -> int:
        """With fewer posts the test cannot refuse anything at `alpha`."""
        import numpy as np

        enough = (number for number in range(1, MOST_POSTS) if signed_ranks(np.arange(1.0, number + 1)) < alpha)
        return next(enough, MOST_POSTS)

    @cached_property
    def _means(self) -> Any:
        import numpy as np

        first, second = np.triu_indices(len(self.differences))
        return (self.differences[first] + self.differences[second]) / 2


def fewest(alpha: float, ratio: float) -> int:
    """With fewer posts here than this, and `ratio` times as many there, Mann and Whitney's test cannot refuse anything at
    `alpha`, however far apart the two are."""
    for here in range(1, MOST_POSTS):
        there = math.ceil(here * ratio)
        if two_sided(here * there / 2, here * there * (here + there + 1) / 12) < alpha:
            return here
    return MOST_POSTS


def reach(alpha: float, power: float) -> float:
    """How many standard errors away a difference is found at that level with that power."""
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)


def not_refused(p: Callable[[float], float], estimate: float, alpha: float) -> Interval | None:
    """The interval of every difference that a test does not refuse at `alpha`; `p` of a difference is the test's. None: it
    refuses none, however far away."""
    low, high = _end(p, estimate, alpha, -1), _end(p, estimate, alpha, 1)
    if low is None or high is None:
        return None
    if p(0.0) >= alpha:  # ties: none at all is not refused, so it is inside
        return Interval(estimate, min(low, 0.0), max(high, 0.0))
    if low <= 0 <= high:  # none at all is refused, and the least difference to one side of it is not: ties part there
        if p(_LEAST) >= p(-_LEAST):
            return Interval(max(estimate, _LEAST), _LEAST, max(high, _LEAST))
        return Interval(min(estimate, -_LEAST), min(low, -_LEAST), -_LEAST)
    return Interval(estimate, low, high)


def _end(p: Callable[[float], float], estimate: float, alpha: float, direction: int) -> float | None:
    """The difference at which the test begins to refuse. How far a p-value is from `alpha` is nearly a line on the square root
    of its logarithm, so most steps go along it (the Illinois rule); every third one halves, as ranks change in steps."""

    def beyond(shift: float) -> float:
        found = p(shift)
        return _WIDEST if found <= 0 else math.sqrt(-math.log(min(found, 1.0))) - math.sqrt(-math.log(alpha))

    inside, outside = estimate, estimate + direction * _WIDEST
    low, high = beyond(inside), beyond(outside)
    if high <= 0:
        return None
    step = 0
    while abs(outside - inside) > _CLOSE:
        step += 1
        share = 0.5 if step % 3 == 0 else low / (low - high)
        middle = inside + (outside - inside) * min(max(share, 0.001), 0.999)
        found = beyond(middle)
        if found <= 0:
            inside, low, high = middle, found, high / 2
        else:
            outside, high, low = middle, found, low / 2
    return outside


def tied(estimate: float, same: float, far: float) -> bool:
    """Whether so many posts of both sides have the same count (most often none), while others have far more, that nothing can be
    said of a difference; or all of them. `same`: the share of differences that are none; `far`: the share beyond what
    matters, on the side that has more of them."""
    return abs(estimate) <= 1e-9 and same > MOST_TIED and (same > 1 - 1e-9 or far > MOST_FAR)


def holm(values: Sequence[float]) -> list[float]:
    """The p-values, raised so that all together err once in twenty at most."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    raised, found = 0.0, [1.0] * len(values)
    for rank, place in enumerate(order):
        raised = max(raised, min(1.0, (len(values) - rank) * values[place]))
        found[place] = raised
    return found


def holm_levels(values: Sequence[float], alpha: float = ALPHA) -> list[float]:
    """The level at which Holm tests each: what is refused, at its own step; all the others at the step that stopped."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    level, found = alpha, [alpha] * len(values)
    stopped = False
    for rank, place in enumerate(order):
        if not stopped:
            level = alpha / (len(values) - rank)
            stopped = values[place] >= level
        found[place] = level
    return found


def signed_ranks(differences: Any) -> float:
    """Wilcoxon 1945, for posts that are on both sides. Posts without a difference are left out."""
    import numpy as np

    told = differences[differences != 0]
    if not len(told):
        return 1.0
    number = len(told)
    places, ties = ranks(np.abs(told))
    distance = abs(float(places[told > 0].sum()) - number * (number + 1) / 4)
    return two_sided(distance, number * (number + 1) * (2 * number + 1) / 24 - ties / 48)


def ranks(values: Any) -> tuple[Any, float]:
    """Ranks from 1, ties sharing their middle, and the sum of t³ - t over ties."""
    import numpy as np

    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse], float((counts.astype(float) ** 3 - counts).sum())


def two_sided(distance: float, variance: float, *, step: float = 1.0) -> float:
    """How easily chance alone reaches a distance that grows by `step` at a time: normal, with half a step as correction."""
    if variance <= 0:
        return 1.0
    return math.erfc(max(distance - step / 2, 0.0) / math.sqrt(2 * variance))
