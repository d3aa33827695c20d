"""What is usual for an account of ours: medians of the last 90 days by network, language and format. Beside them what others
had, as somebody typed it in; ours stands beside it only where it is the same measure at the same age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from campaign_bot.evaluate.groups import PostFigures, Rate, total_rate
from campaign_bot.library.files import OutsideBenchmark
from campaign_bot.model import Measured

TRAILING = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Benchmark:
    network: str
    language: str
    format: str  # poll, thread, picture or text
    posts: int
    median: float
    by_followers: Rate | None
    without_followers: int  # of the posts, those whose account nobody followed

    @property
    def nobody(self) -> bool:
        return self.without_followers == self.posts


@dataclass(frozen=True, slots=True)
class Outside:
    """`ours`: the median of our deliveries of its network and language, or None. `same_age`: whether it can be compared."""

    file: OutsideBenchmark
    same_age: bool
    ours: float | None
    read: int


def outside(
    typed_in: Sequence[OutsideBenchmark], posts: Sequence[PostFigures], now: datetime, age: timedelta | None
) -> tuple[Outside, ...]:
    found: list[Outside] = []
    for one in typed_in:
        same = age is not None and one.age == age
        values = [
            value
            for post in posts
            if same and _lately(post, now) and one.network in (None, post.result.network)
            if one.language in (None, post.result.language) and (value := _measure(post, one.metric)) is not None
        ]
        found.append(Outside(one, same, float(median(values)) if values else None, len(values)))
    return tuple(found)


def _measure(post: PostFigures, metric: str) -> float | None:
    """Each measure has a denominator of its own: never one for another."""
    if metric == "median_engagements":
        return post.engagements
    rate = post.by_followers if metric == "engagement_per_100_followers" else post.by_impressions
    return rate.percent if rate else None


def _lately(post: PostFigures, now: datetime) -> bool:
    sent = post.result.sent
    return sent is not None and post.engagements is not None and now - sent <= TRAILING


def format_of(one: Measured) -> str:
    if one.poll_min:
        return "poll"
    if one.parts > 1:
        return "thread"
    return "picture" if one.pictures else "text"


def benchmarks(posts: Sequence[PostFigures], now: datetime) -> tuple[Benchmark, ...]:
    """Each post against its like: only those of the last 90 days whose counts are known at the age of comparison."""
    found: dict[tuple[str, str, str], list[PostFigures]] = {}
    for one in posts:
        if _lately(one, now):
            found.setdefault((one.result.network, one.result.language, format_of(one.result)), []).append(one)
    return tuple(
        Benchmark(*kind, len(some), float(median(one.engagements or 0 for one in some)),
                  total_rate(one.by_followers for one in some), sum(one.result.followers == 0 for one in some))
        for kind, some in sorted(found.items())
    )  # fmt: skip
