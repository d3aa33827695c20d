"""The one way in which a delivery changes: a guarded UPDATE and its event, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import astuple

from campaign_bot.model import Content, Delivery, State
from campaign_bot.store.connection import Connections, to_ms
from campaign_bot.store.database import Database
from campaign_bot.store.record import COLUMNS, Head, next_line
from campaign_bot.store.rows import to_delivery


class Changes:
    """What every verb of the store is made of."""

    simulated: bool
    #: How we know who somebody is (the command line, a login), by their name: it is written beside what they do.
    identities: dict[str, str]
    _connections: Connections

    def _rows(self, sql: str, values: Sequence[object] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        with self._connections.errors():
            return list(self._connections.db.query(sql, values))

    def _select(self, where: str, values: dict[str, Any]) -> list[Delivery]:
        # What is due at the same time leaves in the order in which it was planned or queued.
        sql = f"select * from delivery where {where} order by due_ms, account, rowid"
        return [to_delivery(row) for row in self._rows(sql, values)]

    def _set(
        self,
        db: Database,
        delivery: str,
        before: Sequence[State],
        after: State,
        now: datetime,
        actor: str,
        action: str,
        detail: dict[str, Any],
        guard: tuple[str, list[Any]] = ("1", []),
        **columns: Any,
    ) -> bool:
        """The one compare-and-set: from one of `before` to `after`, with its event, or nothing at all."""
        values = {"state": str(after), "updated_ms": to_ms(now), **columns}
        assignments = ", ".join(f"{name} = ?" for name in values)
        states = ", ".join("?" for _ in before)
        changed = db.execute(
            f"update delivery set {assignments} where key = ? and state in ({states}) and {guard[0]}",
            [*values.values(), delivery, *map(str, before), *guard[1]],
        ).rowcount
        if changed:
            self._event(db, now, actor, action, delivery, detail)
        return changed == 1

    def _void_approvals(self, db: Database, delivery: str, now: datetime, why: str) -> None:
        db.execute(
            "update approval set voided_ms = ?, voided_because = ? where delivery = ? and voided_ms is null",
            [to_ms(now), why, delivery],
        )

    def _event(self, db: Database, now: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]) -> int:
        """Append to the chain, inside the caller's transaction: BEGIN IMMEDIATE has let nobody in between. Returns its id."""
        if identity := self.identities.get(actor):
            detail = {**detail, "identity": identity}
        line = next_line(
            head_of(db), at_ms=to_ms(now), actor=actor, action=action, subject=subject,
            detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
        )  # fmt: skip
        db.execute(f"insert into event ({COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)", astuple(line))
        return line.id

    def _keep_content(self, db: Database, content: Content, now: datetime) -> None:
        """Every version that a delivery ever had stays readable by its hash."""
        db.execute(
            "insert into content (hash, content, at_ms) values (?, ?, ?) on conflict do nothing",
            [content.sha256, content.to_json(), to_ms(now)],
        )


def head_of(db: Database) -> Head:
    """Where the record ends."""
    row = db.execute("select id, hash from event order by id desc limit 1").fetchone()
    return Head(*row) if row else Head()
