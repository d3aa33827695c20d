"""What tables and views a database has, as the migrations make them."""

from __future__ import annotations

import contextlib

from campaign_bot.store.connection import memory
from campaign_bot.store.database import Database
from campaign_bot.store.migrations import migrate


def schema(kind: str = "table") -> dict[str, list[str]]:
    """The columns of each `table` or `view`, in their order, of a new and empty database."""
    with contextlib.closing(memory()) as connection:
        db = Database(connection)
        migrate(db)
        rows = db.query(
            "select name from sqlite_master where type = ? and name not like 'sqlite_%' order by rowid", [kind]
        )
        names = [str(row["name"]) for row in rows]
        return {
            name: [str(row["name"]) for row in db.query("select name from pragma_table_info(?)", [name])]
            for name in names
        }
