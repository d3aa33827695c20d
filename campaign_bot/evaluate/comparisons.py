"""What differed, and how surely: each kind of post against the others, with an interval and a verdict.

A delivery is measured against its own account: the logarithm of its engagements over the account's usual. So a network
with more followers is not taken for a better series. Networks and languages themselves are compared by engagements per
follower. Posts are the units, not deliveries: those of one post say the same at the same time. Where the same posts are
on both sides (a post in both languages, on several networks), each is held against itself: the comparison is paired.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from zoneinfo import ZoneInfo

from campaign_bot.evaluate.groups import PostFigures
from campaign_bot.evaluate.statistics import ALPHA, FLOOR, MATTERS, Interval, Sides, holm, holm_levels
from campaign_bot.library.files import Text
from campaign_bot.model import Measured, State

#: The kinds of most posts, where there are very many.
MOST_LEVELS = 12
#: Where so many posts of the smaller side are on the other one too, those are compared, each with itself.
SHARE_ON_BOTH = 0.8
#: Times that were not drawn by lot also differ in what was said then.
TIMES = ("weekday", "hour")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Posts of one level of a factor against all the others. `ratio`: 1.3 is 30 % more engagement."""

    factor: str
    level: str
    title: Text
    posts: int  # that are compared, 500 at most; paired: the same as `others`
    others: int
    paired: bool  # the same posts are on both sides
    ratio: Interval | None = None  # at `confidence`; None: too few, or too many alike, to say anything
    confidence: float | None = None  # of the interval: at the level at which Holm tests it
    p: float | None = None  # after Holm, over all comparisons of the report
    verdict: str = "few"  # more, less, same (no difference that matters), unclear, few
    #: More posts of this kind (others in proportion) that would find a difference of a quarter with a power of 80 %; 0:
    #: there are enough. Where there are too `few`: until anything can be said. None: it cannot be told.
    more_posts: int | None = None

    @property
    def sure(self) -> bool:
        return self.verdict in ("more", "less")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A comparison before it is judged among all the others."""

    factor: str
    level: str
    title: Text
    sides: Sides


def comparisons(
    posts: Sequence[PostFigures], titles: Mapping[str, Mapping[str, Text]], zone: ZoneInfo
) -> tuple[Comparison, ...]:
    """Every factor, every level. A factor with one level only has nothing to compare."""
    usable = [one for one in posts if one.engagements is not None and one.result.state is State.SENT]
    by_account, by_follower = _against_own_account(usable), per_follower(usable, usual_followers(usable))
    asked: list[_Asked] = []
    for factor, levels_of in _factors(usable, zone).items():
        values = by_follower if factor in ("network", "language") else by_account
        asked += _factor(factor, values, levels_of, titles.get(factor, {}))
    tested = [one for one in asked if one.sides.few >= FLOOR]
    values = [one.sides.p() for one in tested]
    levels = zip(tested, holm(values), holm_levels(values), strict=True)
    told = {(one.factor, one.level): _judged(one, p, alpha) for one, p, alpha in levels}
    return tuple(told.get((one.factor, one.level)) or _few(one, FLOOR) for one in asked)


def _factors(usable: Sequence[PostFigures], zone: ZoneInfo) -> dict[str, Callable[[Measured], tuple[str, ...]]]:
    """The levels of a delivery, by factor; a post with two commitments has both."""
    lengths: dict[tuple[str, str], list[int]] = {}
    for one in usable:
        lengths.setdefault((one.result.network, one.result.language), []).append(one.result.length)
    typical = {kind: median(some) for kind, some in lengths.items()}  # French takes more letters to say the same
    return {
        "series": lambda one: (one.series,),
        "priority": lambda one: (one.priority,) if one.priority else (),
        "commitment": lambda one: one.commitments,
        "language": lambda one: (one.language,),
        "network": lambda one: (one.network,),
        "picture": lambda one: ("yes" if one.pictures else "no",),
        "question": lambda one: ("yes" if one.question else "no",),
        "length": lambda one: ("long" if one.length > typical.get((one.network, one.language), 0) else "short",),
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


def per_follower(posts: Sequence[PostFigures], per: float) -> list[tuple[Measured, float]]:
    """Each sent delivery's log(engagements ÷ followers + 1 ÷ `per`). What is added is the same for every account: with 1
    added to the engagements, a small account would look better than a large one where nobody engages with either."""
    return [
        (one.result, math.log(max(rate.numerator, 0) / rate.denominator + 1 / per))
        for one in posts
        if (rate := one.by_followers) is not None and one.result.state is State.SENT
    ]


def usual_followers(posts: Iterable[PostFigures]) -> float:
    """The median, over deliveries; 1 where nobody is known to follow."""
    found = [rate.denominator for one in posts if (rate := one.by_followers) is not None]
    return float(median(found)) if found else 1.0


def _factor(
    factor: str,
    values: Sequence[tuple[Measured, float]],
    levels_of: Callable[[Measured], tuple[str, ...]],
    titles: Mapping[str, Text],
) -> list[_Asked]:
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
    found: list[_Asked] = []
    for level in sorted(chosen):
        here = by_post((post, value) for post, levels, value in told if level in levels)
        there = by_post((post, value) for post, levels, value in told if level not in levels)
        found.append(_Asked(factor, level, titles.get(level, {}), _sides(here, there)))
    return found


def by_post(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """One value a post: the mean of its deliveries."""
    found: dict[str, list[float]] = {}
    for post, value in values:
        found.setdefault(post, []).append(value)
    return {post: sum(some) / len(some) for post, some in found.items()}


def _sides(here: Mapping[str, float], there: Mapping[str, float]) -> Sides:
    both = sorted(set(here) & set(there), key=drawn)
    if len(both) >= FLOOR and len(both) >= SHARE_ON_BOTH * min(len(here), len(there)):
        return Sides([here[post] for post in both], [there[post] for post in both], paired=True)
    return Sides(*([side[post] for post in sorted(side, key=drawn)] for side in (here, there)))


def _few(one: _Asked, least: int) -> Comparison:
    here, there = len(one.sides.here), len(one.sides.there)
    return Comparison(
        one.factor, one.level, one.title, here, there, one.sides.paired, more_posts=max(least - one.sides.few, 1)
    )


def _judged(one: _Asked, p: float, alpha: float) -> Comparison:
    """The verdict and its interval at one level, that of Holm: they never disagree."""
    sides = one.sides
    found = sides.interval(alpha)
    if found is None:
        return _few(one, sides.fewest(alpha))
    if sides.tied:
        here, there = len(sides.here), len(sides.there)
        return Comparison(one.factor, one.level, one.title, here, there, sides.paired, p=p, verdict="unclear")
    ratio, here = found.exp(), len(sides.here)
    verdict, more = verdict_of(ratio, sure=p < ALPHA), None
    if verdict == "unclear" and (needed := sides.needed(alpha=alpha)) is not None:
        more = max(needed - here, 0)
    return Comparison(
        one.factor, one.level, one.title, here, len(sides.there), sides.paired, ratio, 1 - alpha, p, verdict, more
    )


def verdict_of(ratio: Interval, *, sure: bool) -> str:
    """More or less where chance is unlikely; the same where all that is possible is less than what matters."""
    if sure and not ratio.low <= 1 <= ratio.high:
        return "more" if ratio.estimate > 1 else "less"
    return "same" if ratio.low > 1 / MATTERS and ratio.high < MATTERS else "unclear"


def drawn(post: str) -> str:
    """An order that has nothing to do with time: who is left out of very many is drawn, not chosen."""
    return hashlib.sha256(post.encode()).hexdigest()
