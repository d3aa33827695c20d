"""Planning, approving and reading deliveries in SQLite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from campaign_bot.model import OPEN_STATES, QUEUE, Delivery, Event, Post, State
from campaign_bot.store.base import Draft, Planned
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import from_ms, to_ms
from campaign_bot.store.rows import to_post


class Deliveries(Changes):
    """The verbs of planning, approving and reading (see `store.base.Store`)."""

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
        """Another due time, also for one that was missed. An approval is for a time too, so it is void."""
        with self._connections.write() as db:
            moved = self._set(
                db, delivery, (*OPEN_STATES, State.MISSED), State.DRAFT, now, actor, "moved", {"to": due.isoformat()},
                due_ms=to_ms(due), moved=1, network_keys="[]", not_before_ms=None, reason="", held="",
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

    # ---- read

    def deliveries(self, states: Sequence[State] = (), *, since: datetime | None = None) -> list[Delivery]:
        where, values = "1", dict[str, Any]()
        if states:
            where += f" and state in ({', '.join(repr(str(state)) for state in states)})"
        if since is not None:
            where, values = where + " and due_ms >= :since", {"since": to_ms(since)}
        return self._select(where, values)

    def scheduled(self) -> list[Delivery]:
        """What comes from the files. One statement: read in two, a post that somebody queues in between would look like
        one that left the schedule."""
        return self._select("post not in (select key from post where schedule = :queue)", {"queue": QUEUE})

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

    def _add_draft(self, db: Database, post: Post, draft: Draft, now: datetime, actor: str) -> int:
        row = {
            "key": draft.key, "post": post.key, "account": draft.account, "network": draft.network,
            "language": draft.language, "state": str(State.DRAFT), "updated_ms": to_ms(now), **_draft_columns(draft),
        }  # fmt: skip
        names = ", ".join(row)
        added = db.execute(
            f"insert into delivery ({names}) values ({', '.join('?' for _ in row)}) on conflict do nothing",
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
        "held": "",
    }  # fmt: skip
