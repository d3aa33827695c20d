"""Small counts are not published where they could point at a person.

The rule: a count of clicks or of what people did elsewhere is told in whole tens, rounded down, and left out when it is 1 to
9. 0 points at nobody. A total is the sum of what is told beside it, never of what was counted: so everything that is published
of a count follows from that count alone, and neither a total nor another export tells more. 41 and 57 are 40 and 50, at least
90, and remain so when somebody is the first of a new day, when 41 is corrected to 44, and when there are ten such days.

The price: a total falls short by up to 9 for each count in it, and of many small ones nothing is told.

Networks tell likes, reposts, replies, quotes, bookmarks and impressions to everybody; leaving those out would protect nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

FLOOR = 10
STEP = 10


def small(count: int | None) -> bool:
    return count is not None and 0 < count < FLOOR


def told(count: int | None) -> int | None:
    """Whole tens, rounded down; None where it is small, or unknown."""
    return None if count is None or small(count) else count // STEP * STEP


def total(counts: Iterable[int]) -> int | None:
    """What is told of them together: a lower bound. None where something was counted and nothing of it is told."""
    parts = [told(count) for count in counts]
    return sum(part or 0 for part in parts) if any(parts) or None not in parts else None
