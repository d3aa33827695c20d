"""Experiments in SQLite: what was declared before the start, which variant each delivery got, and what a person ended."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from campaign_bot.model import OPEN_STATES, Assignment
from campaign_bot.store.base import Ended
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import from_ms, to_ms
from campaign_bot.store.database import Database

_OPEN = ", ".join(f"'{state}'" for state in OPEN_STATES)


class Experimenting(Changes):
    """The verbs of experiments (see `store.base.Store`)."""

    def declare(self, experiment: str, sha256: str, design: str, *, now: datetime, actor: str) -> bool:
        """Write down what an experiment is, once: the first declaration stands. False: it was declared before."""
        with self._connections.write() as db:
            done = db.execute(
                "insert into experiment (id, sha256, declared_ms, design) values (?, ?, ?, ?) on conflict do nothing",
                [experiment, sha256, to_ms(now), design],
            ).rowcount
            if done:
                self._event(db, now, actor, "experiment declared", experiment, {"sha256": sha256})
            return done == 1

    def declared(self) -> dict[str, tuple[str, datetime]]:
        """Experiment -> the hash of its design, and when it was declared."""
        rows = self._rows("select id, sha256, declared_ms from experiment")
        return {row["id"]: (row["sha256"], from_ms(row["declared_ms"])) for row in rows}

    def design(self, experiment: str) -> str:
        """What was written down when it was declared, as JSON."""
        return str(self._rows("select design from experiment where id = ?", [experiment])[0]["design"])

    def end(self, experiment: str, reason: str, *, now: datetime, actor: str) -> int | None:
        """Nothing more is dealt, and what each of its deliveries is now is written down: what comes later of one that had
        not left is no part of it. Returns how many had not begun to leave; None: it is ended already, or has not begun."""
        with self._connections.write() as db:
            done = db.execute(
                "update experiment set ended_ms = ?, ended_reason = ? where id = ? and ended_ms is null",
                [to_ms(now), reason, experiment],
            ).rowcount
            if not done:
                return None
            let_go = _let_go(db, experiment)
            db.execute(
                "update assignment set left_as = (select state from delivery where key = assignment.delivery)"
                " where experiment = ? and left_as = ''",
                [experiment],
            )
            rows = db.execute("select delivery, variant, block from assignment where experiment = ?", [experiment])
            detail = {"reason": reason, "let_go": let_go, "dealt": fingerprint(rows.fetchall())}
            self._event(db, now, actor, "experiment ended", experiment, detail)
            return let_go

    def ended(self) -> dict[str, Ended]:
        """Experiments that a person ended. They never begin again."""
        rows = self._rows("select id, ended_ms, ended_reason, design from experiment where ended_ms is not null")
        return {row["id"]: Ended(from_ms(row["ended_ms"]), row["ended_reason"], row["design"]) for row in rows}

    def let_go(self, experiment: str, *, now: datetime, actor: str, why: str) -> int:
        """What has not begun to leave is no trial of this experiment any more. Returns how many."""
        with self._connections.write() as db:
            if number := _let_go(db, experiment):
                self._event(db, now, actor, "experiment interrupted", experiment, {"why": why, "let_go": number})
            return number

    def assign(self, assignments: Iterable[Assignment], *, now: datetime) -> int:
        """Write down which variant deliveries get that are planned already. What was dealt stays dealt."""
        known = self.assignments()
        fresh = [one for one in assignments if one.delivery not in known]
        if not fresh:
            return 0
        with self._connections.write() as db:
            return assign(db, fresh, now)

    def assignments(self) -> dict[str, Assignment]:
        """By delivery."""
        rows = self._rows("select delivery, experiment, variant, block, left_as from assignment")
        return {row["delivery"]: Assignment(**row) for row in rows}


def assign(db: Database, assignments: Iterable[Assignment], now: datetime) -> int:
    """Within a transaction. Only of deliveries that are there and have not begun to leave, and of experiments that nobody
    has ended since they were dealt."""
    return sum(
        db.execute(
            "insert into assignment (delivery, experiment, variant, block, at_ms) select key, ?, ?, ?, ? from delivery"
            f" where key = ? and state in ({_OPEN})"
            " and not exists (select 1 from experiment where id = ? and ended_ms is not null) on conflict do nothing",
            [one.experiment, one.variant, one.block, to_ms(now), one.delivery, one.experiment],
        ).rowcount
        for one in assignments
    )


def fingerprint(dealt: Iterable[tuple[str, str, int]]) -> str:
    """Of who got what: (delivery, variant, block). In the record it pins the table."""
    lines = sorted(f"{delivery} {variant} {block}" for delivery, variant, block in dealt)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _let_go(db: Database, experiment: str) -> int:
    return db.execute(
        "update assignment set left_as = (select state from delivery where key = assignment.delivery) where experiment = ?"
        f" and left_as = '' and delivery in (select key from delivery where state in ({_OPEN}))",
        [experiment],
    ).rowcount
