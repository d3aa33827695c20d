"""What tables and views a database has, as the migrations make them."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from campaign_bot.store.connection import memory
from campaign_bot.store.database import Database
from campaign_bot.store.migrations import migrate


def schema(kind: str = "table") -> dict[str, list[str]]:
    """The columns of each `table` or `view`, in their order, of a new and empty database."""
    with _empty() as db:
        rows = db.query(
            "select name from sqlite_master where type = ? and name not like 'sqlite_%' order by rowid", [kind]
        )
        names = [str(row["name"]) for row in rows]
        return {
            name: [str(row["name"]) for row in db.query("select name from pragma_table_xinfo(?)", [name])]
            for name in names
        }


def columns_of(sql: str) -> list[str]:
    """What the columns of a question's answer are called."""
    with _empty() as db:
        return [str(column[0]) for column in db.execute(sql).description]


@contextlib.contextmanager
def _empty() -> Generator[Database]:
    with contextlib.closing(memory()) as connection:
        db = Database(connection)
        migrate(db)
        yield db
