"""The ladder of participation (after Arnstein, IAP2 and the OGP's standards): levels of taking part, not scores.

Each step's rate is counted over the deliveries whose network tells a sign of both rungs; own accounts and own threads' parts are
not people. Sums are of the last counts that were read. Followers are of accounts and not of deliveries: their change stands
beside the likes, and in no step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_bot.evaluate.ages import field
from campaign_bot.evaluate.groups import Rate
from campaign_bot.model import Counted, Outcome, Summed

#: Names of outcomes that are participation, and that are the campaign's answer to it (typed in or imported).
PARTICIPATION = ("sign_up", "submission")
CO_CREATION = ("idea_answered", "idea_adopted")
#: Rungs that counts tell, from the lowest, with the counts that are their signs.
COUNTED_RUNGS = {
    "exposed": ("impressions",),
    "aware": ("likes",),
    "engaged": ("reposts", "bookmarks", "link_clicks", "poll_votes"),
    "discussing": ("replies", "quotes"),
}
#: Following an account is a sign of this one.
FOLLOWING = "aware"
RUNGS = (*COUNTED_RUNGS, "participating", "co-creating")


@dataclass(frozen=True, slots=True)
class Rung:
    """How many signs there are of one rung, of how many deliveries; `step`: against the rung below. `change`: by how much
    followers changed, on the rung that following is a sign of; None: not known."""

    name: str
    number: int | None
    posts: int  # deliveries that told it; 0 for what happens elsewhere
    step: Rate | None
    empty: bool = False  # there is no step, as the rung below was told and has none
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    rungs: tuple[Rung, ...]
    followers: tuple[int, int] | None  # of all accounts together: at the first and at the last count
    participation_yield: Rate | None  # participating, for each out-take


def ladder(
    some: Sequence[Summed],
    outcomes: Sequence[Outcome],
    followers: tuple[int, int] | None = None,
) -> Ladder:
    told = [
        (one.number, {name: _signs(one.counts, fields) for name, fields in COUNTED_RUNGS.items()})
        for one in some
        if one.counts is not None
    ]
    happened = {"participating": total(outcomes, PARTICIPATION), "co-creating": total(outcomes, CO_CREATION)}
    change = followers[1] - followers[0] if followers else None
    rungs: list[Rung] = []
    for below, name in zip((None, *RUNGS), RUNGS, strict=False):
        if name in COUNTED_RUNGS:
            values = [(number, found) for number, signs in told if (found := signs[name]) is not None]
            both = [
                (number, a, b)
                for number, signs in told
                if below and (a := signs[below]) is not None and (b := signs[name]) is not None
            ]
            step = _rate(sum(b for *_, b in both), sum(a for _, a, _ in both), sum(number for number, *_ in both))
            signs = sum(found for _, found in values) if values else None
            deliveries = sum(number for number, _ in values)
            followed = change if name == FOLLOWING else None
            rungs.append(Rung(name, signs, deliveries, step, bool(both) and step is None, followed))
        else:
            number, before = happened[name], rungs[-1].number
            step = _rate(number, before, 0) if number is not None and before is not None else None
            rungs.append(Rung(name, number, 0, step, number is not None and before == 0))
    out_takes = sum(rung.number or 0 for rung in rungs[1:4])
    participating = happened["participating"]
    yielded = None if participating is None else _rate(participating, out_takes, 0)
    return Ladder(tuple(rungs), followers, yielded)


def total(outcomes: Sequence[Outcome], names: Sequence[str]) -> int | None:
    """Of outcomes with these names; None where none was ever told."""
    found = [one.count for one in outcomes if one.name in names]
    return sum(found) if found else None


def _signs(counts: Counted, fields: tuple[str, ...]) -> int | None:
    """The signs of one rung; None where the network tells none of them."""
    told = [value for name in fields if (value := field(counts, name)) is not None]
    return sum(told) if told else None


def _rate(numerator: int, denominator: int, posts: int) -> Rate | None:
    return Rate(numerator, denominator, posts) if denominator > 0 else None
