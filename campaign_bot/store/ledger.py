"""What the networks' calls cost, and which alerts have been told: kept in SQLite."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from campaign_bot.model import Spend
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import from_ms_or_none, to_ms


class Ledger(Changes):
    """The verbs of spending and of alerts (see `store.base.Store`)."""

    def record_spend(self, spends: Sequence[Spend], *, now: datetime) -> None:
        """Written down once: the same action on the same resource (on the same `day`) is not charged twice."""
        rows = [
            {
                "account": one.account, "action": one.action, "resource": one.resource, "day": one.day,
                "network": one.network, "at_ms": to_ms(now), "usd_micro": round(one.usd * 1_000_000),
                "simulated": int(self.simulated),
            }
            for one in spends
        ]  # fmt: skip
        if rows:
            with self._connections.write() as db:
                db.table("spend").insert_all(rows, ignore=True)

    def spent(self, since: datetime, until: datetime) -> Mapping[str, float]:
        """US dollars by network, from an instant to before another."""
        rows = self._rows(
            "select network, sum(usd_micro) as usd_micro from spend where at_ms >= ? and at_ms < ? group by network",
            [to_ms(since), to_ms(until)],
        )
        return {row["network"]: row["usd_micro"] / 1_000_000 for row in rows}

    # ---- alerts: a row for each concern that lasts

    def keep_alerts(self, keys: Collection[str]) -> None:
        """Forget the concerns that are over: if one comes back, it is told again."""
        over = [row["key"] for row in self._rows("select key from alert") if row["key"] not in keys]
        if over:
            with self._connections.write() as db:
                for key in over:
                    db.execute("delete from alert where key = ?", [key])

    def claim_alerts(self, keys: Sequence[str], *, now: datetime, stale_before: datetime) -> list[str]:
        """Those of the concerns that nobody has told yet, for the caller to tell. Who claimed one and did not come back
        to say that it was told before `stale_before` has lost it."""
        known = {
            row["key"] for row in self._rows("select key from alert where told_ms is not null or seen_ms is not null")
        }
        if not set(keys) - known:
            return []
        with self._connections.write() as db:
            return [
                key
                for key in keys
                if db.execute(
                    "insert into alert (key, claimed_ms) values (?, ?) on conflict (key) do update set claimed_ms ="
                    " excluded.claimed_ms where told_ms is null and seen_ms is null and claimed_ms < ?",
                    [key, to_ms(now), to_ms(stale_before)],
                ).rowcount
                == 1
            ]

    def settle_alerts(self, keys: Sequence[str], *, told: datetime | None) -> None:
        """They were told; or (None) could not be, and are to be tried again."""
        with self._connections.write() as db:
            for key in keys:
                if told is None:
                    db.execute("delete from alert where key = ? and seen_ms is null", [key])
                else:
                    db.execute("update alert set told_ms = ? where key = ?", [to_ms(told), key])

    def see_alerts(self, keys: Sequence[str], *, person: str, now: datetime) -> int:
        """A person has taken note. Returns of how many nobody had."""
        with self._connections.write() as db:
            seen = sum(
                db.execute(
                    "insert into alert (key, seen_ms, seen_by) values (?, ?, ?) on conflict (key) do update set"
                    " seen_ms = excluded.seen_ms, seen_by = excluded.seen_by where seen_ms is null",
                    [key, to_ms(now), person],
                ).rowcount
                for key in keys
            )
            if seen:
                self._event(db, now, person, "seen", "alerts", {"keys": list(keys)})
            return seen

    def is_alerted(self, kind: str) -> bool:
        """Whether a concern of this kind lasted when concerns were told last."""
        return bool(self._rows("select 1 from alert where key like ? limit 1", [f"{kind}/%"]))

    def seen_alerts(self) -> dict[str, tuple[str, datetime | None]]:
        """Key -> who has taken note, and when."""
        rows = self._rows("select * from alert where seen_ms is not null")
        return {row["key"]: (row["seen_by"], from_ms_or_none(row["seen_ms"])) for row in rows}
