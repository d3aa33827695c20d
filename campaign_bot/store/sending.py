"""Publishing in SQLite: claims, receipts, outcomes, look-ups, and what holds a delivery back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from campaign_bot.errors import StoreError
from campaign_bot.model import ALL, OPEN_STATES, RETRACTABLE, Allowance, Content, Delivery, Pause, Receipt, State
from campaign_bot.store.changes import Changes, head_of
from campaign_bot.store.collecting import await_readings
from campaign_bot.store.connection import from_ms, from_ms_or_none, to_ms
from campaign_bot.store.database import Database
from campaign_bot.store.rows import to_receipt

_PAUSED = f"exists (select 1 from pause where pause.account in (delivery.account, '{ALL}'))"
_APPROVED = (
    "exists (select 1 from approval where approval.delivery = delivery.key and approval.decision = 'approved'"
    " and approval.voided_ms is null and approval.content_hash = delivery.content_hash)"
)
#: Of an account, or all of them, by the table or by the record.
_PAUSES = """
    with paused(account) as (
        select account from pause
        union select subject from (
            select subject, action, max(id) from event where action in ('paused', 'resumed') group by subject
        ) where action = 'paused'
    )
    select account from paused where :account in (account, :all) order by account
"""
PUBLISHER = "publisher"


class Sending(Changes):
    """The verbs of publishing (see `store.base.Store`)."""

    # ---- claim

    def due(self, now: datetime) -> list[Delivery]:
        """Approved deliveries whose time has come and that nothing holds back, in the order they are due."""
        return self._select(
            "state = 'approved' and due_ms <= :now and coalesce(not_before_ms, 0) <= :now and held = ''"
            f" and not {_PAUSED}",
            {"now": to_ms(now)},
        )

    def begin_attempt(
        self, delivery: str, content_hash: str, *, owner: str, lease_until: datetime, not_due_before: datetime,
        now: datetime,
    ) -> Delivery | None:  # fmt: skip
        """Claim it and write the intent down, before the first byte leaves. Returns it as it is now: that is what may
        leave, whatever the caller has read before. None: somebody else has it or another one of its account, it changed,
        it is held, its approval is void, it is not due (any more) or was due `not_due_before` that and is too late."""
        with self._connections.write() as db:
            claimed = self._set(
                db, delivery, (State.APPROVED,), State.SENDING, now, owner, "sending", {},
                guard=(
                    f"content_hash = ? and held = '' and {_APPROVED}"
                    " and due_ms between ? and ? and coalesce(not_before_ms, 0) <= ?"
                    f" and not {_PAUSED} and not exists (select 1 from delivery as other"
                    " where other.account = delivery.account and other.state = 'sending')",
                    [content_hash, to_ms(not_due_before), to_ms(now), to_ms(now)],
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
        return self._select("key = :key", {"key": delivery})[0]

    def go_on(
        self, delivery: str, *, owner: str, lease_until: datetime, not_due_before: datetime, now: datetime
    ) -> bool:
        """Asked right before each create request: is it still ours, and may it still leave? (The machine may have slept
        since the claim. A thread that has begun in time goes on.) Renews the lease."""
        with self._connections.write() as db:
            return (
                db.execute(
                    "update delivery set lease_until_ms = ? where key = ? and state = 'sending' and owner = ?"
                    f" and lease_until_ms > ? and not {_PAUSED}"
                    " and (due_ms >= ? or exists (select 1 from receipt where receipt.delivery = delivery.key))",
                    [to_ms(lease_until), delivery, owner, to_ms(now), to_ms(not_due_before)],
                ).rowcount
                == 1
            )

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

    # ---- outcomes. `owner` is the sender that claimed it; "" settles an unconfirmed one, after a look or a person.

    def settle_sent(self, delivery: str, *, owner: str, now: datetime) -> bool:
        """From here on there is something to read: the same transaction says so, and where it is stands in the record."""
        rows = "select remote_id, url, cid from receipt where delivery = ? order by part"
        with self._connections.write() as db:
            receipts = [list(row) for row in db.execute(rows, [delivery]).fetchall()]
            done = self._set(
                db, delivery, _from(owner), State.SENT, now, owner or PUBLISHER, "sent", {"receipts": receipts},
                guard=_held_by(owner), reason="", owner=None, lease_until_ms=None, sent_ms=to_ms(now), not_before_ms=None,
            )  # fmt: skip
            if done:
                self._finish_attempt(db, delivery, "sent", "", now)
                await_readings(db, delivery)
            return done

    def settle_failed(self, delivery: str, *, owner: str, now: datetime, why: str) -> bool:
        with self._connections.write() as db:
            done = self._set(
                db, delivery, _from(owner), State.FAILED, now, owner or PUBLISHER, "failed", {"why": why} if why else {},
                guard=_held_by(owner), reason=why, owner=None, lease_until_ms=None,
            )  # fmt: skip
            if done:
                self._finish_attempt(db, delivery, "failed", why, now)
            return done

    def settle_later(
        self, delivery: str, *, owner: str, not_before: datetime, counted: bool, now: datetime, why: str, looks: int = 0
    ) -> bool:
        """Surely not sent: approved again, not before an instant. `counted` False takes the attempt back. `looks`: how
        many had been taken when this was decided (somebody else may have looked meanwhile)."""
        with self._connections.write() as db:
            # What was never approved (see `doubt`) is a draft again.
            after = State.APPROVED if self._approved(db, delivery) else State.DRAFT
            done = self._set(
                db, delivery, _from(owner), after, now, owner or PUBLISHER, "later", {"why": why},
                guard=_held_by(owner, looks),
                reason=why, not_before_ms=to_ms(not_before), owner=None, lease_until_ms=None, looks=0, doubted=0,
            )  # fmt: skip
            if done:
                self._finish_attempt(db, delivery, "later", why, now)
                if not counted:
                    db.execute("update delivery set attempts = attempts - 1 where key = ?", [delivery])
            return done

    def settle_unconfirmed(
        self, delivery: str, *, owner: str, look_at: datetime | None, now: datetime, why: str,
        looks: int = 0, looked: bool = False,
    ) -> bool:  # fmt: skip
        """It may have been sent. `look_at`: when to look on the network; None: a person has to decide. `looked`: a look
        just found nothing, after `looks` others."""
        with self._connections.write() as db:
            done = self._set(
                db, delivery, _from(owner), State.UNCONFIRMED, now, owner or PUBLISHER, "unconfirmed", {"why": why},
                guard=_held_by(owner, looks),
                reason=why, not_before_ms=to_ms(look_at) if look_at else None, owner=None, lease_until_ms=None,
                looks=looks + looked,
            )  # fmt: skip
            if done:
                self._finish_attempt(db, delivery, "unconfirmed", why, now)
            return done

    def settle_retracted(self, delivery: str, *, actor: str, now: datetime, why: str) -> bool:
        """All that was out of it is deleted; also of a thread that has stopped half-way."""
        with self._connections.write() as db:
            done = self._set(
                db, delivery, RETRACTABLE, State.RETRACTED, now, actor, "retracted", {"why": why}, reason=why, held=""
            )
            if done:
                self._void_approvals(db, delivery, now, why)
                db.execute("delete from reading where delivery = ?", [delivery])
            return done

    def record_edit(
        self, delivery: str, before: str, content: Content, length: int, *, person: str, now: datetime
    ) -> bool:
        """A published delivery says something else now, and who allowed it. `before`: the hash of what it said."""
        after = content.sha256
        with self._connections.write() as db:
            done = self._set(
                db, delivery, (State.SENT,), State.SENT, now, person, "edited", {"from": before, "to": after},
                guard=("content_hash = ?", [before]), content=content.to_json(), content_hash=after, length=length,
            )  # fmt: skip
            if done:
                self._keep_content(db, content, now)
                db.table("approval").insert(
                    {
                        "delivery": delivery, "decision": "approved", "content_hash": after, "person": person,
                        "at_ms": to_ms(now), "note": "edited after it was sent",
                        "identity": self.identities.get(person, ""), "event": head_of(db).id,
                    }
                )  # fmt: skip
            return done

    def doubt(self, delivery: str, keys: Sequence[str], *, now: datetime, why: str) -> bool:
        """Nobody knows any more whether it was sent (the database is an old copy): look before anything leaves."""
        with self._connections.write() as db:
            return self._set(
                db, delivery, (*OPEN_STATES, State.SENDING), State.UNCONFIRMED, now, PUBLISHER, "doubted", {"why": why},
                reason=why, not_before_ms=to_ms(now), owner=None, lease_until_ms=None, looks=0, held="", doubted=1,
                network_keys=json.dumps(list(keys)),
            )  # fmt: skip

    def expire_leases(self, now: datetime, *, dead: Sequence[str] = ()) -> int:
        """A sender that died holds its delivery until the lease ends, or until it is known to be `dead`; then it is
        unconfirmed and looked up."""
        names = ", ".join("?" for _ in dead) or "null"
        guard = (f"(lease_until_ms < ? or owner in ({names}))", [to_ms(now), *dead])
        rows = self._rows(f"select key from delivery where state = 'sending' and {guard[0]}", guard[1])
        return sum(self._expire(row["key"], now, guard) for row in rows)

    def forget_future(self, now: datetime, *, longest: timedelta) -> int:
        """After a clock that was ahead was set right: waits and leases that it wrote would last until the clock is there
        again. Rows written in the future tell which they are."""
        values = {"now": to_ms(now), "limit": to_ms(now + longest)}
        with self._connections.write() as db:
            waits = db.execute(
                "update delivery set not_before_ms = :limit where updated_ms > :now and not_before_ms > :limit"
                " and state in ('approved', 'unconfirmed')",
                values,
            ).rowcount
            leases = db.execute(
                "update delivery set lease_until_ms = :limit where updated_ms > :now and lease_until_ms > :limit"
                " and state = 'sending'",
                values,
            ).rowcount
            return waits + leases

    # ---- late, held, paused

    def overdue(self, before: datetime) -> list[Delivery]:
        """Drafts and approved deliveries that were due before an instant."""
        return self._select("state in ('draft', 'approved') and due_ms < :before", {"before": to_ms(before)})

    def miss(self, delivery: str, before: datetime, *, now: datetime, why: str) -> bool:
        """It was due `before` that, and leaves no more (unless somebody has moved it meanwhile)."""
        with self._connections.write() as db:
            return self._set(
                db, delivery, OPEN_STATES, State.MISSED, now, PUBLISHER, "missed", {"why": why},
                guard=("due_ms < ?", [to_ms(before)]), reason=why,
            )  # fmt: skip

    def hold_due(self, now: datetime, *, everything: str = "") -> int:
        """Hold what is due now of accounts that are paused; of all accounts, where `everything` says why."""
        rows = self._rows(
            "select delivery.key, (select reason from pause where pause.account in (delivery.account, :all) limit 1) as why"
            " from delivery where state = 'approved' and due_ms <= :now and held = ''"
            f" and (:everything <> '' or {_PAUSED})",
            {"now": to_ms(now), "everything": everything, "all": ALL},
        )
        return sum(self.hold(row["key"], now=now, why=everything or f"paused: {row['why']}") for row in rows)

    def hold(self, delivery: str, *, now: datetime, why: str) -> bool:
        """Approved, but it waits for a person."""
        with self._connections.write() as db:
            return self._set(
                db, delivery, (State.APPROVED,), State.APPROVED, now, PUBLISHER, "held", {"why": why},
                guard=("held = '' and due_ms <= ?", [to_ms(now)]), held=why, reason=why,
            )  # fmt: skip

    def release(self, delivery: str, *, not_before: datetime, now: datetime, actor: str) -> bool:
        """A person lets a held delivery go."""
        with self._connections.write() as db:
            return self._set(
                db, delivery, (State.APPROVED,), State.APPROVED, now, actor, "released",
                {"not_before": not_before.isoformat()}, guard=("held <> ''", []),
                held="", reason="", not_before_ms=to_ms(not_before),
            )  # fmt: skip

    def postpone(self, delivery: str, *, not_before: datetime, now: datetime, why: str) -> bool:
        """Approved and due, but the network's allowance is used up: nothing was tried."""
        with self._connections.write() as db:
            return self._set(
                db, delivery, (State.APPROVED,), State.APPROVED, now, PUBLISHER, "postponed", {"why": why},
                reason=why, not_before_ms=to_ms(not_before),
            )  # fmt: skip

    def pause(self, account: str, *, now: datetime, why: str, actor: str = PUBLISHER) -> None:
        """Nothing of this account (`ALL`: of any) begins to leave from here on."""
        with self._connections.write() as db:
            row = {"account": account, "at_ms": to_ms(now), "reason": why, "actor": actor}
            db.table("pause").upsert(row, pk="account")
            self._event(db, now, actor, "paused", account, {"why": why})

    def resume(self, account: str, *, now: datetime, actor: str) -> bool:
        """End the pause of an account; `ALL` ends every pause. The table and the record each hold by themselves: what only
        one of them knows is ended too."""
        with self._connections.write() as db:
            rows = db.execute(_PAUSES, {"account": account, "all": ALL}).fetchall()
            for (name,) in rows:
                db.execute("delete from pause where account = ?", [name])
                self._event(db, now, actor, "resumed", name, {})
            return bool(rows)

    def paused(self) -> dict[str, Pause]:
        rows = self._rows("select * from pause order by account")
        return {
            row["account"]: Pause(row["account"], row["reason"], row["actor"], from_ms(row["at_ms"])) for row in rows
        }

    def paused_by_record(self, account: str) -> str:
        """What of an account, or all, the record says is paused (empty: nothing), whatever the table says."""
        for subject, name in ((account, account), (ALL, "everything")):
            rows = self._rows(
                "select action from event where subject = ? and action in ('paused', 'resumed') order by id desc limit 1",
                [subject],
            )
            if rows and rows[0]["action"] == "paused":
                return name
        return ""

    # ---- look-ups

    def to_look_up(self, now: datetime) -> list[Delivery]:
        return self._select(f"state = 'unconfirmed' and not_before_ms <= :now and not {_PAUSED}", {"now": to_ms(now)})

    def receipts(self, delivery: str) -> dict[int, Receipt]:
        rows = self._rows("select * from receipt where delivery = ? order by part", [delivery])
        return {row["part"]: to_receipt(row) for row in rows}

    def known_ids(self, account: str) -> frozenset[str]:
        """Remote ids that are the receipts of this account's deliveries: none of them can be another one's."""
        rows = self._rows(
            "select remote_id from receipt join delivery on delivery.key = receipt.delivery where account = ?",
            [account],
        )
        return frozenset(row["remote_id"] for row in rows)

    def looks(self, delivery: str) -> int:
        rows = self._rows("select looks from delivery where key = ?", [delivery])
        return int(rows[0]["looks"]) if rows else 0

    def first_attempt(self, delivery: str) -> datetime | None:
        rows = self._rows("select first_attempt_ms from delivery where key = ?", [delivery])
        return from_ms_or_none(rows[0]["first_attempt_ms"]) if rows else None

    def picture(self, sha256: str) -> bytes:
        """The bytes of a picture. Raises StoreError where they are gone."""
        rows = self._rows("select bytes from media where sha256 = ?", [sha256])
        if not rows:
            raise StoreError(f"The bytes of picture {sha256[:12]} are gone.", advice="Restore a backup, or plan anew.")
        return bytes(rows[0]["bytes"])

    # ---- what the networks still allow

    def record_allowances(self, account: str, allowances: Sequence[Allowance]) -> None:
        rows = [
            {"account": account, "bucket": one.bucket, "quota": one.quota, "remaining": one.remaining,
             "reset_ms": to_ms(one.reset)}
            for one in allowances
        ]  # fmt: skip
        if rows:
            with self._connections.write() as db:
                db.table("allowance").upsert_all(rows, pk=("account", "bucket"))

    def allowances(self, account: str) -> Mapping[str, Allowance]:
        rows = self._rows("select * from allowance where account = ?", [account])
        return {
            row["bucket"]: Allowance(row["bucket"], row["quota"], row["remaining"], from_ms(row["reset_ms"]))
            for row in rows
        }

    # ---- who is at work

    def record_daemon(self, owner: str, *, started: datetime, now: datetime) -> None:
        with self._connections.write() as db:
            db.table("daemon").upsert({"owner": owner, "started_ms": to_ms(started), "seen_ms": to_ms(now)}, pk="owner")

    def forget_daemon(self, owner: str) -> None:
        with self._connections.write() as db:
            db.execute("delete from daemon where owner = ?", [owner])

    def daemons(self) -> dict[str, datetime]:
        """Owner -> when it was last seen."""
        return {row["owner"]: from_ms(row["seen_ms"]) for row in self._rows("select * from daemon order by seen_ms")}

    # ---- how

    def _approved(self, db: Database, delivery: str) -> bool:
        """Whether somebody allowed what it says now."""
        return bool(db.execute(f"select 1 from delivery where key = ? and {_APPROVED}", [delivery]).fetchone())

    def _expire(self, delivery: str, now: datetime, guard: tuple[str, list[Any]]) -> bool:
        why = "the sender stopped before it wrote down an answer"
        with self._connections.write() as db:
            done = self._set(
                db, delivery, (State.SENDING,), State.UNCONFIRMED, now, PUBLISHER, "lease-expired", {"why": why},
                guard=guard, reason=why, not_before_ms=to_ms(now), owner=None, lease_until_ms=None, looks=0,
            )  # fmt: skip
            if done:
                self._finish_attempt(db, delivery, "unconfirmed", why, now)
            return done

    def _finish_attempt(self, db: Database, delivery: str, outcome: str, error: str, now: datetime) -> None:
        db.execute(
            "update attempt set finished_ms = ?, outcome = ?, error = ? where delivery = ? and finished_ms is null",
            [to_ms(now), outcome, error, delivery],
        )


def _from(owner: str) -> tuple[State, ...]:
    return (State.SENDING,) if owner else (State.UNCONFIRMED,)


def _held_by(owner: str, looks: int | None = None) -> tuple[str, list[Any]]:
    """Only who claimed it may settle it; only who looked last may conclude from looks."""
    if owner:
        return "owner = ?", [owner]
    return ("looks = ?", [looks]) if looks is not None else ("1", [])
