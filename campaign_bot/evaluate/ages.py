"""What a delivery had at one age. Posts are compared at the same age only: a count that was not read then is worked out
between two that were, or the post is too young, or it is not known. Never is a young post's count taken for an old one's.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from campaign_bot.model import Counted, Counts, Measured, State

#: A count that was read within this share of the age is that age's.
TOLERANCE = 0.1
#: Between two reads whose ages are further apart than this (older / younger), nothing is worked out.
WIDEST_GAP = 12.0
#: Posts are compared at the largest age that this share of the sent ones is known at.
SHARE_READ = 0.8
#: So many posts settle which age that is.
ENOUGH_TO_CHOOSE = 10_000
#: From one read to the next a count may grow so many times, or by so much; more is a mistake of the network.
MOST_TIMES, MOST_MORE = 1_000, 100_000

FIELDS = tuple(Counts.__dataclass_fields__)
ENGAGEMENTS = ("likes", "reposts", "replies", "quotes", "bookmarks")
_ENGAGEMENT_PLACES = tuple(FIELDS.index(name) for name in ENGAGEMENTS)
_REPLIES = FIELDS.index("replies")


class Known(StrEnum):
    """How a delivery's counts at an age are known, or why they are not."""

    READ = "read"
    BETWEEN = "between"  # worked out between two reads
    YOUNG = "young"  # it is not that old yet
    UNREAD = "unread"  # nobody read them then
    GONE = "gone"  # deleted or hidden before that age
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is odd about the counts, told beside them. All are numbers of deliveries."""

    fell: int  # a count was lower than before; both were kept
    jumped: int  # a count grew beyond belief; what was read from then on is left out
    negative: int  # a count below nothing is not a count; it is left out
    gone: int  # deleted or hidden on the network


def field(counts: Counted, name: str) -> int | None:
    return counts[FIELDS.index(name)]


def engagements(counts: Counted) -> int | None:
    """Likes, reposts, replies, quotes and bookmarks together; None where the network tells none of them."""
    told = [value for place in _ENGAGEMENT_PLACES if (value := counts[place]) is not None]
    return sum(told) if told else None


def believable(one: Measured) -> tuple[tuple[float, Counted], ...]:
    """The reads of a delivery without what cannot be: counts below nothing, counts that jump beyond belief, and the
    replies that a thread's own parts are."""
    found: list[tuple[float, Counted]] = []
    for age, counts in one.reads:
        if found and _jumped(found[-1][1], counts):
            break
        found.append((age, _peoples(counts, one.parts)))
    return tuple(found)


def at_age(one: Measured, hours: float, now: datetime) -> tuple[Counted | None, Known]:
    """A delivery's counts at an age, and how they are known."""
    if one.state not in (State.SENT, State.RETRACTED) or one.sent is None:
        return None, Known.NOT_SENT
    reads = believable(one)
    near = [read for read in reads if abs(read[0] / hours - 1) <= TOLERANCE]
    if near:
        return min(near, key=lambda read: abs(read[0] - hours))[1], Known.READ
    younger = [read for read in reads if read[0] < hours]
    older = [read for read in reads if read[0] > hours]
    if younger and older and younger[-1][0] > 0 and older[0][0] / younger[-1][0] <= WIDEST_GAP:
        return _between(younger[-1], older[0], hours), Known.BETWEEN
    if now - one.sent < timedelta(hours=hours * (1 - TOLERANCE)):
        return None, Known.YOUNG
    return None, Known.GONE if one.gone else Known.UNREAD


def latest(one: Measured) -> Counted | None:
    """The last believable counts, whatever their age: for sums, never for comparing."""
    reads = believable(one)
    return reads[-1][1] if reads else None


def comparable_age(ages: Iterable[timedelta], some: Sequence[Measured], now: datetime) -> timedelta | None:
    """The largest age at which at least `SHARE_READ` of the sent posts are known; else the one known of most."""
    sent = [one for one in some if one.state is State.SENT and not one.gone]
    sent = sent[:: max(1, len(sent) // ENOUGH_TO_CHOOSE)]
    known = {
        age: sum(at_age(one, age.total_seconds() / 3600, now)[0] is not None for one in sent) for age in sorted(ages)
    }
    enough = [age for age, number in known.items() if sent and number >= SHARE_READ * len(sent)]
    if enough:
        return max(enough)
    return max((age for age in known if known[age]), key=lambda age: (known[age], age), default=None)


def doubts(some: Iterable[Measured]) -> Doubts:
    number: Counter[str] = Counter()
    for one in some:
        pairs = [(before, after) for (_, before), (_, after) in zip(one.reads, one.reads[1:], strict=False)]
        number["fell"] += any(_fell(before, after) for before, after in pairs)
        number["jumped"] += any(_jumped(before, after) for before, after in pairs)
        number["negative"] += any((value or 0) < 0 for _, counts in one.reads for value in counts)
        number["gone"] += one.gone
    return Doubts(number["fell"], number["jumped"], number["negative"], number["gone"])


def _fell(before: Counted, after: Counted) -> bool:
    return any(b is not None and a is not None and a < b for b, a in zip(before, after, strict=True))


def _jumped(before: Counted, after: Counted) -> bool:
    return any(
        b is not None and a is not None and a > MOST_TIMES * max(b, 1) and a - b > MOST_MORE
        for b, a in zip(before, after, strict=True)
    )


def _peoples(counts: Counted, parts: int) -> Counted:
    if parts == 1 and all(value is None or value >= 0 for value in counts):
        return counts
    found = [value if value is None or value >= 0 else None for value in counts]
    if (replies := found[_REPLIES]) is not None:
        found[_REPLIES] = max(replies - (parts - 1), 0)
    return tuple(found)


def _between(younger: tuple[float, Counted], older: tuple[float, Counted], hours: float) -> Counted:
    """On the logarithm of the age, as engagement grows fast first and slowly later."""
    share = math.log(hours / younger[0]) / math.log(older[0] / younger[0])
    return tuple(
        None if before is None or after is None else round(before + share * (after - before))
        for before, after in zip(younger[1], older[1], strict=True)
    )
