"""Evaluate: what came of the campaign, with every rate's denominator. Pure: results in, figures out.

Definitions follow the report's own methods section. A count that a network does not tell is None and never 0; posts
are compared at one age only; nothing here claims that a difference is more than chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from campaign_bot.library.files import CampaignFile, Text
from campaign_bot.model import Counts, Result, State

ENGAGEMENTS = ("likes", "reposts", "replies", "quotes", "bookmarks")
#: Posts are compared at the largest age that this share of the sent ones has been read at.
SHARE_READ = 0.8
LATE = timedelta(seconds=60)
BEST = 5


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with its parts: never the one without the others."""

    numerator: int
    denominator: int
    posts: int

    @property
    def percent(self) -> float | None:
        return 100 * self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of some deliveries: of a network, a language, a series, a priority."""

    key: str
    title: Text
    planned: int
    sent: int
    failed: int
    missed: int
    other: int  # draft, approved, cancelled, unconfirmed, retracted
    read: int  # sent ones whose counts were read at the age of comparison
    engagements: int | None
    median: float | None
    by_followers: Rate | None
    by_impressions: Rate | None
    poll_votes: int | None


@dataclass(frozen=True, slots=True)
class PostFigures:
    """One delivery with its engagement, for the lists of best and worst and for CSV."""

    result: Result
    engagements: int | None
    by_followers: Rate | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    campaign: CampaignFile
    now: datetime
    simulated: bool
    age: timedelta | None  # of comparison; None: nothing was read yet
    total: Group
    groups: dict[str, tuple[Group, ...]]  # network, language, series, priority
    late: int
    lateness_p50_s: float | None
    lateness_p99_s: float | None
    alt_share: Rate | None  # pictures with alt text
    pairs: Rate | None  # posts that were sent in every language, by network
    growth: dict[str, tuple[tuple[timedelta, float], ...]]  # network -> (age, median engagements)
    weeks: tuple[tuple[str, int, int], ...]  # (ISO week, sent, not sent)
    best: tuple[PostFigures, ...]
    worst: tuple[PostFigures, ...]
    posts: tuple[PostFigures, ...]


def evaluate(
    campaign: CampaignFile, results: Sequence[Result], *, titles: Mapping[str, Text], now: datetime
) -> Evaluation:
    """Everything that the report tells. `titles` are of series, by id."""
    age = comparable_age(campaign.collect_at, results)
    sent = [one for one in results if one.state is State.SENT]
    lateness = sorted((one.sent - one.due).total_seconds() for one in sent if one.sent)
    posts = tuple(_figures(one, age) for one in results)
    ranked = sorted((p for p in posts if p.by_followers), key=lambda p: (-_percent(p), p.result.delivery))
    named: dict[str, tuple[Callable[[Result], str], Mapping[str, Text]]] = {
        "network": (lambda one: one.network, {}),
        "language": (lambda one: one.language, {}),
        "series": (lambda one: one.series, titles),
        "priority": (lambda one: one.priority, campaign.priorities),
    }
    return Evaluation(
        campaign=campaign,
        now=now,
        simulated=any(one.simulated for one in results),
        age=age,
        total=_group("all", {}, results, age),
        groups={name: _groups(results, of, words, age) for name, (of, words) in named.items()},
        late=sum(seconds > LATE.total_seconds() for seconds in lateness),
        lateness_p50_s=median(lateness) if lateness else None,
        lateness_p99_s=lateness[min(len(lateness) - 1, int(len(lateness) * 0.99))] if lateness else None,
        alt_share=_alt_share(sent),
        pairs=_pairs(campaign, results),
        growth=_growth(sent),
        weeks=_weeks(results),
        best=tuple(ranked[:BEST]),
        worst=tuple(reversed(ranked[-BEST:])) if len(ranked) > BEST else (),
        posts=posts,
    )


def engagements(counts: Counts) -> int | None:
    """Likes, reposts, replies, quotes and bookmarks together; None where the network tells none of them."""
    told = [value for name in ENGAGEMENTS if (value := getattr(counts, name)) is not None]
    return sum(told) if told else None


def comparable_age(ages: Iterable[timedelta], results: Sequence[Result]) -> timedelta | None:
    """The largest age at which at least `SHARE_READ` of the sent posts were read; else the most read one."""
    sent = [one for one in results if one.state is State.SENT]
    read = {age: sum(any(s.age == age for s in one.snapshots) for one in sent) for age in ages}
    enough = [age for age, number in read.items() if sent and number >= SHARE_READ * len(sent)]
    if enough:
        return max(enough)
    return max((age for age in read if read[age]), key=lambda age: (read[age], age), default=None)


def _at(one: Result, age: timedelta | None) -> Counts | None:
    return next((snapshot.counts for snapshot in one.snapshots if snapshot.age == age), None)


def _figures(one: Result, age: timedelta | None) -> PostFigures:
    counts = _at(one, age)
    total = engagements(counts) if counts else None
    rate = Rate(total, one.followers, 1) if total is not None and one.followers else None
    return PostFigures(one, total, rate)


def _percent(post: PostFigures) -> float:
    return (post.by_followers.percent or 0.0) if post.by_followers else 0.0


def _groups(
    results: Sequence[Result], of: Callable[[Result], str], titles: Mapping[str, Text], age: timedelta | None
) -> tuple[Group, ...]:
    keys = sorted({of(one) for one in results})
    return tuple(_group(key, titles.get(key, {}), [one for one in results if of(one) == key], age) for key in keys)


def _group(key: str, title: Text, some: Sequence[Result], age: timedelta | None) -> Group:
    states = [one.state for one in some]
    sent, failed, missed = (states.count(state) for state in (State.SENT, State.FAILED, State.MISSED))
    figures = [figure for one in some if (figure := _figures(one, age)).engagements is not None]
    totals = [figure.engagements or 0 for figure in figures]
    counts = [found for one in some if (found := _at(one, age)) is not None]
    votes = [found.poll_votes for found in counts if found.poll_votes is not None]
    return Group(
        key=key,
        title=title,
        planned=len(some),
        sent=sent,
        failed=failed,
        missed=missed,
        other=len(some) - sent - failed - missed,
        read=len(figures),
        engagements=sum(totals) if totals else None,
        median=median(totals) if totals else None,
        by_followers=_sum([figure.by_followers for figure in figures if figure.by_followers]),
        by_impressions=_sum([_by_impressions(found) for found in counts if found.impressions]),
        poll_votes=sum(votes) if votes else None,
    )


def _by_impressions(counts: Counts) -> Rate:
    return Rate(engagements(counts) or 0, counts.impressions or 0, 1)


def _sum(rates: Sequence[Rate]) -> Rate | None:
    """The weighted rate: all numerators over all denominators."""
    if not rates:
        return None
    return Rate(sum(r.numerator for r in rates), sum(r.denominator for r in rates), len(rates))


def _alt_share(sent: Sequence[Result]) -> Rate | None:
    media = [media for one in sent for part in one.content.parts for media in part.media]
    return Rate(sum(bool(one.alt.strip()) for one in media), len(media), len(sent)) if media else None


def _pairs(campaign: CampaignFile, results: Sequence[Result]) -> Rate | None:
    """Of the posts with anything sent on a network: how many were sent there in every language."""
    sent: dict[tuple[str, str], set[str]] = {}
    for one in results:
        if one.state is State.SENT and one.series != "queue":
            sent.setdefault((one.post, one.network), set()).add(one.language)
    whole = sum(languages >= set(campaign.languages) for languages in sent.values())
    return Rate(whole, len(sent), len(sent)) if sent else None


def _growth(sent: Sequence[Result]) -> dict[str, tuple[tuple[timedelta, float], ...]]:
    found: dict[str, dict[timedelta, list[int]]] = {}
    for one in sent:
        for snapshot in one.snapshots:
            if (total := engagements(snapshot.counts)) is not None:
                found.setdefault(one.network, {}).setdefault(snapshot.age, []).append(total)
    return {
        network: tuple((age, float(median(totals))) for age, totals in sorted(ages.items()))
        for network, ages in sorted(found.items())
    }


def _weeks(results: Sequence[Result]) -> tuple[tuple[str, int, int], ...]:
    weeks: dict[str, list[int]] = {}
    for one in results:
        year, week, _ = one.due.isocalendar()
        counted = weeks.setdefault(f"{year}-W{week:02d}", [0, 0])
        counted[0 if one.state is State.SENT else 1] += 1
    return tuple((week, sent, other) for week, (sent, other) in sorted(weeks.items()))
