"""Two periods of a campaign, or two campaigns, side by side: at the same age, with the difference's uncertainty.

Their mix of networks is not the same, and engagement is not the same on each. So campaigns are compared within each network
and language that both have posts in, periods within each account (`strata.py`); what only one side has is left out, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from campaign_bot.evaluate.comparisons import Valued, of_accounts, per_follower, usual_followers, verdict_of
from campaign_bot.evaluate.groups import PostFigures
from campaign_bot.evaluate.kinds import told_by_all
from campaign_bot.evaluate.statistics import ALPHA, FLOOR, Interval
from campaign_bot.evaluate.strata import FEWEST, Place, Placed, Strata
from campaign_bot.model import Measured, State

if TYPE_CHECKING:
    from campaign_bot.evaluate import Evaluation


@dataclass(frozen=True, slots=True)
class Stratum:
    """Posts of one network and language, or of one account, on both sides."""

    place: Place
    posts: int
    others: int


@dataclass(frozen=True, slots=True)
class Versus:
    """`ratio`: engagement now over before, of two periods within each account; of two campaigns per follower, within each
    network and language. Counted are the kinds of engagement that both tell. None: too few posts on a side, too many alike,
    nothing that both tell, or no place where both have posts."""

    before: Evaluation
    name: str  # of the other campaign; empty: another period of this one
    posts: int
    others: int
    ratio: Interval | None
    verdict: str  # more, less, same, unclear, few, apart (no kind is told by both), elsewhere (no place is in both)
    more_posts: int | None  # see `Comparison`
    strata: tuple[Stratum, ...] = ()  # that are compared
    thin: tuple[Stratum, ...] = ()  # that have too few posts on a side, or none, so are left out
    counted: tuple[str, ...] = ()  # see `Comparison`
    left_out: int = 0


def versus(now: Evaluation, before: Evaluation, name: str = "") -> Versus:
    held = held_against(now.posts, before.posts, campaigns=bool(name))
    here, there = len(held.sides.here), len(held.sides.there)
    found = Versus(
        before, name, here, there, None, "few", max(FLOOR - held.sides.few, 0),
        held.strata, held.thin, held.counted, held.left_out,
    )  # fmt: skip
    if held.why:
        return replace(found, verdict=held.why, more_posts=None)
    if held.sides.few < FLOOR:
        return found
    return _judged(found, held.sides)


def _judged(found: Versus, sides: Strata) -> Versus:
    if sides.tied:
        return replace(found, verdict="unclear", more_posts=None)
    interval = sides.interval()
    assert interval is not None  # noqa: S101 - eight posts a side, each with one of the other side in its stratum, are enough
    ratio, more = interval.exp(), None
    verdict = verdict_of(ratio, sure=sides.p() < ALPHA)
    if verdict == "unclear" and (needed := sides.needed()) is not None:
        more = max(needed - found.posts, 0)
    return replace(found, ratio=ratio, verdict=verdict, more_posts=more)


@dataclass(frozen=True, slots=True)
class Held:
    """What is held against each other, before it is judged. `why`: nothing is, see `Versus.verdict`."""

    sides: Strata
    strata: tuple[Stratum, ...]
    thin: tuple[Stratum, ...]
    counted: tuple[str, ...]
    left_out: int
    why: str = ""


def held_against(now: Iterable[PostFigures], before: Iterable[PostFigures], *, campaigns: bool) -> Held:
    """The posts of two campaigns, or of two periods of one, that can be compared: those of the places that both have."""
    place = _network if campaigns else _account
    both = [[one for one in _counted(side) if one.by_followers is not None or not campaigns] for side in (now, before)]
    met = _met(*([(one.result, place(one.result)) for one in side] for side in both))
    enough = {one.place for one in met if min(one.posts, one.others) >= FEWEST}
    some = [[one for one in side if place(one.result) in enough] for side in both]
    counted, values = _per_follower(some) if campaigns else ((), of_accounts(*some))
    left_out = sum(map(len, some)) - sum(map(len, values))
    told = _met(*([(one, where) for one, where, _ in side] for side in values))
    sides = _sides(*values)
    strata = tuple(
        Stratum(place, int(here), int(there)) for place, here, there in zip(sides.places, *sides.numbers, strict=True)
    )
    thin = tuple(one for one in met if one.place not in enough) + tuple(
        one for one in told if one.place not in sides.places
    )
    why = ""
    if all(both) and not any(one.posts and one.others for one in met):
        why = "elsewhere"
    elif all(some) and not any(values):
        why = "apart"
    return Held(sides, strata, tuple(sorted(thin, key=lambda one: one.place)), counted, left_out, why)


def _network(one: Measured) -> Place:
    return one.network, one.language


def _account(one: Measured) -> Place:
    return (one.account,)


def _counted(posts: Iterable[PostFigures]) -> list[PostFigures]:
    return [one for one in posts if one.engagements is not None and one.result.state is State.SENT]


def _met(*sides: Iterable[tuple[Measured, Place]]) -> list[Stratum]:
    """How many posts each place has on both sides."""
    posts: list[dict[Place, set[str]]] = [{}, {}]
    for found, side in zip(posts, sides, strict=True):
        for one, place in side:
            found.setdefault(place, set()).add(one.post)
    here, there = posts
    return [
        Stratum(place, len(here.get(place, ())), len(there.get(place, ()))) for place in sorted({*here, *there})
    ]  # fmt: skip


def _per_follower(both: Sequence[Sequence[PostFigures]]) -> tuple[tuple[str, ...], list[list[Valued]]]:
    """The kinds that every network of both campaigns tells, and the deliveries by these. What is added to each rate, so that
    none has no logarithm, is the same on both sides of a stratum."""
    groups: dict[tuple[int, str], list[PostFigures]] = {}
    places: dict[Place, list[PostFigures]] = {}
    for number, side in enumerate(both):
        for one in side:
            groups.setdefault((number, one.result.network), []).append(one)
            places.setdefault(_network(one.result), []).append(one)
    kinds = told_by_all(groups.values())
    usual = {place: usual_followers(some) for place, some in places.items()}
    values: list[list[Valued]] = []
    for side in both:
        found: list[Valued] = []
        for place, per in usual.items():
            some = [one for one in side if _network(one.result) == place]
            found += [(one, place, value) for one, value in per_follower(some, per, kinds)]
        values.append(found)
    return (kinds if groups else ()), values


def _sides(here: Sequence[Valued], there: Sequence[Valued]) -> Strata:
    import numpy as np

    placed = Placed([(one.post, place, value) for one, place, value in (*here, *there)])
    now = np.arange(len(here) + len(there)) < len(here)
    return placed.strata(placed.table(now), placed.table(~now))
