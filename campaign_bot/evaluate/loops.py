"""Loop closure: of the calls and polls, how many had their result published within 30 days of their end.

A post publishes a result by saying whose: its row has `answers: weekly-poll/first-online` (or `answers: weekly-poll`).
It answers the last such post before it whose poll had closed: what is published while people still vote is no result. A call
without a poll is answered by what is published after it. A series whose calls have no result to publish says so
(`no_result: true`): they are told of apart, and are not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_bot.evaluate.groups import Rate
from campaign_bot.model import Asking, Measured, State
from campaign_bot.values import replace

WITHIN = timedelta(days=30)
#: Posts of these rungs ask people to take part, whether or not they have a poll.
CALLS = ("participating", "co-creating")


@dataclass(frozen=True, slots=True)
class Asked:
    """Posts with a poll, on one network at least; and posts without any that call people to take part."""

    polls: int
    calls: int


@dataclass(frozen=True, slots=True)
class Loops:
    """`closed`: of those whose 30 days are over or that were answered, the answered ones."""

    closed: Rate | None
    still_open: int  # not answered, with time left
    unanswered: tuple[str, ...]  # posts, by name
    due: Asked  # what `closed` is of
    open: Asked
    no_result: tuple[tuple[str, int], ...] = ()  # (series, posts) that call for nothing with a result


@dataclass(slots=True)
class _Call:
    post: str
    series: str
    item: str
    sent: datetime
    ended: datetime
    closed: datetime  # its poll, where it has one
    poll: bool
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


def loops(some: Iterable[Asking], now: datetime, no_result: Collection[str] = ()) -> Loops:
    """`no_result`: series whose calls have none to publish. A poll always has one."""
    calls: dict[str, _Call] = {}
    without: Counter[str] = Counter()
    answers: dict[str, tuple[datetime, str]] = {}
    for one in some:
        if one.answers:
            answers[one.post] = (one.first, one.answers)
        elif not one.poll_min and one.rung in CALLS and one.series in no_result:
            without[one.series] += 1
        elif one.poll_min or one.rung in CALLS:
            ended = one.last + timedelta(minutes=one.poll_min)
            closed = ended if one.poll_min else one.first
            calls[one.post] = _Call(one.post, one.series, one.item, one.first, ended, closed, one.poll_min > 0)
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
    due = [*closed, *late]
    names = {one.post for one in due}
    waiting = [one for one in calls.values() if one.post not in names]
    return Loops(
        Rate(len(closed), len(due), len(due)) if due else None,
        len(waiting),
        tuple(one.post for one in sorted(calls.values(), key=lambda one: one.sent) if not one.answered),
        due=_asked(due),
        open=_asked(waiting),
        no_result=tuple(sorted(without.items())),
    )


def _asked(some: list[_Call]) -> Asked:
    polls = sum(one.poll for one in some)
    return Asked(polls, len(some) - polls)
