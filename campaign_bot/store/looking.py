"""Looking into a database file that must stay as it is: whose it is, when something last happened in it, and a copy to read."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

from campaign_bot.errors import NotFound, StoreError
from campaign_bot.store.connection import Connections, DatabaseError, from_ms_or_none, open_read_only

_LAST = """select max(at_ms) from (
  select max(at_ms) as at_ms from event union all select max(taken_ms) from snapshot
  union all select max(at_ms) from followers)"""


def look_into(path: Path) -> tuple[bool, datetime | None]:
    """Whether it is SIMULATED, and the instant right after its last event. Nothing is written: another program's file stays as it is."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", advice="Name a database: rehearsal/rehearsal.db, or a copy of one.")
    try:
        db = open_read_only(path)
        try:
            simulated = db.execute("select value from meta where name = 'simulated'").fetchone()
            last = db.execute(_LAST).fetchone()
        finally:
            db.close()
    except DatabaseError as error:
        raise StoreError(
            f"{path} is not a database of campaign-bot.", advice="Name campaign.db, rehearsal/rehearsal.db, or a copy."
        ) from error
    return simulated is not None and simulated[0] == "yes", from_ms_or_none(last[0] and last[0] + 1)


def copied_to(directory: Path, path: Path) -> Path:
    """The same at one instant, in a file of its own: opening a database brings it up to this version, and whoever keeps a
    backup write-protected wants it as it was."""
    copy = directory / path.name
    try:
        with contextlib.closing(open_read_only(path)) as db, contextlib.closing(Connections.open_other(copy)) as other:
            db.backup(other)
    except DatabaseError as error:
        raise StoreError(
            f"{path} cannot be copied to be read: {error}.",
            advice=f"{directory.parent} takes the copy (TMPDIR names another directory): is there room for it?",
        ) from error
    return copy
