"""The ladder of participation (after Arnstein, IAP2 and the OGP's standards): levels of taking part, not scores.

Each step's rate is counted over the deliveries whose network tells both rungs; own accounts and own threads' parts are
not people. Sums are of the last counts that were read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from campaign_bot.evaluate.ages import field, latest
from campaign_bot.evaluate.groups import Rate
from campaign_bot.model import Click, Counted, Measured, Outcome, State

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
RUNGS = (*COUNTED_RUNGS, "participating", "co-creating")


@dataclass(frozen=True, slots=True)
class Rung:
    """How many signs there are of one rung, of how many deliveries; `step`: against the rung below."""

    name: str
    number: int | None
    posts: int  # deliveries that told it; 0 for what happens elsewhere
    step: Rate | None


@dataclass(frozen=True, slots=True)
class Ladder:
    rungs: tuple[Rung, ...]
    followers: tuple[int, int] | None  # of all accounts together: at the first and at the last count
    participation_yield: Rate | None  # participating, for each out-take


def ladder(
    some: Sequence[Measured],
    outcomes: Sequence[Outcome],
    clicks: Sequence[Click],
    followers: tuple[int, int] | None = None,
) -> Ladder:
    clicked = _clicks(clicks)
    told = [
        {name: _signs(one, counts, clicked, fields) for name, fields in COUNTED_RUNGS.items()}
        for one in some
        if one.state is State.SENT and (counts := latest(one)) is not None
    ]
    happened = {"participating": total(outcomes, PARTICIPATION), "co-creating": total(outcomes, CO_CREATION)}
    rungs: list[Rung] = []
    for below, name in zip((None, *RUNGS), RUNGS, strict=False):
        if name in COUNTED_RUNGS:
            values = [found for one in told if (found := one[name]) is not None]
            number = sum(values) if values else None
            both = [(a, b) for one in told if below and (a := one[below]) is not None and (b := one[name]) is not None]
            step = _rate(sum(b for _, b in both), sum(a for a, _ in both), len(both)) if both else None
            rungs.append(Rung(name, number, len(values), step))
        else:
            number, before = happened[name], rungs[-1].number
            step = _rate(number, before, 0) if number is not None and before is not None else None
            rungs.append(Rung(name, number, 0, step))
    out_takes = sum(rung.number or 0 for rung in rungs[1:4])
    participating = happened["participating"]
    yielded = None if participating is None else _rate(participating, out_takes, 0)
    return Ladder(tuple(rungs), followers, yielded)


def total(outcomes: Sequence[Outcome], names: Sequence[str]) -> int | None:
    """Of outcomes with these names; None where none was ever told."""
    found = [one.count for one in outcomes if one.name in names]
    return sum(found) if found else None


def _clicks(clicks: Sequence[Click]) -> Callable[[Measured], int | None]:
    """Clicks on tracked links by delivery. Where links are tracked, a post without any has 0 of them."""
    found: dict[tuple[str, str], int] = {}
    for one in clicks:
        key = (one.post, one.account)
        found[key] = found.get(key, 0) + one.count
    return (lambda one: found.get((one.post, one.account), 0)) if found else (lambda one: None)


def _signs(
    one: Measured, counts: Counted, clicked: Callable[[Measured], int | None], fields: tuple[str, ...]
) -> int | None:
    """The signs of one rung; None where the network tells none of them. Our own count of clicks wins over theirs."""
    values = [
        own if name == "link_clicks" and (own := clicked(one)) is not None else field(counts, name) for name in fields
    ]
    told = [value for value in values if value is not None]
    return sum(told) if told else None


def _rate(numerator: int, denominator: int, posts: int) -> Rate | None:
    return Rate(numerator, denominator, posts) if denominator > 0 else None
