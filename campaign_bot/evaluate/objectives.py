"""The objectives of campaign.yaml, judged: met, not met, on the way with a projection, or not measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaign_bot.evaluate.ages import engagements
from campaign_bot.evaluate.ages import field as count_of
from campaign_bot.evaluate.groups import Rate
from campaign_bot.evaluate.projections import Basis, project, project_sum
from campaign_bot.evaluate.statistics import Interval
from campaign_bot.library.files import Objective
from campaign_bot.library.metrics import COUNTS, SUMS
from campaign_bot.model import Click, Outcome, Summed


@dataclass(frozen=True, slots=True)
class Judged:
    """`share`: how much of the way from baseline to target; None without a baseline. `projection`: what it will be on its day, if the weeks that
    come are like the ones that were."""

    objective: Objective
    value: float | None
    verdict: str  # met, not met, not measured, on the way
    share: float | None
    projection: Interval | None
    likely: float | None  # how probable it is that the target is reached, between 0 and 1
    unprojected: str = ""  # why what is on the way has no projection: "few posts", "too early", "no more posts"
    age: timedelta | None = None  # of the deliveries that a rate of engagement is counted at
    rate: Rate | None = None  # what `value` is made of, where it is a rate


@dataclass(frozen=True, slots=True)
class Known:
    """What can be measured: sums that grow day by day, and rates."""

    sums: Mapping[str, Mapping[date, int]]
    rates: Mapping[str, Rate | None]
    #: Of imported outcomes: the first day that no row is of. What happened from then on may not be imported yet.
    told_until: Mapping[str, date] = field(default_factory=dict[str, date])


def known(
    some: Sequence[Summed], outcomes: Sequence[Outcome], clicks: Sequence[Click], rates: Mapping[str, Rate | None]
) -> Known:
    """Every metric that an objective can name. A sum that nobody told is not there: it is not 0."""
    sums: dict[str, dict[date, int]] = {}

    def add(name: str, day: date, number: int | None) -> None:
        if number is not None:
            days = sums.setdefault(name, {})
            days[day] = days.get(day, 0) + number

    for one in some:
        add("sent", one.day, one.number)
        if one.counts is not None:
            add("engagements", one.day, engagements(one.counts))
            for name in COUNTS:
                if name != "link_clicks" or not clicks:
                    add(name, one.day, count_of(one.counts, name))
    for click in clicks:  # our own count wins over the network's
        add("link_clicks", click.day, click.count)
    for outcome in outcomes:
        add(outcome.name, outcome.day, outcome.count)
    # All outcomes together: a rare one has no row of most days, and none of these is unknown for that.
    told = max((one.day for one in outcomes), default=None)
    until = {} if told is None else {one.name: told + timedelta(days=1) for one in outcomes}
    return Known(sums, rates, until)


def end_of(objective: Objective, zone: ZoneInfo) -> datetime:
    """The instant at which its day is over where the campaign is. What happened or was read later does not count."""
    return datetime.combine(objective.by + timedelta(days=1), time.min, zone).astimezone(UTC)


def day_began(now: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which today began where the campaign is. Today is not over, so it is no day that is gone."""
    return datetime.combine(now.astimezone(zone).date(), time.min, zone).astimezone(UTC)


def judge(
    objective: Objective,
    found: Known,
    *,
    starts: date,
    now: datetime,
    zone: ZoneInfo,
    bases: Mapping[str, Basis] | None = None,
    ends: date | None = None,
) -> Judged:
    """By what is known now, or, where its day is over, by what was known then. `bases`: what the rates' projections are
    made from, by metric. `ends`: after it nothing is sent, so that what is counted of posts is put to no later day."""
    today, rate = now.astimezone(zone).date(), found.rates.get(objective.metric)
    days = found.sums.get(objective.metric)
    over = today > objective.by
    if rate is not None and rate.percent is not None:
        basis = (bases or {}).get(objective.metric, Basis())
        return _judge_rate(objective, rate, basis, starts=starts, today=today, over=over)
    if days is None:
        return Judged(objective, None, "not measured", None, None, None)
    value = float(sum(number for day, number in days.items() if day <= objective.by))
    reached = value >= objective.target
    if reached or over:
        return Judged(objective, value, "met" if reached else "not met", _share(objective, value), None, None)
    last = min(objective.by, ends) if ends and objective.metric in SUMS else objective.by
    first = min(found.told_until.get(objective.metric, today), today)  # the first day that is not over, or not told yet
    ripe = math.ceil(((bases or {}).get(objective.metric, Basis()).age or timedelta()) / timedelta(days=1))
    weeks = _weeks(days, starts, first - timedelta(days=ripe))
    left = (last - first).days + 1
    # What the last posts still get is to come too, unless as much of the very last ones will be missing on its day.
    growing = min(ripe, (objective.by - last).days) if left > 0 else 0
    begin = first - timedelta(days=growing)
    before = float(sum(number for day, number in days.items() if day < begin))
    projected = project_sum(weeks, value, left=left + growing, target=objective.target, before=before)
    return Judged(
        objective, value, "on the way", _share(objective, value), projected.interval, projected.likely, projected.why
    )


def _judge_rate(objective: Objective, rate: Rate, basis: Basis, *, starts: date, today: date, over: bool) -> Judged:
    """A rate can still fall, so before its day it is on the way however good it is."""
    value = rate.percent or 0.0
    share = _share(objective, value)
    if over:
        verdict = "met" if value >= objective.target else "not met"
        return Judged(objective, value, verdict, share, None, None, age=basis.age, rate=rate)
    found = project(rate, basis, target=objective.target, starts=starts, today=today, by=objective.by)
    return Judged(objective, value, "on the way", share, found.interval, found.likely, found.why, basis.age, rate)


def _share(objective: Objective, value: float) -> float | None:
    if objective.baseline is None:
        return None
    way = objective.target - objective.baseline
    return (value - objective.baseline) / way if way > 0 else None


def _weeks(days: Mapping[date, int], starts: date, end: date) -> list[int]:
    """What each week of the campaign brought that was whole before the day `end`."""
    weeks = [0] * max((end - starts).days // 7, 0)
    for day, number in days.items():
        week = (day - starts).days // 7
        if 0 <= week < len(weeks):
            weeks[week] += number
    return weeks
