"""Two sides whose mix of networks differs: a post is held against posts of the same network and language only.

Whose posts are mostly on the network where everybody engages more is no better for that. So in each stratum (a network and
language; of two periods, an account) the posts of both sides are ranked among themselves, and the ranks are added up with the
weights of van Elteren (1960). A post that is in several strata says the same there at the same time: how its ranks go
together is measured over the posts that are in both (Wei and Lachin 1984, for observations of which some are missing). So
posts stay the units, and none is left out for having been on fewer networks than others. In one stratum it is Mann and
Whitney's test; with each post in one stratum, van Elteren's.

Not done: to take each stratum's median over both sides away and rank all posts together. Where most posts of a stratum are of
one side, that median is theirs, and most of a difference goes away with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from statistics import NormalDist
from typing import Any

from campaign_bot.evaluate.statistics import (
    ALPHA,
    MATTERS,
    MOST_NEEDED,
    MOST_POSTS,
    POWER,
    Interval,
    not_refused,
    ranks,
    tied,
    two_sided,
)

#: A network and language; of two periods, an account.
Place = tuple[str, ...]
#: With fewer posts than this on either side a stratum is left out.
FEWEST = 2


class Strata:
    """Two sides, each post with a value (a logarithm) in each stratum that it is in. Every stratum has posts of both sides.
    At most `MOST_POSTS` a side are looked at, so the callers put them in an order that is drawn."""

    def __init__(self, here: Sequence[Mapping[Place, float]], there: Sequence[Mapping[Place, float]]) -> None:
        self.here, self.there = here[:MOST_POSTS], there[:MOST_POSTS]

    @property
    def few(self) -> int:
        """The posts on the smaller side."""
        return min(len(self.here), len(self.there))

    @cached_property
    def estimate(self) -> float:
        """The shift at which the ranks are even: the weighted median of the differences of every post here to every one
        there in the same stratum."""
        import numpy as np

        every, weights = self._every_difference
        order = np.argsort(every)
        reached = np.cumsum(weights[order])
        half = reached[-1] / 2
        low, high = np.searchsorted(reached, [half * (1 - 1e-9), half * (1 + 1e-9)])
        return float(every[order][low] + every[order][min(high, len(every) - 1)]) / 2

    def p(self, shift: float = 0.0) -> float:
        """How easily chance alone would part the two sides so far from `shift`."""
        distance, variance = self._parted(shift)
        return two_sided(abs(distance), variance, step=float(self._weights.min()))

    @cached_property
    def tied(self) -> bool:
        """See `Sides.tied`."""
        every, weights = self._every_difference
        return tied(every, self.estimate, weights)

    def interval(self, alpha: float = ALPHA) -> Interval | None:
        """Every difference that the test does not refuse at `alpha`. None: too few posts to refuse any."""
        return not_refused(self.p, self.estimate, alpha)

    def needed(self, effect: float = math.log(MATTERS), *, alpha: float = ALPHA, power: float = POWER) -> int | None:
        """See `Sides.needed`: posts here, with those there and the mix of both in the same proportion."""
        import numpy as np

        every, weights = self._every_difference
        moved = every - self.estimate
        apart = float((weights * ((moved + effect > 0).astype(float) + (moved - effect < 0) - 1)).sum()) / 2
        _, variance = self._parted(self.estimate)
        if apart <= 0 or variance <= 0 or not np.any(moved):
            return None
        normal = NormalDist()
        reach = normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
        number = math.ceil(len(self.here) * reach**2 * variance / apart**2)
        return number if number <= MOST_NEEDED else None

    @cached_property
    def _tables(self) -> tuple[Any, Any]:
        """Posts by strata, here and there; NaN where a post is not."""
        import numpy as np

        names = sorted({name for side in (self.here, self.there) for one in side for name in one})
        here, there = (
            np.array([[one.get(name, math.nan) for name in names] for one in side], float).reshape(
                len(side), len(names)
            )
            for side in (self.here, self.there)
        )
        return here, there

    @cached_property
    def _weights(self) -> Any:
        """Van Elteren: 1 ÷ (the stratum's posts + 1), the best ones where the difference is alike in all."""
        import numpy as np

        here, there = self._tables
        return 1 / (np.sum(~np.isnan(here), axis=0) + np.sum(~np.isnan(there), axis=0) + 1)

    @cached_property
    def _every_difference(self) -> tuple[Any, Any]:
        """Of every post here to every one there in the same stratum, each with its stratum's weight."""
        import numpy as np

        here, there = self._tables
        found, weights = list[Any](), list[Any]()
        for a, b, weight in zip(here.T, there.T, self._weights, strict=True):
            every = (a[~np.isnan(a)][:, None] - b[~np.isnan(b)][None, :]).ravel()
            found.append(every)
            weights.append(np.full(len(every), weight))
        return np.concatenate(found), np.concatenate(weights)

    def _parted(self, shift: float) -> tuple[float, float]:
        """By how much the ranks of those here differ from even, and the variance of that without any difference."""
        import numpy as np

        here, there = self._tables
        both = np.concatenate([here - shift, there])
        inside, left = ~np.isnan(both), len(here)
        middled = np.zeros_like(both)  # ranks ÷ number, less their middle; 0 where a post is not
        for column, some in enumerate(inside.T):
            number = int(some.sum())
            middled[some, column] = (ranks(both[some, column])[0] - (number + 1) / 2) / number
        # n·n of the posts that are in both strata of each pair, here and there.
        a, b = (side.astype(float) for side in (inside[:left], inside[left:]))
        shared_a, shared_b = a.T @ a, b.T @ b
        number_a, number_b = np.diag(shared_a), np.diag(shared_b)
        together = middled.T @ middled / np.maximum(shared_a + shared_b - 1, 1)
        often = shared_a * np.outer(number_b, number_b) + shared_b * np.outer(number_a, number_a)
        weights = self._weights
        distance = float((weights * (number_a + number_b) * middled[:left].sum(axis=0)).sum())
        return distance, float((np.outer(weights, weights) * often * together).sum())
