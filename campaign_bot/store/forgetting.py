"""Forgetting in SQLite: names of staff and days of clicks go when their time is over; figures stay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import to_ms
from campaign_bot.store.database import Database


class Forgetting(Changes):
    """The verb of retention (see `store.base.Store`)."""

    def forget(
        self, *, names: datetime, clicks: date, parting: Collection[date], dry: bool, now: datetime
    ) -> dict[str, int]:
        """Empty what names staff and is older than `names`, and make days of clicks before `clicks` into months, which end
        before each day of `parting` too. Returns how many values of each table and column were concerned; `dry` only
        counts. Rows are never deleted, so copies can still be compared."""
        with self._connections.write() as db:
            found = {**self._names(db, to_ms(names), dry), **self._clicks(db, clicks, parting, dry)}
            found = {what: number for what, number in found.items() if number}
            if found and not dry:
                self._event(db, now, "forget", "forgotten", "database", found)
            return found

    def _names(self, db: Database, before_ms: int, dry: bool) -> dict[str, int]:
        from campaign_bot.privacy import FORGOTTEN, PROGRAM, emptied, stored  # who does not forget does not wait for it

        keep = ", ".join(repr(one) for one in ("", "{}", FORGOTTEN, *PROGRAM))
        found: dict[str, int] = {}
        for table in (one for one in stored().tables if one.time):  # the record and its approvals are a chain, and stay
            for column in (one for one in table.columns if one.staff):
                where = f'"{table.time}" < ? and "{column.name}" not in ({keep})'
                if dry:
                    number = db.execute(f'select count(*) from "{table.name}" where {where}', [before_ms]).fetchone()[0]
                else:
                    sql = f'update "{table.name}" set "{column.name}" = ? where {where}'
                    number = db.execute(sql, [emptied(column), before_ms]).rowcount
                found[f"{table.name}.{column.name}"] = number
        return found

    def _clicks(self, db: Database, before: date, parting: Collection[date], dry: bool) -> dict[str, int]:
        """Only whole months, so that a month's figure is complete when it is made. A figure's day is the first of its month
        or the day of `parting` that it begins with: what a report counts from or up to such a day is what it was before."""
        month = before.replace(day=1).isoformat()
        concerned = 0
        for (told,) in db.execute("select distinct day from click where day < ?", [month]).fetchall():
            day = date.fromisoformat(told)
            kept = max([day.replace(day=1), *(one for one in parting if one <= day)])
            if kept == day:
                continue
            concerned += db.execute("select count(*) from click where day = ?", [told]).fetchone()[0]
            if dry:
                continue
            db.execute(
                "insert into click (day, post, account, link, kind, count, simulated)"
                " select ?, post, account, link, kind, count, simulated from click where day = ?"
                " on conflict do update set count = count + excluded.count",
                [kept.isoformat(), told],
            )
            db.execute("delete from click where day = ?", [told])
        return {"click.day": concerned}
