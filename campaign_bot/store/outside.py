"""What happened elsewhere, in SQLite: outcomes that people import, and clicks on the campaign's own links."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from campaign_bot.errors import StoreError
from campaign_bot.model import OPEN_STATES, Click, Outcome, State
from campaign_bot.store.base import Draft, Imported, Link, OutcomeRow, Overlap
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import from_ms, to_ms
from campaign_bot.store.database import Database
from campaign_bot.store.record import VERSIONING

#: The delivery that a row of `link` (or `click`) is in, where it has not left yet, or is not out.
_WAITS = (
    "select 1 from post join delivery on delivery.post = post.key where post.name = link.post"
    f" and delivery.account = link.account and delivery.state in ({', '.join(repr(str(one)) for one in OPEN_STATES)})"
)
_NOT_OUT = (
    "select 1 from post join delivery on delivery.post = post.key where post.name = click.post"
    f" and delivery.account = click.account and delivery.state <> '{State.SENT}'"
)


def keep_links(db: Database, draft: Draft, now: datetime) -> None:
    """The short addresses of a draft, in the transaction that writes it down. They stay when it changes: an address that
    is out never leads nowhere, and never elsewhere."""
    for code, target in draft.links:
        db.execute(
            "insert into link (code, post, account, target, at_ms)"
            " select ?, post.name, delivery.account, ?, ? from delivery join post on post.key = delivery.post"
            " where delivery.key = ? on conflict do nothing",
            [code, target, to_ms(now), draft.key],
        )
        kept = db.execute("select target from link where code = ?", [code]).fetchone()
        if kept is not None and kept[0] != target:
            raise StoreError(
                f"Two links would have the same short address: {target} and {kept[0]}.",
                advice="Change either address a little, e.g. add #2 at its end.",
            )


class Outside(Changes):
    """The verbs of what comes from elsewhere (see `store.base.Store`)."""

    # ---- outcomes

    def import_outcomes(
        self, file: str, sha256: str, rows: Iterable[OutcomeRow], *, person: str, now: datetime
    ) -> Imported:
        """Keep a file's rows, all of them or none. The same bytes again change nothing; another content under a file's
        name takes the place of the one before."""
        if (before := self._in_force(sha256=sha256)) is not None:
            return before
        self._stage(rows)
        with self._connections.write() as db:
            if (before := self._in_force(sha256=sha256)) is not None:
                return before
            number = self._keep(db, file, sha256, person, now)
            db.execute("drop table temp.staged")
        return next(one for one in self.imports() if one.id == number)

    def _keep(self, db: Database, file: str, sha256: str, person: str, now: datetime) -> int:
        count = db.execute("select count(*) from temp.staged").fetchone()[0]
        replaced = self._in_force(file=file)
        number = int(
            db.execute(
                'insert into "import" (file, sha256, rows, person, at_ms, simulated) values (?, ?, ?, ?, ?, ?) returning id',
                [file, sha256, count, person, to_ms(now), int(self.simulated)],
            ).fetchone()[0]
        )
        db.execute(
            "insert into outcome (day, source, name, count, import_id, post)"
            " select day, source, name, count, ?, post from temp.staged",
            [number],
        )
        if replaced is not None:
            db.execute('update "import" set replaced_by = ? where id = ?', [number, replaced.id])
        told = {"file": file, "rows": count, **({"replaces": replaced.id} if replaced else {})}
        self._event(db, now, person, "imported", f"import {number}", told)
        return number

    def undo_import(self, number: int, *, person: str, now: datetime) -> bool:
        """Its rows no longer count; what it had replaced is in force again."""
        with self._connections.write() as db:
            done = db.execute(
                'update "import" set undone_ms = ?, undone_by = ?'
                " where id = ? and undone_ms is null and replaced_by is null",
                [to_ms(now), person, number],
            ).rowcount
            if done:
                db.execute('update "import" set replaced_by = null where replaced_by = ?', [number])
                self._event(db, now, person, "import-undone", f"import {number}", {})
            return done == 1

    def imports(self) -> list[Imported]:
        return [_imported(row) for row in self._rows('select * from "import" order by id')]

    def outcomes(self) -> list[Outcome]:
        """What is in force, by day, source and name."""
        rows = self._rows(
            "select day, source, name, sum(count) as count from outcomes group by day, source, name order by day, source, name"
        )
        return [Outcome(date.fromisoformat(row["day"]), row["source"], row["name"], row["count"]) for row in rows]

    def outcome_names(self) -> set[str]:
        """Every name that was ever imported."""
        return {row["name"] for row in self._rows("select distinct name from outcome")}

    def overlapping(self, rows: Iterable[OutcomeRow], *, file: str, most: int) -> tuple[list[Overlap], int]:
        """Which of these rows another file in force has too: together they would count twice. The first `most` of them by
        day, and how many there are."""
        others = "from outcomes where file <> ?"
        if not self._rows(f"select 1 {others} limit 1", [file]):
            return [], 0
        self._stage(rows)
        both = (
            f"(select day, source, name, post, file {others}) join temp.staged as row using (day, source, name, post)"
        )
        number = self._rows(f"select count(distinct row.rowid) as number from {both}", [file])[0]["number"]
        first = self._rows(f"select day, source, name, file from {both} order by 1, 2, 3 limit ?", [file, most])
        return [
            Overlap(date.fromisoformat(one["day"]), one["source"], one["name"], one["file"]) for one in first
        ], number

    def _stage(self, rows: Iterable[OutcomeRow]) -> None:
        """A million rows wait in a table of this connection's own, so that nobody else waits for us."""
        db = self._connections.db
        with self._connections.errors():
            db.execute("drop table if exists temp.staged")
            db.execute("create temp table staged (day text, source text, name text, count integer, post text)")
            db.execute("BEGIN")
            db.conn.executemany(
                "insert into temp.staged values (?, ?, ?, ?, ?)",
                ((row.day.isoformat(), row.source, row.name, row.count, row.post) for row in rows),
            )
            db.execute("COMMIT")

    def _in_force(self, **where: str) -> Imported | None:
        (name, value), *_ = where.items()
        rows = self._rows(
            f'select * from "import" where {name} = ? and undone_ms is null and replaced_by is null order by id desc',
            [value],
        )
        return _imported(rows[0]) if rows else None

    # ---- links and clicks

    def links(self) -> list[Link]:
        rows = self._rows("select * from link order by at_ms, post, account, code")
        return [Link(row["code"], row["post"], row["account"], row["target"]) for row in rows]

    def link(self, code: str) -> Link | None:
        """Where it leads. None where there is no such address, and where the table says otherwise than the record of the
        post that it is in: who approved that, approved where its links lead. (Posts from before the record kept that are
        believed.)"""
        rows = self._rows("select * from link where code = ?", [code])
        if not rows:
            return None
        found = Link(rows[0]["code"], rows[0]["post"], rows[0]["account"], rows[0]["target"])
        planned = self._planned(found)
        known = [told["links"] for told in planned if "links" in told]
        right = any(told.get(code) == found.target for told in known) if known else bool(planned)
        return found if right else None

    def _planned(self, link: Link) -> list[dict[str, Any]]:
        """What the record says of the delivery that a link is in, each time that it was planned or changed."""
        actions = ", ".join(f"'{one}'" for one in sorted(VERSIONING))
        rows = self._rows(
            f"select detail from event where action in ({actions}) and subject = (select delivery.key from delivery"
            " join post on post.key = delivery.post where post.name = ? and delivery.account = ?)",
            [link.post, link.account],
        )
        return [json.loads(row["detail"]) for row in rows]

    def record_clicks(self, clicks: Mapping[tuple[date, str, str], int]) -> None:
        """Add to the counts of (day, code, kind). Several servers may add at once. Who follows a link before its post has
        left is one of those who look through it: that is not counted."""
        with self._connections.write() as db:
            for (day, code, kind), count in clicks.items():
                db.execute(
                    "insert into click (day, post, account, link, kind, count, simulated)"
                    f" select ?, post, account, code, ?, ?, ? from link where code = ? and not exists ({_WAITS})"
                    " on conflict do update set count = count + excluded.count",
                    [day.isoformat(), kind, count, int(self.simulated), code],
                )

    def clicks(self) -> list[Click]:
        """By people, on links of what is out: known bots and previewers are kept apart, and so is what was taken back."""
        rows = self._rows(
            f"select day, post, account, sum(count) as count from click where kind = 'human' and not exists ({_NOT_OUT})"
            " group by day, post, account order by day, post, account"
        )
        return [Click(date.fromisoformat(row["day"]), row["post"], row["account"], row["count"]) for row in rows]

    def clicks_by_link(self) -> dict[str, dict[str, int]]:
        """Code -> kind -> how often so far."""
        found: dict[str, dict[str, int]] = {}
        for row in self._rows("select link, kind, sum(count) as count from click group by link, kind"):
            found.setdefault(row["link"], {})[row["kind"]] = row["count"]
        return found


def _imported(row: Mapping[str, Any]) -> Imported:
    state = "undone" if row["undone_ms"] else "replaced" if row["replaced_by"] else "in force"
    return Imported(row["id"], row["file"], row["sha256"], row["rows"], row["person"], from_ms(row["at_ms"]), state)
