"""Groups of deliveries: of a network, a language, a series, a priority. What went out, and how people engaged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from campaign_bot.evaluate.ages import Known, engagements, field
from campaign_bot.library.files import Text
from campaign_bot.model import Counted, Measured, State, Tallied


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
class PostFigures:
    """One delivery with its engagement at the age of comparison."""

    result: Measured
    counts: Counted | None
    known: Known
    engagements: int | None
    by_followers: Rate | None
    by_impressions: Rate | None
    text: str = ""  # of the few that are shown


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of some deliveries."""

    key: str
    title: Text
    planned: int
    sent: int
    failed: int
    missed: int
    other: int  # draft, approved, cancelled, unconfirmed, retracted
    retracted: int  # of these, what went out and was taken back
    read: int  # sent ones whose counts are known at the age of comparison
    young: int  # sent ones that are not that old yet
    engagements: int | None
    median: float | None
    by_followers: Rate | None
    by_impressions: Rate | None
    poll_votes: int | None
    polls: int  # deliveries with a poll
    without_followers: int  # read ones whose account nobody followed: they have no rate
    without_impressions: int  # read ones that nobody saw, by the network's own count


def figures(one: Measured, counts: Counted | None, known: Known) -> PostFigures:
    total = engagements(counts) if counts else None
    rate = Rate(total, one.followers, 1) if total is not None and one.followers and one.followers > 0 else None
    seen = field(counts, "impressions") if counts else None
    by_impressions = Rate(total, seen, 1) if total is not None and seen else None
    return PostFigures(one, counts, known, total, rate, by_impressions)


def group(key: str, title: Text, tallied: Iterable[Tallied], some: Sequence[PostFigures]) -> Group:
    states: Counter[State] = Counter()
    for one in tallied:
        states[one.state] += one.number
    planned = states.total()
    sent, failed, missed = (states[state] for state in (State.SENT, State.FAILED, State.MISSED))
    read = [one for one in some if one.engagements is not None and one.result.state is State.SENT]
    totals = [one.engagements or 0 for one in read]
    counts = [one.counts for one in read if one.counts is not None]
    votes = [found for one in counts if (found := field(one, "poll_votes")) is not None]
    return Group(
        key=key,
        title=title,
        planned=planned,
        sent=sent,
        failed=failed,
        missed=missed,
        other=planned - sent - failed - missed,
        retracted=states[State.RETRACTED],
        read=len(read),
        young=sum(one.known is Known.YOUNG for one in some),
        engagements=sum(totals) if totals else None,
        median=float(median(totals)) if totals else None,
        by_followers=total_rate(one.by_followers for one in read),
        by_impressions=total_rate(one.by_impressions for one in read),
        poll_votes=sum(votes) if votes else None,
        polls=sum(bool(one.result.poll_min) for one in read),
        without_followers=sum(one.result.followers == 0 for one in read),
        without_impressions=sum(field(one, "impressions") == 0 for one in counts),
    )


def groups(
    name: str, titles: Mapping[str, Text], tallied: Sequence[Tallied], some: Sequence[PostFigures]
) -> tuple[Group, ...]:
    """One group for each value of the field `name`: of every delivery exactly one."""
    of: Callable[[object], str] = lambda one: getattr(one, name)  # noqa: E731
    tallies: dict[str, list[Tallied]] = {}
    for one in tallied:
        tallies.setdefault(of(one), []).append(one)
    inside: dict[str, list[PostFigures]] = {}
    for figure in some:
        inside.setdefault(of(figure.result), []).append(figure)
    return tuple(group(key, titles.get(key, {}), tallies[key], inside.get(key, [])) for key in sorted(tallies))


def total_rate(rates: Iterable[Rate | None]) -> Rate | None:
    """The weighted rate: all numerators over all denominators. None where there is none."""
    found = [one for one in rates if one is not None]
    if not found:
        return None
    return Rate(sum(r.numerator for r in found), sum(r.denominator for r in found), len(found))


def tally(some: Iterable[Measured]) -> list[Tallied]:
    """The deliveries counted by kind and state."""
    number = Counter((one.series, one.priority, one.network, one.language, one.state) for one in some)
    return [Tallied(*kind, number=count) for kind, count in sorted(number.items())]
