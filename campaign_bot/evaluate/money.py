"""What the networks' calls cost, against what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from campaign_bot.evaluate.ages import engagements
from campaign_bot.evaluate.ladder import PARTICIPATION, total
from campaign_bot.model import Outcome, Summed


@dataclass(frozen=True, slots=True)
class Cost:
    """Spend on a network (`key` empty: on all), with what it bought. None: that is not known, or there was none."""

    key: str
    usd: float
    engagements: int | None
    per_1000_engagements: float | None
    participations: int | None  # put down to the network by the outcomes' source; of all: every one
    per_participation: float | None  # of all: only where each of them is put down to a network


def costs(some: Sequence[Summed], spent: Mapping[str, float], outcomes: Sequence[Outcome]) -> tuple[Cost, ...]:
    """One for each network that was used, then all together."""
    engaged: dict[str, int] = {}
    used: set[str] = set(spent)
    for one in some:
        used.add(one.network)
        if one.counts is not None and (number := engagements(one.counts)) is not None:
            engaged[one.network] = engaged.get(one.network, 0) + number
    found = [
        _cost(name, spent.get(name, 0.0), engaged.get(name),
              total([one for one in outcomes if one.source == name], PARTICIPATION))
        for name in sorted(used)
    ]  # fmt: skip
    if not found:
        return ()
    everything = sum(engaged.values()) if engaged else None
    together = _cost("", sum(spent.values()), everything, total(outcomes, PARTICIPATION))
    if uncredited((*found, together)):  # the money of the networks did not buy what came by itself
        together = replace(together, per_participation=None)
    return (*found, together)


def uncredited(some: Sequence[Cost]) -> int:
    """How many participations are put down to no network, among costs that end with all together."""
    if not some:
        return 0
    *networks, together = some
    return (together.participations or 0) - sum(one.participations or 0 for one in networks)


def _cost(key: str, usd: float, engaged: int | None, participations: int | None) -> Cost:
    return Cost(
        key, usd, engaged, 1000 * usd / engaged if engaged else None,
        participations, usd / participations if participations else None,
    )  # fmt: skip
