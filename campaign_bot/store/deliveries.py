"""The life of a delivery in SQLite: planned, approved, sent. Every change is a guarded UPDATE and an event."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from campaign_bot.model import OPEN_STATES, Delivery, Event, Post, Receipt, State
from campaign_bot.store.base import Draft, Planned
from campaign_bot.store.connection import Connections, from_ms, from_ms_or_none, to_ms
from campaign_bot.store.rows import to_delivery, to_post, to_receipt


class Deliveries:
    """The verbs of planning, approving and publishing (see `store.base.Store`)."""

    simulated: bool
    _connections: Connections

    # ---- plan

    def add(self, planned: Planned, *, now: datetime, actor: str) -> int:
        """Insert a post with its deliveries as drafts; what is there already stays as it is. Returns how many came."""
        with self._connections.write() as db:
            post = planned.post
            db.table("post").insert(
                {
                    "key": post.key, "name": post.name, "schedule": post.schedule, "series": post.series,
                    "item": post.item, "slot_ms": to_ms(post.slot), "wall_time": post.wall_time,
                    "priority": post.priority, "commitments": json.dumps(post.commitments), "rung": post.rung,
                },
                replace=False, ignore=True,
            )  # fmt: skip
            self._keep_pictures(db, planned)
            return sum(self._add_draft(db, post, draft, now, actor) for draft in planned.drafts)

    def keep_pictures(self, planned: Planned) -> None:
        with self._connections.write() as db:
            self._keep_pictures(db, planned)

    def change(self, draft: Draft, *, now: datetime, actor: str, why: str) -> bool:
        """The files changed what this delivery says or when: it is a draft again, and an approval is void."""
        with self._connections.write() as db:
            changed = self._set(
                db, draft.key, OPEN_STATES, State.DRAFT, now, actor, "changed", {"why": why}, **_draft_columns(draft)
            )
            if changed:
                self._void_approvals(db, draft.key, now, why)
            return changed

    def revive(self, draft: Draft, *, now: datetime, actor: str) -> bool:
        """The slot of a delivery that planning had cancelled is back."""
        with self._connections.write() as db:
            return self._set(
                db, draft.key, (State.CANCELLED,), State.DRAFT, now, actor, "planned-again", {}, **_draft_columns(draft)
            )

    def cancel(self, delivery: str, *, now: datetime, actor: str, why: str) -> bool:
        with self._connections.write() as db:
            done = self._set(
                db, delivery, OPEN_STATES, State.CANCELLED, now, actor, "cancelled", {"why": why}, reason=why
            )
            if done:
                self._void_approvals(db, delivery, now, why)
            return done

    def move(self, delivery: str, due: datetime, *, now: datetime, actor: str) -> bool:
        """Another due time. An approval is for a time too, so it is void."""
        with self._connections.write() as db:
            moved = self._set(
                db, delivery, OPEN_STATES, State.DRAFT, now, actor, "moved", {"to": due.isoformat()},
                due_ms=to_ms(due), moved=1, network_keys="[]", not_before_ms=None, reason="",
            )  # fmt: skip
            if moved:
                self._void_approvals(db, delivery, now, "moved")
            return moved

    # ---- approve

    def approve(
        self, delivery: str, content_hash: str, keys: Sequence[str], *, person: str, note: str, now: datetime
    ) -> bool:
        """Freeze the bytes that the person saw (by their hash) and keep the network's key for each part."""
        with self._connections.write() as db:
            done = self._set(
                db, delivery, (State.DRAFT,), State.APPROVED, now, person, "approved", {"hash": content_hash},
                guard=("content_hash = ?", [content_hash]), network_keys=json.dumps(list(keys)), reason="",
            )  # fmt: skip
            if done:
                self._decide(db, delivery, "approved", content_hash, person, note, now)
            return done

    def reject(self, delivery: str, content_hash: str, *, person: str, note: str, now: datetime) -> bool:
        """It stays (or is again) a draft, with the reason; it cannot leave unless somebody approves it."""
        reason = f"rejected by {person}" + (f": {note}" if note else "")
        with self._connections.write() as db:
            done = self._set(
                db, delivery, OPEN_STATES, State.DRAFT, now, person, "rejected", {"note": note},
                guard=("content_hash = ?", [content_hash]), network_keys="[]", reason=reason,
            )  # fmt: skip
            if done:
                self._void_approvals(db, delivery, now, reason)
                self._decide(db, delivery, "rejected", content_hash, person, note, now)
            return done

    # ---- publish

    def due(self, now: datetime) -> list[Delivery]:
        """Approved deliveries whose time has come, of accounts that are not paused, in the order they are due."""
        return self._select(
            "state = 'approved' and due_ms <= :now and coalesce(not_before_ms, 0) <= :now"
            " and account not in (select account from pause)",
            {"now": to_ms(now)},
        )

    def begin_attempt(
        self, delivery: str, content_hash: str, *, owner: str, lease_until: datetime, now: datetime
    ) -> int | None:
        """Claim it and write the intent down, before the first byte leaves. None: somebody else has it, it changed,
        or its approval is void."""
        with self._connections.write() as db:
            claimed = self._set(
                db, delivery, (State.APPROVED,), State.SENDING, now, owner, "sending", {},
                guard=(
                    "content_hash = ? and exists (select 1 from approval where approval.delivery = delivery.key"
                    " and approval.decision = 'approved' and approval.voided_ms is null"
                    " and approval.content_hash = delivery.content_hash)"
                    " and account not in (select account from pause)",
                    [content_hash],
                ),
                owner=owner, lease_until_ms=to_ms(lease_until),
            )  # fmt: skip
            if not claimed:
                return None
            db.execute(
                "update delivery set attempts = attempts + 1, first_attempt_ms = coalesce(first_attempt_ms, ?)"
                " where key = ?",
                [to_ms(now), delivery],
            )
            number = db.execute(
                "select coalesce(max(number), 0) + 1 from attempt where delivery = ?", [delivery]
            ).fetchone()[0]
            db.table("attempt").insert(
                {"delivery": delivery, "number": number, "owner": owner, "started_ms": to_ms(now)}
            )
            return int(number)

    def record_receipt(self, delivery: str, part: int, receipt: Receipt, *, now: datetime) -> None:
        """What the network gave back for one part, kept at once: a crash after this never sends the part again."""
        with self._connections.write() as db:
            db.table("receipt").insert(
                {
                    "delivery": delivery, "part": part, "remote_id": receipt.remote_id, "url": receipt.url,
                    "cid": receipt.cid, "at_ms": to_ms(now), "simulated": int(self.simulated),
                },
                ignore=True,
            )  # fmt: skip

    def settle_sent(self, delivery: str, *, now: datetime) -> bool:
        states = (State.SENDING, State.UNCONFIRMED)
        return self._settle(delivery, states, State.SENT, now, "sent", "", sent_ms=to_ms(now), not_before_ms=None)

    def settle_failed(self, delivery: str, *, now: datetime, why: str) -> bool:
        return self._settle(delivery, (State.SENDING, State.UNCONFIRMED), State.FAILED, now, "failed", why)

    def settle_later(self, delivery: str, *, not_before: datetime, counted: bool, now: datetime, why: str) -> bool:
        """Surely not sent: approved again, not before an instant. `counted` False takes the attempt back."""
        states = (State.SENDING, State.UNCONFIRMED)
        with self._connections.write() as db:
            done = self._set(
                db, delivery, states, State.APPROVED, now, "publisher", "later", {"why": why},
                reason=why, not_before_ms=to_ms(not_before), owner=None, lease_until_ms=None, looks=0,
            )  # fmt: skip
            if done:
                self._finish_attempt(db, delivery, "later", why, now)
                if not counted:
                    db.execute("update delivery set attempts = attempts - 1 where key = ?", [delivery])
            return done

    def settle_unconfirmed(self, delivery: str, *, look_at: datetime | None, now: datetime, why: str) -> bool:
        """It may have been sent. `look_at`: when to look on the network; None: a person has to decide."""
        states = (State.SENDING, State.UNCONFIRMED)
        with self._connections.write() as db:
            done = self._set(
                db, delivery, states, State.UNCONFIRMED, now, "publisher", "unconfirmed", {"why": why},
                reason=why, not_before_ms=to_ms(look_at) if look_at else None, owner=None, lease_until_ms=None,
            )  # fmt: skip
            if done:
                db.execute("update delivery set looks = looks + 1 where key = ?", [delivery])
                self._finish_attempt(db, delivery, "unconfirmed", why, now)
            return done

    def expire_leases(self, now: datetime) -> int:
        """A sender that died holds its delivery until the lease ends; then it is unconfirmed and looked up."""
        keys = [
            row["key"]
            for row in self._rows(
                "select key from delivery where state = 'sending' and lease_until_ms < ?", [to_ms(now)]
            )
        ]
        why = "the sender stopped before it wrote down an answer"
        return sum(self._expire(key, now, why) for key in keys)

    def overdue(self, before: datetime) -> list[Delivery]:
        """Drafts and approved deliveries that were due before an instant."""
        return self._select("state in ('draft', 'approved') and due_ms < :before", {"before": to_ms(before)})

    def miss(self, delivery: str, *, now: datetime, why: str) -> bool:
        return self._settle(delivery, OPEN_STATES, State.MISSED, now, "missed", why)

    def to_look_up(self, now: datetime) -> list[Delivery]:
        return self._select(
            "state = 'unconfirmed' and not_before_ms <= :now and account not in (select account from pause)",
            {"now": to_ms(now)},
        )

    def receipts(self, delivery: str) -> dict[int, Receipt]:
        rows = self._rows("select * from receipt where delivery = ?", [delivery])
        return {row["part"]: to_receipt(row) for row in rows}

    def looks(self, delivery: str) -> int:
        rows = self._rows("select looks from delivery where key = ?", [delivery])
        return int(rows[0]["looks"]) if rows else 0

    def first_attempt(self, delivery: str) -> datetime | None:
        rows = self._rows("select first_attempt_ms from delivery where key = ?", [delivery])
        return from_ms_or_none(rows[0]["first_attempt_ms"]) if rows else None

    def picture(self, sha256: str) -> bytes:
        return bytes(self._rows("select bytes from media where sha256 = ?", [sha256])[0]["bytes"])

    def pause(self, account: str, *, now: datetime, why: str) -> None:
        with self._connections.write() as db:
            db.table("pause").upsert({"account": account, "at_ms": to_ms(now), "reason": why}, pk="account")
            self._event(db, now, "publisher", "paused", account, {"why": why})

    def resume(self, account: str, *, now: datetime, actor: str) -> bool:
        with self._connections.write() as db:
            done = db.execute("delete from pause where account = ?", [account]).rowcount == 1
            if done:
                self._event(db, now, actor, "resumed", account, {})
            return done

    def paused(self) -> dict[str, str]:
        return {row["account"]: row["reason"] for row in self._rows("select * from pause order by account")}

    # ---- read

    def deliveries(self, states: Sequence[State] = (), *, since: datetime | None = None) -> list[Delivery]:
        where, values = "1", dict[str, Any]()
        if states:
            where += f" and state in ({', '.join(repr(str(state)) for state in states)})"
        if since is not None:
            where, values = where + " and due_ms >= :since", {"since": to_ms(since)}
        return self._select(where, values)

    def delivery(self, key: str) -> Delivery | None:
        found = self._select("key = :key", {"key": key})
        return found[0] if found else None

    def posts(self) -> dict[str, Post]:
        return {row["key"]: to_post(row) for row in self._rows("select * from post")}

    def events(self, subject: str = "") -> list[Event]:
        rows = self._rows("select * from event where ? in ('', subject) order by id", [subject])
        return [
            Event(from_ms(row["at_ms"]), row["actor"], row["action"], row["subject"], json.loads(row["detail"]))
            for row in rows
        ]

    # ---- how

    def _rows(self, sql: str, values: Sequence[object] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        with self._connections.errors():
            return list(self._connections.db.query(sql, values))

    def _select(self, where: str, values: dict[str, Any]) -> list[Delivery]:
        # The post's name breaks ties, so that the order is the same on every machine.
        sql = f"select * from delivery where {where} order by due_ms, account, key"  # noqa: S608 - our own words
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
            f"update delivery set {assignments} where key = ? and state in ({states}) and {guard[0]}",  # noqa: S608
            [*values.values(), delivery, *map(str, before), *guard[1]],
        ).rowcount
        if changed:
            self._event(db, now, actor, action, delivery, detail)
        return changed == 1

    def _settle(
        self, delivery: str, before: Sequence[State], after: State, now: datetime, action: str, why: str, **columns: Any
    ) -> bool:
        with self._connections.write() as db:
            done = self._set(
                db, delivery, before, after, now, "publisher", action, {"why": why} if why else {},
                reason=why, owner=None, lease_until_ms=None, **columns,
            )  # fmt: skip
            if done:
                self._finish_attempt(db, delivery, action, why, now)
            return done

    def _expire(self, delivery: str, now: datetime, why: str) -> bool:
        with self._connections.write() as db:
            done = self._set(
                db, delivery, (State.SENDING,), State.UNCONFIRMED, now, "publisher", "lease-expired", {"why": why},
                guard=("lease_until_ms < ?", [to_ms(now)]),
                reason=why, not_before_ms=to_ms(now), owner=None, lease_until_ms=None,
            )  # fmt: skip
            if done:
                self._finish_attempt(db, delivery, "unconfirmed", why, now)
            return done

    def _finish_attempt(self, db: Database, delivery: str, outcome: str, error: str, now: datetime) -> None:
        db.execute(
            "update attempt set finished_ms = ?, outcome = ?, error = ? where delivery = ? and finished_ms is null",
            [to_ms(now), outcome, error, delivery],
        )

    def _event(
        self, db: Database, now: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]
    ) -> None:
        db.table("event").insert(
            {
                "at_ms": to_ms(now), "actor": actor, "action": action, "subject": subject,
                "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True),
            }
        )  # fmt: skip

    def _add_draft(self, db: Database, post: Post, draft: Draft, now: datetime, actor: str) -> int:
        row = {
            "key": draft.key, "post": post.key, "account": draft.account, "network": draft.network,
            "language": draft.language, "state": str(State.DRAFT), "updated_ms": to_ms(now), **_draft_columns(draft),
        }  # fmt: skip
        names = ", ".join(row)
        added = db.execute(
            f"insert into delivery ({names}) values ({', '.join('?' for _ in row)}) on conflict do nothing",  # noqa: S608
            list(row.values()),
        ).rowcount
        if added:
            self._event(db, now, actor, "planned", draft.key, {"post": post.name, "account": draft.account})
        return added

    def _keep_pictures(self, db: Database, planned: Planned) -> None:
        db.table("media").insert_all(
            [{"sha256": sha256, "mime_type": kind, "bytes": data} for sha256, (kind, data) in planned.pictures.items()],
            ignore=True,
        )

    def _void_approvals(self, db: Database, delivery: str, now: datetime, why: str) -> None:
        db.execute(
            "update approval set voided_ms = ?, voided_because = ? where delivery = ? and voided_ms is null",
            [to_ms(now), why, delivery],
        )

    def _decide(
        self, db: Database, delivery: str, decision: str, content_hash: str, person: str, note: str, now: datetime
    ) -> None:
        db.table("approval").insert(
            {
                "delivery": delivery, "decision": decision, "content_hash": content_hash, "person": person,
                "at_ms": to_ms(now), "note": note,
            }
        )  # fmt: skip


def _draft_columns(draft: Draft) -> dict[str, Any]:
    return {
        "due_ms": to_ms(draft.due), "content": draft.content.to_json(), "content_hash": draft.content.sha256,
        "length": draft.length, "length_limit": draft.limit, "network_keys": "[]", "not_before_ms": None, "reason": "",
    }  # fmt: skip
