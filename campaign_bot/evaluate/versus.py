"""Two periods of a campaign, or two campaigns, side by side: at the same age, with the difference's uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from campaign_bot.evaluate.groups import PostFigures
from campaign_bot.evaluate.statistics import FLOOR, Interval, median_difference, posts_needed
from campaign_bot.model import State

if TYPE_CHECKING:
    from campaign_bot.evaluate import Evaluation

SURE = 0.05


@dataclass(frozen=True, slots=True)
class Versus:
    """`ratio`: engagement now over before, of accounts that are in both against their own median; of two campaigns per
    follower. None: too few posts on a side."""

    before: Evaluation
    name: str  # of the other campaign; empty: another period of this one
    posts: int
    others: int
    ratio: Interval | None
    verdict: str  # more, less, unclear, few
    more_posts: int | None


def versus(now: Evaluation, before: Evaluation, name: str = "") -> Versus:
    values = _per_follower if name else _against_account
    usual = {} if name else _usual([*now.posts, *before.posts])
    here, there = values(now.posts, usual), values(before.posts, usual)
    few = min(len(here), len(there))
    if few < FLOOR:
        return Versus(before, name, len(here), len(there), None, "few", FLOOR - few)
    found, p = median_difference(here, there, seed=1)
    ratio = Interval(*(math.exp(min(max(value, -50.0), 50.0)) for value in (found.estimate, found.low, found.high)))
    if p < SURE and not ratio.low <= 1 <= ratio.high:
        return Versus(before, name, len(here), len(there), ratio, "more" if ratio.estimate > 1 else "less", None)
    return Versus(before, name, len(here), len(there), ratio, "unclear", posts_needed(found, few))


def _usual(posts: Sequence[PostFigures]) -> dict[str, float]:
    """Each account's median logarithm, over both periods together."""
    logs: dict[str, list[float]] = {}
    for one in posts:
        if one.engagements is not None:
            logs.setdefault(one.result.account, []).append(math.log1p(max(one.engagements, 0)))
    return {account: median(some) for account, some in logs.items()}


def _against_account(posts: Sequence[PostFigures], usual: dict[str, float]) -> list[float]:
    return _by_post(
        [
            (one.result.post, math.log1p(max(one.engagements, 0)) - usual[one.result.account])
            for one in posts
            if one.engagements is not None and one.result.state is State.SENT
        ]
    )


def _per_follower(posts: Sequence[PostFigures], _usual: dict[str, float]) -> list[float]:
    return _by_post(
        [
            (one.result.post, math.log((max(rate.numerator, 0) + 1) / rate.denominator))
            for one in posts
            if (rate := one.by_followers) is not None
        ]
    )


def _by_post(values: Sequence[tuple[str, float]]) -> list[float]:
    found: dict[str, list[float]] = {}
    for post, value in values:
        found.setdefault(post, []).append(value)
    return [fmean(found[post]) for post in sorted(found)]
