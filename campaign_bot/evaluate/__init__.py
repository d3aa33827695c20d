"""Evaluate: what came of the campaign, with every rate's denominator. Pure: what was measured in, figures out.

Definitions are in docs/evaluation.md and in the report's own methods section. A count that a network does not tell is
None and never 0; posts are compared at one age only; a difference is only called one where chance is an unlikely cause.

    ages.py         a delivery's counts at one age         statistics.py   intervals, p-values, how many more
    groups.py       by network, language, series           comparisons.py  what differed, and how surely
    ladder.py       from exposed to co-creating            sequential.py   intervals that stay valid while one looks
    loops.py        were results published?                experiments.py  what a planned experiment found
    money.py        cost per result                        objectives.py   met, not met, on the way
    versus.py       two periods, two campaigns             projections.py  what a rate will be on its day
    benchmarks.py   what is usual here, and elsewhere      kinds.py        the kinds of engagement that all tell
    sums.py         the last counts, added up
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from statistics import median
from zoneinfo import ZoneInfo

from campaign_bot.evaluate.ages import Doubts, Known, at_age, comparable_age, engagements, looked_through
from campaign_bot.evaluate.benchmarks import Benchmark, Outside, benchmarks, outside
from campaign_bot.evaluate.comparisons import Comparison, comparisons
from campaign_bot.evaluate.experiments import ExperimentResult
from campaign_bot.evaluate.extremes import Extremes, extremes
from campaign_bot.evaluate.groups import Group, PostFigures, Rate, figures, group, groups, tally
from campaign_bot.evaluate.ladder import Ladder, ladder
from campaign_bot.evaluate.loops import Loops, asking, loops
from campaign_bot.evaluate.money import Cost, costs
from campaign_bot.evaluate.objectives import Judged, day_began, end_of, judge, known
from campaign_bot.evaluate.objectives import Known as Measures
from campaign_bot.evaluate.projections import Basis, post_parts
from campaign_bot.evaluate.sums import add_up, as_known, with_own_clicks
from campaign_bot.evaluate.versus import Versus
from campaign_bot.library.files import CampaignFile, Text
from campaign_bot.library.metrics import COUNTS
from campaign_bot.model import Asking, Click, Measured, Outcome, State, Summed, Tallied, Totals
from campaign_bot.pairs import BEGUN, pairs

__all__ = [
    "Comparison", "Evaluation", "Facts", "Group", "Judged", "Known", "PostFigures", "Rate", "engagements", "evaluate",
]  # fmt: skip

LATE = timedelta(seconds=60)
#: For the curves of growth, so many deliveries of a network are enough.
MOST_CURVES = 1_000


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is known of a campaign, beside its deliveries."""

    tallied: Sequence[Tallied] = ()  # exact, also where the deliveries are a draw; empty: counted from them
    summed: Sequence[Summed] | None = None  # of every delivery, where those that are given are a draw
    #: Likewise: as known when each objective's day was over.
    summed_then: Mapping[datetime, Sequence[Summed]] = field(default_factory=dict[datetime, Sequence[Summed]])
    #: Likewise: how many had left by then, and how many of them late; and by the beginning of today.
    left_then: Mapping[datetime, tuple[int, int]] = field(default_factory=dict[datetime, tuple[int, int]])
    totals: Totals | None = None  # likewise
    asking: Sequence[Asking] | None = None  # likewise
    no_result: frozenset[str] = frozenset()  # series whose calls have no result to publish
    outcomes: Sequence[Outcome] = ()
    clicks: Sequence[Click] = ()
    spent: Mapping[str, float] = field(default_factory=dict[str, float])  # US dollars by network
    followers: Sequence[tuple[str, datetime, int]] = ()  # (account, when, how many)
    approvals: int | None = None
    experiments: Sequence[ExperimentResult] = ()
    simulated: bool = False


@dataclass(frozen=True)
class Evaluation:
    campaign: CampaignFile
    titles: Mapping[str, Mapping[str, Text]]  # by kind (series, commitment, priority) and id
    now: datetime
    since: datetime | None
    until: datetime | None
    simulated: bool
    drawn: int | None  # the deliveries that engagement is worked out from, where they are a draw of all
    age: timedelta | None  # of comparison; None: nothing was read yet
    total: Group
    groups: dict[str, tuple[Group, ...]]  # network, language, series, priority
    posts_written: int
    approvals: int | None
    late: int
    lateness_p50_s: float | None
    lateness_p99_s: float | None
    punctual: Rate | None  # sent within a minute of their time
    alt_share: Rate | None  # pictures with alt text
    pairs: Rate | None  # posts that were sent in every language, by network
    growth: dict[str, tuple[tuple[timedelta, float], ...]]  # network -> (age, median engagements)
    weeks: tuple[tuple[str, int, int], ...]  # (ISO week, sent, not sent)
    largest_share: Rate | None  # of all engagement, what the one largest delivery had
    ladder: Ladder
    loops: Loops
    benchmarks: tuple[Benchmark, ...]
    outside: tuple[Outside, ...]
    costs: tuple[Cost, ...]
    outcomes: dict[str, int]  # by name
    outcomes_before: int  # rows of days before the campaign began: they are no result of it
    objectives: tuple[Judged, ...]
    experiments: tuple[ExperimentResult, ...]
    doubts: Doubts
    extremes: Extremes  # the few deliveries that are shown
    posts: tuple[PostFigures, ...]
    versus: Versus | None = None  # another period, or another campaign

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Worked out when they are asked for: they take as long as all the rest."""
        return comparisons(self.posts, self.titles, ZoneInfo(self.campaign.timezone))


def evaluate(
    campaign: CampaignFile,
    measured: Sequence[Measured],
    *,
    titles: Mapping[str, Mapping[str, Text]],
    now: datetime,
    facts: Facts | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    at: timedelta | None = None,
    judged: bool = True,
) -> Evaluation:
    """Everything that the report tells. `titles` by kind (series, commitment) and id; `now` is when one looks; `at`: the
    age of comparison, where another period or campaign sets it; `judged`: whether objectives are, which are the whole
    campaign's."""
    facts, outcomes_before = _since_the_start(facts or Facts(), campaign)
    tallied = facts.tallied or tally(measured)
    measured, odd = looked_through(measured)
    zone = ZoneInfo(campaign.timezone)
    age = at or comparable_age(campaign.collect_at, measured, now)
    sent = [one for one in measured if one.state is State.SENT]
    posts = _posts(measured, age, now)
    titles = {"priority": campaign.priorities, **titles}
    total = group("all", {}, tallied, posts)
    asked = asking(measured) if facts.asking is None else facts.asking
    closed = loops(asked, now, facts.no_result)
    left = None if facts.totals is None else (facts.totals.sent, facts.totals.late)
    rates = _rates(sent, _pairs(campaign, measured, now), left, closed, total)
    summed = add_up(measured, zone) if facts.summed is None else facts.summed
    clicked = summed
    if facts.clicks:
        clicked = with_own_clicks(summed, _clicks_by_network(campaign, measured, facts.clicks))
    drawn = len(measured) if len(measured) < total.planned else None
    seen = 1.0 if drawn is None else drawn / total.planned
    lateness, totals = _lateness(sent), facts.totals
    return Evaluation(
        campaign=campaign,
        titles=titles,
        now=now,
        since=since,
        until=until,
        simulated=facts.simulated,
        drawn=drawn,
        age=age,
        total=total,
        groups={
            name: groups(name, titles.get(name, {}), tallied, posts)
            for name in ("network", "language", "series", "priority")
        },
        posts_written=totals.posts if totals else len({one.post for one in measured}),
        approvals=facts.approvals,
        late=totals.late if totals else sum(seconds > LATE.total_seconds() for seconds in lateness),
        lateness_p50_s=median(lateness) if lateness else None,
        lateness_p99_s=lateness[min(len(lateness) - 1, int(len(lateness) * 0.99))] if lateness else None,
        punctual=rates["punctual_percent"],
        alt_share=rates["alt_text_percent"],
        pairs=rates["complete_pairs_percent"],
        growth=_growth(campaign, sent, now),
        weeks=_weeks(totals.days if totals else _each(measured, zone)),
        largest_share=_largest_share(posts),
        ladder=ladder(clicked, facts.outcomes, _follower_change(facts.followers)),
        loops=closed,
        benchmarks=benchmarks(posts, now),
        outside=outside(campaign.benchmarks, posts, now, age),
        costs=costs(summed, facts.spent, facts.outcomes),
        outcomes=_outcomes(facts.outcomes),
        outcomes_before=outcomes_before,
        objectives=_objectives(
            campaign, measured, facts, now, age,
            today=known(summed, facts.outcomes, facts.clicks, rates),
            bases=_bases(campaign, posts, age, _before_today(campaign, measured, asked, facts, now), now, seen=seen, own_clicks=bool(facts.clicks)),
        ) if judged else (),
        experiments=tuple(facts.experiments),
        doubts=odd,
        extremes=extremes(posts),
        posts=posts,
    )  # fmt: skip


def _rates(
    sent: Sequence[Measured], whole: Rate | None, left: tuple[int, int] | None, closed: Loops, total: Group
) -> dict[str, Rate | None]:
    """What objectives can name that is no sum. `left`: see `_punctual`; `whole`: see `_pairs`."""
    return {
        "complete_pairs_percent": whole, "punctual_percent": _punctual(sent, left),
        "alt_text_percent": _alt_share(sent), "loops_closed_percent": closed.closed,
        "engagement_per_100_followers": total.by_followers, "engagement_per_100_impressions": total.by_impressions,
    }  # fmt: skip


def _objectives(
    campaign: CampaignFile,
    measured: Sequence[Measured],
    facts: Facts,
    now: datetime,
    age: timedelta | None,
    *,
    today: Measures,
    bases: Mapping[str, Basis],
) -> tuple[Judged, ...]:
    """Each by what is known today, or, where its day is over, by what was known then."""
    zone = ZoneInfo(campaign.timezone)
    found: list[Judged] = []
    for one in campaign.objectives:
        then = end_of(one, zone)
        measures = today if then > now else _measures_then(then, campaign, measured, facts, age)
        found.append(judge(one, measures, starts=campaign.starts, now=now, zone=zone, bases=bases, ends=campaign.ends))
    return tuple(found)


def _since_the_start(facts: Facts, campaign: CampaignFile) -> tuple[Facts, int]:
    """Without what happened on days before the campaign began, which it did not bring about; and how many rows that were."""
    outcomes = [one for one in facts.outcomes if one.day >= campaign.starts]
    clicks = [one for one in facts.clicks if one.day >= campaign.starts]
    return replace(facts, outcomes=outcomes, clicks=clicks), len(facts.outcomes) - len(outcomes)


def _measures_then(
    then: datetime, campaign: CampaignFile, measured: Sequence[Measured], facts: Facts, age: timedelta | None
) -> Measures:
    """What could be measured at that instant, by what was sent and read before it."""
    zone, seen = ZoneInfo(campaign.timezone), as_known(measured, then)
    sent = [one for one in seen if one.state is State.SENT]
    total = group("all", {}, tally(seen), _posts(seen, age, then))
    asked = asking(seen) if facts.asking is None else [one for one in facts.asking if one.first < then]
    closed = loops(asked, then, facts.no_result)
    rates = _rates(sent, _pairs(campaign, measured, then), facts.left_then.get(then), closed, total)
    summed = add_up(seen, zone) if facts.summed is None else facts.summed_then[then]
    return known(summed, facts.outcomes, facts.clicks, rates)


def with_texts(evaluation: Evaluation, texts: Mapping[str, str]) -> Evaluation:
    """The same, with the words of the posts that are shown, by delivery."""

    def said(some: Sequence[PostFigures]) -> tuple[PostFigures, ...]:
        return tuple(replace(one, text=texts.get(one.result.delivery, "")) for one in some)

    shown = evaluation.extremes
    return replace(evaluation, extremes=replace(shown, best=said(shown.best), worst=said(shown.worst)))


def _posts(measured: Sequence[Measured], age: timedelta | None, now: datetime) -> tuple[PostFigures, ...]:
    if age is None:
        return tuple(figures(one, None, Known.NOT_SENT if one.sent is None else Known.UNREAD) for one in measured)
    hours = age.total_seconds() / 3600
    return tuple(figures(one, *at_age(one, hours, now)) for one in measured)


def _before_today(
    campaign: CampaignFile, measured: Sequence[Measured], asked: Sequence[Asking], facts: Facts, now: datetime
) -> dict[str, int]:
    """Of each share, the units that it had when today began: they were there in the days that are gone."""
    began = day_began(now, ZoneInfo(campaign.timezone))
    then = [one for one in measured if one.state is State.SENT and one.sent is not None and one.sent < began]
    closed = loops([one for one in asked if one.first < began], began, facts.no_result).closed
    left = None if facts.totals is None else facts.left_then.get(began)
    found = {
        "complete_pairs_percent": _pairs(campaign, measured, began), "alt_text_percent": _alt_share(then),
        "loops_closed_percent": closed, "punctual_percent": _punctual(then, left),
    }  # fmt: skip
    return {name: 0 if rate is None else rate.denominator for name, rate in found.items()}


def _bases(
    campaign: CampaignFile,
    posts: Sequence[PostFigures],
    age: timedelta | None,
    before: Mapping[str, int],
    now: datetime,
    *,
    seen: float,
    own_clicks: bool,
) -> dict[str, Basis]:
    """What each rate's projection is made from. Punctuality and loops are known of all deliveries, also beside a draw."""
    read = [one for one in posts if one.engagements is not None and one.result.state is State.SENT]
    drawn = Basis(seen=seen, ends=campaign.ends)
    # Counts of posts that are younger than the age of comparison still grow: a week of theirs is not whole. Our own clicks
    # are of the day on which they happened.
    growing = ("engagements", *(name for name in COUNTS if name != "link_clicks" or not own_clicks))
    found = dict.fromkeys(growing, Basis(age=age)) | {
        # A result can be published after the campaign.
        "punctual_percent": Basis(ends=campaign.ends), "loops_closed_percent": Basis(),
        "complete_pairs_percent": drawn, "alt_text_percent": drawn,
    }  # fmt: skip
    found |= {name: replace(found[name], before=number) for name, number in before.items()}
    old_enough = day_began(now, ZoneInfo(campaign.timezone)) - (age or timedelta())
    for name, rates in (
        ("engagement_per_100_followers", [(one, one.by_followers) for one in read]),
        ("engagement_per_100_impressions", [(one, one.by_impressions) for one in read]),
    ):
        then = {one.result.post for one, rate in rates if rate and one.result.sent and one.result.sent < old_enough}
        found[name] = replace(drawn, posts=post_parts(rates), age=age, before=len(then))
    return found


def _lateness(sent: Sequence[Measured]) -> list[float]:
    return sorted((one.sent - one.due).total_seconds() for one in sent if one.sent)


def _punctual(sent: Sequence[Measured], left: tuple[int, int] | None) -> Rate | None:
    """Of those that were sent; `left`: how many of all left and how many of them late, where `sent` are a draw."""
    if left is None:
        lateness = _lateness(sent)
        left = len(lateness), sum(seconds > LATE.total_seconds() for seconds in lateness)
    number, late = left
    return Rate(number - late, number, number) if number else None


def _alt_share(sent: Sequence[Measured]) -> Rate | None:
    pictures = sum(one.pictures for one in sent)
    return Rate(sum(one.described for one in sent), pictures, len(sent)) if pictures else None


def _pairs(campaign: CampaignFile, measured: Sequence[Measured], before: datetime) -> Rate | None:
    """Of the posts on a network of which something left before an instant, or should have: how many are out in every language.
    (`parity` counts them the same way.)"""
    begun = [one for one in measured if one.state in BEGUN and (one.sent or one.due) < before]
    known = {one.delivery for one in begun}
    found = [sides for sides in pairs(measured) if any(one.delivery in known for one in sides)]
    out = ({one.language for one in sides if one.state is State.SENT and one.delivery in known} for sides in found)
    whole = sum(languages >= set(campaign.languages) for languages in out)
    return Rate(whole, len(found), len(found)) if found else None


def _growth(
    campaign: CampaignFile, sent: Sequence[Measured], now: datetime
) -> dict[str, tuple[tuple[timedelta, float], ...]]:
    """Only deliveries that are known at every age that most are: or the curve would be of other posts at each age."""
    found: dict[str, tuple[tuple[timedelta, float], ...]] = {}
    for network in sorted({one.network for one in sent}):
        some = [one for one in sent if one.network == network]
        some = some[:: max(1, len(some) // MOST_CURVES)]
        oldest = comparable_age(campaign.collect_at, some, now)
        if oldest is None:
            continue
        ages = [age for age in sorted(campaign.collect_at) if age <= oldest]
        rows = [[_engaged_at(one, age, now) for age in ages] for one in some]
        whole = [row for row in rows if row[-1] is not None]
        points = [
            (age, [value for row in whole if (value := row[place]) is not None]) for place, age in enumerate(ages)
        ]
        found[network] = tuple((age, float(median(values))) for age, values in points if values)
    return {network: points for network, points in found.items() if points}


def _engaged_at(one: Measured, age: timedelta, now: datetime) -> int | None:
    counts, _ = at_age(one, age.total_seconds() / 3600, now)
    return engagements(counts) if counts else None


def _each(measured: Sequence[Measured], zone: ZoneInfo) -> Iterator[tuple[date, int, int]]:
    for one in measured:
        sent = one.state is State.SENT
        yield one.due.astimezone(zone).date(), int(sent), int(not sent)


def _weeks(days: Iterable[tuple[date, int, int]]) -> tuple[tuple[str, int, int], ...]:
    weeks: dict[str, list[int]] = {}
    for day, sent, other in days:
        year, week, _ = day.isocalendar()
        counted = weeks.setdefault(f"{year}-W{week:02d}", [0, 0])
        counted[0] += sent
        counted[1] += other
    return tuple((week, sent, other) for week, (sent, other) in sorted(weeks.items()))


def _clicks_by_network(campaign: CampaignFile, measured: Sequence[Measured], clicks: Iterable[Click]) -> dict[str, int]:
    """Each click counts, as it does for objectives: an account that is no longer in campaign.yaml has its network from its
    deliveries; "" where there are none of these either."""
    networks = {one.account: one.network for one in measured}
    networks |= {name: account.network for name, account in campaign.accounts.items()}
    found: dict[str, int] = {}
    for one in clicks:
        network = networks.get(one.account, "")
        found[network] = found.get(network, 0) + one.count
    return found


def _largest_share(posts: Sequence[PostFigures]) -> Rate | None:
    totals = [one.engagements for one in posts if one.engagements is not None and one.engagements > 0]
    return Rate(max(totals), sum(totals), len(totals)) if totals else None


def _follower_change(counted: Sequence[tuple[str, datetime, int]]) -> tuple[int, int] | None:
    """All accounts that were counted twice together, each at its first and at its last count. Accounts are added up, so a
    person may be in there several times. None: of no account a change is known."""
    first: dict[str, tuple[datetime, int]] = {}
    last: dict[str, tuple[datetime, int]] = {}
    for account, at, number in sorted(counted, key=lambda one: one[1]):
        first.setdefault(account, (at, number))
        last[account] = (at, number)
    both = [name for name in first if last[name][0] > first[name][0]]
    return (sum(first[name][1] for name in both), sum(last[name][1] for name in both)) if both else None


def _outcomes(outcomes: Sequence[Outcome]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in outcomes:
        found[one.name] = found.get(one.name, 0) + one.count
    return dict(sorted(found.items()))
