"""Small counts are not published where they could point at a person.

The rule: a count that only we hold (votes, clicks, outcomes) is left out when it is 1 to 9. Networks show likes, reposts,
replies, quotes and impressions beside the post themselves; leaving those out would protect nobody. 0 points at nobody. As
totals are published too, what is left out must not follow by subtraction: at least two cells of a total are left out, and
together they are at least 10; where that cannot be, the whole total is. What grows from one export (or one age of a post) to
the next is told in whole tens: 50 and then 53 would tell the 3 between.
"""

from __future__ import annotations

from collections.abc import Sequence

FLOOR = 10
STEP = 10


def small(count: int | None) -> bool:
    return count is not None and 0 < count < FLOOR


def tens(count: int) -> int:
    """Whole tens, rounded down."""
    return count // STEP * STEP


def suppressed(counts: Sequence[int]) -> list[bool]:
    """Which of the cells of one total are to be left out."""
    hidden = [small(count) for count in counts]
    if not any(hidden):
        return hidden
    others = sorted((count, number) for number, count in enumerate(counts) if not hidden[number] and count)
    for _, number in others:
        if sum(hidden) >= 2 and sum(count for count, left in zip(counts, hidden, strict=True) if left) >= FLOOR:
            break
        hidden[number] = True
    return hidden


def total(counts: Sequence[int]) -> int | None:
    """The total in whole tens, where it may be published: None where it is small itself, or where it would tell a cell."""
    found = sum(counts)
    hidden = [count for count, left in zip(counts, suppressed(counts), strict=True) if left]
    if small(found) or (hidden and (len(hidden) < 2 or sum(hidden) < FLOOR)):
        return None
    return tens(found)
