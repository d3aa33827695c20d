"""Loop closure: of the calls and polls, how many had their result published within 30 days of their end.

A post publishes a result by saying whose: its row has `answers: weekly-poll/first-online` (or `answers: weekly-poll`).
It answers the last such post before it whose poll had closed: what is published while people still vote is no result. A call
without a poll is answered by what is published after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaign_bot.evaluate.groups import Rate
from campaign_bot.model import Asking, Measured, State

WITHIN = timedelta(days=30)
#: Posts of these rungs ask people to take part, whether or not they have a poll.
CALLS = ("participating", "co-creating")


@dataclass(frozen=True, slots=True)
class Loops:
    """`closed`: of those whose 30 days are over or that were answered, the answered ones."""

    closed: Rate | None
    still_open: int  # not answered, with time left
    unanswered: tuple[str, ...]  # posts, by name


@dataclass(slots=True)
class _Call:
    post: str
    series: str
    item: str
    sent: datetime
    ended: datetime
    closed: datetime  # its poll, where it has one
    answered: datetime | None = None


def asking(some: Iterable[Measured]) -> list[Asking]:
    """What asks or answers among deliveries, post by post."""
    found: dict[str, Asking] = {}
    for one in some:
        if one.state is State.SENT and one.sent is not None and (one.answers or one.poll_min or one.rung in CALLS):
            new = Asking(one.post, one.series, one.item, one.rung, one.answers, one.sent, one.sent, one.poll_min)
            known = found.get(one.post, new)
            found[one.post] = replace(
                known, first=min(known.first, one.sent), last=max(known.last, one.sent),
                poll_min=max(known.poll_min, one.poll_min),
            )  # fmt: skip
    return list(found.values())


def loops(some: Iterable[Asking], now: datetime) -> Loops:
    calls: dict[str, _Call] = {}
    answers: dict[str, tuple[datetime, str]] = {}
    for one in some:
        if one.answers:
            answers[one.post] = (one.first, one.answers)
        elif one.poll_min or one.rung in CALLS:
            ended = one.last + timedelta(minutes=one.poll_min)
            closed = ended if one.poll_min else one.first
            calls[one.post] = _Call(one.post, one.series, one.item, one.first, ended, closed)
    for sent, words in sorted(answers.values()):
        before = [
            one
            for one in calls.values()
            if words in (one.series, f"{one.series}/{one.item}") and one.sent < sent and one.closed <= sent
        ]
        if before:
            call = max(before, key=lambda one: one.sent)
            call.answered = call.answered or sent
    closed = [one for one in calls.values() if one.answered and one.answered - one.ended <= WITHIN]
    late = [one for one in calls.values() if one not in closed and now - one.ended > WITHIN]
    due = len(closed) + len(late)
    return Loops(
        Rate(len(closed), due, due) if due else None,
        len(calls) - due,
        tuple(one.post for one in sorted(calls.values(), key=lambda one: one.sent) if not one.answered),
    )
