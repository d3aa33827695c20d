"""Sums over deliveries: of the last counts that were read, whatever their age. For adding up, never for comparing.

What tells the same counts is added up together, so an unknown count never becomes 0. Where there are too many deliveries to
read, the store adds them up the same way (`store/summing.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date

from campaign_bot.evaluate.ages import FIELDS, latest
from campaign_bot.model import Counted, Measured, State, Summed

_CLICKS = FIELDS.index("link_clicks")
_Kind = tuple[date, str, tuple[bool, ...] | None]


def add_up(some: Iterable[Measured]) -> list[Summed]:
    """Those that were sent."""
    found: dict[_Kind, tuple[int, list[int]]] = {}
    for one in some:
        if one.state is not State.SENT or one.sent is None:
            continue
        counts = latest(one)
        told = None if counts is None else tuple(value is not None for value in counts)
        kind = (one.sent.astimezone(UTC).date(), one.network, told)
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
    """Our own count of clicks (by network) wins over theirs. Where links are tracked, who has no click has 0 of them."""
    found: list[Summed] = []
    left = dict(clicks)
    for one in summed:
        counts = one.counts
        if counts is not None:
            counts = (*counts[:_CLICKS], left.pop(one.network, 0), *counts[_CLICKS + 1 :])
        found.append(replace(one, counts=counts))
    return found
