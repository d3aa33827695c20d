"""Adding up what is too much to read: sums over every delivery, in SQLite, whatever their number.

The last counts of each delivery are kept apart as they come (`latest`), so that adding up goes once through small rows. They
are gone through in lots, two at a time: SQLite lets other threads work meanwhile. Nothing here is drawn by lot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from campaign_bot.model import Asking, Counted, Measured, State, Summed, Totals
from campaign_bot.store.connection import from_ms, to_ms
from campaign_bot.store.measuring import Measuring
from campaign_bot.store.rows import COUNT_FIELDS

_DAY_MS = 86_400_000
#: Local time differs from UTC by whole quarters of an hour.
_QUARTER_MS = 900_000
_LOT, _SIDE_BY_SIDE, _CLOSER = 100_000, 2, 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: What was read after an instant was not known at that instant. Of each kind the last count that was told until then.
_KNOWN_THEN = f"""
with known_then as materialized (
    select delivery, network, due_ms, sent_ms, {
    ", ".join(
        f"(select one.{name} from snapshot as one where one.delivery = latest.delivery and one.gone = 0"
        f" and one.taken_ms < :known and one.{name} is not null order by one.age_ms desc limit 1) as {name}"
        for name in COUNT_FIELDS
    )
} from latest where sent_ms >= :sent_since and sent_ms < :known)
select *, {" + ".join(f"({name} is not null) * {1 << place}" for place, name in enumerate(COUNT_FIELDS))} as told,
       min({", ".join(f"coalesce({name}, 0)" for name in COUNT_FIELDS)}) as least,
       max({", ".join(f"coalesce({name}, 0)" for name in COUNT_FIELDS)}) as most
  from known_then"""
#: `told`: which counts are, as one number. What tells the same can be added up.
_SUMS = f"""
select (sent_ms + {{offset}}) / {_DAY_MS}, network, told, count(*), {", ".join(f"sum({name})" for name in COUNT_FIELDS)}
  from {{rows}} where {{where}} and due_ms >= :since and due_ms < :until and least >= 0 and most <= :most group by 1, 2, 3"""
_ODD = """
select delivery from {rows} where {where} and due_ms >= :since and due_ms < :until and (least < 0 or most > :most)"""


class Summing(Measuring):
    """The verbs that add up (see `store.base.Store`)."""

    def how_many(self, *, since: datetime | None, until: datetime | None) -> int:
        """How many deliveries are due in a period."""
        sql = "select count(*) as number from delivery where due_ms >= ? and due_ms < ?"
        return int(self._rows(sql, _period(since, until))[0]["number"])

    def summed(
        self, *, since: datetime | None, until: datetime | None, most: int, zone: ZoneInfo
    ) -> tuple[list[Summed], list[str]]:
        """The last counts of every delivery that was sent, by day of sending (in `zone`), network and which counts are told.
        Apart from them the keys of deliveries whose last counts are below nothing or above `most`: those want a closer look."""
        from concurrent.futures import ThreadPoolExecutor  # only reports add up

        (all_,) = self._rows(
            "select coalesce(max(rowid), 0) as top, min(sent_ms) as begin, max(sent_ms) as end from latest"
        )
        rows = {"rows": "latest", "where": "rowid between :first and :last"}
        sql, odd = _SUMS.format(offset=_offset(zone, all_["begin"] or 0, all_["end"] or 0), **rows), _ODD.format(**rows)
        begin, end = _period(since, until)
        same = {"since": begin, "until": end, "most": most}
        lots = [same | {"first": row, "last": row + _LOT - 1} for row in range(1, all_["top"] + 1, _LOT)]
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="sums") as pool:
            found = list(pool.map(partial(self._lot, sql, odd), lots))
        return _together(found)

    def summed_as_known(
        self, known: datetime, *, sent_since: datetime, most: int, zone: ZoneInfo
    ) -> tuple[list[Summed], list[str]]:
        """The same of what was sent from `sent_since` until `known`, as it was known at that instant."""
        begin, end = _period(None, None)
        of = {"rows": f"({_KNOWN_THEN})", "where": "true"}
        sql, odd = _SUMS.format(offset=_offset(zone, to_ms(sent_since), to_ms(known)), **of), _ODD.format(**of)
        values = {"since": begin, "until": end, "most": most, "sent_since": to_ms(sent_since), "known": to_ms(known)}
        return _together([self._lot(sql, odd, values)])

    def _lot(self, sql: str, odd: str, values: dict[str, Any]) -> tuple[list[Any], list[str]]:
        with self._connections.errors():
            db = self._connections.db
            return list(db.execute(sql, values)), [key for (key,) in db.execute(odd, values)]

    def closer(self, keys: Sequence[str], *, since: datetime | None, until: datetime | None) -> Iterator[Measured]:
        """These deliveries with all that was read of them, as many at a time as fit into memory."""
        where, values = (
            "due_ms >= ? and due_ms < ? and delivery.key in (select value from json_each(?))",
            _period(since, until),
        )
        for first in range(0, len(keys), _CLOSER):
            with self._connections.errors():
                yield from self._measured(where, [*values, json.dumps(keys[first : first + _CLOSER])])

    def asking(
        self, *, since: datetime | None, until: datetime | None, polls: Mapping[str, int], rungs: Sequence[str]
    ) -> list[Asking]:
        """Every post that publishes a result, calls people to take part, or is of a series with polls (of so many minutes)."""
        rows = self._rows(
            "select post.name, series, item, rung, answers, min(sent_ms) as first, max(sent_ms) as last"
            " from post cross join delivery on delivery.post = post.key"
            " where (answers <> '' or rung in (select value from json_each(?)) or series in (select value from json_each(?)))"
            " and state = ? and sent_ms is not null and due_ms >= ? and due_ms < ? group by post.key",
            [json.dumps(list(rungs)), json.dumps(list(polls)), State.SENT, *_period(since, until)],
        )
        return [
            Asking(one["name"], one["series"], one["item"], one["rung"], one["answers"], from_ms(one["first"]),
                   from_ms(one["last"]), polls.get(one["series"], 0))
            for one in rows
        ]  # fmt: skip

    def totals(self, *, since: datetime | None, until: datetime | None, late: timedelta, zone: ZoneInfo) -> Totals:
        """What is counted and not engagement: posts, what left late, and deliveries by the day of their time (in `zone`)."""
        posts = "select count(distinct post) as posts from delivery"  # without a period an index is enough
        values = _period(since, until)
        if since or until:
            posts += " where due_ms >= ? and due_ms < ?"
        (due,) = self._rows("select coalesce(min(due_ms), 0) as first, coalesce(max(due_ms), 0) as last from delivery")
        days = self._rows(
            f"select (due_ms + {_offset(zone, due['first'], due['last'], 'due_ms')}) / {_DAY_MS} as day,"
            " total(state = 'sent') as sent, count(*) as number from delivery where due_ms >= ? and due_ms < ? group by 1",
            values,
        )
        (left,) = self._rows(
            "select count(*) as number, total(sent_ms - due_ms > ?) as late from latest where due_ms >= ? and due_ms < ?",
            [round(late / timedelta(milliseconds=1)), *values],
        )
        return Totals(
            self._rows(posts, values if since or until else [])[0]["posts"],
            left["number"],
            int(left["late"]),
            tuple((_day(one["day"]), int(one["sent"]), one["number"] - int(one["sent"])) for one in days),
        )

    def left_by(self, known: datetime, *, late: timedelta) -> tuple[int, int]:
        """How many deliveries had left before an instant, and how many of them late."""
        (left,) = self._rows(
            "select count(*) as number, total(sent_ms - due_ms > ?) as late from latest where sent_ms < ?",
            [round(late / timedelta(milliseconds=1)), to_ms(known)],
        )
        return left["number"], int(left["late"])


def _period(since: datetime | None, until: datetime | None) -> list[Any]:
    return [to_ms(since or _EPOCH), to_ms(until or datetime(9999, 1, 1, tzinfo=UTC))]


def _offset(zone: ZoneInfo, first_ms: int, last_ms: int, of: str = "sent_ms") -> str:
    """How far the zone is ahead of UTC at an instant between these two, as SQL."""
    changes: list[str] = []
    for day in range(first_ms // _DAY_MS, last_ms // _DAY_MS + 1):
        begin, end = day * _DAY_MS, (day + 1) * _DAY_MS
        if (before := _ahead(zone, begin)) != (after := _ahead(zone, end)):
            change = next(at for at in range(begin, end + 1, _QUARTER_MS) if _ahead(zone, at) == after)
            changes.append(f"when {of} < {change} then {before}")
    # The day after the last one, and no later: the next change would be taken for all of them.
    after = _ahead(zone, (last_ms // _DAY_MS + 1) * _DAY_MS)
    return f"case {' '.join(changes)} else {after} end" if changes else str(after)


def _ahead(zone: ZoneInfo, at_ms: int) -> int:
    return round((from_ms(at_ms).astimezone(zone).utcoffset() or timedelta()) / timedelta(milliseconds=1))


def _together(lots: Iterable[tuple[list[Any], list[str]]]) -> tuple[list[Summed], list[str]]:
    found: dict[tuple[int, str, int], list[int]] = {}
    closer: list[str] = []
    for rows, odd in lots:
        closer += odd
        for day, network, told, *numbers in rows:
            kept = found.setdefault((day, network, told), [0] * len(numbers))
            for place, number in enumerate(numbers):
                kept[place] += number or 0
    return [_summed(kind, numbers) for kind, numbers in sorted(found.items())], closer


def _summed(kind: tuple[int, str, int], numbers: list[int]) -> Summed:
    day, network, told = kind
    number, *sums = numbers
    counts: Counted = tuple(one if told >> place & 1 else None for place, one in enumerate(sums))
    return Summed(_day(day), network, number, counts if told else None)


def _day(number: int) -> date:
    return date.fromordinal(_EPOCH.toordinal() + number)
