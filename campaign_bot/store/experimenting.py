"""Experiments in SQLite: what was declared before the start, and which variant each delivery got."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from campaign_bot.model import OPEN_STATES, Assignment
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import from_ms, to_ms
from campaign_bot.store.database import Database


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
        rows = self._rows("select delivery, experiment, variant, block from assignment")
        return {row["delivery"]: Assignment(**row) for row in rows}


def assign(db: Database, assignments: Iterable[Assignment], now: datetime) -> int:
    """Within a transaction. Only of deliveries that are there and have not begun to leave."""
    states = ", ".join(f"'{state}'" for state in OPEN_STATES)
    return sum(
        db.execute(
            "insert into assignment (delivery, experiment, variant, block, at_ms) select key, ?, ?, ?, ? from delivery"
            f" where key = ? and state in ({states}) on conflict do nothing",
            [one.experiment, one.variant, one.block, to_ms(now), one.delivery],
        ).rowcount
        for one in assignments
    )
