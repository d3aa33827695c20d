"""The store in one SQLite file: the verbs of its rooms together, and what reads across them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from campaign_bot.model import Post, Result, Snapshot, State, Tally
from campaign_bot.store.collecting import Collecting
from campaign_bot.store.connection import Connections, from_ms, from_ms_or_none, to_ms
from campaign_bot.store.copies import Copies
from campaign_bot.store.deliveries import Deliveries
from campaign_bot.store.disposal import Disposal
from campaign_bot.store.experimenting import Experimenting
from campaign_bot.store.forgetting import Forgetting
from campaign_bot.store.ledger import Ledger
from campaign_bot.store.outside import Outside
from campaign_bot.store.reading import Reading
from campaign_bot.store.record import Head
from campaign_bot.store.rows import to_counts, to_delivery
from campaign_bot.store.sending import Sending
from campaign_bot.store.servers import Servers
from campaign_bot.store.summing import Summing

#: Each account and state is looked up in the index, and counted there: what was sent is never read row by row.
_TALLY = """
    select account, state, number,
           (select max(sent_ms) from delivery where account = standing.account and state = standing.state) as last_ms,
           case when state = 'approved' then
             (select min(max(due_ms, coalesce(not_before_ms, 0))) from delivery
               where account = standing.account and state = standing.state and held = '') end as next_ms
      from standing where number > 0 order by account, state
"""


class SqliteStore(
    Deliveries,
    Sending,
    Reading,
    Disposal,
    Collecting,
    Outside,
    Forgetting,
    Ledger,
    Summing,
    Experimenting,
    Copies,
    Servers,
):
    """See `store.base.Store` for the promise of each verb."""

    def __init__(self, path: Path, *, simulated: bool = False) -> None:
        self.path = path
        self.simulated = simulated
        self.identities = {}
        self._verified, self._read, self._missing, self._reading = Head(), 0, "", threading.Lock()
        self._connections = Connections(path, simulated=simulated)

    def close(self) -> None:
        self._connections.close()

    def changes(self) -> int:
        """A number that is another one when another process (or thread) has written: one pragma, no table is read."""
        with self._connections.errors():
            return int(self._connections.db.execute("PRAGMA data_version").fetchone()[0])

    # ---- when

    def next_due(self, now: datetime, ages: Sequence[timedelta]) -> datetime | None:
        """The next instant after `now` at which something is to be done: a send, a look-up, a lease's end, counts."""
        row = self._rows(
            """
            select min(at_ms) as at_ms from (
              select min(max(due_ms, coalesce(not_before_ms, 0))) as at_ms from delivery
               where state = 'approved' and held = '' and max(due_ms, coalesce(not_before_ms, 0)) > :now
              union all select min(not_before_ms) from delivery where state = 'unconfirmed' and not_before_ms > :now
              union all select max(min(lease_until_ms) + 1, :now + 1) from delivery where state = 'sending'
            )
            """,
            {"now": to_ms(now)},
        )[0]
        return min(filter(None, [from_ms_or_none(row["at_ms"]), self.next_reading(now, ages)]), default=None)

    # ---- read

    def tally(self) -> list[Tally]:
        """How the deliveries stand, by account and state."""
        rows = self._rows(_TALLY)
        return [
            Tally(
                row["account"], State(row["state"]), row["number"],
                from_ms_or_none(row["last_ms"]), from_ms_or_none(row["next_ms"]),
            )
            for row in rows
        ]  # fmt: skip

    def attempts(self) -> dict[tuple[str, str], int]:
        """How many tries at sending there were, by account and outcome."""
        rows = self._rows(
            "select account, coalesce(outcome, 'under way') as outcome, count(*) as number from attempt"
            " join delivery on delivery.key = attempt.delivery group by 1, 2 order by 1, 2"
        )
        return {(row["account"], row["outcome"]): row["number"] for row in rows}

    def noted(self, name: str) -> str:
        rows = self._rows("select value from meta where name = ?", [name])
        return str(rows[0]["value"]) if rows else ""

    def note(self, name: str, words: str) -> None:
        with self._connections.write() as db:
            db.execute("insert or replace into meta (name, value) values (?, ?)", [name, words])

    def view(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of one of the views that docs/data.md describes, one by one: there may be millions."""
        with self._connections.errors():
            yield from self._connections.db.query(f'select * from "{name}"')

    def results(self) -> list[Result]:
        """Every delivery with all that came of it."""
        posts = self.posts()
        snapshots = self._snapshots()
        rows = self._rows(
            """
            select delivery.*, receipt.url, receipt.simulated,
                   (select followers.followers from followers where followers.account = delivery.account
                       and followers.at_ms <= delivery.sent_ms order by followers.at_ms desc limit 1) as followers
              from delivery left join receipt on receipt.delivery = delivery.key and receipt.part = 0
             order by delivery.due_ms, delivery.account
            """
        )
        return [
            _result(row, posts[row["post"]], tuple(snapshots.get(row["key"], ())), simulated=self.simulated)
            for row in rows
        ]

    def _snapshots(self) -> dict[str, list[Snapshot]]:
        """What was read in time: a late reading is kept, and never passes for its age."""
        found: dict[str, list[Snapshot]] = {}
        for row in self._rows("select * from snapshot where in_time and not gone order by delivery, age_ms"):
            snapshot = Snapshot(timedelta(milliseconds=row["age_ms"]), from_ms(row["taken_ms"]), to_counts(row))
            found.setdefault(row["delivery"], []).append(snapshot)
        return found


def _result(row: dict[str, object], post: Post, snapshots: tuple[Snapshot, ...], *, simulated: bool) -> Result:
    delivery = to_delivery(row)
    return Result(
        delivery=delivery.key,
        post=post.name,
        series=post.series,
        item=post.item,
        priority=post.priority,
        commitments=post.commitments,
        account=delivery.account,
        network=delivery.network,
        language=delivery.language,
        due=delivery.due,
        state=delivery.state,
        content=delivery.content,
        reason=delivery.reason,
        sent=from_ms_or_none(row["sent_ms"]),  # type: ignore[arg-type]
        url=str(row["url"] or ""),
        followers=row["followers"],  # type: ignore[arg-type]
        simulated=simulated,
        snapshots=snapshots,
    )
