"""What differed, and how surely: each kind of post against the others, with an interval and a verdict.

A post is held against others of its own account only (`strata.py`). So a network with more followers is not taken for a
better series, and a series that is mostly there is no worse for being held against its own usual. Accounts that have the same
posts count as one: their mix cannot differ, and the mean of several small counts says more than each. Networks and languages
themselves are compared by engagements per follower, of the kinds that all of them tell: networks within a language, languages
within a network. Posts are the units, not deliveries: those of one post say the same at the same time. Where the same posts
are on both sides of these two, each is held against itself, in each language or network that it was in on both: the
comparison is paired.

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
from typing import Any
from zoneinfo import ZoneInfo

from campaign_bot.evaluate.groups import PostFigures
from campaign_bot.evaluate.kinds import by_account, of_kinds, told_by_all
from campaign_bot.evaluate.statistics import ALPHA, FLOOR, MATTERS, Interval, Pairs, holm, holm_levels
from campaign_bot.evaluate.strata import Place, Placed, Strata
from campaign_bot.library.files import Text
from campaign_bot.model import Measured, State

#: The kinds of most posts, where there are very many.
MOST_LEVELS = 12
#: Where so many posts of the smaller side are on the other one too, those are compared, each with itself.
SHARE_ON_BOTH = 0.8
#: Accounts count as one where so many of the posts that either has are on both.
SHARE_TOGETHER = 0.9
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
    #: more, less, same (no difference that matters), unclear, few, apart (no kind is told by all), elsewhere (no place has
    #: posts of both sides)
    verdict: str = "few"
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


#: A delivery, where it is held against others, and its value, a logarithm.
Valued = tuple[Measured, Place, float]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A comparison before it is judged among all the others. `posts`, `others`: as many as there are, in whatever place.
    `split`: which posts are here and there, with their values; the same, or the same the other way round, is the same test."""

    factor: str
    level: str
    title: Text
    sides: Strata | Pairs
    posts: int
    others: int
    met: bool  # a place has posts of both
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
    (alone,) = of_accounts(usable)
    together = _together(alone)
    by_group = _placed(together)
    asked: list[_Asked | Comparison] = []
    for factor, levels_of in _factors(usable, zone).items():
        if factor in ("network", "language"):
            asked += _by_follower(factor, usable, levels_of, titles.get(factor, {}))
        elif factor in TIMES and not _same_in_a_post(alone, levels_of):
            asked += _factor(factor, alone, _placed(alone), levels_of, titles.get(factor, {}))
        else:
            asked += _factor(factor, together, by_group, levels_of, titles.get(factor, {}))
    return _all_judged(asked)


def _together(alone: Sequence[Valued]) -> list[Valued]:
    """The same with accounts that have the same posts in one place, each delivery against its account's median: of the few
    posts that one of them lacks the mean is not another for that."""
    posts: dict[Place, set[str]] = {}
    values: dict[Place, list[float]] = {}
    for one, place, value in alone:
        posts.setdefault(place, set()).add(one.post)
        values.setdefault(place, []).append(value)
    usual = {place: median(some) for place, some in values.items()}
    groups: list[list[Place]] = []
    for place, some in sorted(posts.items()):
        for group in groups:
            if all(len(some & posts[other]) >= SHARE_TOGETHER * len(some | posts[other]) for other in group):
                group.append(place)
                break
        else:
            groups.append([place])
    of = {place: tuple(name for one in group for name in one) for group in groups for place in group}
    return [(one, of[place], value - usual[place]) for one, place, value in alone]


def _same_in_a_post(values: Sequence[Valued], levels_of: Callable[[Measured], tuple[str, ...]]) -> bool:
    """Whether all deliveries of a post have the same levels: accounts may have times of their own, and then what is here of a
    post and what is there are of different ones."""
    first: dict[str, tuple[str, ...]] = {}
    return all(first.setdefault(one.post, levels := levels_of(one)) == levels for one, _, _ in values)


def _placed(values: Sequence[Valued]) -> Placed:
    return Placed([(one.post, place, value) for one, place, value in values])


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
    if not kinds:
        levels = sorted({level for one in some for level in levels_of(one.result)})
        return [Comparison(factor, one, titles.get(one, {}), 0, 0, False, verdict="apart", left_out=len(some))
                for one in levels if len(levels) > 1]  # fmt: skip
    beside = "language" if factor == "network" else "network"
    told = per_follower(some, usual_followers(some), kinds)
    values: list[Valued] = [(one, (getattr(one, beside),), value) for one, value in told]
    return [
        replace(one, counted=kinds, left_out=len(some) - len(values))
        for one in _factor(factor, values, _placed(values), levels_of, titles, pairing=True)
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


def of_accounts(*times: Sequence[PostFigures]) -> list[list[Valued]]:
    """Each delivery's log(1 + engagements) in the place of its account, of the kinds that the account told all along, in each of
    the times: a server that is upgraded in between tells more, and no post had more engagement for that. Deliveries that do not
    tell them are left out."""
    kinds = by_account(*times)
    return [
        [
            (one.result, (one.result.account,), math.log1p(number))
            for one in some
            if (number := of_kinds(one, kinds[one.result.account])) is not None
        ]
        for some in times
    ]


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
    values: Sequence[Valued],
    placed: Placed,
    levels_of: Callable[[Measured], tuple[str, ...]],
    titles: Mapping[str, Text],
    *,
    pairing: bool = False,
) -> list[_Asked]:
    """Each level against all the others; `placed` are these values. `pairing`: the same posts can be on both sides of it."""
    rows: dict[str, list[int]] = {}
    for row, (one, _, _) in enumerate(values):
        for level in levels_of(one):
            rows.setdefault(level, []).append(row)
    if len(rows) < 2:
        return []
    number = {level: len({values[row][0].post for row in some}) for level, some in rows.items()}
    chosen = sorted(number, key=lambda level: (-number[level], level))[:MOST_LEVELS]
    if len(number) == 2:  # the second would say the same again
        chosen = [level for level in ("yes", "long", *sorted(chosen)) if level in chosen][:1]
    told = _marked(len(values), (row for some in rows.values() for row in some))
    found: list[_Asked] = []
    for level in [day for day in WEEKDAYS if day in chosen] if factor == "weekday" else sorted(chosen):
        here = _marked(len(values), rows[level])
        tables = placed.table(here), placed.table(told & ~here)
        found.append(_asked(factor, level, titles.get(level, {}), placed, *tables, pairing=pairing))
    return found


def _marked(number: int, rows: Iterable[int]) -> Any:
    """Of so many rows, which are these."""
    import numpy as np

    marked = np.zeros(number, dtype=bool)
    marked[list(rows)] = True
    return marked


def _asked(factor: str, level: str, title: Text, placed: Placed, here: Any, there: Any, *, pairing: bool) -> _Asked:
    import numpy as np

    both = ~np.isnan(here) & ~np.isnan(there)
    posts, others = (int((~np.isnan(side)).any(axis=1).sum()) for side in (here, there))
    same = both.any(axis=1)
    if pairing and same.sum() >= max(FLOOR, SHARE_ON_BOTH * min(posts, others)):
        # A post on X and Mastodon in English, on X alone in French: X is held against X, in one value for the post.
        means = [np.where(both, side, 0).sum(axis=1)[same] / both.sum(axis=1)[same] for side in (here, there)]
        sides, tables = Pairs(*means), means
    else:
        sides = placed.strata(here, there)
        tables = [sides.here, sides.there]
    split = [_hash(placed, side, table) for side, table in zip((here, there), tables, strict=True)]
    met = bool((~np.isnan(here).all(axis=0) & ~np.isnan(there).all(axis=0)).any())
    return _Asked(factor, level, title, sides, posts, others, met, (split[0], split[1]))


def _hash(placed: Placed, side: Any, table: Any) -> bytes:
    """Of the posts on a side, with the values that are compared."""
    import numpy as np

    names = [placed.posts[row] for row in np.flatnonzero(~np.isnan(side).all(axis=1))]
    return hashlib.sha256(json.dumps(names).encode() + table.tobytes()).digest()


def _few(one: _Asked, least: int) -> Comparison:
    """Of those that are compared, if any are."""
    sides, paired = one.sides, isinstance(one.sides, Pairs)
    found = Comparison(one.factor, one.level, one.title, one.posts, one.others, paired)
    if not one.met:
        return replace(found, verdict="elsewhere")
    if sides.few:
        here, there = _numbers(sides)
        found = replace(found, posts=here, others=there)
    # Where none are, no place has enough of both: one has a post of each kind at the most.
    return replace(found, more_posts=max(least - (sides.few or 1), 1))


def _numbers(sides: Strata | Pairs) -> tuple[int, int]:
    return (sides.few, sides.few) if isinstance(sides, Pairs) else (len(sides.here), len(sides.there))


def _judged(one: _Asked, p: float, alpha: float) -> Comparison:
    """The verdict and its interval at one level, that of Holm: they never disagree."""
    sides, (here, there) = one.sides, _numbers(one.sides)
    found = sides.interval(alpha)
    if found is None:
        return _few(one, sides.fewest(alpha))
    told = Comparison(one.factor, one.level, one.title, here, there, isinstance(sides, Pairs), p=p, verdict="unclear")
    if sides.tied:
        return told
    ratio = found.exp()
    verdict, more = verdict_of(ratio, sure=p < ALPHA), None
    if verdict == "unclear" and (needed := sides.needed(alpha=alpha)) is not None:
        more = max(needed - here, 0)
    return replace(told, ratio=ratio, confidence=1 - alpha, verdict=verdict, more_posts=more)


def verdict_of(ratio: Interval, *, sure: bool) -> str:
    """More or less where chance is unlikely; the same where all that is possible is less than what matters."""
    if sure and not ratio.low <= 1 <= ratio.high:
        return "more" if ratio.estimate > 1 else "less"
    return "same" if ratio.low > 1 / MATTERS and ratio.high < MATTERS else "unclear"
