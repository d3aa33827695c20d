"""Adding up what is too much to read: sums over every delivery, in SQLite, whatever their number.

Deliveries are gone through in lots, two at a time: each lot's groups fit into memory, and SQLite lets other threads work
meanwhile. Nothing here is drawn by lot.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign_bot.model import Counted, Measured, State, Summed, Totals
from campaign_bot.store.connection import from_ms, to_ms
from campaign_bot.store.measuring import Measuring
from campaign_bot.store.rows import COUNT_FIELDS

_DAY_MS = 86_400_000
#: Local time differs from UTC by whole quarters of an hour.
_QUARTER_MS = 900_000
_LOT, _SIDE_BY_SIDE, _CLOSER = 100_000, 2, 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_TOLD = f"coalesce({', '.join(COUNT_FIELDS)}) is not null"
_LAST = f"""select last.rowid from snapshot as last where last.delivery = delivery.key and last.gone = 0 and {_TOLD}
 order by last.age_ms desc limit 1"""
#: Which counts are told, as one number: what tells the same can be added up.
_MASK = " + ".join(f"({name} is not null) * {1 << place}" for place, name in enumerate(COUNT_FIELDS))


class Summing(Measuring):
    """The verbs that add up (see `store.base.Store`)."""

    def summed(self, *, since: datetime | None, until: datetime | None, most: int) -> tuple[list[Summed], list[str]]:
        """The last counts of every delivery that was sent, by day of sending (UTC), network and which counts are told.
        Apart from them the keys of deliveries that had a count below nothing or above `most`: those want a closer look."""
        odd = [
            str(row["delivery"])
            for row in self._rows(
                f"select distinct delivery from snapshot where max({_or_0()}) > ? or min({_or_0()}) < 0", [most]
            )
        ]
        top = self._rows("select coalesce(max(rowid), 0) as top from delivery")[0]["top"]
        lots = [(first, first + _LOT - 1) for first in range(1, top + 1, _LOT)]
        period = _period(since, until)
        sums = ", ".join(f"sum({name})" for name in COUNT_FIELDS)
        sql = f"""
            select sent_ms / {_DAY_MS}, network, {_MASK}, count(*), {sums}
              from delivery left join snapshot on snapshot.rowid = ({_LAST})
             where delivery.rowid between ? and ? and +state = ? and due_ms >= ? and due_ms < ? and sent_ms is not null
               and delivery.key not in (select value from json_each(?))
             group by 1, 2, 3"""

        def one(lot: tuple[int, int]) -> list[Any]:
            with self._connections.errors():
                return list(self._connections.db.execute(sql, [*lot, State.SENT, *period, json.dumps(odd)]))

        found: dict[tuple[int, str, int], list[int]] = {}
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="sums") as pool:
            for rows in pool.map(one, lots):
                for day, network, mask, *numbers in rows:
                    kept = found.setdefault((day, network, mask or 0), [0] * len(numbers))
                    for place, number in enumerate(numbers):
                        kept[place] += number or 0
        return [_summed(kind, numbers) for kind, numbers in sorted(found.items())], odd

    def closer(self, keys: Sequence[str], *, since: datetime | None, until: datetime | None) -> Iterator[Measured]:
        """These deliveries with all that was read of them, as many at a time as fit into memory."""
        where, values = (
            "due_ms >= ? and due_ms < ? and delivery.key in (select value from json_each(?))",
            _period(since, until),
        )
        for first in range(0, len(keys), _CLOSER):
            with self._connections.errors():
                yield from self._measured(where, [*values, json.dumps(keys[first : first + _CLOSER])])

    def totals(self, *, since: datetime | None, until: datetime | None, late: timedelta) -> Totals:
        """What is counted and not engagement: posts, what left late, and deliveries by the quarter hour of their time."""
        period = _period(since, until)
        limit_ms = round(late / timedelta(milliseconds=1))
        row = self._rows(
            "select count(distinct post) as posts, total(state = 'sent' and sent_ms is not null) as sent,"
            " total(state = 'sent' and sent_ms - due_ms > ?) as late from delivery where due_ms >= ? and due_ms < ?",
            [limit_ms, *period],
        )[0]
        quarters = self._rows(
            f"select due_ms / {_QUARTER_MS} as quarter, total(state = 'sent') as sent, count(*) as number from delivery"
            " where due_ms >= ? and due_ms < ? group by 1",
            period,
        )
        return Totals(
            row["posts"],
            int(row["sent"]),
            int(row["late"]),
            tuple(
                (from_ms(one["quarter"] * _QUARTER_MS), int(one["sent"]), one["number"] - int(one["sent"]))
                for one in quarters
            ),
        )


def _period(since: datetime | None, until: datetime | None) -> list[Any]:
    return [to_ms(since or _EPOCH), to_ms(until or datetime(9999, 1, 1, tzinfo=UTC))]


def _or_0() -> str:
    return ", ".join(f"ifnull({name}, 0)" for name in COUNT_FIELDS)


def _summed(kind: tuple[int, str, int], numbers: list[int]) -> Summed:
    day, network, mask = kind
    number, *sums = numbers
    counts: Counted = tuple(one if mask >> place & 1 else None for place, one in enumerate(sums))
    return Summed((_EPOCH + timedelta(days=day)).date(), network, number, counts if mask else None)
