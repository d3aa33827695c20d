"""Two periods of a campaign, or two campaigns, side by side: at the same age, with the difference's uncertainty."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from campaign_bot.evaluate.comparisons import by_post, drawn, per_follower, usual_followers, verdict_of
from campaign_bot.evaluate.groups import PostFigures
from campaign_bot.evaluate.statistics import ALPHA, FLOOR, Interval, Sides
from campaign_bot.model import State

if TYPE_CHECKING:
    from campaign_bot.evaluate import Evaluation


@dataclass(frozen=True, slots=True)
class Versus:
    """`ratio`: engagement now over before, of accounts that are in both against their own median; of two campaigns per
    follower. None: too few posts on a side, or too many alike."""

    before: Evaluation
    name: str  # of the other campaign; empty: another period of this one
    posts: int
    others: int
    ratio: Interval | None
    verdict: str  # more, less, same, unclear, few
    more_posts: int | None  # see `Comparison`


def versus(now: Evaluation, before: Evaluation, name: str = "") -> Versus:
    if name:
        usual = usual_followers([*now.posts, *before.posts])
        here, there = (
            _drawn((one.post, value) for one, value in per_follower(side.posts, usual)) for side in (now, before)
        )
    else:
        medians = _usual(now.posts, before.posts)
        here, there = _against_account(now.posts, medians), _against_account(before.posts, medians)
    sides = Sides(here, there)
    if sides.few < FLOOR:
        posts, others = (len({one.result.post for one in _counted(side.posts)}) for side in (now, before))
        return Versus(before, name, posts, others, None, "few", FLOOR - sides.few)
    if sides.tied:
        return Versus(before, name, len(here), len(there), None, "unclear", None)
    found = sides.interval()
    assert found is not None  # noqa: S101 - eight posts a side are enough for one comparison
    ratio, more = found.exp(), None
    verdict = verdict_of(ratio, sure=sides.p() < ALPHA)
    if verdict == "unclear" and (needed := sides.needed()) is not None:
        more = max(needed - len(sides.here), 0)
    return Versus(before, name, len(sides.here), len(sides.there), ratio, verdict, more)


def _counted(posts: Iterable[PostFigures]) -> list[PostFigures]:
    return [one for one in posts if one.engagements is not None and one.result.state is State.SENT]


def _usual(now: Sequence[PostFigures], before: Sequence[PostFigures]) -> dict[str, float]:
    """The median logarithm of each account that is in both periods, over both together."""
    logs: dict[str, list[float]] = {}
    for one in (*now, *before):
        if one.engagements is not None:
            logs.setdefault(one.result.account, []).append(math.log1p(max(one.engagements, 0)))
    both = {one.result.account for one in now} & {one.result.account for one in before}
    return {account: median(some) for account, some in logs.items() if account in both}


def _against_account(posts: Sequence[PostFigures], usual: dict[str, float]) -> list[float]:
    return _drawn(
        (one.result.post, math.log1p(max(one.engagements or 0, 0)) - usual[one.result.account])
        for one in _counted(posts)
        if one.result.account in usual
    )


def _drawn(values: Iterable[tuple[str, float]]) -> list[float]:
    """One value a post, in an order that was drawn."""
    found = by_post(values)
    return [found[post] for post in sorted(found, key=drawn)]
