"""How people engaged, in SQLite: what is to be read next, what was read, followers, poll results.

The next reading of each delivery is kept in `reading`, so that finding it costs what is due and not what was ever sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from campaign_bot.model import Counts
from campaign_bot.store.base import DuePoll, DueSnapshot
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import from_ms, from_ms_or_none, to_ms
from campaign_bot.store.database import Database
from campaign_bot.store.rows import COUNT_FIELDS, to_counts

#: A count that could not be read for so long after its last age is not read any more.
TOO_LATE_TO_COUNT = timedelta(days=7)
#: A reading may wait for this share of its age for others of its account: one call reads many posts.
SLACK = 0.05
#: After a poll's end its result may wait for so long, for the same reason; and is given up when it was not told by then.
POLL_SLACK, POLL_AGAIN, POLL_GIVE_UP = timedelta(hours=1), timedelta(hours=6), timedelta(days=3)
POLL_GRACE = timedelta(minutes=1)  # servers close polls by their own clocks
DAY_MS = 86_400_000


def reading_by(from_ms: int, slack_ms: int) -> int:
    """Until when a reading may wait: never into the next UTC day, on which some networks would charge for it again."""
    end_of_day = (from_ms // DAY_MS + 1) * DAY_MS - 1000
    return max(from_ms, min(from_ms + slack_ms, end_of_day))


def await_readings(db: Database, delivery: str) -> None:
    """From the receipt on there is something to read: counts, and the result of a poll. In the transaction that settles."""
    db.execute(f"{_SEED_COUNTS} and key = ?", [delivery])
    db.execute(f"{_SEED_POLLS} and key = ?", [delivery])


_SEED_COUNTS = (
    "insert or replace into reading (delivery, kind, account, from_ms, by_ms) select key, 'counts', account, 0, 0 from delivery"
    " where json_extract(content, '$.reposts') is null"  # people engage with the post itself
)
_SEED_POLLS = (
    "insert or ignore into reading (delivery, kind, account, from_ms, by_ms) select key, 'poll', account, 0, 0 from delivery"
    " where json_extract(content, '$.parts[0].poll') is not null"
    " and not exists (select 1 from poll_result where poll_result.delivery = delivery.key)"
)


class Collecting(Changes):
    """The verbs of collecting (see `store.base.Store`)."""

    _ages_known: tuple[timedelta, ...] | None = None

    # ---- counts

    def due_snapshots(self, ages: Sequence[timedelta], now: datetime) -> list[DueSnapshot]:
        """Counts to read now: where one reading of an account cannot wait any longer, all that its deliveries have
        reached, each at the oldest age reached. An age that was passed while nobody looked stays unread: a later count
        is never written down as an earlier one."""
        if not ages:
            return []
        self._work_out_readings(ages, now)
        rows = self._rows(
            """
            select reading.delivery, reading.account, delivery.network, delivery.sent_ms, receipt.remote_id
              from reading join delivery on delivery.key = reading.delivery
              join receipt on receipt.delivery = reading.delivery and receipt.part = 0
             where reading.kind = 'counts' and reading.from_ms between 1 and :now and delivery.state = 'sent'
               and reading.account in (select account from reading where kind = 'counts' and by_ms between 1 and :now)
             order by reading.account, delivery.sent_ms, reading.delivery
            """,
            {"now": to_ms(now)},
        )
        return [self._due_snapshot(row, sorted(ages), now) for row in rows]

    def _due_snapshot(self, row: Mapping[str, Any], ages: Sequence[timedelta], now: datetime) -> DueSnapshot:
        sent = from_ms(row["sent_ms"])
        before = self._rows("select * from snapshot where delivery = ? order by age_ms", [row["delivery"]])
        known = {one["age_ms"] for one in before}
        reached = [age for age in ages if sent + age <= now]
        told = [to_counts(one) for one in before if not one["gone"] and one["mark"] != "missed"]
        return DueSnapshot(
            row["delivery"], row["account"], row["network"], row["remote_id"], reached[-1], sent,
            before=told[-1] if told else None,
            missed=tuple(age for age in reached[:-1] if _ms(age) not in known),
        )  # fmt: skip

    def record_snapshots(
        self,
        taken: Iterable[tuple[DueSnapshot, Counts | None]],
        *,
        now: datetime,
        marks: Mapping[str, Sequence[str]] | None = None,
    ) -> int:
        """Keep what was read; None: the network no longer shows the post. Reading twice keeps the first. Ages that were
        passed unread are written down as missed. `marks` (by delivery): what is odd about a reading."""
        kept = 0
        with self._connections.write() as db:
            for due, counts in taken:
                mark = (marks or {}).get(due.delivery, ())
                late_ms = max(to_ms(now) - to_ms(due.sent + due.age), 0) if due.sent else 0
                rows = [self._snapshot(due, due.age, counts, now, late_ms, mark)]
                rows += [self._snapshot(due, age, Counts(), now, 0, ("missed",)) for age in due.missed]
                db.table("snapshot").insert_all(rows, ignore=True)
                db.execute(
                    "update reading set from_ms = 0, by_ms = 0 where delivery = ? and kind = 'counts'", [due.delivery]
                )
                kept += 1
        return kept

    def _snapshot(
        self, due: DueSnapshot, age: timedelta, counts: Counts | None, now: datetime, late_ms: int, marks: Sequence[str]
    ) -> dict[str, Any]:
        return {
            "delivery": due.delivery, "age_ms": _ms(age), "taken_ms": to_ms(now), "gone": int(counts is None),
            "simulated": int(self.simulated), **{name: getattr(counts, name, None) for name in COUNT_FIELDS},
            "late_ms": late_ms, "in_time": int(not {"late", "missed"} & set(marks)), "mark": " ".join(marks),
        }  # fmt: skip

    def _work_out_readings(self, ages: Sequence[timedelta], now: datetime) -> None:
        """When each delivery is to be read next. After the campaign's ages have changed, all young enough are looked at
        again."""
        self._seed_readings(ages, now)
        rows = self._rows(
            """
            select reading.delivery, reading.kind, delivery.state, delivery.sent_ms,
                   case when json_valid(delivery.content)
                        then json_extract(delivery.content, '$.parts[0].poll.duration_min') end as duration_min,
                   (select max(age_ms) from snapshot where snapshot.delivery = reading.delivery) as done_ms
              from reading join delivery on delivery.key = reading.delivery
             where reading.kind in ('counts', 'poll') and reading.by_ms = 0
            """
        )
        if not rows:
            return
        last_ms = max(map(_ms, ages), default=0)
        with self._connections.write() as db:
            for row in rows:
                known = row["sent_ms"] is not None  # not where somebody has changed the row by hand
                from_ms, slack_ms = _next_reading(row, ages) if known else (0, 0)
                over = (
                    not known
                    or row["state"] != "sent"
                    or row["sent_ms"] + last_ms + _ms(TOO_LATE_TO_COUNT) < to_ms(now)
                )
                if not from_ms or (over and row["kind"] == "counts"):
                    db.execute("delete from reading where delivery = ? and kind = ?", [row["delivery"], row["kind"]])
                else:
                    db.execute(
                        "update reading set from_ms = ?, by_ms = ? where delivery = ? and kind = ?",
                        [from_ms, reading_by(from_ms, slack_ms), row["delivery"], row["kind"]],
                    )

    def _seed_readings(self, ages: Sequence[timedelta], now: datetime) -> None:
        if self._ages_known == tuple(ages):
            return
        words = json.dumps(sorted(map(_ms, ages)))
        if not self._rows("select 1 from meta where name = 'ages' and value = ?", [words]):
            oldest = to_ms(now - max(ages, default=timedelta()) - TOO_LATE_TO_COUNT)
            with self._connections.write() as db:
                db.execute(f"{_SEED_COUNTS} and state = 'sent' and sent_ms > ?", [oldest])
                db.execute(f"{_SEED_POLLS} and state = 'sent' and sent_ms > ?", [oldest])
                db.execute("insert or replace into meta (name, value) values ('ages', ?)", [words])
        self._ages_known = tuple(ages)

    def vanished(self, since: datetime) -> list[tuple[str, str, datetime]]:
        """(account, post's name, when) of what was found not to be shown any more since then, though nobody here took it back,
        and was not seen again. The last one first."""
        # `cross`: from the few that are gone to their deliveries, and not through all that were sent.
        rows = self._rows(
            """
            select delivery.account, post.name, max(snapshot.taken_ms) as taken_ms
              from snapshot cross join delivery on delivery.key = snapshot.delivery join post on post.key = delivery.post
             where snapshot.gone = 1 and snapshot.taken_ms >= ? and delivery.state = 'sent'
               and not exists (select 1 from latest where latest.delivery = snapshot.delivery and latest.age_ms > snapshot.age_ms)
             group by delivery.key order by 3 desc, 1, 2
            """,
            [to_ms(since)],
        )
        return [(row["account"], row["name"], from_ms(row["taken_ms"])) for row in rows]

    # ---- poll results

    def due_polls(self, now: datetime) -> list[DuePoll]:
        """Polls that are over and whose result was not read."""
        rows = self._rows(
            """
            select reading.delivery, reading.account, reading.from_ms, receipt.remote_id,
                   json_extract(delivery.content, '$.parts[0].poll.options') as options
              from reading join delivery on delivery.key = reading.delivery
              join receipt on receipt.delivery = reading.delivery and receipt.part = 0
             where reading.kind = 'poll' and reading.from_ms between 1 and :now and delivery.state = 'sent'
               and reading.account in (select account from reading where kind = 'poll' and by_ms between 1 and :now)
             order by reading.account, reading.from_ms, reading.delivery
            """,
            {"now": to_ms(now)},
        )
        return [
            DuePoll(
                row["delivery"], row["account"], row["remote_id"], tuple(json.loads(row["options"])),
                from_ms(row["from_ms"]) - POLL_GRACE,
            )
            for row in rows
        ]  # fmt: skip

    def record_polls(self, taken: Iterable[tuple[DuePoll, Sequence[int] | None]], *, now: datetime) -> int:
        """Keep the votes for each option. None: the network did not tell; it is asked again for three days, then that is
        written down."""
        kept = 0
        with self._connections.write() as db:
            for due, votes in taken:
                if votes is None and now < due.closed + POLL_GIVE_UP:
                    again = to_ms(now + POLL_AGAIN)
                    db.execute(
                        "update reading set by_ms = ? where delivery = ? and kind = 'poll'", [again, due.delivery]
                    )
                    continue
                if votes is None:
                    self._event(db, now, "collect", "poll-not-told", due.delivery, {"closed": due.closed.isoformat()})
                else:
                    rows = [
                        {
                            "delivery": due.delivery, "option": number, "label": label, "votes": count,
                            "closed_ms": to_ms(due.closed), "taken_ms": to_ms(now), "simulated": int(self.simulated),
                        }
                        for number, (label, count) in enumerate(zip(due.options, votes, strict=True), 1)
                    ]  # fmt: skip
                    db.table("poll_result").insert_all(rows, ignore=True)
                    kept += 1
                db.execute("delete from reading where delivery = ? and kind = 'poll'", [due.delivery])
        return kept

    def settled_polls(self) -> frozenset[str]:
        """Deliveries whose poll counts in what is published of its post: none as long as one of them waits to be read, and
        never one that was given up, or that left after the first of them was over. What was published of a post once, no
        later result changes."""
        rows = self._rows(
            """
            with asked as (
              select key, post, state, sent_ms, case when json_valid(content)
                     then json_extract(content, '$.parts[0].poll.duration_min') end * 60000 as open_ms
                from delivery where sent_ms is not null
            ), counted as (
              select key, post,
                     state = 'sent' and exists (select 1 from reading where delivery = key and kind = 'poll') as waits
                from (select *, min(sent_ms + open_ms) over (partition by post) as first_ms from asked where open_ms > 0)
               where sent_ms < first_ms
                 and not exists (select 1 from event where subject = key and action = 'poll-not-told')
            )
            select key from counted where post not in (select post from counted where waits)
            """
        )
        return frozenset(row["key"] for row in rows)

    def next_reading(self, now: datetime, ages: Sequence[timedelta]) -> datetime | None:
        """The next instant after `now` at which a reading cannot wait any longer."""
        self._work_out_readings(ages, now)
        rows = self._rows(
            "select min(by_ms) as by_ms from reading where kind = 'counts' and by_ms > :now"
            " union all select min(by_ms) from reading where kind = 'poll' and by_ms > :now",
            {"now": to_ms(now)},
        )
        return min((from_ms(row["by_ms"]) for row in rows if row["by_ms"] is not None), default=None)

    # ---- followers

    def last_followers(self, account: str) -> datetime | None:
        """When the account's followers were counted last."""
        rows = self._rows("select max(at_ms) as at_ms from followers where account = ?", [account])
        return from_ms_or_none(rows[0]["at_ms"])

    def record_followers(self, account: str, followers: int, *, now: datetime) -> None:
        row = {"account": account, "at_ms": to_ms(now), "followers": followers, "simulated": int(self.simulated)}
        with self._connections.write() as db:
            db.table("followers").insert(row, ignore=True)


def _next_reading(row: Mapping[str, Any], ages: Sequence[timedelta]) -> tuple[int, int]:
    return _next_poll(row) if row["kind"] == "poll" else _next_age(row, ages)


def _next_age(row: Mapping[str, Any], ages: Sequence[timedelta]) -> tuple[int, int]:
    """(from, slack) of the next age that was not read; (0, 0) when all were."""
    done = -1 if row["done_ms"] is None else row["done_ms"]
    left = [_ms(age) for age in ages if _ms(age) > done]
    return (row["sent_ms"] + min(left), round(min(left) * SLACK)) if left else (0, 0)


def _next_poll(row: Mapping[str, Any]) -> tuple[int, int]:
    if row["duration_min"] is None or row["state"] != "sent":
        return 0, 0
    return row["sent_ms"] + row["duration_min"] * 60_000 + _ms(POLL_GRACE), _ms(POLL_SLACK)


def _ms(age: timedelta) -> int:
    return round(age.total_seconds() * 1000)
