"""Sums over deliveries: of the last counts that were read, whatever their age. For adding up, never for comparing.

What tells the same counts is added up together, so an unknown count never becomes 0. Where there are too many deliveries to
read, the store adds them up the same way (`store/summing.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_bot.evaluate.ages import FIELDS, latest
from campaign_bot.model import Counted, Measured, State, Summed
from campaign_bot.values import replace

_CLICKS = FIELDS.index("link_clicks")
_Kind = tuple[date, str, tuple[bool, ...] | None]


def as_known(some: Iterable[Measured], then: datetime) -> list[Measured]:
    """What was sent before an instant, with what was read of it until then."""
    found: list[Measured] = []
    for one in some:
        if one.sent is not None and one.sent < then:
            hours = (then - one.sent) / timedelta(hours=1)
            found.append(replace(one, reads=tuple(read for read in one.reads if read[0] < hours)))
    return found


def add_up(some: Iterable[Measured], zone: ZoneInfo) -> list[Summed]:
    """Those that were sent, by day of the campaign's zone."""
    found: dict[_Kind, tuple[int, list[int]]] = {}
    for one in some:
        if one.state is not State.SENT or one.sent is None:
            continue
        counts = latest(one)
        told = None if counts is None else tuple(value is not None for value in counts)
        kind = (one.sent.astimezone(zone).date(), one.network, told)
        number, sums = found.get(kind) or (0, [0] * len(FIELDS))
        if counts is not None:
            sums = [before + (value or 0) for before, value in zip(sums, counts, strict=True)]
        found[kind] = (number + 1, sums)
    return [_summed(kind, number, sums) for kind, (number, sums) in found.items()]


def _summed(kind: _Kind, number: int, sums: list[int]) -> Summed:
    day, network, told = kind
    counts: Counted | None = None
    if told is not None:
        counts = tuple(value if known else None for value, known in zip(sums, told, strict=True))
    return Summed(day, network, number, counts)


def with_own_clicks(summed: Iterable[Summed], clicks: Mapping[str, int]) -> list[Summed]:
    """Our own count of clicks (by network) wins over theirs. Where links are tracked, who has no click has 0 of them. Clicks
    on a network that told nothing yet are known all the same, and those on what is in no sum are of no delivery."""
    found: list[Summed] = []
    left, some = dict(clicks), list(summed)
    telling = {one.network for one in some if one.counts is not None}
    for one in some:
        counts = one.counts
        if counts is None and one.network in left and one.network not in telling:
            counts = (None,) * len(FIELDS)
        if counts is not None:
            counts = (*counts[:_CLICKS], left.pop(one.network, 0), *counts[_CLICKS + 1 :])
        found.append(replace(one, counts=counts))
    nothing = (None,) * len(FIELDS)
    found += [
        Summed(date.min, network, 0, (*nothing[:_CLICKS], number, *nothing[_CLICKS + 1 :]))
        for network, number in left.items()
    ]
    return found
