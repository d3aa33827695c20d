"""What differed, and how surely: each kind of post against the others, with an interval and a verdict.

A delivery is measured against its own account: the logarithm of its engagements over the account's usual. So a network
with more followers is not taken for a better series. Networks and languages themselves are compared by engagements per
follower, of the kinds that all of them tell. Posts are the units, not deliveries: those of one post say the same at the same
time. Where the same posts are on both sides (a post in both languages, on several networks), each is held against itself, in
each network or language that it was in on both: the comparison is paired.

A series that always has its own weekday and picture is one split of the posts under three names. It is tested once, and
each of the others says whose posts it has.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from zoneinfo import ZoneInfo

from campaign_bot.evaluate.groups import PostFigures
from campaign_bot.evaluate.kinds import by_account, of_kinds, told_by_all
from campaign_bot.evaluate.statistics import ALPHA, FLOOR, MATTERS, Interval, Sides, holm, holm_levels
from campaign_bot.library.files import Text
from campaign_bot.model import Measured, State

#: The kinds of most posts, where there are very many.
MOST_LEVELS = 12
#: Where so many posts of the smaller side are on the other one too, those are compared, each with itself.
SHARE_ON_BOTH = 0.8
#: What all deliveries of a post have in common: its values are put together once for all of these.
OF_POSTS = ("series", "priority", "commitment", "picture", "question", "length")
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
    verdict: str = "few"  # more, less, same (no difference that matters), unclear, few, apart (no kind is told by all)
    #: More posts of this kind (others in proportion) that would find a difference of a quarter with a power of 80 %; 0:
    #: there are enough. Where there are too `few`: until anything can be said. None: it cannot be told.
    more_posts: int | None = None
    #: The kinds of engagement that all of them tell, so that are counted. Empty: for each account those that it tells.
    counted: tuple[str, ...] = ()
    left_out: int = 0  # deliveries that do not tell all of these
    #: The comparison (factor, level) that splits the same posts the same way, so that is the same test. `swapped`: what is
    #: here is there the others.
    same_as: tuple[str, str] | None = None
    swapped: bool = False

    @property
    def sure(self) -> bool:
        return self.verdict in ("more", "less")


@dataclass(frozen=True, slots=True)
class _Value:
    """A delivery's logarithm. `cell`: the network or language that it has beside what is compared: one is held against
    itself only in the same."""

    result: Measured
    value: float
    cell: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A comparison before it is judged among all the others. `split`: which posts are here and there, with their values;
    the same, or the same the other way round, is the same test."""

    factor: str
    level: str
    title: Text
    sides: Sides
    split: tuple[bytes, bytes]
    counted: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def key(self) -> tuple[tuple[str, ...], frozenset[bytes]]:
        return self.counted, frozenset(self.split)


def comparisons(
    posts: Sequence[PostFigures], titles: Mapping[str, Mapping[str, Text]], zone: ZoneInfo
) -> tuple[Comparison, ...]:
    """Every factor, every level. A factor with one level only has nothing to compare."""
    usable = [one for one in posts if one.engagements is not None and one.result.state is State.SENT]
    own = against_own_account(usable)
    first = {one.result.post: one.result for one in reversed(own)}
    of_posts = [_Value(first[post], value) for post, value in by_post(_posts(own)).items()]
    asked: list[_Asked | Comparison] = []
    for factor, levels_of in _factors(usable, zone).items():
        if factor in ("network", "language"):
            asked += _by_follower(factor, usable, levels_of, titles.get(factor, {}))
        else:
            asked += _factor(factor, of_posts if factor in OF_POSTS else own, levels_of, titles.get(factor, {}))
    return _all_judged(asked)


def _by_follower(
    factor: str,
    usable: Sequence[PostFigures],
    levels_of: Callable[[Measured], tuple[str, ...]],
    titles: Mapping[str, Text],
) -> list[_Asked | Comparison]:
    """Networks, or languages, by engagements of the kinds that all of them tell."""
    some = [one for one in usable if one.by_followers is not None]
    groups: dict[tuple[str, ...], list[PostFigures]] = {}
    for one in some:
        group = (one.result.network,) if factor == "network" else (one.result.network, one.result.language)
        groups.setdefault(group, []).append(one)
    kinds = told_by_all(groups.values())
    values = per_follower(some, usual_followers(some), kinds)
    if not kinds:
        levels = sorted({level for one in some for level in levels_of(one.result)})
        return [Comparison(factor, one, titles.get(one, {}), 0, 0, False, verdict="apart", left_out=len(some))
                for one in levels if len(levels) > 1]  # fmt: skip
    beside = "language" if factor == "network" else "network"
    celled = [_Value(one, value, getattr(one, beside)) for one, value in values]
    return [
        replace(one, counted=kinds, left_out=len(some) - len(values))
        for one in _factor(factor, celled, levels_of, titles)
    ]


def _all_judged(asked: Sequence[_Asked | Comparison]) -> tuple[Comparison, ...]:
    """Each split of the posts is one test, however many names it has."""
    first: dict[object, _Asked] = {}
    for one in asked:
        if isinstance(one, _Asked):
            first.setdefault(one.key, one)
    tested = [one for one in first.values() if one.sides.few >= FLOOR]
    values = [one.sides.p() for one in tested]
    levels = {
        one.key: (p, alpha) for one, p, alpha in zip(tested, holm(values), holm_levels(values), strict=True)
    }  # fmt: skip
    found: list[Comparison] = []
    for one in asked:
        if isinstance(one, Comparison):
            found.append(one)
            continue
        told = _judged(one, *levels[one.key]) if one.key in levels else _few(one, FLOOR)
        told = replace(told, counted=one.counted, left_out=one.left_out)
        if (same := first[one.key]) is not one:
            told = replace(told, same_as=(same.factor, same.level), swapped=same.split != one.split)
        found.append(told)
    return tuple(found)


def _factors(usable: Sequence[PostFigures], zone: ZoneInfo) -> dict[str, Callable[[Measured], tuple[str, ...]]]:
    """The levels of a delivery, by factor; a post with two commitments has both."""
    lengths: dict[tuple[str, str], list[int]] = {}
    for one in usable:
        lengths.setdefault((one.result.network, one.result.language), []).append(one.result.length)
    typical = {kind: median(some) for kind, some in lengths.items()}  # French takes more letters to say the same
    pictured = _mostly(usable, lambda one: one.pictures > 0)
    asking = _mostly(usable, lambda one: one.question)
    longer = _mostly(usable, lambda one: one.length > typical[one.network, one.language])
    return {
        "series": lambda one: (one.series,),
        "priority": lambda one: (one.priority,) if one.priority else (),
        "commitment": lambda one: one.commitments,
        "language": lambda one: (one.language,),
        "network": lambda one: (one.network,),
        "picture": lambda one: ("yes" if one.post in pictured else "no",),
        "question": lambda one: ("yes" if one.post in asking else "no",),
        "length": lambda one: ("long" if one.post in longer else "short",),
        "weekday": lambda one: (WEEKDAYS[one.due.astimezone(zone).weekday()],),
        "hour": lambda one: (hours_of(one.due.astimezone(zone).hour),),
    }


def _mostly(usable: Iterable[PostFigures], is_so: Callable[[Measured], bool]) -> set[str]:
    """The posts of which more than half of the deliveries are so. A post has one level, also where its text is long on one
    network and short on another: or what it had there would be held against what it had here."""
    number: dict[str, int] = {}
    for one in usable:
        number[one.result.post] = number.get(one.result.post, 0) + (1 if is_so(one.result) else -1)
    return {post for post, more in number.items() if more > 0}


def hours_of(hour: int) -> str:
    """The part of the day: 00-06, 06-12, 12-18, 18-24."""
    begin = hour // 6 * 6
    return f"{begin:02d}-{begin + 6:02d}"


def against_own_account(usable: Sequence[PostFigures]) -> list[_Value]:
    """Of the kinds that the account told all along; deliveries that do not tell them are left out."""
    kinds = by_account(usable)
    told = [
        (one.result, math.log1p(number))
        for one in usable
        if (number := of_kinds(one, kinds[one.result.account])) is not None
    ]
    logs: dict[str, list[float]] = {}
    for one, value in told:
        logs.setdefault(one.account, []).append(value)
    usual = {account: median(some) for account, some in logs.items()}
    return [_Value(one, value - usual[one.account]) for one, value in told]


def per_follower(posts: Iterable[PostFigures], per: float, kinds: Sequence[str]) -> list[tuple[Measured, float]]:
    """Each sent delivery's log(engagements ÷ followers + 1 ÷ `per`), of these kinds alone. What is added is the same for
    every account: with 1 added to the engagements, a small account would look better than a large one where nobody engages
    with either."""
    return [
        (one.result, math.log(number / rate.denominator + 1 / per))
        for one in posts
        if (rate := one.by_followers) is not None and one.result.state is State.SENT
        if (number := of_kinds(one, kinds)) is not None
    ]


def usual_followers(posts: Iterable[PostFigures]) -> float:
    """The median, over deliveries; 1 where nobody is known to follow."""
    found = [rate.denominator for one in posts if (rate := one.by_followers) is not None]
    return float(median(found)) if found else 1.0


def _factor(
    factor: str,
    values: Sequence[_Value],
    levels_of: Callable[[Measured], tuple[str, ...]],
    titles: Mapping[str, Text],
) -> list[_Asked]:
    told = [(one, levels) for one in values if (levels := levels_of(one.result))]
    number: dict[str, set[str]] = {}
    for one, levels in told:
        for level in levels:
            number.setdefault(level, set()).add(one.result.post)
    if len(number) < 2:
        return []
    chosen = sorted(number, key=lambda level: (-len(number[level]), level))[:MOST_LEVELS]
    if len(number) == 2:  # the second would say the same again
        chosen = [level for level in ("yes", "long", *sorted(chosen)) if level in chosen][:1]
    found: list[_Asked] = []
    for level in [day for day in WEEKDAYS if day in chosen] if factor == "weekday" else sorted(chosen):
        here = [one for one, levels in told if level in levels]
        there = [one for one, levels in told if level not in levels]
        found.append(_sides(factor, level, titles.get(level, {}), here, there))
    return found


def by_post(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """One value a post: the mean of its deliveries."""
    found: dict[str, list[float]] = {}
    for post, value in values:
        found.setdefault(post, []).append(value)
    return {post: sum(some) / len(some) for post, some in found.items()}


def _sides(factor: str, level: str, title: Text, here: Sequence[_Value], there: Sequence[_Value]) -> _Asked:
    sides = [by_post(_posts(side)) for side in (here, there)]
    enough, paired = max(FLOOR, SHARE_ON_BOTH * min(map(len, sides))), False
    if len(sides[0].keys() & sides[1].keys()) >= enough:
        both = {_place(one) for one in here} & {_place(one) for one in there}
        paired = len({post for post, _ in both}) >= enough
        if paired:  # a post on X and Mastodon in English, on X alone in French: X is held against X
            sides = [_by_cell(side, both) for side in (here, there)]
    here_posts, there_posts = (sorted(side, key=drawn) for side in sides)
    here_values, there_values = [sides[0][post] for post in here_posts], [sides[1][post] for post in there_posts]
    split = _hash(here_posts, here_values), _hash(there_posts, there_values)
    return _Asked(factor, level, title, Sides(here_values, there_values, paired=paired), split)


def _hash(posts: Sequence[str], values: Sequence[float]) -> bytes:
    """Of the posts on a side, with their values."""
    return hashlib.sha256(json.dumps([posts, values]).encode()).digest()


def _posts(side: Iterable[_Value]) -> Iterable[tuple[str, float]]:
    return ((one.result.post, one.value) for one in side)


def _place(one: _Value) -> tuple[str, str]:
    return one.result.post, one.cell


def _by_cell(side: Iterable[_Value], both: set[tuple[str, str]]) -> dict[str, float]:
    """Of each post what is on both sides: first one value for each network or language, then one for the post."""
    cells: dict[tuple[str, str], list[float]] = {}
    for one in side:
        if _place(one) in both:
            cells.setdefault(_place(one), []).append(one.value)
    return by_post((post, sum(some) / len(some)) for (post, _), some in cells.items())


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
