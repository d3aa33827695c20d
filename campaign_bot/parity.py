"""Parity: did every post go out in every language, at once, with the same pictures; and how was each language answered?

Pure: results in, figures out. A campaign in one language has no parity, and none is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from campaign_bot.model import Counts, Result, State
from campaign_bot.pairs import BEGUN, pairs

ENGAGEMENTS = ("likes", "reposts", "replies", "quotes", "bookmarks")
#: A pair is one whose sides left within this.
AT_ONCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many: never the one without the other."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Answered:
    """How one language was answered, in pairs that were read at the same age on every side."""

    language: str
    pairs: int
    engagements: int | None  # None: no network told
    median: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """What became of a post in one language."""

    language: str
    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A post that lacks a language on a network, and why."""

    post: str
    network: str
    languages: tuple[str, ...]  # that it lacks
    why: str
    series: str
    due: datetime
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Parity:
    languages: tuple[str, ...]
    complete: Share  # posts on a network that left in every language
    at_once: Share  # of the complete ones, those within a minute
    gap_median_s: float | None  # between the first and the last side
    gap_max_s: float | None
    alt: Share  # of the complete ones with pictures, those in which every picture of every side has its alt text
    media: Share  # of the complete ones, those with as many pictures, and a poll, on every side
    answered: tuple[Answered, ...]
    incomplete: tuple[Incomplete, ...]


def parity(results: Sequence[Result], languages: Sequence[str]) -> Parity | None:
    """The figures of a campaign in several languages; None for one language."""
    if len(languages) < 2:
        return None
    begun = [sides for sides in pairs(results) if any(one.state in BEGUN for one in sides)]
    complete = [sides for sides in begun if _lacking(sides, languages) == ()]
    gaps = [_gap(sides) for sides in complete]
    pictured = [sides for sides in complete if any(_pictures(one) for one in sides)]
    return Parity(
        languages=tuple(languages),
        complete=Share(len(complete), len(begun)),
        at_once=Share(sum(gap <= AT_ONCE_S for gap in gaps), len(gaps)),
        gap_median_s=median(gaps) if gaps else None,
        gap_max_s=max(gaps, default=None),
        alt=Share(sum(_all_described(sides) for sides in pictured), len(pictured)),
        media=Share(sum(len({_shape(one) for one in sides}) == 1 for sides in complete), len(complete)),
        answered=tuple(_answered(language, complete) for language in languages),
        incomplete=tuple(
            Incomplete(
                sides[0].post,
                sides[0].network,
                lacking,
                _why(sides),
                sides[0].series,
                sides[0].due,
                tuple(Side(one.language, one.state, one.reason) for one in sides),
            )
            for sides in begun
            if (lacking := _lacking(sides, languages))
        ),
    )


def _lacking(sides: Sequence[Result], languages: Sequence[str]) -> tuple[str, ...]:
    out = {one.language for one in sides if one.state is State.SENT}
    return tuple(language for language in languages if language not in out)


def _why(sides: Sequence[Result]) -> str:
    told = [f"{one.account}: {one.state}" + (f" ({one.reason})" if one.reason else "") for one in sides]
    return "; ".join(told)


def _gap(sides: Sequence[Result]) -> float:
    times = [one.sent.timestamp() for one in sides if one.sent]
    return max(times) - min(times) if times else 0.0


def _pictures(one: Result) -> int:
    return sum(len(part.media) for part in one.content.parts)


def _shape(one: Result) -> tuple[int, bool]:
    return _pictures(one), any(part.poll for part in one.content.parts)


def _all_described(sides: Sequence[Result]) -> bool:
    return all(media.alt.strip() for one in sides for part in one.content.parts for media in part.media)


def _answered(language: str, complete: Sequence[Sequence[Result]]) -> Answered:
    """At the latest age that every side of a pair was read at: another age would be another measure."""
    found: list[int] = []
    for sides in complete:
        ages = set.intersection(*({one.age for one in side.snapshots} for side in sides))
        if not ages:
            continue
        for side in sides:
            if side.language == language:
                counts = next(one.counts for one in side.snapshots if one.age == max(ages))
                told = _engagements(counts)
                if told is not None:
                    found.append(told)
    return Answered(language, len(found), sum(found) if found else None, median(found) if found else None)


def _engagements(counts: Counts) -> int | None:
    """What the network tells, added up; None where it tells nothing."""
    told = [value for name in ENGAGEMENTS if (value := getattr(counts, name)) is not None]
    return sum(told) if told else None
