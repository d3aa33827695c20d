"""The few deliveries that are shown, because they had the highest or the lowest engagement rate; and why there are no more.

Who had no engagement is no best one. Of many that had none, three are not singled out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaign_bot.evaluate.groups import PostFigures

#: So many of each are shown.
MOST = 3


@dataclass(frozen=True, slots=True)
class Extremes:
    """`ranked`: deliveries with a rate; `without`: those of them that had no engagement; `level_best` and `level_worst`:
    others with the very rate of the last one shown."""

    best: tuple[PostFigures, ...] = ()
    worst: tuple[PostFigures, ...] = ()
    ranked: int = 0
    without: int = 0
    level_best: int = 0
    level_worst: int = 0
    all_level: bool = False  # there are more than are shown, and all have one rate above 0


def extremes(posts: Iterable[PostFigures]) -> Extremes:
    """Highest first in `best`, lowest first in `worst`; no delivery is in both. Of one rate, the earliest first."""
    ranked = sorted(
        (one for one in posts if one.by_followers), key=lambda one: (-rate(one), one.result.due, one.result.delivery)
    )
    without = sum(rate(one) <= 0 for one in ranked)
    if len(ranked) > MOST and rate(ranked[0]) == rate(ranked[-1]) > 0:
        return Extremes(ranked=len(ranked), all_level=True)
    best = ranked[: min(MOST, len(ranked) - without)]
    rest = ranked[len(best) :] if len(ranked) > MOST and without <= MOST else []
    worst = sorted(rest, key=lambda one: (rate(one), one.result.due, one.result.delivery))[:MOST]
    return Extremes(
        tuple(best), tuple(worst), len(ranked), without,
        level_best=_level(best, ranked), level_worst=_level(worst, rest),
    )  # fmt: skip


def _level(shown: Sequence[PostFigures], of: Sequence[PostFigures]) -> int:
    """How many more have the rate of the last one shown."""
    if not shown:
        return 0
    same = [rate(one) == rate(shown[-1]) for one in of]
    return sum(same) - sum(rate(one) == rate(shown[-1]) for one in shown)


def rate(one: PostFigures) -> float:
    return (one.by_followers.percent or 0.0) if one.by_followers else 0.0
