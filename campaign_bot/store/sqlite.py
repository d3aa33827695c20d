"""The store in one SQLite file: deliveries (deliveries.py) and how people engaged with them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from campaign_bot.model import Counts, Post, Result, Snapshot, State, Tally
from campaign_bot.store.base import DueSnapshot
from campaign_bot.store.connection import Connections, from_ms, from_ms_or_none, to_ms
from campaign_bot.store.copies import Copies
from campaign_bot.store.deliveries import Deliveries
from campaign_bot.store.ledger import Ledger
from campaign_bot.store.reading import Reading
from campaign_bot.store.record import Head
from campaign_bot.store.rows import COUNT_FIELDS, to_counts, to_delivery
from campaign_bot.store.sending import Sending

#: A count that could not be read for so long after its age is not read any more.
TOO_LATE_TO_COUNT = timedelta(days=7)


class SqliteStore(Deliveries, Sending, Reading, Ledger, Copies):
    """See `store.base.Store` for the promise of each verb."""

    def __init__(self, path: Path, *, simulated: bool = False) -> None:
        self.path = path
        self.simulated = simulated
        self.identities = {}
        self._verified, self._missing, self._reading = Head(), "", threading.Lock()
        self._connections = Connections(path, simulated=simulated)

    def close(self) -> None:
        self._connections.close()

    def changes(self) -> int:
        """A number that is another one when another process (or thread) has written: one pragma, no table is read."""
        with self._connections.errors():
            return int(self._connections.db.execute("PRAGMA data_version").fetchone()[0])

    # ---- collect

    def due_snapshots(self, ages: Sequence[timedelta], now: datetime) -> list[DueSnapshot]:
        """Counts to read now: for each sent delivery the oldest age that it has reached and that was not read. An age
        that was passed while nobody looked stays unread: a later count is never written down as an earlier one."""
        if not ages:
            return []
        values = ", ".join(f"({_ms(age)})" for age in sorted(ages))
        rows = self._rows(
            f"""
            with age(age_ms) as (values {values}),
            reached as (
              select delivery.key, delivery.account, delivery.network, delivery.sent_ms, receipt.remote_id,
                     max(age.age_ms) as age_ms
                from delivery join receipt on receipt.delivery = delivery.key and receipt.part = 0
                join age on delivery.sent_ms + age.age_ms <= :now
               where delivery.state = 'sent' and delivery.sent_ms > :oldest
                 and json_extract(delivery.content, '$.reposts') is null -- people engage with the post itself
               group by delivery.key
            )
            select * from reached
             where not exists (select 1 from snapshot
                                where snapshot.delivery = reached.key and snapshot.age_ms >= reached.age_ms)
             order by account, sent_ms
            """,
            {"now": to_ms(now), "oldest": to_ms(now - max(ages) - TOO_LATE_TO_COUNT)},
        )
        return [
            DueSnapshot(
                row["key"], row["account"], row["network"], row["remote_id"], timedelta(milliseconds=row["age_ms"])
            )
            for row in rows
        ]

    def record_snapshots(self, taken: Iterable[tuple[DueSnapshot, Counts | None]], *, now: datetime) -> int:
        """Keep what was read; None: the network no longer shows the post. Reading twice keeps the first."""
        rows = [
            {
                "delivery": due.delivery, "age_ms": _ms(due.age), "taken_ms": to_ms(now), "gone": int(counts is None),
                "simulated": int(self.simulated), **{name: getattr(counts, name, None) for name in COUNT_FIELDS},
            }
            for due, counts in taken
        ]  # fmt: skip
        with self._connections.write() as db:
            db.table("snapshot").insert_all(rows, ignore=True)
        return len(rows)

    def last_followers(self, account: str) -> datetime | None:
        """When the account's followers were counted last."""
        rows = self._rows("select max(at_ms) as at_ms from followers where account = ?", [account])
        return from_ms_or_none(rows[0]["at_ms"])

    def record_followers(self, account: str, followers: int, *, now: datetime) -> None:
        row = {"account": account, "at_ms": to_ms(now), "followers": followers, "simulated": int(self.simulated)}
        with self._connections.write() as db:
            db.table("followers").insert(row, ignore=True)

    def next_due(self, now: datetime, ages: Sequence[timedelta]) -> datetime | None:
        """The next instant after `now` at which something is to be done: a send, a look-up, a lease's end, counts."""
        values = ", ".join(f"({_ms(age)})" for age in ages) or "(null)"
        row = self._rows(
            f"""
            with age(age_ms) as (values {values})
            select min(at_ms) as at_ms from (
              select min(max(due_ms, coalesce(not_before_ms, 0))) as at_ms from delivery
               where state = 'approved' and held = '' and max(due_ms, coalesce(not_before_ms, 0)) > :now
              union all select min(not_before_ms) from delivery where state = 'unconfirmed' and not_before_ms > :now
              union all select max(min(lease_until_ms) + 1, :now + 1) from delivery where state = 'sending'
              union all select min(delivery.sent_ms + age.age_ms) from delivery join age
               where delivery.state = 'sent' and delivery.sent_ms > :oldest and delivery.sent_ms + age.age_ms > :now
            )
            """,
            {"now": to_ms(now), "oldest": to_ms(now - max(ages, default=timedelta()))},
        )[0]
        return from_ms_or_none(row["at_ms"])

    # ---- read

    def tally(self) -> list[Tally]:
        """How the deliveries stand, by account and state."""
        rows = self._rows(
            "select account, state, count(*) as number, max(sent_ms) as last_ms,"
            " min(case when state = 'approved' and held = '' then max(due_ms, coalesce(not_before_ms, 0)) end) as next_ms"
            " from delivery group by account, state order by account, state"
        )
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
        found: dict[str, list[Snapshot]] = {}
        for row in self._rows("select * from snapshot where not gone order by delivery, age_ms"):
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


def _ms(age: timedelta) -> int:
    return round(age.total_seconds() * 1000)
