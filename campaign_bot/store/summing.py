"""Adding up what is too much to read: sums over every delivery, in SQLite, whatever their number.

Deliveries are gone through in lots, two at a time: each lot's groups fit into memory, and SQLite lets other threads work
meanwhile. Nothing here is drawn by lot.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign_bot.model import Asking, Counted, Measured, State, Summed, Totals
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
_ODD = " or ".join(f"{name} not between 0 and :most" for name in COUNT_FIELDS)
_SUMS = f"""
select sent_ms / {_DAY_MS}, network, {_MASK}, coalesce({_ODD}, 0) as odd, count(*),
       {", ".join(f"sum({name})" for name in COUNT_FIELDS)}, group_concat(iif({_ODD}, delivery.key, null))
  from delivery left join snapshot on snapshot.rowid = ({_LAST})
 where delivery.rowid between :first and :last and +state = :sent and due_ms >= :since and due_ms < :until
   and sent_ms is not null group by 1, 2, 3, 4"""


class Summing(Measuring):
    """The verbs that add up (see `store.base.Store`)."""

    def how_many(self, *, since: datetime | None, until: datetime | None) -> int:
        """How many deliveries are due in a period."""
        sql = "select count(*) as number from delivery where due_ms >= ? and due_ms < ?"
        return int(self._rows(sql, _period(since, until))[0]["number"])

    def summed(self, *, since: datetime | None, until: datetime | None, most: int) -> tuple[list[Summed], list[str]]:
        """The last counts of every delivery that was sent, by day of sending (UTC), network and which counts are told.
        Apart from them the keys of deliveries whose last counts are below nothing or above `most`: those want a closer look."""
        top = self._rows("select coalesce(max(rowid), 0) as top from delivery")[0]["top"]
        begin, end = _period(since, until)
        same = {"sent": State.SENT, "since": begin, "until": end, "most": most}
        lots = [same | {"first": first, "last": first + _LOT - 1} for first in range(1, top + 1, _LOT)]
        found: dict[tuple[int, str, int], list[int]] = {}
        closer: list[str] = []
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="sums") as pool:
            for rows in pool.map(self._lot, lots):
                for day, network, mask, odd, *numbers, keys in rows:
                    if odd:
                        closer += keys.split(",")
                        continue
                    kept = found.setdefault((day, network, mask or 0), [0] * len(numbers))
                    for place, number in enumerate(numbers):
                        kept[place] += number or 0
        return [_summed(kind, numbers) for kind, numbers in sorted(found.items())], closer

    def _lot(self, values: dict[str, Any]) -> list[Any]:
        with self._connections.errors():
            return list(self._connections.db.execute(_SUMS, values))

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

    def totals(self, *, since: datetime | None, until: datetime | None, late: timedelta) -> Totals:
        """What is counted and not engagement: posts, what left late, and deliveries by the quarter hour of their time."""
        posts = "select count(distinct post) as posts from delivery"  # without a period an index is enough
        values = _period(since, until)
        if since or until:
            posts += " where due_ms >= ? and due_ms < ?"
        quarters = self._rows(
            f"select due_ms / {_QUARTER_MS} as quarter, total(state = 'sent') as sent, count(*) as number,"
            " total(state = 'sent' and sent_ms is not null) as left, total(state = 'sent' and sent_ms - due_ms > ?) as late"
            " from delivery where due_ms >= ? and due_ms < ? group by 1",
            [round(late / timedelta(milliseconds=1)), *values],
        )
        return Totals(
            self._rows(posts, values if since or until else [])[0]["posts"],
            sum(int(one["left"]) for one in quarters),
            sum(int(one["late"]) for one in quarters),
            tuple(
                (from_ms(one["quarter"] * _QUARTER_MS), int(one["sent"]), one["number"] - int(one["sent"]))
                for one in quarters
            ),
        )


def _period(since: datetime | None, until: datetime | None) -> list[Any]:
    return [to_ms(since or _EPOCH), to_ms(until or datetime(9999, 1, 1, tzinfo=UTC))]


def _summed(kind: tuple[int, str, int], numbers: list[int]) -> Summed:
    day, network, mask = kind
    number, *sums = numbers
    counts: Counted = tuple(one if mask >> place & 1 else None for place, one in enumerate(sums))
    return Summed((_EPOCH + timedelta(days=day)).date(), network, number, counts if mask else None)
