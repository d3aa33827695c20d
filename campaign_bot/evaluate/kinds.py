"""Which kinds of engagement are counted where networks, or two times, are held against each other: those that all of them
tell. Mastodon tells no bookmarks, X and Bluesky do: with them counted, Mastodon would seem to have fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campaign_bot.evaluate.ages import ENGAGEMENTS, FIELDS, field
from campaign_bot.evaluate.groups import PostFigures

#: A kind is told by a network where this share of its deliveries tell it. The others are left out of a comparison.
MOST_TELL = 0.8


def told_by_all(kinds: Iterable[Iterable[PostFigures]]) -> tuple[str, ...]:
    """The kinds that most deliveries of each of the groups tell; a group without deliveries says nothing."""
    found = set(ENGAGEMENTS)
    for some in kinds:
        counts = [one.counts for one in some if one.counts is not None]
        if counts:
            silent = {name: told.count(None) for name, told in zip(FIELDS, zip(*counts, strict=True), strict=True)}
            found &= {name for name in ENGAGEMENTS if len(counts) - silent[name] >= MOST_TELL * len(counts)}
    return tuple(name for name in ENGAGEMENTS if name in found)


def of_kinds(one: PostFigures, kinds: Sequence[str]) -> int | None:
    """A delivery's engagements of these kinds alone; None where it does not tell all of them, or there are none."""
    if one.counts is None or not kinds:
        return None
    number = 0
    for name in kinds:
        value = field(one.counts, name)
        if value is None:
            return None
        number += max(value, 0)
    return number


def by_account(*times: Iterable[PostFigures]) -> dict[str, tuple[str, ...]]:
    """For each account the kinds that it told all along: a server that is upgraded begins to tell one, and no post had
    more engagement for that. Several `times`: in each of them."""
    found: dict[str, list[list[PostFigures]]] = {}
    for place, some in enumerate(times):
        for one in some:
            found.setdefault(one.result.account, [[] for _ in times])[place].append(one)
    return {account: told_by_all(groups) for account, groups in found.items()}
