"""Two kinds of posts whose mix of accounts differs: a post is held against posts of the same account only.

Whose posts are mostly where everybody engages more is no better for that. So in each stratum (an account; for networks and
campaigns, see `Place`) the posts of both sides are ranked among themselves, and the ranks are added up with the
weights of van Elteren (1960). A post that is in several strata says the same there at the same time: how its ranks go
together is measured over the posts that are in both (Wei and Lachin 1984, for observations of which some are missing). So
posts stay the units, and none is left out for having been on fewer accounts than others. In one stratum it is Mann and
Whitney's test; with each post in one stratum, van Elteren's.

Not done: to take each stratum's median over both sides away and rank all posts together. Where most posts of a stratum are of
one side, that median is theirs, and most of a difference goes away with it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from campaign_bot.evaluate.statistics import (
    ALPHA,
    MATTERS,
    MOST_NEEDED,
    MOST_POSTS,
    POWER,
    Interval,
    fewest,
    not_refused,
    reach,
    tied,
    two_sided,
)

#: Where posts are held against each other: an account; a network and language, of two campaigns; of networks a language, and
#: of languages a network.
Place = tuple[str, ...]
#: A delivery's post, its place, and its value, a logarithm.
Valued = tuple[str, Place, float]
#: With fewer posts than this on either side a stratum is left out.
FEWEST = 2
#: Between two strata on one line: further than any two logarithms.
_APART = 1_000.0
#: Differences closer than this are the same one.
_SAME = 1e-9


def drawn(post: str) -> str:
    """An order that has nothing to do with time: who is left out of very many is drawn, not chosen."""
    return hashlib.sha256(post.encode()).hexdigest()


class Placed:
    """Deliveries by post and place. A post's value in a place is the mean of its deliveries there."""

    def __init__(self, values: Sequence[Valued]) -> None:
        import numpy as np

        self.posts = sorted({post for post, _, _ in values}, key=drawn)
        self.places = sorted({place for _, place, _ in values})
        row = {post: number for number, post in enumerate(self.posts)}
        column = {place: number for number, place in enumerate(self.places)}
        cells = [row[post] * len(self.places) + column[place] for post, place, _ in values]
        self._cells, self._values = np.array(cells, int), np.array([value for *_, value in values], float)

    def table(self, chosen: Any) -> Any:
        """All posts by all places, of the deliveries that are chosen; NaN where there is none."""
        import numpy as np

        cells, size = self._cells[chosen], len(self.posts) * len(self.places)
        number = np.bincount(cells, minlength=size)
        sums = np.bincount(cells, self._values[chosen], minlength=size)
        return np.where(number > 0, sums / np.maximum(number, 1), np.nan).reshape(len(self.posts), len(self.places))

    def strata(self, here: Any, there: Any) -> Strata:
        """Two tables of these posts in the places that have enough posts of both; of very many posts, those that the draw has
        first."""
        import numpy as np

        kept = np.minimum((~np.isnan(here)).sum(axis=0), (~np.isnan(there)).sum(axis=0)) >= FEWEST
        sides = [side[~np.isnan(side).all(axis=1)][:MOST_POSTS] for side in (here[:, kept], there[:, kept])]
        return Strata(sides[0], sides[1], [place for place, enough in zip(self.places, kept, strict=True) if enough])


@dataclass(frozen=True, slots=True)
class _Line:
    """One side's values in rising order, stratum after stratum; `own`: their ranks among themselves in the stratum,
    `begins`: how many are in the strata before each."""

    post: Any
    place: Any
    value: Any
    own: Any
    begins: Any

    def moved(self, shift: float = 0.0) -> Any:
        return self.value - shift + _APART * self.place


class Strata:
    """Two sides, tables of posts by `places` with a logarithm where a post is, NaN where it is not. Every post is in a place,
    and every place has posts of both sides."""

    def __init__(self, here: Any, there: Any, places: Sequence[Place]) -> None:
        self.here, self.there, self.places = here, there, places

    @property
    def few(self) -> int:
        """The posts on the smaller side."""
        return min(len(self.here), len(self.there))

    @cached_property
    def numbers(self) -> tuple[Any, Any]:
        """How many posts each place has, here and there."""
        import numpy as np

        return (~np.isnan(self.here)).sum(axis=0), (~np.isnan(self.there)).sum(axis=0)

    @cached_property
    def estimate(self) -> float:
        """The shift at which the ranks are even: the weighted median of the differences of every post here to every one
        there in the same stratum. There are too many to write them down, so it is closed in on."""
        low, high, half = -_APART / 4, _APART / 4, self._every / 2
        while high - low > _SAME / 10:
            middle = (low + high) / 2
            if self._above(middle) > half * (1 + 1e-9):
                low = middle
            else:
                high = middle
        found = self._next(low)
        if self._above(found + _SAME) < half * (1 - 1e-9):
            return found
        return (found + self._next(found + _SAME)) / 2  # as many below as above: between the two in the middle

    def p(self, shift: float = 0.0) -> float:
        """How easily chance alone would part the two sides so far from `shift`."""
        distance, variance = self._parted(shift)
        return two_sided(abs(distance), variance, step=float(self._weights.min()))

    @cached_property
    def tied(self) -> bool:
        """See `Pairs.tied`."""
        matters = math.log(MATTERS)
        same = self._above(-_SAME) - self._above(_SAME)
        far = max(self._above(matters), self._every - self._above(-matters))
        return tied(self.estimate, same / self._every, far / self._every)

    def interval(self, alpha: float = ALPHA) -> Interval | None:
        """Every difference that the test does not refuse at `alpha`. None: too few posts to refuse any."""
        return not_refused(self.p, self.estimate, alpha)

    def needed(self, effect: float = math.log(MATTERS), *, alpha: float = ALPHA, power: float = POWER) -> int | None:
        """See `Pairs.needed`: posts here, with those there and the mix of both in the same proportion."""
        middle = self.estimate
        moved = self._every - (self._above(middle - _SAME) - self._above(middle + _SAME))
        apart = (self._above(middle - effect) - self._above(middle + effect)) / 2
        _, variance = self._parted(middle)
        if apart <= 0 or variance <= 0 or moved <= 0:  # without any variation nothing is known of it
            return None
        number = math.ceil(len(self.here) * reach(alpha, power) ** 2 * variance / apart**2)
        number = max(number, self.fewest(alpha))
        return number if number <= MOST_NEEDED else None

    def fewest(self, alpha: float) -> int:
        """With fewer posts here (in the same proportion) the test cannot refuse anything at `alpha`, however they are spread
        over the strata."""
        return fewest(alpha, len(self.there) / len(self.here))

    @cached_property
    def _lines(self) -> tuple[_Line, _Line]:
        return _line(self.here), _line(self.there)

    @cached_property
    def _weights(self) -> Any:
        """Van Elteren: 1 ÷ (the stratum's posts + 1), the best ones where the difference is alike in all."""
        here, there = self.numbers
        return 1 / (here + there + 1)

    @cached_property
    def _every(self) -> float:
        """The weight of all differences together."""
        here, there = self.numbers
        return float((self._weights * here * there).sum())

    def _above(self, shift: float) -> float:
        """The weight of the differences that are larger."""
        import numpy as np

        here, there = self._lines
        below = np.searchsorted(there.moved(), here.moved(shift)) - there.begins[here.place]
        return float((self._weights[here.place] * below).sum())

    def _next(self, shift: float) -> float:
        """The smallest difference that is larger."""
        import numpy as np

        here, there = self._lines
        place = np.searchsorted(there.moved(), here.moved(shift)) - 1
        some = place >= there.begins[here.place]
        return float((here.value[some] - there.value[place[some]]).min())

    @cached_property
    def _together(self) -> Any:
        """For each two strata what the product of a post's ranks there weighs in the variance: n·n of the posts that are in
        both, here and there."""
        import numpy as np

        a, b = ((~np.isnan(side)).astype(float) for side in (self.here, self.there))
        shared_a, shared_b = a.T @ a, b.T @ b
        here, there = (number.astype(float) for number in self.numbers)
        often = shared_a * np.outer(there, there) + shared_b * np.outer(here, here)
        return np.outer(self._weights, self._weights) * often / np.maximum(shared_a + shared_b - 1, 1)

    def _parted(self, shift: float) -> tuple[float, float]:
        """By how much the ranks of those here differ from even, and the variance of that without any difference."""
        import numpy as np

        here, there = self._lines
        number = self.numbers[0] + self.numbers[1]
        middled = np.zeros((len(self.here) + len(self.there), len(self.places)))  # ranks ÷ number, less their middle
        lines = here.moved(shift), there.moved()
        for one, own, other, first in ((here, *lines, 0), (there, *lines[::-1], len(self.here))):
            begins = (there if one is here else here).begins[one.place]
            beside = (np.searchsorted(other, own) + np.searchsorted(other, own, "right")) / 2 - begins
            all_ = number[one.place]
            middled[first + one.post, one.place] = (one.own + beside - (all_ + 1) / 2) / all_
        distance = float((self._weights * number * middled[: len(self.here)].sum(axis=0)).sum())
        return distance, float((self._together * (middled.T @ middled)).sum())


def _line(side: Any) -> _Line:
    import numpy as np

    place, post = np.nonzero(~np.isnan(side.T))
    value = side[post, place]
    order = np.lexsort((value, place))
    post, place, value = post[order], place[order], value[order]
    begins = np.searchsorted(place, np.arange(side.shape[1]))
    line = value + _APART * place
    own = (np.searchsorted(line, line) + np.searchsorted(line, line, "right") + 1) / 2 - begins[place]
    return _Line(post, place, value, own, begins)
