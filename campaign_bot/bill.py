"""The bill: what publishing and counting will cost by the networks' price lists, and what a month has cost so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from campaign_bot.model import Content

if TYPE_CHECKING:
    from campaign_bot.networks.base import Network

#: From this share of a month's budget on, counts are read at the last age only, so that posts can still leave.
THIN_FROM = 0.8


class Said(Protocol):
    """A delivery, planned or stored."""

    @property
    def account(self) -> str: ...
    @property
    def network(self) -> str: ...
    @property
    def due(self) -> datetime: ...
    @property
    def content(self) -> Content: ...


class Line(Struct, frozen=True, order=True):
    """So many of one action on one network in one calendar month (UTC)."""

    month: str  # 2027-01
    network: str
    action: str
    count: int
    usd: float  # for all of them


def forecast(said: Iterable[Said], ages: Sequence[timedelta], network_of: Callable[[str], Network]) -> list[Line]:
    """What publishing these deliveries and reading their counts at these ages will cost. A post that is read twice on
    one UTC day is charged once; followers are counted daily from an account's first post to its last post's last count."""
    found: Counter[tuple[str, str, str]] = Counter()
    spans: dict[tuple[str, str], tuple[date, date]] = {}  # (account, network) -> first and last day
    for one in said:
        network = network_of(one.network)
        for action, number in network.charges(one.content).items():
            found[_month(one.due), network.name, action] += number
        if network.followers_action:
            first, last = one.due, one.due + max(ages, default=timedelta())
            begin, end = first.astimezone(UTC).date(), last.astimezone(UTC).date()
            known = spans.get((one.account, network.name), (begin, end))
            spans[one.account, network.name] = min(known[0], begin), max(known[1], end)
        if network.count_action:
            for day in {(one.due + age).astimezone(UTC).date() for age in ages}:
                found[f"{day:%Y-%m}", network.name, network.count_action] += 1
    for (_, name), (first, last) in spans.items():
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
            found[f"{day:%Y-%m}", name, network_of(name).followers_action] += 1
    usd = {(name, price.action): price.usd for _, name, _ in found for price in network_of(name).prices}
    return sorted(
        Line(month, name, action, count, round(count * usd[name, action], 4))
        for (month, name, action), count in found.items()
    )


def month_of(now: datetime) -> tuple[datetime, datetime]:
    """The calendar month of an instant, in UTC: its begin and the begin of the next one."""
    begin = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return begin, (begin + timedelta(days=32)).replace(day=1)


def _month(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m}"
