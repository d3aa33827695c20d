"""The record: a chain of events that shows any change, and what it says of who allowed which bytes.

Each event carries the hash of the one before it, so that the last hash pins all of them. The chain has no secret: it
shows what was changed, removed or put in between by somebody who did not also rewrite all that follows; against that
helps a head hash that is known elsewhere, e.g. printed in a report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from campaign_bot.model import Event, Receipt, State

#: Stands before the first event.
GENESIS = "0" * 64
COLUMNS = "id, at_ms, actor, action, subject, detail, previous, hash"

#: The events whose `from` and `to` are the hashes of contents.
VERSIONING = frozenset({"planned", "planned-again", "changed", "edited"})
#: After one of these, approvals that were given before do not count any more.
VOIDING = frozenset({"planned", "planned-again", "changed", "moved", "rejected", "cancelled", "approval-voided"})


#: What an event says that became of a delivery. (Events that are not here leave it in its state.)
OUTCOMES = {
    "planned": State.DRAFT, "planned-again": State.DRAFT, "changed": State.DRAFT, "moved": State.DRAFT,
    "rejected": State.DRAFT, "approval-voided": State.DRAFT, "approved": State.APPROVED, "sending": State.SENDING,
    "later": State.APPROVED, "sent": State.SENT, "failed": State.FAILED, "missed": State.MISSED,
    "unconfirmed": State.UNCONFIRMED, "lease-expired": State.UNCONFIRMED, "doubted": State.UNCONFIRMED,
    "cancelled": State.CANCELLED, "retracted": State.RETRACTED,
}  # fmt: skip


class Line(Struct, frozen=True):
    """One row of the record as it is stored: `detail` is the exact text that was hashed."""

    id: int
    at_ms: int
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    hash: str

    @property
    def told(self) -> dict[str, Any]:
        """The detail as values; as plain words where somebody has broken it."""
        try:
            told = json.loads(self.detail or "{}")
        except ValueError:
            told = None
        return told if isinstance(told, dict) else {"unreadable": self.detail}  # pyright: ignore[reportUnknownVariableType]

    @property
    def right_hash(self) -> str:
        """What the hash has to be: SHA-256 over canonical JSON of all else."""
        told = {
            "id": self.id, "at_ms": self.at_ms, "actor": self.actor, "action": self.action,
            "subject": self.subject, "detail": self.detail, "previous": self.previous,
        }  # fmt: skip
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Head(Struct, frozen=True):
    """The end of the record: it stands for all before it."""

    id: int = 0
    hash: str = GENESIS


class Fault(Struct, frozen=True):
    """Where the record is not what was written, and what is wrong there."""

    id: int
    at_ms: int | None
    message: str


class Verified(Struct, frozen=True):
    """What reading the record found: how many events, where it ends, and every fault."""

    events: int
    head: Head
    faults: tuple[Fault, ...] = ()


def next_line(
    head: Head, *, at_ms: int, actor: str, action: str, subject: str, detail: str
) -> Line:  # fmt: skip
    """The event that follows: ids have no gaps, so that a missing one shows."""
    line = Line(head.id + 1, at_ms, actor, action, subject, detail, head.hash, "")
    return Line(line.id, at_ms, actor, action, subject, detail, head.hash, line.right_hash)


def faults_of(lines: Iterable[Line], after: Head) -> Iterator[Fault | Head]:
    """Every fault among lines that follow `after`, in the order of their ids; at last where they end. A line that is
    wrong is told once, and what follows is measured against what stands there now."""
    head = after
    for line in lines:
        if line.id != head.id + 1:
            missing = line.id - head.id - 1
            first = head.id + 1
            told = f"event {first} is missing" if missing == 1 else f"events {first} to {line.id - 1} are missing"
            yield Fault(line.id, line.at_ms, f"{told} before this one")
        elif line.previous != head.hash:
            yield Fault(
                line.id, line.at_ms, "it does not follow the event before it: one of the two was exchanged or rewritten"
            )
        if line.right_hash != line.hash:
            yield Fault(line.id, line.at_ms, "it is not what was written: its hash does not fit")
        head = Head(line.id, line.hash)
    yield head


class Attempt(Struct, frozen=True):
    """One try at sending, and what the network answered."""

    number: int
    owner: str
    started: datetime
    finished: datetime | None
    outcome: str
    error: str


class Disposed(Struct, frozen=True):
    """What goes, or went, of the posts that ended before an instant."""

    before: datetime
    posts: int
    contents: Mapping[str, tuple[str, ...]]  # by delivery: the hashes of its versions that no other one has
    media: tuple[str, ...]  # by their hashes

    @property
    def deliveries(self) -> int:
        return len(self.contents)


class Approval(Struct, frozen=True):
    """That somebody allowed exactly these bytes, as the record says it. What is None was not bound (a record from
    before there was more than the hash)."""

    person: str
    at: datetime
    content_hash: str
    account: str | None
    network: str | None
    series: str | None
    due_ms: int | None
    keys: tuple[str, ...] | None
    to: str | None  # the account's login and server, by the campaign's file
    post: str | None  # the post's key
    warnings: tuple[str, ...] = ()
    identity: str = ""  # how we know who the person is


class Objection(Struct, frozen=True):
    """Why something may not leave, and what becomes of it: a draft again, failed for good, or (still approved) held for
    a person."""

    after: State
    why: str


class Trail(Struct, frozen=True):
    """What the record says about one delivery. `altered`: what is wrong with these events; `fault`: with the record."""

    events: tuple[Event, ...]
    altered: str = ""
    fault: str = ""

    @property
    def approvals(self) -> tuple[Approval, ...]:
        """Those that nothing has voided since."""
        return standing(self.events)

    @property
    def authors(self) -> frozenset[str]:
        """Who wrote or changed what it says or when. (Within the tolerance a move changes nothing.)"""
        named = {str(name) for one in self.events for name in one.detail.get("authors", ())}
        changed = {one.actor for one in self.events if one.action in ("moved", "edited") and not one.detail.get("kept")}
        return frozenset(named | changed)

    @property
    def state(self) -> State:
        """What it is by the record, whatever a table says: the last that became of it."""
        for one in reversed(self.events):
            if one.action in OUTCOMES and not one.detail.get("kept"):
                half = one.action == "approved" and one.detail.get("count", 1) < one.detail.get("needed", 1)
                if one.action == "approval-voided" and one.detail.get("state") in list(State):
                    return State(one.detail["state"])  # a draft, or failed for good
                return State.DRAFT if half else OUTCOMES[one.action]
        return State.DRAFT

    @property
    def version(self) -> str:
        """The hash of what it says by the record; empty where its words were disposed of, or nothing is known."""
        if any(one.action == "disposed" for one in self.events):
            return ""
        told = (
            str(one.detail["to"]) for one in reversed(self.events) if one.action in VERSIONING and "to" in one.detail
        )
        return next(told, "")

    def knows(self, part: int, receipt: Receipt) -> bool:
        """Whether this is where the network put a part of it. What was sent before the record said so is believed."""
        sent = [one.detail["receipts"] for one in self.events if one.action == "sent" and "receipts" in one.detail]
        return not sent or [[receipt.remote_id, receipt.url, receipt.cid]] == sent[-1][part : part + 1]

    @property
    def last_approved_hash(self) -> str:
        """The bytes that were approved last, whether the approval still counts or not."""
        hashes = [str(one.detail.get("hash", "")) for one in self.events if one.action == "approved"]
        return hashes[-1] if hashes else ""

    @property
    def last_allowed_hash(self) -> str:
        """The bytes that somebody allowed last, to be sent or by an edit of what is out."""
        told = [
            str(one.detail.get("hash" if one.action == "approved" else "to", ""))
            for one in self.events
            if one.action in ("approved", "edited")
        ]
        return told[-1] if told else ""


def standing(events: Sequence[Event]) -> tuple[Approval, ...]:
    """The approvals that nothing has voided since, the first first."""
    found: list[Approval] = []
    for one in events:
        if one.action == "approved":
            found.append(_approval(one))
        elif one.action in VOIDING and not one.detail.get("kept"):
            found.clear()
    return tuple(found)


def _approval(event: Event) -> Approval:
    told: dict[str, Any] = event.detail
    keys = told.get("keys")
    return Approval(
        person=event.actor,
        at=event.at,
        content_hash=str(told.get("hash", "")),
        account=told.get("account"),
        network=told.get("network"),
        series=told.get("series"),
        due_ms=told.get("due_ms"),
        keys=None if keys is None else tuple(keys),
        to=told.get("login"),
        post=told.get("post_key"),
        warnings=tuple(told.get("warnings", ())),
        identity=str(told.get("identity", "")),
    )
