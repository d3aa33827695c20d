"""What the public page tells, as figures: pure, from results and views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from campaign_bot.evaluate.ages import FIELDS, engagements
from campaign_bot.library.files import Library, Row, Text
from campaign_bot.model import Outcome, Result, State
from campaign_bot.opendata.public import leads_somewhere
from campaign_bot.opendata.suppress import total


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post that is out, in the words of one language."""

    name: str
    sent: datetime
    text: Text  # by language
    urls: tuple[tuple[str, str, str], ...]  # (network, language, address); empty: it leads nowhere
    approved: datetime | None
    engagements: int | None  # of all its deliveries, at the age of comparison


@dataclass(frozen=True, slots=True)
class NetworkLine:
    network: str
    sent: int
    read: int  # of these, how many were read at the age of comparison
    engagements: int | None
    median: float | None


@dataclass(frozen=True, slots=True)
class PollLine:
    """One question, the votes of all networks and languages together."""

    post: str
    options: tuple[tuple[Text, int | None], ...]  # None: not published


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    id: str
    text: Text
    heading: Text
    planned: int  # posts about it
    out: int
    engagements: int | None
    progress: Text  # what the campaign writes down of it; empty: nothing
    source: str


@dataclass(frozen=True, slots=True)
class Progress:
    age: timedelta | None
    planned: int
    sent: int
    posts_out: int
    approved: int
    latest: datetime | None  # when the last post went out or the last count was read
    networks: tuple[NetworkLine, ...]
    series: tuple[tuple[str, tuple[PostLine, ...]], ...]  # by series id, newest post first
    spending: tuple[tuple[str, str, int, float], ...]  # (month, network, calls, US dollars)
    outcomes: tuple[tuple[str, int | None], ...]  # (name, count); None: not published
    clicks: int | None
    has_clicks: bool
    polls: tuple[PollLine, ...]
    commitments: tuple[CommitmentLine, ...]
    counted_twice: bool  # a post is about several of them


def progress(
    library: Library,
    results: Sequence[Result],
    *,
    age: timedelta | None,
    approved: Mapping[str, datetime],
    outcomes: Sequence[Outcome],
    clicks: Sequence[int],
    polls: Iterable[Mapping[str, Any]],
    spending: Iterable[Mapping[str, object]],
) -> Progress:
    """`age`: at which the report compares posts. `approved`: delivery -> when. `clicks`: by people, one number a delivery. `polls`: rows of the
    package’s table; `spending`: of the view."""
    sent = [one for one in results if one.state is State.SENT and one.sent]
    times = [at for one in sent for at in (one.sent, *(snapshot.taken for snapshot in one.snapshots)) if at]
    by_name: dict[str, list[int]] = {}
    for outcome in outcomes:
        if outcome.day >= library.campaign.starts:  # as in the table, and in the report
            by_name.setdefault(outcome.name, []).append(outcome.count)
    return Progress(
        age=age,
        planned=len([one for one in results if one.state is not State.CANCELLED]),
        sent=len(sent),
        posts_out=len({one.post for one in sent}),
        approved=sum(one.delivery in approved for one in sent),
        latest=max(times, default=None),
        networks=tuple(_network(name, sent, age) for name in sorted({one.network for one in sent})),
        series=_series(sent, approved, age),
        spending=_spending(spending),
        outcomes=tuple((name, total(counts)) for name, counts in sorted(by_name.items())),
        clicks=total(clicks),
        has_clicks=bool(clicks),
        polls=_polls(polls),
        commitments=tuple(_commitment(row, results, age) for row in _in_order(library)),
        counted_twice=any(len(one.commitments) > 1 for one in results if one.state is not State.CANCELLED),
    )


def _engagements(one: Result, age: timedelta | None) -> int | None:
    counts = next((snapshot.counts for snapshot in one.snapshots if snapshot.age == age), None)
    return engagements(tuple(getattr(counts, name) for name in FIELDS)) if counts is not None else None


def _sum(some: Iterable[Result], age: timedelta | None) -> int | None:
    told = [count for one in some if (count := _engagements(one, age)) is not None]
    return sum(told) if told else None


def _network(name: str, sent: Sequence[Result], age: timedelta | None) -> NetworkLine:
    own = [one for one in sent if one.network == name]
    told = [count for one in own if (count := _engagements(one, age)) is not None]
    return NetworkLine(name, len(own), len(told), sum(told) if told else None, median(told) if told else None)


def _series(
    sent: Sequence[Result], approved: Mapping[str, datetime], age: timedelta | None
) -> tuple[tuple[str, tuple[PostLine, ...]], ...]:
    found: dict[str, dict[str, list[Result]]] = {}
    for one in sent:
        found.setdefault(one.series, {}).setdefault(one.post, []).append(one)
    lines = {
        series: [_post(name, some, approved, age) for name, some in posts.items()] for series, posts in found.items()
    }
    return tuple(
        (series, tuple(sorted(some, key=lambda line: (line.sent, line.name), reverse=True)))
        for series, some in sorted(lines.items(), key=lambda pair: max(line.sent for line in pair[1]), reverse=True)
    )


def _post(name: str, some: Sequence[Result], approved: Mapping[str, datetime], age: timedelta | None) -> PostLine:
    some = sorted(some, key=lambda one: (one.network, one.language))
    text: dict[str, str] = {}
    for one in sorted(some, key=lambda one: len(one.content.text)):
        text[one.language] = one.content.text  # the longest wording
    told = [approved[one.delivery] for one in some if one.delivery in approved]
    return PostLine(
        name=name,
        sent=min(one.sent for one in some if one.sent),
        text=text,
        urls=tuple((one.network, one.language, one.url if leads_somewhere(one.url) else "") for one in some if one.url),
        approved=max(told, default=None),
        engagements=_sum(some, age),
    )


def _spending(rows: Iterable[Mapping[str, object]]) -> tuple[tuple[str, str, int, float], ...]:
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for row in rows:
        key = (str(row["month"]), str(row["network"]))
        times, usd = found.get(key, (0, 0.0))
        found[key] = (times + int(str(row["times"])), usd + float(str(row["usd"])))
    return tuple((month, network, times, usd) for (month, network), (times, usd) in sorted(found.items()))


def _polls(rows: Iterable[Mapping[str, Any]]) -> tuple[PollLine, ...]:
    """By question; `rows` are those of the package's table, so that page and package say the same."""
    found: dict[str, list[tuple[Text, int | None]]] = {}
    for row in rows:
        label = {name.removeprefix("label_"): str(said) for name, said in row.items() if name.startswith("label_")}
        found.setdefault(row["post"], []).append((label, row["votes"]))
    return tuple(PollLine(post, tuple(options)) for post, options in sorted(found.items(), reverse=True))


def _in_order(library: Library) -> list[Row]:
    priorities = list(library.campaign.priorities)

    def place(row: Row) -> tuple[int, int, str]:
        number = row.field("number")
        known = priorities.index(row.priority) if row.priority in priorities else len(priorities)
        return known, number if isinstance(number, int) else 0, row.id

    return sorted(library.commitments, key=place)


def _commitment(row: Row, results: Sequence[Result], age: timedelta | None) -> CommitmentLine:
    about = [one for one in results if row.id in one.commitments and one.state is not State.CANCELLED]
    sent = [one for one in about if one.state is State.SENT]
    return CommitmentLine(
        id=row.id,
        text=_text(row.field("text")),
        heading=_text(row.field("heading")),
        planned=len({one.post for one in about}),
        out=len({one.post for one in sent}),
        engagements=_sum(sent, age),
        progress=_text(row.field("progress")),
        source=row.source.url if row.source else "",
    )


def _text(value: object) -> Text:
    """A translated field as the rows have it; what is no such thing is nothing to show."""
    return {str(key): str(said) for key, said in value.items()} if isinstance(value, dict) else {}
