"""What an objective will be on its day: what was seen, with what is still to come put to it.

- A sum: Student's prediction for the weeks to come, from the weeks so far (Hahn and Meeker 1991, 4.8). That few weeks know
  little of what a week usually brings is in it: weeks drawn from three or four that were hold the truth about three times in
  five. Weeks that were all alike still vary as much as counts do at the least (Poisson).
- A share of units (pairs, punctual deliveries, pictures, answered polls): the units to come are drawn from the beta-binomial
  distribution that those so far leave, with Jeffreys' prior (Brown, Cai, DasGupta 2001; Gelman and others 2013, 2.4).
- A ratio (engagements to followers, or to impressions) is no share: it can be more than 1, and the units are posts, each with
  all its deliveries. What posts can be is drawn by Rubin's bootstrap (1981) of those so far, then the posts to come from it.
  Few posts know little of how posts can differ, so that a plain bootstrap of eight holds the truth four times in five. Its
  weights vary here as Student's t does with that many posts, and its ends are drawn out as t's are beside the normal's.

As many units are to come as there were before today, in proportion to the days left, of which today is one: what it has brought
already is part of what it brings. The seed is fixed: the same data, the same report.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from campaign_bot.evaluate.groups import PostFigures, Rate
from campaign_bot.evaluate.statistics import FLOOR, Z95, Interval

DRAWS = 2_000
#: Below so many whole weeks no sum is projected.
FEWEST_WEEKS = 3
SEED = 2027
#: More posts than this are put together by lot into so many heaps: time and memory stay bounded.
MOST_HEAPS = 500
#: More units to come than this change nothing that a reader would see.
MOST_COMING = 10**9

Parts = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a rate's projection is made from. `posts`: numerator and denominator of each post; None: the rate is a share of
    units. `seen`: the part of all units so far that were looked at, where they are a draw. `age`: of comparison, where the
    rate is at one; posts of the last days are not that old, so they were not counted. `ends`: after it nothing is sent.
    `before`: the units, or posts, that had been counted when today began; None: all of them."""

    posts: Sequence[Parts] | None = None
    seen: float = 1.0
    age: timedelta | None = None
    ends: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Projected:
    """Rates in percent. `why`: there is none because of `few posts`, because it is `too early`, or because `no more posts` are to
    come; else empty."""

    interval: Interval | None = None
    likely: float | None = None
    why: str = ""


def project(rate: Rate, basis: Basis, *, target: float, starts: date, today: date, by: date) -> Projected:
    """What the rate will be when the day `by` is over, and how probably it reaches the target. Today counts as left."""
    day, age = timedelta(days=1), basis.age or timedelta()
    last = (by - today) / day if basis.ends is None else min(by - today, basis.ends - today + age) / day
    left, gone = last + 1, (today - starts - age) / day
    few = FLOOR if basis.posts is not None else 1
    units = rate.denominator if basis.posts is None else len(basis.posts)
    if units < few:
        return Projected(why="few posts")
    if gone <= 0:
        return Projected(why="too early")
    before = units if basis.before is None else min(basis.before, units)
    more = max(before * max(left, 0) / gone - (units - before), 0.0)
    # Of a draw, what was not looked at is as unknown as what is to come.
    coming = (1 + more / units) / basis.seen - 1
    ends = _share(rate, coming) if basis.posts is None else _ratio(basis.posts, coming)
    return _told(ends, target)


def project_sum(
    weeks: Sequence[int], value: float, *, left: int, target: float, before: float | None = None
) -> Projected:
    """What a sum will be after so many more days (today is one of them), if weeks to come are like those that were. `before`:
    what was there before the first of these days, as `value` holds a part of it already; never less than `value` is to come."""
    import numpy as np

    if left <= 0:
        return Projected(why="no more posts")
    if len(weeks) < FEWEST_WEEKS:
        return Projected(why="too early")
    number, coming = len(weeks), left / 7
    varies = max(float(np.var(weeks, ddof=1)), (sum(weeks) + 0.5) / number)
    spread = math.sqrt(varies * (coming + coming**2 / number))
    drawn = np.random.default_rng(SEED).standard_t(number - 1, 10 * DRAWS)
    begin = value if before is None else before
    ends = np.maximum(begin + sum(weeks) / number * coming + spread * drawn, value)
    return _told(list(ends), target)


def post_parts(rates: Iterable[tuple[PostFigures, Rate | None]]) -> tuple[Parts, ...]:
    """The deliveries of a post are one unit: they say the same at the same time."""
    found: dict[str, Parts] = {}
    for one, rate in rates:
        if rate is not None:
            before = found.get(one.result.post, (0, 0))
            found[one.result.post] = (before[0] + rate.numerator, before[1] + rate.denominator)
    return tuple(found[name] for name in sorted(found))


def _share(rate: Rate, coming: float) -> list[float]:
    import numpy as np

    random = np.random.default_rng(SEED)
    good, all_ = min(rate.numerator, rate.denominator), rate.denominator
    more = min(round(all_ * coming), MOST_COMING)
    # More draws than below: they cost nothing, and a share near 100 % has a steep tail.
    found = random.binomial(more, random.beta(good + 0.5, all_ - good + 0.5, 10 * DRAWS))
    return list(100 * (good + found) / (all_ + more))


def _ratio(posts: Sequence[Parts], coming: float) -> list[float]:
    import numpy as np

    random = np.random.default_rng(SEED)
    parts = np.array(posts, float)
    if len(parts) > MOST_HEAPS:
        heap = random.permutation(np.arange(len(parts)) % MOST_HEAPS)
        parts = np.stack([np.bincount(heap, weights=column, minlength=MOST_HEAPS) for column in parts.T], axis=1)
    weights = random.standard_gamma((len(parts) - 4) / len(parts), (DRAWS, len(parts)))
    weights /= weights.sum(axis=1, keepdims=True)
    number = random.multinomial(min(round(len(parts) * coming), MOST_COMING), weights)
    ends = parts.sum(axis=0) + number @ parts
    return _drawn_out(100 * ends[:, 0] / ends[:, 1], len(parts))


def _drawn_out(ends: Any, posts: int) -> list[float]:
    """Further from their middle, on the logarithm as a rate is never below 0: by as much as Student's t reaches further
    than the normal (Cornish and Fisher 1938), and as n posts seem more alike than those they stand for."""
    import numpy as np

    z, free = Z95, posts - 1
    t = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    middle, above = float(np.median(ends)), ends > 0
    if middle > 0:
        ends[above] = middle * (ends[above] / middle) ** (t / z * math.sqrt(posts / free))
    return list(ends)


def _told(ends: Sequence[float], target: float) -> Projected:
    import numpy as np

    low, middle, high = (float(end) for end in np.quantile(ends, (0.025, 0.5, 0.975)))
    return Projected(Interval(middle, low, high), float((np.asarray(ends) >= target - 1e-9).mean()))
