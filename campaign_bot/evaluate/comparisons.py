"""What differed, and how surely: each kind of post against the others, with an interval and a verdict.

A delivery is measured against its own account: the logarithm of its engagements over the account's usual. So a network
with more followers is not taken for a better series. Networks and languages themselves are compared by engagements per
follower. Posts are the units, not deliveries: those of one post say the same at the same time.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from zoneinfo import ZoneInfo

from campaign_bot.evaluate.groups import PostFigures
from campaign_bot.evaluate.statistics import FLOOR, MOST_POSTS, Interval, holm, median_difference, posts_needed
from campaign_bot.library.files import Text
from campaign_bot.model import Measured, State

#: The kinds of most posts, where there are very many.
MOST_LEVELS = 12
SURE = 0.05
#: Times that were not drawn by lot also differ in what was said then.
TIMES = ("weekday", "hour")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Posts of one level of a factor against all the others. `ratio`: 1.3 is 30 % more engagement."""

    factor: str
    level: str
    title: Text
    posts: int
    others: int
    ratio: Interval | None  # None: too few to say anything
    p: float | None  # after Holm, over all comparisons of the report
    verdict: str  # more, less, unclear, few
    more_posts: int | None  # that would be enough to tell, on the smaller side

    @property
    def sure(self) -> bool:
        return self.verdict in ("more", "less")


def comparisons(
    posts: Sequence[PostFigures], titles: Mapping[str, Mapping[str, Text]], zone: ZoneInfo
) -> tuple[Comparison, ...]:
    """Every factor, every level. A factor with one level only has nothing to compare."""
    usable = [one for one in posts if one.engagements is not None and one.result.state is State.SENT]
    by_account, by_follower = _against_own_account(usable), _per_follower(usable)
    found: list[Comparison] = []
    for factor, levels_of in _factors(usable, zone).items():
        values = by_follower if factor in ("network", "language") else by_account
        found += _factor(factor, values, levels_of, titles.get(factor, {}))
    tested = [place for place, one in enumerate(found) if one.p is not None]
    for place, p in zip(tested, holm([found[place].p or 0.0 for place in tested]), strict=True):
        found[place] = _judged(found[place], p)
    return tuple(found)


def _factors(usable: Sequence[PostFigures], zone: ZoneInfo) -> dict[str, Callable[[Measured], tuple[str, ...]]]:
    """The levels of a delivery, by factor; a post with two commitments has both."""
    typical: dict[str, float] = {}
    for network in {one.result.network for one in usable}:
        typical[network] = median(one.result.length for one in usable if one.result.network == network)
    return {
        "series": lambda one: (one.series,),
        "priority": lambda one: (one.priority,) if one.priority else (),
        "commitment": lambda one: one.commitments,
        "language": lambda one: (one.language,),
        "network": lambda one: (one.network,),
        "picture": lambda one: ("yes" if one.pictures else "no",),
        "question": lambda one: ("yes" if one.question else "no",),
        "length": lambda one: ("long" if one.length > typical.get(one.network, 0) else "short",),
        "weekday": lambda one: (WEEKDAYS[one.due.astimezone(zone).weekday()],),
        "hour": lambda one: (hours_of(one.due.astimezone(zone).hour),),
    }


def hours_of(hour: int) -> str:
    """The part of the day: 00-06, 06-12, 12-18, 18-24."""
    begin = hour // 6 * 6
    return f"{begin:02d}-{begin + 6:02d}"


def _against_own_account(usable: Sequence[PostFigures]) -> list[tuple[Measured, float]]:
    logs: dict[str, list[float]] = {}
    for one in usable:
        logs.setdefault(one.result.account, []).append(math.log1p(max(one.engagements or 0, 0)))
    usual = {account: median(some) for account, some in logs.items()}
    return [(one.result, math.log1p(max(one.engagements or 0, 0)) - usual[one.result.account]) for one in usable]


def _per_follower(usable: Sequence[PostFigures]) -> list[tuple[Measured, float]]:
    return [
        (one.result, math.log((rate.numerator + 1) / rate.denominator))
        for one in usable
        if (rate := one.by_followers) is not None and rate.numerator >= 0
    ]


def _factor(
    factor: str,
    values: Sequence[tuple[Measured, float]],
    levels_of: Callable[[Measured], tuple[str, ...]],
    titles: Mapping[str, Text],
) -> list[Comparison]:
    told = [(one.post, levels, value) for one, value in values if (levels := levels_of(one))]
    number: dict[str, set[str]] = {}
    for post, levels, _ in told:
        for level in levels:
            number.setdefault(level, set()).add(post)
    if len(number) < 2:
        return []
    chosen = sorted(number, key=lambda level: (-len(number[level]), level))[:MOST_LEVELS]
    if len(number) == 2:  # the second would say the same again
        chosen = [level for level in ("yes", "long", *sorted(chosen)) if level in chosen][:1]
    found: list[Comparison] = []
    for level in sorted(chosen):
        here = _by_post((post, value) for post, levels, value in told if level in levels)
        there = _by_post((post, value) for post, levels, value in told if level not in levels)
        found.append(_compare(factor, level, titles.get(level, {}), here, there))
    return found


def _by_post(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """One value a post: the mean of its deliveries."""
    found: dict[str, list[float]] = {}
    for post, value in values:
        found.setdefault(post, []).append(value)
    return {post: sum(some) / len(some) for post, some in found.items()}


def _compare(factor: str, level: str, title: Text, here: Mapping[str, float], there: Mapping[str, float]) -> Comparison:
    both = sorted(set(here) & set(there), key=_drawn)
    paired = len(both) >= FLOOR and len(both) >= 0.8 * min(len(here), len(there))
    left = both if paired else sorted(here, key=_drawn)
    right = both if paired else sorted(there, key=_drawn)
    few = min(len(left), len(right))
    if few < FLOOR:
        return Comparison(factor, level, title, len(left), len(right), None, None, "few", FLOOR - few)
    seed = int.from_bytes(hashlib.sha256(f"{factor}/{level}".encode()).digest()[:4], "big")
    found, p = median_difference(
        [here[post] for post in left], [there[post] for post in right], paired=paired, seed=seed
    )
    ratio = Interval(*(math.exp(min(max(value, -50.0), 50.0)) for value in (found.estimate, found.low, found.high)))
    more = posts_needed(found, min(few, MOST_POSTS))
    return Comparison(factor, level, title, len(left), len(right), ratio, p, "unclear", more)


def _judged(one: Comparison, p: float) -> Comparison:
    if p >= SURE or one.ratio is None or one.ratio.low <= 1 <= one.ratio.high:
        return replace(one, p=p)
    return replace(one, p=p, verdict="more" if one.ratio.estimate > 1 else "less", more_posts=None)


def _drawn(post: str) -> str:
    """An order that has nothing to do with time: who is left out of very many is drawn, not chosen."""
    return hashlib.sha256(post.encode()).hexdigest()
