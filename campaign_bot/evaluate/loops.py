"""Loop closure: of the calls and polls, how many had their result published within 30 days of their end.

A post publishes a result by saying whose: its row has `answers: weekly-poll/first-online` (or `answers: weekly-poll`).
It answers the last such post before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_bot.evaluate.groups import Rate
from campaign_bot.model import Measured, State

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
    answered: datetime | None = None


def loops(some: Iterable[Measured], now: datetime) -> Loops:
    calls: dict[str, _Call] = {}
    answers: dict[str, tuple[datetime, str]] = {}
    for one in some:
        if one.state is not State.SENT or one.sent is None:
            continue
        if one.answers:
            answers[one.post] = min(answers.get(one.post, (one.sent, one.answers)), (one.sent, one.answers))
        elif one.poll_min or one.rung in CALLS:
            ended = one.sent + timedelta(minutes=one.poll_min)
            known = calls.setdefault(one.post, _Call(one.post, one.series, one.item, one.sent, ended))
            known.sent, known.ended = min(known.sent, one.sent), max(known.ended, ended)
    for sent, words in sorted(answers.values()):
        before = [
            one for one in calls.values() if words in (one.series, f"{one.series}/{one.item}") and one.sent < sent
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
