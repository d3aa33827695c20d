"""Reading the record in SQLite: the chain, what it says of one delivery, and every version of a content."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from campaign_bot.model import OPEN_STATES, Content, Event, Receipt, State
from campaign_bot.store.changes import Changes, head_of
from campaign_bot.store.connection import from_ms, from_ms_or_none
from campaign_bot.store.record import COLUMNS, Attempt, Fault, Head, Line, Trail, Verified, faults_of
from campaign_bot.store.rows import to_receipt

#: Who has no time to read a long record reads so many of its last events.
RECENT = 1_000


class Reading(Changes):
    """The verbs of the record (see `store.base.Store`)."""

    _verified: Head  # what this process has read and found right
    _read: int  # how many events that were
    _missing: str  # what it has counted and found wrong
    _reading: threading.Lock

    def at_one_instant(self) -> AbstractContextManager[None]:
        """All that is read within is of one instant, whatever others write meanwhile. Nothing is written within."""
        return self._connections.reading()

    def events(self, subject: str = "") -> list[Event]:
        where, values = ("where subject = ?", [subject]) if subject else ("", [])
        return [_event(line) for line in self._lines(f"{where} order by id", values)]

    def lines(self, subject: str = "") -> Iterator[Line]:
        where, values = ("where subject = ?", [subject]) if subject else ("", [])
        yield from self._lines(f"{where} order by id", values)

    def first_event(self) -> datetime | None:
        rows = self._rows("select at_ms from event order by id limit 1")
        return from_ms(rows[0]["at_ms"]) if rows else None

    def head(self) -> Head:
        with self._connections.errors():
            return head_of(self._connections.db)

    def verify_record(self) -> Verified:
        """Read the whole record and tell every fault, the first first."""
        found = list(faults_of(self._lines("order by id"), Head()))
        end = found.pop()
        assert isinstance(end, Head)  # noqa: S101 - the last that is told
        return Verified(self._count_events(end.id), end, tuple(one for one in found if isinstance(one, Fault)))

    def trail(self, delivery: str) -> Trail:
        """What the record says of one delivery, and whether it can be trusted: asked before each send. The delivery's own
        events are hashed anew, and have to stand between the ones that they stood between."""
        lines = list(self._lines("where subject = ? order by id", [delivery]))
        with self._reading:
            fault = self._missing or self._fault_in_chain()
        wrong = [line.id for line in lines if line.right_hash != line.hash]
        loose = [] if fault else [line.id for line in lines if not self._in_place(line)]
        if wrong or loose:
            accepted = self._accepted()
            wrong = [one for one in wrong if one not in accepted]
            loose = [one for one in loose if not {one, one + 1} & accepted]
        return Trail(
            tuple(_event(line) for line in lines),
            altered=f"event {wrong[0]} is not what was written" if wrong else "",
            fault=fault or (f"event {loose[0]} does not stand where it stood" if loose else ""),
        )

    def record_fault(self) -> str:
        """What is wrong with the record and nobody has accepted; empty where nothing is. The whole chain is read once in a
        process, then only what has come since: where it ended last has to be there still, and no event may be missing."""
        with self._reading:
            fault = self._fault_in_chain()
            if not fault:  # counting reads the whole index: at each wake, not at each send
                known = self._verified.id  # others may write meanwhile
                self._missing = "" if self._count_events(known) == self._read else "events are missing"
            return fault or self._missing

    def recent_fault(self) -> str:
        """The same for who asks often and starts anew each time: only the last events are hashed, and all are counted. What
        was rewritten before them is found by a daemon at its next wake and by `audit verify`, and stops every send. No
        mark of how far somebody has read is kept here: who can rewrite the record could write the mark too."""
        first = max(self.head().id - RECENT, 0)
        lines = list(self._lines("where id >= ? order by id", [first]))
        start = Head(lines[0].id, lines[0].hash) if first and lines else Head()
        found = list(faults_of(lines[1:] if first else lines, start))
        end = found.pop()
        assert isinstance(end, Head)  # noqa: S101 - the last that is told
        if self._verified.id or found or self._count_events(end.id) != end.id:
            return self.record_fault()  # it says what is wrong, and whether somebody has accepted that
        return ""

    def _fault_in_chain(self) -> str:
        known = self._verified
        lines = list(self._lines("where id >= ? order by id", [known.id]))
        if known.id and (not lines or lines[0].hash != known.hash):
            return f"event {known.id}, which was its last, was exchanged or removed"
        fresh = lines[1:] if known.id else lines
        found = list(faults_of(fresh, known))
        end = found.pop()
        assert isinstance(end, Head)  # noqa: S101 - the last that is told
        if found:
            accepted = self._accepted()
            for one in found:
                if isinstance(one, Fault) and one.id not in accepted:
                    return f"event {one.id}: {one.message}"
        self._verified = end
        self._read += len(fresh)
        return ""

    def _accepted(self) -> set[int]:
        """The events whose faults a person has accepted. They said so in an event that is itself what was written."""
        lines = self._lines("where action = 'fault-accepted' order by id")
        return {int(number) for line in lines if line.right_hash == line.hash for number in line.told.get("events", ())}

    def _in_place(self, line: Line) -> bool:
        """Whether its neighbours know it, as far as they are there."""
        sides = {row["id"]: row for row in self._rows(
            "select id, previous, hash from event where id in (?, ?)", [line.id - 1, line.id + 1]
        )}  # fmt: skip
        before, after = sides.get(line.id - 1), sides.get(line.id + 1)
        return (before is None or line.previous == before["hash"]) and (after is None or after["previous"] == line.hash)

    def accept_faults(self, *, now: datetime, person: str, why: str) -> tuple[Fault, ...]:
        """A person has looked into what is wrong with the record: it counts as known from here on. What it may have been
        altered for does not: no approval that was given before is believed any more."""
        found = self.verify_record()
        accepted = self._accepted()
        fresh = tuple(one for one in found.faults if one.id not in accepted)
        if not fresh:
            return ()
        detail = {"why": why, "events": [one.id for one in fresh], "faults": [one.message for one in fresh]}
        with self._connections.write() as db:
            self._event(db, now, person, "fault-accepted", "record", detail)
            reason = "the record was altered: everything has to be approved anew"
            for key, state in db.execute(
                "select key, state from delivery where state in ('draft', 'approved', 'sending', 'unconfirmed')"
            ).fetchall():
                if state in OPEN_STATES:
                    self._set(
                        db, key, OPEN_STATES, State.DRAFT, now, person, "approval-voided",
                        {"why": reason, "state": State.DRAFT}, reason=reason, network_keys="[]", held="",
                    )  # fmt: skip
                else:  # it may be out already: should it come back, it is a draft
                    self._event(db, now, person, "approval-voided", key, {"why": reason, "state": state})
                self._void_approvals(db, key, now, reason)
        return fresh

    def content(self, content_hash: str) -> Content | None:
        """The version with this hash; None where it was never kept, or is not what its hash says."""
        rows = self._rows("select content from content where hash = ?", [content_hash])
        if not rows:
            return None
        found = Content.from_json(rows[0]["content"])
        return found if found.sha256 == content_hash else None

    def attempts_of(self, delivery: str) -> list[Attempt]:
        rows = self._rows("select * from attempt where delivery = ? order by number", [delivery])
        return [
            Attempt(
                row["number"], row["owner"], from_ms(row["started_ms"]), from_ms_or_none(row["finished_ms"]),
                row["outcome"] or "", row["error"] or "",
            )
            for row in rows
        ]  # fmt: skip

    def receipts_with_time(self, delivery: str) -> dict[int, tuple[Receipt, datetime]]:
        rows = self._rows("select * from receipt where delivery = ? order by part", [delivery])
        return {row["part"]: (to_receipt(row), from_ms(row["at_ms"])) for row in rows}

    def damaged(self, content: Content) -> str:
        """Which picture's bytes are not those that the content names; empty where all are."""
        for media in (media for part in content.parts for media in part.pictures):
            rows = self._rows("select bytes from media where sha256 = ?", [media.sha256])
            if not rows:
                return f"the bytes of {media.file} are gone"
            if hashlib.sha256(rows[0]["bytes"]).hexdigest() != media.sha256:
                return f"the bytes of {media.file} are not the ones that were planned"
        return ""

    def _count_events(self, up_to: int) -> int:
        # SQLite counts a whole table page by page, a part of it row by row: the part after is the small one.
        rows = self._rows(
            "select (select count(*) from event) - (select count(*) from event where id > ?) as number", [up_to]
        )
        return int(rows[0]["number"])

    def _lines(self, rest: str, values: Sequence[object] = ()) -> Iterator[Line]:
        with self._connections.errors():
            for row in self._connections.db.execute(f"select {COLUMNS} from event {rest}", list(values)):
                yield Line(*row)


def _event(line: Line) -> Event:
    return Event(from_ms(line.at_ms), line.actor, line.action, line.subject, line.told)
