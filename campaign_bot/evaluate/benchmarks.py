"""What is usual for an account of ours: medians of the last 90 days by network, language and format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from campaign_bot.evaluate.groups import PostFigures, Rate, total_rate
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
        sent = one.result.sent
        if sent is not None and one.engagements is not None and now - sent <= TRAILING:
            found.setdefault((one.result.network, one.result.language, format_of(one.result)), []).append(one)
    return tuple(
        Benchmark(*kind, len(some), float(median(one.engagements or 0 for one in some)),
                  total_rate(one.by_followers for one in some))
        for kind, some in sorted(found.items())
    )  # fmt: skip
