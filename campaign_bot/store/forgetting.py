"""Forgetting in SQLite: names of staff and days of clicks go when their time is over; figures stay."""

from __future__ import annotations

from datetime import date, datetime

from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import to_ms
from campaign_bot.store.database import Database


class Forgetting(Changes):
    """The verb of retention (see `store.base.Store`)."""

    def forget(self, *, names: datetime, clicks: date, dry: bool, now: datetime) -> dict[str, int]:
        """Empty what names staff and is older than `names`, and make days of clicks before `clicks` into months. Returns
        how many values of each table and column were concerned; `dry` only counts. Rows are never deleted, so copies can
        still be compared."""
        with self._connections.write() as db:
            found = {**self._names(db, to_ms(names), dry), **self._clicks(db, clicks, dry)}
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

    def _clicks(self, db: Database, before: date, dry: bool) -> dict[str, int]:
        """Only whole months, so that a month's figure is complete when it is made."""
        month = before.replace(day=1).isoformat()
        old = "day < ? and substr(day, 9) <> '01'"
        number = db.execute(f"select count(*) from click where {old}", [month]).fetchone()[0]
        if number and not dry:
            db.execute(
                "insert into click (day, post, account, link, kind, count, simulated)"
                " select substr(day, 1, 8) || '01', post, account, link, kind, sum(count), max(simulated) from click"
                f" where {old} group by 1, 2, 3, 4, 5 on conflict do update set count = count + excluded.count",
                [month],
            )
            db.execute(f"delete from click where {old}", [month])
        return {"click.day": int(number)}
