"""What servers said: of their limits, and of whose credentials are whose. In SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from campaign_bot.model import Delivery
from campaign_bot.store.base import Told
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import from_ms, to_ms


class Servers(Changes):
    """The verbs of what servers say of themselves (see `store.base.Store`)."""

    def told(self) -> Mapping[str, Told]:
        """What the server of each account said last."""
        return {
            row["account"]: Told(row["server"], json.loads(row["told"]), from_ms(row["at_ms"]))
            for row in self._rows("select account, server, told, at_ms from server")
        }

    def record_told(self, account: str, told: Told) -> None:
        """In place of what it said before."""
        row = {
            "account": account,
            "server": told.server,
            "told": json.dumps(dict(told.limits)),
            "at_ms": to_ms(told.at),
        }
        with self._connections.write() as db:
            db.table("server").upsert(row, pk="account")

    def proof(self, account: str) -> str:
        """The fingerprint of the credentials that the network said are the account's own; empty where it was not asked."""
        rows = self._rows("select fingerprint from proof where account = ?", [account])
        return str(rows[0]["fingerprint"]) if rows else ""

    def record_proof(self, account: str, fingerprint: str, *, now: datetime) -> None:
        """In place of that of other credentials."""
        row = {"account": account, "fingerprint": fingerprint, "at_ms": to_ms(now)}
        with self._connections.write() as db:
            db.table("proof").upsert(row, pk="account")

    def measure_again(self, measured: Iterable[tuple[Delivery, int, int]]) -> None:
        """(delivery, length, limit), as they are shown. What it says stays, and so does every approval of it; one that says
        something else by now is left alone."""
        with self._connections.write() as db:
            for one, length, limit in measured:
                db.execute(
                    "update delivery set length = ?, length_limit = ? where key = ? and content_hash = ?",
                    [length, limit, one.key, one.content_hash],
                )
