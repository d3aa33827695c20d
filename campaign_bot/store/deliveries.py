"""Planning, approving and reading deliveries in SQLite."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campaign_bot.model import OPEN_STATES, QUEUE, Delivery, Post, State
from campaign_bot.store.base import Approving, Draft, Planned
from campaign_bot.store.changes import Changes, head_of
from campaign_bot.store.connection import from_ms, to_ms
from campaign_bot.store.database import Database
from campaign_bot.store.experimenting import assign
from campaign_bot.store.outside import keep_links
from campaign_bot.store.rows import to_post


class _Changed(Exception):
    """It is not what the person saw: nothing of the transaction stays."""


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
                    "priority": post.priority, "commitments": json.dumps(post.commitments), "rung": post.rung, "answers": post.answers,
                },
                replace=False, ignore=True,
            )  # fmt: skip
            self._keep_pictures(db, planned)
            added = sum(self._add_draft(db, post, draft, now, actor) for draft in planned.drafts)
            assign(db, planned.assignments, now)
            return added

    def keep_pictures(self, planned: Planned) -> None:
        with self._connections.write() as db:
            self._keep_pictures(db, planned)

    def change(self, draft: Draft, *, now: datetime, actor: str, why: str, seen: Delivery | None = None) -> bool:
        """The files changed what this delivery says or when: it is a draft again, and an approval is void. `seen`: what the
        decision was made on; if it is something else by now, nothing is changed."""
        with self._connections.write() as db:
            before = db.execute("select content_hash, due_ms from delivery where key = ?", [draft.key]).fetchone()
            detail: dict[str, Any] = {"why": why}
            if before and before[0] != draft.content.sha256:
                detail |= {"from": before[0], "to": draft.content.sha256}
            if before and before[1] != to_ms(draft.due):
                detail |= {"due_from": from_ms(before[1]).isoformat(), "due_to": draft.due.isoformat()}
            detail |= _known_of(draft)
            changed = self._set(
                db, draft.key, OPEN_STATES, State.DRAFT, now, actor, "changed", detail, guard=_as_seen(seen),
                **_draft_columns(draft),
            )  # fmt: skip
            if changed:
                self._keep_content(db, draft.content, now)
                self._void_approvals(db, draft.key, now, why)
                keep_links(db, draft, now)
            return changed

    def revive(self, draft: Draft, *, now: datetime, actor: str) -> bool:
        """The slot of a delivery that planning had cancelled is back."""
        detail = {"to": draft.content.sha256, **_known_of(draft)}
        with self._connections.write() as db:
            done = self._set(
                db, draft.key, (State.CANCELLED,), State.DRAFT, now, actor, "planned-again", detail,
                **_draft_columns(draft),
            )  # fmt: skip
            if done:
                self._keep_content(db, draft.content, now)
                keep_links(db, draft, now)
            return done

    def cancel(self, delivery: str, *, now: datetime, actor: str, why: str, seen: Delivery | None = None) -> bool:
        with self._connections.write() as db:
            done = self._set(
                db, delivery, OPEN_STATES, State.CANCELLED, now, actor, "cancelled", {"why": why},
                guard=_as_seen(seen), reason=why,
            )  # fmt: skip
            if done:
                self._void_approvals(db, delivery, now, why)
            return done

    def move(
        self, delivery: str, due: datetime, *, now: datetime, actor: str, kept: bool = False, by_person: bool = True
    ) -> bool:
        """Another due time, also for one that was missed. An approval is for a time too, so it is void; unless the change
        is small enough (`kept`). What a person moved (`by_person`), planning leaves there."""
        detail = {"to": due.isoformat(), **({"kept": True} if kept else {})}
        columns: dict[str, Any] = {"due_ms": to_ms(due), "not_before_ms": None, **({"moved": 1} if by_person else {})}
        with self._connections.write() as db:
            if kept:
                return self._set(
                    db, delivery, (State.APPROVED,), State.APPROVED, now, actor, "moved", detail, **columns
                )  # fmt: skip
            moved = self._set(
                db, delivery, (*OPEN_STATES, State.MISSED), State.DRAFT, now, actor, "moved", detail,
                guard=(_NOTHING_OUT, []), network_keys="[]", reason="", held="", attempts=0, first_attempt_ms=None,
                doubted=0, **columns,
            )  # fmt: skip
            if moved:
                self._void_approvals(db, delivery, now, "moved")
            return moved

    # ---- approve

    def approve(
        self, delivery: str, content_hash: str, keys: Sequence[str], *, person: str, note: str, now: datetime
    ) -> bool:
        """Freeze the bytes that the person saw (by their hash) and keep the network's key for each part."""
        one = self.delivery(delivery)
        if one is None or one.content_hash != content_hash:
            return False
        return self.approve_together([Approving(one, tuple(keys))], person=person, note=note, now=now)

    def approve_together(self, approvings: Sequence[Approving], *, person: str, note: str, now: datetime) -> bool:
        """All of them or none: one transaction. False: something changed since the person looked."""
        with contextlib.suppress(_Changed), self._connections.write() as db:
            for one in approvings:
                self._approve(db, one, person, note, now)
            return True
        return False

    def _approve(self, db: Database, one: Approving, person: str, note: str, now: datetime) -> None:
        """The event holds all that the approval is bound to. Raises _Changed, which takes all back."""
        seen = one.delivery
        bound = {
            "hash": seen.content_hash, "account": seen.account, "network": seen.network, "due_ms": to_ms(seen.due),
            "post_key": seen.post, "series": self._series(db, seen.post), "keys": list(one.keys), "needed": one.needed, "count": one.given + 1,
            **({"login": one.to} if one.to is not None else {}),
            **({"warnings": list(one.warnings)} if one.warnings else {}), **({"note": note} if note else {}),
        }  # fmt: skip
        guard = (
            "content_hash = ? and account = ? and network = ? and due_ms = ? and (select count(*) from approval where"
            " approval.delivery = delivery.key and decision = 'approved' and voided_ms is null"
            " and approval.content_hash = delivery.content_hash) = ?",
            [seen.content_hash, seen.account, seen.network, to_ms(seen.due), one.given],
        )
        after = State.APPROVED if one.complete else State.DRAFT
        columns: dict[str, Any] = {"reason": "" if one.complete else f"{one.given + 1} of {one.needed} approvals"}
        if one.complete:
            columns["network_keys"] = json.dumps(list(one.keys))
        if not self._set(
            db, seen.key, (State.DRAFT,), after, now, person, "approved", bound, guard=guard, **columns
        ):  # fmt: skip
            raise _Changed
        self._decide(db, seen.key, "approved", seen.content_hash, person, note, now)

    def reject(self, delivery: str, content_hash: str, *, person: str, note: str, now: datetime) -> bool:
        """It stays (or is again) a draft, with the reason; it cannot leave unless somebody approves it."""
        reason = f"rejected by {person}" + (f": {note}" if note else "")
        with self._connections.write() as db:
            done = self._set(
                db, delivery, OPEN_STATES, State.DRAFT, now, person, "rejected", {"note": note, "hash": content_hash},
                guard=("content_hash = ?", [content_hash]), network_keys="[]", reason=reason,
            )  # fmt: skip
            if done:
                self._void_approvals(db, delivery, now, reason)
                self._decide(db, delivery, "rejected", content_hash, person, note, now)
            return done

    def void(self, delivery: str, *, now: datetime, actor: str, why: str, after: State = State.DRAFT) -> bool:
        """What was approved, in part or whole, is not any more. `after` FAILED: it may not even be approved again. A draft
        that nobody has approved stays as it is."""
        with self._connections.write() as db:
            given = "exists (select 1 from approval where approval.delivery = delivery.key and voided_ms is null)"
            done = self._set(
                db, delivery, OPEN_STATES, after, now, actor, "approval-voided", {"why": why, "state": after},
                guard=(f"(state <> 'draft' or {given})", []), reason=why, network_keys="[]", held="",
            )  # fmt: skip
            if done:
                self._void_approvals(db, delivery, now, why)
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

    def of_post(self, post: str) -> list[Delivery]:
        return self._select("post = :post", {"post": post})

    def posts_by_key(self, keys: Sequence[str]) -> dict[str, Post]:
        marks = ", ".join("?" for _ in keys)
        return {row["key"]: to_post(row) for row in self._rows(f"select * from post where key in ({marks})", keys)}

    def posts(self) -> dict[str, Post]:
        return {row["key"]: to_post(row) for row in self._rows("select * from post")}

    def allowed(self, post: str = "") -> dict[str, dict[str, str]]:
        """What queued posts (of one `post`; else all) may break and why, as the record has it: by delivery, by rule."""
        rows = self._rows(
            "select subject, detail from event where action in ('planned', 'planned-again') and subject in (select"
            " delivery.key from delivery join post on post.key = delivery.post where post.schedule = :queue and"
            " :post in ('', post.key)) order by id",
            {"queue": QUEUE, "post": post},
        )
        return {row["subject"]: dict(json.loads(row["detail"]).get("allow", {})) for row in rows}

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
            keep_links(db, draft, now)
            detail = {"post": post.name, "account": draft.account, "to": draft.content.sha256, **_known_of(draft)}
            self._event(db, now, actor, "planned", draft.key, detail)
            self._keep_content(db, draft.content, now)
        return added

    def _keep_pictures(self, db: Database, planned: Planned) -> None:
        # The key is the hash of the bytes: what somebody put in their place is mended here.
        for sha256, (kind, data) in planned.pictures.items():
            db.execute(
                "insert into media (sha256, mime_type, bytes) values (?, ?, ?) on conflict (sha256) do update"
                " set bytes = excluded.bytes, mime_type = excluded.mime_type where media.bytes <> excluded.bytes",
                [sha256, kind, data],
            )

    def _decide(
        self, db: Database, delivery: str, decision: str, content_hash: str, person: str, note: str, now: datetime
    ) -> None:
        db.table("approval").insert(
            {
                "delivery": delivery, "decision": decision, "content_hash": content_hash, "person": person,
                "at_ms": to_ms(now), "note": note, "identity": self.identities.get(person, ""),
                "event": head_of(db).id,
            }
        )  # fmt: skip

    def _series(self, db: Database, post: str) -> str:
        row = db.execute("select series from post where key = ?", [post]).fetchone()
        return str(row[0]) if row else ""


def _known_of(draft: Draft) -> dict[str, Any]:
    """What the record keeps of a draft beside its bytes: who wrote it, where its links lead, what it may break."""
    return {
        **({"authors": list(draft.authors)} if draft.authors else {}),
        **({"allow": dict(draft.allow)} if draft.allow else {}),
        **({"links": dict(draft.links)} if draft.links else {}),
    }


#: A part of it is out: it is no draft that could say something else or leave at another time.
_NOTHING_OUT = "not exists (select 1 from receipt where receipt.delivery = delivery.key)"


def _as_seen(seen: Delivery | None) -> tuple[str, list[Any]]:
    """The guard of a change by planning: nobody was faster, and nothing of it is out."""
    if seen is None:
        return _NOTHING_OUT, []
    return f"content_hash = ? and due_ms = ? and {_NOTHING_OUT}", [seen.content_hash, to_ms(seen.due)]


def _draft_columns(draft: Draft) -> dict[str, Any]:
    return {
        "due_ms": to_ms(draft.due), "content": draft.content.to_json(), "content_hash": draft.content.sha256,
        "length": draft.length, "length_limit": draft.limit, "network_keys": "[]", "not_before_ms": None, "reason": "",
        "held": "",
    }  # fmt: skip
