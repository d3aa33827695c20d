"""Approve: a person allows exactly these bytes. Anything that changes later makes the approval void."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_bot.model import Delivery, Problem, State
from campaign_bot.networks.base import Network
from campaign_bot.store.base import Store


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one delivery that was to be approved or rejected."""

    delivery: Delivery
    done: bool
    why: str = ""


def approve(
    store: Store,
    deliveries: Sequence[Delivery],
    findings: Mapping[str, Sequence[Problem]],
    networks: Callable[[str], Network],
    *,
    person: str,
    note: str,
    now: datetime,
    max_lateness: timedelta,
) -> list[Decision]:
    """Approve each draft that no error stands against, and mint its network's keys. `findings` are by delivery key."""
    decisions: list[Decision] = []
    for delivery in deliveries:
        why = refusal(delivery, findings.get(delivery.key, ()), now - max_lateness)
        if not why:
            keys = networks(delivery.network).keys(
                delivery.key, delivery.content_hash, delivery.due, len(delivery.content.parts)
            )
            if not store.approve(delivery.key, delivery.content_hash, keys, person=person, note=note, now=now):
                why = "it changed while it was being approved; look at it again"
        decisions.append(Decision(delivery, not why, why))
    return decisions


def refusal(delivery: Delivery, findings: Sequence[Problem], earliest: datetime) -> str:
    """Why this delivery cannot be approved; empty when it can. What was due before `earliest` is too late to leave."""
    if delivery.state is not State.DRAFT:
        return f"it is {delivery.state}, and only a draft can be approved"
    if delivery.due <= earliest:
        return "its time has passed; move it to a later one first"
    blocking = [problem for problem in findings if problem.blocks]
    return "; ".join(f"{problem.message} ({problem.rule})" for problem in blocking)


def reject(store: Store, deliveries: Sequence[Delivery], *, person: str, note: str, now: datetime) -> list[Decision]:
    """Say no, with a reason: the delivery stays a draft that shows it, and an approval it had is void."""
    decisions: list[Decision] = []
    for delivery in deliveries:
        done = store.reject(delivery.key, delivery.content_hash, person=person, note=note, now=now)
        why = "" if done else f"it is {delivery.state}, and only a draft or approved delivery can be rejected"
        decisions.append(Decision(delivery, done, why))
    return decisions
