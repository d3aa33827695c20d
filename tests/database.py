"""Opening a database beside the store. The same SQLite as the store's: two of them in one process break each other's
locks (sqlite.org/howtocorrupt.html, 2.2.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pysqlite3

connect: Any = pysqlite3.connect  # pyright: ignore[reportAttributeAccessIssue]


def say_sent(database: Path | str) -> None:
    """As if everything that is planned had left: for tests of what comes after."""
    with connect(str(database)) as db:
        db.execute("update delivery set state = 'sent', sent_ms = due_ms")
        db.commit()
