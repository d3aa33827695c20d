"""When posts are due: a schedule entry's rule, expanded into slots.

APScheduler's triggers expand the rules as wall-clock times; the wall time is then put into the campaign's zone. So a
clock change never loses or doubles a slot: a time that does not exist moves forward by the gap, a time that exists
twice is the first one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from campaign_bot.library.files import Row, ScheduleEntry, Series, When

#: More slots than this in one entry is a mistake in the rule, not a campaign.
MAX_SLOTS = 5_000


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One instant that a schedule entry yields."""

    instant: datetime  # UTC, before `spread`
    entry: str
    wall: datetime  # naive, in the campaign's zone, as the rule says it
    row: str = ""  # the item's id when the rule itself names it (`before`)
    days_left: int | None = None


def slots(
    entry_id: str, entry: ScheduleEntry, series: Series, *, zone: ZoneInfo, starts: date, ends: date
) -> list[Slot]:
    """All slots of an entry within the campaign's dates (both included), in order, each instant once."""
    first = max(starts, entry.starts or starts)
    last = min(ends, entry.ends or ends)
    found: dict[tuple[datetime, str], Slot] = {}
    for wall, row, days_left in _walls(entry.when, series, first, last):
        if first <= wall.date() <= last and wall.date() not in entry.not_on:
            instant = wall.replace(tzinfo=zone).astimezone(UTC)
            found.setdefault((instant, row), Slot(instant, entry_id, wall, row, days_left))
        if len(found) > MAX_SLOTS:
            break
    return sorted(found.values())


def due(slot: Slot, entry: ScheduleEntry, campaign: str) -> datetime:
    """The slot's instant moved by its seeded part of `spread`: whole minutes, the same on every machine."""
    minutes = int(entry.spread.total_seconds() // 60)
    if not minutes:
        return slot.instant
    seed = hashlib.sha256(f"{campaign}\x1f{slot.entry}\x1f{slot.wall.isoformat()}".encode()).digest()
    return slot.instant + timedelta(minutes=int.from_bytes(seed[:4]) % (minutes + 1))


def when_problem(when: When) -> str | None:
    """What is wrong with a rule, as a sentence; None when it is fine."""
    kinds = [name for name in ("cron", "every", "dates", "before") if getattr(when, name)]
    if len(kinds) != 1:
        given = " and ".join(kinds) if kinds else "none"
        return f"`when` needs exactly one of cron, every, dates, before; it has {given}"
    if when.cron:
        return _cron_problem(when.cron)
    if when.every is not None:
        if when.start is None:
            return "`every` needs `from`, the date and time of the first slot"
        if when.every < timedelta(minutes=10):
            return "`every` is shorter than 10 minutes"
    if when.before and (when.at is None or not when.days):
        return '`before` needs `days`, such as [7, 1, 0], and `at`, such as "12:00"'
    return None


def _cron_problem(rule: str) -> str | None:
    fields = rule.split()
    if len(fields) != 5:
        return f"a cron rule has 5 fields (minute hour day month weekday); `{rule}` has {len(fields)}"
    if re.search(r"\d", fields[4]):
        # cron counts weekdays from Sunday, APScheduler from Monday: a number means two different days.
        return (
            f"write weekdays as names (mon, thu), not numbers: `{fields[4]}` means different days to different programs"
        )
    if fields[0] == "*" or "/" in fields[0]:
        return "a post every few minutes is not a campaign: give the minute as a number"
    try:
        CronTrigger.from_crontab(rule, timezone=UTC)
    except ValueError as error:
        return f"`{rule}` is not a cron rule: {str(error).lower()}"
    return None


def _walls(when: When, series: Series, first: date, last: date) -> Iterator[tuple[datetime, str, int | None]]:
    """The rule's wall-clock times, each with the item and the days left that the rule itself gives."""
    if when.before:
        for row in series.rows:
            if (day := _as_date(row.field(when.before))) is not None:
                for days in when.days:
                    yield datetime.combine(day - timedelta(days=days), when.at or time(12)), row.id, days
        return
    if when.dates:
        for wall in when.dates:
            yield wall.replace(tzinfo=None), "", None
        return
    yield from ((wall, "", None) for wall in _recurring(when, first, last))


def _recurring(when: When, first: date, last: date) -> Iterator[datetime]:
    """cron and every, through APScheduler, in floating time: UTC stands for the wall clock, it has no gaps."""
    begin = datetime.combine(first, time.min, UTC)
    end = datetime.combine(last, time.max, UTC)
    if when.cron:
        trigger = CronTrigger.from_crontab(when.cron, timezone=UTC)
    else:
        assert when.every is not None and when.start is not None  # noqa: S101 - when_problem made sure
        start = when.start.replace(tzinfo=UTC)
        trigger = IntervalTrigger(seconds=int(when.every.total_seconds()), start_date=start, timezone=UTC)
        begin = max(begin, start)
    fire: datetime | None = trigger.get_next_fire_time(None, begin)
    while fire is not None and fire <= end:
        yield fire.replace(tzinfo=None)
        fire = trigger.get_next_fire_time(fire, fire + timedelta(seconds=1))


def _as_date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def assign(series: Series, found: list[Slot]) -> tuple[list[tuple[Slot, Row]], list[Slot]]:
    """Which item each slot of a series says: the n-th slot in time the n-th row, whatever entry the slot is from.

    Returns the pairs, and the slots for which no item is left (`repeat` starts again instead)."""
    by_id = {row.id: row for row in series.rows}
    pairs: list[tuple[Slot, Row]] = []
    empty: list[Slot] = []
    number = 0
    for slot in sorted(found):
        if slot.row:
            pairs.append((slot, by_id[slot.row]))
            continue
        if number < len(series.rows) or (series.file.items.repeat and series.rows):
            pairs.append((slot, series.rows[number % len(series.rows)]))
        else:
            empty.append(slot)
        number += 1
    return pairs, empty
