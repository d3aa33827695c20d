"""Two periods of a campaign, or two campaigns, side by side: at the same age, with the difference's uncertainty."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from campaign_bot.evaluate.comparisons import by_post, drawn, per_follower, usual_followers, verdict_of
from campaign_bot.evaluate.groups import PostFigures
from campaign_bot.evaluate.kinds import by_account, of_kinds, told_by_all
from campaign_bot.evaluate.statistics import ALPHA, FLOOR, Interval, Sides
from campaign_bot.model import State

if TYPE_CHECKING:
    from campaign_bot.evaluate import Evaluation


@dataclass(frozen=True, slots=True)
class Versus:
    """`ratio`: engagement now over before, of accounts that are in both against their own median; of two campaigns per
    follower. Counted are the kinds of engagement that both tell: of two periods, those that an account told in both. None:
    too few posts on a side, too many alike, or nothing that both tell."""

    before: Evaluation
    name: str  # of the other campaign; empty: another period of this one
    posts: int
    others: int
    ratio: Interval | None
    verdict: str  # more, less, same, unclear, few, apart
    more_posts: int | None  # see `Comparison`
    counted: tuple[str, ...] = ()  # see `Comparison`
    left_out: int = 0


def versus(now: Evaluation, before: Evaluation, name: str = "") -> Versus:
    both = [_counted(side.posts) for side in (now, before)]
    counted: tuple[str, ...] = ()
    if name:
        both = [[one for one in side if one.by_followers is not None] for side in both]
        counted, usual = _told(both), usual_followers([*both[0], *both[1]])
        values = [[(one.post, value) for one, value in per_follower(side, usual, counted)] for side in both]
    else:
        accounts = set.intersection(*({one.result.account for one in side} for side in both))
        both = [[one for one in side if one.result.account in accounts] for side in both]
        values = _against_account(*both)
    found = _judged(before, name, [_drawn(side) for side in values])
    if all(both) and not any(values):
        found = replace(found, verdict="apart", more_posts=None)
    return replace(found, counted=counted, left_out=sum(map(len, both)) - sum(map(len, values)))


def _judged(before: Evaluation, name: str, values: Sequence[Sequence[float]]) -> Versus:
    sides = Sides(*values)
    here, there = len(sides.here), len(sides.there)
    if sides.few < FLOOR:
        return Versus(before, name, here, there, None, "few", FLOOR - sides.few)
    if sides.tied:
        return Versus(before, name, here, there, None, "unclear", None)
    found = sides.interval()
    assert found is not None  # noqa: S101 - eight posts a side are enough for one comparison
    ratio, more = found.exp(), None
    verdict = verdict_of(ratio, sure=sides.p() < ALPHA)
    if verdict == "unclear" and (needed := sides.needed()) is not None:
        more = max(needed - here, 0)
    return Versus(before, name, here, there, ratio, verdict, more)


def _counted(posts: Iterable[PostFigures]) -> list[PostFigures]:
    return [one for one in posts if one.engagements is not None and one.result.state is State.SENT]


def _told(both: Sequence[Sequence[PostFigures]]) -> tuple[str, ...]:
    """The kinds that every network of both campaigns tells."""
    groups: dict[tuple[int, str], list[PostFigures]] = {}
    for place, side in enumerate(both):
        for one in side:
            groups.setdefault((place, one.result.network), []).append(one)
    return told_by_all(groups.values())


def _against_account(now: Sequence[PostFigures], before: Sequence[PostFigures]) -> list[list[tuple[str, float]]]:
    """Each delivery against its account's median of both periods, by the kinds that the account told in both: a server that
    was upgraded in between tells more, and no post had more engagement for that."""
    kinds = by_account(now, before)
    told = [
        [
            (one.result, math.log1p(number))
            for one in side
            if (number := of_kinds(one, kinds[one.result.account])) is not None
        ]
        for side in (now, before)
    ]
    logs: dict[str, list[float]] = {}
    for one, value in (*told[0], *told[1]):
        logs.setdefault(one.account, []).append(value)
    usual = {account: median(some) for account, some in logs.items()}
    return [[(one.post, value - usual[one.account]) for one, value in side] for side in told]


def _drawn(values: Iterable[tuple[str, float]]) -> list[float]:
    """One value a post, in an order that was drawn."""
    found = by_post(values)
    return [found[post] for post in sorted(found, key=drawn)]
