"""What a delivery had at one age. Posts are compared at the same age only: a count that was not read then is worked out
between two that were, or the post is too young, or it is not known. Never is a young post's count taken for an old one's.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from campaign_bot.model import Counted, Counts, Measured, Result, Snapshot, State
from campaign_bot.values import replace

#: A count that was read within this share of the age is that age's.
TOLERANCE = 0.1
#: Between two reads whose ages are further apart than this (older / younger), nothing is worked out.
WIDEST_GAP = 12.0
#: Posts are compared at the largest age that this share of the sent ones is known at.
SHARE_READ = 0.8
#: So many posts settle which age that is.
ENOUGH_TO_CHOOSE = 3_000
#: From one read to the next a count may grow so many times, or by so much; more is a mistake of the network.
MOST_TIMES, MOST_MORE = 1_000, 100_000

FIELDS = Counts.__struct_fields__
ENGAGEMENTS = ("likes", "reposts", "replies", "quotes", "bookmarks")
_PLACES = {name: place for place, name in enumerate(FIELDS)}
_ENGAGEMENT_PLACES = tuple(_PLACES[name] for name in ENGAGEMENTS)


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
    jumped: int  # a count grew beyond belief; that reading is left out
    negative: int  # a count below nothing is not a count; it is left out
    gone: int  # deleted or hidden on the network


def field(counts: Counted, name: str) -> int | None:
    return counts[_PLACES[name]]


def engagements(counts: Counted) -> int | None:
    """Likes, reposts, replies, quotes and bookmarks together; None where the network tells none of them."""
    told = [value for place in _ENGAGEMENT_PLACES if (value := counts[place]) is not None]
    return sum(told) if told else None


def believable(one: Measured) -> Measured:
    """A delivery without what cannot be: counts below nothing, counts that jump beyond belief. Done once, before anything is
    worked out. (Replies are stored without a thread's own parts.)"""
    if not any(_odd(counts) for _, counts in one.reads):
        return one
    found: list[tuple[float, Counted]] = []
    for age, counts in one.reads:
        if found and _jumped(found[-1][1], counts):
            continue
        found.append((age, _possible(counts)))
    return replace(one, reads=tuple(found))


def believed(one: Result) -> Result:
    """The same of a delivery with its content: what the report leaves out counts nowhere else either."""
    kept: list[tuple[Snapshot, Counted]] = []
    for told in one.snapshots:
        counts = tuple(getattr(told.counts, name) for name in FIELDS)
        if kept and _jumped(kept[-1][1], counts):
            continue
        possible = _possible(counts)
        kept.append((replace(told, counts=Counts(**dict(zip(FIELDS, possible, strict=True)))), possible))
    return replace(one, snapshots=tuple(snapshot for snapshot, _ in kept))


def _odd(counts: Counted) -> bool:
    """Whether to look closer: most counts are small and not below nothing."""
    told = [*filter(None, counts)]
    return bool(told) and (max(told) > MOST_MORE or min(told) < 0)


def at_age(one: Measured, hours: float, now: datetime) -> tuple[Counted | None, Known]:
    """A believable delivery's counts at an age, and how they are known."""
    if one.state is not State.SENT or one.sent is None:  # what the campaign took back is in no figure of engagement
        return None, Known.NOT_SENT
    place = bisect_left(one.reads, (hours,))
    younger = one.reads[place - 1] if place else None
    older = one.reads[place] if place < len(one.reads) else None
    near = min((read for read in (younger, older) if read), key=lambda read: abs(read[0] / hours - 1), default=None)
    if near and abs(near[0] / hours - 1) <= TOLERANCE:
        return near[1], Known.READ
    if younger and older and younger[0] > 0 and older[0] / younger[0] <= WIDEST_GAP:
        return _between(younger, older, hours), Known.BETWEEN
    if now - one.sent < timedelta(hours=hours * (1 - TOLERANCE)):
        return None, Known.YOUNG
    return None, Known.GONE if one.gone else Known.UNREAD


def latest(one: Measured) -> Counted | None:
    """Of each kind the last believable count that was told, whatever its age: for sums, never for comparing. (X tells clicks for
    30 days, and they are no fewer afterwards.)"""
    if not one.reads:
        return None
    found = one.reads[-1][1]
    for _, before in reversed(one.reads[:-1]):
        if None not in found:
            break
        found = tuple(b if a is None else a for a, b in zip(found, before, strict=True))
    return found


def comparable_age(ages: Iterable[timedelta], some: Sequence[Measured], now: datetime) -> timedelta | None:
    """The largest age at which at least `SHARE_READ` of the sent posts are known; else the one known of most. Of posts that
    are gone it asks only where nothing is known of the others: they count up to then."""
    sent = [one for one in some if one.state is State.SENT]
    there = [one for one in sent if not one.gone]
    found = _known_of_most(ages := tuple(ages), there, now)
    return found if found is not None or len(there) == len(sent) else _known_of_most(ages, sent, now)


def _known_of_most(ages: Iterable[timedelta], sent: Sequence[Measured], now: datetime) -> timedelta | None:
    sent = sent[:: max(1, len(sent) // ENOUGH_TO_CHOOSE)]
    known = {
        age: sum(at_age(one, age.total_seconds() / 3600, now)[0] is not None for one in sent) for age in sorted(ages)
    }
    enough = [age for age, number in known.items() if sent and number >= SHARE_READ * len(sent)]
    if enough:
        return max(enough)
    return max((age for age in known if known[age]), key=lambda age: (known[age], age), default=None)


def looked_through(some: Iterable[Measured]) -> tuple[list[Measured], Doubts]:
    """Deliveries without what cannot be (see `believable`), and what was odd about them."""
    found: list[Measured] = []
    number: Counter[str] = Counter()
    for one in some:
        number["gone"] += one.gone
        if _steady(one):
            found.append(one)
            continue
        found.append(believable(one))
        pairs = [(before, after) for (_, before), (_, after) in zip(one.reads, one.reads[1:], strict=False)]
        number["fell"] += any(_fell(before, after) for before, after in pairs)
        number["jumped"] += any(_jumped(before, after) for before, after in pairs)
        number["negative"] += any((value or 0) < 0 for _, counts in one.reads for value in counts)
    return found, Doubts(number["fell"], number["jumped"], number["negative"], number["gone"])


def _steady(one: Measured) -> bool:
    """Whether no count is odd and none is lower than before: so with nearly all, and quickly told."""
    last: Counted | None = None
    for _, counts in one.reads:
        if _odd(counts):
            return False
        if last is not None and last != counts and _fell(last, counts):
            return False
        last = counts
    return True


def _fell(before: Counted, after: Counted) -> bool:
    return any(b and a is not None and a < b for b, a in zip(before, after, strict=True))


def _jumped(before: Counted, after: Counted) -> bool:
    return any(
        b is not None and a is not None and a > MOST_TIMES * max(b, 1) and a - b > MOST_MORE
        for b, a in zip(before, after, strict=True)
    )


def _possible(counts: Counted) -> Counted:
    if all(value is None or value >= 0 for value in counts):
        return counts
    return tuple(value if value is None or value >= 0 else None for value in counts)


def _between(younger: tuple[float, Counted], older: tuple[float, Counted], hours: float) -> Counted:
    """On the logarithm of the age, as engagement grows fast first and slowly later."""
    share = math.log(hours / younger[0]) / math.log(older[0] / younger[0])
    return tuple(
        None if before is None or after is None else round(before + share * (after - before))
        for before, after in zip(younger[1], older[1], strict=True)
    )
