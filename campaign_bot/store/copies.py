"""Copies of the database: made while others write, verified, and read before one takes its place."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from campaign_bot.errors import StoreError
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import DatabaseError, from_ms, open_read_only, to_ms
from campaign_bot.store.record import Head

#: Rows that are never deleted: a copy has as many as there were.
_ROWS = "select " + " + ".join(
    f"(select count(*) from {name})"
    for name in (
        "post",
        "delivery",
        "approval",
        "attempt",
        "receipt",
        "snapshot",
        "followers",
        "event",
        "spend",
        "content",
    )
)


class Copy(Struct, frozen=True):
    """What a copy of a database says of itself."""

    simulated: bool
    copied: datetime


def read_copy(path: Path) -> Copy:
    """Is this a whole copy of a campaign database, and of when? Raises StoreError."""
    advice = "Name a file that `campaign-bot backup` made."
    if not path.is_file():
        raise StoreError(f"There is no file {path}.", advice=advice)
    try:
        with contextlib.closing(open_read_only(path)) as db:
            told = str(db.execute("pragma integrity_check").fetchone()[0])
            if told != "ok":
                raise StoreError(f"{path} is damaged: {told}.", advice="Use another copy.")
            meta = dict(db.execute("select name, value from meta").fetchall())
            latest = db.execute("select coalesce(max(at_ms), 0) from event").fetchone()[0]
    except DatabaseError as error:
        raise StoreError(f"{path} is no copy of a campaign database: {error}.", advice=advice) from error
    return Copy(meta.get("simulated") == "yes", from_ms(int(meta.get("copied_ms") or latest)))


class Copies(Changes):
    """The verbs of copies (see `store.base.Store`)."""

    def backup(self, path: Path, *, now: datetime) -> int:
        """A whole copy at one instant, while others go on writing (SQLite's online backup), verified: SQLite's own check,
        and as many rows as there were. Returns how many. Raises StoreError, with no copy left behind."""
        part = path.with_name(f".{path.name}.part")
        with self._connections.errors():
            part.unlink(missing_ok=True)
            try:
                before = self._connections.db.execute(_ROWS).fetchone()[0]
                with contextlib.closing(self._connections.open_other(part)) as copy:
                    self._connections.db.conn.backup(copy)
                    copy.execute("pragma journal_mode = delete")  # one file, without a -wal beside it
                    copy.execute("insert or replace into meta (name, value) values ('copied_ms', ?)", [str(to_ms(now))])
                    told = str(copy.execute("pragma integrity_check").fetchone()[0])
                    rows = int(copy.execute(_ROWS).fetchone()[0])
                after = self._connections.db.execute(_ROWS).fetchone()[0]
                if told != "ok" or not before <= rows <= after:
                    raise StoreError(
                        f"The copy is not whole: {told}; {rows} rows of {before} to {after}.", advice="Try again."
                    )
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        return rows

    def record_restore(
        self, copied: datetime, replaced: Head | None, *, now: datetime, person: str, doubtful: int
    ) -> None:
        """This copy takes the place of a database whose record ended in `replaced`: the chain goes on, and says so."""
        detail: dict[str, Any] = {"copied": copied.isoformat(), "doubtful": doubtful}
        if replaced is not None:
            detail["replaced"] = {"id": replaced.id, "hash": replaced.hash}
        with self._connections.write() as db:
            self._event(db, now, person, "restored", "database", detail)

    def health_of_file(self) -> str:
        """What SQLite says of the file: `ok`, or what is wrong with it."""
        return str(self._rows("PRAGMA integrity_check(1)")[0]["integrity_check"])
